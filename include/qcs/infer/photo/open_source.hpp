// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <istream>
#include <iterator>
#include <memory>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/file_content.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/data/list/list_line.hpp>
#include <qcs/image/photo.hpp>
#include <qcs/infer/photo/frame.hpp>
#include <qcs/infer/photo/photos.hpp>
#include <qcs/infer/photo/video.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace qcs {

/// The frames of something, and how many there are if that is known.
struct OpenedSource {
  FrameSource frames;
  std::optional<std::int64_t> count = {};
};

namespace detail {

inline OpenedSource one_frame(ReadFrame read) {
  return {[read = std::make_shared<std::optional<ReadFrame>>(std::move(read))] {
            return std::exchange(*read, std::nullopt);
          },
          1};
}

inline OpenedSource opened_photos(std::vector<std::filesystem::path> paths) {
  const auto count = static_cast<std::int64_t>(paths.size());
  return {photos_of(std::move(paths)), count};
}

inline OpenedSource opened_video(Video video) {
  const auto count = video.pictures();
  return {frames_of(std::move(video)), count};
}

inline std::string first_bytes(const std::filesystem::path& path) {
  std::array<char, 64> bytes{};
  std::ifstream stream(path, std::ios::binary);
  stream.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(stream.gcount())};
}

/// By its name or its first bytes, of which videos share some with HEIF; GIF is read as a video.
inline bool is_photo(const std::filesystem::path& path) {
  const auto format = image_format(first_bytes(path));
  return is_picture_name(path) || (!format.empty() && format != "HEIF or AVIF" && format != "GIF");
}

}  // namespace detail

/// The photos that a list names, a path in each line, relative to the list's folder; a label behind it is left out.
/// Throws DataError if the list cannot be read.
inline OpenedSource open_list(const std::filesystem::path& list) {
  std::vector<std::filesystem::path> photos;
  std::error_code error;
  for_each_list_line(
      list, "list",
      [&](std::size_t, std::string_view line) {
        const auto path = [&](std::string_view name) { return list.parent_path() / name; };
        const auto space = line.rfind(' ');
        const bool labelled = space != std::string_view::npos &&
                              parse_whole_number(line.substr(space + 1)).has_value() &&
                              !std::filesystem::exists(path(line), error);
        photos.push_back(path(labelled ? line.substr(0, space) : line));
      },
      [](std::size_t) {});
  return detail::opened_photos(std::move(photos));
}

/// A camera by its number. Throws DataError if it cannot be opened.
inline OpenedSource open_camera(int number) { return detail::opened_video(Video(number)); }

/// A photo from an open stream, such as standard input.
inline OpenedSource open_stream(std::istream& stream, std::string name) {
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  return detail::one_frame([bytes, name = std::move(name)] {
    Frame frame{.source = name};
    try {
      frame.bgr = decode_photo({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, name);
    } catch (const DataError& error) {
      frame.fault = error.what();
    }
    return frame;
  });
}

/// What a path holds: the photos below a folder, those of a list (.txt), one photo, told by its first bytes or its
/// name, or a video. What cannot be opened is one frame whose fault says why.
inline OpenedSource open_source(const std::filesystem::path& path) {
  try {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return detail::opened_photos(pictures_below(path));
    if (path.extension() == ".txt") return open_list(path);
    if (detail::is_photo(path)) return detail::opened_photos({path});
    return detail::opened_video(Video(path));
  } catch (const DataError& error) {
    return detail::one_frame([source = path.string(), fault = std::string(error.what())] {
      return Frame{.source = source, .fault = fault};
    });
  }
}

/// Several sources, one after the other. Each is opened when its turn comes, and once before to count its frames.
inline OpenedSource open_sources(const std::vector<std::filesystem::path>& paths) {
  std::vector<FrameSource> sources;
  std::optional<std::int64_t> count = 0;
  for (const auto& path : paths) {
    const auto one = open_source(path).count;
    count = count && one ? std::optional(*count + *one) : std::nullopt;
    sources.push_back([path, frames = FrameSource()]() mutable {
      if (!frames) frames = open_source(path).frames;
      return frames();
    });
  }
  return {in_turn(std::move(sources)), count};
}

}  // namespace qcs
