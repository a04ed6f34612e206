// SPDX-License-Identifier: MIT
#include <qcs/core/torch.hpp>
#include <qcs/core/version.hpp>
#include <qcs/infer/shipped_weights.hpp>
#include <qcs/topology/quadruplet.hpp>

int main() {
  const torch::Tensor branches = torch::ones({static_cast<int>(qcs::branch_count<qcs::Quadruplet>), 3});
  return branches.sum().item<int>() == 12 && std::filesystem::exists(qcs::shipped_weights()) ? 0 : 1;
}
