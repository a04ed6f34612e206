// SPDX-License-Identifier: MIT
//
// benchmark_steady_answers WEIGHTS [ANSWERS [SECONDS]]: does answering take more and more memory, and do threads that
//   share an engine agree? ANSWERS pictures (10000), one at a time, then four threads for SECONDS (60), each with a
//   copy of the classifier and one compute thread. Prints how far memory grew after the first hundredth, answers a
//   second, and how many of the threads' answers are those of one thread alone to the bit.

#include <atomic>
#include <chrono>
#include <opencv2/imgproc.hpp>
#include <qcs/infer/classifier.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/process.hpp>
#include <string>
#include <thread>
#include <vector>

#include "compare.hpp"

namespace {

constexpr std::size_t kFaces = 16;

std::vector<cv::Mat> faces() {
  std::vector<cv::Mat> all;
  cv::RNG random(1);
  for (std::size_t i = 0; i < kFaces; ++i) {
    auto& face = all.emplace_back(100 + static_cast<int>(i), 96, CV_8UC3);
    random.fill(face, cv::RNG::UNIFORM, 0, 256);
    cv::GaussianBlur(face, face, {}, 3);
  }
  return all;
}

void answer_one_at_a_time(qcs::Classifier& classify, const std::vector<cv::Mat>& pictures, int count) {
  double before = 0, most = 0;
  const double seconds = qcs::benchmarks::seconds_of([&] {
    for (int i = 0; i < count; ++i) {
      classify(qcs::bgr(pictures[static_cast<std::size_t>(i) % kFaces]));
      if (i == count / 100) before = most = qcs::benchmarks::memory("VmRSS");
      if (i > count / 100 && i % 10 == 0) most = std::max(most, qcs::benchmarks::memory("VmRSS"));
    }
  });
  fmt::print("{} answers: {:.1f} a second; memory grew by {:.2f} MiB at most, from {:.0f}\n", count, count / seconds,
             most - before, before);
}

bool answer_in_threads(const qcs::Classifier& classify, const std::vector<cv::Mat>& pictures, double limit) {
  constexpr int kThreads = 4;
  at::set_num_threads(1);
  std::vector<std::vector<double>> alone;
  auto first = classify;
  for (const auto& picture : pictures) alone.push_back(first(qcs::bgr(picture)).all);
  std::atomic<int> answers = 0, same = 0;
  std::atomic<bool> stop = false;
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t, own = classify]() mutable {
        for (std::size_t i = t; !stop; ++i) {
          same += own(qcs::bgr(pictures[i % kFaces])).all == alone[i % kFaces] ? 1 : 0;
          ++answers;
        }
      });
    std::this_thread::sleep_for(std::chrono::duration<double>(limit));
    stop = true;
  }
  fmt::print("{} threads on one engine for {:.0f} s: {} answers, {} of them those of one thread to the bit\n", kThreads,
             limit, answers.load(), same.load());
  return answers == same;
}

int run(int argc, char** argv) {
  if (argc < 2) throw qcs::program::UsageError("usage: benchmark_steady_answers WEIGHTS [ANSWERS [SECONDS]]");
  qcs::program::start_compute_threads(qcs::program::default_threads().threads);
  auto classify = qcs::Classifier::load(argv[1]);
  const auto pictures = faces();
  const int answers = argc > 2 ? std::stoi(argv[2]) : 10000;
  if (answers < 100) throw qcs::program::UsageError("ANSWERS must be at least 100");
  answer_one_at_a_time(classify, pictures, answers);
  return answer_in_threads(classify, pictures, argc > 3 ? std::stod(argv[3]) : 60) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
