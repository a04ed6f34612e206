// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <opencv2/core.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/data/image_store.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace qcs {

/// An image that a MemoryStore holds.
struct MemoryImage {
  std::string name;
  int label = 0;   ///< its class, from 0
  cv::Mat pixels;  ///< 8UC3 in RGB (OpenCV's own readers give BGR) or 8UC1
};

/// Labelled images held in memory:
///
///     auto source = qcs::ImageSource::of(qcs::MemoryStore(std::move(images)), 7);
///
/// A cv::Mat shares its pixels with its copies: nobody may write to them as long as the store lives. With that, const
/// members may run in several threads at once.
class MemoryStore {
 public:
  /// Throws DataError with all faults, by number of the image: pixels of another type than 8UC3 and 8UC1 or none at
  /// all, a label below 0, no name, the name of an earlier image.
  explicit MemoryStore(std::vector<MemoryImage> images) : images_(std::move(images)) {
    FaultList faults("images in memory");
    std::unordered_map<std::string_view, std::size_t> seen;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const auto& [name, label, pixels] = images_[i];
      if (const auto fault = fault_of_stored(pixels); !fault.empty()) faults.add(i, fault);
      if (label < 0) faults.add(i, fmt::format("label {} is below 0", label));
      if (name.empty())
        faults.add(i, "the image has no name");
      else if (const auto [first, fresh] = seen.emplace(name, i); !fresh)
        faults.add(i, fmt::format("`{}` is already the name of image {}", name, first->second));
    }
    faults.throw_if_any();
  }

  std::size_t size() const { return images_.size(); }
  int label(std::size_t i) const { return images_[i].label; }
  const std::string& name(std::size_t i) const { return images_[i].name; }
  cv::Mat read(std::size_t i) const { return images_[i].pixels; }

 private:
  std::vector<MemoryImage> images_;
};

static_assert(ImageStore<MemoryStore>);

}  // namespace qcs
