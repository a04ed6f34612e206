// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <qcs/data/detail/image_slots.hpp>
#include <qcs/data/image_list.hpp>
#include <qcs/data/transform.hpp>
#include <qcs/data/tuple_batch.hpp>
#include <qcs/data/tuple_sampler.hpp>

namespace qcs {

/// How training tuples are put together.
struct TupleOptions {
  Sampling sampling = Sampling::kShuffle;
  NegativeRule negatives = NegativeRule::kAnyImage;
  int epoch_divisor = 1;  ///< an epoch draws N / this many anchors (public code: 8 or 12 on AffectNet)
  std::uint64_t seed = 0;
};

/// Training tuples of topology `T`, decoded and augmented on use. What stands at a position of an epoch is a
/// pure function of (seed, epoch, position). Const members may run in several threads at once.
template <TopologyShape T>
class TupleDataset {
 public:
  using Topology = T;
  using Batch = TupleBatch<T>;

  /// Throws DataError if the list cannot serve `T` (see TupleSampler), ConfigError on a bad option.
  TupleDataset(ImageList list, const TransformOptions& transform, const TupleOptions& options = {})
      : list_(std::move(list)),
        transform_(transform),
        options_(options),
        sampler_(ClassIndex(list_.labels(), list_.classes), options.negatives) {
    if (options.epoch_divisor < 1)
      throw ConfigError(fmt::format("the epoch divisor must be at least 1, got {}", options.epoch_divisor));
  }

  /// Tuples in one epoch: N / epoch_divisor, at least 1.
  std::size_t epoch_size() const {
    return std::max<std::size_t>(1, list_.images.size() / static_cast<std::size_t>(options_.epoch_divisor));
  }

  /// The anchors of one epoch, in order.
  EpochPlan plan(int epoch) const {
    return {epoch, epoch_order(options_.sampling, sampler_.index(), epoch_size(), options_.seed, epoch)};
  }

  /// The image numbers at a position of an epoch, by branch.
  typename TupleSampler<T>::Tuple tuple(const EpochPlan& plan, std::size_t position) const {
    Rng rng = stream(options_.seed, Purpose::kTuple, plan.epoch, position);
    return sampler_.draw(plan.order.at(position), rng);
  }

  /// The tuples at positions first .. first + count - 1. Throws DataError with the name of an unreadable
  /// image.
  Batch load(const EpochPlan& plan, std::size_t first, std::size_t count) const {
    const int side = transform_.options().side();
    auto images = [&]<std::size_t... B>(std::index_sequence<B...>) {
      return std::array{((void)B, detail::ImageSlots(count, side))...};
    }
    (std::make_index_sequence<branch_count<T>>{});
    Batch batch;
    for (auto& labels : batch.labels)
      labels = torch::empty({static_cast<std::int64_t>(count)}, torch::kInt64);
    for (std::size_t i = 0; i < count; ++i) {
      const auto drawn = tuple(plan, first + i);
      batch.anchors.push_back(drawn[0]);
      for (std::size_t b = 0; b < branch_count<T>; ++b) {
        const LabelledImage& image = list_.images[drawn[b]];
        batch.labels[static_cast<std::size_t>(role_of<T>(b))].template data_ptr<std::int64_t>()[i] =
            image.label;
        Rng rng = stream(options_.seed, Purpose::kAugment, plan.epoch, first + i, b);
        detail::with_image(image.path,
                           [&](const cv::Mat& rgb) { transform_.write(rgb, rng, images[b].slot(i)); });
      }
    }
    for (std::size_t b = 0; b < branch_count<T>; ++b) batch.images[b] = images[b].tensor();
    return batch;
  }

  const ImageList& list() const { return list_; }
  const TransformOptions& transform() const { return transform_.options(); }
  const TupleOptions& options() const { return options_; }

 private:
  ImageList list_;
  TrainTransform transform_;
  TupleOptions options_;
  TupleSampler<T> sampler_;
};

}  // namespace qcs
