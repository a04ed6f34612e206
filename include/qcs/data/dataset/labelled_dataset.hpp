// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <opencv2/core.hpp>

#include <qcs/data/augment/transform.hpp>
#include <qcs/data/batch.hpp>
#include <qcs/data/detail/image_slots.hpp>
#include <qcs/data/fingerprint.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/data/sample/sampling.hpp>

namespace qcs {

/// Images for evaluation, in the order of their list, every epoch the same. Const members may run in several
/// threads.
class LabelledDataset {
 public:
  using Batch = LabelledBatch;

  /// Throws DataError on an empty list, ConfigError on a bad option.
  LabelledDataset(ImageSource source, const TransformOptions& transform)
      : source_(std::move(source)), transform_(transform) {
    if (list().images.empty()) throw DataError("an evaluation needs at least one image");
  }

  std::size_t epoch_size() const { return list().images.size(); }

  EpochPlan plan(int epoch) const {
    EpochPlan plan{epoch, std::vector<std::size_t>(epoch_size())};
    std::iota(plan.order.begin(), plan.order.end(), std::size_t{0});
    return plan;
  }

  /// The images at positions first .. first + count - 1, without those that are skipped, so perhaps none. Throws
  /// DataError with the name of an unreadable image.
  Batch load(const EpochPlan& plan, std::size_t first, std::size_t count) const {
    detail::ImageSlots images(count, transform_.options().side());
    Batch batch;
    std::vector<std::int64_t> labels;
    for (std::size_t i = 0; i < count; ++i) {
      const auto number = plan.order.at(first + i);
      const cv::Mat pixels = source_.read(number);
      if (pixels.empty()) continue;
      transform_.write(pixels, images.slot(batch.indices.size()));
      batch.indices.push_back(number);
      labels.push_back(list().images[number].label);
    }
    const auto kept = static_cast<std::int64_t>(labels.size());
    batch.labels = torch::empty({kept}, torch::kInt64);
    std::copy(labels.begin(), labels.end(), batch.labels.data_ptr<std::int64_t>());
    batch.images = images.tensor(labels.size());
    return batch;
  }

  const ImageList& list() const { return source_.list(); }
  const ImageSource& source() const { return source_; }

  /// Tells whether two runs had the same images, see data_fingerprint.
  std::string fingerprint() const { return data_fingerprint(source_); }

  const TransformOptions& transform() const { return transform_.options(); }

 private:
  ImageSource source_;
  EvalTransform transform_;
};

}  // namespace qcs
