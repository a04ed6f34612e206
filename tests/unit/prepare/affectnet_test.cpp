// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <qcs/prepare/affectnet/affectnet.hpp>

#include "prepare_support.hpp"

namespace {

using support::content_of;
using support::message_of;

constexpr const char* kHeader =
    "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal\n";

/// A .npy file as numpy.save writes one.
std::string npy(const std::string& type, const std::string& shape, const std::string& data) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type, shape);
  header.resize(117, ' ');
  return std::string("\x93NUMPY\x01\x00", 8) + std::string("\x76\x00", 2) + header + '\n' + data;
}
const std::string kThree = npy("<U1", "()", std::string("3\0\0\0", 4));

struct Folder : support::TemporaryFolder {
  qcs::AffectNetOptions options{.images = *this / "img", .out = *this / "out"};

  void add(std::initializer_list<const char*> names) {
    for (const char* name : names) write(std::string("img/") + name, "x");
  }
  std::string list(const char* name) const {
    return content_of(*this / (std::string("out/AffectNet/affectnet_") + name + ".txt"));
  }
  std::string fault() {
    return message_of<qcs::DataError>([&] { qcs::prepare_affectnet(options); });
  }
  std::string root() const { return options.images.string(); }
};

BOOST_FIXTURE_TEST_SUITE(affectnet, Folder)

BOOST_AUTO_TEST_CASE(csv_files_become_lists) {
  add({"1/a.jpg", "1/b.jpg", "2/c.jpg", "2/d.jpg"});
  options.train_csv =
      write("training.csv", std::string(kHeader) +
                                "1/b.jpg,0,0,5,5,1;2,6,0.1,0.2\n1/a.jpg,0,0,5,5,1;2,0,0,0\n2/c.jpg,0,0,5,5,,7,0,0\n"
                                "9/x.jpg,0,0,5,5,,8,-2,-2\n9/y.jpg,0,0,5,5,,9,-2,-2\n9/z.jpg,0,0,5,5,,10,-2,-2\n"
                                "1/a.jpg,0,0,5,5,,0,0,0\n");
  options.validation_csv = write("validation.csv", "2/d.jpg,0,0,5,5,1;2,3,0.1,0.2\n");  // without a header
  const auto seven = qcs::prepare_affectnet(options);
  BOOST_TEST(list("training-cls7-v7") == "1/b.jpg 6\n1/a.jpg 0\n");
  BOOST_TEST(list("validation-cls7") == "2/d.jpg 3\n");
  for (const char* reason : {"Contempt", "None", "Uncertain", "No-Face", "repeats an earlier row"})
    BOOST_TEST(seven.splits[0].dropped_for(reason) == 1U, reason);
  BOOST_TEST(seven.rule == "expression of the csv; Contempt, None, Uncertain and No-Face dropped");
  options.classes = 8;
  qcs::prepare_affectnet(options);
  BOOST_TEST(list("training-cls8-v7") == "1/b.jpg 6\n1/a.jpg 0\n2/c.jpg 7\n");
  BOOST_TEST(content_of(*this / "out/AffectNet/affectnet8_classes.txt").ends_with("Anger\nContempt\n"));
  const auto json = nlohmann::json::parse(content_of(*this / "out/AffectNet/affectnet7.json"));
  BOOST_TEST((json["dataset"] == "AffectNet-7" && json["splits"]["training"]["per_class"]["Anger"] == 1));
  BOOST_TEST(json["sources"].size() == 2U);
}

BOOST_AUTO_TEST_CASE(columns_may_come_in_any_order) {
  add({"a.jpg"});
  options.validation_csv = write("v.csv", "expression,subDirectory_filePath\n5,a.jpg\n");
  const auto dataset = qcs::prepare_affectnet(options);
  BOOST_TEST(list("validation-cls7") == "a.jpg 5\n");
  BOOST_TEST(dataset.splits[0].skipped == "no csv was given");
}

BOOST_AUTO_TEST_CASE(faulty_rows_are_all_reported) {
  add({"a.jpg"});
  options.train_csv =
      write("t.csv",
            "subDirectory_filePath,expression\na.jpg,11\na.jpg,-1\na.jpg,happy\na.jpg,\nb.jpg,1\n../a.jpg,1\n,1\n"
            "a.jpg,1\na.jpg,2\na.jpg\n");
  BOOST_TEST(fault() == fmt::format("{0}: 9 faults\n"
                                    "{0}:2: expression `11` is not within 0..10\n"
                                    "{0}:3: expression `-1` is not within 0..10\n"
                                    "{0}:4: expression `happy` is not within 0..10\n"
                                    "{0}:5: expression `` is not within 0..10\n"
                                    "{0}:6: no image file `b.jpg`\n"
                                    "{0}:7: `../a.jpg` leaves the image folder\n"
                                    "{0}:8: no image name\n"
                                    "{0}:10: `a.jpg` has label 2, in line 9 it has 1\n"
                                    "{0}:11: expected 2 fields, found 1",
                                    options.train_csv.string()));
  BOOST_TEST(!std::filesystem::exists(options.out));
  options.train_csv = write("t.csv", "file,expression\na.jpg,1\n");
  BOOST_TEST(fault() ==
             options.train_csv.string() + ":1: expected a column `subDirectory_filePath`, found `file`, `expression`");
  options.crop = true;
  options.train_csv = write("t.csv", "subDirectory_filePath,expression\na.jpg,1\n");
  BOOST_TEST(fault() == options.train_csv.string() +
                            ":1: expected a column `face_x`, found `subDirectory_filePath`, `expression`");
}

BOOST_AUTO_TEST_CASE(an_image_of_both_csv_files_is_a_fault) {
  add({"1/a.jpg", "1/b.jpg", "1/c.jpg"});
  const std::string header = "subDirectory_filePath,expression\n";
  options.train_csv = write("t.csv", header + "1/a.jpg,1\n1/b.jpg,2\n");
  options.validation_csv = write("v.csv", header + "1/c.jpg,1\n1/b.jpg,2\n./1//a.jpg,3\n");
  BOOST_TEST(fault() == fmt::format("{0}: 2 faults\n"
                                    "{0}:3: `1/b.jpg` is in the validation split, in {1}:3 in the training split\n"
                                    "{0}:4: `./1//a.jpg` is in the validation split, in {1}:2 in the training split",
                                    options.validation_csv.string(), options.train_csv.string()));
  BOOST_TEST(!std::filesystem::exists(options.out));
}

BOOST_AUTO_TEST_CASE(an_empty_csv_names_the_line_of_its_header) {
  add({"a.jpg"});
  options.train_csv = write("t.csv", "\n\nsubDirectory_filePath,expression\n\n");
  BOOST_TEST(fault() ==
             fmt::format("{0}: 1 fault\n{0}:3: there are no rows below the header", options.train_csv.string()));
}

BOOST_AUTO_TEST_CASE(faces_are_cut_out) {
  for (const char* name : {"img/1/a.png", "img/1/b.png"}) support::write_picture(*this, name, 7, 30, 40);
  write("img/1/c.png", "not an image");
  options.crop = true;
  options.threads = 2;
  const std::string good = std::string(kHeader) + "1/a.png,10,5,8,6,,1,0,0\n1/b.png,-3,20,100,100,,2,0,0\n";
  options.train_csv = write("t.csv", good);
  std::size_t calls = 0;
  options.progress = [&](std::size_t done, std::size_t total) { BOOST_TEST((done == ++calls && total == 2)); };
  const auto dataset = qcs::prepare_affectnet(options);
  const auto whole = cv::imread((*this / "img/1/a.png").string());
  const auto a = cv::imread((dataset.images / "1/a.png").string()),
             b = cv::imread((dataset.images / "1/b.png").string());
  BOOST_TEST((a.size() == cv::Size(8, 6) && cv::norm(a, whole(cv::Rect(10, 5, 8, 6))) == 0));
  BOOST_TEST((b.size() == cv::Size(40, 10) && cv::norm(b, whole(cv::Rect(0, 20, 40, 10))) == 0));
  BOOST_TEST((calls == 2 && list("training-cls7-v7") == "1/a.png 1\n1/b.png 2\n"));

  options.progress = {};
  options.overwrite = true;
  write("img/1/d.png", content_of(*this / "img/1/a.png"));
  options.train_csv =
      write("t.csv", good + "1/c.png,0,0,5,5,,1,0,0\n1/d.png,50,50,5,5,,1,0,0\n1/none.png,0,0,5,5,,1,0,0\n");
  BOOST_TEST(fault() == fmt::format("{0}: 1 fault\n{0}:6: no image file `1/none.png`", options.train_csv.string()));
  options.skip_unusable = true;
  const auto rest = qcs::prepare_affectnet(options);
  BOOST_TEST((rest.splits[0].dropped_for("unusable image") == 2 && rest.splits[0].dropped_for("no image file") == 1));
  BOOST_TEST(list("training-cls7-v7") == "1/a.png 1\n1/b.png 2\n");

  options.skip_unusable = false;
  options.train_csv = write("t.csv", good + "1/c.png,0,0,5,5,,1,0,0\n1/d.png,50,50,5,5,,1,0,0\n");
  BOOST_TEST(fault().ends_with(options.train_csv.string() + ":5: " + root() +
                               "/1/d.png: the box 5x5 at 50,50 is outside the image of 40x30"));
  options.train_csv = write("t.csv", good + "1/d.png,0,0,0,5,,1,0,0\n1/c.png,x,0,5,5,,1,0,0\n");
  BOOST_TEST(fault() == fmt::format("{0}: 2 faults\n{0}:4: face_x, face_y, face_width and face_height are no box\n"
                                    "{0}:5: face_x, face_y, face_width and face_height are no box",
                                    options.train_csv.string()));
  options.out = path();
  options.images = *this / "AffectNet/Manually_trainval_croped";
  support::write_picture(*this, "AffectNet/Manually_trainval_croped/1/a.png", 1);
  options.train_csv = write("t.csv", std::string(kHeader) + "1/a.png,10,5,8,6,,1,0,0\n");
  BOOST_CHECK_THROW(qcs::prepare_affectnet(options), qcs::ConfigError);
}

BOOST_AUTO_TEST_CASE(numbered_folders_count_from_their_lowest_number) {
  add({"train_class/class001/a.jpg", "train_class/class002/b.jpg", "train_class/class008/c.jpg",
       "train_class/class009/d.jpg", "val_class/class002/e.jpg"});
  const auto dataset = qcs::prepare_affectnet(options);
  BOOST_TEST(list("training-cls7-v7") == "train_class/class001/a.jpg 0\ntrain_class/class002/b.jpg 1\n");
  BOOST_TEST(list("validation-cls7") == "val_class/class002/e.jpg 1\n");
  BOOST_TEST((dataset.splits[0].dropped_for("Contempt") == 1 && dataset.splits[0].dropped_for("None") == 1));
  BOOST_TEST(dataset.rule ==
             "expression by the number of the folder, counted from 1; Contempt, None, Uncertain and No-Face dropped");
  const auto json = nlohmann::json::parse(content_of(*this / "out/AffectNet/affectnet7.json"));
  BOOST_TEST((json["sources"] == nlohmann::json::array({{{"folder", root()}, {"images", 5}, {"bytes", 5}}})));
}

BOOST_AUTO_TEST_CASE(numbered_folders_may_count_from_0_or_as_told) {
  add({"train/0/a.jpg", "train/7/b.jpg", "test/0/c.jpg"});
  options.classes = 8;
  qcs::prepare_affectnet(options);
  BOOST_TEST(list("training-cls8-v7") == "train/0/a.jpg 0\ntrain/7/b.jpg 7\n");
  BOOST_TEST(list("validation-cls8") == "test/0/c.jpg 0\n");
  std::filesystem::remove_all(options.images / "train/0");
  options.overwrite = true;
  BOOST_TEST(fault() == root() + "/train: expected folders numbered by class\nthe lowest number is 7, expected 0 or 1");
  options.number_base = 0;
  qcs::prepare_affectnet(options);
  BOOST_TEST(list("training-cls8-v7") == "train/7/b.jpg 7\n");
}

BOOST_AUTO_TEST_CASE(faulty_releases_are_refused) {
  add({"other/1/a.jpg"});
  BOOST_TEST(fault() == root() + ": expected train_class, train or train_set, or the same with val; found other");
  add({"train/1/a.jpg", "train/01/a.jpg", "train/happy/a.jpg"});
  BOOST_TEST(fault() == root() +
                            "/train: expected folders numbered by class\n`01` and `1` have the same number\n`happy` "
                            "does not end in a number");
  std::filesystem::remove_all(options.images / "train");
  add({"train/0/a.jpg", "train/11/a.jpg"});
  BOOST_TEST(fault() == root() + "/train: expected folders numbered by class\n`11` is not within 0..10");
  options.crop = true;
  BOOST_CHECK_THROW(qcs::prepare_affectnet(options), qcs::ConfigError);
  options.classes = 6;
  BOOST_CHECK_THROW(qcs::prepare_affectnet(options), qcs::ConfigError);
  options = {.images = *this / "none"};
  BOOST_TEST(fault() == (*this / "none").string() + ": there is no such image folder");
}

BOOST_AUTO_TEST_CASE(annotations_stand_beside_images) {
  add({"train_set/images/10.jpg", "train_set/images/9.jpg", "train_set/images/2.jpg", "val_set/images/1.jpg"});
  const auto annotate = [&](const char* name, const std::string& bytes) {
    write(fmt::format("img/{}_exp.npy", name), bytes);
  };
  annotate("train_set/annotations/2", kThree);
  annotate("train_set/annotations/9", npy("<i8", "()", std::string("\6\0\0\0\0\0\0\0", 8)));
  annotate("train_set/annotations/10", npy("|S2", "()", std::string("7\0", 2)));
  annotate("val_set/annotations/1", npy("|u1", "(1,)", "\1"));
  const auto dataset = qcs::prepare_affectnet(options);
  BOOST_TEST(list("training-cls7-v7") == "train_set/images/2.jpg 3\ntrain_set/images/9.jpg 6\n");
  BOOST_TEST(list("validation-cls7") == "val_set/images/1.jpg 1\n");
  BOOST_TEST((dataset.source_folders.at(0).images == 4 && dataset.source_folders[0].bytes == 4));
  BOOST_TEST(dataset.splits[0].dropped_for("Contempt") == 1U);

  annotate("train_set/annotations/2", npy("<U2", "()",
                                          std::string("1\0\0\0"
                                                      "1\0\0\0",
                                                      8)));
  std::filesystem::remove(options.images / "train_set/annotations/9_exp.npy");
  const std::string folder = root() + "/train_set/annotations";
  BOOST_TEST(fault() == fmt::format("{0}: faulty annotations\n2_exp.npy: expression 11 is not within 0..10\n"
                                    "{0}/9_exp.npy: cannot open this annotation",
                                    folder));
}

BOOST_AUTO_TEST_CASE(npy_files_that_hold_no_integer_are_refused) {
  const auto read = [&](const std::string& bytes) { return qcs::detail::read_npy_integer(write("x.npy", bytes)); };
  const auto refuse = [&](const std::string& bytes) { return message_of<qcs::DataError>([&] { read(bytes); }); };
  BOOST_TEST(read(kThree) == 3);
  BOOST_TEST(read(npy("<i2", "()", "\xFE\xFF")) == -2);
  BOOST_TEST(read(npy("<f4", "()", std::string("\0\0\xE0\x40", 4))) == 7);
  BOOST_TEST(read(npy("<f8", "(1,)", std::string("\0\0\0\0\0\0\x14\x40", 8))) == 5);
  BOOST_TEST(read(npy("|S3", "()", "6.0")) == 6);
  BOOST_TEST(read(npy("<U2", "()",
                      std::string("1\0\0\0"
                                  "0\0\0\0",
                                  8))) == 10);
  const std::string file = (*this / "x.npy").string(), expected = file + ": expected one integer, found type ";
  BOOST_TEST(refuse("") == file + ": not a .npy file");
  BOOST_TEST(refuse(kThree.substr(0, 60)) == file + ": the .npy file is cut short");
  for (std::size_t size = 0; size < kThree.size(); ++size)
    BOOST_CHECK_THROW(read(kThree.substr(0, size)), qcs::DataError);
  BOOST_TEST(refuse(npy("<f4", "()", "0000")) == expected + "`<f4` and shape `()`");
  BOOST_TEST(refuse(npy("<f8", "()", std::string("\0\0\0\0\0\0\x04\x40", 8))) ==  // 2.5
             expected + "`<f8` and shape `()`");
  BOOST_TEST(refuse(npy(">i4", "()", "0000")) == expected + "`>i4` and shape `()`");
  BOOST_TEST(refuse(npy("<i4", "(2,)", "00000000")) == expected + "`<i4` and shape `(2,)`");
  BOOST_TEST(refuse(npy("<U1", "()", std::string("x\0\0\0", 4))) == expected + "`<U1` and shape `()`");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
