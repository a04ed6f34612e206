// expect: qcs backbone: the width of its transformers .* must be a multiple of their heads
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/model/backbone/backbone.hpp>

class Plain : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "plain";
  static constexpr qcs::FeatureLayout kFeatures{{{8, 28}}};
#ifdef QCS_TWIN
  static constexpr qcs::TransformerShape kTransformer{.width = 48, .heads = 3};
#else
  static constexpr qcs::TransformerShape kTransformer{.width = 64, .heads = 3};
#endif

  qcs::Features forward(const torch::Tensor& images);
};

template struct qcs::CheckedBackbone<Plain>;
