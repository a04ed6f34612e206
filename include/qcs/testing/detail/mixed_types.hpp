// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <memory>
#include <qcs/core/torch.hpp>
#include <string>
#include <string_view>

namespace qcs::testing::detail {

/// While it lives, notes the first operator of this thread that mixes a float32 tensor with a float64 one. LibTorch
/// promotes such pairs silently, so that a tensor which a module forgot to register shows only on another device.
class MixedTypes {
 public:
  MixedTypes() : before_(current()) {
    current() = this;
    handle_ = at::addThreadLocalCallback(
        at::RecordFunctionCallback(&MixedTypes::look).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
  }
  MixedTypes(const MixedTypes&) = delete;
  MixedTypes& operator=(const MixedTypes&) = delete;
  ~MixedTypes() {
    at::removeCallback(handle_);
    current() = before_;
  }

  /// "`aten::add` mixes a float32 tensor (3, 4) with a float64 one"; empty if none did.
  const std::string& found() const { return found_; }

 private:
  static MixedTypes*& current() {
    thread_local MixedTypes* instance = nullptr;
    return instance;
  }

  static std::unique_ptr<at::ObserverContext> look(const at::RecordFunction& function) {
    // These convert, or look at a shape alone.
    constexpr std::array<std::string_view, 7> kHarmless{"aten::to",        "aten::_to_copy",  "aten::copy_",
                                                        "aten::type_as",   "aten::expand_as", "aten::view_as",
                                                        "aten::reshape_as"};
    auto* self = current();
    if (self == nullptr || !self->found_.empty()) return nullptr;
    const std::string_view name = function.name();
    if (!name.starts_with("aten::") || std::find(kHarmless.begin(), kHarmless.end(), name) != kHarmless.end())
      return nullptr;
    bool wide = false;
    torch::Tensor narrow;
    const auto see = [&](const torch::Tensor& tensor) {
      if (!tensor.defined()) return;
      wide = wide || tensor.scalar_type() == torch::kFloat64;
      if (tensor.scalar_type() == torch::kFloat32 && tensor.dim() > 0) narrow = tensor;  // 0-d ones mix on any device
    };
    for (const auto& input : function.inputs()) {
      if (input.isTensor()) see(input.toTensor());
      if (input.isTensorList())
        for (const torch::Tensor& tensor : input.toTensorVector()) see(tensor);
    }
    if (wide && narrow.defined())
      self->found_ =
          fmt::format("`{}` mixes a float32 tensor ({}) with a float64 one", name, fmt::join(narrow.sizes(), ", "));
    return nullptr;
  }

  MixedTypes* before_;
  at::CallbackHandle handle_ = 0;
  std::string found_;
};

}  // namespace qcs::testing::detail
