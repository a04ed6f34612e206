// expect: qcs negative rule: write `std::size_t draw.const qcs::ClassIndex& index, std::span<const int> taken
// SPDX-License-Identifier: MIT
#include <qcs/data/sample/negatives.hpp>

struct NextClass {
#ifdef QCS_TWIN
  std::size_t draw(const qcs::ClassIndex& index, std::span<const int> taken, qcs::Rng&) const {
    return index.images((taken.back() + 1) % index.classes())[0];
  }
#else
  int draw(const qcs::ClassIndex& index, std::span<const int> taken, qcs::Rng&) const {
    return (taken.back() + 1) % index.classes();
  }
#endif
};

template struct qcs::CheckedNegatives<NextClass>;
