// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/metric/confusion_matrix.hpp>
#include <qcs/train/observer.hpp>

namespace qcs {

/// What an evaluation found.
struct Evaluation {
  ConfusionMatrix confusion;
  double loss = 0;  ///< mean cross entropy over the images
};

/// Runs the base branch of `network` in evaluation mode over every batch of `batches` (a range of `LabelledBatch`) and
/// puts the network back into the mode it was in. `total` is the number of images, for the observers. Throws DataError
/// when a label is not a class of the network.
template <class Network, class Range, class... Observers>
Evaluation evaluate(Network& network, Range&& batches, std::int64_t classes, std::int64_t total, torch::Device device,
                    Observers&... observers) {
  const auto start = std::chrono::steady_clock::now();
  const bool was_training = network->is_training();
  network->eval();
  Evaluation result{.confusion = ConfusionMatrix(static_cast<int>(classes))};
  double loss_sum = 0;
  std::int64_t images = 0;
  {
    const c10::InferenceMode inference;
    for (auto&& batch : batches) {
      if (batch.size() == 0) continue;  // all its images were skipped
      const auto logits = network->forward(batch.images.to(device)).cpu();
      loss_sum += torch::cross_entropy_loss(logits, batch.labels, {}, at::Reduction::Sum).template item<double>();
      const auto predicted = logits.argmax(1);
      for (std::int64_t i = 0; i < predicted.size(0); ++i) {
        result.confusion.add(static_cast<int>(batch.labels[i].template item<std::int64_t>()),
                             static_cast<int>(predicted[i].template item<std::int64_t>()));
      }
      images += predicted.size(0);
      const auto rows = logits.to(torch::kFloat64).contiguous();
      notify(PredictionEvent{.images = batch.indices,
                             .labels = {batch.labels.template data_ptr<std::int64_t>(), static_cast<std::size_t>(batch.labels.numel())},
                             .logits = {rows.template data_ptr<double>(), static_cast<std::size_t>(rows.numel())}},
             observers...);
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      notify(EvaluationProgress{.images = images, .total = total, .seconds = elapsed.count()}, observers...);
    }
  }
  network->train(was_training);
  if (images == 0) throw DataError(fmt::format("none of the {} images of the evaluation list could be used", total));
  result.loss = loss_sum / static_cast<double>(images);
  return result;
}

}  // namespace qcs
