// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <optional>
#include <qcs/presets/datasets.hpp>
#include <qcs/presets/topologies.hpp>
#include <qcs/train/recipe.hpp>
#include <string>
#include <string_view>

namespace qcs {

namespace detail {

constexpr TransformOptions transform(int resize, double rotation, double smallest_erased_area = .02,
                                     bool jitter = true) {
  TransformOptions options;
  options.resize = resize;
  options.rotation_degrees = rotation;
  options.colour_jitter = jitter;
  options.erase_area_min = smallest_erased_area;
  return options;
}

}  // namespace detail

/// The published recipes for `Dataset`, of both models: `kQcs` and `kDcs`. There is one of each for the data sets of
/// datasets.hpp; for a data set of your own, specialise it.
template <class Dataset>
struct PublishedRecipes;

template <>
struct PublishedRecipes<RafDb> {
  static constexpr Recipe kQcs{
      .epochs = 200, .batch_size = 24, .learning_rate = 3e-6, .transform = detail::transform(224, 0)};
  static constexpr Recipe kDcs{.epochs = 200,
                               .batch_size = 48,
                               .learning_rate = 9e-6,
                               .cross_dropout = .2,
                               .transform = detail::transform(224, 0)};
};

template <>
struct PublishedRecipes<FerPlus> {
  static constexpr Recipe kQcs{.epochs = 150,
                               .batch_size = 24,
                               .learning_rate = 3.5e-6,
                               .cross_dropout = .2,
                               .drop_attention_output = true,
                               .transform = detail::transform(232, 10)};
  static constexpr Recipe kDcs{.epochs = 150,
                               .batch_size = 24,
                               .learning_rate = 8e-6,
                               .cross_dropout = .2,
                               .drop_attention_output = true,
                               .transform = detail::transform(234, 10)};
};

template <>
struct PublishedRecipes<AffectNet7> {
  static constexpr Recipe kQcs{.epochs = 150,
                               .batch_size = 24,
                               .learning_rate = 4e-6,
                               .cross_dropout = .4,
                               .transform = detail::transform(236, 12, .03),
                               .sampling = Sampling::kBalanced,
                               .negatives = NegativeRule::kClassFirst,
                               .epoch_divisor = 12};
  static constexpr Recipe kDcs{.epochs = 100,
                               .batch_size = 48,
                               .learning_rate = 9e-6,
                               .cross_dropout = .4,
                               .transform = detail::transform(236, 12, .03),
                               .sampling = Sampling::kBalanced,
                               .epoch_divisor = 8};
};

template <>
struct PublishedRecipes<AffectNet8> {
  static constexpr Recipe kQcs{.epochs = 100,
                               .batch_size = 24,
                               .learning_rate = 4e-6,
                               .drop_attention_output = true,
                               .transform = detail::transform(236, 12, .03),
                               .sampling = Sampling::kBalanced,
                               .negatives = NegativeRule::kClassFirst,
                               .epoch_divisor = 12};
  static constexpr Recipe kDcs{.epochs = 50,
                               .batch_size = 48,
                               .learning_rate = 8e-6,
                               .base_dropout = .2,
                               .cross_dropout = .5,
                               .drop_attention_output = true,
                               .transform = detail::transform(224, 0, .02, false),
                               .sampling = Sampling::kBalanced,
                               .epoch_divisor = 8};
};

namespace detail {

template <class Dataset>
inline constexpr bool kHasRecipes = requires {
  PublishedRecipes<Dataset>::kQcs;
  PublishedRecipes<Dataset>::kDcs;
};

}  // namespace detail

/// The recipe published for topology `T` on `Dataset`. A topology of one's own starts from that of QCS if it has two
/// roles or more, else from that of DCS. A data set without PublishedRecipes does not compile.
template <class Dataset, BranchTopology T>
Recipe published_recipe() {
  static_assert(detail::kHasRecipes<Dataset>,
                "qcs presets: no recipe is published for this data set: take one of qcs/presets/datasets.hpp, or "
                "specialise qcs::PublishedRecipes for your own");
  if constexpr (detail::kHasRecipes<Dataset>) {
    if constexpr (role_count<T> >= 2)
      return PublishedRecipes<Dataset>::kQcs;
    else
      return PublishedRecipes<Dataset>::kDcs;
  }
}

/// The recipe that programs start from: that published for topology `T` on `Dataset`, at the learning rate of the
/// backbone where it has one (`Backbone::kLearningRate`): the published rates suit a pretrained IR-50.
template <class Dataset, BranchTopology T, class Backbone>
Recipe recipe_for() {
  Recipe recipe = published_recipe<Dataset, T>();
  if constexpr (requires { Backbone::kLearningRate; }) recipe.learning_rate = Backbone::kLearningRate;
  return recipe;
}

/// What is to be said where a topology starts from the recipe of another one.
template <BranchTopology T>
std::optional<std::string> borrowed_recipe_note() {
  if constexpr (std::same_as<T, Quadruplet> || std::same_as<T, Dual>)
    return std::nullopt;
  else
    return fmt::format("no recipe is published for {}; the defaults are those of {}", T::kName,
                       role_count<T> >= 2 ? Quadruplet::kName : Dual::kName);
}

/// The recipe published for the topology called `model` ("QCS" or "DCS") on `Dataset`; throws ConfigError on another
/// name.
template <class Dataset>
Recipe published_recipe(std::string_view model) {
  return with_topology(model, []<class Topology>() { return published_recipe<Dataset, Topology>(); });
}

}  // namespace qcs
