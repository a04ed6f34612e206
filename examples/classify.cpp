// SPDX-License-Identifier: MIT
//
// classify WEIGHTS IMAGE...: names the expression of cut faces by the base branch of weights that carry a card, which
// all weights of this library do; `convert --dataset` gives one to published weights.

#include <opencv2/imgcodecs.hpp>
#include <qcs/infer/classifier.hpp>
#include <qcs/program/process.hpp>

namespace {

int run(int argc, char** argv) {
  if (argc < 3) throw qcs::program::UsageError("classify WEIGHTS IMAGE...");
  auto classify = qcs::Classifier::load(argv[1]);
  std::vector<qcs::Picture> faces;
  for (int i = 2; i < argc; ++i) {
    faces.push_back(qcs::bgr(cv::imread(argv[i])));
    if (faces.back().pixels.empty()) throw qcs::DataError(fmt::format("{}: cannot be read as an image", argv[i]));
  }
  const auto answers = classify(faces);
  for (std::size_t i = 0; i < answers.size(); ++i)
    fmt::print("{}: {} {:.1f} %\n", argv[i + 2], answers[i].name, 100 * answers[i].probability);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
