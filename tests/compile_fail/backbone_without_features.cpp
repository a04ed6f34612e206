// expect: qcs backbone: say what forward.. returns, channels and grid of each scale from fine to coarse
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/model/backbone/backbone.hpp>

class Plain : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "plain";
#ifdef QCS_TWIN
  static constexpr qcs::FeatureLayout kFeatures{{ { 8, 28 } }};
#else
  static constexpr std::array<std::int64_t, 1> kWidths{8};
#endif

  qcs::Features forward(const torch::Tensor& images) { return {convolution_->forward(images)}; }

 private:
  torch::nn::Conv2d convolution_ =
      register_module("convolution", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 8, 8).stride(8)));
};

template struct qcs::CheckedBackbone<Plain>;
