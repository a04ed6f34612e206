// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <qcs/train/checkpoint.hpp>

#include "toy.hpp"

using namespace qcs;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("qcs-checkpoint-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

auto says(std::vector<std::string> texts) {
  return [texts](const Error& error) {
    for (const auto& text : texts)
      if (std::string(error.what()).find(text) == std::string::npos) return false;
    return true;
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_checkpoint_comes_back_as_it_was) {
  const Folder folder;
  const auto file = folder.path / "run.pt";
  auto network = toy::network<Dual>();
  const Checkpoint saved{.architecture = network->architecture(),
                         .class_names = {"surprise", "fear of spaces"},
                         .epochs_done = 3,
                         .steps = 12,
                         .seed = -1,
                         .best_epoch = 2,
                         .best_confusion = {1, 2, 3, 4},
                         .state_dict = state_dict(*network),
                         .optimizer = std::string("\0bytes\xff", 7)};
  save_checkpoint(file, saved);
  const auto loaded = load_checkpoint(file);
  BOOST_TEST(loaded.architecture == saved.architecture);
  BOOST_TEST(loaded.class_names == saved.class_names);
  BOOST_TEST(loaded.epochs_done == 3);
  BOOST_TEST(loaded.steps == 12);
  BOOST_TEST(loaded.seed == -1);
  BOOST_TEST(loaded.best_epoch == 2);
  BOOST_TEST(loaded.best_confusion == saved.best_confusion);
  BOOST_TEST(loaded.optimizer == saved.optimizer);
  auto other = toy::network<Dual>(2);
  BOOST_TEST(!toy::same_weights(*network, *other));
  load_state_dict(*other, loaded.state_dict, file.string());
  BOOST_TEST(toy::same_weights(*network, *other));
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1, "no temporary file stays");
}

BOOST_AUTO_TEST_CASE(every_tensor_that_does_not_fit_is_named_and_nothing_is_loaded) {
  auto network = toy::network<Dual>();
  auto state = state_dict(*network);
  const auto before = state_dict(*network);
  for (auto& [name, tensor] : state)
    if (tensor.is_floating_point()) tensor = tensor + 1;
  state.erase("conv1.bias");
  state["VIT_base.cls_token"] = torch::zeros({1, 1, 3});
  state["extra.weight"] = torch::zeros({2});
  BOOST_CHECK_EXCEPTION(load_state_dict(*network, state, "file.pt"), CheckpointError,
                        says({"file.pt", "3 tensors", "missing conv1.bias", "unexpected extra.weight",
                              "VIT_base.cls_token has shape [1, 1, 3], expected [1, 1, 64]"}));
  for (const auto& parameter : network->named_parameters())
    BOOST_TEST(torch::equal(parameter.value(), before.at(parameter.key())));
}

BOOST_AUTO_TEST_CASE(files_that_are_no_checkpoint_are_refused) {
  const Folder folder;
  const auto file = folder.path / "run.pt";
  BOOST_CHECK_EXCEPTION(load_checkpoint(file), CheckpointError, says({"no checkpoint at", "run.pt"}));
  std::ofstream(file) << "certainly not a zip";
  BOOST_CHECK_EXCEPTION(load_checkpoint(file), CheckpointError, says({"run.pt is not a qcs checkpoint"}));
  std::ofstream(file, std::ios::trunc).flush();
  BOOST_CHECK_THROW(load_checkpoint(file), CheckpointError);
  save_checkpoint(file, {.architecture = "x", .state_dict = {{"w", torch::ones({1000})}}, .optimizer = "o"});
  const auto size = std::filesystem::file_size(file);
  for (const auto part : {size / 4, size / 2, size - 10}) {
    std::filesystem::resize_file(file, part);
    BOOST_CHECK_THROW(load_checkpoint(file), CheckpointError);
  }
}
