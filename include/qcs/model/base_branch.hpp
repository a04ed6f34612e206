// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <qcs/core/error.hpp>
#include <qcs/model/backbone/backbone.hpp>
#include <qcs/model/network_options.hpp>
#include <qcs/model/token/pyramid_tokens.hpp>
#include <qcs/nn/flat_module.hpp>
#include <qcs/nn/vision_transformer.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace qcs {

/// The branch that stands alone at inference: backbone, token embedding and a vision transformer with a class head
/// (Wang et al., AAAI 2025). Parameter names are those of the public checkpoints. Use through `BaseBranch`, the holder,
/// or as the part that every Network has.
template <class Backbone, class Embedding = PyramidTokens, class ClassHead = SqueezeExciteHead>
class BaseBranchImpl : public FlatModule {
  static_assert(CheckedBackbone<Backbone>::kValid);
  static_assert(CheckedTokenEmbedding<Embedding, Backbone>::kValid);

 public:
  using BackboneType = Backbone;
  using EmbeddingType = Embedding;
  using ClassHeadType = ClassHead;
  static constexpr std::int64_t kInputSize = qcs::kInputSize;
  /// Side of what the backbone reads of it, see pixel_stride; taken wherever kInputSize is.
  static constexpr std::int64_t kReadSize = kInputSize / pixel_stride<Backbone>;
  /// Tokens of each scale.
  static constexpr auto kTokenCounts = Embedding::token_counts(Backbone::kFeatures);

  /// Throws ConfigError if a value is out of range.
  explicit BaseBranchImpl(const NetworkOptions& options = {}, const BackboneOptionsOf<Backbone>& backbone = {})
      : options_(validated<Backbone>(options)),
        base_(register_module(
            kBaseName, VisionTransformer<ClassHead>(vit_options(transformer().base_depth, options.base_dropout)))),
        backbone_(register_module(kBackboneName, make_backbone<Backbone>(backbone))),
        tokens_(register_flat(std::make_shared<Embedding>(Backbone::kFeatures.scales, transformer().width))) {
    base_names_ = flat_names();
    base_names_.insert(base_names_.end(), {kBaseName, kBackboneName});
  }

  /// Normalised RGB images (B, 3, 224, 224), or of them only the pixels that are read (B, 3, kReadSize, kReadSize) ->
  /// logits (B, classes). The latter are every kPixelStride-th row and column, not a smaller version of the image.
  /// Throws ShapeError for anything but a non-empty floating-point batch of either shape.
  torch::Tensor forward(const torch::Tensor& images) { return base_->logits(tokens(images)); }

  /// The backbone's features of images as forward() takes them. Throws ShapeError, for features too, if they are not
  /// those that Backbone::kFeatures says.
  Features features(const torch::Tensor& images) {
    check(images);
    auto features = backbone_->forward(images);
    check(features);
    return features;
  }

  /// The tokens (B, sum of kTokenCounts, width) of images as forward() takes them.
  torch::Tensor tokens(const torch::Tensor& images) { return tokens_->forward(features(images)); }

  /// The logits (B, classes) of what features() gives.
  torch::Tensor classify(const Features& features) { return base_->logits(tokens_->forward(features)); }

  /// The attention of every transformer block on what features() gives: (B, heads, 1 + tokens, 1 + tokens), the class
  /// token first, rows summing to 1.
  std::vector<torch::Tensor> attention_of(const Features& features) {
    return base_->attention(tokens_->forward(features));
  }

  /// Leaves the backbone's weights and batch statistics as they are from now on, in training too.
  void freeze_backbone() {
    for (auto& parameter : backbone_->parameters()) parameter.set_requires_grad(false);
    backbone_frozen_ = true;
    train(is_training());
  }

  void train(bool on = true) override {
    FlatModule::train(on);
    if (backbone_frozen_) backbone_->eval();
  }

  const NetworkOptions& options() const { return options_; }

  /// Whether a tensor of this name is part of the base branch, whatever else the module may have.
  bool is_base_tensor(std::string_view name) const {
    return std::ranges::any_of(base_names_, [&](const std::string& part) {
      return name.starts_with(part) && (name.size() == part.size() || name[part.size()] == '.');
    });
  }

 protected:
  VitOutput base(const torch::Tensor& images) { return base_->forward(tokens(images)); }

  TransformerShape transformer() const { return options_.transformer.value_or(transformer_for<Backbone>); }

  VitOptions vit_options(std::int64_t depth, double dropout) const {
    std::int64_t tokens = 0;
    for (const auto count : kTokenCounts) tokens += count;
    return {.width = transformer().width,
            .heads = transformer().heads,
            .depth = depth,
            .tokens = tokens,
            .classes = options_.classes,
            .dropout = dropout,
            .drop_attention_output = options_.drop_attention_output,
            .initial_weight_deviation = transformer().initial_weight_deviation,
            .whole_last_block = options_.execution == BranchExecution::kInTurn};
  }

 private:
  static constexpr const char *kBaseName = "VIT_base", *kBackboneName = "ir_back";

  static std::string text_of(const torch::Tensor& tensor) {
    if (!tensor.defined()) return "an undefined tensor";
    std::ostringstream text;
    text << tensor.dtype() << ' ' << tensor.sizes();
    return text.str();
  }

  static void check(const torch::Tensor& images) {
    const auto side = [&](std::int64_t size) { return images.size(2) == size && images.size(3) == size; };
    const bool good = images.defined() && images.is_floating_point() && images.dim() == 4 && images.size(0) > 0 &&
                      images.size(1) == 3 && (side(kInputSize) || side(kReadSize));
    if (good) return;
    const auto strided = kReadSize == kInputSize ? std::string() : fmt::format(" or (B, 3, {0}, {0})", kReadSize);
    throw ShapeError(fmt::format("expected floating-point images (B, 3, {0}, {0}){1}, found {2}", kInputSize, strided,
                                 text_of(images)));
  }

  /// Names every scale that is not as the layout says.
  static void check(const Features& features) {
    constexpr auto& kScales = Backbone::kFeatures.scales;
    std::string faults;
    if (features.size() != kScales.size())
      faults = fmt::format("; expected {} scales, found {}", kScales.size(), features.size());
    for (std::size_t i = 0; i < std::min(kScales.size(), features.size()); ++i) {
      const auto& f = features[i];
      const auto [channels, grid] = kScales[i];
      if (!f.defined() || f.dim() != 4 || f.size(1) != channels || f.size(2) != grid || f.size(3) != grid)
        faults +=
            fmt::format("; scale {}: expected (B, {}, {}, {}), found {}", i + 1, channels, grid, grid, text_of(f));
    }
    if (!faults.empty())
      throw ShapeError(
          fmt::format("the features of backbone {} are not those of its kFeatures{}", Backbone::kName, faults));
  }

  NetworkOptions options_;
  VisionTransformer<ClassHead> base_;
  std::shared_ptr<Backbone> backbone_;
  bool backbone_frozen_ = false;
  std::shared_ptr<Embedding> tokens_;
  std::vector<std::string> base_names_;
};

/// Holder of a `BaseBranchImpl`: `BaseBranch<Ir50> branch(options);`
template <class Backbone, class Embedding = PyramidTokens, class ClassHead = SqueezeExciteHead>
class BaseBranch : public torch::nn::ModuleHolder<BaseBranchImpl<Backbone, Embedding, ClassHead>> {
 public:
  using torch::nn::ModuleHolder<BaseBranchImpl<Backbone, Embedding, ClassHead>>::ModuleHolder;
};

}  // namespace qcs
