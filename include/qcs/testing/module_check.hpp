// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/io/torch/write_torch.hpp>
#include <qcs/testing/detail/mixed_types.hpp>
#include <qcs/testing/detail/module_state.hpp>
#include <qcs/testing/findings.hpp>
#include <qcs/testing/module_call.hpp>
#include <qcs/testing/random_guard.hpp>
#include <qcs/weights/load_weights.hpp>
#include <qcs/weights/weight_file.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs::testing {

namespace detail {

/// The checks of one module; each is called on its own, so that one that fails does not hide the others.
class ModuleChecks {
 public:
  using Shapes = std::vector<std::vector<std::int64_t>>;

  ModuleChecks(Findings& findings, const ModuleMaker& make, const Tensors& inputs, const Shapes& shapes,
               const ModuleOptions& options)
      : findings_(findings), make_(make), inputs_(inputs), shapes_(shapes), options_(options) {}

  void run() {
    const RandomGuard guard;
    if (!findings_.attempt("its construction", [&] { call_ = make(options_.seed); })) return;
    modes();
    if (!outputs(true) | !outputs(false)) return;  // both, not the first that fails
    findings_.attempt("training twice", [&] { determinism(); });
    findings_.attempt("backward()", [&] { gradients_arrive(); });
    findings_.attempt("saving and loading", [&] { save_and_load(); });
    if (!findings_.attempt("forward() of the module converted to float64, while what is not registered stays float32,",
                           [&] { float64(); }))
      return;
    findings_.attempt("forward() of a batch of one", [&] { batch_of_one(); });
    if (attached_) gradient(false);
    if (attached_ && options_.gradient_in_training) gradient(true);
    for (const auto& device : RandomGuard::devices())
      if (!device.is_cpu())
        findings_.attempt(fmt::format("forward() on {}", device.str()), [&] { other_device(device); });
  }

 private:
  ModuleCall make(std::uint64_t seed) const {
    torch::manual_seed(seed);
    return make_();
  }

  Tensors forward(const ModuleCall& call, const Tensors& inputs, bool training) const {
    torch::manual_seed(options_.seed);
    call.module->train(training);
    return call.forward(inputs);
  }

  static std::string mode(bool training) { return training ? "forward() in training" : "forward() in evaluation"; }

  /// A 0-d function of the outputs to which each of their numbers contributes by a weight of its own.
  static torch::Tensor weighed(const Tensors& outputs) {
    torch::Tensor sum;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const auto& out = outputs[i];
      if (!out.defined() || !out.is_floating_point()) continue;
      const auto term = (out * normal(out.sizes(), 77 + i, out.scalar_type()).to(out.device())).sum();
      sum = sum.defined() ? sum + term : term;
    }
    return sum;
  }

  static Tensors cast(const Tensors& tensors, torch::Dtype dtype) {
    Tensors out;
    for (const auto& tensor : tensors) out.push_back(tensor.is_floating_point() ? tensor.to(dtype) : tensor);
    return out;
  }

  void modes() {
    for (const bool training : {true, false}) {
      call_.module->train(training);
      for (const auto& item : call_.module->named_modules())
        findings_.require(item.value()->is_training() == training,
                          fmt::format("{} does not reach {}", training ? "train()" : "eval()",
                                      item.key().empty() ? "the module itself" : "its child `" + item.key() + "`"));
    }
  }

  bool outputs(bool training) {
    bool good = true;
    const auto say = [&](bool holds, const std::string& sentence) {
      good = findings_.require(holds, mode(training) + " " + sentence) && good;
    };
    const bool ran = findings_.attempt(mode(training), [&] {
      Tensors given;
      for (const auto& input : inputs_) given.push_back(input.clone());
      const auto found = forward(call_, given, training);
      for (std::size_t i = 0; i < given.size(); ++i)
        say(same_bits(given[i], inputs_[i]), fmt::format("changes its input {}", i));
      say(found.size() == shapes_.size(), fmt::format("gives {} tensors, expected {}", found.size(), shapes_.size()));
      for (std::size_t i = 0; i < std::min(found.size(), shapes_.size()); ++i) {
        if (!found[i].defined()) {
          say(false, fmt::format("leaves output {} undefined", i));
          continue;
        }
        say(found[i].sizes() == c10::IntArrayRef(shapes_[i]),
            fmt::format("gives shape ({}) as output {}, expected ({}){}", fmt::join(found[i].sizes(), ", "), i,
                        fmt::join(shapes_[i], ", "),
                        options_.shapes_by.empty() ? "" : " as " + options_.shapes_by + " says"));
        say(found[i].scalar_type() == torch::kFloat32,
            fmt::format("gives {} as output {} for float32 inputs", c10::toString(found[i].scalar_type()), i));
        say(is_finite(found[i]), fmt::format("gives numbers that are not finite as output {}", i));
      }
    });
    return ran && good;
  }

  void determinism() {
    const auto tensors = io::named_tensors(*call_.module);
    const auto before = copy_of(tensors);
    const auto first = forward(call_, inputs_, true);
    restore(tensors, before);
    findings_.require(same_bits(first, forward(call_, inputs_, true)),
                      "forward() in training gives other bits with the same weights and the same seed; draw from "
                      "LibTorch's generator alone and keep nothing from call to call");
    const torch::NoGradGuard no_grad;
    const auto trained = copy_of(tensors);
    const auto evaluated = forward(call_, inputs_, false);
    torch::manual_seed(options_.seed + 1);
    findings_.require(same_bits(evaluated, call_.forward(inputs_)),
                      "forward() in evaluation gives other bits when it is called again; draw in training alone "
                      "(is_training()) and keep nothing from call to call");
    const auto changed = first_difference(tensors, trained);
    findings_.require(changed.empty(), fmt::format("forward() in evaluation changes `{}`", changed));
  }

  void gradients_arrive() {
    Tensors given;
    for (const auto& input : inputs_) {
      given.push_back(input.clone());
      if (input.is_floating_point()) given.back().set_requires_grad(true);
    }
    const auto value = weighed(forward(call_, given, true));
    attached_ = value.requires_grad();
    if (!findings_.require(attached_,
                           "forward() cuts its output off from parameters and inputs; do without detach(), data() and "
                           "NoGradGuard"))
      return;
    value.backward();
    for (const auto& item : call_.module->named_parameters()) {
      const auto& grad = item.value().grad();
      if (item.value().requires_grad() && !grad.defined())
        findings_.add(
            fmt::format("parameter `{}` gets no gradient: forward() does not use it, or cuts it off", item.key()));
      else if (grad.defined())
        findings_.require(is_finite(grad), fmt::format("the gradient of parameter `{}` is not finite", item.key()));
    }
    std::vector<std::string> cut_off;
    std::size_t inputs = 0;
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (!given[i].requires_grad()) continue;
      ++inputs;
      if (!given[i].grad().defined()) cut_off.push_back(fmt::format("{}", i));
    }
    if (!cut_off.empty() && (options_.every_input || cut_off.size() == inputs))
      findings_.add(
          fmt::format("no gradient reaches input {}, so what comes before would not learn", fmt::join(cut_off, ", ")));
    call_.module->zero_grad();
  }

  void save_and_load() {
    const auto tensors = io::named_tensors(*call_.module);
    const auto other = make(options_.seed + 1);
    if (!tensors.empty()) {
      const TemporaryFile file;
      io::write_torch(file.path(), tensors);
      load_weights(*other.module, read_weight_file(file.path()).tensors);
    }
    const torch::NoGradGuard no_grad;
    findings_.require(same_bits(forward(call_, inputs_, false), forward(other, inputs_, false)),
                      "another instance with the saved state gives other bits: forward() needs something that is not "
                      "registered (register_parameter, register_buffer, register_module)");
  }

  void float64() {
    convert(*call_.module, torch::kFloat64);
    inputs64_ = cast(inputs_, torch::kFloat64);
    const torch::NoGradGuard no_grad;
    const MixedTypes mixed;
    const auto found = forward(call_, inputs64_, false);
    constexpr const char* kAdvice =
        "register what forward() uses (register_parameter, register_buffer) or make it with an input's options()";
    findings_.require(mixed.found().empty(),
                      fmt::format("of the module converted to float64, {}: {}", mixed.found(), kAdvice));
    for (std::size_t i = 0; i < found.size(); ++i)
      findings_.require(found[i].scalar_type() == torch::kFloat64,
                        fmt::format("the module converted to float64 gives {} as output {}: {}",
                                    c10::toString(found[i].scalar_type()), i, kAdvice));
  }

  void batch_of_one() {
    const torch::NoGradGuard no_grad;
    const auto whole = forward(call_, inputs64_, false);
    for (std::int64_t row = 0; row < std::min<std::int64_t>(2, inputs64_.at(0).size(0)); ++row) {
      Tensors alone;
      for (const auto& input : inputs64_) alone.push_back(input.narrow(0, row, 1));
      const auto found = forward(call_, alone, false);
      for (std::size_t i = 0; i < found.size(); ++i) {
        findings_.require(is_finite(found[i]), "a batch of one gives numbers that are not finite");
        if (!options_.rows_alone) continue;
        const double off = difference(found[i], whole.at(i).narrow(0, row, 1));
        findings_.require(off <= options_.row_tolerance,
                          fmt::format("in evaluation, a sample's output {} depends on the others of its batch", i));
      }
    }
  }

  void gradient(bool training) {
    io::NamedTensors variables;
    for (const auto& item : call_.module->named_parameters())
      if (item.value().requires_grad()) variables.emplace_back(item.key(), item.value());
    Tensors given = inputs64_;
    for (std::size_t i = 0; i < given.size(); ++i)
      if (given[i].is_floating_point()) {
        given[i] = given[i].clone().set_requires_grad(true);
        variables.emplace_back(fmt::format("input {}", i), given[i]);
      }
    check_gradient(
        findings_, mode(training), variables, [&] { return weighed(forward(call_, given, training)); },
        options_.gradient);
  }

  void other_device(const torch::Device& device) {
    const torch::NoGradGuard no_grad;
    const auto expected = forward(call_, inputs64_, false);
    Tensors given;
    for (const auto& input : inputs64_) given.push_back(input.to(device));
    call_.module->to(device);
    const auto found = forward(call_, given, false);
    for (std::size_t i = 0; i < found.size(); ++i) {
      findings_.require(found[i].device() == device, fmt::format("output {} of a module on {} lies on {}", i,
                                                                 device.str(), found[i].device().str()));
      findings_.require(difference(found[i], expected.at(i)) <= options_.device_tolerance,
                        fmt::format("output {} on {} is another one than on the CPU", i, device.str()));
    }
    call_.module->to(torch::kCPU);
  }

  Findings& findings_;
  const ModuleMaker& make_;
  const Tensors& inputs_;
  const Shapes& shapes_;
  const ModuleOptions& options_;
  ModuleCall call_;
  Tensors inputs64_;
  bool attached_ = false;  ///< whether gradients come from the output at all
};

}  // namespace detail

/// Looks at a module from outside: shapes, float32 and finite numbers of its outputs in both modes, inputs left as they
/// are, the modes of its children, determinism by seed, a gradient for every parameter, its state through a file into
/// another instance, float64 throughout after a conversion, a batch of one, the gradient against difference quotients,
/// and every CUDA device at hand against the CPU. `inputs` are float32 (or whole numbers) with 2 samples or more;
/// `shapes` are those of the outputs. Adds what is wrong to `findings`.
inline void check_module(Findings& findings, const ModuleMaker& make, const Tensors& inputs,
                         const std::vector<std::vector<std::int64_t>>& shapes, const ModuleOptions& options = {}) {
  detail::ModuleChecks(findings, make, inputs, shapes, options).run();
}

}  // namespace qcs::testing
