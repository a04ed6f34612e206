// SPDX-License-Identifier: MIT
//
// What a run says of its selection, and what an evaluation refuses.

#include <boost/test/unit_test.hpp>
#include <qcs/train/trainer.hpp>

#include "tiny.hpp"
#include "toy.hpp"

using namespace qcs;

namespace {

struct Info {
  RunInfo run;
  void on_run_begin(const RunInfo& info) { run = info; }
};

RunInfo told(Selection selection, const std::string& name) {
  Trainer<tiny::Net> run(tiny::network(), {.recipe = {.epochs = 1}, .selection = selection}, toy::labels());
  toy::Tuples<Dual> tuples{.count = 1};
  toy::Labelled labelled;
  Info info;
  RunInfo given;
  given.eval.name = name;
  run.fit(tuples, labelled, given, info);
  return info.run;
}

/// Evaluation images that a data set has thinned.
struct Thinned {
  struct Dataset {
    struct Transform {
      int stride = 4;
    };
    ImageList images = toy::image_list(6);
    const auto& list() const { return images; }
    Transform transform() const { return {}; }
  };
  Dataset set = {};

  const Dataset& dataset() const { return set; }
  std::vector<LabelledBatch> epoch(int) const { return {}; }
};

auto says(std::string text) {
  return [text](const Error& error) {
    BOOST_TEST_INFO(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_is_selected_unless_asked_for) {
  BOOST_TEST((TrainerOptions{}.selection == Selection::kLast));
  BOOST_TEST(told(Selection::kLast, "").eval.name == "evaluation");
  BOOST_TEST(told(Selection::kLast, "test").eval.name == "test");
  BOOST_TEST(told(Selection::kValidation, "").eval.name == "validation");
  BOOST_TEST(told(Selection::kTest, "").eval.name == "test");
}

BOOST_AUTO_TEST_CASE(a_test_split_is_not_called_a_validation_split) {
  BOOST_CHECK_EXCEPTION(told(Selection::kValidation, "test"), ConfigError,
                        says("selected on the validation split, but the split that is evaluated after every epoch is "
                             "called test"));
  BOOST_CHECK_EXCEPTION(told(Selection::kTest, "validation"), ConfigError, says("called validation"));
}

BOOST_AUTO_TEST_CASE(mirror_images_need_whole_images) {
  Trainer<tiny::Net> run(tiny::network(), {.recipe = {.epochs = 1, .flip_test = true}}, toy::labels());
  toy::Tuples<Dual> tuples{.count = 1};
  Thinned thinned;
  BOOST_CHECK_EXCEPTION(run.fit(tuples, thinned, {}), ConfigError, says("needs whole images, not every 4th pixel"));
  auto network = tiny::network();
  std::vector<LabelledBatch> batches{
      {.images = torch::zeros({1, 3, 56, 56}), .labels = torch::zeros({1}, torch::kInt64), .indices = {0}}};
  BOOST_CHECK_NO_THROW(evaluate(network, batches, 3, 1, {}));
  BOOST_CHECK_EXCEPTION(evaluate(network, batches, 3, 1, {.flip = true}), ShapeError, says("224 x 224, found 56 x 56"));
}

BOOST_AUTO_TEST_CASE(a_label_that_is_no_class_is_named) {
  auto network = tiny::network();
  for (const std::int64_t label : {std::int64_t{3}, std::int64_t{-1}, std::int64_t{-100}}) {
    std::vector<LabelledBatch> batches{{.images = torch::zeros({2, 3, 224, 224}),
                                        .labels = torch::tensor({std::int64_t{0}, label}),
                                        .indices = {4, 7}}};
    BOOST_CHECK_EXCEPTION(
        evaluate(network, batches, 3, 2, {}), DataError,
        says(fmt::format("image 7 of the evaluation list has label {}, which is not within 0..2", label)));
  }
  auto list = toy::image_list(4);
  list.images[2].label = 9;
  BOOST_CHECK_EXCEPTION(class_counts(list, 3), DataError, says("image2.png: label 9 is not within 0..2"));
}
