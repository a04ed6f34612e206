// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/core/version.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/io/protobuf/wire_message.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace qcs {

/// A named setting of an ONNX operator.
struct OnnxAttribute {
  std::string name;
  std::variant<std::int64_t, float, std::vector<std::int64_t>> value;
};

/// A model of ONNX (onnx.ai) under construction, operator set 17; values go by name. Numbers of fields stand in
/// onnx.proto.
class OnnxModel {
 public:
  static constexpr std::int64_t kOperatorSet = 17;

  /// A float32 input or output (batch, shape...); a batch of any size where none is given.
  void add_input(const std::string& name, const std::vector<std::int64_t>& shape, std::optional<std::int64_t> batch) {
    graph_.message(kGraphInput, value_info(name, shape, batch));
  }
  void add_output(const std::string& name, const std::vector<std::int64_t>& shape, std::optional<std::int64_t> batch) {
    graph_.message(kGraphOutput, value_info(name, shape, batch));
  }

  /// A constant, float32 or int64; returns its name, which starts with the number of the operator that follows.
  std::string constant(std::string_view name, const torch::Tensor& tensor) {
    const auto values = tensor.detach().cpu().contiguous();
    const auto unique = fmt::format("{}.{}.{}", nodes_.size(), constants_.size(), name);
    io::WireMessage message;
    for (const auto size : values.sizes()) message.number(1, static_cast<std::uint64_t>(size));
    message.number(2, values.scalar_type() == torch::kInt64 ? kInt64 : kFloat);
    message.bytes(8, unique);
    message.bytes(9, {static_cast<const char*>(values.data_ptr()), values.nbytes()});
    constants_.push_back(std::move(message));
    return unique;
  }

  std::string constant(std::string_view name, const std::vector<std::int64_t>& values) {
    return constant(name, torch::tensor(values, torch::kInt64));
  }

  /// An operator with one output, whose name it returns.
  std::string add(const std::string& type, const std::vector<std::string>& inputs,
                  const std::vector<OnnxAttribute>& attributes = {}) {
    auto output = fmt::format("{}.{}", nodes_.size(), type);
    add_named(type, inputs, output, attributes);
    return output;
  }

  /// The same with an output of this name.
  void add_named(const std::string& type, const std::vector<std::string>& inputs, const std::string& output,
                 const std::vector<OnnxAttribute>& attributes = {}) {
    io::WireMessage node;
    for (const auto& input : inputs) node.bytes(1, input);
    node.bytes(2, output);
    node.bytes(3, fmt::format("{}.{}", nodes_.size(), type));
    node.bytes(4, type);
    for (const auto& attribute : attributes) node.message(5, message_of(attribute));
    nodes_.push_back(std::move(node));
  }

  /// Throws Error naming a file that cannot be written; no part of one is left.
  void write(const std::filesystem::path& path, std::string_view name, const io::Metadata& metadata) const {
    io::WireMessage start, rest = graph_, end;
    start.number(1, kIrVersion);
    start.bytes(2, "qcs");
    start.bytes(3, kVersion);
    rest.bytes(kGraphName, name);
    io::WireMessage operators;
    operators.number(2, static_cast<std::uint64_t>(kOperatorSet));
    end.message(8, operators);
    for (const auto& [key, value] : metadata) {
      io::WireMessage entry;
      entry.bytes(1, key);
      entry.bytes(2, value);
      end.message(14, entry);
    }
    std::size_t bytes = rest.text().size();
    const auto for_each_part = [&](auto visit) {
      for (const auto& node : nodes_) visit(io::WireMessage::head_of_bytes(kGraphNode, node.text().size()), node);
      for (const auto& constant : constants_)
        visit(io::WireMessage::head_of_bytes(kGraphConstant, constant.text().size()), constant);
    };
    for_each_part([&](const std::string& head, const auto& part) { bytes += head.size() + part.text().size(); });
    write_atomically(path, [&](std::ofstream& out) {
      out << start.text() << io::WireMessage::head_of_bytes(kModelGraph, bytes);
      for_each_part([&](const std::string& head, const auto& part) { out << head << part.text(); });
      out << rest.text() << end.text();
    });
  }

 private:
  static constexpr std::uint64_t kIrVersion = 8, kFloat = 1, kInt64 = 7;
  static constexpr int kModelGraph = 7, kGraphNode = 1, kGraphName = 2, kGraphConstant = 5, kGraphInput = 11,
                       kGraphOutput = 12;

  static io::WireMessage value_info(const std::string& name, const std::vector<std::int64_t>& shape,
                                    std::optional<std::int64_t> batch) {
    io::WireMessage dimensions;
    const auto add = [&](std::optional<std::int64_t> size) {
      io::WireMessage dimension;
      size ? dimension.number(1, static_cast<std::uint64_t>(*size)) : dimension.bytes(2, "batch");
      dimensions.message(1, dimension);
    };
    add(batch);
    for (const auto size : shape) add(size);
    io::WireMessage tensor, type, info;
    tensor.number(1, kFloat);
    tensor.message(2, dimensions);
    type.message(1, tensor);
    info.bytes(1, name);
    info.message(2, type);
    return info;
  }

  static io::WireMessage message_of(const OnnxAttribute& attribute) {
    io::WireMessage message;
    message.bytes(1, attribute.name);
    if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
      message.number(3, static_cast<std::uint64_t>(*number));
      message.number(20, 2);
    } else if (const auto* real = std::get_if<float>(&attribute.value)) {
      message.real(2, *real);
      message.number(20, 1);
    } else {
      for (const auto value : std::get<std::vector<std::int64_t>>(attribute.value))
        message.number(8, static_cast<std::uint64_t>(value));
      message.number(20, 7);
    }
    return message;
  }

  io::WireMessage graph_ = {};  // but for operators and constants
  std::vector<io::WireMessage> nodes_ = {}, constants_ = {};
};

}  // namespace qcs
