// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <map>
#include <qcs/train/trainer.hpp>

#include "toy.hpp"

namespace {

using namespace qcs;

struct Recorder {
  std::vector<StepEvent> steps;
  std::vector<EpochEvent> epochs;
  std::vector<SkippedStepEvent> skipped;
  std::vector<RunSummary> summaries;
  std::vector<RunInfo> infos;
  std::vector<std::string> order;
  void on_skipped_step(const SkippedStepEvent& event) { skipped.push_back(event); }
  void on_run_begin(const RunInfo& info) {
    infos.push_back(info);
    order.push_back("begin " + std::to_string(info.batches_per_epoch));
  }
  void on_step(const StepEvent& event) { steps.push_back(event); }
  void on_epoch(const EpochEvent& event) {
    epochs.push_back(event);
    order.push_back("epoch " + std::to_string(event.epoch));
  }
  void on_run_end(const RunSummary& summary) {
    summaries.push_back(summary);
    order.push_back("end " + std::to_string(summary.steps));
  }
};

struct EpochsOnly {
  int seen = 0;
  void on_epoch(const EpochEvent&) { ++seen; }
};

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("qcs-trainer-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::map<std::string, torch::Tensor> cloned(const torch::nn::Module& module) {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& [name, tensor] : state_dict(module)) tensors.emplace(name, tensor.clone());
  return tensors;
}

TrainerOptions options(int epochs) {
  TrainerOptions o{.recipe = {.epochs = epochs, .learning_rate = 2e-3, .seed = 5}, .selection = Selection::kValidation};
  return o;
}

template <TopologyShape T>
Trainer<toy::Net<T>> trainer(TrainerOptions o, std::uint64_t network_seed = 1) {
  return Trainer<toy::Net<T>>(toy::network<T>(network_seed), std::move(o), toy::labels());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_topology_of_three_branches_learns) {
  auto t = trainer<Triplet>(options(8));
  toy::Tuples<Triplet> tuples;
  toy::Labelled labelled;
  Recorder recorder;
  EpochsOnly epochs_only;
  const auto summary = t.fit(tuples, labelled, {}, recorder, epochs_only);
  BOOST_TEST(summary.steps == 32);
  BOOST_TEST(summary.best_accuracy == 1.);
  BOOST_TEST(epochs_only.seen == 8);
  BOOST_TEST(recorder.order.front() == "begin 4");
  BOOST_TEST(recorder.order.back() == "end 32");
  BOOST_TEST(recorder.epochs.back().train_loss < .5 * recorder.epochs.front().train_loss);
  BOOST_TEST(recorder.epochs.back().gates.size() == 3);
  BOOST_TEST(std::abs(recorder.epochs[2].learning_rate - 2e-3 * .98 * .98) < 1e-12);
  BOOST_TEST(recorder.steps[5].epoch == 1);
  BOOST_TEST(recorder.steps[5].batch == 1);
  BOOST_TEST(recorder.steps[5].step == 6);
  BOOST_TEST(recorder.steps[5].images == 9);
  BOOST_TEST(std::abs(recorder.steps[5].loss - .5 * (recorder.steps[5].base_loss + recorder.steps[5].cross_loss)) <
             1e-6);
}

BOOST_AUTO_TEST_CASE(a_run_is_a_function_of_its_seed) {
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled;
  auto a = trainer<Dual>(options(1)), b = trainer<Dual>(options(1)), c = trainer<Dual>(options(1), 2);
  a.fit(tuples, labelled, {});
  torch::rand({17});  // other use of the global generator does not matter
  b.fit(tuples, labelled, {});
  c.fit(tuples, labelled, {});
  BOOST_TEST(toy::same_weights(*a.network(), *b.network()));
  BOOST_TEST(!toy::same_weights(*a.network(), *c.network()));
}

BOOST_AUTO_TEST_CASE(a_resumed_run_ends_like_an_uninterrupted_one) {
  const Folder folder;
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled;
  auto whole = trainer<Dual>(options(3));
  Recorder expected;
  whole.fit(tuples, labelled, {}, expected);

  auto first = options(2);
  first.checkpoint_folder = folder.path;
  trainer<Dual>(first).fit(tuples, labelled, {});
  auto second = trainer<Dual>(options(3), /*network_seed=*/77);
  second.resume(folder.path / "last.pt");
  Recorder resumed;
  const auto summary = second.fit(tuples, labelled, {}, resumed);
  BOOST_TEST(toy::same_weights(*whole.network(), *second.network()));
  BOOST_TEST(resumed.epochs.size() == 1);
  BOOST_TEST(resumed.epochs[0].train_loss == expected.epochs[2].train_loss);
  BOOST_TEST(resumed.epochs[0].eval_loss == expected.epochs[2].eval_loss);
  BOOST_TEST(summary.steps == 12);

  Recorder nothing_left;
  BOOST_TEST(second.fit(tuples, labelled, {}, nothing_left).steps == 12);
  BOOST_TEST(nothing_left.steps.empty());
  auto other_seed = options(3);
  other_seed.recipe.seed = 6;
  BOOST_CHECK_THROW(trainer<Dual>(other_seed).resume(folder.path / "last.pt"), CheckpointError);
  BOOST_CHECK_THROW(trainer<Triplet>(options(3)).resume(folder.path / "last.pt"), CheckpointError);
}

BOOST_AUTO_TEST_CASE(a_step_that_is_not_finite_is_undone_and_left_out) {
  toy::Labelled labelled;
  toy::Tuples<Dual> with_a_hole{.count = 4, .poisoned = {1, 2}};
  auto t = trainer<Dual>(options(1));
  Recorder recorder;
  BOOST_TEST(t.fit(with_a_hole, labelled, {}, recorder).steps == 2);
  BOOST_TEST(recorder.skipped.size() == 2);
  BOOST_TEST(recorder.skipped[1].batch == 2);
  BOOST_TEST(recorder.skipped[1].in_a_row == 2);
  BOOST_TEST(recorder.skipped[1].reason == "the loss became not a number");
  BOOST_TEST(recorder.skipped[1].images == (std::vector<std::string>{"image6.png", "image7.png", "image8.png"}),
             boost::test_tools::per_element());
  for (const auto& parameter : t.network()->named_parameters())
    BOOST_TEST(torch::isfinite(parameter.value()).all().item<bool>(), parameter.key());
}

BOOST_AUTO_TEST_CASE(three_steps_in_a_row_that_are_not_finite_end_the_run_with_their_images) {
  const Folder folder;
  toy::Labelled labelled;
  toy::Tuples<Dual> hopeless{.count = 4, .poisoned = {0, 1, 2, 3}};
  auto o = options(1);
  o.checkpoint_folder = folder.path;
  auto t = trainer<Dual>(o);
  const auto before = cloned(*t.network());
  BOOST_CHECK_EXCEPTION(t.fit(hopeless, labelled, {}), NumericError, [](const NumericError& error) {
    const std::string text = error.what();
    return text.find("epoch 1, batch 3") != std::string::npos && text.find("image7.png") != std::string::npos;
  });
  for (const auto& parameter : t.network()->named_parameters())
    BOOST_TEST(torch::equal(parameter.value(), before.at(parameter.key())), parameter.key());
  for (const auto& buffer : t.network()->named_buffers())
    BOOST_TEST(torch::equal(buffer.value(), before.at(buffer.key())), buffer.key());
  BOOST_TEST(load_checkpoint(folder.path / "last.pt").state.steps == 0);
}

BOOST_AUTO_TEST_CASE(an_epoch_can_be_cut_short) {
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled;
  auto o = options(2);
  o.recipe.limit_batches = 3;
  BOOST_TEST(trainer<Dual>(o).fit(tuples, labelled, {}).steps == 6);
}

BOOST_AUTO_TEST_CASE(class_names_match_the_network) {
  BOOST_CHECK_THROW(Trainer<toy::Net<Dual>>(toy::network<Dual>(), options(1), qcs::Labels{"short", {"one", "two"}}),
                    ConfigError);
}

BOOST_AUTO_TEST_CASE(a_run_stopped_anywhere_and_resumed_ends_like_an_uninterrupted_one) {
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled;
  for (const double decay : {0., .9}) {
    auto o = options(2);
    o.recipe.aids.average_decay = decay;
    o.recipe.aids.accumulate = decay > 0 ? 2 : 1;
    auto whole = trainer<Dual>(o);
    Recorder expected;
    whole.fit(tuples, labelled, {}, expected);

    // Every question is one place to stop: before a batch, in both passes of a step, in an evaluation.
    int places = 0;
    for (int place = 1;; ++place) {
      const Folder folder;
      auto stopped = o;
      stopped.checkpoint_folder = folder.path;
      int asked = 0;
      stopped.stop = [&] { return ++asked == place; };
      Recorder first;
      if (trainer<Dual>(stopped).fit(tuples, labelled, {}, first).end != RunEnd::kInterrupted) break;
      ++places;
      auto second = trainer<Dual>(o, /*network_seed=*/77);
      second.resume(folder.path);
      Recorder rest;
      second.fit(tuples, labelled, {}, rest);
      BOOST_TEST(toy::same_weights(*whole.network(), *second.network()), "stopped at " << place);
      BOOST_TEST(first.steps.size() + rest.steps.size() == expected.steps.size());
      BOOST_TEST(rest.epochs.back().train_loss == expected.epochs.back().train_loss);
      BOOST_TEST(rest.epochs.back().eval_loss == expected.epochs.back().eval_loss);
      BOOST_TEST(rest.summaries[0].best_epoch == expected.summaries[0].best_epoch);
    }
    BOOST_TEST(places > 20);
  }
}

BOOST_AUTO_TEST_CASE(changed_values_are_told_on_resume) {
  const Folder folder;
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled;
  auto o = options(1);
  o.checkpoint_folder = folder.path;
  trainer<Dual>(o).fit(tuples, labelled, {});
  o.recipe.epochs = 2;
  o.recipe.learning_rate = 1e-3;
  o.recipe.aids.accumulate = 4;
  auto second = trainer<Dual>(o);
  second.resume(folder.path / "last.pt");
  tuples.set.images.images[0].label = 2;
  Recorder recorder;
  second.fit(tuples, labelled, {}, recorder);
  const std::vector<std::string> told{"epochs was 1, is now 2", "learning rate was 0.002, is now 0.001",
                                      "batches a step was 1, is now 4",
                                      "the training list holds other images or labels than before"};
  BOOST_TEST(recorder.infos[0].notes == told, boost::test_tools::per_element());
  BOOST_TEST(recorder.infos[0].done_epochs == 1);
  BOOST_TEST(recorder.infos[0].done_steps == 4);
}

BOOST_AUTO_TEST_CASE(recipes_of_other_versions_are_compared_where_they_can_be) {
  const auto changes = [](std::string before, std::string version) {
    io::Metadata now;
    put_card(now, {.recipe = named_values({}, SamOptions{.rho = .1})});
    return recipe_changes({{"recipe", std::move(before)}, {"qcs_version", version}}, now);
  };
  const std::string newer = fmt::format("qcs was 0.2.9, is now {}", kVersion);
  // A value that the older version did not know had its default then; one that is not known any more is left out.
  BOOST_TEST(changes(R"({"epochs": "200", "gone": "1"})", "0.2.9") ==
                 (std::vector<std::string>{"rho was 0.05, is now 0.1", newer}),
             boost::test_tools::per_element());
  BOOST_TEST(changes(R"({"rho": "0.1"})", "0.2.9") == std::vector<std::string>{newer},
             boost::test_tools::per_element());
  BOOST_TEST(changes(R"({"optimizer": "SAM around adam"})", "0.1.0").at(0) ==
             "its recipe is not compared: qcs 0.1 named the values otherwise");
}

BOOST_AUTO_TEST_CASE(a_damaged_newest_checkpoint_gives_way_to_the_one_before) {
  const Folder folder;
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled;
  auto o = options(2);
  o.checkpoint_folder = folder.path;
  auto whole = trainer<Dual>(o);
  whole.fit(tuples, labelled, {});
  std::filesystem::resize_file(folder.path / "last.pt", 1000);
  auto second = trainer<Dual>(o);
  second.resume(folder.path);
  Recorder recorder;
  second.fit(tuples, labelled, {}, recorder);
  BOOST_TEST(recorder.steps.size() == 4);
  BOOST_TEST(recorder.infos[0].notes.at(0).find("going on from") != std::string::npos);
  BOOST_TEST(toy::same_weights(*whole.network(), *second.network()));
}

BOOST_AUTO_TEST_CASE(the_test_split_sees_the_best_epoch_once) {
  const Folder folder;
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled, test;
  for (const bool with_folder : {false, true}) {
    auto o = options(3);
    if (with_folder) o.checkpoint_folder = folder.path;
    auto t = trainer<Dual>(o);
    Recorder recorder;
    const auto summary = t.fit_and_test(tuples, labelled, test, {}, recorder);
    BOOST_REQUIRE(summary.test.has_value());
    BOOST_TEST(summary.test->loss == recorder.epochs[static_cast<std::size_t>(summary.best_epoch)].eval_loss);
    BOOST_TEST(recorder.infos[0].test.images() == 6);
  }
}

BOOST_AUTO_TEST_CASE(early_stopping_waits_as_long_as_it_was_told) {
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled;
  auto o = options(9);
  o.recipe.learning_rate = 1e-12;  // no epoch is better than the first
  o.recipe.schedule = {.kind = ScheduleKind::kConstant};
  o.recipe.aids.patience = 2;
  Recorder recorder;
  const auto summary = trainer<Dual>(o).fit(tuples, labelled, {}, recorder);
  BOOST_TEST((summary.end == RunEnd::kEarly));
  BOOST_TEST(recorder.epochs.size() >= 3);
  BOOST_TEST(recorder.epochs.size() < 9);
  o.selection = Selection::kLast;
  BOOST_CHECK_THROW(trainer<Dual>(o), ConfigError);
}

BOOST_AUTO_TEST_CASE(a_frozen_backbone_stays_as_it_is) {
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled;
  auto o = options(1);
  o.recipe.aids.freeze_backbone = true;
  auto t = trainer<Dual>(o);
  const auto before = cloned(*t.network());
  t.fit(tuples, labelled, {});
  int changed = 0;
  for (const auto& [name, tensor] : state_dict(*t.network())) {
    if (name.starts_with("ir_back."))
      BOOST_TEST(torch::equal(tensor, before.at(name)), name);
    else
      changed += torch::equal(tensor, before.at(name)) ? 0 : 1;
  }
  BOOST_TEST(changed > 20);
}
