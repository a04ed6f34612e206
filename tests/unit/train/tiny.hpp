// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/model/network.hpp>
#include <qcs/topology/dual.hpp>

/// A whole network that is small enough to keep its checkpoints in tests/data.
namespace tiny {

/// Reads every fourth pixel; one convolution for each scale.
class Backbone : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "tiny";
  static constexpr qcs::FeatureLayout kFeatures{{{2, 56}, {2, 28}, {2, 14}}};
  static constexpr qcs::TransformerShape kTransformer{
      .width = 4, .heads = 1, .base_depth = 1, .initial_weight_deviation = .5};
  static constexpr int kPixelStride = 4;

  Backbone() {
    const auto unit = [](std::int64_t in, std::int64_t stride) {
      return torch::nn::Sequential(torch::nn::Conv2d(torch::nn::Conv2dOptions(in, 2, 3).stride(stride).padding(1)),
                                   torch::nn::BatchNorm2d(2), torch::nn::ReLU());
    };
    fine_ = register_module("fine", unit(3, 1));
    middle_ = register_module("middle", unit(2, 2));
    coarse_ = register_module("coarse", unit(2, 2));
  }

  qcs::Features forward(const torch::Tensor& images) {
    const auto stride = images.size(2) / 56;
    const auto fine = fine_->forward(images.slice(2, 0, torch::nullopt, stride).slice(3, 0, torch::nullopt, stride));
    const auto middle = middle_->forward(fine);
    return {fine, middle, coarse_->forward(middle)};
  }

 private:
  torch::nn::Sequential fine_{nullptr}, middle_{nullptr}, coarse_{nullptr};
};

using Net = qcs::Network<Backbone, qcs::CrossSimilarityHead<>, qcs::Dual>;

inline Net network(std::uint64_t seed = 1) {
  torch::manual_seed(seed);
  return Net(qcs::NetworkOptions{.classes = 3});
}

}  // namespace tiny
