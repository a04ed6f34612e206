// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <qcs/core/error.hpp>
#include <qcs/model/concepts.hpp>
#include <qcs/model/network_options.hpp>
#include <qcs/model/token/pyramid_tokens.hpp>
#include <qcs/nn/vision_transformer.hpp>
#include <sstream>
#include <string>

namespace qcs {

/// The branch that stands alone at inference: backbone, pyramid tokens and a vision transformer (Wang et al., AAAI
/// 2025). Parameter names are those of the public checkpoints. Use through `BaseBranch`, the holder, or as the part
/// that every Network has.
template <BackbonePolicy Backbone>
class BaseBranchImpl : public torch::nn::Module {
 public:
  using BackboneType = Backbone;
  static constexpr std::int64_t kInputSize = 224;
  /// Side of what the backbone reads of it, see pixel_stride; taken wherever kInputSize is.
  static constexpr std::int64_t kReadSize = kInputSize / pixel_stride<Backbone>;
  static_assert(pixel_stride<Backbone> >= 1 && kInputSize % pixel_stride<Backbone> == 0,
                "qcs backbone: kPixelStride must be 1 or more and divide the input size, 224");

  /// Throws ConfigError if a value is out of range.
  explicit BaseBranchImpl(const NetworkOptions& options = {})
      : options_(validated<Backbone>(options)),
        base_(register_module("VIT_base",
                              VisionTransformer(vit_options(transformer().base_depth, options.base_dropout)))),
        backbone_(register_module("ir_back", std::make_shared<Backbone>())),
        tokens_(Backbone::kWidths, transformer().width) {
    register_members(*tokens_);
  }

  /// Normalised RGB images (B, 3, 224, 224), or of them only the pixels that are read (B, 3, kReadSize, kReadSize) ->
  /// logits (B, classes). The latter are every kPixelStride-th row and column, not a smaller version of the image.
  /// Throws ShapeError for anything but a non-empty floating-point batch of either shape.
  torch::Tensor forward(const torch::Tensor& images) { return base_->forward(tokens(images)).logits; }

  /// The backbone's features of images as forward() takes them.
  Features features(const torch::Tensor& images) {
    check(images);
    return backbone_->forward(images);
  }

  /// The pyramid tokens (B, 147, width) of images as forward() takes them.
  torch::Tensor tokens(const torch::Tensor& images) { return tokens_->forward(features(images)); }

  /// Leaves the backbone's weights and batch statistics as they are from now on, in training too.
  void freeze_backbone() {
    for (auto& parameter : backbone_->parameters()) parameter.set_requires_grad(false);
    backbone_frozen_ = true;
    train(is_training());
  }

  void train(bool on = true) override {
    torch::nn::Module::train(on);
    // They are no children themselves, see register_members(), and may ask for the mode.
    tokens_->train(on);
    if (backbone_frozen_) backbone_->eval();
  }

  const NetworkOptions& options() const { return options_; }

 protected:
  VitOutput base(const torch::Tensor& images) { return base_->forward(tokens(images)); }

  TransformerShape transformer() const { return options_.transformer.value_or(Backbone::kTransformer); }

  VitOptions vit_options(std::int64_t depth, double dropout) const {
    return {.width = transformer().width,
            .heads = transformer().heads,
            .depth = depth,
            .tokens = PyramidTokensImpl::kTokens,
            .classes = options_.classes,
            .dropout = dropout,
            .drop_attention_output = options_.drop_attention_output,
            .initial_weight_deviation = transformer().initial_weight_deviation};
  }

  /// Registers a part's children, parameters and buffers as own ones: the public names have no level for the part
  /// itself. The part keeps them, too, since LibTorch moves and converts tensors in place.
  void register_members(torch::nn::Module& part) {
    const auto taken = [&](const std::string& name) {
      return named_children().contains(name) || named_parameters(false).contains(name) ||
             named_buffers(false).contains(name);
    };
    const auto require_free = [&](const std::string& name) {
      if (taken(name))
        throw ConfigError(
            fmt::format("{} registers `{}`, a name that another part of the network has", part.name(), name));
    };
    for (const auto& child : part.named_children()) {
      require_free(child.key());
      register_module(child.key(), child.value());
    }
    for (const auto& parameter : part.named_parameters(false)) {
      require_free(parameter.key());
      register_parameter(parameter.key(), parameter.value(), parameter.value().requires_grad());
    }
    for (const auto& buffer : part.named_buffers(false)) {
      require_free(buffer.key());
      register_buffer(buffer.key(), buffer.value());
    }
  }

 private:
  static void check(const torch::Tensor& images) {
    const auto side = [&](std::int64_t size) { return images.size(2) == size && images.size(3) == size; };
    const bool good = images.defined() && images.is_floating_point() && images.dim() == 4 && images.size(0) > 0 &&
                      images.size(1) == 3 && (side(kInputSize) || side(kReadSize));
    if (good) return;
    std::string found = "an undefined tensor";
    if (images.defined()) {
      std::ostringstream text;
      text << images.dtype() << ' ' << images.sizes();
      found = text.str();
    }
    const auto strided = kReadSize == kInputSize ? std::string() : fmt::format(" or (B, 3, {0}, {0})", kReadSize);
    throw ShapeError(
        fmt::format("expected floating-point images (B, 3, {0}, {0}){1}, found {2}", kInputSize, strided, found));
  }

  NetworkOptions options_;
  VisionTransformer base_;
  std::shared_ptr<Backbone> backbone_;
  bool backbone_frozen_ = false;
  PyramidTokens tokens_;
};

/// Holder of a `BaseBranchImpl`: `BaseBranch<Ir50> branch(options);`
template <BackbonePolicy Backbone>
class BaseBranch : public torch::nn::ModuleHolder<BaseBranchImpl<Backbone>> {
 public:
  using torch::nn::ModuleHolder<BaseBranchImpl<Backbone>>::ModuleHolder;
};

}  // namespace qcs
