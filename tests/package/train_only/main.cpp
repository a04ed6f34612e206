// SPDX-License-Identifier: MIT
// Trains on tensors that were never pictures.
#include <qcs/model/backbone/small.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/train/trainer.hpp>

using Net = qcs::Network<qcs::SmallBackbone, qcs::CrossSimilarityHead<>, qcs::Dual>;

namespace {

constexpr std::int64_t kTuples = 2;

struct Tuples {
  struct Dataset {
    using Topology = qcs::Dual;
    qcs::ImageList images{.images = {{"a", 0}, {"b", 1}}, .classes = 2};
    const auto& list() const { return images; }
  } set = {};
  std::vector<qcs::TupleBatch<qcs::Dual>> made = {};

  const Dataset& dataset() const { return set; }
  std::int64_t batches() const { return 1; }
  auto& epoch(int, std::int64_t = 0) {
    qcs::TupleBatch<qcs::Dual> batch;
    batch.images = torch::randn({2 * kTuples, 3, 224, 224});
    for (auto& labels : batch.labels) labels = torch::arange(kTuples);
    batch.members.resize(kTuples);
    return made = {batch};
  }
};

struct Labelled {
  Tuples::Dataset set = {};
  const auto& dataset() const { return set; }
  std::vector<qcs::LabelledBatch> epoch(int) const {
    return {{.images = torch::randn({2, 3, 224, 224}), .labels = torch::arange(2), .indices = {0, 1}}};
  }
};

}  // namespace

int main() {
  Tuples train;
  Labelled eval;
  qcs::Trainer trainer(Net(qcs::NetworkOptions{.classes = 2}), qcs::TrainerOptions{.recipe = {.epochs = 1}},
                       qcs::Labels{.name = "two", .classes = {"a", "b"}});
  return trainer.fit(train, eval, {}).steps == 1 ? 0 : 1;
}
