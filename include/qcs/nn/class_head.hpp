// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <qcs/core/constant.hpp>
#include <qcs/core/torch.hpp>

namespace qcs {

/// Sizes of a class head.
struct ClassHeadOptions {
  std::int64_t width;    ///< channels of the class token
  std::int64_t classes;  ///< logits
};

/// The rules of a class head, which turns the base transformer's class token (B, width) into logits (B, classes); one
/// flag each. A rule that needs another one counts as kept where that one is broken.
template <class C>
struct ClassHeadRules {
  static constexpr bool kIsModule = std::derived_from<C, torch::nn::Module>;
  static constexpr bool kHasName = HasConstantName<C>;
  static constexpr bool kConstructs = std::constructible_from<C, const ClassHeadOptions&>;
  static constexpr bool kHasForward = requires(C & head, const torch::Tensor& token) {
    { head.forward(token) } -> std::same_as<torch::Tensor>;
  };
  static constexpr bool kAll = kIsModule && kHasName && kConstructs && kHasForward;
};

/// A class head that obeys every rule; docs/policies/class_head.md has a skeleton.
template <class C>
concept ClassHeadPolicy = ClassHeadRules<C>::kAll;

/// Instantiating this with a bad class head fails to compile with a sentence for each broken rule.
template <class C>
struct CheckedClassHead {
  using Rules = ClassHeadRules<C>;
  static_assert(Rules::kIsModule,
                "qcs class head: derive it publicly from torch::nn::Module; a holder that TORCH_MODULE makes is none, "
                "its Impl is");
  static_assert(Rules::kHasName, "qcs class head: give it a name, `static constexpr std::string_view kName`");
  static_assert(Rules::kConstructs,
                "qcs class head: give it the constructor `explicit C(const qcs::ClassHeadOptions&)`");
  static_assert(
      Rules::kHasForward,
      "qcs class head: give it `torch::Tensor forward(const torch::Tensor& class_token)`, (B, width) -> logits "
      "(B, classes)");
  static constexpr bool kValid = Rules::kAll;
};

}  // namespace qcs
