// SPDX-License-Identifier: MIT
//
// own_topology FACES OUT [EPOCHS]: trains a topology of one's own on a tree with a folder for each class,
// FACES/train/CLASS/*.png with FACES/test beside train. Called again it goes on with the run in OUT.

#include <filesystem>
#include <qcs/experiment/experiment.hpp>
#include <qcs/experiment/read_folder_tree.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/network.hpp>
#include <qcs/program/process.hpp>

namespace {

/// Three images of the anchor's class, each compared with the next.
struct Ring {
  static constexpr std::string_view kName = "ring";
  static constexpr std::array kBranches{qcs::Branch{"anchor", 0}, qcs::Branch{"second", 0}, qcs::Branch{"third", 0}};
  static constexpr std::array kSimilar{qcs::Pair{0, 1}, qcs::Pair{1, 2}, qcs::Pair{2, 0}};
  static constexpr std::array<qcs::Pair, 0> kDissimilar{};
};
using Net = qcs::Network<qcs::SmallBackbone, qcs::CrossSimilarityHead<>, Ring>;

struct StopWatch {
  void on_epoch(const qcs::EpochEvent& epoch) {
    fmt::print("epoch {} after {:.0f} s\n", epoch.epoch + 1, epoch.seconds);
  }
};

int run(int argc, char** argv) {
  if (argc < 3) throw qcs::program::UsageError("own_topology FACES OUT [EPOCHS]");
  const std::filesystem::path out = argv[2];
  const qcs::Recipe recipe{
      .epochs = argc > 3 ? std::stoi(argv[3]) : 20, .batch_size = 24, .learning_rate = 3e-4, .seed = 1};
  qcs::Experiment<Net> run(out, qcs::read_folder_tree(argv[1]), recipe);
  if (std::filesystem::exists(out / "last.pt")) run.resume();
  run.fit(StopWatch{});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
