// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <exception>
#include <opencv2/core.hpp>
#include <qcs/core/memory_error.hpp>
#include <qcs/image/quiet_decoders.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/evaluate_weights.hpp>
#include <qcs/program/list_labels.hpp>
#include <qcs/program/repeat_runs.hpp>
#include <qcs/program/run_options.hpp>
#include <qcs/program/splits.hpp>
#include <qcs/program/stop_signals.hpp>
#include <qcs/program/train_network.hpp>

namespace qcs::program {

namespace detail {

/// What the labels in a run's lists mean: by itself the data set's own classes, or numbers when another count was asked
/// for.
template <class Dataset>
ListLabels labels_for(const RunOptions& run) {
  const auto dataset = Labels::of<typename Dataset::Classes>();
  const bool is_usual = run.classes == static_cast<std::int64_t>(dataset.classes.size());
  return labels_of_lists(lists_of(run), run.class_names, is_usual ? dataset : Labels::numbered(run.classes));
}

/// What a run was asked to do.
template <class Dataset>
int train_or_evaluate(const RunOptions& run) {
  const QuietDecoders quiet;
  const auto [labels, label_notes] = detail::labels_for<Dataset>(run);
  return with_network<Dataset>(run.model, run.backbone, [&, &labels = labels, &label_notes = label_notes]<class Net>() {
    if (!run.evaluate.empty()) {
      for (const auto* notes : {&run.notes, &label_notes})
        for (const auto& note : *notes) say("note: {}\n", note);
      return evaluate_weights<Net>(run, read_images(run, run.test_list, open_pack(run)), labels);
    }
    auto splits = read_splits(run);
    splits.notes.insert(splits.notes.begin(), label_notes.begin(), label_notes.end());
    const auto end = repeat_runs(
        run, [&](const RunOptions& one) { return train_network<Net>(one, splits, Dataset::kName, labels); });
    return end == RunEnd::kInterrupted ? 128 + stop_signal() : 0;
  });
}

/// How much was asked for, for what, and what to lower, by the names of the options.
inline MemoryError out_of_memory(const MemoryRequest& request, const RunOptions& run) {
  return MemoryError(
      fmt::format("out of memory: {} could not be had with batches of {} tuples of pictures of 224 x 224 pixels; lower "
                  "--batch-size (--accumulate keeps the size of a step), --workers (now {}) or --threads (now {}), or "
                  "take --backbone small",
                  request.text(), run.recipe.batch_size, run.workers, run.threads),
      request.bytes);
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
    cv::setNumThreads(1);
    start_compute_threads(run->threads);
    try {
      return detail::train_or_evaluate<Dataset>(*run);
    } catch (const std::exception& error) {
      if (const auto request = memory_request(error)) throw detail::out_of_memory(*request, *run);
      throw;
    }
  });
}

}  // namespace qcs::program
