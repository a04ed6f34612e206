// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <algorithm>
#include <cstddef>
#include <qcs/metric/confusion_matrix.hpp>
#include <string>
#include <vector>

namespace qcs {

/// Name of class `c`, or its number when there are too few names.
inline std::string class_name(const std::vector<std::string>& names, int c) {
  return static_cast<std::size_t>(c) < names.size() ? names[static_cast<std::size_t>(c)] : fmt::format("{}", c);
}

/// "accuracy 58.20 %, mean class accuracy 50.10 %, macro F1 0.490".
inline std::string accuracy_text(const ConfusionMatrix& confusion) {
  return fmt::format("accuracy {:.2f} %, mean class accuracy {:.2f} %, macro F1 {:.3f}", 100 * confusion.accuracy(),
                     100 * confusion.mean_class_accuracy(), confusion.macro_f1());
}

/// Lines of text, one per class after a heading: its images, recall, precision and F1. No newline at the end.
inline std::string class_table(const ConfusionMatrix& confusion, const std::vector<std::string>& names) {
  std::size_t width = 5;
  for (int c = 0; c < confusion.classes(); ++c) width = std::max(width, class_name(names, c).size());
  std::string table = fmt::format("{:<{}}   images   recall  precision     F1", "class", width);
  for (int c = 0; c < confusion.classes(); ++c) {
    table +=
        fmt::format("\n{:<{}}  {:7}  {:5.1f} %    {:5.1f} %  {:5.3f}", class_name(names, c), width,
                    confusion.samples(c), 100 * confusion.recall(c), 100 * confusion.precision(c), confusion.f1(c));
  }
  return table;
}

}  // namespace qcs
