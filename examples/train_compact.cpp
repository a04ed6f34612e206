// SPDX-License-Identifier: MIT
//
// Trains the network that is shipped, from scratch, on FERPlus's training faces alone, with the votes of its ten people
// as labels. docs/compact.md says how well it does and what its values were chosen by.

#include <fmt/format.h>

#include <filesystem>
#include <opencv2/core.hpp>
#include <optional>
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
#include <qcs/program/process.hpp>
#include <qcs/program/recipe_options.hpp>
#include <qcs/program/stop_signals.hpp>
#include <qcs/train/loss/soft_labels.hpp>
#include <qcs/train/step/plain_step.hpp>
#include <qcs/weights/base_branch_file.hpp>
#include <qcs/weights/weight_file.hpp>
#include <string>
#include <utility>

namespace {

struct Options {
  std::filesystem::path data_root{"datas"}, out{"runs/compact"};
  std::string model{qcs::Dual::kName};
  qcs::Recipe recipe = {};
  int folds = 20, fold = 0, workers = 1, threads = 0;
  bool resume = false;
};

qcs::Recipe compact_recipe() {
  qcs::Recipe recipe{.epochs = 30,
                     .batch_size = 64,
                     .learning_rate = 3e-3,
                     .schedule = {.kind = qcs::ScheduleKind::kCosine, .warmup_epochs = 1},
                     .optimizer = {.kind = qcs::OptimizerKind::kAdamW, .weight_decay = .05},
                     .aids = {.average_decay = .999},
                     .cross_share = .2,
                     .precision = qcs::Precision::kBfloat16};
  recipe.sampling = qcs::Sampling::kSquareRoot;
  recipe.transform.rotation_degrees = 15;
  recipe.transform.zoom = .1;
  recipe.transform.shift = .07;
  recipe.transform.jitter_saturation = 0;  // faces are grey
  recipe.transform.jitter_hue = 0;
  recipe.transform.erase_area_max = .15;
  return recipe;
}

template <class Topology>
int train(const Options& o) {
  using Net = qcs::Network<qcs::CompactBackbone, qcs::CrossSimilarityHead<qcs::PreNormResidual>, Topology>;
  auto lists = qcs::published_lists<qcs::FerPlus>(o.data_root);
  lists.test.clear();
  lists.validation.clear();
  auto faces = qcs::published_faces<qcs::FerPlus>(lists);
  auto [kept, held] = qcs::fold(faces.train.list(), o.fold, o.folds);
  faces.train = qcs::ImageSource(std::move(kept));
  faces.validation = qcs::ImageSource(std::move(held));
  const auto votes = qcs::read_soft_labels(o.data_root / "FERPlus/ferplus_training_votes.csv", faces.train.list(),
                                           lists.image_root, static_cast<int>(faces.labels.classes.size()));
  const qcs::SoftLabels loss(votes, static_cast<std::int64_t>(faces.labels.classes.size()));
  qcs::Experiment<Net, qcs::PlainStep, qcs::SoftLabels> run(o.out, faces, o.recipe,
                                                            {.selection = qcs::Selection::kValidation,
                                                             .device = torch::kCPU,
                                                             .memory_format = qcs::MemoryFormat::kChannelsLast,
                                                             .workers = o.workers,
                                                             .stop = [] { return qcs::program::stop_signal() != 0; }},
                                                            {.step = {}, .loss = loss});
  if (o.resume) run.resume();
  if (run.fit().end == qcs::RunEnd::kInterrupted) return 128 + qcs::program::stop_signal();
  auto best = qcs::read_weight_file(o.out / "best.pt", {.key = "state_dict"});
  auto card = qcs::require_card(best, "none was saved");
  const auto shipped = o.out / qcs::kShippedWeights;
  qcs::write_base_branch(std::move(best), std::move(card), shipped, /*half=*/true);
  fmt::print("{}: what predict needs, SHA-256 {}\n", shipped.string(), qcs::sha256_of_file(shipped));
  return 0;
}

int run(int argc, char** argv) {
  Options o{.recipe = compact_recipe()};
  qcs::program::OptionTable options("train_compact [options], trains the shipped network on FERPlus");
  options.path("data-root", o.data_root, "folder of the data sets (default datas)");
  options.path("out", o.out, "folder of the run (default runs/compact)");
  options.text("model", o.model, "DCS (default) or QCS");
  options.flag("resume", o.resume, "go on with the run in its folder");
  options.number<int>("folds", o.folds, qcs::within(2, 1000),
                      "parts of the training faces, of which one is held out to choose the epoch by (default 20)");
  options.number<int>("fold", o.fold, qcs::within(0, 999), "number of that part, counted from 0 (default 0)");
  options.number<int>("workers,j", o.workers, qcs::within(0, 256), "threads that load images (default 1)");
  options.number<int>("threads", o.threads, qcs::within(1, 1024), "compute threads (default: all cores)");
  qcs::visit_fields(o.recipe, [&](const qcs::RecipeField& field, auto& value) {
    qcs::program::add_recipe_option(options, field, value);
  });
  if (!options.parse(argc, argv)) return 0;
  options.assign();
  qcs::program::catch_stop_signals();
  cv::setNumThreads(1);
  qcs::program::start_compute_threads(o.threads > 0 ? o.threads : qcs::program::default_threads().threads);
  return o.model == qcs::Quadruplet::kName ? train<qcs::Quadruplet>(o) : train<qcs::Dual>(o);
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
