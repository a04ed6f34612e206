// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/head/cross_classifier.hpp>
#include <qcs/model/head/cross_similarity_head.hpp>
#include <qcs/model/network.hpp>
#include <qcs/testing/module_check.hpp>
#include <qcs/topology/dual.hpp>

namespace qcs::testing {

/// How closely check_cross_classifier looks.
struct CrossClassifierCheckOptions {
  std::int64_t batch = 3;
  VitOptions transformer = {.width = 16, .heads = 2, .depth = 1, .tokens = 9, .classes = 7};
  ModuleOptions module = {.gradient_in_training = true};
};

/// Checks a cross classifier: as check_module does, a branch's tokens and their attended form, (B, tokens, width) each,
/// -> logits (B, classes), and that a network takes it under kModuleName. Throws CheckError with everything that is
/// wrong.
template <class C>
void check_cross_classifier(const CrossClassifierCheckOptions& options = {}) {
  static_assert(CheckedCrossClassifier<C>::kValid);
  if constexpr (CrossClassifierPolicy<C>) {
    Findings findings("cross classifier", part_name<C>());
    check_name<C>(findings);
    const auto forward = [](C& classifier, const Tensors& inputs) -> Tensors {
      return {classifier.forward(inputs.at(0), inputs.at(1))};
    };
    const auto& t = options.transformer;
    check_module(findings, module_maker<C>(forward, t),
                 {normal({options.batch, t.tokens, t.width}, 3), normal({options.batch, t.tokens, t.width}, 4)},
                 {{options.batch, t.classes}}, options.module);
    findings.attempt("a network with it", [] {
      const RandomGuard guard;
      NetworkOptions small;
      small.transformer = TransformerShape{.width = 16, .heads = 2, .base_depth = 1};
      Network<SmallBackbone, CrossSimilarityHead<NormedResidual, CrossSimilarity, C>, Dual> network(small);
    });
    findings.throw_if_any();
  }
}

}  // namespace qcs::testing
