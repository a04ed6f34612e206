// SPDX-License-Identifier: MIT
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/infer/photo/face_tracks.hpp>
#include <qcs/infer/photo/predict_frames.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/report/faces/face_rows.hpp>
#include <qcs/report/faces/face_totals.hpp>
#include <sstream>

#include "../infer/support.hpp"
#include "../io/support.hpp"

using namespace qcs;

namespace {

const Labels kLabels{.name = "three", .classes = {"a", "b, or so", "c"}};

Classifier classifier() {
  const auto branch = test::trained_network<BaseBranch<SmallBackbone>>(/*seed=*/3, /*classes=*/3);
  return {AnyEngine(TorchEngine(simplified(base_branch_graph<SmallBackbone>(io::named_tensors(*branch), 3)))),
          {.labels = kLabels}};
}

cv::Mat picture(int number) {
  cv::Mat bgr(120, 160, CV_8UC3);
  cv::RNG random(static_cast<std::uint64_t>(number) + 1);
  random.fill(bgr, cv::RNG::UNIFORM, 0, 256);
  cv::GaussianBlur(bgr, bgr, {}, 3);
  bgr.at<cv::Vec3b>(0, 0)[0] = static_cast<unsigned char>(number);
  return bgr;
}

/// Finds as many faces as the picture's number says, the rightmost first.
struct Counting {
  std::vector<Face> detect(const cv::Mat& bgr) const {
    std::vector<Face> faces;
    for (int i = bgr.at<cv::Vec3b>(0, 0)[0]; i > 0; --i)
      faces.push_back({.box = {static_cast<float>(2 * i), 10, 40, 40}});
    return faces;
  }
};

/// Pictures 0 .. count - 1; the one of `fault` cannot be read.
FrameSource numbered(int count, int fault = -1) {
  return [next = std::make_shared<int>(0), count, fault]() -> std::optional<ReadFrame> {
    if (*next == count) return std::nullopt;
    return [number = (*next)++, fault] {
      Frame frame{.source = std::to_string(number)};
      if (number == fault)
        frame.fault = "broken";
      else
        frame.bgr = picture(number);
      return frame;
    };
  };
}

std::vector<PredictedFrame> predicted(Classifier& classify, const FrameSource& source, PredictOptions options) {
  std::vector<PredictedFrame> frames;
  predict_frames(
      source, [] { return AnyFaceDetector(Counting()); }, classify, options,
      [&](PredictedFrame frame) { frames.push_back(std::move(frame)); });
  return frames;
}

PredictedFrame film_at(double seconds, std::vector<PredictedFace> faces) {
  return {.frame = {.source = "film", .number = static_cast<std::int64_t>(10 * seconds), .seconds = seconds},
          .faces = std::move(faces)};
}

PredictedFace face(float x, std::vector<double> probabilities) {
  return {{.box = {x, 20, 50, 50}}, answer_of(std::move(probabilities), kLabels)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(frames_keep_their_order_and_faces_go_from_left_to_right) {
  auto classify = classifier();
  const auto alone = predicted(classify, numbered(9, 4), {.batch = 1, .threads = 1});
  for (const int threads : {1, 4})
    for (const std::size_t batch : {std::size_t{3}, std::size_t{32}}) {
      const auto frames = predicted(classify, numbered(9, 4), {.batch = batch, .threads = threads});
      BOOST_REQUIRE(frames.size() == 9u);
      for (std::size_t i = 0; i < 9; ++i) {
        BOOST_TEST(frames[i].frame.source == std::to_string(i));
        BOOST_REQUIRE(frames[i].faces.size() == (i == 4 ? 0 : i));
        BOOST_TEST(frames[i].frame.fault == (i == 4 ? "broken" : ""));
        for (std::size_t f = 0; f < frames[i].faces.size(); ++f) {
          BOOST_TEST(frames[i].faces[f].face.box.x == 2 * static_cast<float>(f + 1));
          for (std::size_t c = 0; c < 3; ++c)
            BOOST_TEST(std::abs(frames[i].faces[f].answer.all[c] - alone[i].faces[f].answer.all[c]) < 1e-5);
        }
      }
    }
}

BOOST_AUTO_TEST_CASE(answers_are_those_on_the_faces_cut_by_hand) {
  auto classify = classifier();
  const auto frames = predicted(classify, numbered(3), {});
  for (const auto& found : frames[2].faces) {
    const auto wanted = classify(bgr(cut_face(frames[2].frame.bgr, found.face)));
    BOOST_TEST(found.answer.name == wanted.name);
    BOOST_TEST(std::abs(found.answer.probability - wanted.probability) < 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(fifty_faces_of_a_picture_are_all_answered) {
  auto classify = classifier();
  const auto frames = predicted(classify, numbered(51), {.batch = 8, .threads = 2});
  BOOST_REQUIRE(frames.size() == 51u);
  BOOST_REQUIRE(frames[50].faces.size() == 50u);
  for (const auto& found : frames[50].faces) {
    const auto wanted = classify(bgr(cut_face(frames[50].frame.bgr, found.face)));
    BOOST_TEST(std::abs(found.answer.probability - wanted.probability) < 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(what_a_detector_throws_comes_out) {
  struct Broken {
    std::vector<Face> detect(const cv::Mat&) const { throw ConfigError("no lens"); }
  };
  auto classify = classifier();
  const auto run = [&](const std::function<AnyFaceDetector()>& make) {
    predict_frames(numbered(50), make, classify, {.batch = 2, .threads = 3}, [](const PredictedFrame&) {});
  };
  BOOST_CHECK_THROW(run([] { return AnyFaceDetector(Broken()); }), ConfigError);
  BOOST_CHECK_THROW(run([]() -> AnyFaceDetector { throw ConfigError("none there"); }), ConfigError);
}

BOOST_AUTO_TEST_CASE(no_more_frames_are_read_than_are_taken) {
  auto classify = classifier();
  std::atomic<int> begun = 0, taken = 0, most = 0;
  const FrameSource source = [&]() -> std::optional<ReadFrame> {
    if (begun == 60) return std::nullopt;
    ++begun;
    most = std::max<int>(most, begun - taken);
    return [] { return Frame{.source = "grey", .bgr = cv::Mat::zeros(20, 20, CV_8UC3)}; };
  };
  predict_frames(
      source, [] { return AnyFaceDetector(Counting()); }, classify, {.batch = 4, .threads = 2},
      [&](const PredictedFrame&) { ++taken; });
  BOOST_TEST(taken == 60);
  BOOST_TEST(most <= 4 + 4 + 2 + 1);  // waiting for a batch, and under way
}

BOOST_AUTO_TEST_CASE(a_face_is_followed_and_its_answers_averaged) {
  FaceTracks tracks(kLabels, {.overlap = .3, .seconds = .5, .patience = 1});
  auto first = film_at(0, {face(10, {1, 0, 0}), face(200, {0, 1, 0})});
  tracks.follow(first);
  BOOST_TEST(*first.faces[0].track == 0);
  BOOST_TEST(*first.faces[1].track == 1);
  auto second = film_at(.5, {face(15, {0, 0, 1}), face(400, {0, 1, 0})});
  tracks.follow(second);
  BOOST_TEST(*second.faces[0].track == 0);
  BOOST_TEST(*second.faces[1].track == 2);
  BOOST_TEST(std::abs(second.faces[0].answer.all[0] - std::exp(-1)) < 1e-12);
  BOOST_TEST(second.faces[0].answer.name == "c");
  auto late = film_at(1.2, {face(200, {0, 1, 0}), face(15, {1, 0, 0})});
  tracks.follow(late);
  BOOST_TEST(*late.faces[0].track == 3);  // out of sight for more than a second
  BOOST_TEST(*late.faces[1].track == 0);
  auto other = film_at(1.3, {face(15, {1, 0, 0})});
  other.frame.source = "another film";
  tracks.follow(other);
  BOOST_TEST(*other.faces[0].track == 4);
  PredictedFrame photo{.frame = {.source = "photo.jpg"}, .faces = {face(10, {1, 0, 0})}};
  tracks.follow(photo);
  BOOST_TEST(!photo.faces[0].track.has_value());
}

BOOST_AUTO_TEST_CASE(every_frame_has_a_row) {
  PredictedFrame film = film_at(.5, {face(10, {.125, .75, .125})}), empty{.frame = {.source = "a \"b\".png"}},
                 broken{.frame = {.source = "c.png", .fault = "cut, short"}};
  film.faces[0].track = 3;
  std::ostringstream csv, json;
  FaceRows as_csv(csv, RowFormat::kCsv, kLabels), as_json(json, RowFormat::kJsonLines, kLabels);
  FaceTotals totals(kLabels);
  for (const auto* frame : {&film, &empty, &broken}) {
    as_csv.write(*frame);
    as_json.write(*frame);
    totals.add(*frame);
  }
  BOOST_TEST(csv.str() ==
             "source,frame,seconds,status,fault,x,y,width,height,score,track,name,probability,a,\"b, or so\",c\n"
             "film,5,0.500,face,,10,20,50,50,1,3,\"b, or so\",0.75,0.125,0.75,0.125\n"
             "\"a \"\"b\"\".png\",,,no face,,,,,,,,,,,,\n"
             "c.png,,,not read,\"cut, short\",,,,,,,,,,,\n");
  BOOST_TEST(json.str() ==
             "{\"source\":\"film\",\"frame\":5,\"seconds\":0.5,\"status\":\"face\",\"box\":[10.0,20.0,50.0,50.0],"
             "\"score\":1.0,\"track\":3,\"name\":\"b, or so\",\"probability\":0.75,"
             "\"probabilities\":{\"a\":0.125,\"b, or so\":0.75,\"c\":0.125}}\n"
             "{\"source\":\"a \\\"b\\\".png\",\"status\":\"no face\"}\n"
             "{\"source\":\"c.png\",\"status\":\"not read\",\"fault\":\"cut, short\"}\n");
  BOOST_TEST(totals.not_read() == 1);
  BOOST_TEST(totals.text().starts_with("3 pictures, 1 faces; without a face: 1, not read: 1\n"));
}
