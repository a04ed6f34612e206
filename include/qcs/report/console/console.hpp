// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <qcs/core/text/shell_quoted.hpp>
#include <qcs/metric/running_mean.hpp>
#include <qcs/report/console/progress.hpp>
#include <qcs/report/files/log_file.hpp>
#include <qcs/report/pace.hpp>
#include <qcs/report/table.hpp>
#include <qcs/train/events.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// Shows a run as text: in a terminal a progress bar that is redrawn in place, elsewhere a plain line every
/// `print_freq` steps; in both a line for every epoch and tables of the classes at the end. An observer.
class ConsoleReporter {
 public:
  /// @param print_freq steps between plain lines, 0 for none
  /// @param log gets every line that stays, the plain lines of steps even beside a bar, and what is too much for a
  /// console: environment, checkpoints, all images of a step undone. Outlives this object; may be null.
  explicit ConsoleReporter(int print_freq = 30, ProgressLine line = {}, LogFile* log = nullptr)
      : print_freq_(print_freq), line_(std::move(line)), log_(log) {}

  void on_run_begin(const RunInfo& info);

  void on_step(const StepEvent& event) {
    if (event.epoch != epoch_) begin_epoch(event.epoch);
    pace_.add(event.seconds, event.images);
    loss_.add(event.loss);
    accuracy_.add(event.accuracy);
    const bool last = event.batch + 1 == event.batches;
    if (line_.live() && (last || event.seconds - drawn_ >= kRedrawSeconds || event.seconds < drawn_)) {
      drawn_ = event.seconds;
      line_.show(step_line(event, true));
    }
    if (print_freq_ == 0 || (event.step % print_freq_ != 0 && !last)) return;
    if (!line_.live()) line_.print(step_line(event, false));
    log(step_line(event, false));
  }

  void on_skipped_step(const SkippedStepEvent& event) {
    constexpr std::size_t kNamed = 3;
    print(fmt::format("step undone in epoch {}, batch {}: {} ({} in a row)", event.epoch + 1, event.batch + 1,
                      event.reason, event.in_a_row));
    if (event.images.empty()) return;
    const std::size_t named = std::min(kNamed, event.images.size());
    std::string text = fmt::format("  {}", fmt::join(std::span(event.images).first(named), ", "));
    if (named < event.images.size()) text += fmt::format(" and {} more", event.images.size() - named);
    line_.print(text);
    log(fmt::format("  {}", fmt::join(event.images, ", ")));
  }

  void on_evaluation(const EvaluationProgress& progress) {
    if (!line_.live() || progress.images <= 0 || progress.total <= 0) return;
    const double share = static_cast<double>(progress.images) / static_cast<double>(progress.total);
    line_.show(fmt::format("{}evaluation {} {}/{} images  {:.0f} images/s  left {}", epoch_text(epoch_),
                           format_bar(share, bar_cells()), progress.images, progress.total,
                           static_cast<double>(progress.images) / std::max(progress.seconds, 1e-9),
                           format_duration(progress.seconds / share - progress.seconds)));
    if (progress.images >= progress.total) line_.clear();
  }

  void on_epoch(const EpochEvent& event) {
    if (event.best) best_ = event.accuracy;
    std::string text = fmt::format(
        "{}lr {:.3g}  train loss {:.4f} acc {:.1f} %  eval loss {:.4f} acc {:.1f} % (mean class {:.1f} %, macro F1 "
        "{:.3f})",
        epoch_text(event.epoch), event.learning_rate, event.train_loss, 100 * event.train_accuracy, event.eval_loss,
        100 * event.accuracy, 100 * event.confusion.mean_class_accuracy(), event.confusion.macro_f1());
    if (best_ && info_.selection != Selection::kLast) text += fmt::format("  best {:.1f} %", 100 * *best_);
    print(text + "  " + format_duration(event.seconds));
  }

  void on_checkpoint(const CheckpointEvent& event) {
    log(fmt::format("saved {} after step {}", event.file.string(), event.step));
    folder_ = event.file.parent_path().string();
  }

  void on_run_end(const RunSummary& summary);

 private:
  static constexpr double kRedrawSeconds = .1;

  void log(const std::string& text) {
    if (log_ != nullptr) log_->line(text);
  }

  void print(const std::string& text) {
    line_.print(text);
    log(text);
  }

  void begin_epoch(int epoch) {
    epoch_ = epoch;
    loss_.reset();
    accuracy_.reset();
    pace_.pause();
  }

  int bar_cells() { return line_.width() >= 110 ? 24 : 10; }

  std::string epoch_text(int epoch) const {
    return info_.epochs == 0 ? std::string() : fmt::format("epoch {}/{}  ", epoch + 1, info_.epochs);
  }

  std::string split_text(const SplitInfo& split) const;
  std::string step_line(const StepEvent& event, bool bar);
  void print_recipe();

  int print_freq_;
  ProgressLine line_;
  LogFile* log_;
  RunInfo info_;
  RunningMean loss_, accuracy_;
  Pace pace_;
  int epoch_ = -1;
  double drawn_ = -1;
  std::optional<double> best_;  // not known of the epochs that lie behind a resumed run
  std::string folder_;
};

inline void ConsoleReporter::on_run_begin(const RunInfo& info) {
  info_ = info;
  epoch_ = info.done_epochs - 1;
  print(fmt::format("{} ({}) on {}, {} classes, seed {}", info.model, info.backbone, info.dataset,
                    info.class_names.size(), info.seed));
  for (const SplitInfo* split : {&info.train, &info.eval, &info.test})
    if (!split->name.empty()) print(split_text(*split));
  print(fmt::format("{} epochs of {} batches, {} steps", info.epochs, info.batches_per_epoch, info.steps_per_epoch));
  print_recipe();
  print(info.selection == Selection::kLast         ? "best epoch: the last one"
        : info.selection == Selection::kValidation ? "best epoch chosen on the validation split"
                                                   : "best epoch chosen on the test split, as the papers do; that "
                                                     "flatters the result");
  for (const auto& [name, value] : info.environment) log(fmt::format("{} {}", name, value));
  for (const auto& note : info.notes) print(note);
  if (info.done_steps > 0) print(fmt::format("resumed after step {}, epoch {}", info.done_steps, info.done_epochs));
}

inline void ConsoleReporter::on_run_end(const RunSummary& summary) {
  const std::string counts = fmt::format("{} steps in {}", summary.steps, format_duration(summary.seconds));
  if (summary.end != RunEnd::kInterrupted)
    print(fmt::format("{}: {}", summary.end == RunEnd::kEarly ? "stopped early" : "complete", counts));
  if (summary.best_epoch >= 0)
    print(fmt::format("{} epoch {} of {}: accuracy {:.2f} %", info_.selection == Selection::kLast ? "last" : "best",
                      summary.best_epoch + 1, info_.epochs, 100 * summary.best_accuracy));
  if (summary.end == RunEnd::kInterrupted) {
    print(fmt::format("interrupted after step {}; go on with --resume{}", summary.steps,
                      folder_.empty() ? "" : ' ' + shell_quoted(folder_)));
    return;
  }
  if (summary.best_confusion.classes() > 0) {
    print(accuracy_text(summary.best_confusion));
    print(class_table(summary.best_confusion, info_.class_names));
  }
  if (!summary.test) return;
  print(fmt::format("{} split: {}, loss {:.4f}", info_.test.name.empty() ? "test" : info_.test.name,
                    accuracy_text(summary.test->confusion), summary.test->loss));
  print(class_table(summary.test->confusion, info_.class_names));
}

inline std::string ConsoleReporter::split_text(const SplitInfo& split) const {
  std::string counts;
  for (std::size_t c = 0; c < split.class_counts.size(); ++c)
    counts += fmt::format("{}{} {}", c == 0 ? " (" : ", ", class_name(info_.class_names, static_cast<int>(c)),
                          split.class_counts[c]);
  return fmt::format("{}: {} images{}{}", split.name, split.images(), counts, counts.empty() ? "" : ")");
}

inline std::string ConsoleReporter::step_line(const StepEvent& event, bool bar) {
  const double share = static_cast<double>(event.batch + 1) / static_cast<double>(event.batches);
  std::string text = epoch_text(event.epoch);
  text += bar ? fmt::format("{} {:3.0f} %", format_bar(share, bar_cells()), 100 * share)
              : fmt::format("batch {}/{}", event.batch + 1, event.batches);
  text += fmt::format("  loss {:.4f}  acc {:.1f} %", loss_.value(), 100 * accuracy_.value());
  if (!pace_.known()) return text;
  // A step may take several batches, and the pace is that of steps.
  const double batches = static_cast<double>(info_.batches_per_epoch),
               steps = static_cast<double>(info_.steps_per_epoch);
  const double seconds = pace_.seconds_per_step() * (batches > 0 && steps > 0 ? steps / batches : 1);
  const auto left = static_cast<double>(event.batches - event.batch - 1);
  const double run_left = left + static_cast<double>(event.batches) * (info_.epochs - event.epoch - 1);
  text += fmt::format("  {:.1f} images/s  left {}", pace_.images_per_second(), format_duration(left * seconds));
  if (run_left > left) text += fmt::format(" (run {})", format_duration(run_left * seconds));
  return text;
}

inline void ConsoleReporter::print_recipe() {
  constexpr std::size_t kColumns = 100;
  std::string text;
  for (const auto& [name, value] : info_.recipe) {
    const std::string item = fmt::format("{} {}", name, value);
    if (!text.empty() && text.size() + 2 + item.size() > kColumns) {
      print(text + ',');
      text.clear();
    }
    text += text.empty() ? "  " + item : ", " + item;
  }
  if (!text.empty()) print(text);
}

}  // namespace qcs
