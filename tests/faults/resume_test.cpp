// SPDX-License-Identifier: MIT
// Runs that are killed and resumed, against one that was left alone.
#include <boost/test/unit_test.hpp>

#include "support.hpp"
#include "training.hpp"

using namespace faults;

namespace {

constexpr int kEpochs = 4;
constexpr std::int64_t kBatches = 5;

/// Dies, as by kill -9, at the end of a step.
struct Killer {
  std::int64_t at;
  void on_step(const qcs::StepEvent& event) const {
    if (event.step == at) ::kill(::getpid(), SIGKILL);
  }
};

/// Starts or resumes the run in `folder` and lets it go on to its end, or die after step `killed_at`.
int run(const std::filesystem::path& folder, std::int64_t killed_at = 0) {
  toy::Tuples<qcs::Dual> tuples{.count = kBatches, .poisoned = {3}};  // one step of every epoch is left out
  toy::Labelled labelled, test;
  auto run = trainer(options(folder, kEpochs));
  qcs::CheckpointFolder(folder).remove_leftovers();
  qcs::RunFiles files(folder, {.resume = true});
  const Killer killer{killed_at};
  run.fit_and_test(tuples, labelled, test, {.model = "DCS", .backbone = "small", .dataset = "toy"}, files, killer);
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(twenty_runs_killed_at_random_steps_end_like_one_that_was_not) {
  const Folder whole;
  BOOST_REQUIRE(Child([&] { return run(whole.path()); }).wait() == 0);
  const auto expected = qcs::load_checkpoint(whole.path() / "last.pt");
  std::mt19937 random(3);
  std::uniform_int_distribution<std::int64_t> step(1, kEpochs * (kBatches - 1));
  int kills = 0, equal = 0;
  for (int trial = 0; trial < 20; ++trial) {
    const Folder place;
    // The second kill comes where it comes: perhaps in what was lost and is done again.
    for (const auto at : {step(random), step(random)})
      if (Child([&] { return run(place.path(), at); }).wait() == 128 + SIGKILL) ++kills;
    BOOST_REQUIRE(Child([&] { return run(place.path()); }).wait() == 0);

    const auto found = qcs::load_checkpoint(place.path() / "last.pt");
    bool same = found.state.steps == expected.state.steps && found.state_dict.size() == expected.state_dict.size();
    for (std::size_t i = 0; same && i < found.state_dict.size(); ++i)
      same = torch::equal(found.state_dict[i].second, expected.state_dict[i].second);
    BOOST_TEST(same, "weights of trial " << trial);
    BOOST_TEST(names_in(place.path()) == names_in(whole.path()), boost::test_tools::per_element());
    for (const auto& name : names_in(whole.path())) {
      if (name.ends_with(".pt") || name == "timing.json") continue;
      const bool alike = bytes_of(place.path() / name) == bytes_of(whole.path() / name);
      BOOST_TEST(alike, name << " of trial " << trial);
      same = same && alike;
    }
    equal += same ? 1 : 0;
  }
  BOOST_TEST_MESSAGE(fmt::format("{} kills in 20 runs; {} of 20 ended with equal weights and files", kills, equal));
  BOOST_TEST(equal == 20);
}
