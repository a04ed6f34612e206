// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/model/network.hpp>
#include <string>

namespace qcs::examples {

/// A cross head that is none, to compare others with: its logits are zeros, whose loss is the constant ln(classes), so
/// nothing of it reaches the base branch. That leaves half of the base loss; Adam takes the same steps along half a
/// gradient.
struct NoHead {
  template <TopologyShape T>
  struct Module : torch::nn::Module {
    explicit Module(const HeadOptions& options) : classes(options.transformer.classes) {}
    HeadOutput<T> forward(const BranchTensors<T>& tokens) {
      HeadOutput<T> out;
      out.logits.fill(torch::zeros({tokens[0].size(0), classes}, tokens[0].options().requires_grad(false)));
      return out;
    }
    std::int64_t classes;
  };
  static std::string name() { return "none"; }
};

}  // namespace qcs::examples
