// SPDX-License-Identifier: MIT
//
// Checkpoints of every released format, and such as carry code. tests/data/checkpoints/format_N.pt are last.pt of two
// epochs of two batches, made with tiny.hpp and toy.hpp.

#include <torch/script.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <qcs/train/trainer.hpp>
#include <qcs/weights/weight_file.hpp>
#include <sstream>

#include "tiny.hpp"
#include "toy.hpp"

#if __has_include(<torch/csrc/jit/runtime/print_handler.h>)
#include <torch/csrc/jit/runtime/print_handler.h>
#endif

using namespace qcs;

namespace {

std::filesystem::path released(int format) {
  return std::filesystem::path(QCS_TEST_DATA) / "checkpoints" / fmt::format("format_{}.pt", format);
}

Trainer<tiny::Net> trainer(int epochs) {
  const TrainerOptions o{.recipe = {.epochs = epochs, .learning_rate = 1e-3, .seed = 5}};
  return {tiny::network(), o, toy::labels()};
}

auto says(std::string text) {
  return [text](const CheckpointError& error) {
    BOOST_TEST_INFO(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

/// A TorchScript archive that prints when LibTorch's importer reads it.
std::string speaking_archive() {
  torch::jit::Module module("Speaking");
  module.register_attribute("x", c10::TensorType::get(), torch::zeros({1}));
  module.register_attribute("training", c10::BoolType::get(), true);
  module.define(R"(
def __getstate__(self):
  return (self.x, self.training)

def __setstate__(self, state: Tuple[Tensor, bool]):
  self.x = state[0]
  self.training = state[1]
  print("CODE FROM THE CHECKPOINT RAN")
)");
  std::ostringstream out;
  module.save(out);
  return out.str();
}

int prints = 0;

}  // namespace

BOOST_AUTO_TEST_CASE(format_3_is_resumed) {
  const auto checkpoint = load_checkpoint(released(3));
  BOOST_TEST(checkpoint.state.steps == 4);
  BOOST_TEST(checkpoint.conditions.at("step") == "sam");
  auto run = trainer(3);
  run.resume(released(3));
  const auto parameters = run.network()->named_parameters();
  for (const auto& [name, tensor] : checkpoint.state_dict)
    if (const auto* own = parameters.find(name)) BOOST_TEST(torch::equal(*own, tensor), name);
  toy::Tuples<Dual> tuples{.count = 2};
  toy::Labelled labelled;
  BOOST_TEST(run.fit(tuples, labelled, {}).steps == 6);
}

BOOST_AUTO_TEST_CASE(format_2_is_refused_with_what_to_do_and_its_weights_are_read) {
  BOOST_CHECK_EXCEPTION(trainer(3).resume(released(2)), CheckpointError,
                        says("it is of format 2, as qcs 0.1 wrote it"));
  BOOST_CHECK_EXCEPTION(trainer(3).resume(released(2)), CheckpointError,
                        says("Start a new run from its weights, with --pretrained and --pretrained-part all"));
  auto network = tiny::network(2);
  BOOST_TEST(load_weights(*network, read_weight_file(released(2)).tensors).exact());
  // Both were made by the same run: the training has not changed since.
  auto other = tiny::network(3);
  load_weights(*other, load_checkpoint(released(3)).state_dict);
  for (const auto& item : network->named_parameters())
    BOOST_TEST(torch::allclose(item.value(), other->named_parameters()[item.key()], 1e-4, 1e-6), item.key());
}

BOOST_AUTO_TEST_CASE(nothing_of_a_checkpoint_is_run) {
  const auto archive = speaking_archive();
  const auto handler = torch::jit::getPrintHandler();
  torch::jit::setPrintHandler([](const std::string&) { ++prints; });
  std::istringstream in(archive);
  torch::jit::load(in);
  BOOST_REQUIRE(prints > 0);  // the bait works
  prints = 0;
  const auto bytes =
      torch::from_blob(const_cast<char*>(archive.data()), {static_cast<std::int64_t>(archive.size())}, torch::kUInt8);
  const auto file = std::filesystem::temp_directory_path() / fmt::format("qcs-evil-{}.pt", ::getpid());
  for (const std::string format : {"qcs checkpoint 2", "qcs checkpoint 3"}) {
    const auto good = load_checkpoint(released(3));
    c10::impl::GenericDict root(c10::StringType::get(), c10::AnyType::get());
    root.insert("format", format);
    root.insert("architecture", good.architecture);
    root.insert("metadata", qcs::detail::text_dict(good.metadata));
    root.insert("conditions", qcs::detail::text_dict(good.conditions));
    for (const auto* name : {"seed", "epoch", "batch", "steps", "undone_in_a_row", "best_epoch"})
      root.insert(name, std::int64_t{0});
    root.insert("state_dict", qcs::detail::tensor_dict(good.state_dict));
    root.insert("training_state_dict", qcs::detail::tensor_dict({}));
    root.insert("optimizer", bytes);
    io::write_torch_value(file, root);
    BOOST_CHECK_THROW(trainer(3).resume(file), CheckpointError);
    BOOST_TEST(read_weight_file(file).tensors.size() == good.state_dict.size());
  }
  std::ofstream(file, std::ios::binary) << archive;
  BOOST_CHECK_THROW(trainer(3).resume(file), CheckpointError);
  BOOST_CHECK_EXCEPTION(read_weight_file(file), CheckpointError, says("a TorchScript archive"));
  BOOST_TEST(prints == 0);
  std::filesystem::remove(file);
  torch::jit::setPrintHandler(handler);
}

BOOST_AUTO_TEST_CASE(going_on_under_other_conditions_is_told) {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("qcs-conditions-{}.pt", ::getpid());
  auto checkpoint = load_checkpoint(released(3));
  checkpoint.conditions = run_conditions("sam", {});
  checkpoint.conditions["threads"] = "17";
  checkpoint.conditions["processor"] = "cuda";
  checkpoint.conditions["of a later version"] = "x";
  save_checkpoint(file, checkpoint);
  struct Notes {
    std::vector<std::string> texts;
    void on_run_begin(const RunInfo& info) { texts = info.notes; }
  } notes;
  auto run = trainer(3);
  run.resume(file);
  toy::Tuples<Dual> tuples{.count = 1};
  toy::Labelled labelled;
  run.fit(tuples, labelled, {}, notes);
  const auto told = [&](const std::string& start) {
    return std::ranges::count_if(notes.texts, [&](const auto& note) { return note.starts_with(start); });
  };
  BOOST_TEST(told(fmt::format("threads was 17, is now {}", torch::get_num_threads())) == 1);
  BOOST_TEST(told("processor was cuda, is now cpu") == 1);
  BOOST_TEST(told("step was") == 0);
  BOOST_TEST(told("of a later") == 0);
  std::filesystem::remove(file);
}
