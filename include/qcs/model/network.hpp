// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/model/head/cross_similarity_head.hpp>
#include <qcs/model/token/pyramid_tokens.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace qcs {

/// Values of a network; the graph itself is in its type. The defaults are those of QCS on RAF-DB.
struct NetworkOptions {
  std::int64_t classes = 7;
  double base_dropout = 0;                           ///< dropout probability of the base transformer
  double cross_dropout = 0;                          ///< dropout probability of the cross transformer
  bool drop_attention_output = false;                ///< apply them after the attention's output projection, too
  std::int64_t cross_depth = 1;                      ///< transformer blocks of the cross classifier
  std::optional<TransformerShape> transformer = {};  ///< default: the backbone's kTransformer
};

/// Logits of a training pass, in branch order, and the attention maps behind the cross logits.
template <TopologyShape T>
struct BranchOutput {
  BranchTensors<T> base_logits;   ///< (B, classes)
  BranchTensors<T> cross_logits;  ///< (B, classes)
  AttentionMaps<T> maps;          ///< maps[scale][branch], attached to the graph
};

/// Training network of cross-similarity expression recognition (Wang et al., AAAI 2025) for any backbone, head and
/// branch topology. Its base branch alone is the network at inference. Parameter names are those of the public
/// checkpoints. Use through `Network`, the holder.
template <BackbonePolicy Backbone, class Head, TopologyShape Topology>
requires HeadPolicy<Head, Topology>
class NetworkImpl : public torch::nn::Module {
  static_assert(CheckedTopology<Topology>::kValid);

 public:
  using BackboneType = Backbone;
  using HeadType = Head;
  using TopologyType = Topology;
  static constexpr std::int64_t kInputSize = 224;
  /// Side of what the backbone reads of it, see pixel_stride; taken wherever kInputSize is.
  static constexpr std::int64_t kReadSize = kInputSize / pixel_stride<Backbone>;
  static_assert(pixel_stride<Backbone> >= 1 && kInputSize % pixel_stride<Backbone> == 0,
                "qcs backbone: kPixelStride must be 1 or more and divide the input size, 224");

  /// Throws ConfigError if a value is out of range.
  explicit NetworkImpl(const NetworkOptions& options = {})
      : options_(validated(options)),
        base_(register_module("VIT_base",
                              VisionTransformer(vit_options(transformer().base_depth, options.base_dropout)))),
        backbone_(register_module("ir_back", std::make_shared<Backbone>())),
        tokens_(Backbone::kWidths, transformer().width),
        head_(std::make_shared<HeadModule>(vit_options(options.cross_depth, options.cross_dropout))) {
    register_members(*tokens_);
    register_members(*head_);
  }

  /// The base branch, the whole network at inference: normalised RGB images (B, 3, 224, 224), or of them only the
  /// pixels that are read (B, 3, kReadSize, kReadSize) -> logits (B, classes). The latter are every kPixelStride-th row
  /// and column, not a smaller version of the image. Throws ShapeError for anything but a non-empty floating-point
  /// batch of either shape.
  torch::Tensor forward(const torch::Tensor& images) { return base(images).logits; }

  /// All branches, one after the other, so that batch normalisation sees one branch at a time, then the cross part.
  /// One batch per branch, in topology order, of the shapes that forward() takes. Throws ShapeError.
  BranchOutput<Topology> forward_branches(const BranchTensors<Topology>& images) {
    BranchOutput<Topology> out;
    BranchTensors<Topology> tokens;
    for (std::size_t b = 0; b < images.size(); ++b) {
      if (images[b].defined() && images[0].defined() && images[b].sizes() != images[0].sizes())
        throw ShapeError(
            fmt::format("branch `{}` has images of another shape than the anchor", Topology::kBranches[b].name));
      auto [logits, branch_tokens] = base(images[b]);
      out.base_logits[b] = logits;
      tokens[b] = branch_tokens;
    }
    auto cross = head_->forward(tokens);
    out.cross_logits = std::move(cross.logits);
    out.maps = std::move(cross.maps);
    return out;
  }

  /// The backbone's features of images as forward() takes them.
  Features features(const torch::Tensor& images) {
    check(images);
    return backbone_->forward(images);
  }

  /// The pyramid tokens (B, 147, width) of images as forward() takes them.
  torch::Tensor tokens(const torch::Tensor& images) { return tokens_->forward(features(images)); }

  /// tanh(theta) of every scale for a topology with a gate; empty for another one, or where the head has no gates().
  std::vector<double> gates() const {
    if constexpr (requires { head_->gates(); })
      return head_->gates();
    else
      return {};
  }

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
    head_->train(on);
    if (backbone_frozen_) backbone_->eval();
  }

  const NetworkOptions& options() const { return options_; }

  /// One line that names everything a checkpoint of this network depends on.
  std::string architecture() const {
    return fmt::format("{} backbone={} head={} classes={} width={} heads={} depth={}+{}", Topology::kName,
                       Backbone::kName, Head::name(), options_.classes, transformer().width, transformer().heads,
                       transformer().base_depth, options_.cross_depth);
  }

 private:
  using HeadModule = typename Head::template Module<Topology>;

  static NetworkOptions validated(const NetworkOptions& o) {
    const TransformerShape t = o.transformer.value_or(Backbone::kTransformer);
    if (o.classes < 2) throw ConfigError(fmt::format("a network needs at least 2 classes, got {}", o.classes));
    if (t.width < 1 || t.heads < 1 || t.width % t.heads != 0)
      throw ConfigError(fmt::format("token width {} is not a multiple of {} attention heads", t.width, t.heads));
    if (!(t.initial_weight_deviation > 0)) throw ConfigError("initial weights need a deviation above 0");
    if (t.base_depth < 1 || o.cross_depth < 1) throw ConfigError("transformer depths must be at least 1");
    for (const double p : {o.base_dropout, o.cross_dropout})
      if (!(p >= 0 && p < 1)) throw ConfigError(fmt::format("dropout probability {} is outside [0, 1)", p));
    return o;
  }

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
    const auto thinned = kReadSize == kInputSize ? std::string() : fmt::format(" or (B, 3, {0}, {0})", kReadSize);
    throw ShapeError(
        fmt::format("expected floating-point images (B, 3, {0}, {0}){1}, found {2}", kInputSize, thinned, found));
  }

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

  NetworkOptions options_;
  VisionTransformer base_;
  std::shared_ptr<Backbone> backbone_;
  bool backbone_frozen_ = false;
  PyramidTokens tokens_;
  std::shared_ptr<HeadModule> head_;
};

/// Holder of a `NetworkImpl`: `Network<Ir50, CrossSimilarityHead<>, Quadruplet> network(options);`
template <BackbonePolicy Backbone, class Head, TopologyShape Topology>
class Network : public torch::nn::ModuleHolder<NetworkImpl<Backbone, Head, Topology>> {
 public:
  using torch::nn::ModuleHolder<NetworkImpl<Backbone, Head, Topology>>::ModuleHolder;
};

}  // namespace qcs
