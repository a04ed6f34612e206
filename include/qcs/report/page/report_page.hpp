// SPDX-License-Identifier: MIT
#pragma once

#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <opencv2/core.hpp>
#include <qcs/core/error.hpp>
#include <qcs/report/console/progress.hpp>
#include <qcs/report/draw/confusion_picture.hpp>
#include <qcs/report/draw/gate_curve.hpp>
#include <qcs/report/draw/loss_curve.hpp>
#include <qcs/report/files/file.hpp>
#include <qcs/report/history/run_history.hpp>
#include <qcs/report/history/run_result.hpp>
#include <qcs/report/page/page_picture.hpp>
#include <qcs/report/page/page_template.hpp>
#include <qcs/report/page/report_images.hpp>
#include <qcs/report/table.hpp>
#include <string>
#include <vector>

namespace qcs {

namespace detail {

/// Fills the template of a page from a run.
class ReportPage {
 public:
  /// Both outlive this object.
  ReportPage(const RunHistory& history, const ReportImages& images)
      : history_(history), info_(history.info), images_(images), result_(result_of(history)) {}

  std::string html() {
    add_head();
    add_result();
    add_notes();
    page_.SetValue("CURVES", png_base64(report::draw_curves(history_)));
    add_picture("CONFUSION", report::draw_confusion(history_));
    add_picture("GATES", report::draw_gates(history_));
    add_classes();
    add_pairs();
    add_data();
    add_values("Recipe", info_.recipe);
    add_values("Environment", info_.environment);

    ctemplate::TemplateCache cache;
    const ctemplate::TemplateString key("report"), text(kReportTemplate.data(), kReportTemplate.size());
    std::string html;
    if (!cache.StringToTemplateCache(key, text, ctemplate::STRIP_BLANK_LINES) ||
        !cache.ExpandWithData(key, ctemplate::STRIP_BLANK_LINES, &page_, nullptr, &html))
      throw Error("cannot make the page of the report");
    return html;
  }

 private:
  using Dictionary = ctemplate::TemplateDictionary;

  /// With a space that no line breaks at.
  static std::string percent(double share, int digits = 1) {
    return fmt::format("{:.{}f}\u00a0%", 100 * share, digits);
  }

  const std::string& headline_split() const { return result_.test ? info_.test.name : info_.eval.name; }

  void add_head() {
    page_.SetValue("MODEL", info_.model);
    page_.SetValue("BACKBONE", info_.backbone);
    page_.SetValue("DATASET", info_.dataset);
    page_.SetValue("SEED", fmt::format("{}", info_.seed));
    const int done = history_.epochs.empty() ? 0 : history_.epochs.back().epoch + 1;
    std::string text = fmt::format("{} of {} epochs", done, info_.epochs);
    const char *state = "running", *name = state;
    if (history_.summary) {
      const auto& summary = *history_.summary;
      state = summary.end == RunEnd::kInterrupted ? "interrupted" : "complete";
      name = summary.end == RunEnd::kEarly ? "stopped early" : state;
      text += fmt::format(", {} steps", summary.steps);
      if (summary.seconds > 0) text += ", " + format_duration(summary.seconds);
    }
    page_.SetValue("STATE", state);
    page_.SetValue("STATE_NAME", name);
    page_.SetValue("STATE_TEXT", text);
  }

  void add_result() {
    const auto& confusion = result_.headline();
    if (confusion.classes() == 0) return page_.ShowSection("NO_RESULT");
    auto& shown = *page_.AddSectionDictionary("RESULT");
    shown.SetValue("ACCURACY", percent(confusion.accuracy(), 2));
    shown.SetValue("MEAN_CLASS_ACCURACY", percent(confusion.mean_class_accuracy(), 2));
    shown.SetValue("MACRO_F1", fmt::format("{:.3f}", confusion.macro_f1()));
    shown.SetValue("EPOCH", fmt::format("{} of {}", result_.epoch + 1, info_.epochs));
    shown.SetValue("EPOCH_KIND",
                   info_.selection == Selection::kLast ? "last epoch, nothing is selected" : "best epoch");
    std::string chosen;
    if (info_.selection == Selection::kValidation)
      chosen = fmt::format(", at the epoch chosen on the {} split", info_.eval.name);
    shown.SetValue("SPLIT_TEXT",
                   fmt::format("On the {} split, {} images{}.", headline_split(), confusion.total(), chosen));
    if (result_.test && result_.evaluated.classes() > 0) {
      auto& second = *shown.AddSectionDictionary("SECOND");
      second.SetValue("SECOND_TEXT", fmt::format("On the {} split, {} images: {}.", info_.eval.name,
                                                 result_.evaluated.total(), accuracy_text(result_.evaluated)));
    }
    if (info_.selection == Selection::kTest) {
      add_remark(
          "The epoch was chosen on the test split itself,",
          "as the papers do. This flatters the result: on images that had no say in the choice it is likely lower.");
    } else if (info_.selection == Selection::kValidation && !result_.test) {
      add_remark(fmt::format("These are numbers of the {} split, on which the epoch is chosen.", info_.eval.name),
                 info_.test.name.empty()
                     ? std::string("They flatter the result.")
                     : fmt::format("The {} split is evaluated at the end of the run.", info_.test.name));
    }
  }

  void add_remark(const std::string& head, const std::string& text) {
    auto& remark = *page_.AddSectionDictionary("REMARK");
    remark.SetValue("REMARK_HEAD", head);
    remark.SetValue("REMARK_TEXT", text);
  }

  void add_notes() {
    if (info_.notes.empty()) return;
    auto& notes = *page_.AddSectionDictionary("NOTES");
    for (const auto& note : info_.notes) notes.AddSectionDictionary("NOTE")->SetValue("TEXT", note);
  }

  void add_picture(const char* section, const cv::Mat& picture) {
    if (!picture.empty()) page_.AddSectionDictionary(section)->SetValue("PNG", png_base64(picture));
  }

  void add_classes() {
    const auto& confusion = result_.headline();
    if (confusion.classes() == 0) return;
    auto& classes = *page_.AddSectionDictionary("CLASSES");
    classes.SetValue("SPLIT", headline_split());
    for (int c = 0; c < confusion.classes(); ++c) {
      auto& row = *classes.AddSectionDictionary("CLASS");
      row.SetValue("NAME", class_name(info_.class_names, c));
      row.SetValue("IMAGES", fmt::format("{}", confusion.samples(c)));
      row.SetValue("PRECISION", percent(confusion.precision(c)));
      row.SetValue("RECALL", percent(confusion.recall(c)));
      row.SetValue("F1", fmt::format("{:.3f}", confusion.f1(c)));
      row.SetValue("SHARE", fmt::format("{:.1f}", 100 * confusion.recall(c)));
    }
  }

  void add_pairs() {
    constexpr std::size_t kPairs = 6, kFaces = 8;
    const auto found = confused_pairs(result_.headline(), kPairs);
    if (found.empty()) return;
    auto& pairs = *page_.AddSectionDictionary("PAIRS");
    if (!images_.predictions.empty())
      pairs.SetValue("PAIRS_TEXT", fmt::format("Of each up to {} images, the most confident mistakes first, with the "
                                               "probability that the network gave its answer.",
                                               kFaces));
    for (const auto& pair : found) {
      auto& shown = *pairs.AddSectionDictionary("PAIR");
      shown.SetValue("LABEL", class_name(info_.class_names, pair.label));
      shown.SetValue("PREDICTED", class_name(info_.class_names, pair.predicted));
      shown.SetValue("COUNT", fmt::format("{} of {} images, {}", pair.images, result_.headline().samples(pair.label),
                                          percent(pair.share)));
      for (const auto& mistake : mistakes_of(pair, images_.predictions, kFaces)) add_face(shown, mistake);
    }
  }

  void add_face(Dictionary& pair, const ReportedPrediction& mistake) {
    auto& face = *pair.AddSectionDictionary("FACE");
    face.SetValue("NAME", mistake.name);
    face.SetValue("PROBABILITY", percent(mistake.probability));
    try {
      if (!images_.read) throw Error("there are no images");
      const std::string png = png_base64(thumbnail(images_.read(mistake.image)));
      face.AddSectionDictionary("PICTURE")->SetValue("PNG", png);
    } catch (const std::exception&) {
      face.ShowSection("MISSING");
    }
  }

  void add_data() {
    std::vector<const SplitInfo*> splits;
    for (const auto* split : {&info_.train, &info_.eval, &info_.test})
      if (!split->class_counts.empty()) splits.push_back(split);
    if (splits.empty()) return;
    auto& data = *page_.AddSectionDictionary("DATA");
    std::size_t classes = 0;
    for (const auto* split : splits) {
      classes = std::max(classes, split->class_counts.size());
      data.AddSectionDictionary("HEAD")->SetValue("NAME", split->name);
      data.AddSectionDictionary("TOTAL")->SetValue("COUNT", fmt::format("{}", split->images()));
    }
    for (std::size_t c = 0; c < classes; ++c) {
      auto& row = *data.AddSectionDictionary("ROW");
      row.SetValue("NAME", class_name(info_.class_names, static_cast<int>(c)));
      for (const auto* split : splits)
        row.AddSectionDictionary("CELL")->SetValue(
            "COUNT", fmt::format("{}", c < split->class_counts.size() ? split->class_counts[c] : 0));
    }
  }

  void add_values(const char* title, const NamedValues& values) {
    if (values.empty()) return;
    auto& section = *page_.AddSectionDictionary("VALUES");
    section.SetValue("TITLE", title);
    for (const auto& [name, text] : values) {
      auto& value = *section.AddSectionDictionary("VALUE");
      value.SetValue("NAME", name);
      value.SetValue("TEXT", text);
    }
  }

  const RunHistory& history_;
  const RunInfo& info_;
  const ReportImages& images_;
  RunResult result_;
  Dictionary page_{"report"};
};

}  // namespace detail

/// Writes a run as one HTML page that needs no other file, without scripts: result, curves, gates, confusion matrix,
/// classes, the most confused ones with images of them, data, recipe and environment. All or nothing (see write_file).
/// Throws Error naming a file that cannot be written.
/// @param images of the split that the result is of: the test split where it was evaluated, else RunInfo::eval
inline void write_report_page(const std::filesystem::path& path, const RunHistory& history,
                              const ReportImages& images = {}) {
  write_file(path, detail::ReportPage(history, images).html());
}

}  // namespace qcs
