// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/base_branch.hpp>
#include <qcs/model/token/pyramid_tokens.hpp>
#include <qcs/nn/class_head.hpp>
#include <qcs/testing/module_check.hpp>

namespace qcs::testing {

/// How closely check_class_head looks.
struct ClassHeadCheckOptions {
  std::int64_t batch = 4;
  ClassHeadOptions head = {.width = 16, .classes = 7};
  ModuleOptions module = {.gradient_in_training = true};
};

/// Checks a class head of the base branch: as check_module does, class tokens (B, width) -> logits (B, classes), and
/// that a base branch takes it beside its other parts. Throws CheckError with everything that is wrong.
template <class C>
void check_class_head(const ClassHeadCheckOptions& options = {}) {
  static_assert(CheckedClassHead<C>::kValid);
  if constexpr (ClassHeadPolicy<C>) {
    Findings findings("class head", part_name<C>());
    check_name<C>(findings);
    const auto forward = [](C& head, const Tensors& inputs) -> Tensors { return {head.forward(inputs.at(0))}; };
    check_module(findings, module_maker<C>(forward, options.head), {normal({options.batch, options.head.width}, 3)},
                 {{options.batch, options.head.classes}}, options.module);
    findings.attempt("a base branch with it", [] {
      const RandomGuard guard;
      BaseBranch<SmallBackbone, PyramidTokens, C> branch(NetworkOptions{});
    });
    findings.throw_if_any();
  }
}

}  // namespace qcs::testing
