// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/parallel_for.hpp>
#include <qcs/core/progress.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/image/read.hpp>
#include <qcs/prepare/affectnet/annotations.hpp>
#include <qcs/prepare/dataset.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs::detail {

/// Writes the part of an image within `box`, in the format that the target's name says. Throws DataError if
/// there is nothing to write, Error if it cannot be written.
inline void crop_image(const std::filesystem::path& source, const cv::Rect& box, const std::filesystem::path& target) {
  const cv::Mat rgb = read_rgb(source);
  const cv::Rect inside = box & cv::Rect(0, 0, rgb.cols, rgb.rows);
  if (inside.empty())
    throw DataError(fmt::format("{}: the box {}x{} at {},{} is outside the image of {}x{}", source.string(), box.width,
                                box.height, box.x, box.y, rgb.cols, rgb.rows));
  cv::Mat bgr = rgb(inside);
  swap_red_and_blue(bgr);
  std::filesystem::create_directories(target.parent_path());
  if (!cv::imwrite(target.string(), bgr)) throw Error(fmt::format("{}: cannot write this image", target.string()));
}

/// Crops every image of a split into another folder, under the same names. An image that cannot be read or has no face
/// inside is dropped if `skip`; else all of them are faults of `csv`: throws DataError.
inline void crop_faces(const std::filesystem::path& csv, const std::filesystem::path& images,
                       const std::filesystem::path& out, const std::vector<AffectNetFace>& faces, bool skip,
                       int threads, const ProgressCallback& progress, PreparedSplit& split) {
  std::vector<std::string> failures(faces.size());
  parallel_for(
      faces.size(), threads,
      [&](std::size_t i) {
        try {
          crop_image(images / split.lines[i].name, faces[i].box, out / split.lines[i].name);
        } catch (const DataError& error) {
          failures[i] = error.what();
        }
      },
      progress);
  FaultList faults(csv.string());
  std::vector<NamedLabel> good;
  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (failures[i].empty())
      good.push_back(std::move(split.lines[i]));
    else if (skip)
      split.drop("unusable image");
    else
      faults.add(faces[i].line, failures[i]);
  }
  faults.throw_if_any();
  split.lines = std::move(good);
}

}  // namespace qcs::detail
