// SPDX-License-Identifier: MIT
//
// Teaches: a branch topology of one's own, trained with everything that a run has. Twenty lines say what is new.
//
//     OMP_NUM_THREADS=1 01_own_topology run [EPOCHS] [FACES]
//
// FACES is a tree with a folder for each class, FACES/train/CLASS/*.png with FACES/test beside train; without it the
// program draws faces into run/faces, and ends on 210 of them that it has not seen with `accuracy 87.6 %` (chance 14
// %). Called again it goes on with the run; Ctrl-C saves it.

#include <filesystem>
#include <qcs/experiment/experiment.hpp>
#include <qcs/experiment/read_folder_tree.hpp>
#include <qcs/experiment/read_lists.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/network.hpp>
#include <qcs/program/process.hpp>
#include <qcs/program/stop_signals.hpp>

#include "drawn_faces.hpp"

namespace {

struct Triangle;
using Net = qcs::Network<qcs::SmallBackbone, qcs::CrossSimilarityHead<>, Triangle>;

/// Two images of the anchor's class and one of another class, each compared with the two others.
struct Triangle {
  static constexpr std::string_view kName = "triangle";
  static constexpr std::array kBranches{qcs::Branch{"anchor", 0}, qcs::Branch{"positive", 0},
                                        qcs::Branch{"negative", 1}};
  static constexpr std::array kSimilar{qcs::Pair{0, 1}};
  static constexpr std::array kDissimilar{qcs::Pair{0, 2}, qcs::Pair{1, 2}};
};

struct StopWatch {
  void on_epoch(const qcs::EpochEvent& epoch) {
    fmt::print("epoch {} after {:.0f} s\n", epoch.epoch + 1, epoch.seconds);
  }
};

qcs::Faces draw(const std::filesystem::path& folder) {
  using namespace qcs::examples;
  const auto train = write_drawn_faces(folder, "train", 60, 1), test = write_drawn_faces(folder, "test", 30, 1);
  return qcs::read_lists({.train = train.list, .test = test.list, .image_root = train.images},
                         {"drawn faces", {kExpressionNames.begin(), kExpressionNames.end()}});
}

int run(int argc, char** argv) {
  if (argc < 2) throw qcs::program::UsageError("01_own_topology OUT [EPOCHS] [FACES]");
  qcs::program::catch_stop_signals();
  torch::set_num_threads(qcs::program::default_threads().threads);
  cv::setNumThreads(1);  // pictures are read by several threads already
  const std::filesystem::path out = argv[1];
  qcs::Recipe recipe{.epochs = argc > 2 ? std::stoi(argv[2]) : 6,
                     .batch_size = 8,
                     .learning_rate = 5e-4,
                     .seed = 1,
                     .schedule = {.gamma = .9}};
  recipe.transform.colour_jitter = false;  // the drawn faces' own colours differ enough
  recipe.transform.erase_probability = 0;
  qcs::Experiment<Net> run(out, argc > 3 ? qcs::read_folder_tree(argv[3]) : draw(out / "faces"), recipe,
                           {.stop = qcs::program::stop_signal});
  if (std::filesystem::exists(out / "last.pt")) run.resume();
  const auto summary = run.fit(StopWatch{});
  return summary.end == qcs::RunEnd::kInterrupted ? 128 + qcs::program::stop_signal() : 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
