// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <qcs/model/backbone/compact.hpp>
#include <string_view>

// Backbones like CompactBackbone that it was chosen among.

namespace qcs::benchmarks {

struct CompactShape {
  std::array<std::int64_t, 3> channels{32, 64, 96};
  std::array<int, 3> units{1, 2, 1};
};

/// CompactBackbone with other numbers of channels and of residual units on its three grids.
template <CompactShape kShape>
class ShapedBackbone : public torch::nn::Module {
 public:
  static constexpr FeatureLayout kFeatures{
      {{kShape.channels[0], 28}, {kShape.channels[1], 14}, {kShape.channels[2], 7}}};
  static constexpr TransformerShape kTransformer = CompactBackbone::kTransformer;
  static constexpr int kPixelStride = CompactBackbone::kPixelStride;

  ShapedBackbone() {
    const auto conv = [](std::int64_t from, std::int64_t to, std::int64_t kernel) {
      return torch::nn::Conv2d(torch::nn::Conv2dOptions(from, to, kernel).padding(kernel / 2).bias(false));
    };
    constexpr auto kStem = CompactBackbone::kStem, kSummary = CompactBackbone::kSummary, kCoarse = kShape.channels[2];
    luma_ = register_module("luma", qcs::detail::Luma());
    stem_ = register_module("stem", torch::nn::Sequential(conv(1, kStem, 3), BranchNorm2d(kStem), PRelu(kStem)));
    auto in = kStem;
    for (std::size_t s = 0; s < stages_.size(); ++s) {
      torch::nn::Sequential stage;
      for (int unit = 0; unit < kShape.units[s]; ++unit) {
        stage->push_back(qcs::detail::SmallUnit(in, kShape.channels[s], unit == 0 ? 2 : 1));
        in = kShape.channels[s];
      }
      stages_[s] = register_module(fmt::format("stage{}", s + 1), stage);
    }
    summary_ = register_module(
        "summary", torch::nn::Sequential(conv(kCoarse, kSummary, 1), BranchNorm2d(kSummary), torch::nn::Flatten(),
                                         Linear(kSummary * 7 * 7, kCoarse), LayerNorm(kCoarse, 1e-5), PRelu(kCoarse)));
  }

  Features forward(const torch::Tensor& images) {
    const auto stem = stem_->forward(luma_->forward(read_pixels<ShapedBackbone>(images)));
    const auto fine = stages_[0]->forward(stem), middle = stages_[1]->forward(fine);
    const auto coarse = stages_[2]->forward(middle);
    return {fine, middle, coarse + summary_->forward(coarse).unsqueeze(-1).unsqueeze(-1)};
  }

 private:
  qcs::detail::Luma luma_{nullptr};
  torch::nn::Sequential stem_{nullptr}, summary_{nullptr};
  std::array<torch::nn::Sequential, 3> stages_{nullptr, nullptr, nullptr};
};

struct OneUnit : ShapedBackbone<CompactShape{.units = {1, 1, 1}}> {
  static constexpr std::string_view kName = "one-unit";
};
struct Narrow : ShapedBackbone<CompactShape{.channels = {24, 48, 64}}> {
  static constexpr std::string_view kName = "narrow";
};
struct Wide : ShapedBackbone<CompactShape{.channels = {48, 96, 128}}> {
  static constexpr std::string_view kName = "wide";
};

}  // namespace qcs::benchmarks
