// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <qcs/core/error.hpp>
#include <qcs/metric/confusion_matrix.hpp>
#include <qcs/report/table.hpp>
#include <string>
#include <vector>

namespace qcs {

/// Rows of counts, row = true class, column = predicted class.
inline nlohmann::ordered_json confusion_json(const ConfusionMatrix& confusion) {
  auto rows = nlohmann::ordered_json::array();
  for (int t = 0; t < confusion.classes(); ++t) {
    auto row = nlohmann::ordered_json::array();
    for (int p = 0; p < confusion.classes(); ++p) row.push_back(confusion.at(t, p));
    rows.push_back(row);
  }
  return rows;
}

/// The other way round; throws DataError when `rows` is no square of counts.
inline ConfusionMatrix confusion_from_json(const nlohmann::ordered_json& rows) {
  if (!rows.is_array()) throw DataError("a confusion matrix is an array of rows");
  if (rows.empty()) return {};
  const std::size_t classes = rows.size();
  ConfusionMatrix confusion(static_cast<int>(classes));
  for (std::size_t t = 0; t < classes; ++t) {
    if (!rows[t].is_array() || rows[t].size() != classes)
      throw DataError(fmt::format("row {} of the confusion matrix does not have {} counts", t + 1, classes));
    for (std::size_t p = 0; p < classes; ++p) {
      if (!rows[t][p].is_number_unsigned())
        throw DataError(fmt::format("the confusion matrix holds `{}`, which is no count", rows[t][p].dump()));
      confusion.add(static_cast<int>(t), static_cast<int>(p), rows[t][p].get<std::int64_t>());
    }
  }
  return confusion;
}

/// Everything a confusion matrix tells: accuracy, mean_class_accuracy, macro_f1, images, classes (name, images, recall,
/// precision, f1) and the counts.
inline nlohmann::ordered_json evaluation_json(const ConfusionMatrix& confusion, const std::vector<std::string>& names) {
  nlohmann::ordered_json json = {{"accuracy", confusion.accuracy()},
                                 {"mean_class_accuracy", confusion.mean_class_accuracy()},
                                 {"macro_f1", confusion.macro_f1()},
                                 {"images", confusion.total()}};
  auto& classes = json["classes"] = nlohmann::ordered_json::array();
  for (int c = 0; c < confusion.classes(); ++c) {
    classes.push_back({{"name", class_name(names, c)},
                       {"images", confusion.samples(c)},
                       {"recall", confusion.recall(c)},
                       {"precision", confusion.precision(c)},
                       {"f1", confusion.f1(c)}});
  }
  json["confusion"] = confusion_json(confusion);
  return json;
}

}  // namespace qcs
