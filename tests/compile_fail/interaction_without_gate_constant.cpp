// expect: qcs interaction: say whether it weighs dissimilar pairs by a learnt gate
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/model/attention/interaction.hpp>
#include <qcs/topology/dual.hpp>

struct Uniform {
  static constexpr std::string_view kName = "uniform";
#ifdef QCS_TWIN
  static constexpr bool kUsesGate = false;
#endif

  template <qcs::TopologyShape T>
  static qcs::BranchTensors<T> maps(const qcs::BranchTensors<T>& qk, const torch::Tensor& gate);

  template <qcs::TopologyShape T>
  static torch::Tensor attend(const qcs::BranchTensors<T>& maps, const qcs::BranchTensors<T>& values, std::size_t b);
};

template struct qcs::CheckedInteraction<Uniform, qcs::Dual>;
