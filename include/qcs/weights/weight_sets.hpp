// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <iterator>
#include <qcs/core/error.hpp>
#include <qcs/io/pickle/summary.hpp>
#include <qcs/io/torch/tensor_dictionary.hpp>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace qcs {

/// A dictionary of named tensors within the value that a file holds.
struct WeightSet {
  std::string key;  ///< how it is reached from the file's value, "model.state_dict"; empty for that value itself
  const io::PickleValue* dictionary;
};

namespace detail {

/// Parts of a key between `.` and `_`, in lower case.
inline std::vector<std::string> words_of(std::string_view key) {
  std::vector<std::string> words(1);
  for (const char c : key) {
    if (c == '.' || c == '_')
      words.emplace_back();
    else
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return words;
}

inline bool has_word(std::string_view key, const auto& known) {
  return std::ranges::any_of(
      words_of(key), [&](const auto& word) { return std::ranges::find(known, std::string_view(word)) != known.end(); });
}

/// Whether a set holds moving averages of weights, by its key.
inline bool is_averaged(const WeightSet& set) {
  return has_word(set.key, std::array<std::string_view, 5>{"ema", "swa", "average", "averaged", "shadow"});
}

/// Tensors that training needs beside the weights.
inline bool is_training_state(const WeightSet& set) {
  return has_word(set.key, std::array<std::string_view, 7>{"optimizer", "optimizers", "optim", "scheduler", "scaler",
                                                           "criterion", "callbacks"});
}

/// Collects the sets of a value and of what lies in it. Values may contain each other: each is entered once.
class WeightSetCollector {
 public:
  explicit WeightSetCollector(const io::PickleValue& root) { enter(io::unwrapped(root), "", kDeepest); }

  std::vector<WeightSet> sets() && { return std::move(sets_); }

 private:
  static constexpr int kDeepest = 3;

  void enter(const io::PickleValue& value, const std::string& key, int deeper) {
    using Kind = io::PickleValue::Kind;
    const bool list = value.is(Kind::kList) || value.is(Kind::kTuple);
    if ((value.entries.empty() && !list) || !entered_.insert(&value).second) return;
    if (io::holds_tensors(value)) sets_.push_back({key, &value});
    if (deeper == 0) return;
    const auto below = [&](std::string_view name) {
      return key.empty() ? std::string(name) : fmt::format("{}.{}", key, name);
    };
    for (const auto& [name, item] : value.entries)
      if (name->is(Kind::kText)) enter(io::unwrapped(*item), below(name->text), deeper - 1);
    for (std::size_t i = 0; list && i < value.items.size(); ++i)
      enter(io::unwrapped(*value.items[i]), below(fmt::to_string(i)), deeper - 1);
  }

  std::vector<WeightSet> sets_;
  std::unordered_set<const io::PickleValue*> entered_;
};

/// How likely a set is the one to load, the least number the likeliest: weights under a usual name, the file's own
/// value, usual names further inside, other names, and behind them all what lies beside weights, lone numbers and
/// averages.
inline std::size_t weight_set_rank(const WeightSet& set) {
  static constexpr std::array<std::string_view, 8> kUsual{"state_dict", "model_state_dict", "model",   "net",
                                                          "network",    "module",           "weights", "params"};
  const std::size_t averaged = is_averaged(set) ? 100 : 0;
  if (set.key.empty()) {
    const auto tensors = io::tensors_in(*set.dictionary);
    return std::ranges::all_of(tensors, [](const auto& named) { return named.second.sizes.empty(); }) ? 50 : 8;
  }
  const auto dot = set.key.rfind('.');
  const auto* usual = std::ranges::find(kUsual, std::string_view(set.key).substr(dot + 1));  // npos + 1 is 0
  if (usual == kUsual.end()) return 30 + averaged;
  return static_cast<std::size_t>(usual - kUsual.begin()) + (dot == std::string::npos ? 0 : 10) + averaged;
}

inline std::string keys_of(const std::vector<WeightSet>& sets) {
  std::vector<std::string> keys;
  for (const auto& set : sets)
    if (!set.key.empty()) keys.push_back(fmt::format("`{}`", io::printable(set.key)));
  return fmt::format("{}", fmt::join(keys, ", "));
}

}  // namespace detail

/// All sets of named tensors that a file's value holds, at most three levels deep, in the order of the file.
inline std::vector<WeightSet> find_weight_sets(const io::PickleValue& root) {
  return detail::WeightSetCollector(root).sets();
}

/// The set to load: the one under `key`; without a key a usual name (`state_dict`, `model`, ...), the value itself,
/// moving averages if there is nothing else, or the only one of another name. Throws CheckpointError that lists the
/// sets if `key` names none or if several are as good.
inline WeightSet choose_weight_set(const std::vector<WeightSet>& sets, std::string_view key = {}) {
  using namespace detail;
  if (!key.empty()) {
    const auto found = std::ranges::find(sets, key, &WeightSet::key);
    if (found != sets.end()) return *found;
    const auto keys = keys_of(sets);
    throw CheckpointError(fmt::format("it holds no weights under `{}`, {}", key,
                                      keys.empty() ? "and none under any other name" : "only under " + keys));
  }
  std::vector<WeightSet> weights;
  std::ranges::copy_if(sets, std::back_inserter(weights), [](const auto& set) { return !is_training_state(set); });
  if (weights.empty()) weights = sets;
  if (weights.empty()) throw CheckpointError("it holds no state_dict");
  const auto best = std::ranges::min_element(weights, {}, weight_set_rank);
  const auto as_good =
      std::ranges::count_if(weights, [&](const auto& set) { return weight_set_rank(set) == weight_set_rank(*best); });
  if (as_good > 1)
    throw CheckpointError(
        fmt::format("it holds several sets of weights, {}; choose one with --weights-key", keys_of(weights)));
  return *best;
}

}  // namespace qcs
