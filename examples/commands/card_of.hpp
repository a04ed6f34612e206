// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/infer/load_engine.hpp>
#include <qcs/presets/published_card.hpp>
#include <qcs/program/option_table.hpp>
#include <string>

namespace qcs::commands {

/// What --dataset and --model say of published weights, which carry no card.
struct PublishedWeights {
  std::string dataset = {}, model{Quadruplet::kName};

  void add_to(program::OptionTable& options) {
    options.text("dataset", dataset,
                 "raf_db, ferplus, affectnet7 or affectnet8, for published weights, which do not say what they are of");
    options.text("model", model, "with --dataset: QCS (default) or DCS");
  }

  /// Throws UsageError for a --model that says nothing.
  static void check(const program::OptionTable& options) {
    if (options.given("model") && !options.given("dataset")) throw program::UsageError("--model goes with --dataset");
  }
};

/// The card in a file of weights, or the one of published weights.
inline Card card_of(const WeightFile& file, const PublishedWeights& given) {
  if (given.dataset.empty()) return require_card(file, "--dataset does, for published weights");
  auto card = find_card(file.metadata);
  with_dataset(given.dataset, [&]<class Dataset>() {
    const auto published = published_card<Dataset>(given.model);
    if (card) require_same_labels(card->labels, file.path.string(), published.labels, "--dataset");
    if (!card) card = published;
  });
  return *card;
}

}  // namespace qcs::commands
