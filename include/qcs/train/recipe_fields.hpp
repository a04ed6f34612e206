// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <qcs/core/value_range.hpp>
#include <qcs/train/recipe.hpp>
#include <qcs/train/recipe_field.hpp>
#include <type_traits>

namespace qcs {

namespace detail {

/// The values of image transforms; crop, mean and std are fixed by what networks take.
void visit_transform_fields(auto& t, auto& visit) {
  visit({"resize", "", "", within(1, 32767)}, t.resize);
  visit({"crop", "", "", within(1, 32767), Told::kIfUnusual}, t.crop);
  visit({"flip probability", "", "", within(0, 1), Told::kIfUnusual}, t.flip_probability);
  visit({"rotation", "rotation", "degrees that training images turn by at most; default: the recipe's", within(0, 180)},
        t.rotation_degrees);
  visit({"zoom", "zoom", "share that training images grow or shrink by at most (default 0)", within(0, .9),
         Told::kIfUnusual},
        t.zoom);
  visit({"shift", "shift", "share of their side that training images move by at most (default 0)", within(0, .9),
         Told::kIfUnusual},
        t.shift);
  visit({"colour jitter"}, t.colour_jitter);
  visit({"brightness jitter", "", "", within(0, 1), Told::kIfUnusual}, t.jitter_brightness);
  visit({"contrast jitter", "", "", within(0, 1), Told::kIfUnusual}, t.jitter_contrast);
  visit({"saturation jitter", "", "", within(0, 1), Told::kIfUnusual}, t.jitter_saturation);
  visit({"hue jitter", "", "", within(0, .5), Told::kIfUnusual}, t.jitter_hue);
  visit({"erasing probability", "erase", "share of training images with an erased area (default .5)", within(0, 1)},
        t.erase_probability);
  visit({"smallest erased area", "", "", within(0, 1), Told::kIfUnusual}, t.erase_area_min);
  visit({"largest erased area", "", "", within(0, 1), Told::kIfUnusual}, t.erase_area_max);
  visit({"mean of pixels", "", "", {}, Told::kIfUnusual}, t.mean);
  visit({"deviation of pixels", "", "", {}, Told::kIfUnusual}, t.std);
}

/// The values of training aids, all off by default.
void visit_aid_fields(auto& aids, auto& visit) {
  visit({"batches a step", "accumulate", "batches whose gradients make one step (default 1)", at_least(1),
         Told::kIfUnusual},
        aids.accumulate);
  visit({"label smoothing", "label-smoothing", "default 0", from_to_below(0, 1), Told::kIfUnusual},
        aids.label_smoothing);
  visit({"clipped gradient norm", "clip-norm", "largest norm of the gradient in the update (default 0: any)",
         at_least(0), Told::kIfUnusual},
        aids.clip_norm);
  visit({"decay of averaged weights", "ema",
         "decay of a moving average of the weights, to evaluate instead of them (default 0: none)", from_to_below(0, 1),
         Told::kIfUnusual},
        aids.average_decay);
  visit({"patience", "patience", "epochs without a better one after which to stop (default 0: never)", at_least(0),
         Told::kIfUnusual},
        aids.patience);
  visit({"frozen backbone", "freeze-backbone", "leave the backbone as it is", {}, Told::kIfUnusual},
        aids.freeze_backbone);
}

/// The values ahead of those of the step.
void visit_fields_before_step(auto& recipe, auto& visit) {
  visit({"seed", "seed", "default 0", at_least(0), Told::kByItself}, recipe.seed);
  visit({"epochs", "epochs", "default: the published recipe's", at_least(1)}, recipe.epochs);
  visit({"first epoch", "start-epoch", "number of the first epoch, counted from 0 (default 0)", at_least(0),
         Told::kIfUnusual},
        recipe.first_epoch);
  visit({"batches per epoch", "limit-batches", "training batches per epoch (default 0: all)", at_least(0),
         Told::kIfUnusual},
        recipe.limit_batches);
  visit({"batch size", "batch-size,b", "tuples a step; default: the recipe's", at_least(1)}, recipe.batch_size);
  visit({"learning rate", "lr", "learning rate; default: the recipe's", above(0)}, recipe.learning_rate);
  visit({"schedule", "schedule", "learning rate: exponential (default, x .98 per epoch), cosine or constant"},
        recipe.schedule.kind);
  visit({"decay per epoch", "", "", above(0)}, recipe.schedule.gamma);
  visit(
      {"warm-up epochs", "warmup", "epochs in which the rate rises from 0 (default 0)", at_least(0), Told::kIfUnusual},
      recipe.schedule.warmup_epochs);
  visit({"optimizer", "optimizer", "the step's optimizer: adam (default), adamw or sgd"}, recipe.optimizer.kind);
  visit({"weight decay", "wd", "weight decay (default 0, .01 for adamw: what the public code effectively trains with)",
         at_least(0), Told::kIfUnusual},
        recipe.optimizer.weight_decay);
  visit({"momentum", "momentum", "momentum of sgd (default 0, likewise)", from_to_below(0, 1), Told::kIfUnusual},
        recipe.optimizer.momentum);
}

/// The values behind those of the step.
void visit_fields_after_step(auto& recipe, auto& visit) {
  visit_aid_fields(recipe.aids, visit);
  visit({"share of cross losses", "cross-share", "share of the cross losses in the training loss (default .5)",
         within(0, 1), Told::kIfUnusual},
        recipe.cross_share);
  visit({"base dropout", "base-dropout", "of the base transformer; default: the recipe's", from_to_below(0, 1)},
        recipe.base_dropout);
  visit({"cross dropout", "cross-dropout", "of the cross transformer; default: the recipe's", from_to_below(0, 1)},
        recipe.cross_dropout);
  visit({"dropout after attention", "", "", {}, Told::kIfUnusual}, recipe.drop_attention_output);
  visit_transform_fields(recipe.transform, visit);
  visit({"sampling", "sampling",
         "anchors: shuffle (all images once), balanced (classes equally likely) or `square root` (as likely as the "
         "square roots of their numbers); default: the recipe's"},
        recipe.sampling);
  visit({"images per anchor", "", "", at_least(1)}, recipe.epoch_divisor);
  visit(
      {"negatives", "negatives", "`any image` or `class first` (rare classes come more often); default: the recipe's"},
      recipe.negatives);
  visit({"branches",
         "branches",
         "how they pass through the network: together (default), or in-turn, as in the public code, which is slower",
         {},
         Told::kIfUnusual},
        recipe.execution);
  visit({"precision",
         "precision",
         "numbers that the passes of training are computed in: fp32 (default), bf16 (autocast) or tf32 (CUDA alone)",
         {},
         Told::kIfUnusual},
        recipe.precision);
  visit({"flip test", "flip-test", "evaluate every image together with its mirror image", {}, Told::kIfUnusual},
        recipe.flip_test);
}

}  // namespace detail

/// Calls `visit(const RecipeField&, value&)` for every value of a recipe, in the order in which people shall read them.
/// A new value is added here and to Recipe, and nowhere else.
template <class R>
requires std::same_as<std::remove_const_t<R>, Recipe>
void visit_fields(R& recipe, auto&& visitor) {
  const auto visit = [&](const RecipeField& field, auto& value) { visitor(field, value); };
  detail::visit_fields_before_step(recipe, visit);
  detail::visit_fields_after_step(recipe, visit);
}

/// The same with the values of a step's options in their place, behind those of the optimiser.
template <class R, DescribedOptions O>
requires std::same_as<std::remove_const_t<R>, Recipe>
void visit_fields(R& recipe, O& step, auto&& visitor) {
  const auto visit = [&](const RecipeField& field, auto& value) { visitor(field, value); };
  detail::visit_fields_before_step(recipe, visit);
  visit_values(step, visit);
  detail::visit_fields_after_step(recipe, visit);
}

}  // namespace qcs
