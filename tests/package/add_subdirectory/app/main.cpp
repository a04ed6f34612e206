// SPDX-License-Identifier: MIT
#include <boost/program_options.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/topology/dual.hpp>

int main() {
  const boost::program_options::options_description options("consumer");
  const torch::Tensor pair = torch::zeros({static_cast<int>(qcs::branch_count<qcs::Dual>)});
  return options.options().empty() && pair.numel() == 2 ? 0 : 1;
}
