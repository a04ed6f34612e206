// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/infer/engine/engine.hpp>
#include <qcs/model/architecture.hpp>
#include <qcs/model/base_branch.hpp>
#include <qcs/weights/load_weights.hpp>
#include <qcs/weights/weight_file.hpp>
#include <string_view>

namespace qcs {

/// The engine of any base branch: LibTorch runs it in evaluation mode, without gradients.
template <class Backbone, class Embedding = PyramidTokens, class ClassHead = SqueezeExciteHead>
class ModuleEngine {
 public:
  /// Takes the weights of a base branch, alone or within a whole network, from a file. `architecture` tells sizes that
  /// differ from the backbone's usual ones; only its numbers are used. Throws CheckpointError if they do not fit.
  ModuleEngine(const WeightFile& file, std::int64_t classes, const Architecture* architecture,
               torch::Device device = torch::kCPU)
      : branch_(options(classes, architecture)), device_(device) {
    load_weights(*branch_, file.tensors, {.matching = Matching::kStrict, .part = [this](std::string_view name) {
                                            return branch_->is_base_tensor(name);
                                          }});
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
    auto& shape = options.transformer.emplace(transformer_for<Backbone>);
    shape.width = architecture->width;
    shape.heads = architecture->heads;
    shape.base_depth = architecture->base_depth;
    return options;
  }

  BaseBranch<Backbone, Embedding, ClassHead> branch_;
  torch::Device device_;
};

}  // namespace qcs
