// SPDX-License-Identifier: MIT
#pragma once

#include <opencv2/core.hpp>
#include <qcs/cli/run_options.hpp>
#include <qcs/cli/training_run.hpp>
#include <qcs/data/image_list.hpp>
#include <qcs/presets/networks.hpp>

namespace qcs::cli {

namespace detail {

/// The data set's own label space, or numbers when another count was asked for.
template <class Dataset>
Labels labels_for(std::int64_t classes) {
  const auto own = Labels::of<typename Dataset::Classes>();
  return classes == static_cast<std::int64_t>(own.classes.size()) ? own : Labels::numbered(classes);
}

/// A run's folder is written once: refuses to start a second run over the results of a first.
inline void require_fresh(const RunOptions& run) {
  const auto old = run.out / "last.pt";
  if (run.resume.empty() && std::filesystem::exists(old))
    throw ConfigError(fmt::format("{} holds a finished or interrupted run; choose another --out, or go on with --resume {}",
                                  run.out.string(), old.string()));
}

}  // namespace detail

/// The training program of a data set: reads the command line, then trains or evaluates. Returns the exit status.
template <class Dataset>
int train_program(int argc, char** argv) {
  wait_passively(argv);
  return run_program([&] {
    const auto run = parse_run_options<Dataset>(argc, argv);
    if (!run) return 0;
    torch::set_num_threads(run->threads);
    cv::setNumThreads(1);
    const auto labels = detail::labels_for<Dataset>(run->classes);
    if (run->evaluate.empty()) detail::require_fresh(*run);
    const auto pack = run->packed.empty() ? nullptr : std::make_shared<const PackedImages>(run->packed);
    auto test = read_images(*run, run->test_list, pack);
    return with_network<Dataset>(run->model, run->backbone, [&]<class Net>() {
      if (!run->evaluate.empty()) return evaluate_weights<Net>(*run, test, labels);
      auto train = read_images(*run, run->train_list, pack);
      train_network<Net>(*run, std::move(train), std::move(test), Dataset::kName, labels);
      return 0;
    });
  });
}

}  // namespace qcs::cli
