// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <qcs/nn/class_head.hpp>
#include <qcs/nn/flat_module.hpp>
#include <qcs/nn/layer_norm.hpp>
#include <qcs/nn/squeeze_excite_head.hpp>
#include <qcs/nn/vit_block.hpp>
#include <vector>

namespace qcs {

/// Settings of a vision transformer over ready-made tokens.
struct VitOptions {
  std::int64_t width;
  std::int64_t heads;
  std::int64_t depth;
  std::int64_t tokens;  ///< without the class token
  std::int64_t classes;
  std::int64_t hidden_ratio = 4;          ///< feed-forward width / width
  double dropout = 0;                     ///< after the position embedding and in the feed-forward layers
  bool drop_attention_output = false;     ///< the same probability after the attention's output projection
  double initial_weight_deviation = .01;  ///< of the linear layers
  bool whole_last_block = false;          ///< work out all its tokens for logits, too, as the public code does
};

/// What a vision transformer says about a token sequence.
struct VitOutput {
  torch::Tensor logits;  ///< (B, classes), from the class token
  torch::Tensor tokens;  ///< (B, tokens, width), after the final layer norm
};

/// Transformer encoder with a class token and a class head on it (the public code's `VisionTransformer`; Wang et al.,
/// AAAI 2025). What the head registers stands beside the blocks, as the published head's parts do.
template <class ClassHead = SqueezeExciteHead>
class VisionTransformerImpl : public FlatModule {
  static_assert(CheckedClassHead<ClassHead>::kValid);

 public:
  explicit VisionTransformerImpl(VitOptions options)
      : dropout_(options.dropout),
        initial_weight_deviation_(options.initial_weight_deviation),
        whole_last_block_(options.whole_last_block) {
    class_token_ = register_parameter("cls_token", torch::zeros({1, 1, options.width}));
    position_ = register_parameter("pos_embed", torch::zeros({1, options.tokens + 1, options.width}));
    const SelfAttentionOptions attention{.width = options.width,
                                         .heads = options.heads,
                                         .output_dropout = options.drop_attention_output ? options.dropout : 0};
    const FeedForwardOptions feed_forward{
        .width = options.width, .hidden = options.hidden_ratio * options.width, .dropout = options.dropout};
    auto list = register_module("blocks", torch::nn::ModuleList());
    for (std::int64_t block = 0; block < options.depth; ++block) {
      blocks_.emplace_back(attention, feed_forward);
      list->push_back(blocks_.back());
    }
    norm_ = register_module("norm", LayerNorm(options.width, kVitNormEpsilon));
    head_ = register_flat(std::make_shared<ClassHead>(ClassHeadOptions{options.width, options.classes}));
    reset_parameters();
  }

  /// Normal(0, .02) tokens and positions, Normal(0, initial_weight_deviation) linear weights, zero biases, unit layer
  /// norms. The public code truncates at +-2, a hundred of its deviations out, which the clamp reproduces.
  void reset_parameters() {
    const torch::NoGradGuard no_grad;
    class_token_.normal_(0, .02).clamp_(-2, 2);
    position_.normal_(0, .02).clamp_(-2, 2);
    for (const auto& module : modules(/*include_self=*/false)) {
      if (auto* linear = module->as<torch::nn::Linear>()) {
        linear->weight.normal_(0, initial_weight_deviation_).clamp_(-2, 2);
        if (linear->bias.defined()) linear->bias.zero_();
      } else if (auto* norm = module->as<torch::nn::LayerNorm>()) {
        norm->reset_parameters();
      }
    }
  }

  /// Tokens (B, tokens, width) -> logits and normalised tokens.
  VitOutput forward(const torch::Tensor& tokens) {
    auto x = embedded(tokens);
    for (auto& block : blocks_) x = block->forward(x);
    x = norm_->forward(x);
    return {.logits = head_->forward(x.select(1, 0)), .tokens = x.slice(1, 1)};
  }

  /// The logits of forward() alone: in the last block nothing but the class token is worked out, unless the options ask
  /// for all of it.
  torch::Tensor logits(const torch::Tensor& tokens) {
    if (whole_last_block_) return forward(tokens).logits;
    auto x = embedded(tokens);
    for (std::size_t block = 0; block + 1 < blocks_.size(); ++block) x = blocks_[block]->forward(x);
    return head_->forward(norm_->forward(blocks_.back()->forward_first(x)).select(1, 0));
  }

  /// The attention of every block, (B, heads, 1 + tokens, 1 + tokens): rows take of columns, the class token first.
  std::vector<torch::Tensor> attention(const torch::Tensor& tokens) {
    std::vector<torch::Tensor> maps;
    auto x = embedded(tokens);
    for (auto& block : blocks_) {
      maps.push_back(block->attention(x));
      x = block->forward(x);
    }
    return maps;
  }

 private:
  torch::Tensor embedded(const torch::Tensor& tokens) const {
    const auto x = torch::cat({class_token_.expand({tokens.size(0), -1, -1}), tokens}, 1) + position_;
    return dropout_ > 0 ? torch::dropout(x, dropout_, is_training()) : x;
  }

  double dropout_;
  double initial_weight_deviation_;
  bool whole_last_block_;
  torch::Tensor class_token_, position_;
  std::vector<VitBlock> blocks_;
  LayerNorm norm_{nullptr};
  std::shared_ptr<ClassHead> head_;
};

/// Holder of a `VisionTransformerImpl`.
template <class ClassHead = SqueezeExciteHead>
class VisionTransformer : public torch::nn::ModuleHolder<VisionTransformerImpl<ClassHead>> {
 public:
  using torch::nn::ModuleHolder<VisionTransformerImpl<ClassHead>>::ModuleHolder;
};

}  // namespace qcs
