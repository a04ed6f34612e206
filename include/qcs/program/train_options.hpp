// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <optional>
#include <qcs/core/text/or_list.hpp>
#include <qcs/experiment/experiment.hpp>
#include <qcs/experiment/published_faces.hpp>
#include <qcs/model/backbone/backbones.hpp>
#include <qcs/presets/recipes.hpp>
#include <qcs/presets/topologies.hpp>
#include <qcs/program/choice_help.hpp>
#include <qcs/program/device.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/program/recall_run.hpp>
#include <qcs/program/recipe_options.hpp>
#include <qcs/program/train_arguments.hpp>
#include <qcs/train/recipe_fields.hpp>
#include <string>
#include <utility>

namespace qcs::program {

namespace detail {

/// What model, backbone and data root decide for all other options; throws ConfigError on unknown names.
template <class Dataset, class BackboneList, class TopologyList>
TrainArguments default_arguments(const std::string& model, const std::string& backbone,
                                 const std::filesystem::path& data_root) {
  TrainArguments arguments{.model = model,
                           .backbone = backbone,
                           .classes = static_cast<std::int64_t>(Dataset::Classes::kClasses.size()),
                           .lists = published_lists<Dataset>(data_root),
                           .out = fmt::format("runs/{}-{}-{}", Dataset::kProgram, model, backbone)};
  with_topology(TopologyList(), model, [&]<class Topology>() {
    with_backbone(BackboneList(), backbone,
                  [&]<class Backbone>() { arguments.recipe = recipe_for<Dataset, Topology, Backbone>(); });
    if (auto note = borrowed_recipe_note<Topology>()) arguments.run.notes.push_back(std::move(*note));
  });
  return arguments;
}

template <class Dataset>
void add_data_options(OptionTable& options, TrainArguments& arguments, std::filesystem::path& data_root,
                      bool& skip_bad_images) {
  auto& lists = arguments.lists;
  options.path("data-root", data_root, "folder of the data sets (default datas)");
  options.path("train-list", lists.train, fmt::format("default DATA_ROOT/{}", Dataset::kTrainList));
  options.path("test-list", lists.test, fmt::format("default DATA_ROOT/{}", Dataset::kTestList));
  std::string validation = "validation split (default: none)";
  if constexpr (requires { Dataset::kValidationList; })
    validation = fmt::format("validation split (default DATA_ROOT/{} where it is)", Dataset::kValidationList);
  options.path("val-list", lists.validation, validation);
  options.number<double>(
      "hold-out", lists.hold_out, {[](double share) { return share > 0 && share < 1; }, "above 0 and below 1"},
      "share of every class of the training list to use as validation split instead (default: none)");
  options.path("image-root", lists.image_root, fmt::format("default DATA_ROOT/{}", Dataset::kImageFolder));
  options.path("packed", lists.packed, "read the images from this file of `prepare pack` instead of the image root");
  options.flag("skip-bad-images", skip_bad_images,
               "go on without images that cannot be read, and name them; by default they end the run");
  options.path("classes", lists.class_names,
               "file of class names, one a line in the order of the labels (default: NAME_classes.txt or classes.txt "
               "beside the lists, else the data set's own)");
  options.number<int>("num-classes", arguments.classes, at_least(2),
                      fmt::format("default {}", Dataset::Classes::kClasses.size()));
}

template <class Dataset>
void add_run_options(OptionTable& options, TrainArguments& arguments, double& save_minutes) {
  auto& run = arguments.run;
  options.number<int>("workers,j", run.workers, within(0, 256),
                      "threads that load images (default: 4, at most the number of cores)");
  options.number<int>("threads", arguments.threads, within(1, 1024),
                      "compute threads (default: OMP_NUM_THREADS, else the number of cores)");
  options.text("device", arguments.device, "auto (default: cuda where there is one), cpu, cuda or cuda:N");
  options.choice("memory-format", run.memory_format,
                 "contiguous (default) or channels-last, which suits the convolutions of some processors");
  options.flag(
      "cudnn-search", run.cudnn_search,
      "CUDA: try which convolutions are fastest, as the public code does; runs then differ in their last digits");
  options.number<int>("print-freq,p", run.print_freq, at_least(0),
                      "steps between lines when the output is no terminal (default 100)");
  options.path(
      "out", arguments.out,
      fmt::format("folder for checkpoints, metrics and pictures (default runs/{}-MODEL-BACKBONE)", Dataset::kProgram));
  options.path(
      "resume", arguments.resume,
      "go on with the run in this folder, or from one of its checkpoints, with its options where none are given here");
  options.number<int>("save-steps", run.save_steps, at_least(0),
                      "steps between checkpoints within an epoch (default 0: by time alone)");
  options.number<double>("save-minutes", save_minutes, at_least(0),
                         "time between checkpoints within an epoch (default 10)");
  options.number<int>("repeat", arguments.repeat, at_least(1),
                      "runs to make, in OUT/seed-N, each with the next seed (default 1)");
}

inline void add_weight_options(OptionTable& options, TrainArguments& arguments) {
  options.path("evaluate,e", arguments.evaluate,
               "only evaluate a file of weights (.pth, .safetensors, .pt) on the test list");
  options.path("predictions", arguments.predictions,
               "with --evaluate: CSV file for label, prediction and logits of every image");
  options.path("pretrained", arguments.pretrained,
               "start from a file of weights: ir50.pth, a published or own checkpoint, safetensors");
  options.choice(
      "pretrained-part", arguments.pretrained_part,
      "what to take of it: backbone (default), all (must fit wholly) or matching (what fits; prints what does not)");
  options.text("weights-key", arguments.weight_file.key,
               "with --evaluate or --pretrained: name of the weights to take from a file that has several");
  options.flag("check-hash", arguments.weight_file.check_hash,
               "with --evaluate or --pretrained: compare the file with the SHA-256 in its name, NAME-HHHHHHHH.pth");
}

/// Refuses options that do not go together. Throws UsageError.
inline void require_consistent(const OptionTable& options, const TrainArguments& arguments) {
  if (arguments.lists.hold_out > 0 && options.known("val-list"))
    throw UsageError("--hold-out and --val-list exclude each other");
  if (arguments.lists.hold_out > 0 &&
      arguments.run.selection.value_or(Selection::kValidation) != Selection::kValidation)
    throw UsageError("--hold-out goes with --select validation");
  if (arguments.recipe.first_epoch >= arguments.recipe.epochs)
    throw UsageError(fmt::format("--start-epoch {} is beyond the last of {} epochs", arguments.recipe.first_epoch,
                                 arguments.recipe.epochs));
  for (const auto* other : {"evaluate", "pretrained"})
    if (options.given("resume") && options.given(other))
      throw UsageError(fmt::format("--resume and --{} exclude each other", other));
  if (options.given("predictions") && !options.given("evaluate"))
    throw UsageError("--predictions goes with --evaluate");
}

}  // namespace detail

/// Reads the command line of the training program of `Dataset`, and the file named by --config for what the command
/// line leaves open. --model and --backbone choose from the lists; the first of each is the default. Returns nothing
/// after printing --help. Throws UsageError.
template <class Dataset, class BackboneList = ShippedBackbones, class TopologyList = PublishedTopologies>
std::optional<TrainArguments> parse_train_arguments(int argc, char** argv) {
  TrainArguments arguments;
  std::filesystem::path data_root;
  std::string select;
  bool skip_bad_images = false;
  double save_minutes = 10;
  OptionTable options(fmt::format("{} [options], trains and evaluates {} on {}",
                                  std::filesystem::path(argv[0]).filename().string(), or_list(TopologyList::kNames),
                                  Dataset::kName));
  options.text("model", arguments.model, choice_help(TopologyList()));
  options.text("backbone", arguments.backbone, choice_help(BackboneList()));
  detail::add_data_options<Dataset>(options, arguments, data_root, skip_bad_images);
  options.text("select", select,
               "epoch to take: the best on the validation split (default where there is one), last (default else), or "
               "the best on the test split, as the papers do");
  visit_fields(arguments.recipe, arguments.step,
               [&](const RecipeField& field, auto& value) { add_recipe_option(options, field, value); });
  detail::add_run_options<Dataset>(options, arguments, save_minutes);
  detail::add_weight_options(options, arguments);
  if (!options.parse(argc, argv)) return std::nullopt;

  const auto resumed = recall_run(options);
  // Stored, too: where the lists lie and what is trained follows from these, also for a program with another default.
  options.suppose("data-root", "datas");
  options.suppose("model", std::string(TopologyList::kNames.front()));
  options.suppose("backbone", std::string(BackboneList::kNames.front()));
  const auto threads = default_threads();
  try {
    arguments = detail::default_arguments<Dataset, BackboneList, TopologyList>(
        options.text_or("model", ""), options.text_or("backbone", ""), options.text_or("data-root", ""));
    if (!resumed.empty()) arguments.out = resumed;
    arguments.threads = threads.threads;
    options.assign();
  } catch (const ConfigError& error) {
    throw UsageError(error.what());
  }
  auto& run = arguments.run;
  auto& lists = arguments.lists;
  if (!select.empty()) {
    run.selection = find_enum<Selection>(select);
    if (!run.selection)
      throw UsageError(
          fmt::format("unknown --select `{}`, expected {}", select, fmt::join(EnumNames<Selection>::kNames, ", ")));
  }
  if (threads.note && !options.known("threads")) run.notes.push_back(*threads.note);
  lists.validation_required = options.known("val-list");
  lists.test_required = options.known("test-list");
  if (skip_bad_images) lists.bad_images = BadImages::kSkip;
  run.save_seconds = 60 * save_minutes;
  run.stored_options = options.lines({"resume", "out", "config", "repeat", "seed", "evaluate", "predictions"});
  detail::require_consistent(options, arguments);
  // What selects no epoch is not read.
  if (run.selection && *run.selection != Selection::kValidation) lists.validation.clear();
  return arguments;
}

}  // namespace qcs::program
