// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <qcs/train/recipe_text.hpp>
#include <qcs/train/step/look_sam_options.hpp>
#include <qcs/train/step/sam_options.hpp>
#include <set>

using namespace qcs;

namespace {

struct Change {
  template <class T>
  void operator()(const RecipeField&, T& value) const {
    if constexpr (std::is_same_v<T, bool>)
      value = !value;
    else if constexpr (std::is_enum_v<T>)
      value = static_cast<T>(value == static_cast<T>(1) ? 0 : 1);
    else if constexpr (std::is_arithmetic_v<T>)
      value = static_cast<T>(value + static_cast<T>(std::is_integral_v<T> ? 3 : .1234567890123456789));
    else if constexpr (std::is_same_v<T, std::optional<double>>)
      value = 1. / 3;
    else
      value = {.1F, 1 / 3.F, 3e-9F};
  }
};

/// A recipe none of whose values is the default.
Recipe another() {
  Recipe recipe;
  visit_fields(recipe, Change());
  return recipe;
}

/// Options of a step, likewise.
template <class Options>
Options another_step() {
  Options options;
  visit_values(options, Change());
  return options;
}

auto says(std::string text) {
  return [text](const ConfigError& error) {
    BOOST_TEST_INFO(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recipes)

BOOST_AUTO_TEST_CASE(every_value_comes_back_from_its_text) {
  const auto values = named_values(another()), defaults = named_values({});
  BOOST_REQUIRE(values.size() == defaults.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    BOOST_TEST(values[i].first == defaults[i].first);
    BOOST_TEST(values[i].second != defaults[i].second, values[i].first);
  }
  BOOST_TEST((named_values(recipe_of(values)) == values));
  BOOST_TEST((named_values(recipe_of({})) == defaults));
  const auto back = recipe_of(values);
  BOOST_TEST(back.learning_rate == another().learning_rate);  // to the last bit
  BOOST_TEST(back.transform.std[1] == 1 / 3.F);
  BOOST_TEST(*back.optimizer.weight_decay == 1. / 3);
  BOOST_TEST((back.aids == another().aids));
}

/// A value of Recipe that visit_fields does not know would be neither recorded nor compared nor set.
BOOST_AUTO_TEST_CASE(no_value_is_forgotten) {
  const Recipe r = another(), d;
  BOOST_TEST(r.epochs != d.epochs);
  BOOST_TEST(r.batch_size != d.batch_size);
  BOOST_TEST(r.learning_rate != d.learning_rate);
  BOOST_TEST(r.seed != d.seed);
  BOOST_TEST((r.schedule.kind != d.schedule.kind && r.schedule.gamma != d.schedule.gamma &&
              r.schedule.warmup_epochs != d.schedule.warmup_epochs));
  BOOST_TEST((r.optimizer.kind != d.optimizer.kind && r.optimizer.weight_decay != d.optimizer.weight_decay &&
              r.optimizer.momentum != d.optimizer.momentum));
  const auto s = another_step<SamOptions>();
  BOOST_TEST((s.rho != .05 && s.adaptive && s.epsilon != 1e-12));
  const auto l = another_step<LookSamOptions>();
  const LookSamOptions k;
  BOOST_TEST((l.rho != k.rho && l.interval != k.interval && l.alpha != k.alpha && l.epsilon != k.epsilon));
  BOOST_TEST((r.base_dropout != d.base_dropout && r.cross_dropout != d.cross_dropout &&
              r.cross_share != d.cross_share && r.drop_attention_output != d.drop_attention_output));
  BOOST_TEST((r.sampling != d.sampling && r.negatives != d.negatives && r.epoch_divisor != d.epoch_divisor));
  BOOST_TEST((r.flip_test != d.flip_test && r.first_epoch != d.first_epoch && r.limit_batches != d.limit_batches));
  BOOST_TEST((r.execution != d.execution && r.precision != d.precision));
  const auto &a = r.aids, &b = d.aids;
  BOOST_TEST((a.accumulate != b.accumulate && a.label_smoothing != b.label_smoothing && a.clip_norm != b.clip_norm &&
              a.average_decay != b.average_decay && a.patience != b.patience &&
              a.freeze_backbone != b.freeze_backbone));
  const auto &t = r.transform, &u = d.transform;
  BOOST_TEST((t.resize != u.resize && t.crop != u.crop && t.flip_probability != u.flip_probability &&
              t.rotation_degrees != u.rotation_degrees && t.zoom != u.zoom && t.shift != u.shift &&
              t.colour_jitter != u.colour_jitter));
  BOOST_TEST((t.jitter_brightness != u.jitter_brightness && t.jitter_contrast != u.jitter_contrast &&
              t.jitter_saturation != u.jitter_saturation && t.jitter_hue != u.jitter_hue));
  BOOST_TEST((t.erase_probability != u.erase_probability && t.erase_area_min != u.erase_area_min &&
              t.erase_area_max != u.erase_area_max && t.mean != u.mean && t.std != u.std));
}

BOOST_AUTO_TEST_CASE(names_and_options_are_unique) {
  const auto check = [](auto step) {
    std::set<std::string> names, options;
    visit_fields(*std::make_unique<Recipe>(), step, [&](const RecipeField& field, auto&) {
      BOOST_TEST(names.insert(field.name).second, field.name);
      if (*field.option != '\0') BOOST_TEST(options.insert(field.option).second, field.option);
      BOOST_TEST((*field.option == '\0' || !field.help.empty()), field.name);
    });
  };
  check(SamOptions());
  check(LookSamOptions());
}

BOOST_AUTO_TEST_CASE(descriptions_leave_out_what_is_usual) {
  const auto usual = describe(Recipe{}, SamOptions{});
  BOOST_TEST(find_value(usual, "label smoothing") == nullptr);
  BOOST_TEST(find_value(usual, "seed") == nullptr);
  BOOST_TEST(find_value(usual, "hue jitter") == nullptr);
  BOOST_TEST(*find_value(usual, "rho") == "0.05");
  const auto smoothed = describe(Recipe{.aids = {.label_smoothing = .1}}, SamOptions{});
  BOOST_TEST(*find_value(smoothed, "label smoothing") == "0.1");
  BOOST_TEST(smoothed.size() == usual.size() + 1);
  BOOST_TEST(describe(Recipe{}).size() == usual.size() - 1, "without a step, without its values");
}

BOOST_AUTO_TEST_CASE(values_of_the_step_stand_behind_those_of_the_optimiser) {
  const auto values = named_values({}, SamOptions{.rho = .1});
  const auto momentum = std::ranges::find(values, std::string("momentum"), &NamedValues::value_type::first);
  BOOST_REQUIRE(values.end() - momentum > 4);
  BOOST_TEST((momentum[1] == NamedValues::value_type("rho", "0.1")));
  BOOST_TEST((momentum[2] == NamedValues::value_type("adaptive", "no")));
  BOOST_TEST((momentum[3] == NamedValues::value_type("epsilon of SAM", "1e-12")));
  BOOST_TEST(momentum[4].first == "batches a step");
}

BOOST_AUTO_TEST_CASE(all_values_out_of_range_are_named) {
  BOOST_CHECK_EXCEPTION(
      (void)validated(Recipe{.epochs = 0, .batch_size = -1, .base_dropout = 1}, SamOptions{.rho = -1}), ConfigError,
      says("epochs must be at least 1, not 0; batch size must be at least 1, not -1; rho must be at least 0, not -1; "
           "base dropout must be 0 to below 1, not 1; the first epoch, 0, is beyond the last of 0"));
  BOOST_CHECK_EXCEPTION((void)validated(Recipe{.learning_rate = std::nan("")}), ConfigError, says("learning rate"));
  BOOST_CHECK_NO_THROW((void)validated(Recipe{}));
}

BOOST_AUTO_TEST_CASE(all_texts_that_are_no_values_are_named) {
  BOOST_CHECK_EXCEPTION((void)recipe_of({{"epochs", "many"},
                                         {"optimizer", "lion"},
                                         {"colour jitter", "perhaps"},
                                         {"mean of pixels", "1 2"},
                                         {"not known", "is ignored"}}),
                        ConfigError,
                        says("epochs cannot be `many`; optimizer cannot be `lion`; colour jitter cannot be `perhaps`; "
                             "mean of pixels cannot be `1 2`"));
}

BOOST_AUTO_TEST_SUITE_END()
