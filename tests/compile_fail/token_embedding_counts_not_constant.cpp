// expect: qcs token embedding: token_counts must be constexpr
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/model/token/token_embedding.hpp>

struct Backbone {
  static constexpr qcs::FeatureLayout kFeatures{{{8, 28}, {16, 14}}};
};

class OneToken : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "one";

  template <std::size_t N>
#ifdef QCS_TWIN
  static constexpr std::array<std::int64_t, 1> token_counts(const qcs::FeatureLayout<N>&) {
#else
  static std::array<std::int64_t, 1> token_counts(const qcs::FeatureLayout<N>&) {
#endif
    return {1};
  }

  OneToken(std::span<const qcs::FeatureScale> layout, std::int64_t width);
  torch::Tensor forward(const qcs::Features& features);
};

template struct qcs::CheckedTokenEmbedding<OneToken, Backbone>;
