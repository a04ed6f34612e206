// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
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
  OrderedWork(Source source, const std::function<Worker()>& make_worker, int threads, std::size_t window)
      : source_(std::move(source)), window_(window) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this, make_worker] { run(make_worker); });
  }
  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;

  /// Waits for what is under way, begins nothing more.
  ~OrderedWork() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
  }

  /// Waits for the next result; nothing after the last one. Rethrows what its item threw, in its place.
  std::optional<Result> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_.contains(taken_) || (ended_ && taken_ == begun_); });
    const auto found = done_.find(taken_);
    if (found == done_.end()) return std::nullopt;
    auto outcome = std::move(found->second);
    done_.erase(found);
    ++taken_;
    lock.unlock();
    changed_.notify_all();
    if (auto* error = std::get_if<std::exception_ptr>(&outcome)) std::rethrow_exception(*error);
    return std::get<Result>(std::move(outcome));
  }

 private:
  using Outcome = std::variant<Result, std::exception_ptr>;

  void run(const std::function<Worker()>& make_worker) {
    Worker worker;
    while (true) {
      std::uint64_t number = 0;
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
        if (item || error) number = begun_++;
      }
      if (!item && !error) return changed_.notify_all();
      auto outcome = error ? Outcome(error) : outcome_of(worker, std::move(*item));
      {
        const std::lock_guard lock(mutex_);
        done_.emplace(number, std::move(outcome));
      }
      changed_.notify_all();
    }
  }

  bool wait_for_room() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || begun_ - taken_ < window_; });
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
  std::map<std::uint64_t, Outcome> done_ = {};
  std::uint64_t begun_ = 0, taken_ = 0;
  bool ended_ = false;
  std::vector<std::jthread> threads_ = {};
};

}  // namespace qcs
