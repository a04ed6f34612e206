// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <new>
#include <qcs/data/dataset/labelled_dataset.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/topology/quadruplet.hpp>

#include "support.hpp"

namespace {

using namespace qcs;
using support::message_of;
using support::TemporaryFolder;

const std::vector<int> kLabels{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < kLabels.size(); ++i) all.push_back(fmt::format("{}.png", i));
  return all;
}

TransformOptions small() {
  TransformOptions options;
  options.resize = options.crop = 16;
  return options;
}

/// All images of all tuples of an epoch, one after the other.
torch::Tensor epoch_of(const ImageSource& source, int workers) {
  Loader loader(TupleDataset<Quadruplet>(source, small(), {.seed = 7}), {.batch_size = 5, .workers = workers});
  std::vector<torch::Tensor> all;
  for (const auto& batch : loader.epoch(1))
    for (const auto& images : batch.branches()) all.push_back(images);
  return torch::cat(all);
}

/// As long as it lives, OpenCV gets no memory for pixels.
class NoMemory : cv::MatAllocator {
 public:
  NoMemory() : usual_(cv::Mat::getDefaultAllocator()) { cv::Mat::setDefaultAllocator(this); }
  ~NoMemory() override { cv::Mat::setDefaultAllocator(usual_); }
  NoMemory(const NoMemory&) = delete;
  NoMemory& operator=(const NoMemory&) = delete;

 private:
  cv::UMatData* allocate(int, const int*, int, void*, std::size_t*, cv::AccessFlag, cv::UMatUsageFlags) const override {
    CV_Error(cv::Error::StsNoMem, "no memory");
  }
  bool allocate(cv::UMatData*, cv::AccessFlag, cv::UMatUsageFlags) const override { return false; }
  void deallocate(cv::UMatData* data) const override { usual_->unmap(data); }

  cv::MatAllocator* usual_;
};

/// Twelve images of three classes, one of them grey, and the pack of all.
struct Packed : TemporaryFolder {
  Packed() {
    list = support::pictures(*this, kLabels, 3);
    cv::imwrite((*this / "4.png").string(), cv::Mat(9, 11, CV_8UC1, cv::Scalar(100)));
    std::ofstream lines(*this / "list.txt");
    for (std::size_t i = 0; i < kLabels.size(); ++i) lines << names()[i] << ' ' << kLabels[i] << '\n';
    lines.close();
    pack_images(*this / "images.pack", path(), names());
  }
  ImageList list;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(image_source)

BOOST_FIXTURE_TEST_CASE(a_pack_holds_the_pixels_of_the_files, Packed) {
  const PackedImages pack(*this / "images.pack");
  BOOST_TEST(pack.size() == kLabels.size());
  for (const auto& name : names()) {
    const cv::Mat image = pack.image(pack.find(name).value()), file = read_rgb(*this / name);
    BOOST_TEST(image.channels() == (name == "4.png" ? 1 : 3));
    cv::Mat colour = image;
    if (image.channels() == 1) cv::merge(std::vector<cv::Mat>(3, image), colour);
    BOOST_TEST(cv::norm(colour, file, cv::NORM_INF) == 0);
  }
  BOOST_TEST(!pack.find("none.png"));
}

BOOST_FIXTURE_TEST_CASE(tuples_from_a_pack_are_those_from_the_files, Packed) {
  const auto pack = std::make_shared<const PackedImages>(*this / "images.pack");
  const ImageSource packed(read_packed_list(*this / "list.txt", *pack, 3), BadImages::kFail, pack);
  BOOST_TEST(torch::equal(epoch_of(packed, 2), epoch_of(list, 0)));
}

BOOST_FIXTURE_TEST_CASE(a_pack_that_was_changed_is_refused, Packed) {
  const auto file = *this / "images.pack";
  std::ifstream in(file, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  for (std::size_t at = 0; at < whole.size(); at += 97) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    write("changed.pack", changed);
    BOOST_TEST(message_of<DataError>([&] {
                 PackedImages(*this / "changed.pack");
               }).starts_with((*this / "changed.pack").string()));
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, whole.size() / 2, whole.size() - 1})
    BOOST_CHECK_THROW(PackedImages(write("cut.pack", whole.substr(0, size))), DataError);
  BOOST_CHECK_THROW(PackedImages(*this / "none.pack"), DataError);
}

BOOST_FIXTURE_TEST_CASE(a_list_with_an_image_that_is_not_in_the_pack_is_refused, Packed) {
  const auto pack = std::make_shared<const PackedImages>(*this / "images.pack");
  write("more.txt", "1.png 1\nother.png 2\n");
  BOOST_TEST(message_of<DataError>([&] {
               read_packed_list(*this / "more.txt", *pack, 3);
             }).find("more.txt:2: no image file `other.png`") != std::string::npos);
  BOOST_CHECK_THROW(ImageSource(list, BadImages::kFail, pack),
                    DataError);  // its names are paths, not names in the pack
}

BOOST_FIXTURE_TEST_CASE(bad_images_end_an_epoch_or_are_skipped_and_named, Packed) {
  write("5.png", "no image");
  BOOST_TEST(message_of<DataError>([&] { epoch_of(list, 1); }).starts_with((*this / "5.png").string()));
  const ImageSource skipping(list, BadImages::kSkip);
  const auto tuples = epoch_of(skipping, 0);
  BOOST_TEST(tuples.size(0) == static_cast<std::int64_t>(4 * kLabels.size()), "every tuple is there");
  for (const int workers : {1, 2, 8})
    BOOST_TEST(torch::equal(epoch_of(ImageSource(list, BadImages::kSkip), workers), tuples));
  BOOST_REQUIRE(skipping.skipped().size() == 1U);
  BOOST_TEST(skipping.skipped()[0].starts_with((*this / "5.png").string()));

  Loader loader(LabelledDataset(skipping, small()), {.batch_size = 1, .workers = 0});
  std::vector<std::size_t> seen;
  for (const auto& batch : loader.epoch(0)) {
    BOOST_TEST(batch.labels.size(0) == batch.images.size(0));
    seen.insert(seen.end(), batch.indices.begin(), batch.indices.end());
  }
  BOOST_TEST(seen == (std::vector<std::size_t>{0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(an_unusual_file_is_named_once, Packed) {
  cv::imwrite((*this / "3.jpg").string(), support::picture(3));
  std::ifstream in(*this / "3.jpg", std::ios::binary);
  std::string jpeg((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  jpeg[11] = 9;  // JFIF's major revision
  write("3.png", jpeg);
  list.images.push_back(list.images[3]);
  const ImageSource source(list);
  for (int epoch = 0; epoch < 2; ++epoch) epoch_of(source, 2);
  BOOST_REQUIRE(source.warnings().size() == 1U);
  BOOST_TEST(source.warnings()[0].starts_with((*this / "3.png").string() + ": JPEG decoder: "));
  BOOST_TEST(source.skipped().empty());
}

BOOST_FIXTURE_TEST_CASE(a_bad_file_that_comes_twice_is_named_once, Packed) {
  write("5.png", "no image");
  list.images.push_back(list.images[5]);
  const ImageSource source(list, BadImages::kSkip);
  BOOST_TEST((source.read(5).empty() && source.read(12).empty()));
  BOOST_TEST(source.skipped().size() == 1U);
  BOOST_TEST(source.why_skipped(12) == source.skipped()[0]);
}

BOOST_FIXTURE_TEST_CASE(running_out_of_memory_is_no_bad_image, Packed) {
  cv::imwrite((*this / "3.bmp").string(), support::picture(3));
  list.images[3].path = *this / "3.bmp";  // one that OpenCV decodes
  for (const auto policy : {BadImages::kFail, BadImages::kSkip}) {
    const ImageSource source(list, policy);
    {
      const NoMemory none;
      BOOST_CHECK_THROW(source.read(2), std::bad_alloc);
      BOOST_CHECK_THROW(source.read(3), std::bad_alloc);
    }
    BOOST_TEST(source.skipped().empty());
    BOOST_TEST(!source.read(2).empty());
  }
}

BOOST_FIXTURE_TEST_CASE(a_list_of_bad_images_ends_even_when_they_are_skipped, Packed) {
  for (const auto& name : names()) write(name, "no image");
  BOOST_TEST(message_of<DataError>([&] {
               epoch_of(ImageSource(list, BadImages::kSkip), 2);
             }).find("100 tuples in a row") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
