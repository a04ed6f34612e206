// SPDX-License-Identifier: MIT
//
// The faces of photos, videos and cameras, and what their expressions are.

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <qcs/core/enum_names.hpp>
#include <qcs/image/quiet_decoders.hpp>
#include <qcs/infer/classifier.hpp>
#include <qcs/infer/face/haar_detector.hpp>
#include <qcs/infer/face/yunet_detector.hpp>
#include <qcs/infer/photo/face_tracks.hpp>
#include <qcs/infer/photo/open_source.hpp>
#include <qcs/infer/photo/predict_frames.hpp>
#include <qcs/infer/shipped_weights.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/device.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/program/process.hpp>
#include <qcs/report/console/count_progress.hpp>
#include <qcs/report/faces/face_rows.hpp>
#include <qcs/report/faces/face_totals.hpp>
#include <qcs/report/faces/marked_frames.hpp>
#include <string>
#include <utility>
#include <vector>

#include "card_of.hpp"
#include "commands.hpp"

namespace {

enum class Detector { kHaar, kYunet, kNone };

}  // namespace

template <>
struct qcs::EnumNames<Detector> {
  static constexpr std::string_view kWhat = "detector";
  static constexpr std::array<std::string_view, 3> kNames{"haar", "yunet", "none"};
};

namespace {

struct Options {
  std::vector<std::filesystem::path> inputs;
  std::filesystem::path weights, detector_file, rows, pictures;
  std::string device{"auto"};
  qcs::commands::PublishedWeights published;
  Detector detector = Detector::kHaar;
  qcs::RowFormat format = qcs::RowFormat::kCsv;
  qcs::Precision precision = qcs::Precision::kFloat32;
  std::size_t batch = 32;
  std::optional<float> score;
  int workers = qcs::program::cores(), threads = 0, camera = 0;
  bool smooth = false;
};

std::function<qcs::AnyFaceDetector()> detector_of(const Options& o) {
  switch (o.detector) {
    case Detector::kHaar:
      return [options =
                  qcs::HaarOptions{.cascade = o.detector_file, .score = o.score.value_or(qcs::HaarOptions().score)}] {
        return qcs::AnyFaceDetector(qcs::HaarDetector(options));
      };
    case Detector::kYunet:
      return
          [file = o.detector_file, options = qcs::YunetOptions{.score = o.score.value_or(qcs::YunetOptions().score)}] {
            return qcs::AnyFaceDetector(qcs::YunetDetector(file, options));
          };
    case Detector::kNone:
      break;
  }
  return [] { return qcs::AnyFaceDetector(qcs::WholePicture()); };
}

qcs::OpenedSource source_of(const Options& o, bool camera) {
  if (camera) return qcs::open_camera(o.camera);
  if (o.inputs.size() == 1 && o.inputs.front() == "-") return qcs::open_stream(std::cin, "standard input");
  return qcs::open_sources(o.inputs);
}

/// A face in words: "family.jpg: Happy 96.0 % at 120,80 64x64".
void print(const qcs::PredictedFrame& predicted) {
  const auto& frame = predicted.frame;
  const auto where = frame.number ? fmt::format("{} {}", frame.source, *frame.number) : frame.source;
  if (!frame.fault.empty()) fmt::print("{}: not read: {}\n", where, frame.fault);
  if (frame.fault.empty() && predicted.faces.empty()) fmt::print("{}: no face\n", where);
  for (const auto& [face, answer, track] : predicted.faces)
    fmt::print("{}: {} {:.1f} % at {:.0f},{:.0f} {:.0f}x{:.0f}\n", where, answer.name, 100 * answer.probability,
               face.box.x, face.box.y, face.box.width, face.box.height);
}

std::atomic<int> stop_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler writes it");

/// The frames until the user asks to stop; asked a second time, the program ends at once.
qcs::FrameSource until_stopped(qcs::FrameSource source) {
  for (const int signal : {SIGINT, SIGTERM})
    std::signal(signal, [](int number) {
      if (stop_signal.exchange(number) != 0) ::_exit(128 + number);
    });
  return [source = std::move(source)]() -> std::optional<qcs::ReadFrame> {
    return stop_signal == 0 ? source() : std::nullopt;
  };
}

int predict(const Options& o, bool camera) {
  qcs::program::start_compute_threads(o.threads > 0 ? o.threads : qcs::program::default_threads().threads);
  const qcs::Placement placement{.device = qcs::program::device(o.device), .precision = o.precision};
  cv::setNumThreads(1);  // pictures are read and searched by several threads already
  auto weights = qcs::read_weight_file(o.weights.empty() ? qcs::shipped_weights() : o.weights);
  const auto card = qcs::commands::card_of(weights, o.published);
  qcs::Classifier classify(qcs::load_engine(qcs::ShippedBackbones(), std::move(weights), card, placement), card);
  const auto& labels = classify.card().labels;
  auto source = source_of(o, camera);

  std::ofstream file;
  const bool to_file = !o.rows.empty() && o.rows != "-";
  if (to_file) file.open(o.rows);
  if (to_file && !file) throw qcs::Error(fmt::format("cannot write {}", o.rows.string()));
  std::optional<qcs::FaceRows> rows;
  if (!o.rows.empty()) rows.emplace(to_file ? file : std::cout, o.format, labels);
  std::optional<qcs::MarkedFrames> pictures;
  if (!o.pictures.empty()) pictures.emplace(o.pictures);
  std::optional<qcs::FaceTracks> tracks;
  if (o.smooth) tracks.emplace(labels);
  qcs::FaceTotals totals(labels);
  // Where rows appear on the terminal they show how far it is.
  std::optional<qcs::CountProgress> progress;
  if (to_file || (rows && qcs::terminal_width(STDOUT_FILENO) == 0))
    progress.emplace("pictures", qcs::ProgressLine(std::cerr, qcs::terminal_width(STDERR_FILENO)));
  std::size_t done = 0;
  qcs::predict_frames(until_stopped(std::move(source.frames)), detector_of(o), classify,
                      {.batch = camera ? 1 : o.batch, .threads = o.workers, .keep_pictures = pictures.has_value()},
                      [&](qcs::PredictedFrame predicted) {
                        if (tracks) tracks->follow(predicted);
                        totals.add(predicted);
                        if (rows) rows->write(predicted);
                        if (!rows) print(predicted);
                        if (pictures) pictures->write(std::move(predicted));
                        ++done;
                        if (progress) (*progress)(done, static_cast<std::size_t>(source.count.value_or(0)));
                      });
  if (o.rows != "-") fmt::print("{}\n", totals.text());
  if (stop_signal != 0) return 128 + stop_signal;
  return totals.not_read() > 0 ? 1 : 0;
}

int run_predict(int argc, char** argv) {
  Options o;
  qcs::program::OptionTable options(
      "predict INPUT... [options], names the expressions of faces in pictures, folders, lists (.txt), "
      "videos, a camera, or a picture from standard input (-)");
  options.path("weights", o.weights, "best.pt of a run, .pth or .safetensors (default: those that come with qcs)");
  options.choice(
      "detector", o.detector,
      "haar (default): OpenCV's frontal cascade; yunet: a file of --detector-file; none: a picture is a face");
  options.path("detector-file", o.detector_file, "cascade (XML) or YuNet (ONNX) of the detector");
  options.number<float>(
      "score", o.score, qcs::within(-100, 100),
      "smallest one that a detector's face has (default: 0 of haar, where clear faces have 5 and more; "
      ".6 of yunet, of at most 1)");
  options.path("out", o.rows, "rows of faces to this file, - for standard output; left out: a line in words for each");
  options.choice("format", o.format, "csv (default) or jsonl, of --out");
  options.path("pictures", o.pictures, "folder for pictures and videos with boxes and names");
  options.number<int>("camera", o.camera, qcs::within(0, 63), "take the pictures of this camera, 0 is the first");
  options.flag("smooth", o.smooth, "follow the faces of a video and average their answers over half a second");
  options.number<std::size_t>("batch", o.batch, qcs::within(1, 4096), "faces that pass together (default 32)");
  options.number<int>("workers,j", o.workers, qcs::within(1, 256), "threads that read and search (default: all cores)");
  options.number<int>("threads", o.threads, qcs::within(1, 1024), "compute threads (default: all cores)");
  options.choice("precision", o.precision, "fp32 (default), bf16 or tf32");
  options.text("device", o.device, "auto (default), cpu, cuda or cuda:N");
  o.published.add_to(options);
  options.positional_list("input", o.inputs, "pictures, folders, lists, videos; -: a picture from standard input",
                          /*optional=*/true);
  if (!options.parse(argc, argv)) return 0;
  options.assign();
  const bool camera = options.given("camera");
  if (camera == !o.inputs.empty())
    throw qcs::program::UsageError(camera ? "--camera goes without other inputs"
                                          : "name pictures, folders, lists or videos, or --camera");
  if (o.detector == Detector::kYunet && o.detector_file.empty())
    throw qcs::program::UsageError("--detector yunet needs --detector-file, an ONNX file of OpenCV's zoo of models");
  if (o.detector == Detector::kNone && !o.detector_file.empty())
    throw qcs::program::UsageError("--detector none has no file");
  if (o.detector == Detector::kNone && o.score) throw qcs::program::UsageError("--detector none gives no scores");
  if (options.given("weights") && o.weights.empty())
    throw qcs::program::UsageError("--weights is empty; leave it out for the weights that come with qcs");
  qcs::commands::PublishedWeights::check(options);
  if (options.given("dataset") && !options.given("weights"))
    throw qcs::program::UsageError("--dataset goes with --weights");
  if (options.given("format") && o.rows.empty()) throw qcs::program::UsageError("--format goes with --out");
  return predict(o, camera);
}

}  // namespace

int qcs::commands::predict(int argc, char** argv) {
  const qcs::QuietDecoders quiet;
  ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", /*overwrite=*/0);  // what FFmpeg says of a video is in its row
  return qcs::program::run_program([&] { return ::run_predict(argc, argv); });
}
