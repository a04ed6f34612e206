// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include <qcs/data/sample/sampling.hpp>

namespace qcs::detail {

/// Bounded queue between the worker threads of a Loader and its caller. Batches are claimed and taken in
/// order; at most `capacity` of them are claimed and not yet taken. Each epoch has a ticket; what arrives for
/// an older ticket is dropped.
template <class Batch>
class BatchQueue {
 public:
  struct Job {
    std::shared_ptr<const EpochPlan> plan;
    std::size_t batch;
    std::uint64_t ticket;
  };

  explicit BatchQueue(std::size_t capacity) : slots_(capacity) {}

  /// Caller: offers the batches first .. total - 1 of an epoch, in place of those of the epoch before.
  std::uint64_t start(std::shared_ptr<const EpochPlan> plan, std::size_t first, std::size_t total) {
    const std::lock_guard lock(mutex_);
    renew();
    plan_ = std::move(plan);
    claimed_ = taken_ = first;
    total_ = total;
    work_.notify_all();
    return ticket_;
  }

  /// Caller: waits for the next batch in order; rethrows what was thrown while loading it, and ends the
  /// epoch.
  Batch take(std::uint64_t ticket) {
    std::unique_lock lock(mutex_);
    if (ticket != ticket_) throw std::logic_error("qcs::Loader: this epoch ended when another one was started");
    Slot& slot = slots_[taken_ % slots_.size()];
    ready_.wait(lock, [&] { return !std::holds_alternative<std::monostate>(slot); });
    Slot result = std::exchange(slot, Slot{});
    ++taken_;
    work_.notify_one();
    if (auto* error = std::get_if<std::exception_ptr>(&result)) {
      renew();
      lock.unlock();
      std::rethrow_exception(std::move(*error));
    }
    return std::get<Batch>(std::move(result));
  }

  /// Caller: ends an epoch; does nothing for an older ticket.
  void cancel(std::uint64_t ticket) {
    const std::lock_guard lock(mutex_);
    if (ticket == ticket_) renew();
  }

  /// Ends the epoch and lets every worker return from `claim`.
  void close() {
    const std::lock_guard lock(mutex_);
    renew();
    closed_ = true;
    work_.notify_all();
  }

  /// Worker: waits for a batch to load; nothing once the queue is closed.
  std::optional<Job> claim() {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [this] { return closed_ || (claimed_ < total_ && claimed_ < taken_ + slots_.size()); });
    if (closed_) return std::nullopt;
    return Job{plan_, claimed_++, ticket_};
  }

  /// Worker: loads a claimed batch and hands over what came of it.
  void finish(const Job& job, const auto& load) noexcept {
    Slot result;
    try {
      result.template emplace<Batch>(load());
    } catch (...) {
      result = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    if (job.ticket != ticket_) return;
    slots_[job.batch % slots_.size()] = std::move(result);
    ready_.notify_one();
  }

 private:
  using Slot = std::variant<std::monostate, Batch, std::exception_ptr>;

  void renew() {
    ++ticket_;
    plan_.reset();
    total_ = claimed_ = taken_ = 0;
    for (Slot& slot : slots_) slot = Slot{};
  }

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable ready_;
  std::vector<Slot> slots_;
  std::shared_ptr<const EpochPlan> plan_;
  std::size_t total_ = 0, claimed_ = 0, taken_ = 0;
  std::uint64_t ticket_ = 0;
  bool closed_ = false;
};

}  // namespace qcs::detail
