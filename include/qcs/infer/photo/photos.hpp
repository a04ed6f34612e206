// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <qcs/core/error.hpp>
#include <qcs/image/photo.hpp>
#include <qcs/infer/photo/frame.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace qcs {

/// Whether the name of a file ends like that of a picture. What it holds is not looked at.
inline bool is_picture_name(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 11> kEndings{".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".webp",
                                                      ".tif", ".tiff", ".ppm", ".pgm", ".jp2"};
  auto ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

/// The files with names of pictures below a folder, in the order of their names. Throws DataError for a folder that
/// cannot be read.
inline std::vector<std::filesystem::path> pictures_below(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::vector<fs::path> pictures;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && entry != end; entry.increment(error))
    if (std::error_code unknown; is_picture_name(entry->path()) && !entry->is_directory(unknown))
      pictures.push_back(entry->path());
  if (error) throw DataError(fmt::format("{}: cannot be listed ({})", folder.string(), error.message()));
  std::ranges::sort(pictures);
  return pictures;
}

/// A photo from a file, turned as its EXIF data say; what is wrong with it is its `fault`.
inline Frame read_photo_frame(const std::filesystem::path& path) {
  Frame frame{.source = path.string()};
  try {
    frame.bgr = read_photo(path);
  } catch (const DataError& error) {
    frame.fault = error.what();
  }
  return frame;
}

/// The photos of files, in this order.
inline FrameSource photos_of(std::vector<std::filesystem::path> paths) {
  struct State {
    std::vector<std::filesystem::path> paths;
    std::size_t next = 0;
  };
  return [state = std::make_shared<State>(State{std::move(paths)})]() -> std::optional<ReadFrame> {
    if (state->next == state->paths.size()) return std::nullopt;
    return [path = state->paths[state->next++]] { return read_photo_frame(path); };
  };
}

/// The frames of several sources, one source after the other.
inline FrameSource in_turn(std::vector<FrameSource> sources) {
  struct State {
    std::vector<FrameSource> sources;
    std::size_t at = 0;
  };
  return [state = std::make_shared<State>(State{std::move(sources)})]() -> std::optional<ReadFrame> {
    for (; state->at < state->sources.size(); ++state->at) {
      if (auto frame = state->sources[state->at]()) return frame;
      state->sources[state->at] = nullptr;  // closes it
    }
    return std::nullopt;
  };
}

}  // namespace qcs
