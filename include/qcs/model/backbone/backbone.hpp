// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <memory>
#include <qcs/core/constant.hpp>
#include <qcs/model/concepts.hpp>
#include <qcs/model/feature_layout.hpp>
#include <type_traits>

namespace qcs {

namespace detail {

template <class B>
concept HasTransformer = requires {
  { B::kTransformer } -> std::convertible_to<TransformerShape>;
  typename std::bool_constant<is_read(TransformerShape(B::kTransformer))>;
};

template <class B>
concept HasPixelStride = requires {
  requires std::integral<std::remove_cvref_t<decltype(B::kPixelStride)>>;
  typename std::bool_constant<is_read(B::kPixelStride)>;
};

}  // namespace detail

/// The transformers that stand on a backbone: `B::kTransformer` where it has one, else the published ones of IR-50.
/// May be specialised for a backbone that is not one's own.
template <class B>
inline constexpr TransformerShape transformer_for = [] {
  if constexpr (detail::HasTransformer<B>)
    return TransformerShape(B::kTransformer);
  else
    return TransformerShape{.width = 768, .heads = 8};
}();

/// How many rows and columns apart the pixels are that a backbone reads: `B::kPixelStride` where it has one, else 1,
/// all. A backbone with stride s also takes (B, 3, 224/s, 224/s), the pixels it would read, so that nobody needs to
/// make the others.
template <class B>
inline constexpr int pixel_stride = [] {
  if constexpr (detail::HasPixelStride<B>)
    return static_cast<int>(B::kPixelStride);
  else
    return 1;
}();

/// The pixels of images (B, 3, 224, 224) that backbone B reads, (B, 3, 224/s, 224/s) with its stride s, as a view;
/// images that hold no others stay as they are.
template <class B>
torch::Tensor read_pixels(const torch::Tensor& images) {
  constexpr std::int64_t kStride = pixel_stride<B>;
  if (images.size(2) != kInputSize) return images;
  return images.slice(2, 0, kInputSize, kStride).slice(3, 0, kInputSize, kStride);
}

namespace detail {

struct NoBackboneOptions {};

template <class B>
struct BackboneOptionsBehind {
  using Type = NoBackboneOptions;
};
template <class B>
requires requires { typename B::Options; }
struct BackboneOptionsBehind<B> {
  using Type = typename B::Options;
};

template <class B>
concept HasFeatureLayout = is_feature_layout<std::remove_cvref_t<decltype(B::kFeatures)>> && requires {
  typename std::bool_constant<is_read(B::kFeatures)>;
};

}  // namespace detail

/// The values that a backbone is built from: `B::Options` where it has them, else nothing.
template <class B>
using BackboneOptionsOf = typename detail::BackboneOptionsBehind<B>::Type;

/// The rules of a backbone, one flag each, evaluated by the compiler. A rule that needs another one counts as kept
/// where that one is broken.
template <class B>
struct BackboneRules {
  static constexpr bool kIsModule = std::derived_from<B, torch::nn::Module>;

  static constexpr bool kHasName = HasConstantName<B>;

  static constexpr bool kHasFeatures = detail::HasFeatureLayout<B>;

  static constexpr bool kFeaturesFilled = [] {
    if constexpr (kHasFeatures)
      return is_filled(B::kFeatures);
    else
      return true;
  }();

  static constexpr bool kFineToCoarse = [] {
    if constexpr (kHasFeatures)
      return is_fine_to_coarse(B::kFeatures);
    else
      return true;
  }();

  static constexpr bool kTransformerIsShape = [] {
    if constexpr (requires { B::kTransformer; })
      return detail::HasTransformer<B>;
    else
      return true;
  }();

  static constexpr bool kWidthIsMultipleOfHeads = [] {
    constexpr auto kShape = transformer_for<B>;
    return kShape.heads >= 1 && kShape.width >= 1 && kShape.width % kShape.heads == 0;
  }();

  static constexpr bool kStrideDivides = [] {
    if constexpr (requires { B::kPixelStride; }) {
      if constexpr (detail::HasPixelStride<B>)
        return B::kPixelStride >= 1 && kInputSize % B::kPixelStride == 0;
      else
        return false;
    } else {
      return true;
    }
  }();

  static constexpr bool kLearningRateIsNumber = [] {
    if constexpr (requires { B::kLearningRate; }) return requires {
        { B::kLearningRate } -> std::convertible_to<double>;
      };
    else
      return true;
  }();

  static constexpr bool kConstructs = std::default_initializable<B> && [] {
    if constexpr (requires { typename B::Options; })
      return std::default_initializable<typename B::Options> && std::constructible_from<B, const typename B::Options&>;
    else
      return true;
  }();

  static constexpr bool kHasForward = requires(B & backbone, const torch::Tensor& images) {
    { backbone.forward(images) } -> std::same_as<Features>;
  };

  static constexpr bool kAll = kIsModule && kHasName && kHasFeatures && kFeaturesFilled && kFineToCoarse &&
                               kTransformerIsShape && kWidthIsMultipleOfHeads && kStrideDivides &&
                               kLearningRateIsNumber && kConstructs && kHasForward;
};

/// A feature extractor that obeys every rule: a module that turns normalised images (B, 3, 224, 224) into the features
/// that its layout `kFeatures` says. docs/policies/backbone.md has a skeleton.
template <class B>
concept BackbonePolicy = BackboneRules<B>::kAll;

/// Instantiating this with a bad backbone fails to compile with a sentence for each broken rule.
template <class B>
struct CheckedBackbone {
  using Rules = BackboneRules<B>;
  static_assert(
      Rules::kIsModule,
      "qcs backbone: derive it publicly from torch::nn::Module; a holder that TORCH_MODULE makes is none, its Impl is");
  static_assert(Rules::kHasName, "qcs backbone: give it a name, `static constexpr std::string_view kName`");
  static_assert(
      Rules::kHasFeatures,
      "qcs backbone: say what forward() returns, channels and grid of each scale from fine to coarse: `static "
      "constexpr qcs::FeatureLayout kFeatures{{{64, 56}, {128, 28}, {256, 14}}}`");
  static_assert(Rules::kFeaturesFilled, "qcs backbone: channels and grids in kFeatures must be at least 1");
  static_assert(Rules::kFineToCoarse, "qcs backbone: list the scales in kFeatures from fine to coarse");
  static_assert(
      Rules::kTransformerIsShape,
      "qcs backbone: kTransformer must be a constexpr qcs::TransformerShape, such as {.width = 64, .heads = 2}");
  static_assert(Rules::kWidthIsMultipleOfHeads,
                "qcs backbone: the width of its transformers (kTransformer or transformer_for) must be a multiple of "
                "their heads");
  static_assert(Rules::kStrideDivides,
                "qcs backbone: kPixelStride must be a constexpr int, 1 or more, and divide the input size, 224");
  static_assert(Rules::kLearningRateIsNumber, "qcs backbone: kLearningRate must be a number");
  static_assert(Rules::kConstructs,
                "qcs backbone: give it a constructor without arguments and, if it has a type Options, one from `const "
                "Options&`, with values of Options that are right by default");
  static_assert(Rules::kHasForward, "qcs backbone: give it `qcs::Features forward(const torch::Tensor& images)`");
  static constexpr bool kValid = Rules::kAll;
};

/// A backbone of these values.
template <class B>
std::shared_ptr<B> make_backbone(const BackboneOptionsOf<B>& options = {}) {
  if constexpr (requires { typename B::Options; })
    return std::make_shared<B>(options);
  else
    return std::make_shared<B>();
}

}  // namespace qcs
