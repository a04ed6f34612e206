// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <qcs/metric/confusion_matrix.hpp>
#include <qcs/metric/running_mean.hpp>
#include <qcs/train/events.hpp>
#include <vector>

namespace qcs {

/// What a step measured at the weights themselves, before SAM climbs.
struct StepMeasures {
  double loss = 0;
  double accuracy = 0;
  double base_loss = 0;
  double cross_loss = 0;
  std::vector<RoleLoss> roles = {};
  double gradient_norm = 0;  ///< of all gradients as one vector, at the end of the pass
};

/// Means of the steps of an epoch so far.
class EpochMeans {
 public:
  /// Takes in what was measured on `weight` tuples.
  void add(const StepMeasures& m, double weight) {
    std::vector<double> values{m.loss, m.accuracy, m.base_loss, m.cross_loss};
    for (const auto& role : m.roles) values.insert(values.end(), {role.base, role.cross});
    means_.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) means_[i].add(values[i], weight);
  }

  StepMeasures value() const {
    if (means_.empty()) return {};
    StepMeasures m{means_[0].value(), means_[1].value(), means_[2].value(), means_[3].value()};
    for (std::size_t i = 4; i + 1 < means_.size(); i += 2)
      m.roles.push_back({means_[i].value(), means_[i + 1].value()});
    return m;
  }

  /// Sum and weight of every mean, for a checkpoint.
  std::vector<double> sums() const {
    std::vector<double> sums;
    for (const auto& mean : means_) sums.insert(sums.end(), {mean.sum(), mean.weight()});
    return sums;
  }

  static EpochMeans from_sums(const std::vector<double>& sums) {
    EpochMeans means;
    for (std::size_t i = 0; i + 1 < sums.size(); i += 2) means.means_.emplace_back(sums[i], sums[i + 1]);
    return means;
  }

 private:
  std::vector<RunningMean> means_;
};

/// Where a run stands between two steps: all that changes while it trains, apart from tensors.
struct RunState {
  int epoch = 0;           ///< the one under way, from 0
  std::int64_t batch = 0;  ///< batches of it that lie behind; all of them while its evaluation is to come
  std::int64_t steps = 0;  ///< optimiser steps since the run began
  EpochMeans means = {};   ///< of the epoch under way
  int undone_in_a_row = 0;
  int best_epoch = -1;  ///< -1 before the first evaluation
  ConfusionMatrix best_confusion = {};
};

}  // namespace qcs
