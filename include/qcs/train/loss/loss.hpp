// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <qcs/core/constant.hpp>
#include <qcs/core/torch.hpp>
#include <string_view>
#include <type_traits>

namespace qcs {

/// What the logits of a branch are compared with, both on the logits' device.
struct BranchTarget {
  torch::Tensor labels;       ///< (B) int64: classes
  torch::Tensor images = {};  ///< (B) int64: numbers in the training list; undefined if the loss does not read them
};

/// What a recipe says of a loss.
struct LossOptions {
  double label_smoothing = 0;  ///< 0 to below 1
};

/// The rules of a loss, one flag each, evaluated by the compiler. A rule whose precondition fails counts as kept.
template <class L>
struct LossRules {
  static constexpr bool kNamed = HasConstantName<L>;

  static constexpr bool kCallable = requires(const L& loss, const torch::Tensor& logits, const BranchTarget& target) {
    loss(logits, target);
  };

  static constexpr bool kGivesTensor =
      !kCallable || requires(const L& loss, const torch::Tensor& logits, const BranchTarget& target) {
    { loss(logits, target) } -> std::same_as<torch::Tensor>;
  };

  static constexpr bool kCopyable = std::copy_constructible<L>;

  static constexpr bool kAll = kNamed && kCallable && kGivesTensor && kCopyable;
};

/// Loss of a branch's logits (B, classes): a 0-d tensor, the mean over the batch.
template <class L>
concept LossPolicy = LossRules<L>::kAll;

/// Instantiating this with a bad loss fails to compile with a sentence for each broken rule.
template <class L>
struct CheckedLoss {
  using Rules = LossRules<L>;
  static_assert(Rules::kNamed, "qcs loss: name it for reports: static constexpr std::string_view kName = \"mine\"");
  static_assert(Rules::kCallable,
                "qcs loss: give it `torch::Tensor operator()(const torch::Tensor& logits, const qcs::BranchTarget& "
                "target) const`");
  static_assert(Rules::kGivesTensor,
                "qcs loss: operator() must return a torch::Tensor, the mean over the batch as a 0-d tensor with its "
                "gradient; a number has none");
  static_assert(Rules::kCopyable, "qcs loss: it must be copyable: it is given as a value");
  static constexpr bool kValid = Rules::kAll;
};

/// A loss that is made from the recipe where none is given.
template <class L>
concept LossFromRecipe = std::constructible_from<L, const LossOptions&>;

/// Whether a loss reads `BranchTarget::images`: its `kReadsImages`, true where it does not say.
template <class L>
inline constexpr bool loss_reads_images = [] {
  if constexpr (requires { L::kReadsImages; })
    return static_cast<bool>(L::kReadsImages);
  else
    return true;
}();

}  // namespace qcs
