// SPDX-License-Identifier: MIT
//
// The whole path without a download: draws labelled faces, trains DCS and QCS with the small backbone, evaluates both
// on faces they have not seen, and leaves metrics and pictures. Chance is 14 %.

#include <boost/program_options.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/experiment/experiment.hpp>
#include <qcs/experiment/read_lists.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/process.hpp>
#include <qcs/report/files/evaluation_json.hpp>
#include <qcs/report/table.hpp>

#include "drawn_faces.hpp"

namespace {

namespace po = boost::program_options;
using qcs::examples::kExpressionNames;

struct Settings {
  std::filesystem::path out = "quickstart";
  std::uint64_t seed = 0;
  int train_per_class = 80;
  int test_per_class = 30;
  int threads = 0;
};

std::optional<Settings> parse(int argc, char** argv) {
  Settings settings;
  const auto threads = qcs::program::default_threads();
  settings.threads = threads.threads;
  std::string out = settings.out.string();
  po::options_description options("quickstart [options], trains DCS and QCS on drawn faces", 100);
  options.add_options()("help,h", "print this text")("out", po::value(&out)->default_value(out),
                                                     "folder for the results")(
      "seed", po::value(&settings.seed)->default_value(settings.seed), "seed of faces, networks and training")(
      "threads", po::value(&settings.threads)->default_value(settings.threads), "compute threads");
  po::variables_map values;
  try {
    po::store(po::command_line_parser(argc, argv).options(options).positional({}).run(), values);
    po::notify(values);
  } catch (const po::error& error) {
    throw qcs::program::UsageError(fmt::format("{} (--help lists the options)", error.what()));
  }
  if (values.count("help") != 0) {
    std::cout << options;
    return std::nullopt;
  }
  if (values["threads"].defaulted() && threads.note) fmt::print("{}\n", *threads.note);
  if (settings.threads < 1) throw qcs::program::UsageError("--threads must be at least 1");
  settings.out = out;
  return settings;
}

/// Small batches: what counts in the first minutes is the number of steps.
qcs::Recipe recipe(int epochs, std::int64_t batch_size) {
  qcs::Recipe recipe{.epochs = epochs, .batch_size = batch_size, .learning_rate = 5e-4, .schedule = {.gamma = .9}};
  recipe.transform.colour_jitter = false;  // the faces' own colours differ enough
  recipe.transform.erase_probability = 0;
  return recipe;
}

template <class Net>
qcs::ConfusionMatrix train(const Settings& settings, qcs::Recipe recipe, const qcs::Faces& faces) {
  recipe.seed = settings.seed;
  // The result is that of the last epoch: picking the best one on the test faces would flatter.
  qcs::Experiment<Net> run(settings.out / Net::ContainedType::TopologyType::kName, faces, recipe,
                           {.selection = qcs::Selection::kLast,
                            .device = torch::kCPU,
                            .memory_format = qcs::MemoryFormat::kChannelsLast,
                            .workers = std::min(2, qcs::usable_processors()),
                            .print_freq = 20,
                            .overwrite = true});
  return run.fit().best_confusion;
}

int run(int argc, char** argv) {
  const auto settings = parse(argc, argv);
  if (!settings) return 0;
  qcs::program::start_compute_threads(settings->threads);
  cv::setNumThreads(1);
  const auto folder = settings->out / "faces";
  const auto train_faces = qcs::examples::write_drawn_faces(folder, "train", settings->train_per_class, settings->seed);
  const auto test_faces = qcs::examples::write_drawn_faces(folder, "test", settings->test_per_class, settings->seed);
  fmt::print("Drew {} training and {} test faces of {} expressions into {}\n",
             kExpressionNames.size() * static_cast<std::size_t>(settings->train_per_class),
             kExpressionNames.size() * static_cast<std::size_t>(settings->test_per_class), kExpressionNames.size(),
             folder.string());

  const std::vector<std::string> names(kExpressionNames.begin(), kExpressionNames.end());
  const auto faces =
      qcs::read_lists({.train = train_faces.list, .test = test_faces.list, .image_root = train_faces.images},
                      {.name = "drawn faces", .classes = names});
  const auto dcs = train<qcs::DcsNetwork<qcs::SmallBackbone>>(*settings, recipe(6, 8), faces);
  auto quadruplets = recipe(4, 4);
  quadruplets.limit_batches = 130;  // of 140: the whole takes less than five minutes
  const auto qcs_result = train<qcs::QcsNetwork<qcs::SmallBackbone>>(*settings, quadruplets, faces);

  nlohmann::ordered_json metrics{{"seed", settings->seed},
                                 {"DCS", qcs::evaluation_json(dcs, names)},
                                 {"QCS", qcs::evaluation_json(qcs_result, names)}};
  const auto file = settings->out / "metrics.json";
  qcs::write_atomically(file, [&](std::ofstream& out) { out << metrics.dump(2) << '\n'; });
  fmt::print("\nOn {} faces that neither has seen, after the last epoch:\n  DCS  {}\n  QCS  {}\n", dcs.total(),
             qcs::accuracy_text(dcs), qcs::accuracy_text(qcs_result));
  fmt::print("Look at {0}/DCS/curves.png, {0}/DCS/confusion.png and the same of QCS; numbers in {1}\n",
             settings->out.string(), file.string());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
