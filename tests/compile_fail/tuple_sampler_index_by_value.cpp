// expect: qcs tuple sampler: write `const qcs::ClassIndex& index.. const`, a reference
// SPDX-License-Identifier: MIT
#include <qcs/data/sample/sampler.hpp>
#include <qcs/topology/dual.hpp>

class Neighbours {
 public:
  Neighbours(qcs::ClassIndex index, qcs::NegativeRule) : index_(std::move(index)) {}
#ifdef QCS_TWIN
  const qcs::ClassIndex& index() const { return index_; }
#else
  qcs::ClassIndex index() const { return index_; }
#endif
  std::array<std::size_t, 2> draw(std::size_t anchor, qcs::Rng&) const {
    const auto images = index_.images(index_.label(anchor));
    return {anchor, images[(index_.rank(anchor) + 1) % images.size()]};
  }

 private:
  qcs::ClassIndex index_;
};

template struct qcs::CheckedTupleSampler<Neighbours, qcs::Dual>;
