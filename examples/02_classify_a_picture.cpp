// SPDX-License-Identifier: MIT
//
// Teaches: to name the expression of cut faces by trained weights. They carry a card, which says what labels mean and
// how pictures become the network's input; `convert --dataset` gives one to published weights.
//
// With what 01_own_topology left in run:
//
//     OMP_NUM_THREADS=1 02_classify_a_picture run/best.pt run/faces/images/test_0000{0,3,6}.png
//
// Drawn are Surprise, Happy and Neutral. It says:
//
//     run/faces/images/test_00000.png: Surprise 98.4 %
//     run/faces/images/test_00003.png: Happy 96.0 %
//     run/faces/images/test_00006.png: Neutral 82.2 %

#include <opencv2/imgcodecs.hpp>
#include <qcs/infer/classifier.hpp>
#include <qcs/program/process.hpp>

namespace {

int run(int argc, char** argv) {
  if (argc < 3) throw qcs::program::UsageError("02_classify_a_picture WEIGHTS IMAGE...");
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
