// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <qcs/core/torch.hpp>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace parity {

/// The fixtures' pseudo-random numbers: a tensor of values in [-1, 1), a pure function of its name.
inline torch::Tensor u(const std::string& name, torch::IntArrayRef shape) {
  std::uint64_t seed = 0xcbf29ce484222325ULL;
  for (const char c : name) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  auto values = torch::empty(shape, torch::kFloat64);
  auto* out = values.data_ptr<double>();
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    std::uint64_t z = seed + static_cast<std::uint64_t>(i + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    out[i] = std::ldexp(static_cast<double>(z >> 11), -52) - 1;
  }
  return values;
}

/// The value that the fixtures give the weight or buffer called `name`.
inline torch::Tensor weight(const std::string& name, const torch::Tensor& like) {
  const auto leaf = name.substr(name.rfind('.') + 1);
  const auto shape = like.sizes();
  if (leaf == "num_batches_tracked") return torch::zeros(shape, torch::kInt64);
  if (leaf == "theta") return torch::full(shape, .25, torch::kFloat64);
  const auto values = u(name, shape);
  if (leaf == "running_var") return 1 + .25 * values;
  if (leaf == "running_mean" || leaf == "cls_token" || leaf == "pos_embed") return .1 * values;
  if (leaf == "bias") return .05 * values;
  if (like.dim() == 1) return .6 + .4 * values;
  return .7 * std::sqrt(3. * static_cast<double>(shape[0]) / static_cast<double>(like.numel())) * values;
}

/// Gives every parameter and buffer of `module` its fixture value.
inline void fill(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (auto& item : module.named_parameters()) item.value().copy_(weight(item.key(), item.value()));
  for (auto& item : module.named_buffers()) item.value().copy_(weight(item.key(), item.value()));
}

/// A file of named float64 tensors that knows which of them have been compared.
class Fixture {
 public:
  explicit Fixture(const std::string& file) : file_(file) {
    std::ifstream in(std::string(QCS_TEST_DATA) + "/" + file, std::ios::binary);
    BOOST_REQUIRE_MESSAGE(in, "cannot open " << file);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    for (const auto& item : torch::pickle_load(bytes).toGenericDict())
      entries_.emplace(item.key().toStringRef(), item.value().toTensor());
  }

  const torch::Tensor& at(const std::string& key) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) throw std::out_of_range(file_ + " has no entry " + key);
    return found->second;
  }

  /// Compares a tensor: largest difference over largest expected magnitude.
  void compare(const std::string& key, const torch::Tensor& actual, double tolerance) {
    const auto& expected = at(key);
    BOOST_REQUIRE_MESSAGE(actual.sizes() == expected.sizes(),
                          key << " has shape " << actual.sizes() << ", expected " << expected.sizes());
    const auto difference = (actual.detach().to(torch::kFloat64) - expected).abs().max().item<double>();
    record(key, difference / expected.abs().max().item<double>(), tolerance);
  }

  /// Compares the pair [norm, dot product with u("probe." + name)] that stands for a large tensor: both relative to the
  /// expected norm.
  void compare_pair(const std::string& group, const std::string& name, const torch::Tensor& actual, double tolerance) {
    const auto key = group + "." + name;
    const auto& expected = at(key);
    const auto values = actual.detach().to(torch::kFloat64);
    const double norm = values.norm().item<double>(),
                 dot = (values * u("probe." + name, values.sizes())).sum().item<double>();
    const double scale = expected[0].item<double>();
    record(key, std::max(std::abs(norm - scale), std::abs(dot - expected[1].item<double>())) / scale, tolerance);
  }

  /// Compares one number.
  void compare_number(const std::string& key, double actual, double tolerance) {
    const double expected = at(key).item<double>();
    record(key, std::abs(actual - expected) / std::abs(expected), tolerance);
  }

  /// Names in this file that start with `prefix`.
  std::vector<std::string> names(const std::string& prefix = "") const {
    std::vector<std::string> found;
    for (const auto& [key, value] : entries_)
      if (key.starts_with(prefix)) found.push_back(key);
    return found;
  }

  /// Fails unless every entry has been compared, and prints the worst relative error of each group.
  void require_complete() {
    for (const auto& [key, value] : entries_)
      BOOST_CHECK_MESSAGE(compared_.contains(key), key << " was never compared");
    std::string line = fmt::format("{}: {} of {} entries compared;", file_, compared_.size(), entries_.size());
    for (const auto& [group, worst] : worst_) line += fmt::format(" {} {:.1e}", group, worst);
    BOOST_TEST_MESSAGE(line);
  }

 private:
  void record(const std::string& key, double error, double tolerance) {
    BOOST_CHECK_MESSAGE(error <= tolerance, key << ": relative error " << error << " is above " << tolerance);
    compared_.insert(key);
    auto& worst = worst_[key.substr(0, key.find('.'))];
    worst = std::isnan(error) ? error : std::max(worst, error);
  }

  std::string file_;
  std::map<std::string, torch::Tensor> entries_;
  std::set<std::string> compared_;
  std::map<std::string, double> worst_;
};

}  // namespace parity
