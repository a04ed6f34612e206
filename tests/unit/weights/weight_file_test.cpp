// SPDX-License-Identifier: MIT
//
// Files of torch.save, both formats, against the values that Python holds, and what comes of damaged and hostile ones.

#include <boost/test/unit_test.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <qcs/weights/weight_file.hpp>
#include <vector>

#include "../io/support.hpp"

using namespace qcs;
using test::TemporaryFile;

namespace {

std::string dtype_name(const torch::Tensor& tensor) {
  static const std::map<torch::ScalarType, std::string> names{
      {torch::kFloat32, "torch.float32"},   {torch::kFloat64, "torch.float64"}, {torch::kFloat16, "torch.float16"},
      {torch::kBFloat16, "torch.bfloat16"}, {torch::kInt64, "torch.int64"},     {torch::kInt32, "torch.int32"},
      {torch::kUInt8, "torch.uint8"},       {torch::kBool, "torch.bool"}};
  return names.at(tensor.scalar_type());
}

const nlohmann::json& expected() {
  static const auto values = nlohmann::json::parse(test::bytes_of(test::fixture("expected.json")));
  return values;
}

/// Names that differ from expected.json; empty if all is right.
std::vector<std::string> differences(const io::NamedTensors& tensors) {
  std::vector<std::string> wrong;
  for (const auto& [name, tensor] : tensors) {
    if (!expected().contains(name)) {
      wrong.push_back("extra " + name);
      continue;
    }
    const auto& entry = expected()[name];
    const auto values = tensor.to(torch::kFloat64).contiguous();
    const std::vector<double> found(values.data_ptr<double>(), values.data_ptr<double>() + values.numel());
    if (dtype_name(tensor) != entry["dtype"] ||
        tensor.sizes().vec() != entry["shape"].get<std::vector<std::int64_t>>() ||
        found != entry["values"].get<std::vector<double>>())
      wrong.push_back(name);
  }
  if (tensors.size() < expected().size()) wrong.push_back("some are missing");
  return wrong;
}

const std::vector<std::string> kGood{"state_dict_zip.pth", "full_zip.pth", "state_dict_legacy.pth", "full_legacy.pth"};

}  // namespace

BOOST_AUTO_TEST_CASE(every_dtype_and_layout_has_its_value_in_both_formats) {
  for (const auto& name : kGood) {
    BOOST_TEST_CONTEXT(name) {
      const auto file = read_weight_file(test::fixture(name));
      BOOST_TEST(differences(file.tensors).empty());
      BOOST_TEST(file.tensors.size() == expected().size());
      BOOST_TEST(file.format == (name.find("zip") != std::string::npos ? "torch.save" : "torch.save (legacy)"));
    }
  }
}

BOOST_AUTO_TEST_CASE(tensors_that_share_a_storage_share_it_again) {
  for (const auto& name : {"state_dict_zip.pth", "state_dict_legacy.pth"}) {
    const auto file = read_weight_file(test::fixture(name));
    std::map<std::string, torch::Tensor> tensors(file.tensors.begin(), file.tensors.end());
    BOOST_TEST(tensors["module.shared"].is_alias_of(tensors["module.f32"]));
    BOOST_TEST(tensors["module.transposed"].stride(0) == 1);
  }
}

BOOST_AUTO_TEST_CASE(objects_beside_the_weights_are_named_and_not_built) {
  for (const auto& name : {"full_zip.pth", "full_legacy.pth"}) {
    const auto file = read_weight_file(test::fixture(name));
    for (const auto& [key, value] : file.others) BOOST_TEST_MESSAGE(name << ": " << key << " = " << value);
    BOOST_TEST(file.metadata.at("epoch") == "3");
    BOOST_TEST(file.others.at("recorder").find("not built") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(hostile_files_run_nothing) {
  const std::filesystem::path marker = "/tmp/qcs_pickle_was_executed";
  BOOST_REQUIRE(!std::filesystem::exists(marker));
  for (const auto& name : {"malicious_zip.pth", "malicious_legacy.pth"}) {
    const auto file = read_weight_file(test::fixture(name));
    BOOST_TEST(differences(file.tensors).empty());
    bool named = false;
    for (const auto& [key, value] : file.others) named = named || value == "object of posix.system, not built";
    BOOST_TEST(named);
    BOOST_TEST(!std::filesystem::exists(marker));
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_detected) {
  for (const auto& name : kGood) {
    const auto bytes = test::bytes_of(test::fixture(name));
    const TemporaryFile file;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      file.write(bytes.substr(0, length));
      BOOST_CHECK_THROW(read_weight_file(file.path()), CheckpointError);
    }
  }
}

/// Every byte changed, all bits of it and a single one. In zip files the change must be found or must not matter; the
/// legacy format has no checksum, so a changed number in it is just another number: there, all that can be asked is
/// that reading stays safe.
BOOST_AUTO_TEST_CASE(every_changed_byte_is_detected_or_harmless) {
  for (const auto& name : kGood) {
    const bool zip = name.find("zip") != std::string::npos;
    const auto bytes = test::bytes_of(test::fixture(name));
    const TemporaryFile file;
    int detected = 0, harmless = 0, wrong = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const int mask : {0xff, 1 << at % 8}) {
        auto changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ mask);
        file.write(changed);
        try {
          const auto faults = differences(read_weight_file(file.path()).tensors);
          ++(faults.empty() ? harmless : wrong);
        } catch (const CheckpointError&) {
          ++detected;
        }
      }
    }
    if (zip) BOOST_TEST(wrong == 0);
    BOOST_TEST(detected + harmless + wrong == static_cast<int>(2 * bytes.size()));
    BOOST_TEST_MESSAGE(name << ": of " << 2 * bytes.size() << " changes " << detected << " detected, " << harmless
                            << " harmless, " << wrong << " unnoticed");
  }
}

/// What the legacy format lacks, a name with the file's SHA-256 makes good, where that is asked for.
BOOST_AUTO_TEST_CASE(a_hash_in_the_name_finds_every_changed_byte_on_request) {
  const WeightFileOptions checked{.check_hash = true};
  for (const auto& name : {"state_dict_legacy.pth", "full_legacy.pth"}) {
    const auto bytes = test::bytes_of(test::fixture(name));
    const TemporaryFile file(bytes, fmt::format("weights-{}.pth", sha256(bytes).substr(0, 8)));
    BOOST_TEST(differences(read_weight_file(file.path(), checked).tensors).empty());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const int mask : {0xff, 1 << at % 8}) {
        auto changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ mask);
        file.write(changed);
        BOOST_CHECK_THROW(read_weight_file(file.path(), checked), CheckpointError);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_a_hash_is_a_note) {
  const auto bytes = test::bytes_of(test::fixture("state_dict_zip.pth"));
  for (const std::string digits : {"0a1b2c3d", "20241231"}) {
    const TemporaryFile file(bytes, fmt::format("dcs-{}.pth", digits));
    const auto read = read_weight_file(file.path());
    BOOST_TEST(differences(read.tensors).empty());
    BOOST_TEST(read.notes == std::vector<std::string>{
                                 fmt::format("if {} in its name is its SHA-256, --check-hash compares it", digits)});
    BOOST_CHECK_EXCEPTION(
        read_weight_file(file.path(), {.check_hash = true}), CheckpointError, [](const CheckpointError& error) {
          return std::string(error.what()).find("its name says that its SHA-256 starts with") != std::string::npos;
        });
  }
  for (const std::string name : {"dcs.pth", "dcs-deadbee.pth", "dcs-deadbeefg.pth"}) {
    const TemporaryFile file(bytes, name);
    BOOST_TEST(read_weight_file(file.path()).notes.empty());
    BOOST_CHECK_THROW(read_weight_file(file.path(), {.check_hash = true}), CheckpointError);
  }
}

/// A safetensors file starts with the length of its header: 128 is the first byte of a pickle, 19280 is "PK".
BOOST_AUTO_TEST_CASE(safetensors_are_not_taken_for_another_format) {
  for (const std::size_t length : {std::size_t{128}, std::size_t{19280}}) {
    std::string header = R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    header.resize(length, ' ');
    std::string bytes(8, '\0');
    for (int i = 0; i < 8; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(length >> 8 * i & 255);
    const TemporaryFile file(bytes + header + std::string(4, '\0'));
    BOOST_TEST(read_weight_file(file.path()).format == "safetensors");
  }
}

/// 400 times the same two long texts, joined to a class name each time, would take a thousand times the file's memory.
BOOST_AUTO_TEST_CASE(a_small_pickle_cannot_ask_for_much_memory) {
  std::vector<char> pickle{'\x80', 4};
  for (const std::size_t length : {100000, 100001}) {
    pickle.push_back('X');
    for (int i = 0; i < 4; ++i) pickle.push_back(static_cast<char>(length >> 8 * i & 255));
    pickle.insert(pickle.end(), length, 'a');
    pickle.insert(pickle.end(), {'q', static_cast<char>(length & 1)});
  }
  for (int i = 0; i < 400; ++i) pickle.insert(pickle.end(), {'h', 0, 'h', 1, '\x93', '0'});
  pickle.push_back('.');
  BOOST_CHECK_EXCEPTION(io::PickleReader({pickle.data(), pickle.size()}).read(), CheckpointError,
                        [](const CheckpointError& error) {
                          return std::string(error.what()).find("a class name is too long") != std::string::npos;
                        });
}

BOOST_AUTO_TEST_CASE(what_is_no_checkpoint_is_called_so) {
  const auto says = [](std::string text) {
    return [text](const CheckpointError& error) { return std::string(error.what()).find(text) != std::string::npos; };
  };
  BOOST_CHECK_EXCEPTION(read_weight_file("none.pth"), CheckpointError, says("no checkpoint at none.pth"));
  const TemporaryFile file("a line of text, long enough to be looked at");
  BOOST_CHECK_EXCEPTION(read_weight_file(file.path()), CheckpointError,
                        says("neither a file of torch.save nor safetensors"));
  BOOST_CHECK_EXCEPTION(read_weight_file(file.path()), CheckpointError, says(file.path().string()));
  file.write("");
  BOOST_CHECK_EXCEPTION(read_weight_file(file.path()), CheckpointError, says("neither"));
}
