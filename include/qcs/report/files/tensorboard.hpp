// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/core/file/host_name.hpp>
#include <qcs/io/protobuf/wire_message.hpp>
#include <qcs/report/draw/confusion_picture.hpp>
#include <qcs/report/pace.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// Writes what TensorBoard shows of a run into a file `events.out.tfevents.TIME.HOST.PROCESS` in its folder: scalars of
/// every step and epoch, the confusion matrix as a picture, the recipe as a text. A resumed run adds a file, from whose
/// first step on TensorBoard drops what the earlier ones say. Numbers of fields stand in TensorFlow's event.proto,
/// summary.proto and tensor.proto. An observer.
class TensorBoardFile {
 public:
  /// Throws Error naming a file that cannot be written.
  explicit TensorBoardFile(const std::filesystem::path& folder) {
    path_ = folder /
            fmt::format("events.out.tfevents.{:010}.{}.{}", static_cast<std::int64_t>(now()), host_name(), ::getpid());
    file_.open(path_, std::ios::binary | std::ios::trunc);
    io::WireMessage event;
    event.bytes(kFileVersion, "brain.Event:2");
    write(event, 0);
  }

  const std::filesystem::path& path() const { return path_; }

  void on_run_begin(const RunInfo& info) {
    info_ = info;
    io::WireMessage start, event;
    start.number(1, 1);  // SessionLog.status = START
    event.message(kSessionLog, start);
    write(event, info.done_steps + 1);
    std::string recipe = "| setting | value |\n|---|---|\n";
    for (const auto& [name, value] : info.recipe) recipe += fmt::format("| {} | {} |\n", name, value);
    summary({text_value("recipe", recipe + fmt::format("| seed | {} |\n", info.seed))}, info.done_steps + 1);
  }

  void on_step(const StepEvent& event) {
    pace_.add(event.seconds, event.images);
    std::vector<io::WireMessage> values{scalar("train/loss", event.loss), scalar("train/base_loss", event.base_loss),
                                        scalar("train/cross_loss", event.cross_loss),
                                        scalar("train/accuracy", event.accuracy),
                                        scalar("train/learning_rate", event.learning_rate)};
    for (std::size_t r = 0; r < event.roles.size() && r < info_.role_names.size(); ++r) {
      values.push_back(scalar("train/base_loss/" + info_.role_names[r], event.roles[r].base));
      values.push_back(scalar("train/cross_loss/" + info_.role_names[r], event.roles[r].cross));
    }
    if (pace_.known()) values.push_back(scalar("images_per_second", pace_.images_per_second()));
    summary(values, event.step);
  }

  void on_epoch(const EpochEvent& event) {
    pace_.pause();
    auto values = evaluation(info_.eval.name, event.confusion, event.eval_loss);
    for (std::size_t scale = 0; scale < event.gates.size(); ++scale)
      values.push_back(scalar(fmt::format("gates/scale_{}", scale + 1), event.gates[scale]));
    summary(values, event.step);
  }

  void on_run_end(const RunSummary& ended) {
    if (ended.test) summary(evaluation(info_.test.name, ended.test->confusion, ended.test->loss), ended.steps);
  }

 private:
  // Fields of Event.
  static constexpr int kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5, kSessionLog = 7;

  static double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  }

  static io::WireMessage scalar(std::string_view name, double number) {
    io::WireMessage value;
    value.bytes(1, name);
    value.real(2, static_cast<float>(number));
    return value;
  }

  static io::WireMessage text_value(std::string_view name, std::string_view text) {
    io::WireMessage plugin, metadata, shape, one, tensor, value;
    plugin.bytes(1, "text");
    metadata.message(1, plugin);
    one.number(1, 1);  // a vector of one text
    shape.message(2, one);
    tensor.number(1, 7);  // DT_STRING
    tensor.message(2, shape);
    tensor.bytes(8, text);
    value.bytes(1, name);
    value.message(8, tensor);
    value.message(9, metadata);
    return value;
  }

  static io::WireMessage image(std::string_view name, const cv::Mat& picture) {
    std::vector<uchar> png;
    if (!cv::imencode(".png", picture, png)) throw Error(fmt::format("cannot encode the picture {}", name));
    io::WireMessage image, value;
    image.number(1, static_cast<std::uint64_t>(picture.rows));
    image.number(2, static_cast<std::uint64_t>(picture.cols));
    image.number(3, 3);
    image.bytes(4, {reinterpret_cast<const char*>(png.data()), png.size()});
    value.bytes(1, name);
    value.message(4, image);
    return value;
  }

  std::vector<io::WireMessage> evaluation(const std::string& split, const ConfusionMatrix& confusion,
                                          double loss) const {
    return {scalar(split + "/loss", loss), scalar(split + "/accuracy", confusion.accuracy()),
            scalar(split + "/mean_class_accuracy", confusion.mean_class_accuracy()),
            scalar(split + "/macro_f1", confusion.macro_f1()),
            image(split + "/confusion", report::draw_confusion(confusion, info_.class_names, split))};
  }

  void summary(const std::vector<io::WireMessage>& values, std::int64_t step) {
    io::WireMessage all, event;
    for (const auto& value : values) all.message(1, value);
    event.message(kSummary, all);
    write(event, step);
  }

  /// Adds a record as TFRecord frames it: length, its masked CRC-32C, the event, its masked CRC-32C.
  void write(io::WireMessage& event, std::int64_t step) {
    event.real(kWallTime, now());
    event.number(kStep, static_cast<std::uint64_t>(step));
    const std::string& data = event.text();
    const auto length = little_endian(static_cast<std::uint64_t>(data.size()));
    file_ << length << little_endian(masked_crc(length)) << data << little_endian(masked_crc(data)) << std::flush;
    require_written(file_, path_);
  }

  template <class Number>
  static std::string little_endian(Number number) {
    std::string bytes;
    for (std::size_t i = 0; i < sizeof number; ++i) bytes += static_cast<char>(number >> (8 * i) & 255);
    return bytes;
  }

  static std::uint32_t masked_crc(std::string_view bytes) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    crc.process_bytes(bytes.data(), bytes.size());
    const std::uint32_t value = crc.checksum();
    return (value >> 15 | value << 17) + 0xA282EAD8U;
  }

  std::filesystem::path path_;
  std::ofstream file_;
  RunInfo info_;
  Pace pace_;
};

}  // namespace qcs
