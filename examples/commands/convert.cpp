// SPDX-License-Identifier: MIT
//
// Weights from one file format to another: reads .pth (both formats), safetensors and checkpoints of this library,
// writes safetensors or .pth.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <qcs/core/version.hpp>
#include <qcs/io/torch/write_torch.hpp>
#include <qcs/presets/published_card.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/weights/base_branch_file.hpp>
#include <qcs/weights/describe_weights.hpp>
#include <qcs/weights/weight_file.hpp>

#include "commands.hpp"

namespace {

/// Metadata of the published recipe of `model` on `Dataset`, unless the file's own contradict it.
template <class Dataset>
void add_metadata_of(qcs::WeightFile& file, const std::string& model) {
  const auto labels = qcs::Labels::of<typename Dataset::Classes>();
  if (const auto own = qcs::find_labels(file.metadata))
    qcs::require_same_labels(*own, file.path.string(), labels, "--dataset");
  qcs::io::Metadata metadata;
  qcs::put_card(metadata, qcs::published_card<Dataset>(model));
  metadata.merge(file.metadata);
  file.metadata = std::move(metadata);
}

/// Takes `prefix` off all names. Throws CheckpointError unless it stands before every one of them.
void strip_prefix(qcs::WeightFile& file, const std::string& prefix) {
  std::vector<std::string> without;
  for (auto& [name, tensor] : file.tensors) {
    if (name.starts_with(prefix) && name.size() > prefix.size())
      name.erase(0, prefix.size());
    else
      without.push_back(name);
  }
  if (without.empty()) return;
  const auto shown = std::min<std::size_t>(without.size(), 4);
  throw qcs::CheckpointError(fmt::format(
      "{}: {} of its {} names do not start with `{}`: {}{}", file.path.string(), without.size(), file.tensors.size(),
      prefix, fmt::join(without.begin(), without.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
      shown < without.size() ? ", ..." : ""));
}

int run_convert(int argc, char** argv) {
  std::filesystem::path input, output;
  std::string prefix, stripped, dataset, model{qcs::Quadruplet::kName};
  qcs::WeightFileOptions reading;
  bool base_branch = false;
  qcs::program::OptionTable options(
      "convert INPUT OUTPUT [options], from .pth, .pt or .safetensors to .safetensors or .pth, under the public names");
  options.positional("input", input, "file to read; its content tells its format");
  options.positional("output", output, "file to write; its name tells its format");
  options.flag("base-branch", base_branch, "only what inference needs");
  options.text("prefix", prefix, "put before every name; the Python original's DataParallel expects `module.`");
  options.text("strip-prefix", stripped, "take this off every name; it must stand before all of them");
  options.text("weights-key", reading.key, "name of the weights to take where the file has several");
  options.flag("check-hash", reading.check_hash, "compare the file with the SHA-256 in its name, NAME-HHHHHHHH.pth");
  options.text("dataset", dataset,
               "write the class names, preprocessing and recipe of raf_db, ferplus, affectnet7 or affectnet8 into the "
               "file; needed for published weights, which do not say");
  options.text("model", model, "with --dataset: QCS (default) or DCS");
  if (!options.parse(argc, argv)) return 0;
  options.assign();
  if (options.given("model") && !options.given("dataset"))
    throw qcs::program::UsageError("--model goes with --dataset");
  const auto extension = output.extension();
  if (extension != ".safetensors" && extension != ".pth")
    throw qcs::program::UsageError(fmt::format("{} must end in .safetensors or .pth", output.string()));

  auto file = qcs::read_weight_file(input, reading);
  for (const auto& note : file.notes) fmt::print("{}: {}\n", input.string(), note);
  if (!stripped.empty()) strip_prefix(file, stripped);
  const auto mapping = qcs::published_names_of(file);
  for (const auto& change : mapping.changes()) fmt::print("{}: {}\n", input.string(), change);
  const auto described = qcs::describe_weights(file);
  const auto count = file.tensors.size();
  for (std::size_t i = 0; i < count; ++i) file.tensors[i].first = mapping.names[i];
  if (base_branch) qcs::keep_base_branch(file);
  file.metadata.erase("format");  // of a checkpoint of this library; readers of safetensors expect "pt" there
  if (extension == ".safetensors") file.metadata["format"] = "pt";
  if (!dataset.empty()) qcs::with_dataset(dataset, [&]<class Dataset>() { add_metadata_of<Dataset>(file, model); });
  file.metadata["qcs_version"] = qcs::kVersion;
  for (auto& [name, tensor] : file.tensors) name.insert(0, prefix);
  if (extension == ".safetensors")
    qcs::io::write_safetensors(output, file.tensors, file.metadata);
  else
    qcs::io::write_torch(output, file.tensors, file.metadata);
  fmt::print("{}: {} of {} tensors, {}\n", output.string(), file.tensors.size(), count, described);
  return 0;
}

}  // namespace

int qcs::commands::convert(int argc, char** argv) {
  return qcs::program::run_program([&] { return ::run_convert(argc, argv); });
}
