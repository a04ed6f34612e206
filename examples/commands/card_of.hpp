// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/infer/load_engine.hpp>
#include <qcs/presets/published_card.hpp>
#include <string>

namespace qcs::commands {

/// The card in a file of weights, or what --dataset and --model say of published weights, which carry none.
inline Card card_of(const WeightFile& file, const std::string& dataset, const std::string& model) {
  if (dataset.empty()) return require_card(file, "--dataset does, for published weights");
  auto card = find_card(file.metadata);
  with_dataset(dataset, [&]<class Dataset>() {
    const auto published = published_card<Dataset>(model);
    if (card) require_same_labels(card->labels, file.path.string(), published.labels, "--dataset");
    if (!card) card = published;
  });
  return *card;
}

}  // namespace qcs::commands
