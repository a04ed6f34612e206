// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/infer/engine/engine.hpp>
#include <qcs/model/architecture.hpp>
#include <qcs/model/base_branch.hpp>
#include <qcs/weights/load_weights.hpp>
#include <qcs/weights/weight_file.hpp>

namespace qcs {

/// The engine of any backbone: LibTorch runs the base branch in evaluation mode, without gradients.
template <BackbonePolicy Backbone>
class ModuleEngine {
 public:
  /// Takes the weights of a base branch, alone or within a whole network, from a file. `architecture` tells sizes that
  /// differ from the backbone's usual ones; only its numbers are used. Throws CheckpointError if they do not fit.
  ModuleEngine(const WeightFile& file, std::int64_t classes, const Architecture* architecture,
               torch::Device device = torch::kCPU)
      : branch_(options(classes, architecture)), device_(device) {
    load_weights(*branch_, file.tensors, {.matching = Matching::kStrict, .base_branch = true});
    branch_->to(device);
    branch_->eval();
  }

  torch::Tensor logits(const torch::Tensor& images) {
    const torch::InferenceMode inference;
    return branch_->forward(images.to(device_)).to(torch::kCPU, torch::kFloat32);
  }

  static constexpr int stride() { return pixel_stride<Backbone>; }
  std::int64_t classes() const { return branch_->options().classes; }

 private:
  static NetworkOptions options(std::int64_t classes, const Architecture* architecture) {
    NetworkOptions options{.classes = classes};
    if (architecture == nullptr) return options;
    auto& shape = options.transformer.emplace(Backbone::kTransformer);
    shape.width = architecture->width;
    shape.heads = architecture->heads;
    shape.base_depth = architecture->base_depth;
    return options;
  }

  BaseBranch<Backbone> branch_;
  torch::Device device_;
};

}  // namespace qcs
