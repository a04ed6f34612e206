// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <qcs/core/error.hpp>
#include <qcs/infer/export/onnx_operations.hpp>
#include <string>
#include <variant>
#include <vector>

namespace qcs {

/// Writes a graph as an ONNX model, operator set 17: `images` (batch, 3, S, S), float32 as a Card says, with S as the
/// graph has it, to `logits` (batch, classes). The same graph gives the same bytes.
/// @param metadata what stands in the model beside it, see put_card
/// Throws ConfigError for a part that runs its own forward() and for larger batches for OpenCV, Error naming a file
/// that cannot be written.
inline void export_onnx(const InferenceGraph& graph, const std::filesystem::path& path,
                        const io::Metadata& metadata = {}, const OnnxOptions& options = {}) {
  const auto batch = options.for_opencv ? 1 : options.batch;
  if (options.batch.value_or(1) != batch.value_or(1))
    throw ConfigError(fmt::format("a model for OpenCV takes batches of one, not of {}", *options.batch));
  const torch::NoGradGuard no_grad;
  OnnxModel model;
  std::vector<std::string> names(graph.values());
  names[graph.inputs()[0]] = "images";
  model.add_input("images", graph.shape(graph.inputs()[0]), batch);
  for (const auto& node : graph.nodes()) {
    std::vector<std::string> inputs;
    std::vector<graph::Shape> shapes;
    for (const auto value : node.inputs) {
      inputs.push_back(names[value]);
      shapes.push_back(graph.shape(value));
    }
    names[node.outputs[0]] = std::visit(detail::OnnxOperations{model, inputs, shapes, options}, node.operation);
  }
  model.add_named("Identity", {names[graph.output()]}, "logits");
  model.add_output("logits", graph.shape(graph.output()), batch);
  model.write(path, "base branch", metadata);
}

}  // namespace qcs
