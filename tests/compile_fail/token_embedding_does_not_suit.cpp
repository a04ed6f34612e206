// expect: qcs token embedding: it does not suit this backbone's kFeatures
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/model/token/pyramid_tokens.hpp>

struct Backbone {
#ifdef QCS_TWIN
  static constexpr qcs::FeatureLayout kFeatures{{{8, 28}, {16, 14}}};
#else
  static constexpr qcs::FeatureLayout kFeatures{{{8, 32}, {16, 16}}};  // never comes to 7 by halving
#endif
};

template struct qcs::CheckedTokenEmbedding<qcs::PyramidTokens, Backbone>;
