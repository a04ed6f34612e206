// SPDX-License-Identifier: MIT
// Everything that a training program instantiates, with one network.
#include <qcs/program/train.hpp>
#include <qcs/qcs.hpp>

int main(int argc, char** argv) {
  using Dataset = qcs::RafDb;
  const auto arguments = qcs::program::parse_train_arguments<Dataset>(argc, argv);
  if (!arguments) return 1;
  if (argc == 1) return static_cast<int>(qcs::branch_count<qcs::Dual>) == torch::zeros({2}).numel() ? 0 : 1;
  if (!arguments->evaluate.empty()) {
    auto classify = qcs::Classifier::load(arguments->evaluate, qcs::published_card<Dataset>());
    return static_cast<int>(classify(qcs::bgr(cv::Mat(9, 9, CV_8UC3, cv::Scalar(1)))).label);
  }
  qcs::Experiment<qcs::DcsNetwork<qcs::SmallBackbone>> run(
      arguments->out, qcs::published_faces<Dataset>(arguments->lists), arguments->recipe, arguments->run);
  return run.fit().end == qcs::RunEnd::kComplete ? 0 : 1;
}
