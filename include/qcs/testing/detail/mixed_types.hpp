// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <qcs/core/torch.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs::testing::detail {

/// While it lives, notes the first operator called in this thread that mixes a float32 tensor with a float64 one.
/// LibTorch promotes such pairs silently, so that a tensor which a module forgot to register shows only on another
/// device. It sees every operator through a dispatch key of LibTorch's that is kept for tests.
class MixedTypes {
 public:
  MixedTypes() : before_(current()), include_(keys()) { current() = this; }
  MixedTypes(const MixedTypes&) = delete;
  MixedTypes& operator=(const MixedTypes&) = delete;
  ~MixedTypes() { current() = before_; }

  /// "`aten::add` mixes a float32 tensor (3, 4) with a float64 one"; empty if none did.
  const std::string& found() const { return found_; }

 private:
  static constexpr auto kKey = c10::DispatchKey::TESTING_ONLY_GenericMode;

  /// The key, if its fallback is this one; nothing where somebody else has taken it.
  static c10::DispatchKeySet keys() {
    static const auto handle = [] {
      std::vector<c10::RegistrationHandleRAII> registered;
      try {
        registered.push_back(c10::Dispatcher::singleton().registerFallback(
            kKey, c10::KernelFunction::makeFromBoxedFunction<&MixedTypes::look>(), "qcs::testing"));
      } catch (const std::exception&) {
      }
      return registered;
    }();
    return handle.empty() ? c10::DispatchKeySet() : c10::DispatchKeySet(kKey);
  }

  static MixedTypes*& current() {
    thread_local MixedTypes* instance = nullptr;
    return instance;
  }

  static void look(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
    if (auto* self = current(); self != nullptr && self->found_.empty()) self->note(op, *stack);
    const c10::impl::ExcludeDispatchKeyGuard below(kKey);
    op.callBoxed(stack);
  }

  void note(const c10::OperatorHandle& op, const torch::jit::Stack& stack) {
    // These convert, or look at a shape alone.
    constexpr std::array<std::string_view, 7> kHarmless{"aten::to",        "aten::_to_copy",  "aten::copy_",
                                                        "aten::type_as",   "aten::expand_as", "aten::view_as",
                                                        "aten::reshape_as"};
    const auto& name = op.operator_name().name;
    if (std::find(kHarmless.begin(), kHarmless.end(), name) != kHarmless.end()) return;
    bool wide = false;
    torch::Tensor narrow;
    const auto see = [&](const torch::Tensor& tensor) {
      if (!tensor.defined()) return;
      wide = wide || tensor.scalar_type() == torch::kFloat64;
      if (tensor.scalar_type() == torch::kFloat32 && tensor.dim() > 0) narrow = tensor;  // 0-d ones mix on any device
    };
    const auto arguments = op.schema().arguments().size();
    for (std::size_t i = stack.size() - std::min(stack.size(), arguments); i < stack.size(); ++i) {
      if (stack[i].isTensor()) see(stack[i].toTensor());
      if (stack[i].isTensorList())
        for (const torch::Tensor& tensor : stack[i].toTensorVector()) see(tensor);
    }
    if (wide && narrow.defined())
      found_ =
          fmt::format("`{}` mixes a float32 tensor ({}) with a float64 one", name, fmt::join(narrow.sizes(), ", "));
  }

  MixedTypes* before_;
  c10::impl::IncludeDispatchKeyGuard include_;
  std::string found_;
};

}  // namespace qcs::testing::detail
