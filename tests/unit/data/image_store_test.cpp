// SPDX-License-Identifier: MIT
//
// Images from a store of the user's, and the one that the library ships.

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <qcs/data/dataset/labelled_dataset.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/data/memory_store.hpp>
#include <qcs/topology/quadruplet.hpp>

#include "support.hpp"

namespace {

using namespace qcs;
using support::message_of;
using support::picture;

const std::vector<int> kLabels{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};

TransformOptions small() {
  TransformOptions options;
  options.resize = options.crop = 16;
  return options;
}

/// The twelve images of support::pictures, in RGB, by numbers as names.
std::vector<MemoryImage> images() {
  std::vector<MemoryImage> all;
  for (std::size_t i = 0; i < kLabels.size(); ++i) {
    cv::Mat rgb;
    cv::cvtColor(picture(static_cast<int>(i)), rgb, cv::COLOR_BGR2RGB);
    all.push_back({fmt::format("{}.png", i), kLabels[i], rgb});
  }
  return all;
}

torch::Tensor epoch_of(const ImageSource& source, int workers) {
  Loader loader(TupleDataset<Quadruplet>(source, small(), {.seed = 7}), {.batch_size = 5, .workers = workers});
  std::vector<torch::Tensor> all;
  for (const auto& batch : loader.epoch(1))
    for (const auto& branch : batch.branches()) all.push_back(branch);
  return torch::cat(all);
}

/// A store that cannot be copied, without a fingerprint; image 5 fails as told.
struct Fallible {
  enum class Fault { kNone, kThrows, kThrowsWithName, kEmpty, kFloat };
  Fault fault = Fault::kNone;
  std::unique_ptr<std::atomic<int>> reads = std::make_unique<std::atomic<int>>(0);

  std::size_t size() const { return kLabels.size(); }
  int label(std::size_t i) const { return kLabels[i]; }
  std::string name(std::size_t i) const { return fmt::format("{}.png", i); }
  cv::Mat read(std::size_t i) const {
    ++*reads;
    if (i != 5 || fault == Fault::kNone) return picture(static_cast<int>(i));
    if (fault == Fault::kThrows) throw DataError("the disk is gone");
    if (fault == Fault::kThrowsWithName) throw DataError("5.png: the disk is gone");
    return fault == Fault::kEmpty ? cv::Mat() : cv::Mat(4, 4, CV_32FC3);
  }
};
static_assert(ImageStore<Fallible>);

/// The same with a fingerprint of its own.
struct Printed : Fallible {
  std::string print;
  std::string fingerprint() const { return print; }
};
static_assert(ImageStore<Printed>);

Fallible with(Fallible::Fault fault) {
  Fallible store;
  store.fault = fault;
  return store;
}

/// Rules and faults of the concept.
struct NoConst : Fallible {
  cv::Mat read(std::size_t) { return {}; }
};
struct LongLabel : Fallible {
  std::int64_t label(std::size_t) const { return 0; }
};
struct NumberPrint : Fallible {
  int fingerprint() const { return 1; }
};
struct ChangingPrint : Fallible {
  std::string fingerprint() { return {}; }
};
struct CountOnly {
  std::size_t size() const { return 0; }
};
static_assert(!ImageStoreRules<NoConst>::kReads && ImageStoreRules<NoConst>::kHasLabels);
static_assert(!ImageStoreRules<LongLabel>::kHasLabels);
static_assert(!ImageStoreRules<NumberPrint>::kFingerprintIsText && !ImageStoreRules<ChangingPrint>::kFingerprintIsText);
static_assert(ImageStoreRules<CountOnly>::kHasSize && ImageStoreRules<CountOnly>::kFingerprintIsText);
static_assert(!ImageStoreRules<CountOnly>::kHasLabels && !ImageStoreRules<CountOnly>::kHasNames);
static_assert(!ImageStoreRules<int>::kHasSize);

}  // namespace

BOOST_AUTO_TEST_SUITE(image_store)

BOOST_FIXTURE_TEST_CASE(tuples_and_evaluations_from_memory_are_those_from_files, support::TemporaryFolder) {
  const ImageSource files(support::pictures(*this, kLabels, 3)), memory = ImageSource::of(MemoryStore(images()), 3);
  for (const int workers : {0, 2}) BOOST_TEST(torch::equal(epoch_of(memory, workers), epoch_of(files, 0)));
  const LabelledDataset of_files(files, small()), of_memory(memory, small());
  const auto batch = of_memory.load(of_memory.plan(0), 0, 12), expected = of_files.load(of_files.plan(0), 0, 12);
  BOOST_TEST(torch::equal(batch.images, expected.images));
  BOOST_TEST(torch::equal(batch.labels, expected.labels));
  BOOST_TEST((memory.is_store() && !files.is_store() && memory.pack() == nullptr));
  BOOST_TEST(memory.list().classes == 3);
  BOOST_TEST(memory.list().images[4].path == "4.png");
  BOOST_TEST((memory.skipped().empty() && memory.warnings().empty()));
}

BOOST_AUTO_TEST_CASE(grey_images_need_one_channel_only) {
  auto grey = images(), colour = images();
  for (std::size_t i = 0; i < grey.size(); ++i) {
    grey[i].pixels = cv::Mat(9, 11, CV_8UC1, cv::Scalar(double(20 * i)));
    cv::merge(std::vector<cv::Mat>(3, grey[i].pixels), colour[i].pixels);
  }
  const auto source = [](std::vector<MemoryImage> all) { return ImageSource::of(MemoryStore(std::move(all)), 3); };
  BOOST_TEST(torch::equal(epoch_of(source(std::move(grey)), 0), epoch_of(source(std::move(colour)), 0)));
}

BOOST_AUTO_TEST_CASE(images_in_memory_are_checked_all_at_once) {
  auto bad = images();
  bad[0].pixels.release();
  bad[1].pixels.convertTo(bad[1].pixels, CV_32F);
  bad[2].label = -1;
  bad[3].name.clear();
  bad[5].name = bad[4].name;
  BOOST_TEST(message_of<DataError>([&] { MemoryStore store(bad); }) ==
             "images in memory: 5 faults\n"
             "images in memory:0: the image is empty\n"
             "images in memory:1: expected pixels of type CV_8UC3 or CV_8UC1, found CV_32FC3\n"
             "images in memory:2: label -1 is below 0\n"
             "images in memory:3: the image has no name\n"
             "images in memory:5: `4.png` is already the name of image 4");
}

BOOST_AUTO_TEST_CASE(names_and_labels_of_a_store_are_checked_all_at_once) {
  auto bad = images();
  bad[2].label = 3;
  bad[7].label = 4;
  BOOST_TEST(message_of<DataError>([&] { ImageSource::of(MemoryStore(bad), 3); }) ==
             "image store: 2 faults\n"
             "image store:2: label 3 is not within 0..2\n"
             "image store:7: label 4 is not within 0..2");
  BOOST_CHECK_THROW(ImageSource::of(MemoryStore({}), 0), ConfigError);
  struct Twice : Fallible {
    std::string name(std::size_t i) const { return i == 3 ? "" : fmt::format("{}", i % 5); }
  };
  BOOST_TEST(message_of<DataError>([] { ImageSource::of(Twice(), 3); }).find("`0` has label 2, as image 0 it has 0") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(images_of_one_name_are_one_file) {
  struct Twice : Fallible {
    std::string name(std::size_t i) const { return fmt::format("{}", i % 6); }
  };
  const auto source = ImageSource::of(Twice(), 3);
  BOOST_TEST(source.list().repeats() == 6U);
  const TupleDataset<Quadruplet> tuples(source, small());
  for (std::size_t position = 0; position < 12; ++position) {
    const auto tuple = tuples.tuple(tuples.plan(0), position);
    BOOST_TEST(tuple[0] % 6 != tuple[1] % 6);
  }
}

BOOST_AUTO_TEST_CASE(bad_images_of_a_store_end_an_epoch_or_are_skipped_and_named) {
  using enum Fallible::Fault;
  for (const auto& [fault, message] : {std::pair{kThrows, "5.png: the disk is gone"},
                                       {kThrowsWithName, "5.png: the disk is gone"},
                                       {kEmpty, "5.png: the image is empty"},
                                       {kFloat, "5.png: expected pixels of type CV_8UC3 or CV_8UC1, found CV_32FC3"}}) {
    const auto failing = ImageSource::of(with(fault), 3);
    BOOST_TEST(message_of<DataError>([&] { failing.read(5); }) == message);
    BOOST_CHECK_THROW(epoch_of(failing, 1), DataError);
    const auto skipping = ImageSource::of(with(fault), 3, BadImages::kSkip);
    const auto tuples = epoch_of(skipping, 0);
    BOOST_TEST(tuples.size(0) == static_cast<std::int64_t>(4 * kLabels.size()), "every tuple is there");
    BOOST_TEST(torch::equal(epoch_of(ImageSource::of(with(fault), 3, BadImages::kSkip), 2), tuples));
    BOOST_TEST(skipping.skipped() == std::vector<std::string>{message}, boost::test_tools::per_element());
    BOOST_TEST((skipping.read(5).empty() && skipping.why_skipped(5) == message));
  }
}

BOOST_AUTO_TEST_CASE(a_bad_image_is_read_once) {
  auto store = with(Fallible::Fault::kThrows);
  const auto& reads = *store.reads;
  const auto source = ImageSource::of(std::move(store), 3, BadImages::kSkip);
  for (int i = 0; i < 3; ++i) BOOST_TEST(source.read(5).empty());
  BOOST_TEST(reads.load() == 1);
}

BOOST_AUTO_TEST_CASE(other_pixels_names_and_labels_have_another_fingerprint) {
  const auto print = [](const auto& change) {
    auto all = images();
    change(all);
    return data_fingerprint(ImageSource::of(MemoryStore(std::move(all)), 4));
  };
  const auto original = print([](auto&) {});
  BOOST_TEST(original.starts_with("pixels:"));
  BOOST_TEST(print([](auto& all) { all[3].pixels = all[3].pixels.clone(); }) == original);
  BOOST_TEST(print([](auto& all) {  // the same pixels within a larger image
               cv::Mat wide(30, 40, CV_8UC3);
               all[3].pixels.copyTo(wide(cv::Rect(7, 2, 20, 24)));
               all[3].pixels = wide(cv::Rect(7, 2, 20, 24));
             }) == original);
  BOOST_TEST(print([](auto& all) { all[3].pixels.template at<cv::Vec3b>(23, 19)[2] ^= 1; }) != original);
  BOOST_TEST(print([](auto& all) { all[3].pixels = all[3].pixels.reshape(3, 20); }) != original);
  BOOST_TEST(print([](auto& all) { all[3].name = "x.png"; }) != original);
  BOOST_TEST(print([](auto& all) { all[3].label = 3; }) != original);
  BOOST_TEST(print([](auto& all) { std::swap(all[0], all[3]); }) != original);
}

BOOST_AUTO_TEST_CASE(a_store_may_have_a_fingerprint_of_its_own) {
  const auto print = [](std::string own, std::string* pixels = nullptr) {
    Printed store;
    store.print = std::move(own);
    const auto& reads = *store.reads;
    const auto source = ImageSource::of(std::move(store), 3);
    const auto result = TupleDataset<Quadruplet>(source, small()).fingerprint();
    BOOST_TEST(reads.load() == (source.store_fingerprint().empty() ? 12 : 0));
    if (pixels != nullptr) *pixels = source.store_fingerprint();
    return result;
  };
  std::string own;
  BOOST_TEST(print("version 1", &own).starts_with("store:"));
  BOOST_TEST(own == "version 1");
  BOOST_TEST(print("version 1") == print("version 1"));
  BOOST_TEST(print("version 1") != print("version 2"));
  BOOST_TEST(print("").starts_with("pixels:"));
  BOOST_TEST(!fingerprints_differ(print("version 1"), print("")));  // of different kinds
  BOOST_TEST(fingerprints_differ(print("version 1"), print("version 2")));
}

BOOST_AUTO_TEST_CASE(an_unreadable_image_has_a_fingerprint_too) {
  const auto bad = data_fingerprint(ImageSource::of(with(Fallible::Fault::kThrows), 3));
  BOOST_TEST(bad == data_fingerprint(ImageSource::of(with(Fallible::Fault::kEmpty), 3, BadImages::kSkip)));
  BOOST_TEST(bad != data_fingerprint(ImageSource::of(Fallible(), 3)));
}

BOOST_AUTO_TEST_SUITE_END()
