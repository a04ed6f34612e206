// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/precision.hpp>
#include <qcs/data/augment/transform_options.hpp>
#include <qcs/data/sample/sampling.hpp>
#include <qcs/model/branch_execution.hpp>
#include <qcs/train/optimizer/optimizer_options.hpp>
#include <qcs/train/optimizer/schedule.hpp>
#include <qcs/train/training_aids.hpp>

namespace qcs {

/// Every value that the numbers of a training run depend on, beside its network's type, its data and the values of its
/// step and loss (TrainingParts). The defaults are those of QCS on RAF-DB (Wang et al., AAAI 2025). visit_fields()
/// names each of them once, and command line, descriptions, checkpoints and reports are made from that.
struct Recipe {
  int epochs = 200;
  std::int64_t batch_size = 24;  ///< tuples
  double learning_rate = 3e-6;
  std::uint64_t seed = 0;  ///< of initial weights, sampling, augmentation and dropout
  Schedule schedule = {};
  OptimizerOptions optimizer = {};
  TrainingAids aids = {};
  double cross_share = .5;             ///< share of the cross losses in the training loss, 0 to 1
  double base_dropout = 0;             ///< dropout probability of the base transformer
  double cross_dropout = 0;            ///< dropout probability of the cross transformer
  bool drop_attention_output = false;  ///< apply them after the attention's output projection, too
  TransformOptions transform = {};     ///< its stride plays no part: it is the backbone's
  Sampling sampling = Sampling::kShuffle;
  NegativeRule negatives = NegativeRule::kAnyImage;
  int epoch_divisor = 1;                                   ///< an epoch draws one anchor for every so many images
  BranchExecution execution = BranchExecution::kTogether;  ///< how branches pass through the network in training
  Precision precision = Precision::kFloat32;               ///< of the passes of training
  bool flip_test = false;                                  ///< evaluate every image together with its mirror image
  int first_epoch = 0;             ///< number of the first epoch; sets its learning rate and random streams
  std::int64_t limit_batches = 0;  ///< training batches per epoch, 0 for all
};

}  // namespace qcs
