// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/sha256.hpp>
#include <qcs/io/safetensors.hpp>
#include <qcs/io/torch_file.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace qcs::io {

/// The weights in a file of any format, and what stands beside them.
struct WeightFile {
  std::filesystem::path path;
  std::string format;    ///< "torch.save", "torch.save (legacy)" or "safetensors"
  NamedTensors tensors;  ///< in the file's order, under the file's names; CPU
  Metadata metadata;     ///< plain values beside the weights, as text
  Metadata others;       ///< what else the file holds, a few words for each; none of it was built
};

namespace detail {

/// Text from a file for a message: dots in place of what is no printable ASCII, and not more than a line or two.
inline std::string printable(std::string text) {
  constexpr std::size_t kLongest = 200;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  for (char& c : text)
    if (c < ' ' || c > '~') c = '.';
  return text;
}

/// One line for a value beside the weights.
inline std::string summary(const PickleValue& value) {
  using Kind = PickleValue::Kind;
  switch (value.kind) {
    case Kind::kNone:
      return "None";
    case Kind::kBool:
      return value.integer != 0 ? "True" : "False";
    case Kind::kInteger:
      return fmt::format("{}", value.integer);
    case Kind::kFloat:
      return fmt::format("{}", value.real);
    case Kind::kText:
      return value.text;
    case Kind::kLong:
    case Kind::kBytes:
      return fmt::format("{} bytes", value.text.size());
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kSet:
      return fmt::format("{} items", value.items.size());
    case Kind::kDict:
      return fmt::format("{} entries", value.entries.size());
    case Kind::kClass:
      return fmt::format("class {}, not looked up", value.text);
    case Kind::kPersistent:
      return "a storage";
    case Kind::kObject:
      if (value.made_by("collections.OrderedDict")) return fmt::format("{} entries", value.entries.size());
      return fmt::format("object of {}, not built", value.callee->is(Kind::kClass) ? value.callee->text : "an object");
  }
  return "";
}

/// The tensors among a dictionary's entries. Throws CheckpointError if two have one name.
inline TensorWishes tensors_in(const PickleValue& dictionary) {
  TensorWishes tensors;
  std::set<std::string_view> names;
  for (const auto& [key, value] : dictionary.entries) {
    if (!key->is(PickleValue::Kind::kText)) continue;
    std::optional<TensorValue> tensor;
    try {
      tensor = tensor_value(*value);
    } catch (const CheckpointError& error) {
      throw CheckpointError(fmt::format("{}: {}", printable(key->text), error.what()));
    }
    if (!tensor) continue;
    if (!names.insert(key->text).second) throw CheckpointError(fmt::format("two tensors are called {}", key->text));
    tensors.emplace_back(key->text, std::move(*tensor));
  }
  return tensors;
}

/// Whether a value says it all in one line of text.
inline bool is_plain(const PickleValue& value) {
  using Kind = PickleValue::Kind;
  return value.is(Kind::kBool) || value.is(Kind::kInteger) || value.is(Kind::kFloat) || value.is(Kind::kText);
}

/// The texts of a dictionary that maps text to text.
inline Metadata texts_in(const PickleValue& dictionary) {
  Metadata texts;
  for (const auto& [key, value] : dictionary.entries)
    if (key->is(PickleValue::Kind::kText) && value->is(PickleValue::Kind::kText))
      texts.insert_or_assign(key->text, value->text);
  return texts;
}

inline bool holds_tensors(const PickleValue& value) {
  for (const auto& [key, item] : value.entries)
    if (key->is(PickleValue::Kind::kText) && tensor_value(*item)) return true;
  return false;
}

/// The weights of a file of torch.save: what stands under "state_dict" (or another usual name), or the file's own
/// dictionary.
template <class File>
WeightFile weights_of(File file, std::string format) {
  static constexpr std::array<const char*, 4> kUsualNames{"state_dict", "model_state_dict", "model", "net"};
  const auto& root = unwrapped(file.root());
  WeightFile weights{.path = {}, .format = std::move(format), .tensors = {}, .metadata = {}, .others = {}};
  const PickleValue* dictionary = nullptr;
  for (const auto* name : kUsualNames)
    if (const auto* inner = root.find(name);
        dictionary == nullptr && inner != nullptr && holds_tensors(unwrapped(*inner)))
      dictionary = &unwrapped(*inner);
  if (dictionary == nullptr && holds_tensors(root)) dictionary = &root;
  if (dictionary == nullptr) {
    std::vector<std::string> found;
    for (const auto& [key, value] : root.entries)
      found.push_back(fmt::format("{}: {}", summary(*key), summary(unwrapped(*value))));
    throw CheckpointError(
        fmt::format("it holds no state_dict; found {}",
                    printable(found.empty() ? summary(root) : fmt::format("{}", fmt::join(found, ", ")))));
  }
  auto wishes = tensors_in(*dictionary);
  const auto count = static_cast<std::ptrdiff_t>(wishes.size());
  for (const auto& [key, value] : root.entries) {
    const auto& inner = unwrapped(*value);
    if (!key->is(PickleValue::Kind::kText) || &inner == dictionary) continue;
    if (const auto tensor = tensor_value(inner)) {
      if (dictionary == &root) continue;
      if (tensor->sizes.empty())
        wishes.emplace_back(key->text, *tensor);
      else
        weights.others.insert_or_assign(key->text, fmt::format("a tensor of {} dimensions", tensor->sizes.size()));
    } else if (key->text == "metadata" && inner.is(PickleValue::Kind::kDict)) {
      weights.metadata.merge(texts_in(inner));
    } else {
      (is_plain(inner) ? weights.metadata : weights.others).insert_or_assign(key->text, summary(inner));
    }
  }
  weights.tensors = std::move(file).read_all(wishes);
  for (auto number = weights.tensors.begin() + count; number != weights.tensors.end(); ++number)
    weights.metadata.insert_or_assign(number->first, fmt::format("{}", number->second.template item<double>()));
  weights.tensors.resize(static_cast<std::size_t>(count));
  return weights;
}

/// PyTorch's habit of naming a file after its content, NAME-HHHHHHHH.pth with the first digits of its SHA-256: what the
/// name says is compared. Digits alone are taken for a date. Throws CheckpointError if it differs.
inline void require_named_hash(const std::filesystem::path& path) {
  const auto stem = path.stem().string();
  const auto dash = stem.rfind('-');
  if (dash == std::string::npos) return;
  const auto digits = stem.substr(dash + 1);
  const bool hash = digits.size() >= 8 && digits.size() <= 64 &&
                    digits.find_first_not_of("0123456789abcdef") == std::string::npos &&
                    digits.find_first_of("abcdef") != std::string::npos;
  if (!hash) return;
  if (const auto sum = sha256_of_file(path); !sum.starts_with(digits))
    throw CheckpointError(
        fmt::format("its name says that its SHA-256 starts with {}, found {}", digits, sum.substr(0, digits.size())));
}

}  // namespace detail

/// Reads the weights of a file that torch.save wrote (zip or legacy format), of a qcs checkpoint or of a safetensors
/// file; the content decides, not the name, but a SHA-256 in the name (NAME-HHHHHHHH.pth, PyTorch's habit) must be
/// right. No class named in the file is looked up and nothing in it is called. Throws CheckpointError, starting with
/// the path, if the file is missing, damaged, of another format or without weights.
inline WeightFile read_weight_file(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) throw CheckpointError(fmt::format("no checkpoint at {}", path.string()));
  std::string head(512, '\0');
  {
    std::ifstream in(path, std::ios::binary);
    in.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(in.gcount()));
  }
  try {
    detail::require_named_hash(path);
    WeightFile file;
    // A safetensors file starts with the length of its header, which may look like the start of the others.
    if (head.size() > 8 && head[8] == '{') {
      auto content = read_safetensors(path);
      file = {.path = {},
              .format = "safetensors",
              .tensors = std::move(content.tensors),
              .metadata = std::move(content.metadata),
              .others = {}};
    } else if (head.starts_with("PK\3\4") || head.starts_with("PK\5\6")) {
      file = detail::weights_of(ZipTorchFile(path), "torch.save");
    } else if (head.starts_with('\x80')) {
      file = detail::weights_of(LegacyTorchFile(path), "torch.save (legacy)");
    } else if (head.size() > 262 && std::string_view(head).substr(257, 5) == "ustar") {
      throw CheckpointError("a tar file, which PyTorch wrote before 0.1.10: load and save it with a newer PyTorch");
    } else {
      throw CheckpointError(fmt::format("neither a file of torch.save nor safetensors; it starts with `{}`",
                                        detail::printable(head.substr(0, 16))));
    }
    file.path = path;
    return file;
  } catch (const CheckpointError& error) {
    throw CheckpointError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace qcs::io
