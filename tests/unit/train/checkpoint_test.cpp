// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <qcs/train/state/checkpoint_folder.hpp>
#include <qcs/weights/load_weights.hpp>

#include "toy.hpp"

using namespace qcs;

namespace {

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("qcs-checkpoint-" + std::to_string(::getpid()));
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
  const Checkpoint saved{.architecture = network->architecture().text(),
                         .metadata = {{"labels", "toy"}, {"a key of spaces", "two\nlines"}},
                         .seed = -1,
                         .state = {.epoch = 3,
                                   .batch = 7,
                                   .steps = 12,
                                   .means = EpochMeans::from_sums({.1, 3, 1e300, 4}),
                                   .undone_in_a_row = 1,
                                   .best_epoch = 2,
                                   .best_confusion = qcs::detail::confusion_of({1, 2, 3, 4})},
                         .state_dict = state_dict(*network),
                         .training_state_dict = {{"x", torch::ones({2})}},
                         .optimizer = {{"w.step", torch::tensor(4, torch::kInt64)}, {"w.exp_avg", torch::rand({3})}},
                         .conditions = {{"step", "sam"}, {"threads", "2"}},
                         .generator = torch::arange(9, torch::kUInt8)};
  save_checkpoint(file, saved);
  const auto loaded = load_checkpoint(file);
  BOOST_TEST(loaded.architecture == saved.architecture);
  BOOST_TEST((loaded.metadata == saved.metadata));
  BOOST_TEST(loaded.seed == -1);
  BOOST_TEST(loaded.state.epoch == 3);
  BOOST_TEST(loaded.state.batch == 7);
  BOOST_TEST(loaded.state.steps == 12);
  BOOST_TEST(loaded.state.means.sums() == saved.state.means.sums(), boost::test_tools::per_element());
  BOOST_TEST(loaded.state.undone_in_a_row == 1);
  BOOST_TEST(loaded.state.best_epoch == 2);
  BOOST_TEST((loaded.state.best_confusion == saved.state.best_confusion));
  BOOST_TEST(torch::equal(loaded.training_state_dict.at(0).second, torch::ones({2})));
  BOOST_TEST(torch::equal(loaded.generator, saved.generator));
  BOOST_TEST(!loaded.device_generator.defined());
  BOOST_REQUIRE(loaded.optimizer.size() == 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    BOOST_TEST(loaded.optimizer[i].first == saved.optimizer[i].first);
    BOOST_TEST(torch::equal(loaded.optimizer[i].second, saved.optimizer[i].second));
  }
  BOOST_TEST((loaded.conditions == saved.conditions));
  auto other = toy::network<Dual>(2);
  BOOST_TEST(!toy::same_weights(*network, *other));
  load_weights(*other, loaded.state_dict);
  BOOST_TEST(toy::same_weights(*network, *other));
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1, "no temporary file stays");
}

BOOST_AUTO_TEST_CASE(a_changed_byte_anywhere_in_the_tensors_is_detected) {
  const Folder folder;
  const auto file = folder.path / "run.pt";
  save_checkpoint(
      file,
      {.architecture = "x", .state_dict = {{"w", torch::rand({64})}}, .optimizer = {{"w.exp_avg", torch::ones({64})}}});
  const auto size = std::filesystem::file_size(file);
  const auto saved = load_checkpoint(file).state_dict[0].second;
  int detected = 0;
  for (std::uintmax_t at = 0; at < size; at += 7) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekg(static_cast<std::streamoff>(at));
    const char byte = static_cast<char>(stream.get());
    stream.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(byte ^ 0x5a)).flush();
    try {
      BOOST_TEST(torch::equal(load_checkpoint(file).state_dict[0].second, saved));
    } catch (const CheckpointError&) {
      ++detected;
    }
    stream.seekp(static_cast<std::streamoff>(at)).put(byte).flush();
  }
  BOOST_TEST(detected > 100);
  BOOST_TEST(torch::equal(load_checkpoint(file).state_dict[0].second, saved));
}

BOOST_AUTO_TEST_CASE(files_that_are_no_checkpoint_are_refused) {
  const Folder folder;
  const auto file = folder.path / "run.pt";
  BOOST_CHECK_EXCEPTION(load_checkpoint(file), CheckpointError, says({"no checkpoint at", "run.pt"}));
  std::ofstream(file) << "certainly not a zip";
  BOOST_CHECK_EXCEPTION(load_checkpoint(file), CheckpointError,
                        says({"run.pt is not a checkpoint that can be resumed"}));
  std::ofstream(file, std::ios::trunc).flush();
  BOOST_CHECK_THROW(load_checkpoint(file), CheckpointError);
  save_checkpoint(file, {.architecture = "x",
                         .state_dict = {{"w", torch::ones({1000})}},
                         .optimizer = {{"w.exp_avg", torch::ones({64})}}});
  const auto size = std::filesystem::file_size(file);
  for (const auto part : {size / 4, size / 2, size - 10}) {
    std::filesystem::resize_file(file, part);
    BOOST_CHECK_THROW(load_checkpoint(file), CheckpointError);
  }
}

BOOST_AUTO_TEST_CASE(three_checkpoints_are_kept_and_a_file_of_two_names_counts_once) {
  const Folder folder;
  const CheckpointFolder checkpoints(folder.path);
  const auto numbered = [](std::int64_t steps) {
    return Checkpoint{.architecture = "x", .state = {.steps = steps}, .state_dict = {{"w", torch::ones({1000})}}};
  };
  checkpoints.save(numbered(1), true);
  BOOST_TEST(std::filesystem::equivalent(checkpoints.best(), checkpoints.last()));
  checkpoints.save(numbered(2), false);
  checkpoints.save(numbered(3), false);
  BOOST_TEST(load_checkpoint(checkpoints.last()).state.steps == 3);
  BOOST_TEST(load_checkpoint(checkpoints.previous()).state.steps == 2);
  BOOST_TEST(load_checkpoint(checkpoints.best()).state.steps == 1);
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 3);
  checkpoints.require_space(1000);
  const auto too_much = std::filesystem::space(folder.path).available;
  BOOST_CHECK_EXCEPTION(checkpoints.require_space(too_much), Error, says({"MiB are free", "four of"}));
}

BOOST_AUTO_TEST_CASE(what_killed_runs_left_is_removed_and_nothing_else) {
  const Folder folder;
  for (const auto* name :
       {".last.pt.123.tmp", ".metrics.jsonl.4.tmp", ".new.pt", ".hidden.tmp", "1.tmp", ".notes.1x.tmp"})
    std::ofstream(folder.path / name) << "x";
  BOOST_TEST(CheckpointFolder(folder.path).remove_leftovers() == 3);
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 3);
}
