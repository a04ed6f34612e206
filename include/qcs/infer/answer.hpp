// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <qcs/core/label_space.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// What a classifier says of a face.
struct Answer {
  std::int64_t label = 0;
  std::string name = {};         ///< of the label
  double probability = 0;        ///< of the label, 0..1, as the network's softmax has it
  std::vector<double> all = {};  ///< probabilities in the order of the labels
};

/// The answer that such probabilities are, one for each label.
inline Answer answer_of(std::vector<double> probabilities, const Labels& labels) {
  const auto best = static_cast<std::size_t>(std::ranges::max_element(probabilities) - probabilities.begin());
  return {.label = static_cast<std::int64_t>(best),
          .name = labels.classes[best],
          .probability = probabilities[best],
          .all = std::move(probabilities)};
}

}  // namespace qcs
