// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/model/concepts.hpp>
#include <vector>

namespace qcs {

/// What in each scale's features speaks for `labels` (B), int64, through that scale's tokens alone, the other scales as
/// they are: Grad-CAM (Selvaraju et al., ICCV 2017, equations 1 and 2), maps (B, grid, grid) from 0 up; zeros for a
/// scale that no token is made of. `branch` is a BaseBranch or a Network in evaluation mode, `features` what its
/// features() gives.
template <class Branch>
std::vector<torch::Tensor> grad_cam(Branch& branch, Features features, const torch::Tensor& labels) {
  const torch::AutoGradMode with_gradients(true);
  for (auto& scale : features) scale = scale.detach().clone().requires_grad_();
  const auto chosen = branch->classify(features).gather(1, labels.unsqueeze(1)).sum();
  const auto gradients = torch::autograd::grad({chosen}, features, /*grad_outputs=*/{}, /*retain_graph=*/{},
                                               /*create_graph=*/false, /*allow_unused=*/true);
  std::vector<torch::Tensor> maps;
  for (std::size_t i = 0; i < features.size(); ++i) {
    const auto scale = features[i].detach();
    maps.push_back(gradients[i].defined() ? (gradients[i].mean({2, 3}, /*keepdim=*/true) * scale).sum(1).relu()
                                          : torch::zeros_like(scale.select(1, 0)));
  }
  return maps;
}

}  // namespace qcs
