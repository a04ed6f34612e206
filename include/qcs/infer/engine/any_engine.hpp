// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <qcs/infer/engine/engine.hpp>
#include <utility>

namespace qcs {

/// An engine whose type is known at run time only. Copies share the engine, which several threads may use where its own
/// type says so, see TorchEngine.
class AnyEngine {
 public:
  template <Engine E>
  explicit AnyEngine(E engine) : engine_(std::make_shared<Holder<E>>(std::move(engine))) {}

  torch::Tensor logits(const torch::Tensor& images) { return engine_->logits(images); }
  int stride() const { return engine_->stride(); }
  std::int64_t classes() const { return engine_->classes(); }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual torch::Tensor logits(const torch::Tensor& images) = 0;
    virtual int stride() = 0;
    virtual std::int64_t classes() = 0;
  };

  template <Engine E>
  struct Holder final : Interface {
    explicit Holder(E held) : engine(std::move(held)) {}
    torch::Tensor logits(const torch::Tensor& images) override { return engine.logits(images); }
    int stride() override { return engine.stride(); }
    std::int64_t classes() override { return engine.classes(); }
    E engine;
  };

  std::shared_ptr<Interface> engine_;
};

}  // namespace qcs
