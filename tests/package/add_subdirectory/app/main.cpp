// SPDX-License-Identifier: MIT
// Everything that a training program instantiates, with one network.
#include <qcs/program/train_program.hpp>
#include <qcs/qcs.hpp>

int main(int argc, char** argv) {
  using Dataset = qcs::RafDb;
  const auto run = qcs::program::parse_run_options<Dataset>(argc, argv);
  if (!run) return 1;
  if (argc == 1) return static_cast<int>(qcs::branch_count<qcs::Dual>) == torch::zeros({2}).numel() ? 0 : 1;
  const auto labels = qcs::Labels::of<Dataset::Classes>();
  const auto splits = qcs::program::read_splits(*run);
  const auto summary =
      qcs::program::train_network<qcs::DcsNetwork<qcs::SmallBackbone>>(*run, splits, Dataset::kName, labels);
  return summary.end == qcs::RunEnd::kComplete ? 0 : 1;
}
