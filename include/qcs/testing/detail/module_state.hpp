// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <qcs/core/torch.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/testing/module_call.hpp>
#include <string>
#include <system_error>
#include <vector>

namespace qcs::testing::detail {

/// A file that is gone afterwards.
class TemporaryFile {
 public:
  TemporaryFile() {
    static std::atomic<int> number = 0;
    path_ = std::filesystem::temp_directory_path() / fmt::format("qcs-check-{}-{}.pt", ::getpid(), number++);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline io::NamedTensors copy_of(const io::NamedTensors& tensors) {
  io::NamedTensors copies;
  for (const auto& [name, tensor] : tensors) copies.emplace_back(name, tensor.detach().clone());
  return copies;
}

/// Puts values back that copy_of() kept.
inline void restore(const io::NamedTensors& tensors, const io::NamedTensors& values) {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < tensors.size(); ++i) torch::Tensor(tensors[i].second).copy_(values[i].second);
}

/// Whether two tensors hold the same numbers in the same shape and dtype; numbers that are not ones count as equal.
inline bool same_bits(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.defined() != b.defined()) return false;
  if (!a.defined()) return true;
  return a.sizes() == b.sizes() && a.dtype() == b.dtype() && a.device() == b.device() &&
         ((a == b) | ((a != a) & (b != b))).all().item<bool>();
}

inline bool same_bits(const Tensors& a, const Tensors& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!same_bits(a[i], b[i])) return false;
  return true;
}

/// The first name whose tensors differ; empty if none does. Both have the same names.
inline std::string first_difference(const io::NamedTensors& a, const io::NamedTensors& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!same_bits(a[i].second.detach(), b[i].second.detach())) return a[i].first;
  return {};
}

/// Largest difference, relative to the largest number of `expected`; infinite where a value is not finite.
inline double difference(const torch::Tensor& found, const torch::Tensor& expected) {
  const auto a = found.detach().to(torch::kCPU, torch::kFloat64),
             b = expected.detach().to(torch::kCPU, torch::kFloat64);
  if (a.sizes() != b.sizes() || !a.isfinite().all().item<bool>() || !b.isfinite().all().item<bool>())
    return std::numeric_limits<double>::infinity();
  if (a.numel() == 0) return 0;
  return (a - b).abs().max().item<double>() / std::max(b.abs().max().item<double>(), 1e-30);
}

/// Converts what is registered as floating point; unlike Module::to, indices stay whole numbers.
inline void convert(torch::nn::Module& module, torch::Dtype dtype) {
  module.zero_grad();
  for (const auto& [name, tensor] : io::named_tensors(module))
    if (tensor.is_floating_point()) torch::Tensor(tensor).set_data(tensor.detach().to(dtype));
  for (auto& parameter : module.parameters()) parameter.mutable_grad() = torch::Tensor();
}

}  // namespace qcs::testing::detail
