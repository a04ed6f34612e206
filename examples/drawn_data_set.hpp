// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/data/image_source.hpp>
#include <qcs/experiment/faces.hpp>

#include "drawn_store.hpp"

namespace qcs::examples {

/// A data set of drawn faces in memory, with a training and a test split of so many faces of each expression.
inline Faces draw_data_set(int train_per_class, int test_per_class, std::uint64_t seed) {
  const int classes = static_cast<int>(kExpressionNames.size());
  return {.name = "drawn faces",
          .labels = {"drawn faces", {kExpressionNames.begin(), kExpressionNames.end()}},
          .train = ImageSource::of(draw_faces("train", train_per_class, seed), classes),
          .test = ImageSource::of(draw_faces("test", test_per_class, seed), classes)};
}

}  // namespace qcs::examples
