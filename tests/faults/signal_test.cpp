// SPDX-License-Identifier: MIT
// Signals that ask a run to stop, wherever it may be. The run sends them to itself, so that they come at the very
// place.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <qcs/program/stop_signals.hpp>

#include "support.hpp"
#include "system_calls.hpp"
#include "training.hpp"

using namespace faults;

namespace {

enum class Place { kNowhere, kWarmUp, kFirstPass, kSecondPass, kEvaluation, kSaving };

/// Sends a signal at one of the moments that a run tells of.
struct Striker {
  Place place = Place::kNowhere;
  int moment = 1;  ///< which moment at the place, from 1
  int call = 1;    ///< kSaving: the system call of that save, from 1
  int signal = SIGTERM;
  int met = 0;

  void at(Place here) {
    if (here != place || ++met != moment) return;
    if (here == Place::kSaving)
      set_fault(Fault::kSignal, call, signal);
    else
      ::raise(signal);
  }
};
Striker* striker = nullptr;

/// SAM, with a moment before and after each of its passes.
class StruckSam {
 public:
  static constexpr std::string_view kName = "struck";

  using Options = qcs::SamOptions;

  StruckSam(std::unique_ptr<torch::optim::Optimizer> base, const Options& options, double clip_norm)
      : sam_(std::move(base), options, clip_norm) {}

  auto run(auto&& pass) {
    int number = 0;
    return sam_.run([&] {
      const auto place = ++number == 1 ? Place::kFirstPass : Place::kSecondPass;
      striker->at(place);
      auto measured = pass();
      striker->at(place);
      return measured;
    });
  }

  torch::optim::Optimizer& optimizer() { return sam_.optimizer(); }
  void abandon() { sam_.abandon(); }

 private:
  qcs::SamStep sam_;
};

struct StruckTuples : toy::Tuples<qcs::Dual> {
  auto& epoch(int number, std::int64_t first = 0) {
    if (number == 0 && first == 0) striker->at(Place::kWarmUp);  // loads the first batch
    return toy::Tuples<qcs::Dual>::epoch(number, first);
  }
};

struct Witness {
  std::atomic<std::int64_t>& steps_after;
  std::int64_t& done;

  void on_run_begin(const qcs::RunInfo&) const { striker->at(Place::kWarmUp); }
  void on_step(const qcs::StepEvent&) const {
    ++done;
    if (qcs::program::stop_signal() != 0) ++steps_after;
  }
  void on_prediction(const qcs::PredictionEvent&) const { striker->at(Place::kEvaluation); }
  void on_evaluation(const qcs::EvaluationProgress&) const { striker->at(Place::kEvaluation); }
  void on_epoch(const qcs::EpochEvent&) const { striker->at(Place::kSaving); }
};

/// Trains until it is struck, or for `steps` steps, and leaves as a training program does.
int train(const std::filesystem::path& folder, Striker strike, std::atomic<std::int64_t>& steps_after,
          std::int64_t steps = 0) {
  striker = &strike;
  qcs::program::catch_stop_signals();
  std::freopen("/dev/null", "w", stderr);  // the handler's message
  StruckTuples tuples{{.count = 2}};
  toy::Labelled labelled;
  auto o = options(folder, 100'000);
  std::int64_t done = 0;
  o.stop = [&] { return qcs::program::stop_signal() != 0 || (steps > 0 && done >= steps); };
  auto run = trainer<StruckSam>(o);
  Witness witness{steps_after, done};
  const auto end = run.fit(tuples, labelled, {}, witness).end;
  return end == qcs::RunEnd::kInterrupted ? 128 + qcs::program::stop_signal() : 0;
}

/// What a child does about signals, without its message.
int signals(auto&& body) {
  const Child child([&] {
    std::freopen("/dev/null", "w", stderr);
    body();
    return 0;
  });
  return child.wait();
}

}  // namespace

BOOST_AUTO_TEST_CASE(twenty_signals_in_each_of_five_places_are_answered_by_a_checkpoint) {
  struct Target {
    Place place;
    const char* name;
    int moments;
  };
  std::mt19937 random(4);
  const auto draw = [&](int most) { return std::uniform_int_distribution<int>(1, most)(random); };
  for (const auto& [place, name, moments] :
       {Target{Place::kWarmUp, "warm-up", 2}, Target{Place::kFirstPass, "first pass", 8},
        Target{Place::kSecondPass, "second pass", 8}, Target{Place::kEvaluation, "evaluation", 9},
        Target{Place::kSaving, "saving", 3}}) {
    int saved = 0;
    for (int trial = 0; trial < 20; ++trial) {
      const Folder folder;
      const Shared<std::atomic<std::int64_t>> steps_after, ignored;
      const int signal =
          qcs::program::kStopSignals[static_cast<std::size_t>(trial) % std::size(qcs::program::kStopSignals)];
      const Striker strike{.place = place, .moment = draw(moments), .call = draw(10), .signal = signal};
      const int status = Child([&] { return train(folder.path(), strike, *steps_after); }).wait();
      BOOST_TEST(status == 128 + signal, name << ", trial " << trial);
      BOOST_TEST(steps_after->load() <= 1);
      const auto checkpoint = qcs::load_checkpoint(folder.path() / "last.pt");
      const int resumed = Child([&] { return train(folder.path(), {}, *ignored, 1); }).wait();
      BOOST_TEST(resumed == 128, name << ", trial " << trial);
      const auto later = qcs::load_checkpoint(folder.path() / "last.pt");
      BOOST_TEST(later.state.steps == checkpoint.state.steps + 1);
      if (status == 128 + signal && resumed == 128 && later.state.steps == checkpoint.state.steps + 1) ++saved;
    }
    BOOST_TEST_MESSAGE(fmt::format("{}: {} of 20 saved and resumed", name, saved));
    BOOST_TEST(saved == 20);
  }
}

BOOST_AUTO_TEST_CASE(a_second_signal_leaves_at_once) {
  for (const int first : qcs::program::kStopSignals)
    for (const int second : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) {
      const int status = signals([&] {
        qcs::program::catch_stop_signals(std::chrono::seconds(0));
        ::raise(first);
        ::raise(second);
      });
      BOOST_TEST(status == 128 + second, first << ", then " << second);
    }
}

BOOST_AUTO_TEST_CASE(signals_that_come_together_are_one_request) {
  BOOST_TEST(signals([] {
               qcs::program::catch_stop_signals(std::chrono::hours(1));
               for (const int signal : {SIGTERM, SIGTERM, SIGHUP, SIGINT}) ::raise(signal);
               if (qcs::program::stop_signal() != SIGTERM) ::_exit(1);
             }) == 0);
  BOOST_TEST(signals([] {  // the kernel sends it every second
               qcs::program::catch_stop_signals(std::chrono::seconds(0));
               for (int i = 0; i < 3; ++i) ::raise(SIGXCPU);
             }) == 0);
}

BOOST_AUTO_TEST_CASE(what_was_ignored_at_the_start_stays_ignored) {
  for (const int ignored : qcs::program::kStopSignals)
    BOOST_TEST(signals([&] {
                 ::signal(ignored, SIG_IGN);
                 qcs::program::catch_stop_signals();
                 ::raise(ignored);
                 if (qcs::program::stop_signal() != 0) ::_exit(1);
                 const int other = ignored == SIGTERM ? SIGINT : SIGTERM;
                 ::raise(other);
                 if (qcs::program::stop_signal() != other) ::_exit(2);
               }) == 0);
  BOOST_TEST(signals([] {
               qcs::program::catch_stop_signals();
               ::raise(SIGQUIT);
             }) == 128 + SIGQUIT);
}

BOOST_AUTO_TEST_CASE(output_that_nobody_reads_never_ends_a_run) {
  enum class Output { kBrokenPipe, kFullPipe, kFullDisk, kClosed };
  for (const auto output : {Output::kBrokenPipe, Output::kFullPipe, Output::kFullDisk, Output::kClosed}) {
    const Child child([&] {
      int ends[2];
      if (::pipe(ends) != 0) return 1;
      if (output == Output::kFullDisk) ends[1] = ::open("/dev/full", O_WRONLY);
      if (output == Output::kFullPipe) {
        ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
        while (::write(ends[1], "x", 1) == 1) {
        }
        ::fcntl(ends[1], F_SETFL, 0);
      } else {
        ::close(ends[0]);
      }
      ::dup2(ends[1], STDERR_FILENO);
      if (output == Output::kClosed) ::close(STDERR_FILENO);
      qcs::program::catch_stop_signals();
      ::raise(SIGINT);  // its handler writes
      ::raise(SIGPIPE);
      return qcs::program::stop_signal() == SIGINT ? 0 : 2;
    });
    BOOST_TEST(child.wait() == 0);
  }
}
