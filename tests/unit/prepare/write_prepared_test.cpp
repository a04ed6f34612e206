// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <qcs/prepare/write.hpp>

#include "prepare_support.hpp"

namespace {

using support::content_of;
using support::message_of;

struct Folder : support::TemporaryFolder {
  qcs::PreparedDataset dataset{.labels = {.name = "Toy", .classes = {"cat", "dog"}},
                               .slug = "toy",
                               .folder = *this / "out/Toy",
                               .images = "pictures",
                               .rule = "by hand",
                               .splits = {{"train", "toy_train.txt", {{"a.png", 1}, {"b c.png", 0}, {"d.png", 1}}},
                                          {"test", "toy_test.txt", {{"e.png", 0}}}}};

  std::string out(const std::string& name) const { return (*this / ("out/Toy/" + name)).string(); }
};

BOOST_FIXTURE_TEST_SUITE(write_prepared, Folder)

BOOST_AUTO_TEST_CASE(lists_classes_and_description) {
  dataset.splits[0].drop("too dark");
  dataset.splits[0].drop("no cat");
  dataset.splits[0].drop("too dark", 2);
  dataset.sources.push_back(qcs::SourceFile::of(write("labels.txt", "abc")));
  dataset.source_folders.push_back({"tree", 5, 1234});
  qcs::write_prepared(dataset, false);
  BOOST_TEST(content_of(out("toy_train.txt")) == "a.png 1\nb c.png 0\nd.png 1\n");
  BOOST_TEST(content_of(out("toy_test.txt")) == "e.png 0\n");
  BOOST_TEST(content_of(out("classes.txt")) == "cat\ndog\n");
  const auto expected = nlohmann::ordered_json{
      {"dataset", "Toy"},
      {"qcs_version", qcs::kVersion},
      {"rule", "by hand"},
      {"classes", {"cat", "dog"}},
      {"images", "pictures"},
      {"splits",
       {{"train",
         {{"list", "toy_train.txt"},
          {"list_sha256", qcs::sha256_of_file(out("toy_train.txt"))},
          {"kept", 3},
          {"per_class", {{"cat", 1}, {"dog", 2}}},
          {"dropped", {{"too dark", 3}, {"no cat", 1}}}}},
        {"test",
         {{"list", "toy_test.txt"},
          {"list_sha256", qcs::sha256("e.png 0\n")},
          {"kept", 1},
          {"per_class", {{"cat", 1}, {"dog", 0}}},
          {"dropped", nlohmann::ordered_json::object()}}}}},
      {"sources", nlohmann::ordered_json::array(
                      {{{"file", (*this / "labels.txt").string()}, {"bytes", 3}, {"sha256", qcs::sha256("abc")}},
                       {{"folder", "tree"}, {"images", 5}, {"bytes", 1234}}})}};
  BOOST_TEST(content_of(out("toy.json")) == expected.dump(2) + "\n");
}

BOOST_AUTO_TEST_CASE(other_lists_are_not_replaced) {
  qcs::write_prepared(dataset, false);
  BOOST_CHECK_NO_THROW(qcs::write_prepared(dataset, false));
  dataset.splits[0].lines[0].label = 0;
  dataset.labels.classes[1] = "wolf";
  const auto message = message_of<qcs::DataError>([&] { qcs::write_prepared(dataset, false); });
  BOOST_TEST(message == fmt::format("{}, {}: already there with other content; --overwrite replaces it",
                                    out("classes.txt"), out("toy_train.txt")));
  BOOST_TEST(content_of(out("toy_train.txt")).starts_with("a.png 1\n"));
  qcs::write_prepared(dataset, true);
  BOOST_TEST(content_of(out("toy_train.txt")).starts_with("a.png 0\n"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_named) {
  write("out", "a file where the folder should be");
  const auto message = message_of<qcs::Error>([&] { qcs::write_prepared(dataset, false); });
  BOOST_TEST(message.find((*this / "out").string()) != std::string::npos, message);
}

BOOST_AUTO_TEST_CASE(paths_that_are_not_utf8_are_described_byte_by_byte) {
  dataset.images = "pict\xFCres";
  BOOST_TEST(qcs::describe_prepared(dataset)["images"] == "pict\\xfcres");
}

BOOST_AUTO_TEST_CASE(a_skipped_split_leaves_no_list) {
  dataset.splits[1].skipped = "it is elsewhere";
  qcs::write_prepared(dataset, false);
  BOOST_TEST(!std::filesystem::exists(out("toy_test.txt")));
  const auto json = nlohmann::json::parse(content_of(out("toy.json")));
  BOOST_TEST((json["splits"]["test"]["skipped"] == "it is elsewhere" && json["splits"]["test"]["kept"] == 1));
}

BOOST_AUTO_TEST_CASE(tables_are_written_where_their_list_is) {
  dataset.splits[0].tables = {{"toy_train_more.csv", "image,more\na.png,1\n"}};
  dataset.splits[1].tables = {{"toy_test_more.csv", "image,more\n"}};
  dataset.splits[1].skipped = "it is elsewhere";
  qcs::write_prepared(dataset, false);
  BOOST_TEST(content_of(out("toy_train_more.csv")) == "image,more\na.png,1\n");
  BOOST_TEST(!std::filesystem::exists(out("toy_test_more.csv")));
  dataset.splits[0].tables[0].text = "image,more\n";
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::write_prepared(dataset, false); }) ==
             out("toy_train_more.csv") + ": already there with other content; --overwrite replaces it");
}

BOOST_AUTO_TEST_CASE(names_that_a_list_cannot_hold_are_all_reported) {
  dataset.splits[0].lines = {{"a.png", 0}, {" b.png", 0}, {"c\nd.png", 1}, {"e.png ", 1}};
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::write_prepared(dataset, false); }) ==
             "toy_train.txt: a list cannot hold names with line ends or with a space at an end:\n` "
             "b.png`\n`c\nd.png`\n`e.png `");
  BOOST_TEST(!std::filesystem::exists(*this / "out"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
