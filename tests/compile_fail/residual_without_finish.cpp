// expect: qcs residual: give it `static torch::Tensor finish
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/model/attention/residual.hpp>

struct Halved {
  static constexpr std::string_view kName = "halved";

  static torch::Tensor sum(const torch::Tensor& tokens, const torch::Tensor&, const torch::Tensor& update) {
    return (tokens + update) / 2;
  }
#ifdef QCS_TWIN
  static torch::Tensor finish(const torch::Tensor& x, auto&& norm, auto&& feed_forward) {
    return (x + feed_forward(norm(x))) / 2;
  }
#endif
};

template struct qcs::CheckedResidual<Halved>;
