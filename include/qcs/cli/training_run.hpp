// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <memory>
#include <qcs/cli/process.hpp>
#include <qcs/cli/run_options.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/data/labelled_dataset.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/data/tuple_dataset.hpp>
#include <qcs/io/weight_file.hpp>
#include <qcs/model/describe_weights.hpp>
#include <qcs/model/load_weights.hpp>
#include <qcs/presets/weight_metadata.hpp>
#include <qcs/report/console.hpp>
#include <qcs/report/prediction_csv.hpp>
#include <qcs/report/run_files.hpp>
#include <qcs/report/table.hpp>
#include <qcs/train/trainer.hpp>
#include <string>
#include <vector>

namespace qcs::cli {

/// The device called `name`: cpu, cuda, cuda:N, or auto. Throws UsageError if LibTorch cannot use it.
inline torch::Device device(const std::string& name) {
  if (name == "auto") return torch::cuda::is_available() ? torch::kCUDA : torch::kCPU;
  try {
    const torch::Device device(name);
    if (device.is_cuda() && !torch::cuda::is_available())
      throw UsageError(fmt::format("--device {}: this LibTorch sees no CUDA device", name));
    if (device.is_cuda() && device.has_index() && device.index() >= static_cast<int>(torch::cuda::device_count()))
      throw UsageError(fmt::format("--device {}: there are {} CUDA devices", name, torch::cuda::device_count()));
    if (device.is_cuda() || device.is_cpu()) return device;
  } catch (const c10::Error&) {
  }
  throw UsageError(fmt::format("unknown device `{}`, expected auto, cpu, cuda or cuda:N", name));
}

/// Transforms that make only the pixels that the network reads.
template <class Net>
TransformOptions read_by(TransformOptions transform) {
  transform.stride = pixel_stride<typename Net::ContainedType::BackboneType>;
  return transform;
}

/// A freshly initialised network, a pure function of recipe, class count and seed.
template <class Net>
Net make_network(const Recipe& recipe, std::int64_t classes, std::uint64_t seed) {
  torch::manual_seed(derive_seed(seed, static_cast<std::uint64_t>(Purpose::kNetwork)));
  return Net(NetworkOptions{.classes = classes,
                            .base_dropout = recipe.base_dropout,
                            .cross_dropout = recipe.cross_dropout,
                            .drop_attention_output = recipe.drop_attention_output});
}

/// Loads all weights of a network from a file. Throws CheckpointError that names the file, what it holds and what was
/// expected.
template <class Net>
KeyReport load_network(Net& network, const io::WeightFile& file, const LoadOptions& options = {}) {
  const auto held = describe_weights(file);
  const auto mismatch = [&](std::string_view why) {
    return CheckpointError(
        fmt::format("{} holds {}; this run builds {}{}", file.path.string(), held, network->architecture(), why));
  };
  const bool whole = options.matching == Matching::kStrict && !options.base_branch;
  if (whole && file.metadata.contains("architecture") && held != network->architecture()) throw mismatch("");
  try {
    return load_weights(*network, file.tensors, options);
  } catch (const CheckpointError& error) {
    throw mismatch(fmt::format(": {}", error.what()));
  }
}

/// Loads the backbone's weights and statistics from the file of a whole network, whatever its model, or of a backbone
/// alone (ir50.pth). Throws CheckpointError if they do not fit.
template <class Net>
KeyReport load_backbone(Net& network, const io::WeightFile& file) {
  constexpr std::string_view kPrefix = "ir_back.";
  const bool whole = std::ranges::any_of(
      file.tensors, [&](const auto& named) { return library_name(named.first).starts_with(kPrefix); });
  try {
    return load_weights(*network->named_children()["ir_back"], file.tensors, {.prefix = whole ? kPrefix : ""});
  } catch (const CheckpointError& error) {
    throw CheckpointError(fmt::format("{} holds {}; its backbone is not {}: {}", file.path.string(),
                                      describe_weights(file), Net::ContainedType::BackboneType::kName, error.what()));
  }
}

/// Starts a network from the file `run.pretrained`, as `run.pretrained_part` says, and prints what was taken. Throws
/// CheckpointError, or ConfigError if class heads of another label space than `labels` were taken.
template <class Net>
void load_pretrained(Net& network, const RunOptions& run, const Labels& labels) {
  const auto file = io::read_weight_file(run.pretrained);
  const auto report = run.pretrained_part == "backbone" ? load_backbone(network, file)
                      : run.pretrained_part == "all"    ? load_network(network, file)
                                                        : load_network(network, file, {.matching = Matching::kPartial});
  if (report.loaded.empty())
    throw CheckpointError(
        fmt::format("{} has no tensor that fits this network: {}", run.pretrained.string(), report.text()));
  const bool heads =
      std::ranges::any_of(report.loaded, [](const auto& name) { return name.find(".head.") != std::string::npos; });
  if (const auto named = io::find_labels(file.metadata); heads && named)
    require_same_labels(*named, run.pretrained.string(), labels, "this run");
  fmt::print("{}: {}\n", run.pretrained.string(), report.text());
}

/// Loads what evaluation needs: a whole network, which must be the one of this run, or a base branch alone, whatever
/// model it comes from. Throws CheckpointError like load_network, ConfigError if the file's label space is not
/// `labels`.
template <class Net>
void load_for_evaluation(Net& network, const std::filesystem::path& path, const Labels& labels) {
  const auto file = io::read_weight_file(path);
  const bool base_alone = std::ranges::all_of(file.tensors, [](const auto& named) {
    const auto name = library_name(named.first);
    return of_base_branch(name) || unused_by_design(name);
  });
  load_network(network, file, {.base_branch = base_alone});
  if (const auto named = io::find_labels(file.metadata)) require_same_labels(*named, path.string(), labels, "this run");
}

/// The images of a list file, from their own files or from the pack that `run` names. Throws DataError.
inline ImageSource read_images(const RunOptions& run, const std::filesystem::path& list,
                               const std::shared_ptr<const PackedImages>& pack) {
  const int classes = static_cast<int>(run.classes);
  auto images = pack ? read_packed_list(list, *pack, classes) : read_image_list(list, run.image_root, classes);
  return {std::move(images), run.bad_images, pack};
}

/// Names the images that were left out so far.
inline void print_skipped(const ImageSource& source) {
  const auto skipped = source.skipped();
  if (!skipped.empty())
    fmt::print("{} of {} images could not be read and were skipped\n", skipped.size(), source.list().images.size());
  for (const auto& reason : skipped) fmt::print("  {}\n", reason);
}

/// Evaluates the weights in `run.evaluate` on `images`, prints the result and writes `run.predictions` if it is set.
template <class Net>
int evaluate_weights(const RunOptions& run, const ImageSource& images, const Labels& labels) {
  Net network = make_network<Net>(run.recipe, run.classes, run.seed);
  load_for_evaluation(network, run.evaluate, labels);
  const auto target = device(run.device);
  network->to(target);
  const auto& list = images.list();
  Loader loader(LabelledDataset(images, read_by<Net>(run.recipe.transform)),
                {.batch_size = run.recipe.batch_size, .workers = run.workers});
  ConsoleReporter console(run.print_freq);
  const auto total = static_cast<std::int64_t>(list.images.size());
  const auto evaluate_with = [&](auto&... more) {
    return evaluate(network, loader.epoch(0), run.classes, total, target, console, more...);
  };
  Evaluation result;
  if (run.predictions.empty()) {
    result = evaluate_with();
  } else {
    std::vector<std::string> names;
    for (const auto& image : list.images)
      names.push_back((run.packed.empty() ? image.path.lexically_relative(run.image_root) : image.path).string());
    PredictionCsv predictions(run.predictions, std::move(names), labels.classes);
    result = evaluate_with(predictions);
  }
  fmt::print("{}\n", class_table(result.confusion, labels.classes));
  fmt::print("{}: loss {:.4f}, accuracy {:.2f} %, mean class accuracy {:.2f} %, macro F1 {:.4f} on {} images\n",
             run.evaluate.string(), result.loss, 100 * result.confusion.accuracy(),
             100 * result.confusion.mean_class_accuracy(), result.confusion.macro_f1(), result.confusion.total());
  print_skipped(images);
  return 0;
}

/// Trains a network as `run` says, tells it on the console and to `observers`, and leaves in `run.out`: last.pt,
/// best.pt, metrics.json, timing.json, steps.csv, curves.png, confusion.png.
template <class Net, class... Observers>
RunSummary train_network(const RunOptions& run, ImageSource train_images, ImageSource eval_images,
                         std::string_view dataset, const Labels& labels, Observers&... observers) {
  using Topology = typename Net::ContainedType::TopologyType;
  const Recipe& recipe = run.recipe;
  const bool resumed = !run.resume.empty();
  Loader train(TupleDataset<Topology>(std::move(train_images), read_by<Net>(recipe.transform),
                                      {.sampling = recipe.sampling,
                                       .negatives = recipe.negatives,
                                       .epoch_divisor = recipe.epoch_divisor,
                                       .seed = run.seed}),
               {.batch_size = recipe.batch_size, .workers = run.workers});
  Loader eval(LabelledDataset(std::move(eval_images), read_by<Net>(recipe.transform)),
              {.batch_size = recipe.batch_size, .workers = run.workers});
  Net network = make_network<Net>(recipe, run.classes, run.seed);
  if (!run.pretrained.empty()) load_pretrained(network, run, labels);
  RunInfo info{
      .model = run.model, .backbone = run.backbone, .dataset = std::string(dataset), .recipe = describe(recipe)};
  info.recipe.emplace_back("optimizer",
                           fmt::format("SAM around {}", kOptimizerNames[static_cast<std::size_t>(run.optimizer.kind)]));
  Trainer<Net> trainer(std::move(network),
                       {.epochs = recipe.epochs,
                        .first_epoch = run.first_epoch,
                        .gamma = recipe.gamma,
                        .optimizer = run.optimizer,
                        .seed = run.seed,
                        .device = device(run.device),
                        .limit_batches = run.limit_batches,
                        .checkpoint_folder = run.out,
                        .metadata = weight_metadata(labels, recipe)},
                       labels);
  if (resumed) trainer.resume(run.resume);
  std::error_code error;
  std::filesystem::create_directories(run.out, error);
  if (error) throw Error(fmt::format("cannot make the folder {}: {}", run.out.string(), error.message()));
  ConsoleReporter console(run.print_freq);
  RunFiles files(run.out, resumed);
  const auto name_skipped = [&] {
    print_skipped(train.dataset().source());
    print_skipped(eval.dataset().source());
  };
  try {
    const auto summary = trainer.fit(train, eval, std::move(info), console, files, observers...);
    name_skipped();
    return summary;
  } catch (...) {
    name_skipped();
    throw;
  }
}

}  // namespace qcs::cli
