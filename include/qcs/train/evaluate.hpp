// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <qcs/core/error.hpp>
#include <qcs/core/placement.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/data/batch.hpp>
#include <qcs/metric/confusion_matrix.hpp>
#include <qcs/train/observer.hpp>
#include <qcs/train/step/placed_batches.hpp>
#include <qcs/train/stop.hpp>

namespace qcs {

/// Values of an evaluation.
struct EvaluationOptions {
  torch::Device device = torch::kCPU;
  MemoryFormat memory_format = MemoryFormat::kContiguous;
  bool flip = false;           ///< mean of the logits of every image and of its mirror image
  bool of_test_split = false;  ///< what observers are told, see PredictionEvent
  StopCheck stop = {};
};

namespace detail {

/// Evaluation mode for as long as it lives.
template <class Network>
class EvaluationMode {
 public:
  explicit EvaluationMode(Network& network) : network_(network), was_training_(network->is_training()) {
    network_->eval();
  }
  ~EvaluationMode() { network_->train(was_training_); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  Network& network_;
  bool was_training_;
};

inline void require_labels(const LabelledBatch& batch, std::int64_t classes) {
  const auto labels = batch.labels.to(torch::kCPU, torch::kInt64).contiguous();
  const auto* values = labels.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < labels.numel(); ++i)
    if (values[i] < 0 || values[i] >= classes)
      throw DataError(fmt::format("image {} of the evaluation list has label {}, which is not within 0..{}",
                                  batch.indices.at(static_cast<std::size_t>(i)), values[i], classes - 1));
}

template <class Network>
void require_whole_images(const torch::Tensor& images) {
  if constexpr (requires { Network::ContainedType::kInputSize; })
    if (images.size(3) != Network::ContainedType::kInputSize)
      throw ShapeError(fmt::format("evaluation with mirror images needs whole images, {0} x {0}, found {1} x {2}",
                                   Network::ContainedType::kInputSize, images.size(2), images.size(3)));
}

}  // namespace detail

/// Runs the base branch of `network` in evaluation mode over every batch of `batches` (a range of `LabelledBatch`) and
/// puts the network back into the mode it was in. `total` is the number of images, for the observers. Throws DataError
/// when a label is not a class of the network, ShapeError when `flip` is asked for and a batch holds thinned images
/// (TransformOptions::stride), which mirror to other pixels.
template <class Network, class Range, class... Observers>
Evaluation evaluate(Network& network, Range&& batches, std::int64_t classes, std::int64_t total,
                    const EvaluationOptions& options, Observers&... observers) {
  const auto start = std::chrono::steady_clock::now();
  const detail::EvaluationMode mode(network);
  Evaluation result{.confusion = ConfusionMatrix(static_cast<int>(classes))};
  double loss_sum = 0;
  std::int64_t images = 0;
  const c10::InferenceMode inference;
  const Placement placement{.device = options.device, .format = options.memory_format};
  for (auto& batch : PlacedBatches(batches, placement)) {
    detail::stop_if_asked(options.stop);
    if (batch.size() == 0) continue;  // all its images were skipped
    detail::require_labels(batch, classes);
    if (options.flip) detail::require_whole_images<Network>(batch.images);
    auto logits = network->forward(batch.images);
    if (options.flip) logits = (logits + network->forward(batch.images.flip({3}))) / 2;
    logits = logits.cpu();
    loss_sum += torch::cross_entropy_loss(logits, batch.labels, {}, at::Reduction::Sum).template item<double>();
    const auto predicted = logits.argmax(1);
    for (std::int64_t i = 0; i < predicted.size(0); ++i) {
      result.confusion.add(static_cast<int>(batch.labels[i].template item<std::int64_t>()),
                           static_cast<int>(predicted[i].template item<std::int64_t>()));
    }
    images += predicted.size(0);
    const auto rows = logits.to(torch::kFloat64).contiguous();
    notify(PredictionEvent{.images = batch.indices,
                           .labels = {batch.labels.template data_ptr<std::int64_t>(),
                                      static_cast<std::size_t>(batch.labels.numel())},
                           .logits = {rows.template data_ptr<double>(), static_cast<std::size_t>(rows.numel())},
                           .of_test_split = options.of_test_split},
           observers...);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    notify(EvaluationProgress{.images = images, .total = total, .seconds = elapsed.count()}, observers...);
  }
  if (images == 0) throw DataError(fmt::format("none of the {} images of the evaluation list could be used", total));
  result.loss = loss_sum / static_cast<double>(images);
  return result;
}

}  // namespace qcs
