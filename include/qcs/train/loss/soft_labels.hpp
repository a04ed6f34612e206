// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/sha256.hpp>
#include <qcs/core/named_values.hpp>
#include <qcs/train/loss/loss.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs {

/// Cross entropy against a distribution over the classes for each image of the training list, such as the votes of
/// several people: the mean over the batch of -sum p log softmax(logits). Labels play no part.
class SoftLabels {
 public:
  static constexpr std::string_view kName = "soft labels";
  static constexpr bool kReadsImages = true;

  /// @param table row-major, a row of `classes` shares for each image of the training list, in its order
  /// Throws ConfigError with all faults: the size is no number of whole rows, a share is negative or not finite, a row
  /// does not sum to 1 within 1e-6.
  SoftLabels(const std::vector<double>& table, std::int64_t classes) {
    require_distributions(table, classes);
    const auto rows = static_cast<std::int64_t>(table.size()) / classes;
    table_ = torch::tensor(table, torch::kFloat64).view({rows, classes});
    fingerprint_ = sha256({reinterpret_cast<const char*>(table.data()), table.size() * sizeof(double)}).substr(0, 16);
  }

  /// Throws ShapeError if the logits are of other classes, DataError for an image that has no row.
  torch::Tensor operator()(const torch::Tensor& logits, const BranchTarget& target) const {
    if (logits.dim() != 2 || logits.size(1) != table_.size(1))
      throw ShapeError(fmt::format("soft labels of {} classes go with logits (B, {}), not ({})", table_.size(1),
                                   table_.size(1), fmt::join(logits.sizes(), ", ")));
    if (!target.images.defined() || target.images.dim() != 1 || target.images.size(0) != logits.size(0))
      throw ShapeError("soft labels need the number of an image for every row of the logits");
    require_rows(target.images);
    if (!used_.defined() || used_.device() != logits.device() || used_.scalar_type() != logits.scalar_type())
      used_ = table_.to(logits.device(), logits.scalar_type());
    return -(used_.index_select(0, target.images) * logits.log_softmax(1)).sum(1).mean();
  }

  /// What tells one table from another in reports and checkpoints.
  NamedValues values() const {
    return {{"table of soft labels", fmt::format("{} x {}, {}", table_.size(0), table_.size(1), fingerprint_)}};
  }

 private:
  static void require_distributions(const std::vector<double>& table, std::int64_t classes) {
    constexpr std::size_t kShown = 20;
    constexpr double kTolerance = 1e-6;
    if (classes < 1) throw ConfigError(fmt::format("soft labels need at least one class, not {}", classes));
    const auto columns = static_cast<std::size_t>(classes);
    std::vector<std::string> faults;
    if (table.empty() || table.size() % columns != 0)
      faults.push_back(fmt::format("{} numbers make no whole rows of {}", table.size(), classes));
    for (std::size_t row = 0; (row + 1) * columns <= table.size(); ++row) {
      double sum = 0;
      bool shares = true;
      for (std::size_t c = 0; c < columns; ++c) {
        const double share = table[row * columns + c];
        shares = shares && std::isfinite(share) && share >= 0;
        sum += share;
      }
      if (!shares)
        faults.push_back(fmt::format("row {} holds a number that is no share", row));
      else if (std::abs(sum - 1) > kTolerance)
        faults.push_back(fmt::format("row {} sums to {}, not 1", row, sum));
    }
    if (faults.empty()) return;
    std::string more;
    if (faults.size() > kShown) {
      more = fmt::format("; and {} more", faults.size() - kShown);
      faults.resize(kShown);
    }
    throw ConfigError(fmt::format("the table of soft labels: {}{}", fmt::join(faults, "; "), more));
  }

  void require_rows(const torch::Tensor& images) const {
    if (images.numel() == 0) return;
    const auto missing = [&](const torch::Tensor& numbers) -> std::optional<std::int64_t> {
      const auto bounds = torch::stack({numbers.min(), numbers.max()}).cpu();  // one wait for the device, not two
      for (const std::int64_t image : {bounds[0].item<std::int64_t>(), bounds[1].item<std::int64_t>()})
        if (image < 0 || image >= table_.size(0)) return image;
      return std::nullopt;
    };
    // One look at the numbers of all branches, which these are a view of, serves a whole step.
    if (images.is_view() && !images.is_inference()) {
      const torch::Tensor all(images._base());
      if (all.is_same(seen_) && all._version() == seen_version_) return;
      if (!missing(all)) {
        seen_ = all;
        seen_version_ = all._version();
        return;
      }
    }
    if (const auto image = missing(images))
      throw DataError(
          fmt::format("there are no soft labels for image {}: the table has {} rows", *image, table_.size(0)));
  }

  torch::Tensor table_;         // float64, on the CPU
  mutable torch::Tensor used_;  // the same where and as the logits were last
  mutable torch::Tensor seen_;  // numbers that all have a row
  mutable std::int64_t seen_version_ = 0;
  std::string fingerprint_;
};
static_assert(LossPolicy<SoftLabels>);

}  // namespace qcs
