// expect: qcs augmenter: write `const qcs::TransformOptions& options.. const`, a reference
// needs: torch
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <qcs/data/augment/augmenter.hpp>

class Grey {
 public:
  explicit Grey(const qcs::TransformOptions& options) : options_(options) {}
#ifdef QCS_TWIN
  const qcs::TransformOptions& options() const { return options_; }
#else
  qcs::TransformOptions options() const { return options_; }
#endif
  void write(const cv::Mat&, qcs::Rng&, float* planes) const {
    std::fill_n(planes, 3 * options_.side() * options_.side(), 0.F);
  }

 private:
  qcs::TransformOptions options_;
};

template struct qcs::CheckedAugmenter<Grey>;
