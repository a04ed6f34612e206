// SPDX-License-Identifier: MIT
//
// Our side of real_steps.py: QCS from given weights on tuples of FERPlus, without augmentation and dropout.
//
//     benchmark_real_steps WEIGHTS DATA_ROOT STEPS TUPLES RATE
//
// prints a line of JSON for each SAM step: its loss and the images of every branch.

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/experiment/published_faces.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/presets/recipes.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/process.hpp>
#include <qcs/train/step/sam_step.hpp>
#include <qcs/train/step/tuple_step.hpp>
#include <qcs/weights/start_weights.hpp>
#include <span>
#include <string>

namespace {

using Net = qcs::QcsNetwork<qcs::Ir50>;

qcs::TransformOptions no_augmentation() {
  qcs::TransformOptions options;
  options.stride = qcs::pixel_stride<qcs::Ir50>;
  options.flip_probability = options.erase_probability = 0;
  options.colour_jitter = false;
  return options;
}

int run(int argc, char** argv) {
  if (argc != 6) throw qcs::program::UsageError("benchmark_real_steps WEIGHTS DATA_ROOT STEPS TUPLES RATE");
  const std::size_t steps = std::stoul(argv[3]), tuples = std::stoul(argv[4]);
  cv::setNumThreads(1);
  qcs::program::start_compute_threads(qcs::program::default_threads().threads);
  auto lists = qcs::published_lists<qcs::FerPlus>(argv[2]);
  lists.validation.clear();
  lists.test.clear();
  const auto faces = qcs::published_faces<qcs::FerPlus>(lists);
  Net network(qcs::NetworkOptions{.classes = 8});
  qcs::start_from_weights(network, argv[1], qcs::StartPart::kAll, faces.labels);
  network->train();
  const qcs::Placement placement{.device = torch::kCPU};
  qcs::TupleStep<Net, qcs::SamStep> step(network, placement,
                                         qcs::make_optimizer(network->parameters(), {}, std::stod(argv[5])), {}, 0,
                                         qcs::CrossEntropy());
  const qcs::TupleDataset<qcs::Quadruplet> dataset(faces.train, no_augmentation(), {.seed = 1});
  const auto plan = dataset.plan(/*epoch=*/0);
  const auto names = qcs::image_names(faces.train, faces.root);
  for (std::size_t i = 0; i < steps; ++i) {
    auto batch = dataset.load(plan, i * tuples, tuples);
    nlohmann::ordered_json line;
    for (const auto& tuple : batch.members) {
      auto images = nlohmann::ordered_json::array();
      for (const auto image : tuple)
        images.push_back({{"name", names[image]}, {"label", faces.train.list().images[image].label}});
      line["tuples"].push_back(images);
    }
    line["loss"] = step.run(std::span(&batch, 1)).loss;
    fmt::print("{}\n", line.dump());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
