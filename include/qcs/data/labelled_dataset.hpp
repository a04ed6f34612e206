// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>

#include <qcs/data/detail/image_slots.hpp>
#include <qcs/data/image_list.hpp>
#include <qcs/data/sampling.hpp>
#include <qcs/data/transform.hpp>
#include <qcs/data/tuple_batch.hpp>

namespace qcs {

/// Images for evaluation, in the order of their list, every epoch the same. Const members may run in several
/// threads.
class LabelledDataset {
 public:
  using Batch = LabelledBatch;

  /// Throws DataError on an empty list, ConfigError on a bad option.
  LabelledDataset(ImageList list, const TransformOptions& transform)
      : list_(std::move(list)), transform_(transform) {
    if (list_.images.empty()) throw DataError("an evaluation needs at least one image");
  }

  std::size_t epoch_size() const { return list_.images.size(); }

  EpochPlan plan(int epoch) const {
    EpochPlan plan{epoch, std::vector<std::size_t>(epoch_size())};
    std::iota(plan.order.begin(), plan.order.end(), std::size_t{0});
    return plan;
  }

  /// The images at positions first .. first + count - 1. Throws DataError with the name of an unreadable
  /// image.
  Batch load(const EpochPlan& plan, std::size_t first, std::size_t count) const {
    detail::ImageSlots images(count, transform_.options().side());
    Batch batch;
    batch.labels = torch::empty({static_cast<std::int64_t>(count)}, torch::kInt64);
    for (std::size_t i = 0; i < count; ++i) {
      batch.indices.push_back(plan.order.at(first + i));
      const LabelledImage& image = list_.images[batch.indices.back()];
      batch.labels.data_ptr<std::int64_t>()[i] = image.label;
      detail::with_image(image.path, [&](const cv::Mat& rgb) { transform_.write(rgb, images.slot(i)); });
    }
    batch.images = images.tensor();
    return batch;
  }

  const ImageList& list() const { return list_; }
  const TransformOptions& transform() const { return transform_.options(); }

 private:
  ImageList list_;
  EvalTransform transform_;
};

}  // namespace qcs
