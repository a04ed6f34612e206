// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/record_function.h>
#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace qcs::benchmarks {

/// Seconds that LibTorch's operations take by themselves, without those that they call, on the thread that made this
/// object, for as long as it lives. One at a time.
class OperationTimes {
 public:
  OperationTimes() {
    current() = this;
    handle_ = at::addGlobalCallback(
        at::RecordFunctionCallback(&enter, &leave)
            .needsInputs(true)
            .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION, at::RecordScope::USER_SCOPE}));
  }
  ~OperationTimes() {
    at::removeCallback(handle_);
    current() = nullptr;
  }
  OperationTimes(const OperationTimes&) = delete;
  OperationTimes& operator=(const OperationTimes&) = delete;

  /// Multiplications with an addition that convolutions and products of matrices made.
  double convolution_work() const { return convolution_work_; }
  double product_work() const { return product_work_; }

  /// Prints the operations that took most of `total` seconds: name, seconds, percent, calls.
  void print(double total, std::size_t count) const {
    std::vector<std::pair<std::string, Entry>> all(entries_.begin(), entries_.end());
    std::ranges::sort(all, [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
    double known = 0;
    long calls = 0;
    for (const auto& [name, entry] : all) {
      known += entry.seconds;
      calls += entry.calls;
    }
    all.resize(std::min(all.size(), count));
    for (const auto& [name, entry] : all)
      fmt::print("{:<44}{:>9.3f} s{:>7.1f} %{:>8} calls\n", name, entry.seconds, 100 * entry.seconds / total,
                 entry.calls);
    fmt::print("{:<44}{:>9.3f} s{:>7.1f} %{:>8} calls\n", "all operations", known, 100 * known / total, calls);
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    double seconds = 0;
    long calls = 0;
  };
  struct Frame {
    std::string name;
    Clock::time_point begin;
    double inner = 0;
  };

  static OperationTimes*& current() {
    static OperationTimes* times = nullptr;
    return times;
  }

  static std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction& function) {
    if (auto* times = current(); times != nullptr && times->thread_ == std::this_thread::get_id())
      times->begin(function);
    return nullptr;
  }

  static void leave(const at::RecordFunction&, at::ObserverContext*) {
    auto* times = current();
    if (times == nullptr || times->thread_ != std::this_thread::get_id() || times->frames_.empty()) return;
    const auto frame = std::move(times->frames_.back());
    times->frames_.pop_back();
    const double seconds = std::chrono::duration<double>(Clock::now() - frame.begin).count();
    auto& entry = times->entries_[frame.name];
    entry.seconds += seconds - frame.inner;
    ++entry.calls;
    if (!times->frames_.empty()) times->frames_.back().inner += seconds;
  }

  void begin(const at::RecordFunction& function) {
    const std::string_view name = function.name();
    const auto inputs = function.inputs();
    const auto tensor = [&](std::size_t i) { return inputs[i].toTensor(); };
    const auto size = [](const torch::Tensor& x, std::int64_t d) { return static_cast<double>(x.size(d)); };
    if (name == "aten::convolution_backward") {  // gradient of the output, input, weight, ..., which gradients
      const auto mask = inputs.back().toBoolList();
      convolution_work_ += (double(mask[0]) + double(mask[1])) * static_cast<double>(tensor(0).numel()) *
                           static_cast<double>(tensor(2).numel()) / size(tensor(2), 0);
    } else if (name == "aten::convolution") {
      const auto x = tensor(0), weight = tensor(1);
      const auto stride = inputs[3].toIntVector(), padding = inputs[4].toIntVector();
      const auto side = [&](std::int64_t d) {
        const auto i = std::min(static_cast<std::size_t>(d - 2), stride.size() - 1);
        return static_cast<double>((x.size(d) + 2 * padding[i] - weight.size(d)) / stride[i] + 1);
      };
      convolution_work_ += size(x, 0) * side(2) * side(3) * static_cast<double>(weight.numel());
    } else if (name == "aten::mm" || name == "aten::bmm") {
      product_work_ += static_cast<double>(tensor(0).numel()) * size(tensor(1), -1);
    } else if (name == "aten::addmm") {
      product_work_ += static_cast<double>(tensor(1).numel()) * size(tensor(2), -1);
    }
    frames_.push_back({short_name(function.name()), Clock::now()});
  }

  /// Names of own functions' gradients hold the whole type.
  static std::string short_name(std::string name) {
    for (const auto* own : {"PReluFunction", "BatchedMatmulFunction"})
      if (name.find(own) != std::string::npos) return fmt::format("{} backward", own);
    constexpr std::string_view kPrefix = "autograd::engine::evaluate_function: ";
    if (name.starts_with(kPrefix)) name.erase(0, kPrefix.size());
    return name;
  }

  std::thread::id thread_ = std::this_thread::get_id();
  at::CallbackHandle handle_ = 0;
  std::vector<Frame> frames_;
  std::map<std::string, Entry> entries_;
  double convolution_work_ = 0, product_work_ = 0;
};

}  // namespace qcs::benchmarks
