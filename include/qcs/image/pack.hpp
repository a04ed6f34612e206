// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/core/file/sha256.hpp>
#include <qcs/core/progress.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/core/version.hpp>
#include <qcs/image/planes/planes.hpp>
#include <qcs/image/read.hpp>
#include <qcs/io/safetensors_header.hpp>
#include <qcs/io/safetensors_header_builder.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace qcs {

/// The decoded images of a data set in one file that is mapped into memory: nothing is decoded, copied or read twice,
/// and processes share it. The file is a safetensors file: an image is a tensor under its name, U8, (rows, cols, 3) RGB
/// or (rows, cols) where the channels are equal, so that Python reads it too. Its metadata hold the SHA-256 of all the
/// rest.
class PackedImages {
 public:
  static constexpr std::string_view kFormat = "qcs packed images 1";

  /// Maps a file and compares all of it with its checksum. Throws DataError naming the file if it is missing, damaged
  /// or no file of pack_images.
  explicit PackedImages(const std::filesystem::path& path) try : path_(path) {
    if (!std::filesystem::is_regular_file(path)) throw CheckpointError("there is no such file");
    std::ifstream in(path, std::ios::binary);
    const auto header = io::read_safetensors_header(in, std::filesystem::file_size(path));
    const auto format = header.metadata.find("format");
    if (format == header.metadata.end() || format->second != kFormat)
      throw CheckpointError(fmt::format("a safetensors file, but not one of format `{}`", kFormat));
    using namespace boost::interprocess;
    region_ = mapped_region(file_mapping(path.c_str(), read_only), read_only);
    region_.advise(mapped_region::advice_willneed);
    const auto* bytes = static_cast<const std::uint8_t*>(region_.get_address());
    const std::string_view all(reinterpret_cast<const char*>(bytes), region_.get_size());
    if (const auto sum = header.metadata.find("sha256");
        sum == header.metadata.end() || sum->second != compute_checksum(all, header.data_begin, sum->second))
      throw CheckpointError("it does not match its checksum");
    checksum_ = header.metadata.at("sha256");
    for (const auto& entry : header.entries) {
      const bool grey = entry.shape.size() == 2, colour = entry.shape.size() == 3 && entry.shape[2] == 3;
      if (entry.dtype != torch::kUInt8 || (!grey && !colour) || entry.begin == entry.end ||
          entry.end - entry.begin > 3ULL * kMaxImagePixels)
        throw CheckpointError(fmt::format("tensor {} is no image", entry.name));
      index_.emplace(entry.name, images_.size());
      images_.push_back({bytes + header.data_begin + entry.begin, static_cast<int>(entry.shape[0]),
                         static_cast<int>(entry.shape[1]), grey ? CV_8UC1 : CV_8UC3});
    }
  } catch (const CheckpointError& error) {
    throw DataError(fmt::format("{}: {}", path.string(), error.what()));
  } catch (const boost::interprocess::interprocess_exception& error) {
    throw DataError(fmt::format("{}: cannot be mapped into memory: {}", path.string(), error.what()));
  }

  std::size_t size() const { return images_.size(); }
  const std::filesystem::path& path() const { return path_; }

  /// SHA-256 of all that the file holds, without the checksum itself.
  const std::string& checksum() const { return checksum_; }

  /// Number of the image called `name`, as its list calls it; nothing if it is not here.
  std::optional<std::size_t> find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? std::nullopt : std::optional(found->second);
  }

  /// An image as 8UC3 in RGB, or 8UC1. It lies in the mapped file and must not be written to.
  cv::Mat image(std::size_t number) const {
    const auto& image = images_.at(number);
    return cv::Mat(image.rows, image.cols, image.type, const_cast<std::uint8_t*>(image.pixels));
  }

  /// What stands in the place of the checksum while it is computed.
  static inline const std::string kNoSum = std::string(64, '0');

 private:
  /// SHA-256 of a file in which `sum` is not written yet.
  static std::string compute_checksum(std::string_view file, std::uint64_t data_begin, const std::string& sum) {
    std::string header(file.substr(0, data_begin));
    if (const auto at = header.find(sum); at != std::string::npos && sum.size() == kNoSum.size())
      header.replace(at, sum.size(), kNoSum);
    Sha256 computed;
    computed.update(header);
    computed.update(file.substr(data_begin));
    return computed.finish();
  }

  struct Image {
    const std::uint8_t* pixels;
    int rows, cols, type;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::filesystem::path path_;
  std::string checksum_;
  boost::interprocess::mapped_region region_;
  std::vector<Image> images_;
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> index_;
};

namespace detail {

/// Refuses names that a pack cannot hold. Throws DataError.
inline void require_packable(const std::vector<std::string>& names) {
  std::unordered_set<std::string_view> seen;
  for (const auto& name : names) {
    if (!seen.insert(name).second) throw DataError(fmt::format("{}: is to be packed twice", name));
    if (name == "__metadata__") throw DataError("__metadata__: no image of a pack can have this name");
    try {
      (void)nlohmann::json(name).dump();
    } catch (const nlohmann::json::exception&) {
      throw DataError(fmt::format("{}: the name is not UTF-8, which a pack needs", name));
    }
  }
}

}  // namespace detail

/// Decodes the images `root`/name and writes them to `path` for PackedImages, atomically. `progress(done, total)` hears
/// of every image, twice: sizes must be known before the first pixel is written, and the pixels are not held in memory.
/// Throws DataError naming an image that cannot be read or packed, Error if the file cannot be written.
inline void pack_images(const std::filesystem::path& path, const std::filesystem::path& root,
                        const std::vector<std::string>& names, const ProgressCallback& progress = {}) {
  detail::require_packable(names);
  const auto read = [&](std::size_t i) {
    const cv::Mat rgb = read_rgb(root / names[i]);
    if (!image::is_grey(rgb)) return rgb;
    cv::Mat grey(rgb.rows, rgb.cols, CV_8UC1);
    for (int y = 0; y < rgb.rows; ++y)
      for (int x = 0; x < rgb.cols; ++x) grey.at<std::uint8_t>(y, x) = rgb.ptr<std::uint8_t>(y)[3 * x];
    return grey;
  };
  io::SafetensorsHeaderBuilder header;
  std::vector<cv::Size> sizes;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const cv::Mat image = read(i);
    sizes.push_back(image.size());
    std::vector<std::int64_t> shape{image.rows, image.cols};
    if (image.channels() == 3) shape.push_back(3);
    header.add(names[i], "U8", shape, image.total() * image.elemSize());
    if (progress) progress(i + 1, 2 * names.size());
  }
  header.set_metadata({{"format", std::string(PackedImages::kFormat)},
                       {"qcs_version", std::string(kVersion)},
                       {"sha256", PackedImages::kNoSum}});
  std::string start;
  try {
    start = header.bytes();
  } catch (const CheckpointError& error) {
    throw DataError(
        fmt::format("{}: {} images do not fit into one pack: {}", path.string(), names.size(), error.what()));
  }
  write_atomically(path, [&](std::ofstream& out) {
    Sha256 sum;
    const auto write = [&](std::string_view bytes) {
      sum.update(bytes);
      out << bytes;
    };
    write(start);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const cv::Mat image = read(i);
      const std::string_view pixels(reinterpret_cast<const char*>(image.ptr()), image.total() * image.elemSize());
      if (image.size() != sizes[i])
        throw DataError(fmt::format("{}: was changed while it was packed", (root / names[i]).string()));
      write(pixels);
      if (progress) progress(names.size() + i + 1, 2 * names.size());
    }
    out.seekp(static_cast<std::streamoff>(start.find(PackedImages::kNoSum)));
    out << sum.finish();
  });
}

}  // namespace qcs
