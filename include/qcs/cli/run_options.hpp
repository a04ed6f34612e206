// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iostream>
#include <optional>
#include <qcs/cli/process.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/presets/recipes.hpp>
#include <qcs/train/optimizer.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs::cli {

/// What a training program was asked to do.
struct RunOptions {
  std::string model{Quadruplet::kName};
  std::string backbone{Ir50::kName};
  Recipe recipe;
  OptimizerOptions optimizer;
  std::int64_t classes = 0;
  std::filesystem::path train_list, test_list, image_root;
  std::filesystem::path out;
  std::filesystem::path resume, evaluate, pretrained;
  int first_epoch = 0;
  int workers = 4;
  int threads = 0;
  int print_freq = 100;
  std::int64_t limit_batches = 0;
  std::uint64_t seed = 0;
  std::string device = "auto";
};

namespace detail {

namespace po = boost::program_options;

/// The public programs spell some options otherwise; both spellings are taken.
inline std::string canonical(std::string argument) {
  static constexpr std::pair<std::string_view, std::string_view> kSpellings[] = {
      {"--num_classes", "--num-classes"}, {"--learning-rate", "--lr"}, {"--weight-decay", "--wd"}};
  for (const auto& [other, ours] : kSpellings)
    if (argument == other || argument.starts_with(std::string(other) + "="))
      return std::string(ours) + argument.substr(other.size());
  return argument;
}

inline po::variables_map parse(int argc, char** argv, const po::options_description& options) {
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) arguments.push_back(canonical(argv[i]));
  po::variables_map values;
  try {
    // Without guessing: a misspelt option is an error, not a prefix of another one.
    const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    const po::positional_options_description none;
    po::store(po::command_line_parser(arguments).options(options).positional(none).style(style).run(), values);
    if (values.count("config") != 0) {
      const auto file = values["config"].as<std::string>();
      std::ifstream in(file);
      if (!in) throw UsageError(fmt::format("cannot read the config file {}", file));
      try {
        po::store(po::parse_config_file(in, options), values);
      } catch (const po::error& error) {
        throw UsageError(fmt::format("{}: {}", file, error.what()));
      }
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw UsageError(fmt::format("{} (--help lists the options)", error.what()));
  }
  return values;
}

template <class Value>
void take(const po::variables_map& values, const char* name, Value& target) {
  if (values.count(name) != 0) target = values[name].as<Value>();
}

inline void take_path(const po::variables_map& values, const char* name, std::filesystem::path& target) {
  if (values.count(name) != 0) target = values[name].as<std::string>();
}

inline void require(bool good, std::string_view what) {
  if (!good) throw UsageError(std::string(what));
}

inline void require_one_of(std::string_view what, std::string_view value, std::initializer_list<std::string_view> known) {
  if (std::ranges::find(known, value) == known.end())
    throw UsageError(fmt::format("unknown {} `{}`, expected {}", what, value, fmt::join(known, " or ")));
}

}  // namespace detail

/// Reads the command line of the training program of `Dataset`, and the file named by --config for what the command line
/// leaves open. Returns nothing after printing --help. Throws UsageError.
template <class Dataset>
std::optional<RunOptions> parse_run_options(int argc, char** argv) {
  namespace po = boost::program_options;
  const auto text = [] { return po::value<std::string>()->value_name("TEXT"); };
  const auto path = [] { return po::value<std::string>()->value_name("PATH"); };
  const auto whole = [] { return po::value<int>()->value_name("N"); };
  const auto real = [] { return po::value<double>()->value_name("X"); };
  po::options_description options(fmt::format("train_{} [options], trains and evaluates QCS or DCS on {}",
                                              Dataset::kProgram, Dataset::kName), 110);
  auto add = options.add_options();
  add("help,h", "print this text");
  add("config", path(), "file with `option = value` lines, for options not on the command line");
  add("model", text(), "QCS (default) or DCS");
  add("backbone", text(), "ir50 (default, as published) or small (trains from scratch on a CPU)");
  add("data-root", path(), "folder of the data sets (default datas)");
  add("train-list", path(), fmt::format("default DATA_ROOT/{}", Dataset::kTrainList).c_str());
  add("test-list", path(), fmt::format("default DATA_ROOT/{}", Dataset::kTestList).c_str());
  add("image-root", path(), fmt::format("default DATA_ROOT/{}", Dataset::kImageFolder).c_str());
  add("num-classes", whole(), fmt::format("default {}", Dataset::kClasses.size()).c_str());
  add("epochs", whole(), "default: the published recipe's");
  add("batch-size,b", whole(), "tuples a step; default: the recipe's");
  add("lr", real(), fmt::format("learning rate; default: the recipe's, {} for the small backbone", kSmallLearningRate).c_str());
  add("wd", real(), "weight decay (default 0, .01 for adamw: what the public code effectively trains with)");
  add("momentum", real(), "momentum of sgd (default 0, likewise)");
  add("optimizer", text(), "inside SAM: adam (default), adamw or sgd");
  add("workers,j", whole(), "threads that load images (default: 4, at most the number of cores)");
  add("threads", whole(), "compute threads (default: the number of cores)");
  add("print-freq,p", whole(), "steps between lines when the output is no terminal (default 100)");
  add("start-epoch", whole(), "number of the first epoch, counted from 0 (default 0)");
  add("limit-batches", whole(), "training steps per epoch (default 0: all)");
  add("resume", path(), "go on from a checkpoint, RUN/last.pt");
  add("evaluate,e", path(), "only evaluate a checkpoint on the test list");
  add("pretrained", path(), "start the backbone from the backbone weights of a checkpoint");
  add("seed", po::value<std::uint64_t>()->value_name("N"), "default 0");
  add("device", text(), "auto (default: cuda where there is one), cpu, cuda or cuda:N");
  add("out", path(), fmt::format("folder for checkpoints, metrics and pictures (default runs/{}-MODEL-BACKBONE)",
                                 Dataset::kProgram).c_str());
  const auto values = detail::parse(argc, argv, options);
  if (values.count("help") != 0) {
    std::cout << options;
    return std::nullopt;
  }

  RunOptions run;
  detail::take(values, "model", run.model);
  detail::take(values, "backbone", run.backbone);
  detail::require_one_of("model", run.model, {Quadruplet::kName, Dual::kName});
  detail::require_one_of("backbone", run.backbone, {Ir50::kName, SmallBackbone::kName});
  run.recipe = published_recipe<Dataset>(run.model);
  if (run.backbone == SmallBackbone::kName) run.recipe.learning_rate = kSmallLearningRate;
  detail::take(values, "epochs", run.recipe.epochs);
  int batch_size = static_cast<int>(run.recipe.batch_size), limit_batches = 0;
  int classes = static_cast<int>(Dataset::kClasses.size());
  detail::take(values, "batch-size", batch_size);
  detail::take(values, "limit-batches", limit_batches);
  detail::take(values, "num-classes", classes);
  run.recipe.batch_size = batch_size;
  run.limit_batches = limit_batches;
  run.classes = classes;
  detail::take(values, "lr", run.recipe.learning_rate);
  if (values.count("wd") != 0) run.optimizer.weight_decay = values["wd"].as<double>();
  detail::take(values, "momentum", run.optimizer.momentum);
  std::string optimizer = "adam";
  detail::take(values, "optimizer", optimizer);
  try {
    run.optimizer.kind = optimizer_kind(optimizer);
  } catch (const ConfigError& error) {
    throw UsageError(error.what());
  }
  run.optimizer.learning_rate = run.recipe.learning_rate;
  run.workers = std::min(run.workers, cores());
  run.threads = cores();
  detail::take(values, "workers", run.workers);
  detail::take(values, "threads", run.threads);
  detail::take(values, "print-freq", run.print_freq);
  detail::take(values, "start-epoch", run.first_epoch);
  detail::take(values, "seed", run.seed);
  detail::take(values, "device", run.device);
  std::filesystem::path root = "datas";
  detail::take_path(values, "data-root", root);
  run.train_list = root / Dataset::kTrainList;
  run.test_list = root / Dataset::kTestList;
  run.image_root = root / Dataset::kImageFolder;
  run.out = fmt::format("runs/{}-{}-{}", Dataset::kProgram, run.model, run.backbone);
  detail::take_path(values, "train-list", run.train_list);
  detail::take_path(values, "test-list", run.test_list);
  detail::take_path(values, "image-root", run.image_root);
  detail::take_path(values, "out", run.out);
  detail::take_path(values, "resume", run.resume);
  detail::take_path(values, "evaluate", run.evaluate);
  detail::take_path(values, "pretrained", run.pretrained);

  detail::require(run.recipe.epochs >= 1, "--epochs must be at least 1");
  detail::require(run.recipe.batch_size >= 1, "--batch-size must be at least 1");
  detail::require(run.recipe.learning_rate > 0, "--lr must be above 0");
  detail::require(run.optimizer.weight_decay.value_or(0) >= 0, "--wd must not be negative");
  detail::require(run.optimizer.momentum >= 0 && run.optimizer.momentum < 1, "--momentum must be within 0..1");
  detail::require(run.classes >= 2, "--num-classes must be at least 2");
  detail::require(run.workers >= 0 && run.workers <= 256, "--workers must be within 0..256");
  detail::require(run.threads >= 1 && run.threads <= 1024, "--threads must be within 1..1024");
  detail::require(run.print_freq >= 0, "--print-freq must not be negative");
  detail::require(run.first_epoch >= 0, "--start-epoch must not be negative");
  detail::require(run.limit_batches >= 0, "--limit-batches must not be negative");
  detail::require(run.resume.empty() || run.evaluate.empty(), "--resume and --evaluate exclude each other");
  detail::require(run.resume.empty() || run.pretrained.empty(), "--resume and --pretrained exclude each other");
  return run;
}

}  // namespace qcs::cli
