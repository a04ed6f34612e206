// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <qcs/cli/option_table.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/presets/recipes.hpp>
#include <qcs/train/optimizer.hpp>
#include <string>

namespace qcs::cli {

/// What a training program was asked to do.
struct RunOptions {
  std::string model{Quadruplet::kName};
  std::string backbone{Ir50::kName};
  Recipe recipe = {};
  OptimizerOptions optimizer;
  std::int64_t classes = 0;
  std::filesystem::path train_list, test_list, image_root;
  std::filesystem::path out;
  std::filesystem::path resume, evaluate, pretrained, predictions, packed;
  BadImages bad_images = BadImages::kFail;
  std::string pretrained_part = "backbone";
  int first_epoch = 0;
  int workers = std::min(4, cores());
  int threads = cores();
  int print_freq = 100;
  std::int64_t limit_batches = 0;
  std::uint64_t seed = 0;
  std::string device = "auto";
};

namespace detail {

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
  run.image_root = data_root / Dataset::kImageFolder;
  run.out = fmt::format("runs/{}-{}-{}", Dataset::kProgram, model, backbone);
  return run;
}

}  // namespace detail

/// Reads the command line of the training program of `Dataset`, and the file named by --config for what the command line
/// leaves open. Returns nothing after printing --help. Throws UsageError.
template <class Dataset>
std::optional<RunOptions> parse_run_options(int argc, char** argv) {
  RunOptions run;
  std::filesystem::path data_root;
  std::string optimizer(kOptimizerNames[0]);
  bool skip_bad_images = false;
  OptionTable options(fmt::format("train_{} [options], trains and evaluates QCS or DCS on {}", Dataset::kProgram, Dataset::kName));
  options.text("model", run.model, "QCS (default) or DCS");
  options.text("backbone", run.backbone, "ir50 (default, as published) or small (trains from scratch on a CPU)");
  options.path("data-root", data_root, "folder of the data sets (default datas)");
  options.path("train-list", run.train_list, fmt::format("default DATA_ROOT/{}", Dataset::kTrainList));
  options.path("test-list", run.test_list, fmt::format("default DATA_ROOT/{}", Dataset::kTestList));
  options.path("image-root", run.image_root, fmt::format("default DATA_ROOT/{}", Dataset::kImageFolder));
  options.number<int>("num-classes", run.classes, at_least(2), fmt::format("default {}", Dataset::Classes::kClasses.size()));
  options.number<int>("epochs", run.recipe.epochs, at_least(1), "default: the published recipe's");
  options.number<int>("batch-size,b", run.recipe.batch_size, at_least(1), "tuples a step; default: the recipe's");
  options.number<double>("lr", run.recipe.learning_rate, above(0),
                         fmt::format("learning rate; default: the recipe's, {} for the small backbone", kSmallLearningRate));
  options.number<double>("wd", run.optimizer.weight_decay, at_least(0),
                         "weight decay (default 0, .01 for adamw: what the public code effectively trains with)");
  options.number<double>("momentum", run.optimizer.momentum, {[](double m) { return m >= 0 && m < 1; }, "0 to below 1"},
                         "momentum of sgd (default 0, likewise)");
  options.text("optimizer", optimizer, "inside SAM: adam (default), adamw or sgd");
  options.number<int>("workers,j", run.workers, within(0, 256),
                      "threads that load images (default: 4, at most the number of cores)");
  options.number<int>("threads", run.threads, within(1, 1024), "compute threads (default: the number of cores)");
  options.number<int>("print-freq,p", run.print_freq, at_least(0),
                      "steps between lines when the output is no terminal (default 100)");
  options.number<int>("start-epoch", run.first_epoch, at_least(0), "number of the first epoch, counted from 0 (default 0)");
  options.number<int>("limit-batches", run.limit_batches, at_least(0), "training steps per epoch (default 0: all)");
  options.path("resume", run.resume, "go on from a checkpoint, RUN/last.pt");
  options.path("evaluate,e", run.evaluate, "only evaluate a file of weights (.pth, .safetensors, .pt) on the test list");
  options.path("predictions", run.predictions, "with --evaluate: CSV file for label, prediction and logits of every image");
  options.path("pretrained", run.pretrained, "start from a file of weights: ir50.pth, a published or own checkpoint, safetensors");
  options.text("pretrained-part", run.pretrained_part,
               "what to take of it: backbone (default), all (must fit wholly) or matching (what fits; prints what does not)");
  options.path("packed", run.packed, "read the images from this file of `prepare pack` instead of the image root");
  options.flag("skip-bad-images", skip_bad_images, "go on without images that cannot be read, and name them; by default they end the run");
  options.number<std::uint64_t>("seed", run.seed, at_least(0), "default 0");
  options.text("device", run.device, "auto (default: cuda where there is one), cpu, cuda or cuda:N");
  options.path("out", run.out, fmt::format("folder for checkpoints, metrics and pictures (default runs/{}-MODEL-BACKBONE)",
                                           Dataset::kProgram));
  if (!options.parse(argc, argv)) return std::nullopt;

  try {
    run = detail::default_run<Dataset>(options.text_or("model", run.model), options.text_or("backbone", run.backbone),
                                       options.text_or("data-root", "datas"));
    options.assign();
    run.optimizer.kind = optimizer_kind(optimizer);
  } catch (const ConfigError& error) {
    throw UsageError(error.what());
  }
  if (run.pretrained_part != "backbone" && run.pretrained_part != "all" && run.pretrained_part != "matching")
    throw UsageError(fmt::format("unknown --pretrained-part `{}`, expected backbone, all or matching", run.pretrained_part));
  run.optimizer.learning_rate = run.recipe.learning_rate;
  if (skip_bad_images) run.bad_images = BadImages::kSkip;
  for (const auto* other : {"evaluate", "pretrained"})
    if (options.given("resume") && options.given(other))
      throw UsageError(fmt::format("--resume and --{} exclude each other", other));
  if (options.given("predictions") && !options.given("evaluate"))
    throw UsageError("--predictions goes with --evaluate");
  return run;
}

}  // namespace qcs::cli
