// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/prepare/generic/csv_dataset.hpp>

#include "prepare_support.hpp"

namespace {

using support::content_of;
using support::message_of;
using Names = std::vector<std::string>;

struct Folder : support::TemporaryFolder {
  qcs::CsvDatasetOptions options{.images = *this / "img", .out = *this / "out"};

  Folder() {
    for (const char* name : {"a.png", "b.png", "sub/c,d.png", "e.png"}) write(std::string("img/") + name, "x");
  }
  qcs::PreparedDataset prepare(std::string_view table) {
    options.table = write("t.csv", table);
    options.overwrite = true;
    return qcs::prepare_csv(options);
  }
  std::string fault(std::string_view table) {
    return message_of<qcs::DataError>([&] { prepare(table); });
  }
  std::string list(const char* split) const { return content_of(*this / fmt::format("out/csv/csv_{}.txt", split)); }
  std::string file() const { return (*this / "t.csv").string(); }
};

BOOST_FIXTURE_TEST_SUITE(csv_dataset, Folder)

BOOST_AUTO_TEST_CASE(numbers_are_labels) {
  const auto dataset = prepare("label,image\n2,b.png\n0,\"sub/c,d.png\"\n0,a.png\n");
  BOOST_TEST(list("train") == "b.png 2\nsub/c,d.png 0\na.png 0\n");
  BOOST_TEST((dataset.labels.classes == Names{"class 0", "class 1", "class 2"}));
  options.label_base = 1;
  options.classes = {"cat", "dog"};
  BOOST_TEST((prepare("label,image\n2,b.png\n1,a.png\n").labels.classes == Names{"cat", "dog"}));
  BOOST_TEST(list("train") == "b.png 1\na.png 0\n");
}

BOOST_AUTO_TEST_CASE(names_are_labels_in_sorted_or_given_order) {
  options.image_column = "file";
  options.label_column = "emotion";
  const char* table = "file;emotion\na.png;sad\nb.png; happy\n";
  BOOST_TEST((prepare(table).labels.classes == Names{"happy", "sad"}));
  BOOST_TEST(list("train") == "a.png 1\nb.png 0\n");
  options.classes = {"sad", "angry", "happy"};
  BOOST_TEST((prepare(table).labels.classes == options.classes));
  BOOST_TEST(list("train") == "a.png 0\nb.png 2\n");
  options.classes = {"4", "2"};
  prepare("file,emotion\na.png,2\nb.png,4\n");
  BOOST_TEST(list("train") == "a.png 1\nb.png 0\n");
}

BOOST_AUTO_TEST_CASE(a_column_names_the_split) {
  options.split_column = "fold";
  prepare("image,label,fold\na.png,0,one\nb.png,1,two\ne.png,1,one\n");
  BOOST_TEST(list("one") == "a.png 0\ne.png 1\n");
  BOOST_TEST(list("two") == "b.png 1\n");
}

BOOST_AUTO_TEST_CASE(whole_numbers_written_as_floats_are_numbers) {
  const auto integers = prepare("image,label\na.png,0\nb.png,2\ne.png,10\n");
  const std::string expected = list("train");
  BOOST_TEST(expected == "a.png 0\nb.png 2\ne.png 10\n");
  for (const char* table :
       {"image,label\na.png,0.0\nb.png,2.0\ne.png,10.0\n", "image,label\na.png,0\nb.png,+2\ne.png, 1e1\n",
        "image,label\na.png,0.000e+00\nb.png,2.\ne.png,1.000e+01\n"}) {
    const auto dataset = prepare(table);  // equal to what is there, so nothing is overwritten
    BOOST_TEST(list("train") == expected);
    BOOST_TEST(dataset.labels.classes == integers.labels.classes, boost::test_tools::per_element());
  }
  options.overwrite = true;
  options.classes = {"0", "2", "10"};
  prepare("image,label\na.png,10.0\nb.png,2.0\ne.png,0.0\n");
  BOOST_TEST(list("train") == "a.png 2\nb.png 1\ne.png 0\n");
}

BOOST_AUTO_TEST_CASE(other_numbers_are_refused_and_text_stays_a_name) {
  BOOST_TEST(fault("image,label\na.png,2.5\nb.png,nan\ne.png,1.0\n") ==
             fmt::format("{0}: 2 faults\n{0}:2: label `2.5` is no whole number\n{0}:3: label `nan` is no whole number",
                         file()));
  BOOST_TEST(fault("image,label\na.png,inf\n") ==
             fmt::format("{0}: 1 fault\n{0}:2: label `inf` is no whole number", file()));
  const auto dataset = prepare("image,label\na.png,cat\nb.png,nan\n");
  BOOST_TEST(dataset.labels.classes == (std::vector<std::string>{"cat", "nan"}), boost::test_tools::per_element());
  BOOST_REQUIRE(dataset.notes.size() == 1U);
  BOOST_TEST(dataset.notes[0] == "`nan` is taken as the name of a class");
}

BOOST_AUTO_TEST_CASE(repeated_and_missing_images_are_counted) {
  options.skip_missing = true;
  const auto dataset = prepare("image,label\na.png,0\n./a.png,0\nnone.png,1\nb.png,1\n");
  BOOST_TEST(list("train") == "a.png 0\nb.png 1\n");
  BOOST_TEST((dataset.splits[0].dropped_for("repeats an earlier row") == 1 &&
              dataset.splits[0].dropped_for("no image file") == 1));
}

BOOST_AUTO_TEST_CASE(all_faults_are_reported_at_once) {
  options.split_column = "fold";
  options.classes = {"cat", "dog"};
  BOOST_TEST(
      fault("image,label,fold\na.png,0,t\na.png\nb.png,2,t\n,1,t\ne.png,,t\n../a.png,1,t\nnone.png,1,t\na.png,1,t\n"
            "a.png,0,u\nb.png,1,a/b\n") == fmt::format("{0}: 9 faults\n"
                                                       "{0}:3: expected 3 fields, found 1\n"
                                                       "{0}:6: no label\n"
                                                       "{0}:11: `a/b` cannot be the name of a split\n"
                                                       "{0}:4: label 2 is not within 0..1\n"
                                                       "{0}:5: no image name\n"
                                                       "{0}:7: `../a.png` leaves the image folder\n"
                                                       "{0}:8: no image file `none.png`\n"
                                                       "{0}:9: `a.png` has label 1, in line 2 it has 0\n"
                                                       "{0}:10: `a.png` is in the u split, in line 2 in the t split",
                                                       file()));
  options.split_column.clear();
  BOOST_TEST(fault("image,label\na.png,cat\nb.png,wolf\n") ==
             fmt::format("{0}: 1 fault\n{0}:3: `wolf` is none of the classes cat, dog", file()));
  BOOST_TEST(!std::filesystem::exists(options.out));
}

BOOST_AUTO_TEST_CASE(a_table_that_makes_no_sense_is_refused) {
  BOOST_TEST(fault("image,label\n") == fmt::format("{0}: 1 fault\n{0}:1: there are no rows below the header", file()));
  BOOST_TEST(fault("name,label\na.png,0\n") == file() + ":1: expected a column `image`, found `name`, `label`");
  BOOST_TEST(fault("image,label\na.png,0\nb.png,123456\n") ==
             file() + ": column `label` has 2 different values up to `123456`, which cannot be 1000 classes or fewer");
  BOOST_TEST(fault("image,label\na.png,-1\nb.png,1\n") ==
             fmt::format("{0}: 1 fault\n{0}:2: label -1 is not within 0..1", file()));
  options.label_base = 2;
  BOOST_CHECK_THROW(prepare("image,label\na.png,0\n"), qcs::ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
