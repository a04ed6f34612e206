// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/data/list/soft_labels.hpp>

#include "support.hpp"

namespace {

using qcs::ImageList;
using qcs::read_soft_labels;
using support::message_of;

constexpr const char* kHeader = "image,Sad,Happy,Calm\n";

struct Folder : support::TemporaryFolder {
  ImageList list{{{"faces/b.png", 0}, {"faces/deep/a.png", 1}, {"faces/c d,e.png", 2}}, 3};

  std::vector<double> read(const std::string& rows) const {
    return read_soft_labels(write("votes.csv", rows), list, "faces", 3);
  }
  std::string message(const std::string& rows) const {
    auto text = message_of<qcs::DataError>([&] { read(rows); });
    const auto file = (*this / "votes.csv").string();
    for (std::size_t at; (at = text.find(file)) != std::string::npos;) text.replace(at, file.size(), "votes.csv");
    return text;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(soft_labels, Folder)

BOOST_AUTO_TEST_CASE(rows_come_in_the_order_of_the_list) {
  const auto table = read(std::string(kHeader) +
                          "held out.png,1,0,0\n"
                          "./deep/a.png,.25,0.5,2.5e-1\r\n"
                          "\n"
                          "\"c d,e.png\", 0,0 ,1.0000004\n"
                          "b.png,0.1,0.2,0.7\n");
  BOOST_TEST(table == (std::vector<double>{.1, .2, .7, .25, .5, .25, 0, 0, 1.0000004}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_image_that_is_listed_twice_has_its_row_twice) {
  list.images = {{"faces/b.png", 0}, {"faces/a.png", 1}, {"faces/b.png", 0}};
  BOOST_TEST(
      read(std::string(kHeader) + "a.png,0,1,0\nb.png,1,0,0\n") == (std::vector<double>{1, 0, 0, 0, 1, 0, 1, 0, 0}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_a_root_names_are_whole_paths) {
  list.images.resize(1);
  const auto csv = write("votes.csv", std::string(kHeader) + "faces/b.png,0,1,0\n");
  BOOST_TEST(read_soft_labels(csv, list, "", 3) == (std::vector<double>{0, 1, 0}), boost::test_tools::per_element());
  BOOST_TEST(read_soft_labels(csv, {{}, 3}, "", 3).empty());
}

BOOST_AUTO_TEST_CASE(every_fault_is_reported_with_its_line) {
  BOOST_TEST(message(std::string(kHeader) + "b.png,0.1,x,0.9\n"
                                            "deep/a.png,-1,2,nan\n"
                                            "deep/a.png,1,0,0\n"
                                            "other.png,0.5,0.5,0.1\n"
                                            "more.png,1,0\n"
                                            "../up.png,1,0,0\n"
                                            ",1,0,0\n"
                                            "last.png,0.5,0.5,0.000002\n") ==
             "votes.csv: 10 faults\n"
             "votes.csv:2: `x` in column `Happy` is not a number\n"
             "votes.csv:3: -1 in column `Sad` is below 0\n"
             "votes.csv:3: `nan` in column `Calm` is not a number\n"
             "votes.csv:4: `deep/a.png` is already in line 3\n"
             "votes.csv:5: the labels of `other.png` add up to 1.1, expected 1\n"
             "votes.csv:6: expected 4 fields, found 3\n"
             "votes.csv:7: `../up.png` is no name of an image in the image folder\n"
             "votes.csv:8: `` is no name of an image in the image folder\n"
             "votes.csv:9: the labels of `last.png` add up to 1.000002, expected 1\n"
             "votes.csv:9: up to the end there is no row of `c d,e.png`");
}

BOOST_AUTO_TEST_CASE(an_image_of_the_list_without_a_row_is_a_fault_once) {
  list.images.push_back(list.images[0]);
  BOOST_TEST(message(std::string(kHeader) + "deep/a.png,1,0,0\n") ==
             "votes.csv: 2 faults\n"
             "votes.csv:2: up to the end there is no row of `b.png`\n"
             "votes.csv:2: up to the end there is no row of `c d,e.png`");
}

BOOST_AUTO_TEST_CASE(another_header_is_refused) {
  BOOST_TEST(message("image,Sad,Happy\nb.png,1,0\n") ==
             "votes.csv:1: expected a header `image` and 3 classes, found `image,Sad,Happy`");
  BOOST_TEST(message("name,Sad,Happy,Calm\nb.png,1,0,0\n").starts_with("votes.csv:1: expected a header `image`"));
  BOOST_TEST(message("").find("this table of soft labels is empty") != std::string::npos);
  BOOST_CHECK_THROW(read_soft_labels(*this / "none.csv", list, "faces", 3), qcs::DataError);
  BOOST_CHECK_THROW(read_soft_labels(write("votes.csv", kHeader), list, "faces", 0), qcs::ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()
