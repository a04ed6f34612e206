// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <qcs/core/torch.hpp>
#include <qcs/testing/gradient.hpp>
#include <string>
#include <vector>

namespace qcs::testing {

using Tensors = std::vector<torch::Tensor>;

/// A module and how it is called.
struct ModuleCall {
  std::shared_ptr<torch::nn::Module> module;
  std::function<Tensors(const Tensors&)> forward;  ///< batches in, batches out: the first dimension counts samples
};

/// Makes a new instance, with random numbers of LibTorch's generator.
using ModuleMaker = std::function<ModuleCall()>;

/// What is asked of a module beyond what every one must do.
struct ModuleOptions {
  GradientOptions gradient = {};
  bool gradient_in_training = false;  ///< compare the gradient in training mode, too, with what is drawn held fixed
  bool rows_alone = true;             ///< a sample's result in evaluation is the same whatever else is in its batch
  bool every_input = true;            ///< gradients reach every input, not one of them at least
  double row_tolerance = 1e-8;        ///< of rows_alone, in float64, relative to the largest number
  double device_tolerance = 1e-4;     ///< of other devices against the CPU, likewise
  std::uint64_t seed = 1;             ///< of weights and of what is drawn in training
  std::string shapes_by = {};         ///< what says the outputs' shapes, for findings: "kFeatures"
};

/// The Impl class of a module holder (TORCH_MODULE), or the class itself.
template <class M>
struct ModuleClass {
  using Type = M;
};
template <class M>
requires requires { typename M::ContainedType; }
struct ModuleClass<M> {
  using Type = typename M::ContainedType;
};

/// Makes `M(args...)` with `forward(M&, inputs)` as its call.
template <class M>
ModuleMaker module_maker(auto forward, auto... args) {
  using Module = typename ModuleClass<M>::Type;
  return [=]() -> ModuleCall {
    auto module = std::make_shared<Module>(args...);
    return {module, [module = module.get(), forward](const Tensors& inputs) { return forward(*module, inputs); }};
  };
}

}  // namespace qcs::testing
