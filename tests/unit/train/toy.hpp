// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/label_space.hpp>
#include <qcs/data/batch.hpp>
#include <qcs/data/list/image_list.hpp>
#include <qcs/data/sample/sampling.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/network.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/triplet.hpp>
#include <set>
#include <string>
#include <vector>

/// Data that a trainer can tell apart in a few steps: an image of class c is bright in its own stripe.
namespace toy {

inline constexpr std::int64_t kClasses = 3;

inline qcs::Labels labels() { return {.name = "toy", .classes = {"top", "middle", "bottom"}}; }

/// Names for `count` images, of all classes in turn.
inline qcs::ImageList image_list(int count) {
  qcs::ImageList list{.images = {}, .classes = kClasses};
  for (int i = 0; i < count; ++i)
    list.images.push_back({.path = "image" + std::to_string(i) + ".png", .label = i % static_cast<int>(kClasses)});
  return list;
}

inline torch::Tensor images(const std::vector<std::int64_t>& classes, std::uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);  // LibTorch's own one belongs to the training
  auto batch = torch::randn({static_cast<std::int64_t>(classes.size()), 3, 224, 224}, generator) * .3;
  for (std::size_t i = 0; i < classes.size(); ++i)
    batch[static_cast<std::int64_t>(i)].slice(1, 70 * classes[i], 70 * classes[i] + 70) += 2;
  return batch;
}

/// Stands in for a Loader: tuples made on the spot, a pure function of the epoch.
template <qcs::TopologyShape T>
struct Tuples {
  struct Dataset {
    using Topology = T;
    qcs::ImageList images = image_list(12);
    const auto& list() const { return images; }
  };

  std::int64_t count = 4;
  std::set<std::int64_t> poisoned = {};  ///< batches of every epoch whose images are not numbers
  Dataset set = {};
  std::vector<qcs::TupleBatch<T>> made = {};

  const Dataset& dataset() const { return set; }
  std::int64_t batches() const { return count; }

  std::vector<qcs::TupleBatch<T>>& epoch(int number, std::int64_t first = 0) {
    made.clear();
    for (std::int64_t k = first; k < count; ++k) {
      qcs::TupleBatch<T> batch;
      for (std::size_t r = 0; r < batch.labels.size(); ++r) {
        const auto role = static_cast<std::int64_t>(r);
        batch.labels[r] = torch::tensor({role, role + 1, role + 2}, torch::kInt64) % kClasses;
      }
      std::vector<torch::Tensor> branches;
      for (std::size_t b = 0; b < qcs::branch_count<T>; ++b) {
        const auto labels = batch.labels[static_cast<std::size_t>(qcs::role_of<T>(b))];
        const auto* values = labels.template data_ptr<std::int64_t>();
        branches.push_back(images({values, values + labels.size(0)}, qcs::derive_seed(7, number, k, b)));
      }
      batch.images = torch::cat(branches);
      if (poisoned.contains(k)) batch.images.fill_(std::numeric_limits<float>::quiet_NaN());
      batch.members.resize(3);
      for (std::size_t i = 0; i < 3; ++i) batch.members[i].fill((3 * static_cast<std::size_t>(k) + i) % 12);
      made.push_back(std::move(batch));
    }
    return made;
  }
};

/// Labelled images in list order, two of each class.
struct Labelled {
  struct Dataset {
    qcs::ImageList images = image_list(6);
    const auto& list() const { return images; }
  };
  Dataset set = {};

  const Dataset& dataset() const { return set; }
  std::vector<qcs::LabelledBatch> epoch(int) const {
    qcs::LabelledBatch batch{.images = images({0, 1, 2, 0, 1, 2}, 99),
                             .labels = torch::tensor({0, 1, 2, 0, 1, 2}, torch::kInt64),
                             .indices = {0, 1, 2, 3, 4, 5}};
    return {batch};
  }
};

template <qcs::TopologyShape T>
using Net = qcs::Network<qcs::SmallBackbone, qcs::CrossSimilarityHead<>, T>;

template <qcs::TopologyShape T>
Net<T> network(std::uint64_t seed = 1) {
  torch::manual_seed(seed);
  return Net<T>(qcs::NetworkOptions{.classes = kClasses, .cross_dropout = .1});
}

inline bool same_weights(const torch::nn::Module& a, const torch::nn::Module& b) {
  const auto x = a.named_parameters(), y = b.named_parameters();
  for (const auto& item : x)
    if (!torch::equal(item.value(), y[item.key()])) return false;
  const auto p = a.named_buffers(), q = b.named_buffers();
  for (const auto& item : p)
    if (!torch::equal(item.value(), q[item.key()])) return false;
  return true;
}

}  // namespace toy
