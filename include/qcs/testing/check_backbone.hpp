// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <qcs/model/backbone/backbone.hpp>
#include <qcs/testing/module_check.hpp>
#include <vector>

namespace qcs::testing {

/// How closely check_backbone looks. A large backbone takes many passes in float64; a batch of one and fewer directions
/// make them cheaper.
struct BackboneCheckOptions {
  std::int64_t batch = 2;  ///< images; with 1, that they do not depend on each other stays unchecked
  ModuleOptions module = {};
};

namespace detail {

/// The pixels that a backbone says it reads must give the same features as whole images.
template <class B>
void check_stride(Findings& findings, const BackboneOptionsOf<B>& values, const torch::Tensor& images) {
  constexpr std::int64_t kStride = pixel_stride<B>;
  if constexpr (kStride > 1) {
    const RandomGuard guard;
    findings.attempt(fmt::format("forward() of every {}th row and column", kStride), [&] {
      torch::manual_seed(1);
      const auto backbone = make_backbone<B>(values);
      backbone->eval();
      const torch::NoGradGuard no_grad;
      const auto thinned = images.slice(2, 0, kInputSize, kStride).slice(3, 0, kInputSize, kStride).contiguous();
      findings.require(same_bits(backbone->forward(images), backbone->forward(thinned)),
                       fmt::format("every {0}th row and column alone give other features than whole images: "
                                   "kPixelStride = {0} says that forward() reads no others",
                                   kStride));
    });
  }
}

}  // namespace detail

/// Checks a backbone as check_module does, its features against kFeatures, and kPixelStride against what it reads.
/// Throws CheckError with everything that is wrong.
template <class B>
void check_backbone(const BackboneOptionsOf<B>& values = {}, const BackboneCheckOptions& options = {}) {
  static_assert(CheckedBackbone<B>::kValid);
  if constexpr (BackbonePolicy<B>) {
    Findings findings("backbone", part_name<B>());
    check_name<B>(findings);
    const auto images = normal({options.batch, 3, kInputSize, kInputSize}, 3);
    std::vector<std::vector<std::int64_t>> shapes;
    for (const auto& scale : B::kFeatures.scales)
      shapes.push_back({options.batch, scale.channels, scale.grid, scale.grid});
    const ModuleMaker make = [&values]() -> ModuleCall {
      auto backbone = make_backbone<B>(values);
      return {backbone, [raw = backbone.get()](const Tensors& inputs) { return raw->forward(inputs.at(0)); }};
    };
    auto module = options.module;
    module.shapes_by = "kFeatures";
    check_module(findings, make, {images}, shapes, module);
    detail::check_stride<B>(findings, values, images);
    findings.throw_if_any();
  }
}

}  // namespace qcs::testing
