// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/label_space.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/infer/answer.hpp>

namespace qcs {

/// The answer that logits (classes) give; their softmax is taken in float64.
inline Answer answer_of_logits(const torch::Tensor& logits, const Labels& labels) {
  const auto p = torch::softmax(logits.to(torch::kCPU, torch::kFloat64), 0).contiguous();
  return answer_of({p.data_ptr<double>(), p.data_ptr<double>() + p.numel()}, labels);
}

}  // namespace qcs
