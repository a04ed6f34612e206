// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <iterator>
#include <optional>
#include <qcs/core/named_values.hpp>
#include <qcs/core/text/say.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/experiment/build_network.hpp>
#include <qcs/experiment/environment.hpp>
#include <qcs/experiment/faces.hpp>
#include <qcs/experiment/loaders.hpp>
#include <qcs/experiment/run_folder.hpp>
#include <qcs/experiment/run_options.hpp>
#include <qcs/experiment/splits.hpp>
#include <qcs/report/console/console.hpp>
#include <qcs/report/files/log_file.hpp>
#include <qcs/report/files/run_files.hpp>
#include <qcs/report/files/tensorboard.hpp>
#include <qcs/report/page/report_file.hpp>
#include <qcs/train/recipe_text.hpp>
#include <qcs/train/trainer.hpp>
#include <qcs/train/training_parts.hpp>
#include <qcs/weights/start_weights.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// The run folder that a path to resume from means: itself, or that of a checkpoint.
inline std::filesystem::path resumed_folder(const std::filesystem::path& resume) {
  if (std::filesystem::is_directory(resume)) return resume;
  return resume.has_parent_path() ? resume.parent_path() : std::filesystem::path(".");
}

/// A training run with all that belongs to it: loaders, the network, checkpoints, the console, and in its folder the
/// files that docs/training.md lists.
///
///     qcs::Experiment<Net> run("run", qcs::read_folder_tree("faces"), {.epochs = 20, .seed = 1});
///     run.start_from("ir50.pth");  // optional
///     run.fit();
///
/// Its folder is locked for as long as it lives. `Tuples` draws and augments what is trained on, see
/// training_tuples_of().
template <class Net, class Step = SamStep, class Loss = CrossEntropy,
          class Tuples = TupleDataset<typename Net::ContainedType::TopologyType>>
class Experiment {
  static_assert(CheckedStep<Step>::kValid && CheckedLoss<Loss>::kValid);

 public:
  /// `parts` are the values of the step, and the loss if it is not the recipe's. Throws ConfigError for a value out of
  /// range or a missing split, Error if the folder cannot be made or locked.
  Experiment(const std::filesystem::path& folder, Faces faces, const Recipe& recipe = {}, RunOptions options = {},
             TrainingParts<Step, Loss> parts = default_parts<Step, Loss>())
      : faces_(std::move(faces)),
        recipe_(validated(recipe, parts.step)),
        parts_(std::move(parts)),
        options_(std::move(options)),
        splits_(evaluated_splits(faces_, options_.selection)),
        folder_(folder) {}

  /// The network, built when it is first asked for.
  Net& network() {
    if (!network_) network_ = build_network<Net>(recipe_, static_cast<std::int64_t>(faces_.labels.classes.size()));
    return *network_;
  }

  /// Starts from a file of weights, or, after resume(), records that the run did. Throws as start_from_weights does.
  void start_from(const std::filesystem::path& weights, StartPart part = StartPart::kBackbone,
                  const WeightFileOptions& reading = {}) {
    pretrained_ = fmt::format("{} of {}", name_of(part), weights.filename().string());
    if (resumed_) return;
    for (auto& note : start_from_weights(network(), weights, part, faces_.labels, reading))
      notes_.push_back(std::move(note));
  }

  /// Lets fit() go on with the run in a folder, or from one of its checkpoints; by itself with the one in this folder.
  /// See Trainer::resume for what must be equal.
  void resume(const std::filesystem::path& from = {}) { resumed_ = from.empty() ? folder_.path() : from; }

  /// Trains, and tells console, files and `observers`. Throws ConfigError if the folder holds a run that is not
  /// resumed, and what loaders, trainer and observers throw.
  template <class... Observers>
  RunSummary fit(Observers&&... observers);

 private:
  TrainerOptions trainer_options() const {
    return {.recipe = recipe_,
            .selection = splits_.selection,
            .device = options_.device,
            .memory_format = options_.memory_format,
            .checkpoint_folder = folder_.path(),
            .save_steps = options_.save_steps,
            .save_seconds = options_.save_seconds,
            .stop = options_.stop,
            .face_cut = faces_.face_cut};
  }

  /// What the trainer itself does not know of the run; `recipe` is how it describes what it does.
  RunInfo run_info(const NamedValues& recipe) const {
    using Module = typename Net::ContainedType;
    RunInfo info{.model = std::string(Module::TopologyType::kName),
                 .backbone = std::string(Module::BackboneType::kName),
                 .dataset = faces_.name,
                 .eval = {.name = splits_.eval_name},
                 .recipe = {{"step", std::string(Step::kName)}},
                 .environment = environment(options_.device, options_.workers)};
    info.recipe.insert(info.recipe.end(), recipe.begin(), recipe.end());
    if (!pretrained_.empty()) info.recipe.emplace_back("pretrained", pretrained_);
    for (const auto* notes : {&faces_.notes, &splits_.notes, &options_.notes, &notes_})
      info.notes.insert(info.notes.end(), notes->begin(), notes->end());
    if (auto note = folder_.note()) info.notes.push_back(std::move(*note));
    if constexpr (requires { (*network_)->branches_together(); })
      if (network_ && recipe_.execution == BranchExecution::kTogether && !(*network_)->branches_together())
        info.notes.emplace_back(
            "branches pass one after the other: there is batch normalisation other than qcs::BranchNorm2d");
    return info;
  }

  /// Whether the folder's files belong to the run that is gone on with: else they would start in its middle.
  bool goes_on_here() const {
    std::error_code error;
    return resumed_ && std::filesystem::equivalent(resumed_folder(*resumed_), folder_.path(), error);
  }

  SplitImages images_of(const ImageSource& source) const {
    return {.names = image_names(source, faces_.root), .read = [source](std::size_t i) { return source.read(i); }};
  }

  void say_remarks() const {
    for (const auto* source : {&faces_.train, &splits_.eval, splits_.test ? &*splits_.test : nullptr})
      if (source != nullptr)
        for (const auto& line : remarks_on_images(*source)) say("{}\n", line);
  }

  Faces faces_;
  Recipe recipe_;
  TrainingParts<Step, Loss> parts_;
  RunOptions options_;
  EvaluatedSplits splits_;
  RunFolder folder_;
  std::optional<Net> network_ = {};
  std::vector<std::string> notes_ = {};
  std::string pretrained_ = {};
  std::optional<std::filesystem::path> resumed_ = {};
};

// Outside of the class, so that preset_experiments.hpp can keep it from being compiled again.
template <class Net, class Step, class Loss, class Tuples>
template <class... Observers>
RunSummary Experiment<Net, Step, Loss, Tuples>::fit(Observers&&... observers) {
  folder_.begin(options_, resumed_.has_value());
  if (options_.cudnn_search) at::globalContext().setBenchmarkCuDNN(true);
  const LoaderOptions loading{.batch_size = recipe_.batch_size, .workers = options_.workers};
  Loader train(training_tuples_of<Net, Tuples>(faces_.train, recipe_), loading);
  Loader eval(evaluation_images<Net>(splits_.eval, recipe_), loading);
  std::optional<Loader<LabelledDataset>> test;
  if (splits_.test) test.emplace(evaluation_images<Net>(*splits_.test, recipe_), loading);
  Trainer<Net, Step, Loss> trainer(network(), trainer_options(), faces_.labels, parts_);
  if (resumed_) trainer.resume(*resumed_);

  LogFile log(folder_.path() / "log.txt", goes_on_here());
  ConsoleReporter console(options_.print_freq, {}, &log);
  const auto eval_images = images_of(splits_.eval);
  const auto test_images = splits_.test ? images_of(*splits_.test) : SplitImages();
  RunFiles files(folder_.path(),
                 {.resume = goes_on_here(), .eval_images = eval_images.names, .test_images = test_images.names});
  TensorBoardFile board(folder_.path());
  ReportFile report(folder_.path(), files, eval_images, test_images);
  try {
    auto summary =
        test ? trainer.fit_and_test(train, eval, *test, run_info(trainer.description()), console, files, board, report,
                                    observers...)
             : trainer.fit(train, eval, run_info(trainer.description()), console, files, board, report, observers...);
    say_remarks();
    return summary;
  } catch (const std::exception& error) {
    say_remarks();
    log.line(fmt::format("error: {}", error.what()));
    throw;
  }
}

}  // namespace qcs
