// SPDX-License-Identifier: MIT
//
// What an evaluation finds, against pixels moved and counted by hand, and which epoch a run's result is taken from.

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <qcs/train/step/plain_step.hpp>
#include <qcs/train/trainer.hpp>

#include "linear_network.hpp"

namespace {

using namespace qcs;

struct Recorder {
  std::vector<EpochEvent> epochs;
  std::vector<std::vector<double>> rows;  ///< of every evaluation
  std::vector<std::size_t> images;
  std::vector<std::int64_t> labels, progress;
  std::vector<bool> of_test_split;
  void on_epoch(const EpochEvent& event) { epochs.push_back(event); }
  void on_evaluation(const EvaluationProgress& event) { progress.push_back(event.images); }
  void on_prediction(const PredictionEvent& event) {
    for (std::size_t i = 0; i < event.images.size(); ++i) {
      images.push_back(event.images[i]);
      labels.push_back(event.labels[i]);
      of_test_split.push_back(event.of_test_split);
      const auto row = event.logits.subspan(i * linear::kClasses, linear::kClasses);
      rows.emplace_back(row.begin(), row.end());
    }
  }
};

/// Sums over pixels one by one; `mirrored` takes every row from right to left.
std::vector<double> logits_by_hand(const torch::Tensor& image, const torch::Tensor& weights, bool mirrored) {
  std::vector<double> logits(linear::kClasses);
  const auto pixels = image.contiguous();
  const double* p = pixels.data_ptr<double>();
  for (std::int64_t c = 0; c < 3; ++c)
    for (std::int64_t y = 0; y < linear::kRows; ++y)
      for (std::int64_t x = 0; x < linear::kCols; ++x) {
        const auto from = mirrored ? linear::kCols - 1 - x : x;
        const double value = p[(c * linear::kRows + y) * linear::kCols + from];
        for (std::size_t k = 0; k < linear::kClasses; ++k)
          logits[k] += value * weights[(c * linear::kRows + y) * linear::kCols + x][std::int64_t(k)].item<double>();
      }
  return logits;
}

Evaluation evaluate_with(bool flip, Recorder& seen) {
  linear::Network network;
  linear::Labelled labelled;
  return evaluate(network, labelled.epoch(0), linear::kClasses, 4, {.flip = flip}, seen);
}

TrainerOptions options(Selection selection, int epochs) {
  return {.recipe = {.epochs = epochs,
                     .learning_rate = .1,
                     .schedule = {.kind = ScheduleKind::kConstant},
                     .optimizer = {.kind = OptimizerKind::kSgd}},
          .selection = selection};
}

struct Run {
  Recorder seen;
  RunSummary summary;
};

/// A run whose evaluations find this many of four images.
Run run(const TrainerOptions& o, std::vector<int> right) {
  linear::Network network;
  linear::Tuples tuples;
  linear::Labelled labelled{.right_of_four = std::move(right), .network = network};
  Run result;
  result.summary =
      Trainer<linear::Network, PlainStep>(network, o, linear::labels()).fit(tuples, labelled, {}, result.seen);
  return result;
}

std::vector<bool> best_flags(const Run& done) {
  std::vector<bool> flags;
  for (const auto& epoch : done.seen.epochs) flags.push_back(epoch.best);
  return flags;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(evaluation)

BOOST_AUTO_TEST_CASE(mirroring_is_left_to_right_and_averages_the_logits) {
  for (const bool flip : {false, true}) {
    Recorder seen;
    const auto found = evaluate_with(flip, seen);
    const linear::Network network;
    double loss = 0;
    ConfusionMatrix confusion(3);
    BOOST_REQUIRE(seen.rows.size() == 4);
    for (std::int64_t i = 0; i < 4; ++i) {
      auto expected = logits_by_hand(linear::Labelled::images()[i], network->base.detach(), false);
      const auto mirror = logits_by_hand(linear::Labelled::images()[i], network->base.detach(), true);
      if (flip)
        for (std::size_t k = 0; k < 3; ++k) expected[k] = (expected[k] + mirror[k]) / 2;
      double sum = 0;
      int highest = 0;
      for (int k = 0; k < 3; ++k) {
        BOOST_TEST(std::abs(seen.rows[std::size_t(i)][std::size_t(k)] - expected[std::size_t(k)]) < 1e-12);
        sum += std::exp(expected[std::size_t(k)]);
        if (expected[std::size_t(k)] > expected[std::size_t(highest)]) highest = k;
      }
      loss += (std::log(sum) - expected[std::size_t(i % 3)]) / 4;
      confusion.add(static_cast<int>(i % 3), highest);
    }
    BOOST_TEST(std::abs(found.loss - loss) < 1e-12);  // a mean over images, not over batches of unequal size
    BOOST_TEST((found.confusion == confusion));
    BOOST_TEST(seen.images == (std::vector<std::size_t>{0, 1, 2, 3}), boost::test_tools::per_element());
    BOOST_TEST(seen.labels == (std::vector<std::int64_t>{0, 1, 2, 0}), boost::test_tools::per_element());
    BOOST_TEST(seen.progress == (std::vector<std::int64_t>{3, 4}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_run_mirrors_when_told_to) {
  for (const bool flip : {false, true}) {
    auto o = options(Selection::kValidation, 1);
    o.recipe.flip_test = flip;
    o.recipe.learning_rate = 1e-300;  // changes no weight
    linear::Network network;
    linear::Tuples tuples;
    linear::Labelled labelled;
    Recorder seen, expected;
    Trainer<linear::Network, PlainStep>(network, o, linear::labels()).fit(tuples, labelled, {}, seen);
    BOOST_TEST(seen.epochs.at(0).eval_loss == evaluate_with(flip, expected).loss);
    BOOST_TEST(seen.rows.at(2) == expected.rows.at(2), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(the_mode_of_the_network_comes_back_and_no_image_is_an_error) {
  for (const bool training : {false, true}) {
    linear::Network network;
    network->train(training);
    linear::Labelled labelled;
    evaluate(network, labelled.epoch(0), linear::kClasses, 4, {});
    BOOST_TEST(network->is_training() == training);
    std::vector<LabelledBatch> skipped(2);
    BOOST_CHECK_THROW(evaluate(network, skipped, linear::kClasses, 4, {}), DataError);
    BOOST_TEST(network->is_training() == training);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(selection)

BOOST_AUTO_TEST_CASE(the_most_accurate_epoch_counts_and_of_equal_ones_the_first) {
  for (const auto by : {Selection::kValidation, Selection::kTest}) {
    const auto done = run(options(by, 5), {2, 3, 1, 3, 2});
    BOOST_TEST(best_flags(done) == (std::vector<bool>{true, true, false, false, false}),
               boost::test_tools::per_element());
    BOOST_TEST(done.summary.best_epoch == 1);
    BOOST_TEST(done.summary.best_accuracy == .75);
    BOOST_TEST((done.summary.best_confusion == done.seen.epochs.at(1).confusion));
  }
}

BOOST_AUTO_TEST_CASE(an_epoch_that_recognises_nothing_is_the_best_as_long_as_it_is_alone) {
  const auto done = run(options(Selection::kValidation, 2), {0, 0});
  BOOST_TEST(done.summary.best_epoch == 0);
  BOOST_TEST(done.summary.best_accuracy == 0);
}

BOOST_AUTO_TEST_CASE(the_last_epoch_counts_however_it_is) {
  const auto done = run(options(Selection::kLast, 3), {2, 4, 1});
  BOOST_TEST(best_flags(done) == (std::vector<bool>{true, true, true}), boost::test_tools::per_element());
  BOOST_TEST(done.summary.best_epoch == 2);
  BOOST_TEST(done.summary.best_accuracy == .25);
}

BOOST_AUTO_TEST_CASE(early_stopping_counts_epochs_since_the_best) {
  auto o = options(Selection::kValidation, 9);
  o.recipe.aids.patience = 2;
  auto done = run(o, {1, 2, 2, 3, 3, 1, 4, 4, 4});
  BOOST_TEST(done.seen.epochs.size() == 6);  // the fourth is the best, two more are not better
  BOOST_TEST((done.summary.end == RunEnd::kEarly));
  BOOST_TEST(done.summary.best_epoch == 3);
  o.recipe.aids.patience = 1;
  BOOST_TEST(run(o, {1, 1, 1, 1, 1, 1, 1, 1, 1}).seen.epochs.size() == 2);
  o.recipe.aids.patience = 0;
  done = run(o, {1, 1, 1, 1, 1, 1, 1, 1, 1});
  BOOST_TEST(done.seen.epochs.size() == 9);
  BOOST_TEST((done.summary.end == RunEnd::kComplete));
}

BOOST_AUTO_TEST_CASE(the_test_split_is_evaluated_once_with_the_weights_of_the_best_epoch) {
  const auto folder = std::filesystem::temp_directory_path() / ("qcs-selection-" + std::to_string(::getpid()));
  for (const double decay : {0., .5})
    for (const bool saved : {false, true}) {
      auto o = options(Selection::kValidation, 3);
      o.recipe.aids.average_decay = decay;
      if (saved) o.checkpoint_folder = folder;
      // The same run with its second epoch as the last one.
      auto shorter = o;
      shorter.recipe.epochs = 2;
      shorter.checkpoint_folder.clear();
      const auto expected = run(shorter, {2, 3});

      linear::Network network;
      linear::Tuples tuples;
      linear::Labelled eval{.right_of_four = {2, 3, 1}, .network = network}, test;
      Recorder seen;
      Trainer<linear::Network, PlainStep> trainer(network, o, linear::labels());
      const auto summary = trainer.fit_and_test(tuples, eval, test, {}, seen);
      BOOST_TEST(test.evaluations == 1);
      BOOST_REQUIRE(seen.rows.size() == 16);
      for (std::size_t i = 0; i < 4; ++i) {
        BOOST_TEST(seen.of_test_split[12 + i]);
        BOOST_TEST(!seen.of_test_split[8 + i]);
        BOOST_TEST(seen.rows[12 + i] == expected.seen.rows.at(4 + i), boost::test_tools::per_element());
      }
      BOOST_REQUIRE(summary.test.has_value());
      BOOST_TEST(summary.test->confusion.total() == 4);
      std::filesystem::remove_all(folder);
    }
}

BOOST_AUTO_TEST_SUITE_END()
