// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <opencv2/core.hpp>
#include <qcs/core/file/sha256.hpp>
#include <qcs/data/hold_out.hpp>
#include <qcs/data/list/soft_labels.hpp>
#include <qcs/experiment/experiment.hpp>
#include <qcs/experiment/published_faces.hpp>
#include <qcs/infer/load_engine.hpp>
#include <qcs/infer/shipped_weights.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/program/recall_run.hpp>
#include <qcs/program/recipe_options.hpp>
#include <qcs/program/stop_signals.hpp>
#include <qcs/train/loss/soft_labels.hpp>
#include <qcs/train/recipe_text.hpp>
#include <qcs/weights/base_branch_file.hpp>
#include <qcs/weights/weight_file.hpp>
#include <regex>
#include <string>
#include <utility>
#include <vector>

// How the network that comes along is trained; for train_compact, and for the benchmark of what helps.

namespace qcs::examples {

struct CompactTraining {
  std::filesystem::path data_root{"datas"}, out{"runs/compact"};
  Recipe recipe = {};
  std::filesystem::path resume = {};  ///< a run to go on with, which then is `out`
  int folds = 20, fold = 0, workers = 1, threads = 0;
  bool majority = false;
  std::string stored_options = {};  ///< what the run was asked for, to go on with it
};

inline Recipe compact_recipe() {
  Recipe recipe{.epochs = 24,
                .batch_size = 64,
                .learning_rate = 3e-3,
                .schedule = {.kind = ScheduleKind::kCosine, .warmup_epochs = 1},
                .optimizer = {.kind = OptimizerKind::kAdamW, .weight_decay = .05},
                .aids = {.average_decay = .999},
                .cross_share = .2,
                .precision = Precision::kBfloat16};
  recipe.sampling = Sampling::kSquareRoot;
  recipe.transform.rotation_degrees = 15;
  recipe.transform.zoom = .1;
  recipe.transform.shift = .07;
  recipe.transform.jitter_saturation = recipe.transform.jitter_hue = 0;  // faces are grey
  recipe.transform.erase_area_max = .15;
  return recipe;
}

inline void add_options(program::OptionTable& options, CompactTraining& o) {
  options.path("data-root", o.data_root, "folder of the data sets (default datas)");
  options.path("out", o.out, "folder of the run (default runs/compact)");
  options.path("resume", o.resume, "folder of a run to go on with, with the options that it was started with");
  options.number<int>(
      "folds", o.folds, within(2, 1000),
      "parts of the training faces, of which one is held out and answered after every epoch (default 20)");
  options.number<int>("fold", o.fold, within(0, 999), "number of that part, counted from 0 (default 0)");
  options.flag("majority", o.majority, "labels are those of the majority, instead of the shares of the votes");
  options.number<int>("workers,j", o.workers, within(0, 256), "threads that load images (default 1)");
  options.number<int>("threads", o.threads, within(1, 1024), "compute threads (default: all cores)");
  visit_fields(o.recipe, [&](RecipeField field, auto& value) {
    // The defaults are this recipe's, not those that most programs have.
    static const std::regex other_default(R"(;? *\(?default[^;)]*\)?)");
    field.help = std::regex_replace(field.help, other_default, "");
    field.help += fmt::format("{}default {}", field.help.empty() ? "" : "; ", qcs::detail::field_text(value));
    program::add_recipe_option(options, field, value);
  });
}

/// Reads a command line; false where it asked for nothing but help.
inline bool read_options(program::OptionTable& options, CompactTraining& o, int argc, char** argv) {
  if (!options.parse(argc, argv)) return false;
  const auto resumed = program::recall_run(options);
  options.assign();
  if (!resumed.empty()) o.out = resumed;
  o.stored_options = options.lines({"resume", "out", "config"});
  return true;
}

/// FERPlus's training faces, one part of them held out to be tested on. The other splits of FERPlus stay unread.
inline Faces compact_faces(const CompactTraining& o) {
  auto lists = published_lists<FerPlus>(o.data_root);
  lists.validation.clear();
  lists.test.clear();
  auto faces = published_faces<FerPlus>(lists);
  auto [kept, held] = qcs::fold(faces.train.list(), o.fold, o.folds);
  faces.train = ImageSource(std::move(kept));
  faces.test = ImageSource(std::move(held));
  return faces;
}

/// The shares of the votes for each training face, or all of them for the majority's label.
inline SoftLabels compact_labels(const CompactTraining& o, const Faces& faces) {
  const auto& list = faces.train.list();
  const auto classes = static_cast<std::size_t>(list.classes);
  std::vector<double> table;
  if (o.majority) {
    table.resize(list.images.size() * classes);
    for (std::size_t i = 0; i < list.images.size(); ++i)
      table[i * classes + static_cast<std::size_t>(list.images[i].label)] = 1;
  } else {
    table = read_soft_labels(o.data_root / "FERPlus/ferplus_training_votes.csv", list, faces.root, list.classes);
  }
  return {table, list.classes};
}

/// Trains, or goes on with it; returns the exit status.
template <class Topology, class Step, class Backbone = CompactBackbone>
int train_compact(const CompactTraining& o) {
  using Net = Network<Backbone, CrossSimilarityHead<PreNormResidual>, Topology>;
  program::catch_stop_signals();
  cv::setNumThreads(1);
  program::start_compute_threads(o.threads > 0 ? o.threads : program::default_threads().threads);
  const auto faces = compact_faces(o);
  Experiment<Net, Step, SoftLabels> run(o.out, faces, o.recipe,
                                        {.selection = Selection::kLast,
                                         .device = torch::kCPU,
                                         .memory_format = MemoryFormat::kChannelsLast,
                                         .workers = o.workers,
                                         .stop = [] { return program::stop_signal() != 0; },
                                         .stored_options = o.stored_options},
                                        {.step = {}, .loss = compact_labels(o, faces)});
  if (!o.resume.empty()) run.resume();
  if (run.fit().end == RunEnd::kInterrupted) return 128 + program::stop_signal();
  auto best = read_weight_file(o.out / "best.pt", {.key = "state_dict"});
  auto card = require_card(best, "none was saved");
  const auto weights = o.out / kShippedWeights;
  write_base_branch(std::move(best), std::move(card), weights, /*half=*/true);
  fmt::print("{}: for predict, SHA-256 {}\n", weights.string(), sha256_of_file(weights));
  return 0;
}

}  // namespace qcs::examples
