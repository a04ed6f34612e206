// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <map>
#include <filesystem>
#include <qcs/train/trainer.hpp>

#include "toy.hpp"

namespace {

using namespace qcs;

struct Recorder {
  std::vector<StepEvent> steps;
  std::vector<EpochEvent> epochs;
  std::vector<std::string> order;
  void on_run_begin(const RunInfo& info) { order.push_back("begin " + std::to_string(info.batches_per_epoch)); }
  void on_step(const StepEvent& event) { steps.push_back(event); }
  void on_epoch(const EpochEvent& event) {
    epochs.push_back(event);
    order.push_back("epoch " + std::to_string(event.epoch));
  }
  void on_run_end(const RunSummary& summary) { order.push_back("end " + std::to_string(summary.steps)); }
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

TrainerOptions options(int epochs) {
  TrainerOptions o{.epochs = epochs, .seed = 5};
  o.optimizer.learning_rate = 2e-3;
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
  BOOST_TEST(std::abs(recorder.steps[5].loss - .5 * (recorder.steps[5].base_loss + recorder.steps[5].cross_loss)) < 1e-6);
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

  BOOST_CHECK_THROW(second.fit(tuples, labelled, {}), ConfigError);
  auto other_seed = options(3);
  other_seed.seed = 6;
  BOOST_CHECK_THROW(trainer<Dual>(other_seed).resume(folder.path / "last.pt"), CheckpointError);
  BOOST_CHECK_THROW(trainer<Triplet>(options(3)).resume(folder.path / "last.pt"), CheckpointError);
}

BOOST_AUTO_TEST_CASE(a_loss_that_is_not_finite_undoes_its_step) {
  toy::Tuples<Dual> tuples{.poisoned = true};
  toy::Labelled labelled;
  auto t = trainer<Dual>(options(1));
  const auto saved = state_dict(*t.network());
  const std::map<std::string, torch::Tensor> before(saved.begin(), saved.end());
  BOOST_CHECK_EXCEPTION(t.fit(tuples, labelled, {}), NumericError, [](const NumericError& error) {
    return std::string(error.what()).find("epoch 1, batch 1") != std::string::npos;
  });
  for (const auto& parameter : t.network()->named_parameters())
    BOOST_TEST(torch::equal(parameter.value(), before.at(parameter.key())), parameter.key());
}

BOOST_AUTO_TEST_CASE(an_epoch_can_be_cut_short) {
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled;
  auto o = options(2);
  o.limit_batches = 3;
  BOOST_TEST(trainer<Dual>(o).fit(tuples, labelled, {}).steps == 6);
}

BOOST_AUTO_TEST_CASE(class_names_match_the_network) {
  BOOST_CHECK_THROW(Trainer<toy::Net<Dual>>(toy::network<Dual>(), options(1), qcs::Labels{"short", {"one", "two"}}), ConfigError);
}
