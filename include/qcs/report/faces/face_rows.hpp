// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <qcs/core/enum_names.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/infer/photo/predicted_frame.hpp>
#include <qcs/io/table/csv_writer.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace qcs {

/// How FaceRows are written.
enum class RowFormat { kCsv, kJsonLines };

template <>
struct EnumNames<RowFormat> {
  static constexpr std::string_view kWhat = "format";
  static constexpr std::array<std::string_view, 2> kNames{"csv", "jsonl"};
};

/// Writes a line for each face of each frame. A frame without a face, or one that could not be read, has a line too,
/// whose `status` says so: `no face`, or `not read` with the reason in `fault`. Boxes and points are in pixels.
class FaceRows {
 public:
  /// @param out outlives this object
  FaceRows(std::ostream& out, RowFormat format, Labels labels)
      : out_(&out), format_(format), labels_(std::move(labels)) {
    if (format_ != RowFormat::kCsv) return;
    *out_ << "source,frame,seconds,status,fault,x,y,width,height,score,track,name,probability";
    for (const auto& name : labels_.classes) *out_ << ',' << csv_cell(name);
    *out_ << '\n';
  }

  /// Throws Error if the line cannot be written.
  void write(const PredictedFrame& predicted) {
    if (predicted.faces.empty()) write(predicted.frame, nullptr);
    for (const auto& face : predicted.faces) write(predicted.frame, &face);
    out_->flush();
    if (!*out_) throw Error("the rows of faces cannot be written");
  }

 private:
  void write(const Frame& frame, const PredictedFace* found) {
    const auto* status = found != nullptr ? "face" : frame.fault.empty() ? "no face" : "not read";
    *out_ << (format_ == RowFormat::kCsv ? csv(frame, status, found) : json(frame, status, found)) << '\n';
  }

  static std::string rounded(double value) { return fmt::format("{:.6g}", value); }

  std::string csv(const Frame& frame, const char* status, const PredictedFace* found) const {
    auto row = csv_cell(frame.source);
    const auto cell = [&](const std::string& text) { row += ',' + text; };
    cell(frame.number ? std::to_string(*frame.number) : "");
    cell(frame.seconds ? fmt::format("{:.3f}", *frame.seconds) : "");
    cell(status);
    cell(csv_cell(frame.fault));
    if (found == nullptr) return row + std::string(kFaceColumns + labels_.classes.size(), ',');
    const auto& box = found->face.box;
    for (const float value : {box.x, box.y, box.width, box.height, found->face.score})
      cell(rounded(static_cast<double>(value)));
    cell(found->track ? std::to_string(*found->track) : "");
    cell(csv_cell(found->answer.name));
    cell(rounded(found->answer.probability));
    for (const double p : found->answer.all) cell(rounded(p));
    return row;
  }

  std::string json(const Frame& frame, const char* status, const PredictedFace* found) const {
    nlohmann::ordered_json row{{"source", frame.source}};
    if (frame.number) row["frame"] = *frame.number;
    if (frame.seconds) row["seconds"] = *frame.seconds;
    row["status"] = status;
    if (!frame.fault.empty()) row["fault"] = frame.fault;
    if (found != nullptr) {
      const auto& [box, score, points] = found->face;
      row["box"] = {box.x, box.y, box.width, box.height};
      row["score"] = score;
      if (points)
        for (const auto& point : *points) row["points"].push_back({point.x, point.y});
      if (found->track) row["track"] = *found->track;
      row["name"] = found->answer.name;
      row["probability"] = found->answer.probability;
      for (std::size_t c = 0; c < found->answer.all.size(); ++c)
        row["probabilities"][labels_.classes[c]] = found->answer.all[c];
    }
    return row.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  }

  static constexpr std::size_t kFaceColumns = 8;

  std::ostream* out_;
  RowFormat format_;
  Labels labels_;
};

}  // namespace qcs
