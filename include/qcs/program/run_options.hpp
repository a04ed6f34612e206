// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <qcs/data/image_source.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/presets/recipes.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/train/events.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/optimizer/schedule.hpp>
#include <qcs/weights/weight_file.hpp>
#include <string>
#include <vector>

namespace qcs::program {

/// What a training program was asked to do.
struct RunOptions {
  std::string model{Quadruplet::kName};
  std::string backbone{Ir50::kName};
  Recipe recipe = {};
  std::int64_t classes = 0;
  std::filesystem::path train_list, validation_list, test_list, image_root;
  std::filesystem::path class_names;  ///< a file of them; empty: what lies beside the lists, else the data set's own
  bool validation_given = false, test_given = false;  ///< whether these lists were asked for, or are but the defaults
  double hold_out = 0;                                ///< share of the training list to select the best epoch on
  std::optional<Selection> selection;                 ///< default: validation where there is such a split, else last
  std::filesystem::path out;
  /// What a later --resume shall know of the command line, beside the seed; goes into the run folder.
  std::string stored_options = {};
  std::vector<std::string> notes = {};  ///< what people should know of the options
  std::filesystem::path resume, evaluate, pretrained, predictions, packed;
  WeightFileOptions weight_file = {};  ///< how the files of `evaluate` and `pretrained` are read
  BadImages bad_images = BadImages::kFail;
  std::string pretrained_part = "backbone";
  int first_epoch = 0;
  int workers = std::min(4, cores());
  int threads = cores();
  int print_freq = 100;
  std::int64_t limit_batches = 0;
  std::int64_t save_steps = 0;
  double save_minutes = 10;
  int repeat = 1;          ///< runs, each with the next seed
  bool overwrite = false;  ///< start over in a folder that holds a run
  std::uint64_t seed = 0;
  std::string device = "auto";
};

/// The file in a run folder that holds RunOptions::stored_options.
inline constexpr const char* kStoredOptions = "options.cfg";

namespace detail {

inline Selection selection(std::string_view name) {
  for (std::size_t i = 0; i < kSelectionNames.size(); ++i)
    if (name == kSelectionNames[i]) return static_cast<Selection>(i);
  throw UsageError(fmt::format("unknown --select `{}`, expected {}", name, fmt::join(kSelectionNames, ", ")));
}

/// The run folder that --resume means.
inline std::filesystem::path resumed_folder(const std::filesystem::path& resume) {
  if (std::filesystem::is_directory(resume)) return resume;
  return resume.has_parent_path() ? resume.parent_path() : std::filesystem::path(".");
}

/// What model, backbone and data root decide for all other options; throws ConfigError on unknown names.
template <class Dataset>
RunOptions default_run(const std::string& model, const std::string& backbone, const std::filesystem::path& data_root) {
  RunOptions run;
  run.model = model;
  run.backbone = backbone;
  run.recipe = published_recipe<Dataset>(model);
  with_backbone(backbone, [&]<class Backbone>() {
    if constexpr (std::same_as<Backbone, SmallBackbone>) run.recipe.learning_rate = kSmallLearningRate;
  });
  run.classes = static_cast<std::int64_t>(Dataset::Classes::kClasses.size());
  run.train_list = data_root / Dataset::kTrainList;
  run.test_list = data_root / Dataset::kTestList;
  if constexpr (requires { Dataset::kValidationList; }) run.validation_list = data_root / Dataset::kValidationList;
  run.image_root = data_root / Dataset::kImageFolder;
  run.out = fmt::format("runs/{}-{}-{}", Dataset::kProgram, model, backbone);
  return run;
}

}  // namespace detail

/// Reads the command line of the training program of `Dataset`, and the file named by --config for what the command
/// line leaves open. Returns nothing after printing --help. Throws UsageError.
template <class Dataset>
std::optional<RunOptions> parse_run_options(int argc, char** argv) {
  RunOptions run;
  std::filesystem::path data_root;
  std::string optimizer(kOptimizerNames[0]), schedule(kScheduleNames[0]), select;
  bool skip_bad_images = false;
  TrainingAids& aids = run.recipe.aids;
  OptionTable options(
      fmt::format("train_{} [options], trains and evaluates QCS or DCS on {}", Dataset::kProgram, Dataset::kName));
  options.text("model", run.model, "QCS (default) or DCS");
  options.text("backbone", run.backbone, "ir50 (default, as published) or small (trains from scratch on a CPU)");
  options.path("data-root", data_root, "folder of the data sets (default datas)");
  options.path("train-list", run.train_list, fmt::format("default DATA_ROOT/{}", Dataset::kTrainList));
  options.path("test-list", run.test_list, fmt::format("default DATA_ROOT/{}", Dataset::kTestList));
  if constexpr (requires { Dataset::kValidationList; })
    options.path("val-list", run.validation_list,
                 fmt::format("validation split (default DATA_ROOT/{} where it is)", Dataset::kValidationList));
  else
    options.path("val-list", run.validation_list, "validation split (default: none)");
  options.number<double>(
      "hold-out", run.hold_out, {[](double share) { return share > 0 && share < 1; }, "above 0 and below 1"},
      "share of every class of the training list to use as validation split instead (default: none)");
  options.text("select", select,
               "epoch to take: the best on the validation split (default where there is one), last (default else), or "
               "the best on "
               "the test split, as the papers do");
  options.path("image-root", run.image_root, fmt::format("default DATA_ROOT/{}", Dataset::kImageFolder));
  options.path("classes", run.class_names,
               "file of class names, one a line in the order of the labels (default: NAME_classes.txt or classes.txt "
               "beside the lists, else the data set's own)");
  options.number<int>("num-classes", run.classes, at_least(2),
                      fmt::format("default {}", Dataset::Classes::kClasses.size()));
  options.number<int>("epochs", run.recipe.epochs, at_least(1), "default: the published recipe's");
  options.number<int>("batch-size,b", run.recipe.batch_size, at_least(1), "tuples a step; default: the recipe's");
  options.number<double>(
      "lr", run.recipe.learning_rate, above(0),
      fmt::format("learning rate; default: the recipe's, {} for the small backbone", kSmallLearningRate));
  options.number<double>("wd", run.recipe.optimizer.weight_decay, at_least(0),
                         "weight decay (default 0, .01 for adamw: what the public code effectively trains with)");
  options.number<double>("momentum", run.recipe.optimizer.momentum,
                         {[](double m) { return m >= 0 && m < 1; }, "0 to below 1"},
                         "momentum of sgd (default 0, likewise)");
  options.text("optimizer", optimizer, "inside SAM: adam (default), adamw or sgd");
  options.text("schedule", schedule, "learning rate: exponential (default, x .98 per epoch), cosine or constant");
  options.number<double>("warmup", run.recipe.schedule.warmup_epochs, at_least(0),
                         "epochs in which the rate rises from 0 (default 0)");
  options.number<int>("accumulate", aids.accumulate, at_least(1), "batches whose gradients make one step (default 1)");
  options.number<double>("label-smoothing", aids.label_smoothing,
                         {[](double v) { return v >= 0 && v < 1; }, "0 to below 1"}, "default 0");
  options.number<double>("clip-norm", aids.clip_norm, at_least(0),
                         "largest norm of the gradient in the update (default 0: any)");
  options.number<double>("ema", aids.average_decay, {[](double v) { return v >= 0 && v < 1; }, "0 to below 1"},
                         "decay of a moving average of the weights, to evaluate instead of them (default 0: none)");
  options.number<int>("patience", aids.patience, at_least(0),
                      "epochs without a better one after which to stop (default 0: never)");
  options.flag("freeze-backbone", aids.freeze_backbone, "leave the backbone as it is");
  options.flag("flip-test", run.recipe.flip_test, "evaluate every image together with its mirror image");
  options.number<int>("workers,j", run.workers, within(0, 256),
                      "threads that load images (default: 4, at most the number of cores)");
  options.number<int>("threads", run.threads, within(1, 1024),
                      "compute threads (default: OMP_NUM_THREADS, else the number of cores)");
  options.number<int>("print-freq,p", run.print_freq, at_least(0),
                      "steps between lines when the output is no terminal (default 100)");
  options.number<int>("start-epoch", run.first_epoch, at_least(0),
                      "number of the first epoch, counted from 0 (default 0)");
  options.number<int>("limit-batches", run.limit_batches, at_least(0), "training steps per epoch (default 0: all)");
  options.path(
      "resume", run.resume,
      "go on with the run in this folder, or from one of its checkpoints, with its options where none are given here");
  options.number<int>("save-steps", run.save_steps, at_least(0),
                      "steps between checkpoints within an epoch (default 0: by time alone)");
  options.number<double>("save-minutes", run.save_minutes, at_least(0),
                         "time between checkpoints within an epoch (default 10)");
  options.number<int>("repeat", run.repeat, at_least(1),
                      "runs to make, in OUT/seed-N, each with the next seed (default 1)");
  options.path("evaluate,e", run.evaluate,
               "only evaluate a file of weights (.pth, .safetensors, .pt) on the test list");
  options.path("predictions", run.predictions,
               "with --evaluate: CSV file for label, prediction and logits of every image");
  options.path("pretrained", run.pretrained,
               "start from a file of weights: ir50.pth, a published or own checkpoint, safetensors");
  options.text(
      "pretrained-part", run.pretrained_part,
      "what to take of it: backbone (default), all (must fit wholly) or matching (what fits; prints what does not)");
  options.text("weights-key", run.weight_file.key,
               "with --evaluate or --pretrained: name of the weights to take from a file that has several");
  options.flag("check-hash", run.weight_file.check_hash,
               "with --evaluate or --pretrained: compare the file with the SHA-256 in its name, NAME-HHHHHHHH.pth");
  options.path("packed", run.packed, "read the images from this file of `prepare pack` instead of the image root");
  options.flag("skip-bad-images", skip_bad_images,
               "go on without images that cannot be read, and name them; by default they end the run");
  options.number<std::uint64_t>("seed", run.seed, at_least(0), "default 0");
  options.text("device", run.device, "auto (default: cuda where there is one), cpu, cuda or cuda:N");
  options.path(
      "out", run.out,
      fmt::format("folder for checkpoints, metrics and pictures (default runs/{}-MODEL-BACKBONE)", Dataset::kProgram));
  if (!options.parse(argc, argv)) return std::nullopt;
  const std::filesystem::path resumed = options.text_or("resume", "");
  const auto folder = detail::resumed_folder(resumed);
  if (!resumed.empty() && std::filesystem::exists(folder / kStoredOptions)) options.recall(folder / kStoredOptions);
  options.suppose("data-root", "datas");  // stored, too: where the lists lie follows from it

  const auto threads = default_threads();
  try {
    run = detail::default_run<Dataset>(options.text_or("model", run.model), options.text_or("backbone", run.backbone),
                                       options.text_or("data-root", ""));
    if (!resumed.empty()) run.out = folder;
    run.threads = threads.threads;
    options.assign();
    run.recipe.optimizer.kind = optimizer_kind(optimizer);
    run.recipe.schedule.kind = schedule_kind(schedule);
  } catch (const ConfigError& error) {
    throw UsageError(error.what());
  }
  if (run.pretrained_part != "backbone" && run.pretrained_part != "all" && run.pretrained_part != "matching")
    throw UsageError(
        fmt::format("unknown --pretrained-part `{}`, expected backbone, all or matching", run.pretrained_part));
  if (!select.empty()) run.selection = detail::selection(select);
  run.validation_given = options.known("val-list");
  run.test_given = options.known("test-list");
  if (threads.note && !options.known("threads")) run.notes.push_back(*threads.note);
  run.stored_options = options.lines({"resume", "out", "config", "repeat", "seed", "evaluate", "predictions"});
  if (run.hold_out > 0 && run.validation_given) throw UsageError("--hold-out and --val-list exclude each other");
  if (run.first_epoch >= run.recipe.epochs)
    throw UsageError(
        fmt::format("--start-epoch {} is beyond the last of {} epochs", run.first_epoch, run.recipe.epochs));
  if (skip_bad_images) run.bad_images = BadImages::kSkip;
  for (const auto* other : {"evaluate", "pretrained"})
    if (options.given("resume") && options.given(other))
      throw UsageError(fmt::format("--resume and --{} exclude each other", other));
  if (options.given("predictions") && !options.given("evaluate"))
    throw UsageError("--predictions goes with --evaluate");
  return run;
}

}  // namespace qcs::program
