// expect: qcs backbone: list the scales in kFeatures from fine to coarse
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/model/backbone/backbone.hpp>

class Plain : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "plain";
#ifdef QCS_TWIN
  static constexpr qcs::FeatureLayout kFeatures{{ {8, 56}, { 16, 28 } }};
#else
  static constexpr qcs::FeatureLayout kFeatures{{{16, 28}, {8, 56}}};
#endif

  qcs::Features forward(const torch::Tensor& images);
};

template struct qcs::CheckedBackbone<Plain>;
