// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <qcs/model/branch_execution.hpp>
#include <qcs/model/concepts.hpp>
#include <qcs/nn/vision_transformer.hpp>
#include <string>
#include <vector>

namespace qcs {

/// What a head is built from.
struct HeadOptions {
  VitOptions transformer;                  ///< of the cross transformer: width, classes, all tokens and so on
  std::vector<std::int64_t> scale_tokens;  ///< tokens of each scale; their sum is transformer.tokens
  BranchExecution execution = BranchExecution::kTogether;  ///< may be followed, where a head can do both
};

/// Attention maps of a training pass: maps[scale][branch]. Empty where a head has none to show.
template <TopologyShape T>
using AttentionMaps = std::vector<BranchTensors<T>>;

/// What a head returns for every branch.
template <TopologyShape T>
struct HeadOutput {
  BranchTensors<T> logits;  ///< (B, classes)
  AttentionMaps<T> maps = {};
};

namespace detail {

template <class H, class T>
concept HasHeadModule = TopologyShape<T> && requires {
  typename H::template Module<T>;
};

}  // namespace detail

/// The rules of a head policy H for topology T, one flag each. A rule that needs another one counts as kept where that
/// one is broken.
template <class H, class T>
struct HeadRules {
  static constexpr bool kHasName = requires {
    { H::name() } -> std::convertible_to<std::string>;
  };

  static constexpr bool kHasModule = !TopologyShape<T> || detail::HasHeadModule<H, T>;

  static constexpr bool kIsModule = [] {
    if constexpr (detail::HasHeadModule<H, T>)
      return std::derived_from<typename H::template Module<T>, torch::nn::Module>;
    else
      return true;
  }();

  static constexpr bool kConstructs = [] {
    if constexpr (detail::HasHeadModule<H, T>)
      return std::constructible_from<typename H::template Module<T>, const HeadOptions&>;
    else
      return true;
  }();

  static constexpr bool kHasForward = [] {
    if constexpr (detail::HasHeadModule<H, T>)
      return requires(typename H::template Module<T> & head, const BranchTensors<T>& tokens) {
        { head.forward(tokens) } -> std::same_as<HeadOutput<T>>;
      };
    else
      return true;
  }();

  static constexpr bool kGatesAreNumbers = [] {
    if constexpr (requires(typename H::template Module<T> & head) { head.gates(); })
      return requires(const typename H::template Module<T>& head) {
        { head.gates() } -> std::convertible_to<std::vector<double>>;
      };
    else
      return true;
  }();

  static constexpr bool kAll = kHasName && kHasModule && kIsModule && kConstructs && kHasForward && kGatesAreNumbers;
};

/// The cross part of the training network: `name()` and a module template that maps every branch's tokens (B, tokens,
/// width) to a `HeadOutput`. docs/policies/head.md has a skeleton.
template <class H, class T>
concept HeadPolicy = HeadRules<H, T>::kAll;

/// Instantiating this with a bad head fails to compile with a sentence for each broken rule.
template <class H, class T>
struct CheckedHead {
  using Rules = HeadRules<H, T>;
  static_assert(Rules::kHasName, "qcs head: give it a name, `static std::string name()`");
  static_assert(Rules::kHasModule,
                "qcs head: give it a module for any topology, `template <qcs::TopologyShape T> class Module`");
  static_assert(Rules::kIsModule,
                "qcs head: derive its Module publicly from torch::nn::Module; a holder that TORCH_MODULE makes is "
                "none, its Impl is");
  static_assert(Rules::kConstructs,
                "qcs head: give its Module the constructor `explicit Module(const qcs::HeadOptions&)`");
  static_assert(Rules::kHasForward,
                "qcs head: give its Module `qcs::HeadOutput<T> forward(const qcs::BranchTensors<T>& tokens)`");
  static_assert(Rules::kGatesAreNumbers,
                "qcs head: gates() of its Module must be const and return std::vector<double>");
  static constexpr bool kValid = Rules::kAll;
};

}  // namespace qcs
