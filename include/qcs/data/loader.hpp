// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <qcs/core/error.hpp>
#include <qcs/data/detail/batch_queue.hpp>
#include <qcs/data/sample/sampling.hpp>

namespace qcs {

/// Something a Loader can read: `load` must be safe to call from several threads and depend on its arguments
/// only.
template <class D>
concept BatchSource = requires(const D dataset, int epoch, const EpochPlan plan, std::size_t n) {
  typename D::Batch;
  { dataset.epoch_size() } -> std::convertible_to<std::size_t>;
  { dataset.plan(epoch) } -> std::same_as<EpochPlan>;
  { dataset.load(plan, n, n) } -> std::same_as<typename D::Batch>;
};

struct LoaderOptions {
  std::int64_t batch_size = 24;
  int workers = 2;   ///< threads that decode and transform; 0 loads in the caller's thread
  int prefetch = 4;  ///< batches held ready or in work
};

/// Reads a dataset batch by batch, in order, with worker threads that live as long as the loader. The batches
/// are the same to the bit for any number of workers. An epoch's last batch may be smaller.
///
///     for (auto& batch : loader.epoch(e)) ...
///
/// An exception while loading reaches the caller at the batch it belongs to, and ends the epoch. Leaving an
/// epoch early is fine; starting another one ends the one before. A loader must outlive its epochs and stay
/// in one thread.
template <BatchSource Dataset>
class Loader {
 public:
  using Batch = typename Dataset::Batch;
  class Epoch;

  /// Throws ConfigError on an option out of range, std::system_error where the system has no more threads.
  Loader(Dataset dataset, const LoaderOptions& options)
      : dataset_(std::move(dataset)),
        options_(validated(options)),
        queue_(static_cast<std::size_t>(options_.prefetch)) {
    try {
      for (int i = 0; i < options_.workers; ++i)
        workers_.emplace_back([this] {
          while (auto job = queue_.claim()) queue_.finish(*job, [&] { return load(*job->plan, job->batch); });
        });
    } catch (...) {  // the system has no more threads: those that started must not wait for ever
      queue_.close();
      throw;
    }
  }

  ~Loader() { queue_.close(); }

  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  const Dataset& dataset() const { return dataset_; }
  const LoaderOptions& options() const { return options_; }

  /// Batches in one epoch; the same for every epoch.
  std::int64_t batches(int /*epoch*/ = 0) const {
    const auto size = static_cast<std::int64_t>(dataset_.epoch_size());
    return (size + options_.batch_size - 1) / options_.batch_size;
  }

  /// Starts an epoch (counted from 0) at its batch `first`; the batches come by iterating over the result, once. From
  /// `first` on they are those of the whole epoch.
  Epoch epoch(int number, std::int64_t first = 0) {
    return Epoch(*this, dataset_.plan(number), static_cast<std::size_t>(first));
  }

 private:
  static LoaderOptions validated(const LoaderOptions& options) {
    if (options.batch_size < 1)
      throw ConfigError(fmt::format("the batch size must be at least 1, got {}", options.batch_size));
    if (options.workers < 0 || options.workers > 256)
      throw ConfigError(fmt::format("loader workers must be within 0..256, got {}", options.workers));
    if (options.prefetch < 1)
      throw ConfigError(fmt::format("a loader must prefetch at least 1 batch, got {}", options.prefetch));
    return options;
  }

  Batch load(const EpochPlan& plan, std::size_t batch) const {
    const std::size_t first = batch * static_cast<std::size_t>(options_.batch_size);
    return dataset_.load(plan, first,
                         std::min(static_cast<std::size_t>(options_.batch_size), plan.order.size() - first));
  }

  Dataset dataset_;
  LoaderOptions options_;
  detail::BatchQueue<Batch> queue_;
  std::vector<std::jthread> workers_;  // last: joined before anything they use goes away
};

/// One pass over the dataset: a range to be iterated over once.
template <BatchSource Dataset>
class Loader<Dataset>::Epoch {
 public:
  class Iterator {
   public:
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(Epoch& epoch) : epoch_(&epoch) {}
    Batch& operator*() const { return *epoch_->current_; }
    Batch* operator->() const { return &*epoch_->current_; }
    Iterator& operator++() {
      epoch_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !epoch_->current_; }

   private:
    Epoch* epoch_;
  };

  ~Epoch() { loader_->queue_.cancel(ticket_); }

  Epoch(const Epoch&) = delete;
  Epoch& operator=(const Epoch&) = delete;

  /// Loads the first batch.
  Iterator begin() {
    if (!std::exchange(begun_, true)) advance();
    return Iterator(*this);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  friend class Loader;

  Epoch(Loader& loader, EpochPlan plan, std::size_t first)
      : loader_(&loader), plan_(std::make_shared<const EpochPlan>(std::move(plan))), next_(first) {
    const auto size = static_cast<std::size_t>(loader.options_.batch_size);
    total_ = (plan_->order.size() + size - 1) / size;
    ticket_ = loader.queue_.start(plan_, first, loader.workers_.empty() ? 0 : total_);
  }

  void advance() {
    current_.reset();
    if (next_ >= total_) return;
    const std::size_t batch = next_++;
    current_ = loader_->workers_.empty() ? loader_->load(*plan_, batch) : loader_->queue_.take(ticket_);
  }

  Loader* loader_;
  std::shared_ptr<const EpochPlan> plan_;
  std::size_t next_;
  std::size_t total_ = 0;
  bool begun_ = false;
  std::uint64_t ticket_ = 0;
  std::optional<Batch> current_;
};

}  // namespace qcs
