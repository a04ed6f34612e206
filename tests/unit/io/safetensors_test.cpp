// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <qcs/io/safetensors.hpp>

#include "support.hpp"

using namespace qcs;
using test::says;
using test::TemporaryFile;

namespace {

/// A file with this header and `data` bytes after it.
std::string file_of(const std::string& header, std::size_t data) {
  const std::uint64_t size = header.size();
  std::string bytes(sizeof size, '\0');
  std::memcpy(bytes.data(), &size, sizeof size);
  return bytes + header + std::string(data, '\1');
}

}  // namespace

BOOST_AUTO_TEST_CASE(tensors_and_metadata_come_back_as_they_were) {
  torch::manual_seed(3);
  io::NamedTensors tensors{{"half", torch::randn({3}).to(torch::kFloat16)},
                           {"weight", torch::randn({4, 5})},
                           {"turned", torch::randn({4, 5}).t()},
                           {"scalar", torch::tensor(7, torch::kInt64)},
                           {"empty", torch::zeros({0, 3})},
                           {"mask", torch::tensor({true, false, true})},
                           {"brain", torch::randn({2}).to(torch::kBFloat16)},
                           {"double \"quoted\" \u2603", torch::randn({2}, torch::kFloat64)}};
  const io::Metadata metadata{{"classes", "Surprise\nFear"}, {"qcs_version", "0"}};
  const TemporaryFile file;
  io::write_safetensors(file.path(), tensors, metadata);
  const auto read = io::read_safetensors(file.path());
  BOOST_TEST((read.metadata == metadata));
  BOOST_REQUIRE(read.tensors.size() == tensors.size());
  for (const auto& [name, tensor] : tensors) {
    const auto found = std::ranges::find(read.tensors, name, &std::pair<std::string, torch::Tensor>::first);
    BOOST_REQUIRE(found != read.tensors.end());
    BOOST_TEST((found->second.dtype() == tensor.dtype()));
    BOOST_TEST(torch::equal(found->second, tensor));
  }
}

BOOST_AUTO_TEST_CASE(every_truncated_safetensors_file_is_detected) {
  const TemporaryFile file;
  io::write_safetensors(file.path(), {{"a", torch::ones({3})}, {"b", torch::zeros({2, 2}, torch::kFloat64)}},
                        {{"k", "v"}});
  const auto bytes = test::bytes_of(file.path());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    file.write(bytes.substr(0, length));
    BOOST_CHECK_THROW(io::read_safetensors(file.path()), CheckpointError);
  }
  file.write(bytes + "x");
  BOOST_CHECK_EXCEPTION(io::read_safetensors(file.path()), CheckpointError,
                        says("the tensors take 44 bytes, the file has 45"));
}

BOOST_AUTO_TEST_CASE(what_the_format_forbids_is_refused) {
  const auto f32 = [](std::string shape, std::string offsets) {
    return R"({"dtype":"F32","shape":[)" + shape + R"(],"data_offsets":[)" + offsets + "]}";
  };
  struct Case {
    std::string header;
    std::size_t data;
    std::string message;
  };
  const std::vector<Case> cases{
      {R"({"a":)" + f32("2", "0,8") + "}", 9, "the tensors take 8 bytes, the file has 9"},
      {R"({"a":)" + f32("2", "0,8") + R"(,"b":)" + f32("2", "4,12") + "}", 12,
       "tensor b starts at byte 4 of the data, expected 8"},
      {R"({"a":)" + f32("2", "0,8") + R"(,"b":)" + f32("1", "12,16") + "}", 16,
       "tensor b starts at byte 12 of the data, expected 8"},
      {R"({"a":)" + f32("3", "0,8") + "}", 8, "do not hold its 12 bytes"},
      {R"({"a":)" + f32("2", "8,0") + "}", 8, "do not hold its 8 bytes"},
      {R"({"a":)" + f32("-2", "0,8") + "}", 8, "a size is no whole number"},
      {R"({"a":)" + f32("2.0", "0,8") + "}", 8, "a size is no whole number"},
      {R"({"a":)" + f32("4611686018427387904,4", "0,0") + "}", 0, "its size overflows"},
      {R"({"a":)" + f32("2", "0,18446744073709551624") + "}", 8, "tensor a"},
      {R"({"a":)" + f32("2", "0,8") + R"(,"a":)" + f32("2", "0,8") + "}", 8, "has the key `a` twice"},
      {R"({"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8, "has the key `dtype` twice"},
      {R"({"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}})", 8, "unknown dtype F31"},
      {R"({"a":{"dtype":"F32","shape":[2]}})", 8, "expected dtype, shape and data_offsets"},
      {R"({"__metadata__":{"n":1}})", 0, "`n`, which is no text"},
      {R"({"__metadata__":[]})", 0, "__metadata__ is no object"},
      {R"({"a":{"b":{"c":{"d":{"e":1}}}}})", 0, "nested too deeply"},
      {R"( {"a":1})", 0, "does not start with"},
      {R"({"a":)", 0, "no JSON"},
      {"{\"a\xff\":1}", 0, "no JSON"},
      {"[]", 0, "does not start with"},
      {R"({"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"BOOL","shape":[1],"data_offsets":[1,2]}})",
       3, "the file has 3"},
  };
  const TemporaryFile file;
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.header) {
      file.write(file_of(c.header, c.data));
      BOOST_CHECK_EXCEPTION(io::read_safetensors(file.path()), CheckpointError, says(c.message));
    }
  }
  std::string huge = file_of("{}", 0);
  huge[5] = 1;  // a header of 2^40 bytes
  file.write(huge);
  BOOST_CHECK_EXCEPTION(io::read_safetensors(file.path()), CheckpointError, says("at most 100,000,000 are allowed"));
}

BOOST_AUTO_TEST_CASE(names_that_cannot_be_written_are_refused) {
  const TemporaryFile file;
  const auto one = torch::ones({1});
  BOOST_CHECK_EXCEPTION(io::write_safetensors(file.path(), {{"a", one}, {"a", one}}), CheckpointError,
                        says("a second tensor called a"));
  BOOST_CHECK_THROW(io::write_safetensors(file.path(), {{"__metadata__", one}}), CheckpointError);
  BOOST_CHECK_EXCEPTION(io::write_safetensors(file.path(), {{"q", one.to(torch::kComplexDouble)}}), CheckpointError,
                        says("no dtype"));
}
