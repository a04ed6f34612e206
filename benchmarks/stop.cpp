// SPDX-License-Identifier: MIT
//
// stop [TRIALS]: starts runs of DCS with the small backbone, asks each to stop at a random time (default 20 of them),
// and prints how long they took to save and leave.

#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <opencv2/core.hpp>
#include <qcs/experiment/experiment.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/program/process.hpp>
#include <qcs/program/stop_signals.hpp>
#include <random>
#include <thread>

#include "noise_images.hpp"

namespace {

using Clock = std::chrono::steady_clock;

/// Tells through a pipe that training has begun.
struct Starter {
  int pipe;
  void on_step(const qcs::StepEvent& event) const {
    if (event.step == 1) [[maybe_unused]]
      const auto written = ::write(pipe, "x", 1);
  }
};

int train(const qcs::ImageList& list, const std::filesystem::path& folder, int pipe) {
  qcs::program::catch_stop_signals();
  torch::set_num_threads(qcs::usable_processors());
  cv::setNumThreads(1);
  const Starter starter{pipe};
  qcs::Experiment<qcs::DcsNetwork<qcs::SmallBackbone>> training(
      folder, {.name = "noise", .labels = qcs::Labels::numbered(list.classes), .train = list, .test = list},
      {.epochs = 100'000, .batch_size = 2, .learning_rate = 1e-4},
      {.device = torch::kCPU, .workers = 2, .print_freq = 0, .stop = [] { return qcs::program::stop_signal() != 0; }});
  const auto end = training.fit(starter);
  return end.end == qcs::RunEnd::kInterrupted ? 128 + qcs::program::stop_signal() : 1;
}

int run(int argc, char** argv) {
  const int trials = argc > 1 ? std::stoi(argv[1]) : 20;
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("qcs-stop-{}", ::getpid());
  const auto list = benchmarks::noise_images(folder / "images", 7);
  std::mt19937 random(1);
  double slowest = 0, sum = 0;
  for (int trial = 0; trial < trials; ++trial) {
    int ends[2];
    if (::pipe(ends) != 0) throw qcs::Error("cannot make a pipe");
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) ::dup2(::open("/dev/null", O_WRONLY), stream);
      ::_exit(qcs::program::run_program([&] { return train(list, folder / fmt::format("{}", trial), ends[1]); }));
    }
    ::close(ends[1]);
    char begun = 0;
    if (::read(ends[0], &begun, 1) != 1) throw qcs::Error("the run ended before its first step");
    ::close(ends[0]);
    std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution<int>(0, 3000)(random)));
    const auto asked = Clock::now();
    ::kill(child, SIGTERM);
    int status = 0;
    ::waitpid(child, &status, 0);
    const double seconds = std::chrono::duration<double>(Clock::now() - asked).count();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 128 + SIGTERM)
      throw qcs::Error("the run did not end by its signal");
    slowest = std::max(slowest, seconds);
    sum += seconds;
  }
  std::filesystem::remove_all(folder);
  fmt::print("{} runs asked to stop: saved and gone after {:.2f} s on average, {:.2f} s at most\n", trials,
             sum / trials, slowest);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
