// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <qcs/data/dataset/labelled_dataset.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/presets/weight_metadata.hpp>
#include <qcs/program/device.hpp>
#include <qcs/program/environment.hpp>
#include <qcs/program/evaluate_weights.hpp>
#include <qcs/program/run_folder.hpp>
#include <qcs/program/run_options.hpp>
#include <qcs/program/splits.hpp>
#include <qcs/program/start_weights.hpp>
#include <qcs/program/stop_signals.hpp>
#include <qcs/report/console/console.hpp>
#include <qcs/report/files/log_file.hpp>
#include <qcs/report/files/run_files.hpp>
#include <qcs/report/files/tensorboard.hpp>
#include <qcs/report/page/report_file.hpp>
#include <qcs/train/trainer.hpp>
#include <string_view>
#include <utility>

namespace qcs::program {

namespace detail {

/// Whether the run folder's files belong to the run that is gone on with: else they would start in its middle.
inline bool goes_on_in_its_folder(const RunOptions& run) {
  std::error_code error;
  return !run.resume.empty() && std::filesystem::equivalent(resumed_folder(run.resume), run.out, error);
}

/// What the trainer itself does not know of a run.
inline RunInfo describe_run(const RunOptions& run, const Splits& splits, std::string_view dataset) {
  RunInfo info{.model = run.model,
               .backbone = run.backbone,
               .dataset = std::string(dataset),
               .eval = {.name = splits.eval_name},
               .recipe = describe(run.recipe),
               .environment = environment(device(run.device), run.workers),
               .notes = splits.notes};
  if (!run.pretrained.empty())
    info.recipe.emplace_back("pretrained",
                             fmt::format("{} of {}", run.pretrained_part, run.pretrained.filename().string()));
  if (run.limit_batches > 0)
    info.recipe.emplace_back("batches per epoch", fmt::format("at most {}", run.limit_batches));
  return info;
}

/// Names of a split's images in tables, relative to the image root or as a pack has them, and the images themselves.
inline SplitImages images_of(const RunOptions& run, const ImageSource& source) {
  return {.names = image_names(run, source), .read = [source](std::size_t i) { return source.read(i); }};
}

template <class Net>
TrainerOptions trainer_options(const RunOptions& run, const Splits& splits, const Labels& labels) {
  const Recipe& recipe = run.recipe;
  TrainerOptions options{.epochs = recipe.epochs,
                         .first_epoch = run.first_epoch,
                         .schedule = recipe.schedule,
                         .optimizer = recipe.optimizer,
                         .aids = recipe.aids,
                         .selection = splits.selection,
                         .flip = recipe.flip_test,
                         .seed = run.seed,
                         .device = device(run.device),
                         .limit_batches = run.limit_batches,
                         .checkpoint_folder = run.out,
                         .save_steps = run.save_steps,
                         .save_seconds = 60 * run.save_minutes,
                         .stop = [] { return stop_signal() != 0; },
                         .metadata = weight_metadata(labels, recipe)};
  options.optimizer.learning_rate = recipe.learning_rate;
  return options;
}

}  // namespace detail

/// Trains a network as `run` says, tells it on the console and to `observers`, and leaves in `run.out` what
/// docs/training.md lists. After catch_stop_signals(), kStopSignals interrupt it. Throws what the parts throw.
template <class Net, class... Observers>
RunSummary train_network(const RunOptions& run, const Splits& splits, std::string_view dataset, const Labels& labels,
                         Observers&... observers) {
  using Topology = typename Net::ContainedType::TopologyType;
  const Recipe& recipe = run.recipe;
  const RunFolder folder(run);
  const LoaderOptions loading{.batch_size = recipe.batch_size, .workers = run.workers};
  Loader train(TupleDataset<Topology>(splits.train, with_read_stride<Net>(recipe.transform),
                                      {.sampling = recipe.sampling,
                                       .negatives = recipe.negatives,
                                       .epoch_divisor = recipe.epoch_divisor,
                                       .seed = run.seed}),
               loading);
  Loader eval(LabelledDataset(splits.eval, evaluation_transform<Net>(recipe)), loading);
  std::optional<Loader<LabelledDataset>> test;
  if (splits.test) test.emplace(LabelledDataset(*splits.test, evaluation_transform<Net>(recipe)), loading);

  Net network = make_network<Net>(recipe, run.classes, run.seed);
  if (!run.pretrained.empty() && run.resume.empty()) load_pretrained(network, run, labels);
  Trainer<Net> trainer(std::move(network), detail::trainer_options<Net>(run, splits, labels), labels);
  if (!run.resume.empty()) trainer.resume(run.resume);

  const bool goes_on = detail::goes_on_in_its_folder(run);
  LogFile log(run.out / "log.txt", goes_on);
  ConsoleReporter console(run.print_freq, {}, &log);
  const auto eval_images = detail::images_of(run, splits.eval);
  const auto test_images = splits.test ? detail::images_of(run, *splits.test) : SplitImages();
  RunFiles files(run.out, {.resume = goes_on, .eval_images = eval_images.names, .test_images = test_images.names});
  TensorBoardFile board(run.out);
  ReportFile report(run.out, files, eval_images, test_images);
  const auto fit = [&] {
    auto info = detail::describe_run(run, splits, dataset);
    for (const auto& notes : {run.notes, folder.notes()})
      info.notes.insert(info.notes.end(), notes.begin(), notes.end());
    return test ? trainer.fit_and_test(train, eval, *test, std::move(info), console, files, board, report, observers...)
                : trainer.fit(train, eval, std::move(info), console, files, board, report, observers...);
  };
  const auto name_skipped = [&] {
    print_skipped(splits.train);
    print_skipped(splits.eval);
    if (splits.test) print_skipped(*splits.test);
  };
  try {
    const auto summary = fit();
    name_skipped();
    return summary;
  } catch (const std::exception& error) {
    name_skipped();
    log.line(fmt::format("error: {}", error.what()));
    throw;
  }
}

}  // namespace qcs::program
