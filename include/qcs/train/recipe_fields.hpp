// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/value_range.hpp>
#include <qcs/train/recipe.hpp>
#include <string>

namespace qcs {

/// Where a value of a recipe is told to people. Files hold all of them.
enum class Told {
  kAlways,
  kIfUnusual,  ///< only where it is not the default of Recipe
  kByItself    ///< reports have another place for it
};

/// What is to be known of one value of a Recipe besides the value.
struct RecipeField {
  const char* name;         ///< in descriptions, files and reports: "learning rate"
  const char* option = "";  ///< on command lines: "lr", with its letter "batch-size,b"; empty where there is none
  std::string help = {};    ///< of the option
  ValueRange range = {};    ///< of a number
  Told told = Told::kAlways;
};

namespace detail {

/// The values of image transforms; crop, mean and std are fixed by what networks take.
void visit_transform_fields(auto& t, auto& visit) {
  visit({"resize", "", "", within(1, 32767)}, t.resize);
  visit({"crop", "", "", within(1, 32767), Told::kIfUnusual}, t.crop);
  visit({"flip probability", "", "", within(0, 1), Told::kIfUnusual}, t.flip_probability);
  visit({"rotation", "", "", within(0, 180)}, t.rotation_degrees);
  visit({"colour jitter"}, t.colour_jitter);
  visit({"brightness jitter", "", "", within(0, 1), Told::kIfUnusual}, t.jitter_brightness);
  visit({"contrast jitter", "", "", within(0, 1), Told::kIfUnusual}, t.jitter_contrast);
  visit({"saturation jitter", "", "", within(0, 1), Told::kIfUnusual}, t.jitter_saturation);
  visit({"hue jitter", "", "", within(0, .5), Told::kIfUnusual}, t.jitter_hue);
  visit({"erasing probability", "", "", within(0, 1)}, t.erase_probability);
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

}  // namespace detail

/// Calls `visit(const RecipeField&, value&)` for every value of a recipe, in the order in which people shall read them.
/// A new value is added here and to Recipe, and nowhere else.
void visit_fields(auto& recipe, auto&& visitor) {
  const auto visit = [&](const RecipeField& field, auto& value) { visitor(field, value); };
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
  visit({"rho", "rho", "radius of SAM's climb (default .05)", at_least(0)}, recipe.sam.rho);
  visit(
      {"adaptive", "adaptive", "let SAM scale its climb by the weights (Kwon et al., ICML 2021)", {}, Told::kIfUnusual},
      recipe.sam.adaptive);
  visit({"epsilon of SAM", "", "", above(0), Told::kByItself}, recipe.sam.epsilon);
  detail::visit_aid_fields(recipe.aids, visit);
  visit({"base dropout", "base-dropout", "of the base transformer; default: the recipe's", from_to_below(0, 1)},
        recipe.base_dropout);
  visit({"cross dropout", "cross-dropout", "of the cross transformer; default: the recipe's", from_to_below(0, 1)},
        recipe.cross_dropout);
  visit({"dropout after attention", "", "", {}, Told::kIfUnusual}, recipe.drop_attention_output);
  detail::visit_transform_fields(recipe.transform, visit);
  visit({"sampling"}, recipe.sampling);
  visit({"images per anchor", "", "", at_least(1)}, recipe.epoch_divisor);
  visit({"negatives"}, recipe.negatives);
  visit({"flip test", "flip-test", "evaluate every image together with its mirror image", {}, Told::kIfUnusual},
        recipe.flip_test);
}

}  // namespace qcs
