// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <qcs/core/autocast.hpp>
#include <qcs/core/placement.hpp>
#include <qcs/infer/engine/engine.hpp>
#include <qcs/infer/engine/run_operation.hpp>
#include <qcs/infer/graph/inference_graph.hpp>
#include <qcs/model/concepts.hpp>
#include <utility>
#include <vector>

namespace qcs {

/// The engine that runs a graph by LibTorch, on any device, in float32 or bfloat16; images and features lie pixel after
/// pixel, as convolutions would have it. Safe to call from several threads at once, but in tf32, which is
/// switched for the whole process, and if what runs its own forward() changes nothing of itself by it.
class TorchEngine {
 public:
  /// Takes a graph of one input, the images, and the logits as output; see simplified(). Of the placement device and
  /// precision count.
  explicit TorchEngine(InferenceGraph graph, const Placement& placement = {})
      : placement_{placement.device, placement.precision, MemoryFormat::kChannelsLast},
        graph_(std::move(graph)),
        last_reader_(graph_.values(), graph_.nodes().size()) {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i)
      for (const auto value : graph_.nodes()[i].inputs) last_reader_[value] = i;
    graph_.for_each_operation([&](graph::Operation& operation) {
      graph::for_each_weight(operation, [&](const char*, torch::Tensor& weight) { weight = placed(weight); });
      if (const auto* own = std::get_if<graph::OwnForward>(&operation)) place(*own->module, placement_);
    });
  }

  torch::Tensor logits(const torch::Tensor& images) const {
    const torch::InferenceMode inference;
    std::optional<Tf32Products> tf32;
    if (placement_.precision == Precision::kTf32) tf32.emplace(true);
    std::vector<torch::Tensor> values(graph_.values());
    values[graph_.inputs()[0]] = placement_.placed(images).to(compute_type());
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
      const auto& node = graph_.nodes()[i];
      std::vector<torch::Tensor> inputs;
      for (const auto value : node.inputs) inputs.push_back(values[value]);
      for (const auto value : node.inputs)
        if (last_reader_[value] == i) values[value].reset();
      auto outputs = detail::run_operation(node.operation, inputs, placement_);
      for (std::size_t o = 0; o < outputs.size(); ++o) values[node.outputs[o]] = std::move(outputs[o]);
    }
    return values[graph_.output()].to(torch::kCPU, torch::kFloat32);
  }

  int stride() const { return static_cast<int>(kInputSize / graph_.shape(graph_.inputs()[0])[1]); }
  std::int64_t classes() const { return graph_.shape(graph_.output())[0]; }
  const InferenceGraph& graph() const { return graph_; }

 private:
  torch::ScalarType compute_type() const {
    return placement_.precision == Precision::kBfloat16 ? torch::kBFloat16 : torch::kFloat32;
  }

  torch::Tensor placed(const torch::Tensor& weight) const {
    const auto moved = weight.detach().to(placement_.device, compute_type());
    return moved.dim() == 4 ? moved.contiguous(placement_.libtorch_format()) : moved;
  }

  Placement placement_;
  InferenceGraph graph_;
  std::vector<std::size_t> last_reader_;  // by value: the node that reads it last
};
static_assert(Engine<TorchEngine>);

}  // namespace qcs
