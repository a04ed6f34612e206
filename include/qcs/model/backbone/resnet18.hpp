// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/model/backbone/backbone.hpp>
#include <qcs/nn/branch_norm.hpp>
#include <string_view>

namespace qcs {

namespace detail {

inline torch::nn::Conv2d resnet_convolution(std::int64_t in, std::int64_t out, std::int64_t kernel,
                                            std::int64_t stride) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

/// Basic residual block (He et al., CVPR 2016) under torchvision's names: (B, in, H, W) -> (B, out, H/stride,
/// W/stride).
class ResNetBlockImpl : public torch::nn::Module {
 public:
  ResNetBlockImpl(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv1_(register_module("conv1", resnet_convolution(in, out, 3, stride))),
        bn1_(register_module("bn1", BranchNorm2d(out))),
        conv2_(register_module("conv2", resnet_convolution(out, out, 3, 1))),
        bn2_(register_module("bn2", BranchNorm2d(out))) {
    if (stride != 1 || in != out)
      downsample_ = register_module("downsample",
                                    torch::nn::Sequential(resnet_convolution(in, out, 1, stride), BranchNorm2d(out)));
  }

  torch::Tensor forward(const torch::Tensor& x) {
    const auto inner = torch::relu(bn1_->forward(conv1_->forward(x)));
    return torch::relu(bn2_->forward(conv2_->forward(inner)) + (downsample_ ? downsample_->forward(x) : x));
  }

 private:
  torch::nn::Conv2d conv1_;
  BranchNorm2d bn1_;
  torch::nn::Conv2d conv2_;
  BranchNorm2d bn2_;
  torch::nn::Sequential downsample_{nullptr};
};
TORCH_MODULE(ResNetBlock);

inline torch::nn::Sequential resnet_stage(std::int64_t in, std::int64_t out, std::int64_t stride) {
  return torch::nn::Sequential(ResNetBlock(in, out, stride), ResNetBlock(out, out, 1));
}

}  // namespace detail

/// ResNet-18 (He et al., CVPR 2016) up to its third stage, with the names of torchvision: `start_from("resnet18.pth")`
/// takes its weights. The fourth stage (a grid of 7 has nothing left to pool) and the
/// classifier are left out, and so are their tensors in files.
class ResNet18 : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "resnet18";
  static constexpr FeatureLayout kFeatures{{{64, 56}, {128, 28}, {256, 14}}};
  static constexpr TransformerShape kTransformer{.width = 256, .heads = 8};

  ResNet18()
      : conv1_(register_module("conv1", detail::resnet_convolution(3, 64, 7, 2))),
        bn1_(register_module("bn1", BranchNorm2d(64))),
        layer1_(register_module("layer1", detail::resnet_stage(64, 64, 1))),
        layer2_(register_module("layer2", detail::resnet_stage(64, 128, 2))),
        layer3_(register_module("layer3", detail::resnet_stage(128, 256, 2))) {}

  /// (B, 3, 224, 224) -> (B, 64, 56, 56), (B, 128, 28, 28), (B, 256, 14, 14).
  Features forward(const torch::Tensor& images) {
    const auto reduced = torch::relu(bn1_->forward(conv1_->forward(images)));
    const auto fine = layer1_->forward(torch::max_pool2d(reduced, /*kernel_size=*/3, /*stride=*/2, /*padding=*/1));
    const auto middle = layer2_->forward(fine);
    return {fine, middle, layer3_->forward(middle)};
  }

  /// Whether a tensor of torchvision's files is of a part that is left out here.
  static bool unused_tensor(std::string_view name) { return name.starts_with("layer4.") || name.starts_with("fc."); }

 private:
  torch::nn::Conv2d conv1_;
  BranchNorm2d bn1_;
  torch::nn::Sequential layer1_, layer2_, layer3_;
};
static_assert(BackbonePolicy<ResNet18>);

}  // namespace qcs
