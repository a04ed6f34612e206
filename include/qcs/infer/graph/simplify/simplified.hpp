// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/infer/graph/simplify/batch_norm.hpp>
#include <qcs/infer/graph/simplify/convolution_pair.hpp>
#include <qcs/infer/graph/simplify/first_token.hpp>

namespace qcs {

/// A graph that computes the same in fewer operations: of the last transformer block the class token alone, batch
/// normalisation within weights, convolutions that follow each other as one where that is less work. Exact but for
/// rounding; scales and biases are worked out in float64.
inline InferenceGraph simplified(const InferenceGraph& graph) {
  return with_convolutions_merged(with_batch_norm_folded(with_first_token_early(graph)));
}

}  // namespace qcs
