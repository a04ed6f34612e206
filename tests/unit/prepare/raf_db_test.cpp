// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/data/list/image_list.hpp>
#include <qcs/prepare/raf_db/raf_db.hpp>

#include "prepare_support.hpp"

namespace {

using support::content_of;
using support::message_of;

struct Folder : support::TemporaryFolder {
  qcs::RafDbOptions options{.images = *this / "aligned", .out = *this / "out"};

  Folder() {
    for (const char* name : {"train_00001_aligned.jpg", "train_00002_aligned.jpg", "train_00002.jpg", "test_0001.jpg"})
      write(std::string("aligned/") + name, "x");
  }

  std::string fault(std::string_view labels) {
    options.labels = write("list_patition_label.txt", labels);
    return message_of<qcs::DataError>([&] { qcs::prepare_raf_db(options); });
  }
};

BOOST_FIXTURE_TEST_SUITE(raf_db, Folder)

BOOST_AUTO_TEST_CASE(names_are_as_in_the_image_folder_and_labels_count_from_0) {
  options.labels =
      write("list_patition_label.txt", "train_00002.jpg 7\r\ntrain_00001.jpg 1\r\ntest_0001.jpg 5\r\n\r\n");
  const auto dataset = qcs::prepare_raf_db(options);
  BOOST_TEST(content_of(*this / "out/RAF-DB/raf_db_basic_train.txt") ==
             "train_00002_aligned.jpg 6\ntrain_00001_aligned.jpg 0\n");
  BOOST_TEST(content_of(*this / "out/RAF-DB/raf_db_basic_test.txt") == "test_0001.jpg 4\n");
  BOOST_TEST(content_of(*this / "out/RAF-DB/classes.txt") == "Surprise\nFear\nDisgust\nHappy\nSad\nAnger\nNeutral\n");
  BOOST_TEST((dataset.splits[0].counts(7) == std::vector<std::size_t>{1, 0, 0, 0, 0, 0, 1}));
  BOOST_TEST(dataset.sources.at(0).sha256 == qcs::sha256_of_file(options.labels));
  BOOST_TEST(qcs::read_image_list(*this / "out/RAF-DB/raf_db_basic_train.txt", options.images, 7).images.size() == 2U);
}

BOOST_AUTO_TEST_CASE(all_faults_are_reported_at_once) {
  const auto message = fault(
      "train_00001.jpg 0\ntrain_00001.jpg 8\ntrain_00001.jpg\n\nvalid_1.jpg 1\ntrain_/1.jpg 1\n"
      "train_00001.jpg 1\ntrain_00001.jpg 1\ntrain_00003.jpg 2\ntrain_00002 2\n");
  BOOST_TEST(message == fmt::format("{0}: 9 faults\n"
                                    "{0}:1: label 0 is not within 1..7\n"
                                    "{0}:2: label 8 is not within 1..7\n"
                                    "{0}:3: expected `name label`, found `train_00001.jpg`; there is no label\n"
                                    "{0}:4: blank line\n"
                                    "{0}:5: expected train_NUMBER.jpg or test_NUMBER.jpg, found `valid_1.jpg`\n"
                                    "{0}:6: expected train_NUMBER.jpg or test_NUMBER.jpg, found `train_/1.jpg`\n"
                                    "{0}:8: `train_00001.jpg` is already in line 7\n"
                                    "{0}:9: `train_00003.jpg` is not in {1}, with or without _aligned\n"
                                    "{0}:10: `train_00002` is not in {1}, with or without _aligned",
                                    options.labels.string(), options.images.string()));
  BOOST_TEST(!std::filesystem::exists(options.out));
}

BOOST_AUTO_TEST_CASE(missing_sources_are_named) {
  BOOST_TEST(fault("\n") == (*this / "list_patition_label.txt").string() + ": the partition list is empty");
  options.images = *this / "none";
  BOOST_TEST(fault("train_00001.jpg 1\n") == (*this / "none").string() + ": there is no such image folder");
  options.images = *this / "aligned";
  options.labels = *this / "none.txt";
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::prepare_raf_db(options); }) ==
             (*this / "none.txt").string() + ": cannot open this RAF-DB partition list");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
