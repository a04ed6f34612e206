// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <limits>
#include <optional>
#include <qcs/core/placement.hpp>
#include <qcs/data/batch.hpp>
#include <utility>

namespace qcs {

/// Moves a batch to where it is computed with; without waiting, where it lies in pinned memory.
template <TopologyShape T>
void place_batch(TupleBatch<T>& batch, const Placement& placement) {
  batch.images = placement.placed(batch.images);
  for (auto& labels : batch.labels) labels = labels.to(placement.device, /*non_blocking=*/labels.is_pinned());
}

/// Only the images: an evaluation compares labels on the CPU.
inline void place_batch(LabelledBatch& batch, const Placement& placement) {
  batch.images = placement.placed(batch.images);
}

namespace detail {

/// A batch all of whose images were skipped has no tensors.
inline torch::Tensor pinned(const torch::Tensor& tensor) { return tensor.defined() ? tensor.pin_memory() : tensor; }

template <TopologyShape T>
void pin_batch(TupleBatch<T>& batch) {
  batch.images = pinned(batch.images);
  for (auto& labels : batch.labels) labels = pinned(labels);
}

inline void pin_batch(LabelledBatch& batch) { batch.images = pinned(batch.images); }

}  // namespace detail

/// The batches of a range, placed. On a device other than the CPU the copy of the next batch is queued, from pinned
/// memory, before a batch is given out, so that the device never waits for it. What the range throws comes when its
/// batch is due. At most `limit` batches are taken out of the range. To be iterated over once.
template <class Range>
class PlacedBatches {
  using Source = decltype(std::declval<Range&>().begin());

 public:
  using Batch = std::remove_cvref_t<decltype(*std::declval<Source&>())>;

  /// Both outlive this object.
  PlacedBatches(Range& range, const Placement& placement, std::int64_t limit = std::numeric_limits<std::int64_t>::max())
      : range_(range), placement_(placement), left_(limit) {}

  class Iterator {
   public:
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(PlacedBatches& batches) : batches_(&batches) {}
    Batch& operator*() const { return *batches_->current_; }
    Iterator& operator++() {
      batches_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !batches_->current_; }

   private:
    PlacedBatches* batches_;
  };

  Iterator begin() {
    source_.emplace(range_.begin());
    if (ahead()) fetch();
    advance();
    return Iterator(*this);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  bool ahead() const { return !placement_.device.is_cpu(); }

  void advance() {
    if (!ahead()) fetch();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    current_ = std::exchange(next_, std::nullopt);
    if (ahead() && current_) fetch();
  }

  /// Takes the next batch out of the range.
  void fetch() {
    if (left_-- <= 0) return;
    try {
      if (std::exchange(started_, true)) ++*source_;
      if (*source_ == range_.end()) return;
      next_.emplace(**source_);
      if (ahead()) detail::pin_batch(*next_);
      place_batch(*next_, placement_);
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  Range& range_;
  Placement placement_;
  std::int64_t left_;
  std::optional<Source> source_ = {};
  bool started_ = false;
  std::optional<Batch> current_ = {}, next_ = {};
  std::exception_ptr failure_ = {};
};

}  // namespace qcs
