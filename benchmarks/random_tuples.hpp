// SPDX-License-Identifier: MIT
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <qcs/data/batch.hpp>
#include <qcs/topology/quadruplet.hpp>

namespace qcs::benchmarks {

/// `count` training tuples of QCS, of classes 0 and 1, with random images of 112 x 112 pixels.
inline TupleBatch<Quadruplet> random_tuples(std::int64_t count) {
  TupleBatch<Quadruplet> tuples{.images = torch::randn({4 * count, 3, 112, 112}),
                                .labels = {torch::zeros({count}, torch::kInt64), torch::ones({count}, torch::kInt64)},
                                .members = {}};
  tuples.members.resize(static_cast<std::size_t>(count));
  return tuples;
}

}  // namespace qcs::benchmarks
