// SPDX-License-Identifier: MIT
#pragma once

#include <opencv2/core.hpp>
#include <qcs/cli/evaluate_weights.hpp>
#include <qcs/cli/repeat_runs.hpp>
#include <qcs/cli/run_options.hpp>
#include <qcs/cli/splits.hpp>
#include <qcs/cli/stop_signals.hpp>
#include <qcs/cli/train_network.hpp>
#include <qcs/presets/networks.hpp>

namespace qcs::cli {

namespace detail {

/// The data set's own label space, or numbers when another count was asked for.
template <class Dataset>
Labels labels_for(std::int64_t classes) {
  const auto own = Labels::of<typename Dataset::Classes>();
  return classes == static_cast<std::int64_t>(own.classes.size()) ? own : Labels::numbered(classes);
}

}  // namespace detail

/// The training program of a data set: reads the command line, then trains or evaluates. Returns the exit status; that
/// of a run that a signal interrupted is 128 + the signal.
template <class Dataset>
int train_program(int argc, char** argv) {
  wait_passively(argv);
  return run_program([&] {
    const auto run = parse_run_options<Dataset>(argc, argv);
    if (!run) return 0;
    if (run->evaluate.empty()) catch_stop_signals();
    torch::set_num_threads(run->threads);
    cv::setNumThreads(1);
    if (!run->evaluate.empty())
      for (const auto& note : run->notes) say("{}\n", note);
    const auto labels = detail::labels_for<Dataset>(run->classes);
    return with_network<Dataset>(run->model, run->backbone, [&]<class Net>() {
      if (!run->evaluate.empty())
        return evaluate_weights<Net>(*run, read_images(*run, run->test_list, open_pack(*run)), labels);
      const auto splits = read_splits(*run);
      const auto end = repeat_runs(
          *run, [&](const RunOptions& one) { return train_network<Net>(one, splits, Dataset::kName, labels); });
      return end == RunEnd::kInterrupted ? 128 + stop_signal() : 0;
    });
  });
}

}  // namespace qcs::cli
