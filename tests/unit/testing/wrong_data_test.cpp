// SPDX-License-Identifier: MIT
#include <array>
#include <boost/random/uniform_int_distribution.hpp>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <opencv2/core.hpp>
#include <qcs/data/memory_store.hpp>
#include <qcs/data/sample/tuple_sampler.hpp>
#include <qcs/testing/check_augmenter.hpp>
#include <qcs/testing/check_face_detector.hpp>
#include <qcs/testing/check_image_store.hpp>
#include <qcs/testing/check_negative_rule.hpp>
#include <qcs/testing/check_topology.hpp>
#include <qcs/testing/check_tuple_sampler.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <span>
#include <string>
#include <vector>

#include "findings.hpp"

// Topologies, samplers, rules for negatives, augmenters and stores that each do one thing wrong, which their check must
// name.

using namespace qcs;
using namespace qcs::testing;

namespace {

struct TwinNames {
  static constexpr std::string_view kName = "TWINS";
  static constexpr std::array kBranches{Branch{"anchor", 0}, Branch{"anchor", 0}};
  static constexpr std::array kSimilar{Pair{0, 1}};
  static constexpr std::array<Pair, 0> kDissimilar{};
};

using Tuple = TupleSampler<Quadruplet>::Tuple;

std::size_t any(const ClassIndex& index, Rng& rng) {
  return boost::random::uniform_int_distribution<std::size_t>(0, index.size() - 1)(rng);
}

struct WrongClass : TupleSampler<Quadruplet> {
  using TupleSampler::TupleSampler;
  Tuple draw(std::size_t anchor, Rng& rng) const {
    return {anchor, any(index(), rng), any(index(), rng), any(index(), rng)};
  }
};

struct SameImageTwice : TupleSampler<Quadruplet> {
  using TupleSampler::TupleSampler;
  Tuple draw(std::size_t anchor, Rng& rng) const {
    auto tuple = TupleSampler::draw(anchor, rng);
    tuple[1] = tuple[0];
    return tuple;
  }
};

struct OtherAnchor : TupleSampler<Quadruplet> {
  using TupleSampler::TupleSampler;
  Tuple draw(std::size_t anchor, Rng& rng) const {
    auto tuple = TupleSampler::draw(anchor, rng);
    std::swap(tuple[0], tuple[1]);
    return tuple;
  }
};

struct LowImagesOnly : TupleSampler<Quadruplet> {
  using TupleSampler::TupleSampler;
  Tuple draw(std::size_t anchor, Rng& rng) const {
    auto tuple = TupleSampler::draw(anchor, rng);
    while (tuple[2] > index().size() / 2) tuple = TupleSampler::draw(anchor, rng);
    return tuple;
  }
};

struct HiddenGenerator : TupleSampler<Quadruplet> {
  using TupleSampler::TupleSampler;
  Tuple draw(std::size_t anchor, Rng& /*rng*/) const {
    thread_local Rng own(7);
    return TupleSampler::draw(anchor, own);
  }
};

/// Takes the first images of a class, whether there are enough or not.
class NeverRefuses {
 public:
  NeverRefuses(ClassIndex index, NegativeRule) : index_(std::move(index)) {}
  const ClassIndex& index() const { return index_; }
  Tuple draw(std::size_t anchor, Rng& rng) const {
    return TupleSampler<Quadruplet>(index_, NegativeRule::kAnyImage).draw(anchor, rng);
  }

 private:
  ClassIndex index_;
};

struct TakenClass {
  std::size_t draw(const ClassIndex& index, std::span<const int> /*taken*/, Rng& rng) const { return any(index, rng); }
};

struct FirstFree {
  std::size_t draw(const ClassIndex& index, std::span<const int> taken, Rng& rng) const {
    return index.images(index.label(AnyImageNegatives().draw(index, taken, rng)))[0];
  }
};

class Wrong {
 public:
  explicit Wrong(const TransformOptions& options) : right_(options) {}
  const TransformOptions& options() const { return right_.options(); }

 protected:
  std::size_t floats() const { return 3 * static_cast<std::size_t>(options().side() * options().side()); }
  TrainTransform right_;
};

struct WritesBeyond : Wrong {
  using Wrong::Wrong;
  void write(const cv::Mat& rgb, Rng& rng, float* planes) const {
    right_.write(rgb, rng, planes);
    planes[floats()] = 0;
  }
};

struct WritesTooLittle : Wrong {
  using Wrong::Wrong;
  void write(const cv::Mat& rgb, Rng& rng, float* planes) const {
    std::vector<float> all(floats());
    right_.write(rgb, rng, all.data());
    std::copy(all.begin(), all.end() - options().side(), planes);
  }
};

struct ChangesInput : Wrong {
  using Wrong::Wrong;
  void write(const cv::Mat& rgb, Rng& rng, float* planes) const {
    right_.write(rgb, rng, planes);
    cv::Mat same = rgb;  // shares its pixels
    same.ptr()[0] ^= 1;
  }
};

struct DrawsByPixels : Wrong {
  using Wrong::Wrong;
  void write(const cv::Mat& rgb, Rng& rng, float* planes) const {
    for (int i = 0; i < rgb.rows; ++i) rng();
    right_.write(rgb, rng, planes);
  }
};

struct NotNormalised : Wrong {
  using Wrong::Wrong;
  void write(const cv::Mat& rgb, Rng& rng, float* planes) const {
    right_.write(rgb, rng, planes);
    for (std::size_t i = 0; i < floats(); ++i) planes[i] *= 255;
  }
};

struct Remembers : Wrong {
  using Wrong::Wrong;
  void write(const cv::Mat& rgb, Rng& rng, float* planes) const {
    right_.write(rgb, rng, planes);
    planes[0] += .01F * static_cast<float>(++calls % 7);
  }
  static thread_local int calls;
};
thread_local int Remembers::calls = 0;

struct IgnoresStride : Wrong {
  using Wrong::Wrong;
  void write(const cv::Mat& rgb, Rng& rng, float* planes) const {
    auto smaller = options();  // the whole image in fewer pixels
    smaller.resize = smaller.resize / smaller.stride;
    smaller.crop = smaller.side();
    smaller.stride = 1;
    TrainTransform(smaller).write(rgb, rng, planes);
  }
};

struct ColourOnly : Wrong {
  using Wrong::Wrong;
  void write(const cv::Mat& rgb, Rng& rng, float* planes) const {
    if (rgb.channels() != 3) throw DataError("expected three channels");
    right_.write(rgb, rng, planes);
  }
};

MemoryStore made_up_store() {
  std::vector<MemoryImage> images;
  for (int i = 0; i < 6; ++i)
    images.push_back(
        {"image" + std::to_string(i), i % 3, cv::Mat(5, 4, i % 2 == 0 ? CV_8UC3 : CV_8UC1, cv::Scalar(i))});
  return MemoryStore(std::move(images));
}

struct ChangingReads : MemoryStore {
  ChangingReads() : MemoryStore(made_up_store()) {}
  cv::Mat read(std::size_t i) const {
    cv::Mat image = MemoryStore::read(i).clone();
    image.ptr()[0] = static_cast<unsigned char>(++reads);
    return image;
  }
  mutable int reads = 0;
};

/// One buffer for all images: right for one reader, wrong for several.
struct SharedBuffer : MemoryStore {
  SharedBuffer() : MemoryStore(made_up_store()), buffer(5, 4, CV_8UC3) {}
  cv::Mat read(std::size_t i) const {
    buffer.setTo(cv::Scalar::all(static_cast<double>(i)));
    return buffer;
  }
  mutable cv::Mat buffer;
};

struct WrongType : MemoryStore {
  WrongType() : MemoryStore(made_up_store()) {}
  cv::Mat read(std::size_t) const { return cv::Mat(3, 3, CV_32FC3, cv::Scalar(0)); }
};

struct OneName : MemoryStore {
  OneName() : MemoryStore(made_up_store()) {}
  std::string name(std::size_t) const { return "image"; }
};

/// Boxes as shares of the picture.
struct FindsShares {
  std::vector<Face> detect(const cv::Mat&) const { return {{.box = {.2F, .2F, .5F, -.5F}}}; }
};
struct FindsOutside {
  std::vector<Face> detect(const cv::Mat& bgr) const {
    return {{.box = {static_cast<float>(2 * bgr.cols), 0, 10, 10}}};
  }
};
struct WritesToPicture {
  std::vector<Face> detect(const cv::Mat& bgr) const {
    cv::Mat same = bgr;
    same.at<cv::Vec3b>(0, 0)[0] ^= 1;
    return {};
  }
};
struct FindsMoreEachTime {
  std::vector<Face> detect(const cv::Mat&) { return std::vector<Face>(++calls, Face{.box = {0, 0, 1, 1}}); }
  std::size_t calls = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(wrong_face_detectors) {
  must_find("boxes without a size", "a box has no size", [] { check_face_detector(FindsShares()); });
  must_find("other pixels", "a box lies outside a picture of 640 x 480", [] { check_face_detector(FindsOutside()); });
  must_find("its input", "detect() writes to the picture", [] { check_face_detector(WritesToPicture()); });
  must_find("a memory", "detect() finds other faces the second time", [] { check_face_detector(FindsMoreEachTime()); });
  must_find("the wrong number", "photo 0 has 2 faces, detect() finds 1",
            [] { check_face_detector(WholePicture(), {cv::Mat::zeros(9, 9, CV_8UC3)}, {2}); });
}

BOOST_AUTO_TEST_CASE(wrong_topologies_and_samplers) {
  must_find("two branches of a name", "two branches are called `anchor`", [] { check_topology<TwinNames>(); });
  must_find("a wrong class", "share a role, but a tuple has images of two classes there",
            [] { check_tuple_sampler<WrongClass, Quadruplet>(); });
  must_find("an image twice", "branches `anchor` and `positive` of a tuple show the same file",
            [] { check_tuple_sampler<SameImageTwice, Quadruplet>(); });
  must_find("another anchor", "the first image of a tuple is not the anchor",
            [] { check_tuple_sampler<OtherAnchor, Quadruplet>(); });
  must_find("images that never come", "branch `negative` never was",
            [] { check_tuple_sampler<LowImagesOnly, Quadruplet>(); });
  must_find("a generator of its own", "another tuple for the same anchor and the same state of the generator",
            [] { check_tuple_sampler<HiddenGenerator, Quadruplet>(); });
  must_find("a list that cannot serve", "it is made for a list whose images are all of one class",
            [] { check_tuple_sampler<NeverRefuses, Quadruplet>(); });
  BOOST_CHECK_NO_THROW((check_tuple_sampler<LowImagesOnly, Quadruplet>({.coverage = false})));
}

BOOST_AUTO_TEST_CASE(wrong_rules_for_negatives) {
  must_find("a class taken", "an image of a class that is among `taken`", [] { check_negative_rule<TakenClass>(); });
  must_find("one image of each", "taken, the image drawn never was", [] { check_negative_rule<FirstFree>(); });
}

BOOST_AUTO_TEST_CASE(wrong_augmenters) {
  must_find("out of bounds", "write() writes outside of the 3 * side * side floats",
            [] { check_augmenter<WritesBeyond>(); });
  must_find("too little", "write() leaves floats at `planes` as they were", [] { check_augmenter<WritesTooLittle>(); });
  must_find("its input", "write() changes its input image", [] { check_augmenter<ChangesInput>(); });
  must_find("draws", "what write() draws from the generator depends on the image",
            [] { check_augmenter<DrawsByPixels>(); });
  must_find("numbers", "write() gives numbers beyond those of pixels", [] { check_augmenter<NotNormalised>(); });
  must_find("a memory", "other pixels for the same image and the same state", [] { check_augmenter<Remembers>(); });
  must_find("a stride", "something else than every stride-th row and column", [] { check_augmenter<IgnoresStride>(); });
  must_find("grey", "(8UC1) threw \"expected three channels\"", [] { check_augmenter<ColourOnly>(); });
}

BOOST_AUTO_TEST_CASE(wrong_image_stores) {
  BOOST_CHECK_NO_THROW(check_image_store(made_up_store(), {.classes = 3}));
  must_find("a label out of range", "image 2 has label 2, expected 0..1",
            [] { check_image_store(made_up_store(), {.classes = 2}); });
  must_find("reads that change", "read(0) gives other pixels when it is called again",
            [] { check_image_store(ChangingReads()); });
  must_find("a shared buffer", "an image that read() gave changes", [] { check_image_store(SharedBuffer()); });
  must_find("floats", "found CV_32FC3", [] { check_image_store(WrongType()); });
  must_find("one name for all", "images 0 and 1 are both called `image`, but have different labels",
            [] { check_image_store(OneName()); });
}
