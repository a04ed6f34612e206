// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <boost/random/uniform_int_distribution.hpp>
#include <opencv2/core.hpp>

#include <qcs/data/augment/augmenter.hpp>
#include <qcs/data/augment/transform.hpp>
#include <qcs/data/batch.hpp>
#include <qcs/data/detail/image_slots.hpp>
#include <qcs/data/fingerprint.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/data/sample/sampler.hpp>
#include <qcs/data/sample/tuple_sampler.hpp>

namespace qcs {

/// How training tuples are put together.
struct TupleOptions {
  Sampling sampling = Sampling::kShuffle;
  NegativeRule negatives = NegativeRule::kAnyImage;
  int epoch_divisor = 1;  ///< an epoch draws N / this many anchors (public code: 8 or 12 on AffectNet)
  std::uint64_t seed = 0;
};

/// Training tuples of topology `T`, decoded and augmented on use. What stands at a position of an epoch is a
/// pure function of (seed, epoch, position). Const members may run in several threads at once. `Sampler` draws the
/// tuples (docs/policies/tuple_sampler.md), `Augmenter` changes their images (docs/policies/augmenter.md).
template <TopologyShape T, class Sampler = TupleSampler<T>, class Augmenter = TrainTransform>
class TupleDataset {
 public:
  using Topology = T;
  using Batch = TupleBatch<T>;
  using Tuple = std::array<std::size_t, branch_count<T>>;

  /// Throws DataError if the list cannot serve `T` (see TupleSampler), ConfigError on a bad option.
  TupleDataset(ImageSource source, const TransformOptions& transform, const TupleOptions& options = {})
      : source_(std::move(source)),
        transform_(transform),
        options_(options),
        sampler_(ClassIndex(list().labels(), list().classes, list().files()), options.negatives) {
    if (options.epoch_divisor < 1)
      throw ConfigError(fmt::format("the epoch divisor must be at least 1, got {}", options.epoch_divisor));
  }

  /// Tuples in one epoch: N / epoch_divisor, at least 1.
  std::size_t epoch_size() const {
    return std::max<std::size_t>(1, list().images.size() / static_cast<std::size_t>(options_.epoch_divisor));
  }

  /// The anchors of one epoch, in order.
  EpochPlan plan(int epoch) const {
    return {epoch, epoch_order(options_.sampling, sampler_.index(), epoch_size(), options_.seed, epoch)};
  }

  /// The image numbers at a position of an epoch, by branch. `attempt` counts the tuples there that had a bad image:
  /// another attempt draws another tuple around an anchor of the same class. Throws ConfigError if the sampler draws
  /// what is no tuple of `T`.
  Tuple tuple(const EpochPlan& plan, std::size_t position, std::size_t attempt = 0) const {
    Rng rng = stream(options_.seed, Purpose::kTuple, plan.epoch, position);
    auto drawn = sampler_.draw(plan.order.at(position), rng);
    for (; attempt > 0; --attempt) {
      const auto images = sampler_.index().images(sampler_.index().label(drawn[0]));
      drawn =
          sampler_.draw(images[boost::random::uniform_int_distribution<std::size_t>(0, images.size() - 1)(rng)], rng);
    }
    require_roles(drawn);
    return drawn;
  }

  /// The tuples at positions first .. first + count - 1. Throws DataError with the name of an unreadable image, or,
  /// where those are skipped, after kMostAttempts tuples with bad images in a row.
  Batch load(const EpochPlan& plan, std::size_t first, std::size_t count) const {
    detail::ImageSlots images(branch_count<T> * count, transform_.options().side());
    Batch batch;
    for (auto& labels : batch.labels) labels = torch::empty({static_cast<std::int64_t>(count)}, torch::kInt64);
    for (std::size_t i = 0; i < count; ++i) {
      const auto [drawn, pixels] = readable_tuple(plan, first + i);
      batch.members.push_back(drawn);
      for (std::size_t b = 0; b < branch_count<T>; ++b) {
        batch.labels[static_cast<std::size_t>(role_of<T>(b))].template data_ptr<std::int64_t>()[i] =
            list().images[drawn[b]].label;
        Rng rng = stream(options_.seed, Purpose::kAugment, plan.epoch, first + i, b);
        transform_.write(pixels[b], rng, images.slot(b * count + i));
      }
    }
    batch.images = images.tensor(branch_count<T> * count);
    return batch;
  }

  static constexpr std::size_t kMostAttempts = 100;

  const ImageList& list() const { return source_.list(); }
  const ImageSource& source() const { return source_; }

  /// Tells whether two runs had the same images, see data_fingerprint.
  std::string fingerprint() const { return data_fingerprint(source_); }

  const TransformOptions& transform() const { return transform_.options(); }
  const TupleOptions& options() const { return options_; }

 private:
  static_assert(CheckedTupleSampler<Sampler, T>::kValid);
  static_assert(CheckedAugmenter<Augmenter>::kValid);

  using Pixels = std::array<cv::Mat, branch_count<T>>;

  /// Labels go to the loss by role, so a tuple whose branches are of other classes would train on wrong ones.
  void require_roles(const Tuple& drawn) const {
    const auto fail = [&](std::size_t b, std::string_view why) {
      throw ConfigError(fmt::format("the sampler of {} drew image {} for branch `{}`, {}", T::kName, drawn[b],
                                    T::kBranches[b].name, why));
    };
    for (std::size_t b = 0; b < drawn.size(); ++b) {
      if (drawn[b] >= list().images.size()) fail(b, "which the list does not have");
      for (std::size_t other = 0; other < b; ++other) {
        const bool same_class = list().images[drawn[b]].label == list().images[drawn[other]].label;
        if (same_class != (role_of<T>(b) == role_of<T>(other)))
          fail(b, fmt::format("which is of {} that of branch `{}`",
                              same_class ? "the same class as" : "another class than", T::kBranches[other].name));
      }
    }
  }

  std::pair<Tuple, Pixels> readable_tuple(const EpochPlan& plan, std::size_t position) const {
    std::string reason;
    for (std::size_t attempt = 0; attempt < kMostAttempts; ++attempt) {
      const auto drawn = tuple(plan, position, attempt);
      Pixels pixels;
      bool good = true;
      for (std::size_t b = 0; b < drawn.size() && good; ++b) {
        pixels[b] = source_.read(drawn[b]);
        good = !pixels[b].empty();
        if (!good) reason = source_.why_skipped(drawn[b]);
      }
      if (good) return {drawn, std::move(pixels)};
    }
    throw DataError(
        fmt::format("{} tuples in a row had an image that cannot be read, the last of them {}", kMostAttempts, reason));
  }

  ImageSource source_;
  Augmenter transform_;
  TupleOptions options_;
  Sampler sampler_;
};

}  // namespace qcs
