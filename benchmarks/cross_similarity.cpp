// SPDX-License-Identifier: MIT
//
// What cross similarity adds to the base branch, which alone answers at the end, on FERPlus with the compact backbone:
//
//     benchmark_cross_similarity DATA_ROOT [IMAGES] [SEEDS] [FOLD]
//
// trains base only, DCS, QCS-S, QCS-D and QCS for so many images (30,000) and seeds (3), on four fifths of the training
// faces, and answers the fifth that is held out (fold 0 of five). The first table is at equal image passes; the second
// gives every model the time that the slowest one took there. Behind that, the cosines between the gradients that
// losses have in the backbone, on 20 batches of the trained networks: the paper says that QCS alleviates conflicts that
// come from the cross module. Every step has 64 images; the recipe is plain Adam with a cosine schedule and bfloat16
// passes, labels by majority.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <opencv2/core.hpp>
#include <qcs/core/text/text_lines.hpp>
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

#include "../examples/no_head.hpp"

namespace {

template <class Topology, class Head = qcs::CrossSimilarityHead<>>
using Net = qcs::Network<qcs::CompactBackbone, Head, Topology>;

constexpr int kImagesOfStep = 64;

struct Task {
  qcs::Faces faces;
  std::int64_t images;
  int seeds;
};

struct CosineSum {
  void add(const torch::Tensor& a, const torch::Tensor& b) {
    const auto cosine = torch::cosine_similarity(a, b, 0).item<double>();
    sum += cosine;
    negative += cosine < 0 ? 1 : 0;
    ++count;
  }
  double sum = 0, negative = 0, count = 0;
};

/// How the gradients that losses have in the backbone point: those of two branches' cross losses, of one class and of
/// two; and that of the mean of the cross losses beside that of the base losses.
struct GradientCosines {
  CosineSum one_class, two_classes, base_and_cross;
};

/// What a model came to, by seed.
struct Result {
  std::string model;
  std::vector<double> accuracies = {}, mean_class = {};
  std::vector<GradientCosines> cosines = {};
  double seconds = 0;  ///< of training, all seeds
};

qcs::Recipe recipe_of(std::int64_t steps, std::int64_t tuples, std::uint64_t seed) {
  qcs::Recipe recipe{.epochs = 1,
                     .batch_size = tuples,
                     .learning_rate = 2e-3,
                     .seed = seed,
                     .schedule = {.kind = qcs::ScheduleKind::kCosine, .warmup_epochs = .1},
                     .limit_batches = steps};
  recipe.precision = qcs::Precision::kBfloat16;
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

template <class Network>
GradientCosines gradient_cosines(Network& network, auto& batches) {
  using Topology = typename Network::ContainedType::TopologyType;
  std::vector<torch::Tensor> weights;
  for (const auto& parameter : network->named_parameters())
    if (parameter.key().starts_with("ir_back.")) weights.push_back(parameter.value());
  const auto gradient_of = [&](const torch::Tensor& loss) {
    std::vector<torch::Tensor> parts;
    for (const auto& part : torch::autograd::grad({loss}, weights, {}, /*retain_graph=*/true))
      parts.push_back(part.flatten());
    return torch::cat(parts);
  };
  GradientCosines cosines;
  for (const auto& batch : batches) {
    const auto losses = qcs::branch_losses<Topology>(network->forward_branches(batch.branches()), batch.labels);
    std::vector<torch::Tensor> cross;
    for (const auto& loss : losses.cross) cross.push_back(gradient_of(loss));
    for (std::size_t a = 0; a < cross.size(); ++a)
      for (std::size_t b = a + 1; b < cross.size(); ++b) {
        const bool same = Topology::kBranches[a].role == Topology::kBranches[b].role;
        (same ? cosines.one_class : cosines.two_classes).add(cross[a], cross[b]);
      }
    cosines.base_and_cross.add(gradient_of(losses.mean_of(losses.base)), torch::stack(cross).mean(0));
  }
  return cosines;
}

template <class Network>
void train(const Task& task, std::int64_t images, std::uint64_t seed, bool cosines, Result& result) {
  using Topology = typename Network::ContainedType::TopologyType;
  const auto tuples = kImagesOfStep / static_cast<std::int64_t>(qcs::branch_count<Topology>);
  const auto recipe = recipe_of(images / kImagesOfStep, tuples, seed);
  const qcs::LoaderOptions loading{.batch_size = tuples, .workers = 1};
  auto dataset = qcs::training_tuples<Network>(task.faces.train, recipe);
  if (const auto anchors = static_cast<std::int64_t>(dataset.epoch_size()); recipe.limit_batches * tuples > anchors)
    throw qcs::ConfigError(fmt::format("{} would need {} anchors for {} images; one pass has {}", result.model,
                                       recipe.limit_batches * tuples, images, anchors));
  qcs::Loader training(dataset, loading);
  qcs::Loader held_out(qcs::evaluation_images<Network>(*task.faces.validation, recipe), loading);
  auto network = qcs::build_network<Network>(recipe, static_cast<std::int64_t>(task.faces.labels.classes.size()));
  qcs::Trainer<Network, qcs::PlainStep> trainer(
      network, {.recipe = recipe, .memory_format = qcs::MemoryFormat::kChannelsLast}, task.faces.labels);
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
  result.cosines.push_back(gradient_cosines(network, batches));
}

/// Calls `visit.operator()<Network>(position)` with every model.
void for_each_model(auto&& visit) {
  visit.template operator()<Net<qcs::Dual, qcs::examples::NoHead>>(0);
  visit.template operator()<Net<qcs::Dual>>(1);
  visit.template operator()<Net<qcs::QuadrupletSimilar>>(2);
  visit.template operator()<Net<qcs::QuadrupletDissimilar>>(3);
  visit.template operator()<Net<qcs::Quadruplet>>(4);
}

std::vector<Result> no_results() { return {{"base only"}, {"DCS"}, {"QCS-S"}, {"QCS-D"}, {"QCS"}}; }

/// Mean and sample deviation, the latter where there is more than one value.
std::string spread(const std::vector<double>& values, double unit) {
  const auto [mean, deviation, best] = qcs::detail::spread_of(values);
  return values.size() > 1 ? fmt::format("{:.2f} +- {:.2f}", unit * mean, unit * deviation)
                           : fmt::format("{:.2f}", unit * mean);
}

void print(const char* title, const std::vector<Result>& results, const std::vector<std::int64_t>& images, int seeds) {
  fmt::print("\n{}\n{:<10} {:>8} {:>8} {:>17} {:>17}\n", title, "model", "images", "seconds", "accuracy, %",
             "mean class, %");
  for (std::size_t m = 0; m < results.size(); ++m)
    fmt::print("{:<10} {:>8} {:>8.1f} {:>17} {:>17}\n", results[m].model, images[m], results[m].seconds / seeds,
               spread(results[m].accuracies, 100), spread(results[m].mean_class, 100));
}

void print_cosines(const std::vector<Result>& results) {
  fmt::print(
      "\ncosine of two losses' gradients in the backbone, and share of batches or pairs of branches where it is "
      "negative\n{:<10} {:>16} {:>16} {:>16} {:>16} {:>16} {:>16}\n",
      "model", "one class", "negative, %", "two classes", "negative, %", "base and cross", "negative, %");
  for (const auto& result : results) {
    if (result.cosines.empty()) continue;
    fmt::print("{:<10}", result.model);
    for (const auto sum :
         {&GradientCosines::one_class, &GradientCosines::two_classes, &GradientCosines::base_and_cross}) {
      std::vector<double> means, negatives;
      for (const auto& of_seed : result.cosines) {
        const CosineSum& found = of_seed.*sum;
        if (found.count == 0) continue;
        means.push_back(found.sum / found.count);
        negatives.push_back(found.negative / found.count);
      }
      if (means.empty())
        fmt::print(" {:>16} {:>16}", "-", "-");
      else
        fmt::print(" {:>16} {:>16}", spread(means, 1), spread(negatives, 100));
    }
    fmt::print("\n");
  }
}

int run(int argc, char** argv) {
  if (argc < 2) throw qcs::program::UsageError("benchmark_cross_similarity DATA_ROOT [IMAGES] [SEEDS] [FOLD]");
  const auto number = [&](int position, int otherwise, int least) {
    if (argc <= position) return otherwise;
    const auto given = qcs::parse_number<int>(argv[position]);
    if (!given || *given < least)
      throw qcs::program::UsageError(fmt::format("expected a number from {} up, found `{}`", least, argv[position]));
    return *given;
  };
  auto lists = qcs::published_lists<qcs::FerPlus>(argv[1]);
  lists.validation.clear();
  lists.test.clear();
  Task task{qcs::published_faces<qcs::FerPlus>(lists), number(2, 30000, kImagesOfStep), number(3, 3, 1)};
  auto [kept, held] = qcs::fold(task.faces.train.list(), number(4, 0, 0));
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
