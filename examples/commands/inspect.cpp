// SPDX-License-Identifier: MIT
//
// What a file of weights holds: names, shapes, dtypes, and what stands beside them.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <qcs/program/option_table.hpp>
#include <qcs/weights/describe_weights.hpp>
#include <qcs/weights/weight_file.hpp>

#include "commands.hpp"

namespace {

int run_inspect(int argc, char** argv) {
  std::filesystem::path input;
  qcs::WeightFileOptions reading;
  qcs::program::OptionTable options("inspect FILE, lists the tensors of a .pth, .pt or .safetensors file");
  options.positional("file", input, "file to read; its content tells its format");
  options.text("weights-key", reading.key, "name of the weights to list where the file has several");
  options.flag("check-hash", reading.check_hash, "compare the file with the SHA-256 in its name, NAME-HHHHHHHH.pth");
  if (!options.parse(argc, argv)) return 0;
  options.assign();

  const auto file = qcs::read_weight_file(input, reading);
  std::size_t width = 4, bytes = 0;
  std::int64_t numbers = 0;
  for (const auto& [name, tensor] : file.tensors) width = std::max(width, name.size());
  fmt::print("{:<{}}  {:<8}  shape\n", "name", width, "dtype");
  for (const auto& [name, tensor] : file.tensors) {
    fmt::print("{:<{}}  {:<8}  {}\n", name, width, c10::toString(tensor.scalar_type()),
               fmt::join(tensor.sizes(), " x "));
    numbers += tensor.numel();
    bytes += tensor.nbytes();
  }
  for (const auto& [key, value] : file.metadata) fmt::print("{}: {}\n", key, value);
  for (const auto& [key, what] : file.others) fmt::print("{}: [{}]\n", key, what);
  for (const auto& change : qcs::published_names_of(file).changes()) fmt::print("as published names: {}\n", change);
  for (const auto& note : file.notes) fmt::print("note: {}\n", note);
  fmt::print("{}: {}, {}, {} tensors, {} numbers, {:.1f} MB\n", input.string(), file.format,
             qcs::describe_weights(file), file.tensors.size(), numbers, static_cast<double>(bytes) / 1e6);
  return 0;
}

}  // namespace

int qcs::commands::inspect(int argc, char** argv) {
  return qcs::program::run_program([&] { return ::run_inspect(argc, argv); });
}
