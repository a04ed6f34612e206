// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <qcs/data/augment/transform_options.hpp>
#include <qcs/data/sample/sampling.hpp>
#include <qcs/presets/datasets.hpp>
#include <qcs/presets/topologies.hpp>
#include <qcs/train/events.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/optimizer/schedule.hpp>
#include <qcs/train/training_aids.hpp>
#include <string>
#include <string_view>

namespace qcs {

/// Everything a training program takes as given for one model on one data set: the defaults of the public program.
struct Recipe {
  int epochs;
  std::int64_t batch_size;
  double learning_rate;
  Schedule schedule = {};
  OptimizerOptions optimizer = {};  ///< its learning rate plays no part, `learning_rate` is taken
  TrainingAids aids = {};
  double base_dropout = 0;
  double cross_dropout = 0;
  bool drop_attention_output = false;
  TransformOptions transform = {};
  Sampling sampling = Sampling::kShuffle;
  NegativeRule negatives = NegativeRule::kAnyImage;
  int epoch_divisor = 1;   ///< an epoch draws one anchor for every so many images
  bool flip_test = false;  ///< evaluate every image together with its mirror image
};

/// Learning rate of the small backbone, which trains from scratch; the published rates suit a pretrained IR-50.
inline constexpr double kSmallLearningRate = 3e-4;

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

inline std::string describe(const Schedule& s) {
  std::string text = s.kind == ScheduleKind::kExponential
                         ? fmt::format("x {} per epoch", s.gamma)
                         : std::string(kScheduleNames[static_cast<std::size_t>(s.kind)]);
  if (s.warmup_epochs > 0) text += fmt::format(", warm-up {} epochs", s.warmup_epochs);
  return text;
}

inline std::string describe(const OptimizerOptions& o) {
  std::string text = fmt::format("SAM around {}", kOptimizerNames[static_cast<std::size_t>(o.kind)]);
  if (o.weight_decay) text += fmt::format(", weight decay {}", *o.weight_decay);
  if (o.momentum > 0) text += fmt::format(", momentum {}", o.momentum);
  return text;
}

}  // namespace detail

/// The published recipe of `model` ("QCS" or "DCS") on `Dataset`; throws ConfigError on another name. A data set
/// without PublishedRecipes does not compile.
template <class Dataset>
Recipe published_recipe(std::string_view model) {
  static_assert(detail::kHasRecipes<Dataset>,
                "qcs presets: no recipe is published for this data set: take one of qcs/presets/datasets.hpp, or "
                "specialise qcs::PublishedRecipes for your own");
  if constexpr (detail::kHasRecipes<Dataset>)
    return with_topology(model, []<class Topology>() {
      if constexpr (std::same_as<Topology, Dual>)
        return PublishedRecipes<Dataset>::kDcs;
      else
        return PublishedRecipes<Dataset>::kQcs;
    });
}

/// A recipe's values as text, for logs and reports. Training aids that are off are left out.
inline NamedValues describe(const Recipe& r) {
  const auto text = [](const auto& value) { return fmt::format("{}", value); };
  const auto& t = r.transform;
  NamedValues values{
      {"epochs", text(r.epochs)},
      {"batch size", text(r.batch_size)},
      {"learning rate", text(r.learning_rate)},
      {"schedule", detail::describe(r.schedule)},
      {"optimizer", detail::describe(r.optimizer)},
      {"dropout base/cross", fmt::format("{} / {}", r.base_dropout, r.cross_dropout)},
      {"dropout after attention", r.drop_attention_output ? "yes" : "no"},
      {"resize, crop", fmt::format("{}, {}", t.resize, t.crop)},
      {"rotation", fmt::format("{} degrees", t.rotation_degrees)},
      {"colour jitter", t.colour_jitter ? "yes" : "no"},
      {"erasing", fmt::format("p {}, area {} to {}", t.erase_probability, t.erase_area_min, t.erase_area_max)},
      {"sampling", r.sampling == Sampling::kBalanced ? fmt::format("balanced, N/{}", r.epoch_divisor) : "shuffle"},
      {"negatives", r.negatives == NegativeRule::kClassFirst ? "class first" : "any image"}};
  const TrainingAids& aids = r.aids;
  if (aids.accumulate > 1) values.emplace_back("batches a step", text(aids.accumulate));
  if (aids.label_smoothing > 0) values.emplace_back("label smoothing", text(aids.label_smoothing));
  if (aids.clip_norm > 0) values.emplace_back("gradient clipped to", text(aids.clip_norm));
  if (aids.average_decay > 0) values.emplace_back("decay of averaged weights", text(aids.average_decay));
  if (aids.patience > 0) values.emplace_back("early stopping after", fmt::format("{} epochs", aids.patience));
  if (r.flip_test) values.emplace_back("evaluation", "mean of image and mirror image");
  if (aids.freeze_backbone) values.emplace_back("backbone", "frozen");
  return values;
}

}  // namespace qcs
