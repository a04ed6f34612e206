// SPDX-License-Identifier: MIT
//
// The base branch of trained weights for other runtimes: ONNX, or a small file of safetensors.

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <qcs/core/enum_names.hpp>
#include <qcs/infer/export/export_onnx.hpp>
#include <qcs/infer/graph/multiplications.hpp>
#include <qcs/infer/load_engine.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/weights/base_branch_file.hpp>
#include <string>
#include <utility>

#include "card_of.hpp"
#include "commands.hpp"

namespace {

enum class GraphForm { kExact, kPlain };

}  // namespace

template <>
struct qcs::EnumNames<GraphForm> {
  static constexpr std::string_view kWhat = "graph";
  static constexpr std::array<std::string_view, 2> kNames{"exact", "plain"};
};

namespace {

struct Options {
  std::filesystem::path input, output;
  qcs::commands::PublishedWeights published;
  GraphForm form = GraphForm::kExact;
  std::int64_t batch = 1;
  bool opencv = false, half = false;
};

int run_export(int argc, char** argv) {
  Options o;
  qcs::program::OptionTable options(
      "export WEIGHTS OUTPUT [options], writes the base branch of weights as .onnx or .safetensors");
  options.positional("input", o.input, "weights: best.pt of a run, .pth or .safetensors");
  options.positional("output", o.output, "file to write; its name tells its format");
  options.choice("graph", o.form,
                 "exact (default): fewer operations that compute the same; plain: layer by layer as trained");
  options.number<std::int64_t>("batch", o.batch, qcs::within(1, 65536),
                               "size of all batches of an ONNX model; left out: any");
  options.flag("opencv", o.opencv, "an ONNX model for cv::dnn of OpenCV 4.6 and newer, a picture at a time");
  options.flag("half", o.half, "matrices and kernels of safetensors in float16: half as large a file");
  o.published.add_to(options);
  if (!options.parse(argc, argv)) return 0;
  options.assign();
  qcs::commands::PublishedWeights::check(options);
  const auto extension = o.output.extension();
  if (extension != ".onnx" && extension != ".safetensors")
    throw qcs::program::UsageError(fmt::format("{} must end in .onnx or .safetensors", o.output.string()));
  for (const auto* option : {"graph", "batch", "opencv"})
    if (extension != ".onnx" && options.given(option))
      throw qcs::program::UsageError(fmt::format("--{} is of ONNX models, not of {}", option, o.output.string()));
  if (extension != ".safetensors" && o.half)
    throw qcs::program::UsageError(fmt::format("--half is of safetensors, not of {}", o.output.string()));

  auto file = qcs::read_weight_file(o.input);
  for (const auto& note : file.notes) fmt::print("{}: {}\n", o.input.string(), note);
  auto card = qcs::commands::card_of(file, o.published);
  const auto graph = qcs::load_graph(qcs::ShippedBackbones(), file, card);
  if (extension == ".safetensors") {
    fmt::print("{}: {} tensors\n", o.output.string(),
               qcs::write_base_branch(std::move(file), std::move(card), o.output, o.half));
    return 0;
  }
  qcs::io::Metadata metadata;
  if (card.architecture) card.architecture->base_branch_only = true;
  qcs::put_card(metadata, card);
  qcs::OnnxOptions form{.for_opencv = o.opencv};
  if (options.given("batch")) form.batch = o.batch;
  const auto written = o.form == GraphForm::kExact ? qcs::simplified(graph) : graph;
  qcs::export_onnx(written, o.output, metadata, form);
  const std::string batch = o.opencv ? "1" : form.batch ? std::to_string(*form.batch) : "batch";
  const auto& shape = written.shape(written.inputs()[0]);
  fmt::print(
      "{}: images ({}, 3, {}, {}) -> logits ({}, {}), {} operations, {:.1f} million multiplications, {:.1f} MB\n",
      o.output.string(), batch, shape[1], shape[2], batch, card.labels.classes.size(), written.nodes().size(),
      static_cast<double>(qcs::multiplications(written)) / 1e6,
      static_cast<double>(std::filesystem::file_size(o.output)) / 1e6);
  if (shape[1] != qcs::kInputSize)
    fmt::print("Its images are rows and columns 0, {0}, {1}, ... of the {2} x {2} ones that the card describes\n",
               qcs::kInputSize / shape[1], 2 * qcs::kInputSize / shape[1], qcs::kInputSize);
  return 0;
}

}  // namespace

int qcs::commands::export_model(int argc, char** argv) {
  return qcs::program::run_program([&] { return ::run_export(argc, argv); });
}
