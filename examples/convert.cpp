// SPDX-License-Identifier: MIT
//
// Weights from one file format to another: reads .pth (both formats), safetensors and checkpoints of this library, writes
// safetensors or .pth.

#include <fmt/format.h>

#include <qcs/cli/option_table.hpp>
#include <qcs/core/version.hpp>
#include <qcs/io/weight_file.hpp>
#include <qcs/io/write_torch.hpp>
#include <qcs/model/describe_weights.hpp>

namespace {

int convert(int argc, char** argv) {
  std::filesystem::path input, output;
  std::string prefix;
  bool base_branch = false;
  qcs::cli::OptionTable options(
      "convert INPUT OUTPUT [options], from .pth, .pt or .safetensors to .safetensors or .pth, under the public names");
  options.positional("input", input, "file to read; its content tells its format");
  options.positional("output", output, "file to write; its name tells its format");
  options.flag("base-branch", base_branch, "only what inference needs");
  options.text("prefix", prefix, "put before every name; the Python original's DataParallel expects `module.`");
  if (!options.parse(argc, argv)) return 0;
  options.assign();
  const auto extension = output.extension();
  if (extension != ".safetensors" && extension != ".pth")
    throw qcs::cli::UsageError(fmt::format("{} must end in .safetensors or .pth", output.string()));

  auto file = qcs::io::read_weight_file(input);
  qcs::io::NamedTensors tensors;
  for (auto& [name, tensor] : file.tensors) {
    const auto plain = qcs::library_name(name);
    if (!base_branch || (qcs::of_base_branch(plain) && !qcs::unused_by_design(plain))) tensors.emplace_back(prefix + plain, tensor);
  }
  if (tensors.empty()) throw qcs::CheckpointError(fmt::format("{}: none of its {} tensors belongs to a base branch", input.string(), file.tensors.size()));
  file.metadata["qcs_version"] = qcs::kVersion;
  if (extension == ".safetensors") qcs::io::write_safetensors(output, tensors, file.metadata);
  else qcs::io::write_torch(output, tensors, file.metadata);
  fmt::print("{}: {} of {} tensors, {}\n", output.string(), tensors.size(), file.tensors.size(), qcs::describe_weights(file));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return qcs::cli::run_program([&] { return convert(argc, argv); });
}
