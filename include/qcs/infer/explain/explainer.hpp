// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/data/augment/transform.hpp>
#include <qcs/infer/answer.hpp>
#include <qcs/infer/answer_of_logits.hpp>
#include <qcs/infer/explain/class_token_attention.hpp>
#include <qcs/infer/explain/grad_cam.hpp>
#include <qcs/infer/explain/options_of_card.hpp>
#include <qcs/infer/explain/token_map.hpp>
#include <qcs/infer/load_engine.hpp>
#include <qcs/infer/picture.hpp>
#include <qcs/model/base_branch.hpp>
#include <qcs/weights/load_weights.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// Where the network looked to say what it says of a face. Maps lie over what it saw, the middle of the resized picture
/// (Preprocessing), rows x columns, or one row where a scale's tokens make no square; float32, on the CPU.
struct Explanation {
  Answer answer;
  std::int64_t label;                     ///< whose Grad-CAM it is
  std::vector<torch::Tensor> last_block;  ///< of each scale's tokens, what the class token takes of them there
  std::vector<torch::Tensor> rollout;     ///< and through all blocks; all scales together sum to 1
  std::vector<torch::Tensor> grad_cam;    ///< of each scale's features, what speaks for the label
};

/// Explains the answers of trained weights; runs the network that was trained, not an engine.
///
///     auto explain = qcs::Explainer::load("base.safetensors");
///     const qcs::Explanation why = explain(qcs::bgr(face));
class Explainer {
 public:
  /// Reads weights that carry a card, see Classifier::load.
  template <class List = ShippedBackbones>
  static Explainer load(const std::filesystem::path& path) {
    const auto file = read_weight_file(path);
    return load<List>(file, require_card(file, "give a card, such as qcs::published_card<qcs::RafDb>()"));
  }

  template <class List = ShippedBackbones>
  static Explainer load(const WeightFile& file, const Card& card) {
    constexpr std::string_view kOwnParts = "make a qcs::Explainer(network, card) of a network of these types";
    return with_fitting_backbone(List(), file, card, kOwnParts, [&]<class Backbone>() {
      const torch::InferenceMode off(false);  // weights that are made within it cannot be differentiated through
      BaseBranch<Backbone> branch(network_options_of(card));
      const auto in_branch = [&](std::string_view name) { return branch->is_base_tensor(name); };
      load_weights(*branch, file.tensors, {.part = in_branch});
      return Explainer(branch, card);
    });
  }

  /// A trained BaseBranch or Network; it is put into evaluation mode. Throws ConfigError if the card has other classes.
  template <class Branch>
  Explainer(Branch branch, Card card)
      : card_(std::move(card)), transform_(transform_options_of<typename Branch::ContainedType::BackboneType>(card_)) {
    require_classes(branch->options().classes, card_);
    branch->eval();
    counts_.assign(branch->kTokenCounts.begin(), branch->kTokenCounts.end());
    look_ = [branch](const torch::Tensor& image, std::optional<std::int64_t> label) mutable {
      const torch::InferenceMode off(false);
      const auto images = image.to(branch->parameters().front().device());
      Look look;
      Features features;
      {
        const torch::NoGradGuard no_grad;
        features = branch->features(images);
        for (const auto& shares : branch->attention_of(features)) look.attention.push_back(shares.cpu());
        look.logits = branch->classify(features).cpu();
      }
      look.label = label.value_or(look.logits[0].argmax().template item<std::int64_t>());
      for (const auto& map : grad_cam(branch, features, torch::tensor({look.label}).to(images.device())))
        look.grad_cam.push_back(map.cpu());
      return look;
    };
  }

  /// @param label whose Grad-CAM is asked for; nothing: the answer's. Throws DataError for a picture that is none,
  /// ConfigError for a label that is none.
  Explanation operator()(const Picture& picture, std::optional<std::int64_t> label = {}) {
    if (label && (*label < 0 || *label >= static_cast<std::int64_t>(card_.labels.classes.size())))
      throw ConfigError(fmt::format("label {} is none of {}", *label, card_.labels.text()));
    const auto look = look_(transform_(rgb_pixels(picture)).unsqueeze(0), label);
    Explanation why{.answer = answer_of_logits(look.logits[0], card_.labels),
                    .label = look.label,
                    .last_block = by_scale(last_block_attention(look.attention)),
                    .rollout = by_scale(attention_rollout(look.attention)),
                    .grad_cam = {}};
    for (const auto& map : look.grad_cam) why.grad_cam.push_back(map[0]);
    return why;
  }

  const Card& card() const { return card_; }

 private:
  struct Look {
    torch::Tensor logits;
    std::int64_t label = 0;
    std::vector<torch::Tensor> attention, grad_cam;
  };

  std::vector<torch::Tensor> by_scale(const torch::Tensor& tokens) const {
    std::vector<torch::Tensor> maps;
    for (const auto& scale : tokens[0].split_with_sizes(counts_)) maps.push_back(token_map(scale));
    return maps;
  }

  Card card_;
  EvalTransform transform_;
  std::vector<std::int64_t> counts_;
  std::function<Look(const torch::Tensor&, std::optional<std::int64_t>)> look_;
};

}  // namespace qcs
