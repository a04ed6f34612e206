// SPDX-License-Identifier: MIT
//
// benchmark_engine WEIGHTS DATA_ROOT [OUT]: does the engine say what the network says? The base branch of WEIGHTS by
// its
//   module and by the engine, in float32 and bfloat16, on the validation faces of FERPlus, as `prepare ferplus` left
//   them in DATA_ROOT. Prints accuracies, differences of logits and how many answers differ. OUT, a safetensors file,
//   gets the first 100 faces as the network reads them and the module's logits, for exported.py.

#include <qcs/data/dataset/labelled_dataset.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/experiment/published_faces.hpp>
#include <qcs/infer/load_engine.hpp>
#include <qcs/io/safetensors.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/process.hpp>
#include <string>
#include <vector>

namespace {

constexpr std::int64_t kKept = 100;

struct Answers {
  torch::Tensor images, labels, module, float32, bfloat16;
};

template <class Backbone>
Answers answers(const qcs::WeightFile& file, const qcs::Card& card, const qcs::ImageSource& faces) {
  const auto graph = qcs::simplified(qcs::load_graph(qcs::Backbones<Backbone>(), file, card));
  const qcs::TorchEngine engine(graph), low(graph, {.precision = qcs::Precision::kBfloat16});
  qcs::BaseBranch<Backbone> module(
      qcs::NetworkOptions{.classes = static_cast<std::int64_t>(card.labels.classes.size())});
  qcs::load_weights(*module, file.tensors,
                    {.part = [&](std::string_view name) { return module->is_base_tensor(name); }});
  module->eval();
  auto transform = card.preprocessing.transform();
  transform.stride = engine.stride();
  qcs::Loader loader(qcs::LabelledDataset(faces, transform), {.batch_size = 32, .workers = 1});
  std::vector<torch::Tensor> images, labels, by_module, by_engine, by_low;
  const torch::InferenceMode inference;
  for (const auto& batch : loader.epoch(0)) {
    if (images.size() * 32 < kKept) images.push_back(batch.images);
    labels.push_back(batch.labels);
    by_module.push_back(module->forward(batch.images));
    by_engine.push_back(engine.logits(batch.images));
    by_low.push_back(low.logits(batch.images));
  }
  return {torch::cat(images).narrow(0, 0, kKept), torch::cat(labels), torch::cat(by_module), torch::cat(by_engine),
          torch::cat(by_low)};
}

double percent(const torch::Tensor& flags) { return 100 * flags.to(torch::kFloat64).mean().item<double>(); }

int run(int argc, char** argv) {
  if (argc < 3) throw qcs::program::UsageError("usage: benchmark_engine WEIGHTS DATA_ROOT [OUT]");
  qcs::program::start_compute_threads(qcs::program::default_threads().threads);
  const auto file = qcs::read_weight_file(argv[1]);
  const auto card = qcs::find_card(file.metadata);
  if (!card || !card->architecture)
    throw qcs::CheckpointError(fmt::format("{} carries no card of a network of this library", argv[1]));
  const auto faces = qcs::published_faces<qcs::FerPlus>(argv[2]);
  if (!faces.validation) throw qcs::DataError(fmt::format("there are no validation faces below {}", argv[2]));
  const auto all = qcs::with_backbone(qcs::ShippedBackbones(), card->architecture->backbone, [&]<class Backbone>() {
    return answers<Backbone>(file, *card, *faces.validation);
  });
  fmt::print("{} faces, {}\n{:<18}{:>10}{:>26}{:>18}\n", all.labels.size(0), card->architecture->text(), "", "accuracy",
             "difference of logits", "other answers");
  fmt::print("{:<18}{:>8.2f} %\n", "module", percent(all.module.argmax(1) == all.labels));
  for (const auto& [name, logits] : {std::pair("engine, float32", all.float32), {"engine, bfloat16", all.bfloat16}})
    fmt::print("{:<18}{:>8.2f} %{:>26.1e}{:>16.2f} %\n", name, percent(logits.argmax(1) == all.labels),
               ((logits - all.module).abs().max() / all.module.abs().max()).item<double>(),
               percent(logits.argmax(1) != all.module.argmax(1)));
  if (argc > 3)
    qcs::io::write_safetensors(argv[3], {{"images", all.images}, {"logits", all.module.narrow(0, 0, kKept)}}, {});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
