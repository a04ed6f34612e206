// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <qcs/io/table/csv_writer.hpp>
#include <qcs/report/files/file.hpp>
#include <qcs/report/history/run_history.hpp>
#include <string>

namespace qcs {

/// Writes a row for every epoch, for spreadsheets; metrics.jsonl holds more. Epochs, steps and gates count from 1,
/// accuracies are 0..1, `best` is 1 where the epoch was the best one so far. All or nothing; throws Error naming the
/// file.
inline void write_metrics_csv(const std::filesystem::path& path, const RunHistory& history) {
  std::size_t gates = 0;
  for (const auto& epoch : history.epochs) gates = std::max(gates, epoch.gates.size());
  std::string text =
      "epoch,step,learning_rate,train_loss,train_base_loss,train_cross_loss,train_accuracy,eval_loss,accuracy,"
      "mean_class_accuracy,macro_f1,best";
  for (std::size_t gate = 1; gate <= gates; ++gate) text += fmt::format(",gate_{}", gate);
  text += '\n';
  for (const auto& epoch : history.epochs) {
    text += fmt::format("{},{}", epoch.epoch + 1, epoch.step);
    for (const double value :
         {epoch.learning_rate, epoch.train_loss, epoch.train_base_loss, epoch.train_cross_loss, epoch.train_accuracy,
          epoch.eval_loss, epoch.accuracy, epoch.confusion.mean_class_accuracy(), epoch.confusion.macro_f1()})
      text += ',' + csv_number(value);
    text += epoch.best ? ",1" : ",0";
    for (std::size_t gate = 0; gate < gates; ++gate)
      text += gate < epoch.gates.size() ? ',' + csv_number(epoch.gates[gate]) : ",";
    text += '\n';
  }
  write_file(path, text);
}

}  // namespace qcs
