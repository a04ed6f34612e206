// SPDX-License-Identifier: MIT
//
// What cross similarity adds to the base branch, which alone answers at the end, on FERPlus with the compact backbone:
//
//     benchmark_cross_similarity DATA_ROOT [IMAGES] [SEEDS] [FOLD]
//
// trains base only, DCS, QCS-S, QCS-D and QCS for so many images (30,000) and seeds (3), on four fifths of the training
// faces, and answers the fifth that is held out (fold 0 of five). The first table is at equal image passes; the second
// gives every model the time that the slowest one took there. Behind that, the cosine between the gradients that the
// branches' cross losses have in the backbone, on 20 batches of the trained networks: the paper says that QCS
// alleviates conflicts between them. Every step has 64 images; the recipe is plain Adam with a cosine schedule, labels
// by majority.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <opencv2/core.hpp>
#include <qcs/data/dataset/labelled_dataset.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/data/hold_out.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/experiment/build_network.hpp>
#include <qcs/experiment/loaders.hpp>
#include <qcs/experiment/published_faces.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/process.hpp>
#include <qcs/report/compare/comparison.hpp>
#include <qcs/train/step/placed_batches.hpp>
#include <qcs/train/step/plain_step.hpp>
#include <qcs/train/trainer.hpp>
#include <string>
#include <vector>

namespace {

/// No cross part: its logits are zeros, whose loss is a constant. Half of the base loss is left, along which Adam takes
/// the same steps.
struct NoHead {
  template <qcs::TopologyShape T>
  struct Module : torch::nn::Module {
    explicit Module(const qcs::HeadOptions& options) : classes(options.transformer.classes) {}
    qcs::HeadOutput<T> forward(const qcs::BranchTensors<T>& tokens) {
      qcs::HeadOutput<T> out;
      out.logits.fill(torch::zeros({tokens[0].size(0), classes}, tokens[0].options().requires_grad(false)));
      return out;
    }
    std::int64_t classes;
  };
  static std::string name() { return "none"; }
};

template <class Topology, class Head = qcs::CrossSimilarityHead<>>
using Net = qcs::Network<qcs::CompactBackbone, Head, Topology>;

constexpr std::int64_t kImagesOfStep = 64;

struct Task {
  qcs::Faces faces;
  std::int64_t images;
  int seeds;
};

/// What a model came to, by seed.
struct Result {
  std::string model;
  std::vector<double> accuracies = {}, mean_class = {}, cosines = {}, conflicts = {};
  double seconds = 0;  ///< of training, all seeds
};

qcs::Recipe recipe_of(std::int64_t steps, std::int64_t tuples, std::uint64_t seed) {
  qcs::Recipe recipe{.epochs = 1,
                     .batch_size = tuples,
                     .learning_rate = 2e-3,
                     .seed = seed,
                     .schedule = {.kind = qcs::ScheduleKind::kCosine, .warmup_epochs = .1},
                     .limit_batches = steps};
  recipe.transform.rotation_degrees = 15;
  recipe.transform.zoom = .1;
  recipe.transform.shift = .07;
  recipe.transform.jitter_saturation = recipe.transform.jitter_hue = 0;
  return recipe;
}

/// Seconds from the first step to the last, without the evaluation.
struct TrainingTime {
  void on_step(const qcs::StepEvent& step) {
    if (first < 0) first = step.seconds;
    last = step.seconds;
  }
  double first = -1, last = 0;
};

/// The gradient of each branch's cross loss in the backbone, and the mean cosine and the share of negative ones over
/// all pairs of branches.
template <class Network>
std::pair<double, double> gradient_cosines(Network& network, auto& batches) {
  using Topology = typename Network::ContainedType::TopologyType;
  std::vector<torch::Tensor> weights;
  for (const auto& parameter : network->named_parameters())
    if (parameter.key().starts_with("ir_back.")) weights.push_back(parameter.value());
  double sum = 0, negative = 0;
  int pairs = 0;
  for (const auto& batch : batches) {
    const auto output = network->forward_branches(batch.branches());
    const auto losses = qcs::branch_losses<Topology>(output, batch.labels);
    std::vector<torch::Tensor> gradients;
    for (const auto& loss : losses.cross) {
      std::vector<torch::Tensor> parts;
      for (const auto& part : torch::autograd::grad({loss}, weights, {}, /*retain_graph=*/true))
        parts.push_back(part.flatten());
      gradients.push_back(torch::cat(parts));
    }
    for (std::size_t a = 0; a < gradients.size(); ++a)
      for (std::size_t b = a + 1; b < gradients.size(); ++b) {
        const double cosine = torch::cosine_similarity(gradients[a], gradients[b], 0).item<double>();
        sum += cosine;
        negative += cosine < 0 ? 1 : 0;
        ++pairs;
      }
  }
  return {sum / pairs, negative / pairs};
}

template <class Network>
void train(const Task& task, std::int64_t images, std::uint64_t seed, bool cosines, Result& result) {
  using Topology = typename Network::ContainedType::TopologyType;
  const auto tuples = kImagesOfStep / static_cast<std::int64_t>(qcs::branch_count<Topology>);
  const auto recipe = recipe_of(images / kImagesOfStep, tuples, seed);
  const qcs::LoaderOptions loading{.batch_size = tuples, .workers = 1};
  auto dataset = qcs::training_tuples<Network>(task.faces.train, recipe);
  qcs::Loader training(dataset, loading);
  qcs::Loader held_out(qcs::evaluation_images<Network>(*task.faces.validation, recipe), loading);
  auto network = qcs::build_network<Network>(recipe, static_cast<std::int64_t>(task.faces.labels.classes.size()));
  qcs::Trainer<Network, qcs::PlainStep> trainer(network, {.recipe = recipe}, task.faces.labels);
  TrainingTime time;
  const auto end = trainer.fit(training, held_out, {.model = result.model}, time);
  result.seconds += time.last - time.first;
  result.accuracies.push_back(end.best_accuracy);
  result.mean_class.push_back(end.best_confusion.mean_class_accuracy());
  if (!cosines) return;
  constexpr std::size_t kBatches = 20;
  std::vector<typename decltype(dataset)::Batch> batches;
  const auto plan = dataset.plan(recipe.epochs);
  for (std::size_t i = 0; i < kBatches; ++i)
    batches.push_back(dataset.load(plan, i * static_cast<std::size_t>(tuples), static_cast<std::size_t>(tuples)));
  network->train();
  const auto [cosine, conflicts] = gradient_cosines(network, batches);
  result.cosines.push_back(cosine);
  result.conflicts.push_back(conflicts);
}

/// Calls `visit.operator()<Network>(position)` with every model.
void for_each_model(auto&& visit) {
  visit.template operator()<Net<qcs::Dual, NoHead>>(0);
  visit.template operator()<Net<qcs::Dual>>(1);
  visit.template operator()<Net<qcs::QuadrupletSimilar>>(2);
  visit.template operator()<Net<qcs::QuadrupletDissimilar>>(3);
  visit.template operator()<Net<qcs::Quadruplet>>(4);
}

std::vector<Result> no_results() { return {{"base only"}, {"DCS"}, {"QCS-S"}, {"QCS-D"}, {"QCS"}}; }

void print(const char* title, const std::vector<Result>& results, const std::vector<std::int64_t>& images, int seeds) {
  fmt::print("\n{}\n{:<10} {:>8} {:>10} {:>18} {:>18}\n", title, "model", "images", "seconds", "accuracy",
             "mean class");
  for (std::size_t m = 0; m < results.size(); ++m) {
    const auto accuracy = qcs::detail::spread_of(results[m].accuracies),
               mean_class = qcs::detail::spread_of(results[m].mean_class);
    fmt::print("{:<10} {:>8} {:>10.1f} {:>10.2f} +- {:>4.2f} {:>10.2f} +- {:>4.2f}\n", results[m].model, images[m],
               results[m].seconds / seeds, 100 * accuracy.mean, 100 * accuracy.deviation, 100 * mean_class.mean,
               100 * mean_class.deviation);
  }
}

void print_cosines(const std::vector<Result>& results) {
  fmt::print("\ncosine between the gradients of two branches' cross losses in the backbone\n{:<10} {:>16} {:>18}\n",
             "model", "mean", "negative");
  for (const auto& result : results) {
    if (result.cosines.empty()) continue;
    const auto cosine = qcs::detail::spread_of(result.cosines), conflicts = qcs::detail::spread_of(result.conflicts);
    fmt::print("{:<10} {:>8.3f} +- {:.3f} {:>9.1f} % +- {:.1f}\n", result.model, cosine.mean, cosine.deviation,
               100 * conflicts.mean, 100 * conflicts.deviation);
  }
}

int run(int argc, char** argv) {
  if (argc < 2) throw qcs::program::UsageError("benchmark_cross_similarity DATA_ROOT [IMAGES] [SEEDS] [FOLD]");
  auto lists = qcs::published_lists<qcs::FerPlus>(argv[1]);
  lists.validation.clear();
  lists.test.clear();
  Task task{qcs::published_faces<qcs::FerPlus>(lists), argc > 2 ? std::stoll(argv[2]) : 30000,
            argc > 3 ? std::stoi(argv[3]) : 3};
  auto [kept, held] = qcs::fold(task.faces.train.list(), argc > 4 ? std::stoi(argv[4]) : 0);
  task.faces.train = qcs::ImageSource(std::move(kept));
  task.faces.validation = qcs::ImageSource(std::move(held));
  cv::setNumThreads(1);
  qcs::program::start_compute_threads(qcs::program::default_threads().threads);

  auto equal_images = no_results(), equal_time = no_results();
  std::vector<std::int64_t> images(equal_images.size(), task.images);
  // Seeds outermost, so that what else the machine does falls on all models alike.
  const auto train_all = [&](std::vector<Result>& results, bool cosines) {
    for (int seed = 0; seed < task.seeds; ++seed)
      for_each_model([&]<class Network>(std::size_t m) {
        train<Network>(task, images[m], static_cast<std::uint64_t>(seed), cosines && m > 0, results[m]);
        fmt::print(stderr, "{} seed {}: {:.2f} %\n", results[m].model, seed, 100 * results[m].accuracies.back());
      });
  };
  train_all(equal_images, /*cosines=*/true);
  print("at equal image passes", equal_images, images, task.seeds);
  const double slowest = std::ranges::max(equal_images, {}, &Result::seconds).seconds;
  for (std::size_t m = 0; m < images.size(); ++m)
    images[m] = static_cast<std::int64_t>(static_cast<double>(task.images) * slowest / equal_images[m].seconds);
  train_all(equal_time, /*cosines=*/false);
  print("at equal time", equal_time, images, task.seeds);
  print_cosines(equal_images);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
