// SPDX-License-Identifier: MIT
// SIGTERM and SIGINT wherever a run may be.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <qcs/cli/stop_signals.hpp>

#include "support.hpp"
#include "training.hpp"

using namespace faults;

namespace {

enum class Place { kElsewhere, kWarmUp, kFirstPass, kSecondPass, kEvaluation, kSaving };

/// Where the child is.
struct Whereabouts {
  std::atomic<Place> place{Place::kElsewhere};
  std::atomic<std::int64_t> steps_after{0};
};
Whereabouts* here = nullptr;

/// SAM, and it says which pass it is in.
class WatchedSam {
 public:
  static constexpr std::string_view kName = "watched";

  explicit WatchedSam(std::unique_ptr<torch::optim::Optimizer> base, qcs::StepOptions options = {})
      : sam_(std::move(base), options) {}

  auto run(auto&& pass) {
    int number = 0;
    return sam_.run([&] {
      here->place = ++number == 1 ? Place::kFirstPass : Place::kSecondPass;
      auto measured = pass();
      here->place = Place::kElsewhere;
      return measured;
    });
  }

  torch::optim::Optimizer& optimizer() { return sam_.optimizer(); }
  void abandon() { sam_.abandon(); }

 private:
  qcs::SamStep sam_;
};

struct Watcher {
  void on_run_begin(const qcs::RunInfo&) { here->place = Place::kWarmUp; }  // loads the first batch
  void on_step(const qcs::StepEvent& event) {
    if (qcs::cli::stop_signal() != 0) ++here->steps_after;
    if (event.batch + 1 == event.batches) here->place = Place::kEvaluation;
  }
  void on_epoch(const qcs::EpochEvent&) { here->place = Place::kSaving; }
  void on_checkpoint(const qcs::CheckpointEvent&) { here->place = Place::kElsewhere; }
};

/// Trains for ever, or for `steps` steps, and leaves as a training program does.
int train(const std::filesystem::path& folder, std::int64_t steps = 0) {
  qcs::cli::catch_stop_signals();
  std::freopen("/dev/null", "w", stderr);  // the handler's message
  toy::Tuples<qcs::Dual> tuples{.count = 2};
  toy::Labelled labelled;
  auto o = options(folder, 100'000);
  std::int64_t done = 0;
  o.stop = [&] { return qcs::cli::stop_signal() != 0 || (steps > 0 && done >= steps); };
  auto run = trainer<WatchedSam>(o);
  struct Counter {
    std::int64_t& done;
    void on_step(const qcs::StepEvent&) { ++done; }
  } counter{done};
  Watcher watcher;
  const auto end = run.fit(tuples, labelled, {}, watcher, counter).end;
  return end == qcs::RunEnd::kInterrupted ? 128 + qcs::cli::stop_signal() : 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(twenty_signals_in_each_of_five_places_are_answered_by_a_checkpoint) {
  std::mt19937 random(4);
  const std::pair<Place, const char*> places[] = {{Place::kWarmUp, "warm-up"},
                                                  {Place::kFirstPass, "first pass"},
                                                  {Place::kSecondPass, "second pass"},
                                                  {Place::kEvaluation, "evaluation"},
                                                  {Place::kSaving, "saving"}};
  for (const auto& [place, name] : places) {
    int saved = 0;
    double slowest = 0;
    for (int trial = 0; trial < 20; ++trial) {
      const Folder folder;
      const Shared<Whereabouts> whereabouts;
      here = &*whereabouts;
      const int signal = trial % 2 == 0 ? SIGTERM : SIGINT;
      const Child child([&] { return train(folder.path()); });
      if (place != Place::kWarmUp)
        BOOST_REQUIRE(wait_until([&] { return std::filesystem::exists(folder.path() / "last.pt"); }));
      // A random time after the run came to the place; where it has gone on by then, the next time.
      BOOST_REQUIRE(wait_until([&] {
        if (here->place != place) return false;
        std::this_thread::sleep_for(random_time(random, 10'000));
        return here->place == place;
      }));
      const auto struck = std::chrono::steady_clock::now();
      child.signal(signal);
      const int status = child.wait();
      slowest = std::max(slowest, std::chrono::duration<double>(std::chrono::steady_clock::now() - struck).count());
      BOOST_TEST(status == 128 + signal, name << ", trial " << trial);
      BOOST_TEST(here->steps_after <= 1);
      const auto checkpoint = qcs::load_checkpoint(folder.path() / "last.pt");
      const auto resumed = Child([&] { return train(folder.path(), 1); }).wait();
      BOOST_TEST(resumed == 128, name << ", trial " << trial);
      const auto later = qcs::load_checkpoint(folder.path() / "last.pt");
      BOOST_TEST(later.state.steps == checkpoint.state.steps + 1);
      if (status == 128 + signal && resumed == 128 && later.state.steps == checkpoint.state.steps + 1) ++saved;
    }
    BOOST_TEST_MESSAGE(fmt::format("{}: {} of 20 saved and resumed, slowest exit {:.2f} s", name, saved, slowest));
    BOOST_TEST(saved == 20);
  }
}

BOOST_AUTO_TEST_CASE(a_second_signal_leaves_at_once) {
  const Folder folder;
  const Shared<Whereabouts> whereabouts;
  const Child child([] {
    qcs::cli::catch_stop_signals();
    std::freopen("/dev/null", "w", stderr);
    ::raise(SIGTERM);
    ::raise(SIGTERM);
    return 0;
  });
  BOOST_TEST(child.wait() == 128 + SIGTERM);
}
