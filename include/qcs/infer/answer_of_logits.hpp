// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <qcs/core/error.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/infer/answer.hpp>

namespace qcs {

/// The answer that logits (classes) give; their softmax is taken in float64. Throws ShapeError unless there is one for
/// each label.
inline Answer answer_of_logits(const torch::Tensor& logits, const Labels& labels) {
  if (logits.dim() != 1 || logits.size(0) != static_cast<std::int64_t>(labels.classes.size()))
    throw ShapeError(fmt::format("expected {} logits, one for each class, found {} in {} dimensions",
                                 labels.classes.size(), logits.numel(), logits.dim()));
  const auto p = torch::softmax(logits.to(torch::kCPU, torch::kFloat64), 0).contiguous();
  return answer_of({p.data_ptr<double>(), p.data_ptr<double>() + p.numel()}, labels);
}

}  // namespace qcs
