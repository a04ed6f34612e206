// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace qcs {

/// Work on items in threads, with results in the order of the items. At most `window` items are begun and not yet
/// taken, so a slow reader holds up the source and not the memory.
template <class Item, class Result>
class OrderedWork {
 public:
  using Source = std::function<std::optional<Item>()>;  ///< called by one thread at a time
  using Worker = std::function<Result(Item)>;           ///< called by the one thread that it was made for

  /// @param make_worker called in each thread once, so that workers need not share what is not safe to share
  /// @param threads, window at least 1; less is taken for 1
  OrderedWork(Source source, const std::function<Worker()>& make_worker, int threads, std::size_t window)
      : source_(std::move(source)), window_(std::max<std::size_t>(window, 1)) {
    threads = std::max(threads, 1);
    threads_.reserve(static_cast<std::size_t>(threads));
    try {
      for (int i = 0; i < threads; ++i) threads_.emplace_back([this, make_worker] { run(make_worker); });
    } catch (...) {
      end();
      throw;
    }
  }
  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;

  /// Waits for what is under way, begins nothing more.
  ~OrderedWork() { end(); }

  /// Waits for the next result; nothing after the last one. Rethrows what its item threw, in its place.
  std::optional<Result> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(
        lock, [&] { return outcomes_.empty() ? ended_ : !std::holds_alternative<std::monostate>(outcomes_.front()); });
    if (outcomes_.empty()) return std::nullopt;
    auto outcome = std::move(outcomes_.front());
    outcomes_.pop_front();
    ++taken_;
    lock.unlock();
    changed_.notify_all();
    if (auto* error = std::get_if<std::exception_ptr>(&outcome)) std::rethrow_exception(*error);
    return std::get<Result>(std::move(outcome));
  }

 private:
  using Outcome = std::variant<std::monostate, Result, std::exception_ptr>;

  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
  }

  void run(const std::function<Worker()>& make_worker) {
    Worker worker;
    while (true) {
      std::size_t number = 0;
      std::optional<Item> item;
      std::exception_ptr error;
      {
        const std::lock_guard source_lock(source_mutex_);
        if (!wait_for_room()) return;
        try {
          if (!worker) worker = make_worker();
          item = source_();
        } catch (...) {
          error = std::current_exception();
        }
        const std::lock_guard lock(mutex_);
        if (!item) ended_ = true;
        if (item || error) {
          number = taken_ + outcomes_.size();
          outcomes_.emplace_back();
        }
      }
      if (!item && !error) return changed_.notify_all();
      auto outcome = error ? Outcome(error) : outcome_of(worker, std::move(*item));
      {
        const std::lock_guard lock(mutex_);
        outcomes_[number - taken_] = std::move(outcome);
      }
      changed_.notify_all();
    }
  }

  bool wait_for_room() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || outcomes_.size() < window_; });
    return !ended_;
  }

  static Outcome outcome_of(const Worker& worker, Item item) {
    try {
      return worker(std::move(item));
    } catch (...) {
      return std::current_exception();
    }
  }

  Source source_;
  std::size_t window_;
  std::mutex source_mutex_, mutex_;  // taken in this order
  std::condition_variable changed_;
  std::deque<Outcome> outcomes_ = {};  // of items that are begun and not taken, empty while they are worked on
  std::size_t taken_ = 0;
  bool ended_ = false;
  std::vector<std::jthread> threads_ = {};
};

}  // namespace qcs
