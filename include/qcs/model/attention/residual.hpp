// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <qcs/core/constant.hpp>
#include <qcs/core/torch.hpp>
#include <string_view>

namespace qcs {

namespace detail {

/// Stands for a layer in a call; like the functions that a block hands over it is no function pointer.
struct AnyLayer {
  torch::Tensor operator()(const torch::Tensor& x) const;
};

}  // namespace detail

/// The rules of a residual form, one flag each.
template <class R>
struct ResidualRules {
  static constexpr bool kHasName = HasConstantName<R>;

  static constexpr bool kHasSum = requires(const torch::Tensor& x) {
    { R::sum(x, x, x) } -> std::same_as<torch::Tensor>;
  };

  static constexpr bool kHasFinish = requires(const torch::Tensor& x) {
    { R::finish(x, detail::AnyLayer(), detail::AnyLayer()) } -> std::same_as<torch::Tensor>;
  };

  static constexpr bool kAll = kHasName && kHasSum && kHasFinish;
};

/// Where a cross-attention block's residual paths start. `sum(tokens, normed, update)` joins the attention's update
/// (B, N, C) with the block's input tokens or their norm; `finish(x, norm, feed_forward)` adds the feed-forward path.
/// docs/policies/residual.md has a skeleton.
template <class R>
concept ResidualPolicy = ResidualRules<R>::kAll;

/// Instantiating this with a bad residual form fails to compile with a sentence for each broken rule.
template <class R>
struct CheckedResidual {
  using Rules = ResidualRules<R>;
  static_assert(Rules::kHasName, "qcs residual: give it a name, `static constexpr std::string_view kName`");
  static_assert(
      Rules::kHasSum,
      "qcs residual: give it `static torch::Tensor sum(const torch::Tensor& tokens, const torch::Tensor& normed, "
      "const torch::Tensor& update)`");
  static_assert(Rules::kHasFinish,
                "qcs residual: give it `static torch::Tensor finish(const torch::Tensor& x, auto&& norm, auto&& "
                "feed_forward)`");
  static constexpr bool kValid = Rules::kAll;
};

/// Residuals start at the normalised tensor: x = LN1(t) + update; y = LN2(x); out = y + MLP(y). The published form of
/// QCS and of DCS on RAF-DB and AffectNet-7.
struct NormedResidual {
  static constexpr std::string_view kName = "normed";

  static torch::Tensor sum(const torch::Tensor& /*tokens*/, const torch::Tensor& normed, const torch::Tensor& update) {
    return normed + update;
  }
  static torch::Tensor finish(const torch::Tensor& x, auto&& norm, auto&& feed_forward) {
    const torch::Tensor normed = norm(x);
    return normed + feed_forward(normed);
  }
};
static_assert(ResidualPolicy<NormedResidual>);

/// Ordinary pre-norm residuals: x = t + update; out = x + MLP(LN2(x)). The published form of DCS on FERPlus and
/// AffectNet-8.
struct PreNormResidual {
  static constexpr std::string_view kName = "prenorm";

  static torch::Tensor sum(const torch::Tensor& tokens, const torch::Tensor& /*normed*/, const torch::Tensor& update) {
    return tokens + update;
  }
  static torch::Tensor finish(const torch::Tensor& x, auto&& norm, auto&& feed_forward) {
    return x + feed_forward(norm(x));
  }
};
static_assert(ResidualPolicy<PreNormResidual>);

}  // namespace qcs
