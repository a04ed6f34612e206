// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/data/batch.hpp>
#include <qcs/data/list/image_list.hpp>
#include <qcs/model/architecture.hpp>
#include <qcs/model/concepts.hpp>
#include <qcs/model/network.hpp>
#include <qcs/topology/triplet.hpp>
#include <string>
#include <utility>
#include <vector>

/// A network so plain that a step of it can be written down: logits = pixels x matrix, in float64. Its images are
/// neither square nor symmetric, so that no axis can be taken for another.
namespace linear {

using Topology = qcs::Triplet;
inline constexpr std::int64_t kClasses = 3, kRows = 3, kCols = 4, kPixels = 3 * kRows * kCols;
inline constexpr std::size_t kBranches = qcs::branch_count<Topology>;

class NetworkImpl : public torch::nn::Module {
 public:
  using TopologyType = Topology;
  struct Options {
    std::int64_t classes = kClasses;
  };

  NetworkImpl() {
    auto generator = at::detail::createCPUGenerator(4);
    base = register_parameter("base", torch::randn({kPixels, kClasses}, generator, torch::kFloat64));
    cross = register_parameter("cross", torch::randn({kPixels, kClasses}, generator, torch::kFloat64));
  }

  torch::Tensor forward(const torch::Tensor& images) { return images.flatten(1).mm(base); }

  qcs::BranchOutput<Topology> forward_branches(const std::array<torch::Tensor, kBranches>& images) {
    qcs::BranchOutput<Topology> output;
    for (std::size_t b = 0; b < kBranches; ++b) {
      output.base_logits[b] = forward(images[b]);
      output.cross_logits[b] = images[b].flatten(1).mm(cross);
    }
    return output;
  }

  Options options() const { return {}; }
  qcs::Architecture architecture() const { return {.topology = "linear"}; }
  std::vector<double> gates() const { return {}; }
  void freeze_backbone() { base.requires_grad_(false); }

  torch::Tensor base, cross;
};
TORCH_MODULE(Network);

inline qcs::Labels labels() { return {.name = "linear", .classes = {"a", "b", "c"}}; }

inline torch::Tensor random_images(std::int64_t count, std::uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  return torch::randn({count, 3, kRows, kCols}, generator, torch::kFloat64);
}

inline qcs::ImageList image_list(std::size_t count) {
  qcs::ImageList list{.images = {}, .classes = static_cast<int>(kClasses)};
  for (std::size_t i = 0; i < count; ++i) list.images.push_back({std::to_string(i), static_cast<int>(i % kClasses)});
  return list;
}

using Batch = qcs::TupleBatch<Topology>;

/// Three batches of unequal size, every epoch the same ones.
struct Tuples {
  struct Dataset {
    using Topology = linear::Topology;
    qcs::ImageList images = image_list(6);
    const auto& list() const { return images; }
  };

  std::vector<std::int64_t> sizes = {3, 1, 2};
  Dataset set = {};
  std::vector<Batch> given = {};

  const Dataset& dataset() const { return set; }
  std::int64_t batches() const { return static_cast<std::int64_t>(sizes.size()); }
  std::vector<Batch>& epoch(int, std::int64_t first = 0) {
    given.clear();
    for (std::int64_t k = first; k < batches(); ++k) given.push_back(batch(k));
    return given;
  }

  Batch batch(std::int64_t k) const {
    const auto size = sizes[static_cast<std::size_t>(k)];
    Batch made;
    std::vector<torch::Tensor> branches;
    for (std::size_t b = 0; b < kBranches; ++b)
      branches.push_back(random_images(size, 100 + 10 * static_cast<std::uint64_t>(k) + b));
    made.images = torch::cat(branches);
    made.labels[0] = (torch::arange(size) + k) % kClasses;
    made.labels[1] = (torch::arange(size) + k + 1) % kClasses;
    made.members.resize(static_cast<std::size_t>(size));
    return made;
  }
};

/// Images to evaluate on in two batches of unequal size. `right_of_four` says how many of the first four images the
/// network is told to have recognised at each evaluation, one entry after the other; without, labels are 0, 1, 2, ...
struct Labelled {
  struct Dataset {
    qcs::ImageList images = image_list(4);
    const auto& list() const { return images; }
  };

  std::vector<int> right_of_four = {};
  Network network = nullptr;  ///< whose answers make the labels
  Dataset set = {};
  std::size_t evaluations = 0;

  const Dataset& dataset() const { return set; }
  static torch::Tensor images() { return random_images(4, 77); }

  std::vector<qcs::LabelledBatch> epoch(int) {
    auto labels = torch::arange(4) % kClasses;
    if (!right_of_four.empty()) {
      const int right = right_of_four.at(evaluations);
      labels = (network->forward(images()).argmax(1) + (torch::arange(4) >= right).to(torch::kInt64)) % kClasses;
    }
    ++evaluations;
    const auto all = images();
    return {{.images = all.slice(0, 0, 3), .labels = labels.slice(0, 0, 3).contiguous(), .indices = {0, 1, 2}},
            {.images = all.slice(0, 3, 4), .labels = labels.slice(0, 3, 4).contiguous(), .indices = {3}}};
  }
};

}  // namespace linear
