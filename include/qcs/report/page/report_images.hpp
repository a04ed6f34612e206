// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <opencv2/core.hpp>
#include <qcs/core/error.hpp>
#include <qcs/metric/confusion_matrix.hpp>
#include <qcs/report/files/prediction_csv.hpp>
#include <string>
#include <system_error>
#include <unordered_map>
#include <vector>

namespace qcs {

/// The answer on one image.
struct ReportedPrediction {
  std::size_t image = 0;  ///< its position, what ReportImages::read takes
  std::string name = {};
  int label = 0;
  int predicted = 0;
  double probability = 0;  ///< of the predicted class, 0..1
};

/// The images of an evaluation and the answers on them; both may be left out.
struct ReportImages {
  std::vector<ReportedPrediction> predictions = {};
  /// Gives an image, RGB or grey, 8 bits a channel. It may throw or return nothing: then the name stands for it.
  std::function<cv::Mat(std::size_t)> read = {};
};

/// Predictions of a file (see read_predictions) with the softmax of their logits as probabilities.
/// @param names of the images in the order of the evaluation list; where there are none, the file's images are
/// positions. Throws DataError for an image that is not among them.
inline std::vector<ReportedPrediction> reported_predictions(const std::vector<Prediction>& predictions,
                                                            const std::vector<std::string>& names) {
  std::unordered_map<std::string, std::size_t> positions;
  for (std::size_t i = 0; i < names.size(); ++i) positions.emplace(names[i], i);
  std::vector<ReportedPrediction> reported;
  for (const auto& [image, label, predicted, logits] : predictions) {
    std::size_t position = reported.size();
    if (names.empty()) {
      const auto [end, error] = std::from_chars(image.data(), image.data() + image.size(), position);
      if (error != std::errc() || end != image.data() + image.size())
        throw DataError(fmt::format("the predictions are of `{}`, which is no position of an image", image));
    } else if (const auto found = positions.find(image); found != positions.end()) {
      position = found->second;
    } else {
      throw DataError(fmt::format("the predictions are of `{}`, which is not in the image list", image));
    }
    double sum = 0;
    for (const double logit : logits) sum += std::exp(logit - logits.at(static_cast<std::size_t>(predicted)));
    reported.push_back({.image = position,
                        .name = image,
                        .label = static_cast<int>(label),
                        .predicted = static_cast<int>(predicted),
                        .probability = 1 / sum});
  }
  return reported;
}

/// Images of one class that were taken for another.
struct ConfusedPair {
  int label = 0;
  int predicted = 0;
  std::int64_t images = 0;
  double share = 0;  ///< of the images of class `label`
};

/// The up to `most` pairs that take the largest shares of their class, those first.
inline std::vector<ConfusedPair> confused_pairs(const ConfusionMatrix& confusion, std::size_t most) {
  std::vector<ConfusedPair> pairs;
  for (int t = 0; t < confusion.classes(); ++t)
    for (int p = 0; p < confusion.classes(); ++p)
      if (const auto count = confusion.at(t, p); t != p && count > 0)
        pairs.push_back({t, p, count, static_cast<double>(count) / static_cast<double>(confusion.samples(t))});
  std::ranges::stable_sort(pairs, std::greater(), &ConfusedPair::share);
  pairs.resize(std::min(pairs.size(), most));
  return pairs;
}

/// The mistakes on the images of `pair`, the most confident ones first.
inline std::vector<ReportedPrediction> mistakes_of(const ConfusedPair& pair,
                                                   const std::vector<ReportedPrediction>& predictions,
                                                   std::size_t most) {
  std::vector<ReportedPrediction> found;
  for (const auto& prediction : predictions)
    if (prediction.label == pair.label && prediction.predicted == pair.predicted) found.push_back(prediction);
  std::ranges::stable_sort(found, std::greater(),
                           [](const auto& p) { return std::isnan(p.probability) ? -1 : p.probability; });
  found.resize(std::min(found.size(), most));
  return found;
}

}  // namespace qcs
