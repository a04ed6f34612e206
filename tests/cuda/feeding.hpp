// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iterator>
#include <qcs/core/error.hpp>
#include <qcs/train/step/placed_batches.hpp>

#include "support.hpp"

namespace cuda_test {

/// Batches one after the other; throws in place of the one called `faulty`.
template <class Batch>
struct Source {
  std::vector<Batch> batches;
  std::size_t faulty = SIZE_MAX;

  struct Iterator {
    Source* source;
    std::size_t at = 0;
    Batch& operator*() const { return source->batches[at]; }
    Iterator& operator++() {
      ++at;
      source->require(at);
      return *this;
    }
    bool operator==(std::default_sentinel_t) const { return at == source->batches.size(); }
  };

  Iterator begin() {
    require(0);
    return {this};
  }
  std::default_sentinel_t end() const { return {}; }
  void require(std::size_t at) const {
    if (at == faulty) throw qcs::DataError(fmt::format("batch {}", at));
  }
};

/// That PlacedBatches gives `batches` in order, on the device, and what the source throws when its turn comes.
template <class Batch>
void check_feeding(Checks& checks, const std::string& name, const std::vector<Batch>& batches,
                   const qcs::Placement& placement, const auto& labels_of) {
  const auto same = [&](Batch& placed, const Batch& original) {
    return placed.images.device().type() == placement.device.type() &&
           placed.images.is_contiguous(placement.libtorch_format()) &&
           same_bits(copies({placed.images}), {original.images}) &&
           same_bits(copies(labels_of(placed)), labels_of(original));
  };
  for (const std::size_t faulty : {batches.size(), std::size_t{0}, std::size_t{2}}) {
    const bool whole = faulty == batches.size();
    Source<Batch> source{.batches = {}, .faulty = whole ? SIZE_MAX : faulty};
    for (const auto& batch : batches) source.batches.push_back(batch);
    std::size_t given = 0;
    bool right = true;
    std::string error;
    try {
      for (auto& batch : qcs::PlacedBatches(source, placement)) {
        right = right && given < batches.size() && same(batch, batches[given]);
        ++given;
      }
    } catch (const qcs::DataError& found) {
      error = found.what();
    }
    checks.that(right && given == faulty && error == (whole ? "" : fmt::format("batch {}", faulty)),
                whole ? fmt::format("{} come in order, placed", name)
                      : fmt::format("{}: an error in place of number {} comes after those before it", name, faulty));
  }
}

inline void check_feeding(Checks& checks, const qcs::Placement& placement) {
  using Tuples = qcs::TupleBatch<qcs::Quadruplet>;
  std::vector<Tuples> batches;
  std::vector<qcs::LabelledBatch> labelled;
  for (int number = 0; number < 4; ++number) {
    batches.push_back(tuples<qcs::Quadruplet>(number));
    labelled.push_back({.images = batches.back().images,
                        .labels = torch::arange(batches.back().images.size(0), torch::kInt64),
                        .indices = {}});
  }
  const auto where = [&](std::string what) { return fmt::format("{}, {}", what, qcs::name_of(placement.format)); };
  check_feeding(checks, where("batches of tuples"), batches, placement, [&](const Tuples& batch) {
    return std::vector<torch::Tensor>(batch.labels.begin(), batch.labels.end());
  });
  check_feeding(checks, where("labelled batches"), labelled, placement,
                [](const qcs::LabelledBatch& batch) { return std::vector<torch::Tensor>{batch.labels}; });
}

}  // namespace cuda_test
