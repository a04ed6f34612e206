// SPDX-License-Identifier: MIT
//
// What people have in a file of weights besides a plain state_dict, and what they have in the place of one.

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <qcs/io/torch/write_torch.hpp>
#include <qcs/weights/weight_file.hpp>
#include <vector>

#include "../io/support.hpp"

using namespace qcs;
using test::says;
using test::TemporaryFile;

namespace {

using Dict = c10::impl::GenericDict;

Dict dictionary(const std::vector<std::pair<std::string, c10::IValue>>& entries) {
  Dict dict(c10::StringType::get(), c10::AnyType::get());
  for (const auto& [key, value] : entries) dict.insert(key, value);
  return dict;
}

/// A state_dict whose one tensor holds `value`.
Dict weights(double value) { return dictionary({{"w", torch::full({2}, value)}}); }

WeightFile written_and_read(const c10::IValue& root, const WeightFileOptions& options = {}) {
  const TemporaryFile file({}, "sets.pth");
  io::write_torch_value(file.path(), root);
  return read_weight_file(file.path(), options);
}

double value_of(const WeightFile& file) {
  BOOST_REQUIRE(file.tensors.size() == 1U);
  return file.tensors[0].second[0].item<double>();
}

/// The archive as torch.save writes it when it is told to leave checksums out: every CRC-32 in it is 0.
std::string without_checksums(std::string bytes) {
  const auto number = [&](std::size_t at, int width) {
    std::size_t value = 0;
    for (int i = width - 1; i >= 0; --i)
      value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
    return value;
  };
  const auto end = bytes.rfind("PK\5\6");
  for (auto at = number(end + 16, 4); bytes.compare(at, 4, "PK\1\2") == 0;) {
    const auto local = number(at + 42, 4), size = number(at + 20, 4);
    const auto data = local + 30 + number(local + 26, 2) + number(local + 28, 2);
    std::memset(&bytes[at + 16], 0, 4);
    std::memset(&bytes[local + 14], 0, 4);
    if (bytes.compare(data + size, 4, "PK\7\x8") == 0) std::memset(&bytes[data + size + 4], 0, 4);
    at += 46 + number(at + 28, 2) + number(at + 30, 2) + number(at + 32, 2);
  }
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(raw_weights_come_before_averages_and_a_key_chooses) {
  const auto root = dictionary({{"state_dict_ema", weights(2)}, {"state_dict", weights(1)}, {"epoch", 3}});
  const auto raw = written_and_read(root);
  BOOST_TEST(value_of(raw) == 1);
  BOOST_TEST(raw.key == "state_dict");
  BOOST_TEST(raw.notes == std::vector<std::string>{"the weights under `state_dict` were taken; it also has "
                                                   "`state_dict_ema`, see --weights-key"});
  BOOST_TEST(value_of(written_and_read(root, {.key = "state_dict_ema"})) == 2);
  BOOST_CHECK_EXCEPTION(written_and_read(root, {.key = "ema"}), CheckpointError,
                        says("it holds no weights under `ema`, only under `state_dict_ema`, `state_dict`"));
}

BOOST_AUTO_TEST_CASE(averages_alone_are_taken_and_called_so) {
  for (const auto* key : {"state_dict_ema", "ema_state_dict", "model_ema", "ema", "params_ema", "swa_state_dict"}) {
    const auto file = written_and_read(dictionary({{key, weights(2)}, {"epoch", 3}}));
    BOOST_TEST(value_of(file) == 2);
    BOOST_TEST(file.notes == std::vector<std::string>{
                                 fmt::format("it has no other weights than the moving averages under `{}`", key)});
  }
}

BOOST_AUTO_TEST_CASE(containers_of_weights_are_looked_into) {
  for (const auto* key : {"state_dict", "model_state_dict", "model", "net", "network", "weights", "anything"})
    BOOST_TEST(value_of(written_and_read(dictionary({{key, weights(1)}}))) == 1);
  BOOST_TEST(value_of(written_and_read(dictionary({{"model", dictionary({{"state_dict", weights(1)}})}}))) == 1);
  // A lone number beside the weights does not make the file's own dictionary the weights.
  const auto nested = dictionary({{"best", torch::ones({})}, {"run", dictionary({{"model", weights(1)}})}});
  const auto file = written_and_read(nested);
  BOOST_TEST(file.key == "run.model");
  BOOST_TEST(file.metadata.at("best") == "1");
  c10::impl::GenericList list(c10::AnyType::get());
  list.push_back(weights(4));
  list.push_back(7);
  BOOST_TEST(value_of(written_and_read(list)) == 4);
  BOOST_TEST(value_of(written_and_read(dictionary({{"net", weights(1)}, {"optimizer", weights(9)}}))) == 1);
  BOOST_TEST(written_and_read(dictionary({{"net", weights(1)}, {"optimizer", weights(9)}})).notes.empty());
}

BOOST_AUTO_TEST_CASE(several_sets_of_no_usual_name_are_asked_about) {
  const auto root = dictionary({{"teacher", weights(1)}, {"student", weights(2)}});
  BOOST_CHECK_EXCEPTION(written_and_read(root), CheckpointError,
                        says("it holds several sets of weights, `teacher`, `student`; choose one with --weights-key"));
  BOOST_TEST(value_of(written_and_read(root, {.key = "student"})) == 2);
}

BOOST_AUTO_TEST_CASE(dictionaries_that_contain_themselves_end) {
  // A dictionary whose entry is itself: }q0 X"a" h0 s .
  const std::string pickle("\x80\2}q\0X\1\0\0\0ah\0s.", 15);
  const auto read = io::PickleReader(pickle).read();
  BOOST_TEST(find_weight_sets(*read.root).empty());
}

BOOST_AUTO_TEST_CASE(objects_beside_the_weights_are_ignored_and_whole_modules_named) {
  for (const auto* format : {"zip", "legacy"}) {
    const auto file = read_weight_file(test::fixture(fmt::format("with_object_{}.pth", format)));
    BOOST_TEST(file.tensors.size() == 2U);
    BOOST_TEST(file.others.at("criterion") == "object of __main__.Criterion, not built");
    BOOST_CHECK_EXCEPTION(read_weight_file(test::fixture(fmt::format("whole_module_{}.pth", format))), CheckpointError,
                          says("under `net` it holds a pickled module of class __main__.Model; save its state_dict()"));
  }
  const auto subclass = read_weight_file(test::fixture("subclass_zip.pth"));
  BOOST_REQUIRE(subclass.tensors.size() == 2U);
  BOOST_TEST(torch::equal(subclass.tensors[0].second, torch::tensor({1.F, 2.F})));
}

BOOST_AUTO_TEST_CASE(the_count_of_averaged_models_is_no_weight) {
  const auto file =
      written_and_read(dictionary({{"n_averaged", torch::ones({}, torch::kInt64)}, {"module.w", torch::ones({2})}}));
  BOOST_TEST(file.tensors.size() == 1U);
}

BOOST_AUTO_TEST_CASE(files_without_checksums_are_read_and_said_to_have_none) {
  const TemporaryFile file({}, "plain.pth");
  io::write_torch(file.path(), {{"w", torch::arange(100.)}}, {{"k", "v"}});
  BOOST_TEST(read_weight_file(file.path()).notes.empty());
  const auto bytes = test::bytes_of(file.path());
  file.write(without_checksums(bytes));
  const auto read = read_weight_file(file.path());
  BOOST_TEST(read.notes == std::vector<std::string>{"it was saved without checksums, so damage would go unnoticed"});
  BOOST_TEST(torch::equal(read.tensors.at(0).second, torch::arange(100.)));
  BOOST_TEST(read.metadata.at("k") == "v");
  // One checksum that is not 0 makes a file with checksums, whose other records are then damaged.
  auto mixed = without_checksums(bytes);
  mixed[mixed.find("PK\1\2") + 16] = 1;
  file.write(mixed);
  BOOST_CHECK_THROW(read_weight_file(file.path()), CheckpointError);
}

BOOST_AUTO_TEST_CASE(what_stands_in_the_place_of_weights_is_told) {
  const std::pair<std::string, std::string> cases[] = {
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a pointer of Git LFS"},
      {"<!DOCTYPE html><html><title>Sign in</title>", "it is a web page, as a failed download leaves it"},
      {"\n\n<html>", "it is a web page"},
      {"\x1f\x8b\x08"
       "rest of it",
       "packed with gzip"},
      {"\x89HDF\r\n\x1a\n", "an HDF5 file"},
      {"", "it is empty"},
      {"certainly not", "it starts with `certainly not`"}};
  for (const auto& [bytes, text] : cases) {
    const TemporaryFile file(bytes, "other.pth");
    BOOST_CHECK_EXCEPTION(read_weight_file(file.path()), CheckpointError, says(text));
  }
  BOOST_CHECK_EXCEPTION(read_weight_file(std::filesystem::temp_directory_path()), CheckpointError,
                        says("is a folder; name a file of weights in it"));
}
