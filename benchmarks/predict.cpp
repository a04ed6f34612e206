// SPDX-License-Identifier: MIT
//
// benchmark_predict WEIGHTS FOLDER [FACE]: how fast are photos and videos? Faces a second of the pictures below FOLDER,
//   each of one face as those of data sets are, in batches of one and of 32, and when the first answer comes. With
//   FACE, a picture in which OpenCV's cascade finds one, a film of a minute, 640 x 480 at 25 pictures a second, on
//   which it moves: pictures a second, how many have a face, and how memory develops.

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <qcs/infer/face/haar_detector.hpp>
#include <qcs/infer/photo/open_source.hpp>
#include <qcs/infer/photo/predict_frames.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/process.hpp>
#include <string>

#include "compare.hpp"

namespace {

namespace fs = std::filesystem;

qcs::AnyFaceDetector whole_picture() { return qcs::AnyFaceDetector(qcs::WholePicture()); }
qcs::AnyFaceDetector cascade() { return qcs::AnyFaceDetector(qcs::HaarDetector()); }

void time_photos(qcs::Classifier& classify, const fs::path& folder, std::size_t batch) {
  const auto photos = qcs::pictures_below(folder);
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  double first = 0;
  std::size_t faces = 0;
  const qcs::PredictOptions options{.batch = batch, .threads = qcs::program::cores(), .keep_pictures = false};
  qcs::predict_frames(qcs::photos_of(photos), whole_picture, classify, options,
                      [&](const qcs::PredictedFrame& predicted) {
                        if (faces == 0) first = seconds();
                        faces += predicted.faces.size();
                      });
  fmt::print("{} photos in batches of {}: {:.1f} faces/s, the first after {:.0f} ms\n", photos.size(), batch,
             static_cast<double>(faces) / seconds(), 1e3 * first);
}

/// A face that goes round over noise, in which a cascade looks longer than in walls and skies.
void write_film(const fs::path& path, const cv::Mat& face, int pictures, double rate) {
  const cv::Size size(640, 480);
  cv::VideoWriter film(path.string(), cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), rate, size);
  if (!film.isOpened()) throw qcs::Error(fmt::format("cannot write {}", path.string()));
  cv::Mat background(size, CV_8UC3), small;
  cv::RNG random(1);
  random.fill(background, cv::RNG::UNIFORM, 90, 110);
  cv::resize(face, small, {200, 200}, 0, 0, cv::INTER_AREA);
  for (int i = 0; i < pictures; ++i) {
    auto picture = background.clone();
    const double angle = i / 40.;
    small.copyTo(
        picture(cv::Rect(220 + cvRound(200 * std::cos(angle)), 140 + cvRound(120 * std::sin(angle)), 200, 200)));
    film.write(picture);
  }
}

void time_film(qcs::Classifier& classify, const fs::path& face) {
  constexpr int kSeconds = 60, kRate = 25, kWarmUp = 200;
  const auto path = fs::temp_directory_path() / fmt::format("qcs-film-{}.avi", ::getpid());
  write_film(path, qcs::read_photo(face), kSeconds * kRate, kRate);
  int pictures = 0, with_face = 0;
  double memory_then = 0, most = 0;
  const double seconds = qcs::benchmarks::seconds_of([&] {
    const qcs::PredictOptions options{.batch = 8, .threads = qcs::program::cores()};
    qcs::predict_frames(qcs::open_source(path).frames, cascade, classify, options,
                        [&](const qcs::PredictedFrame& predicted) {
                          with_face += predicted.faces.empty() ? 0 : 1;
                          if (++pictures == kWarmUp) memory_then = qcs::benchmarks::memory("VmRSS");
                          if (pictures >= kWarmUp) most = std::max(most, qcs::benchmarks::memory("VmRSS"));
                        });
  });
  fs::remove(path);
  fmt::print(
      "a film of {} s: {} pictures in {:.1f} s, {:.1f} a second, {} with a face; from picture {} on memory grew by "
      "{:.1f} MiB at most, to {:.0f}\n",
      kSeconds, pictures, seconds, pictures / seconds, with_face, kWarmUp, most - memory_then, most);
}

int run(int argc, char** argv) {
  if (argc < 3) throw qcs::program::UsageError("usage: benchmark_predict WEIGHTS FOLDER [FACE]");
  qcs::program::start_compute_threads(qcs::program::default_threads().threads);
  cv::setNumThreads(1);
  auto classify = qcs::Classifier::load(argv[1]);
  for (const std::size_t batch : {std::size_t{1}, std::size_t{32}}) time_photos(classify, argv[2], batch);
  if (argc > 3) time_film(classify, argv[3]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
