// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <qcs/data/memory_store.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "drawn_faces.hpp"

namespace qcs::examples {

/// The faces that write_drawn_faces() writes, in memory and without files.
inline MemoryStore draw_faces(std::string_view split, int images_per_class, std::uint64_t seed) {
  std::vector<MemoryImage> images;
  for (int i = 0; i < images_per_class * static_cast<int>(kExpressionNames.size()); ++i) {
    auto [pixels, label] = drawn_face(seed, split, i);
    images.push_back({.name = fmt::format("{}_{:05}", split, i), .label = label, .pixels = std::move(pixels)});
  }
  return MemoryStore(std::move(images));
}

}  // namespace qcs::examples
