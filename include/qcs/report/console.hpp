// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <algorithm>
#include <cstddef>
#include <qcs/metric/running_mean.hpp>
#include <qcs/report/pace.hpp>
#include <qcs/report/progress.hpp>
#include <qcs/report/table.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <utility>

namespace qcs {

/// Shows a run as text: in a terminal a progress bar that is redrawn in place, elsewhere a plain line every
/// `print_freq` steps; in both a line for every epoch and a table of the classes at the end. An observer.
class ConsoleReporter {
 public:
  /// @param print_freq steps between plain lines, 0 for none
  explicit ConsoleReporter(int print_freq = 30, ProgressLine line = {})
      : print_freq_(print_freq), line_(std::move(line)) {}

  void on_run_begin(const RunInfo& info) {
    info_ = info;
    line_.print(fmt::format("{} ({}) on {}: {} training and {} evaluation images, {} classes, seed {}",
                            info.model, info.backbone, info.dataset, info.train_images, info.eval_images,
                            info.class_names.size(), info.seed));
    line_.print(fmt::format("{} epochs of {} steps", info.epochs, info.batches_per_epoch));
    print_recipe();
  }

  void on_step(const StepEvent& event) {
    if (event.batch == 0 || event.epoch != epoch_) begin_epoch(event);
    pace_.add(event.seconds, event.images);
    loss_.add(event.loss);
    accuracy_.add(event.accuracy);
    const bool last = event.batch + 1 == event.batches;
    if (line_.live() && (last || event.seconds - drawn_ >= kRedrawSeconds || event.seconds < drawn_)) {
      drawn_ = event.seconds;
      line_.show(step_line(event));
    }
    if (!line_.live() && print_freq_ > 0 && ((event.batch + 1) % print_freq_ == 0 || last)) {
      line_.print(step_line(event));
    }
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
    if (event.best || event.accuracy > best_) best_ = event.accuracy;
    line_.print(fmt::format(
        "{}lr {:.3g}  train loss {:.4f} acc {:.1f} %  eval loss {:.4f} acc {:.1f} % (mean class "
        "{:.1f} %, macro F1 {:.3f})  best {:.1f} %  {}",
        epoch_text(event.epoch), event.learning_rate, event.train_loss, 100 * event.train_accuracy,
        event.eval_loss, 100 * event.accuracy, 100 * event.confusion.mean_class_accuracy(),
        event.confusion.macro_f1(), 100 * best_, format_duration(event.seconds)));
  }

  void on_run_end(const RunSummary& summary) {
    line_.print(fmt::format("best epoch {} of {}: accuracy {:.2f} %; {} steps in {}", summary.best_epoch + 1,
                            info_.epochs, 100 * summary.best_accuracy, summary.steps,
                            format_duration(summary.seconds)));
    if (summary.best_confusion.classes() == 0) return;
    line_.print(accuracy_text(summary.best_confusion));
    line_.print(class_table(summary.best_confusion, info_.class_names));
  }

 private:
  static constexpr double kRedrawSeconds = .1;

  void begin_epoch(const StepEvent& event) {
    epoch_ = event.epoch;
    loss_.reset();
    accuracy_.reset();
    pace_.pause();
  }

  int bar_cells() { return line_.width() >= 110 ? 24 : 10; }

  std::string epoch_text(int epoch) const {
    return info_.epochs == 0 ? std::string() : fmt::format("epoch {}/{}  ", epoch + 1, info_.epochs);
  }

  std::string step_line(const StepEvent& event);
  void print_recipe();

  int print_freq_;
  ProgressLine line_;
  RunInfo info_;
  RunningMean loss_, accuracy_;
  Pace pace_;
  int epoch_ = 0;
  double drawn_ = -1;
  double best_ = 0;
};

inline std::string ConsoleReporter::step_line(const StepEvent& event) {
  const double share = static_cast<double>(event.batch + 1) / static_cast<double>(event.batches);
  std::string text = epoch_text(event.epoch);
  text += line_.live() ? fmt::format("{} {:3.0f} %", format_bar(share, bar_cells()), 100 * share)
                       : fmt::format("step {}/{}", event.batch + 1, event.batches);
  text += fmt::format("  loss {:.4f}  acc {:.1f} %", loss_.value(), 100 * accuracy_.value());
  if (!pace_.known()) return text;
  const auto left = static_cast<double>(event.batches - event.batch - 1);
  const double run_left = left + static_cast<double>(event.batches) * (info_.epochs - event.epoch - 1);
  text += fmt::format("  {:.1f} images/s  left {}", pace_.images_per_second(),
                      format_duration(left * pace_.seconds_per_step()));
  if (run_left > left) text += fmt::format(" (run {})", format_duration(run_left * pace_.seconds_per_step()));
  return text;
}

inline void ConsoleReporter::print_recipe() {
  constexpr std::size_t kColumns = 100;
  std::string text;
  for (const auto& [name, value] : info_.recipe) {
    const std::string item = fmt::format("{} {}", name, value);
    if (!text.empty() && text.size() + 2 + item.size() > kColumns) {
      line_.print(text + ',');
      text.clear();
    }
    text += text.empty() ? "  " + item : ", " + item;
  }
  if (!text.empty()) line_.print(text);
}

}  // namespace qcs
