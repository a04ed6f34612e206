// SPDX-License-Identifier: MIT
#include <google/protobuf/io/coded_stream.h>
#include <bit>
#include <boost/crc.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <qcs/report/files/tensorboard.hpp>
#include <string>
#include <vector>

#include "made_up_run.hpp"
#include "temporary_folder.hpp"

using namespace qcs::test;

namespace {

/// Fields of a protobuf message by number: numbers as they are, everything else as bytes.
struct Fields {
  std::map<int, std::uint64_t> numbers;
  std::multimap<int, std::string> bytes;
};

Fields parse(const std::string& message) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(message.data()),
                                            static_cast<int>(message.size()));
  Fields fields;
  while (const std::uint32_t tag = in.ReadTag()) {
    const int field = static_cast<int>(tag >> 3);
    std::uint32_t small = 0;
    std::string text;
    switch (tag & 7) {
      case 0:
        BOOST_REQUIRE(in.ReadVarint64(&fields.numbers[field]));
        break;
      case 1:
        BOOST_REQUIRE(in.ReadLittleEndian64(&fields.numbers[field]));
        break;
      case 2:
        BOOST_REQUIRE(in.ReadVarint32(&small));
        BOOST_REQUIRE(in.ReadString(&text, static_cast<int>(small)));
        fields.bytes.emplace(field, text);
        break;
      case 5:
        BOOST_REQUIRE(in.ReadLittleEndian32(&small));
        fields.numbers[field] = small;
        break;
      default:
        BOOST_FAIL("unknown wire type");
    }
  }
  BOOST_REQUIRE(in.ConsumedEntireMessage());
  return fields;
}

/// The records of a file, with their lengths and checksums checked.
std::vector<Fields> events_of(const std::filesystem::path& file) {
  const std::string all = bytes_of(file);
  const auto number = [&](std::size_t at, int size) {
    std::uint64_t value = 0;
    for (int i = size; i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(all.at(at + static_cast<std::size_t>(i)));
    return value;
  };
  const auto checked = [&](std::size_t at, std::size_t size) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    crc.process_bytes(all.data() + at, size);
    const auto stored = static_cast<std::uint32_t>(number(at + size, 4)) - 0xA282EAD8U;
    return (stored << 15 | stored >> 17) == crc.checksum();
  };
  std::vector<Fields> events;
  for (std::size_t at = 0; at < all.size();) {
    const auto size = static_cast<std::size_t>(number(at, 8));
    BOOST_REQUIRE(checked(at, 8));
    BOOST_REQUIRE(checked(at + 12, size));
    events.push_back(parse(all.substr(at + 12, size)));
    at += size + 16;
  }
  return events;
}

struct Values {
  std::map<std::string, std::map<std::uint64_t, float>> scalars;
  std::map<std::string, std::string> pictures;
  std::vector<std::uint64_t> starts;
};

Values values_of(const std::filesystem::path& file) {
  Values found;
  for (const auto& event : events_of(file)) {
    const auto step = event.numbers.at(2);
    if (event.bytes.contains(7)) found.starts.push_back(step);
    for (auto [summary, end] = event.bytes.equal_range(5); summary != end; ++summary) {
      const auto all = parse(summary->second).bytes;
      for (const auto& [field, text] : all) {
        const auto value = parse(text);
        const auto& name = value.bytes.find(1)->second;
        if (value.numbers.contains(2))
          found.scalars[name][step] = std::bit_cast<float>(static_cast<std::uint32_t>(value.numbers.at(2)));
        if (value.bytes.contains(4)) found.pictures[name] = parse(value.bytes.find(4)->second).bytes.find(4)->second;
      }
    }
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tensorboard)

BOOST_AUTO_TEST_CASE(an_event_file_holds_what_the_run_told) {
  const TemporaryFolder folder;
  qcs::TensorBoardFile file(folder / "");
  replay(file);
  const auto events = events_of(file.path());
  BOOST_TEST(events.at(0).bytes.find(3)->second == "brain.Event:2");
  const auto values = values_of(file.path());
  BOOST_TEST(values.starts == std::vector<std::uint64_t>{1}, boost::test_tools::per_element());
  BOOST_TEST(values.scalars.at("train/loss").size() == 15);
  BOOST_TEST(values.scalars.at("train/loss").at(7) == static_cast<float>(made_up_step(7).loss));
  BOOST_TEST(values.scalars.at("train/learning_rate").at(7) == static_cast<float>(made_up_step(7).learning_rate));
  const auto eval = made_up_info().eval.name;
  BOOST_TEST(values.scalars.at(eval + "/accuracy").at(10) == static_cast<float>(made_up_epoch(1).accuracy));
  BOOST_TEST(values.scalars.at("gates/scale_2").at(10) == static_cast<float>(made_up_epoch(1).gates[1]));
  const auto& png = values.pictures.at(eval + "/confusion");
  BOOST_TEST(!cv::imdecode(std::vector<uchar>(png.begin(), png.end()), cv::IMREAD_COLOR).empty());
}

BOOST_AUTO_TEST_CASE(a_resumed_run_says_from_where) {
  const TemporaryFolder folder;
  qcs::TensorBoardFile file(folder / "");
  auto info = made_up_info();
  info.done_steps = 10;
  file.on_run_begin(info);
  BOOST_TEST(values_of(file.path()).starts == std::vector<std::uint64_t>{11}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_is_named) {
  BOOST_CHECK_EXCEPTION(qcs::TensorBoardFile("/nowhere/at/all"), qcs::Error, [](const qcs::Error& error) {
    return std::string(error.what()).find("/nowhere/at/all") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
