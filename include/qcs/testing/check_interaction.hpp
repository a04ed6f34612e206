// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <qcs/model/attention/interaction.hpp>
#include <qcs/testing/detail/module_state.hpp>
#include <qcs/testing/gradient.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <string>
#include <type_traits>

namespace qcs::testing {

/// How closely check_interaction looks.
struct InteractionCheckOptions {
  std::int64_t batch = 3, tokens = 6, channels = 5;
  bool rows_alone = false;  ///< a sample's maps must not depend on the others of its batch
  GradientOptions gradient = {};
};

namespace detail {

/// The checks of an interaction for one topology, all in float64.
template <class I, TopologyShape T>
class InteractionChecks {
 public:
  InteractionChecks(Findings& findings, const InteractionCheckOptions& options)
      : findings_(findings), options_(options) {}

  void run() {
    const auto qk = random(3, options_.batch), values = random(50, options_.batch);
    const auto gate = kGated ? torch::full({}, .7, torch::kFloat64) : torch::Tensor();
    Tensors updates;
    if (!attempt("maps() and attend()", [&] { updates = shapes(qk, values, gate); })) return;
    attempt("maps() of a gate", [&] { uses_gate(qk, values); });
    attempt("maps() of equal tokens", [&] { equal_tokens(gate); });
    attempt("a batch of one", [&] { rows(qk, values, gate, updates); });
    attempt("maps() called again",
            [&] { require(same_bits(updates, this->updates(qk, values, gate)), "another call gives other bits"); });
    gradients(qk, values, gate);
  }

 private:
  static constexpr bool kGated = has_gate<T> && I::kUsesGate;

  bool attempt(const std::string& what, auto&& body) {
    return findings_.attempt(fmt::format("{} for topology {}", what, T::kName), body);
  }
  void require(bool good, const std::string& sentence) {
    findings_.require(good, fmt::format("for topology {}, {}", T::kName, sentence));
  }

  BranchTensors<T> random(std::uint64_t seed, std::int64_t batch) const {
    BranchTensors<T> tensors;
    for (auto& tensor : tensors) tensor = normal({batch, options_.tokens, options_.channels}, seed++, torch::kFloat64);
    return tensors;
  }

  Tensors updates(const BranchTensors<T>& qk, const BranchTensors<T>& values, const torch::Tensor& gate) const {
    const BranchTensors<T> maps = I::template maps<T>(qk, gate);
    Tensors all;
    for (std::size_t b = 0; b < maps.size(); ++b) all.push_back(I::template attend<T>(maps, values, b));
    return all;
  }

  Tensors shapes(const BranchTensors<T>& qk, const BranchTensors<T>& values, const torch::Tensor& gate) {
    const BranchTensors<T> maps = I::template maps<T>(qk, gate);
    for (std::size_t b = 0; b < maps.size(); ++b) {
      require(maps[b].defined() && maps[b].dim() > 0 && maps[b].size(0) == options_.batch,
              fmt::format("the map of branch `{}` has no row for each sample of the batch", T::kBranches[b].name));
      if (maps[b].defined()) finite(maps[b], "maps()");
    }
    const auto all = updates(qk, values, gate);
    for (const auto& update : all) {
      require(update.sizes() == values[0].sizes(),
              fmt::format("attend() gives shape ({}), expected that of the values, ({})",
                          fmt::join(update.sizes(), ", "), fmt::join(values[0].sizes(), ", ")));
      require(update.scalar_type() == torch::kFloat64, "attend() does not keep float64");
      finite(update, "attend()");
    }
    return all;
  }

  void finite(const torch::Tensor& tensor, const std::string& what) {
    require(is_finite(tensor), what + " gives numbers that are not finite");
  }

  void uses_gate(const BranchTensors<T>& qk, const BranchTensors<T>& values) {
    if constexpr (has_gate<T>) {
      const auto of = [&](double gate) { return updates(qk, values, torch::full({}, gate, torch::kFloat64)); };
      const bool used = !same_bits(of(.5), of(1.5));
      require(used || !I::kUsesGate, "kUsesGate is true, but the gate changes nothing");
      require(!used || I::kUsesGate, "the gate changes the result, but kUsesGate is false: the gate will not be made");
    }
  }

  /// Such as constant features give; their gradient must not spoil the weights.
  void equal_tokens(const torch::Tensor& gate) {
    BranchTensors<T> equal;
    for (auto& tensor : equal)
      tensor = torch::full({options_.batch, options_.tokens, options_.channels}, .3, torch::kFloat64)
                   .set_requires_grad(true);
    torch::Tensor sum;
    for (const auto& update : updates(equal, equal, gate)) {
      require(is_finite(update), "equal tokens give numbers that are not finite");
      sum = sum.defined() ? sum + update.square().sum() : update.square().sum();
    }
    sum.backward();
    for (const auto& tensor : equal)
      require(!tensor.grad().defined() || is_finite(tensor.grad()), "equal tokens give a gradient that is not finite");
  }

  void rows(const BranchTensors<T>& qk, const BranchTensors<T>& values, const torch::Tensor& gate,
            const Tensors& whole) {
    const auto first = [](const BranchTensors<T>& all) {
      BranchTensors<T> rows;
      for (std::size_t b = 0; b < all.size(); ++b) rows[b] = all[b].narrow(0, 0, 1);
      return rows;
    };
    const auto alone = updates(first(qk), first(values), gate);
    for (std::size_t b = 0; b < alone.size(); ++b) {
      require(is_finite(alone[b]), "a batch of one gives numbers that are not finite");
      if (options_.rows_alone)
        require(difference(alone[b], whole[b].narrow(0, 0, 1)) < 1e-10,
                "a sample's result depends on the others of its batch");
    }
  }

  void gradients(BranchTensors<T> qk, BranchTensors<T> values, const torch::Tensor& gate) {
    io::NamedTensors variables;
    for (std::size_t b = 0; b < qk.size(); ++b) {
      variables.emplace_back(fmt::format("QK of {}", T::kBranches[b].name), qk[b].set_requires_grad(true));
      variables.emplace_back(fmt::format("V of {}", T::kBranches[b].name), values[b].set_requires_grad(true));
    }
    if (gate.defined()) variables.emplace_back("gate", torch::Tensor(gate).set_requires_grad(true));
    check_gradient(
        findings_, fmt::format("maps() and attend() for topology {}", T::kName), variables,
        [&] {
          torch::Tensor sum;
          std::uint64_t seed = 77;
          for (const auto& update : updates(qk, values, gate)) {
            const auto term = (update * normal(update.sizes(), seed++, torch::kFloat64)).sum();
            sum = sum.defined() ? sum + term : term;
          }
          return sum;
        },
        options_.gradient);
  }

  Findings& findings_;
  const InteractionCheckOptions& options_;
};

}  // namespace detail

/// Checks an interaction for each of the topologies named (default Dual and Quadruplet): shapes, float64 kept, finite
/// numbers and gradients for equal tokens, the gate used if and only if kUsesGate says so, a batch of one, the same
/// bits when called again, the gradient against difference quotients. Throws CheckError with everything that is wrong.
template <class I, TopologyShape... Topologies>
void check_interaction(const InteractionCheckOptions& options = {}) {
  if constexpr (sizeof...(Topologies) == 0) {
    check_interaction<I, Dual, Quadruplet>(options);
  } else {
    static_assert((CheckedInteraction<I, Topologies>::kValid && ...));
    if constexpr ((InteractionPolicy<I, Topologies> && ...)) {
      Findings findings("interaction", part_name<I>());
      check_name<I>(findings);
      const RandomGuard guard;
      (detail::InteractionChecks<I, Topologies>(findings, options).run(), ...);
      findings.throw_if_any();
    }
  }
}

}  // namespace qcs::testing
