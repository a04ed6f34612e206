// SPDX-License-Identifier: MIT
//
// steady_run [STEPS]: trains DCS with the small backbone for so many steps (default 1000), with loader threads, all
// files of a run and a checkpoint every 100 steps, and prints how resident memory and the number of threads develop.

#include <filesystem>
#include <fstream>
#include <opencv2/core.hpp>
#include <qcs/experiment/experiment.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/program/process.hpp>

#include "noise_images.hpp"

namespace {

/// A number of /proc/self/status: memory in kB, or a count.
long status(std::string_view name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name)) return std::stol(line.substr(name.size() + 1));
  throw qcs::Error("there is no /proc/self/status to read");
}

/// Looks at the process after every step.
struct Watch {
  static constexpr std::int64_t kWarmUp = 200;
  long memory_then = 0, most = 0, fewest_threads = 0, most_threads = 0;

  void on_step(const qcs::StepEvent& event) {
    if (event.step < kWarmUp) return;
    const long memory = status("VmRSS:"), threads = status("Threads:");
    if (event.step == kWarmUp) {
      memory_then = most = memory;
      fewest_threads = most_threads = threads;
    }
    most = std::max(most, memory);
    fewest_threads = std::min(fewest_threads, threads);
    most_threads = std::max(most_threads, threads);
    if (event.step % 100 == 0) fmt::print("step {:5}  {:8.1f} MiB  {} threads\n", event.step, memory / 1024., threads);
  }
};

int run(int argc, char** argv) {
  const std::int64_t steps = argc > 1 ? std::stoll(argv[1]) : 1000;
  torch::set_num_threads(qcs::usable_processors());
  cv::setNumThreads(1);
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("qcs-steady-run-{}", ::getpid());
  const auto list = benchmarks::noise_images(folder / "images", 7);
  const qcs::Faces faces{.name = "noise", .labels = qcs::Labels::numbered(7), .train = list, .test = list};
  Watch watch;
  qcs::Experiment<qcs::DcsNetwork<qcs::SmallBackbone>> training(
      folder / "run", faces, {.epochs = static_cast<int>((steps + 13) / 14), .batch_size = 2, .learning_rate = 1e-4},
      {.device = torch::kCPU, .workers = 2, .print_freq = 0, .save_steps = 100});
  const auto summary = training.fit(watch);
  std::filesystem::remove_all(folder);
  fmt::print(
      "{} steps in {:.0f} s; from step {} on: memory grew by {:.2f} MiB to the last step, by {:.2f} MiB at most; {} to "
      "{} threads\n",
      summary.steps, summary.seconds, Watch::kWarmUp, (status("VmRSS:") - watch.memory_then) / 1024.,
      (watch.most - watch.memory_then) / 1024., watch.fewest_threads, watch.most_threads);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
