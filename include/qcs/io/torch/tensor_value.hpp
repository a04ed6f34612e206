// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/io/pickle/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs::io {

/// Names the storage that a tensor's elements lie in.
struct StorageReference {
  std::string key;
  torch::ScalarType dtype;
  std::int64_t elements;
  std::int64_t bytes;
  std::int64_t view_offset = 0;  ///< in elements: old files pickle parts of storages
};

/// A tensor as a pickle describes it.
struct TensorValue {
  StorageReference storage;
  std::int64_t offset;  ///< in elements, from the start of the storage
  std::vector<std::int64_t> sizes, strides;
};

namespace detail {

/// The dtype of a storage class or of a dtype object, by its pickled name. Throws CheckpointError on another one.
inline torch::ScalarType dtype_of_class(std::string_view name) {
  static constexpr std::pair<std::string_view, torch::ScalarType> kNames[] = {
      {"torch.FloatStorage", torch::kFloat32},
      {"torch.DoubleStorage", torch::kFloat64},
      {"torch.HalfStorage", torch::kFloat16},
      {"torch.BFloat16Storage", torch::kBFloat16},
      {"torch.ByteStorage", torch::kUInt8},
      {"torch.CharStorage", torch::kInt8},
      {"torch.ShortStorage", torch::kInt16},
      {"torch.IntStorage", torch::kInt32},
      {"torch.LongStorage", torch::kInt64},
      {"torch.BoolStorage", torch::kBool},
      {"torch.ComplexFloatStorage", torch::kComplexFloat},
      {"torch.ComplexDoubleStorage", torch::kComplexDouble},
      {"torch.storage.UntypedStorage", torch::kUInt8},
      {"torch.storage._UntypedStorage", torch::kUInt8},
      {"torch.float32", torch::kFloat32},
      {"torch.float64", torch::kFloat64},
      {"torch.float16", torch::kFloat16},
      {"torch.bfloat16", torch::kBFloat16},
      {"torch.uint8", torch::kUInt8},
      {"torch.int8", torch::kInt8},
      {"torch.int16", torch::kInt16},
      {"torch.int32", torch::kInt32},
      {"torch.int64", torch::kInt64},
      {"torch.bool", torch::kBool},
      {"torch.complex64", torch::kComplexFloat},
      {"torch.complex128", torch::kComplexDouble},
      {"torch.complex32", torch::kComplexHalf}};
  for (const auto& [known, dtype] : kNames)
    if (known == name) return dtype;
  throw CheckpointError(fmt::format("tensors of {} are not supported", name));
}

inline std::int64_t integer(const PickleValue& value, std::string_view what) {
  if (!value.is(PickleValue::Kind::kInteger))
    throw CheckpointError(fmt::format("damaged pickle: {} is no integer", what));
  return value.integer;
}

inline const std::vector<const PickleValue*>& tuple(const PickleValue* value, std::size_t least,
                                                    std::string_view what) {
  if (value == nullptr || !value->is(PickleValue::Kind::kTuple) || value->items.size() < least)
    throw CheckpointError(fmt::format("damaged pickle: {} is no tuple of at least {} items", what, least));
  return value->items;
}

/// Sizes or strides: non-negative, at most 64 of them.
inline std::vector<std::int64_t> extents(const PickleValue* value, std::string_view what) {
  // torch.Size pickles as an object around a tuple.
  if (value->made_by("torch.Size")) value = tuple(value->arguments, 1, what)[0];
  std::vector<std::int64_t> numbers;
  for (const auto* item : tuple(value, 0, what)) numbers.push_back(integer(*item, what));
  if (numbers.size() > 64)
    throw CheckpointError(fmt::format("damaged pickle: {} of {} dimensions", what, numbers.size()));
  for (const auto number : numbers)
    if (number < 0) throw CheckpointError(fmt::format("damaged pickle: {} {} is negative", what, number));
  return numbers;
}

/// Throws CheckpointError unless every element lies within the storage.
inline void require_within(const TensorValue& tensor) {
  std::int64_t last = tensor.offset, reach = 0;
  bool overflow = false, empty = false;
  for (std::size_t d = 0; d < tensor.sizes.size(); ++d) {
    empty = empty || tensor.sizes[d] == 0;
    overflow = overflow || __builtin_mul_overflow(tensor.sizes[d] - 1, tensor.strides[d], &reach) ||
               __builtin_add_overflow(last, reach, &last);
  }
  if (tensor.offset < 0 || (!empty && (overflow || last < 0 || last >= tensor.storage.elements)))
    throw CheckpointError(fmt::format("damaged pickle: a tensor reaches beyond its storage {} of {} elements",
                                      tensor.storage.key, tensor.storage.elements));
  // A stride of 0 repeats elements that the storage has once: without a bound, 100 bytes could ask for all memory.
  constexpr std::int64_t kMostRepeated = 1 << 24;
  std::int64_t count = empty ? 0 : 1;
  for (const auto size : tensor.sizes) overflow = __builtin_mul_overflow(count, size, &count) || overflow;
  if (!empty && (overflow || (count > tensor.storage.elements && count > kMostRepeated)))
    throw CheckpointError(fmt::format("a tensor repeats the {} elements of storage {} too often",
                                      tensor.storage.elements, tensor.storage.key));
}

}  // namespace detail

/// The storage that a persistent value names, ("storage", class, key, location, elements[, view]). Throws
/// CheckpointError.
inline StorageReference storage_reference(const PickleValue& persistent) {
  const auto& fields = detail::tuple(persistent.arguments, 5, "a storage");
  if (!fields[0]->is(PickleValue::Kind::kText) || fields[0]->text != "storage" ||
      !fields[1]->is(PickleValue::Kind::kClass) || !fields[2]->is(PickleValue::Kind::kText))
    throw CheckpointError("damaged pickle: a persistent value is no storage");
  StorageReference storage{.key = fields[2]->text,
                           .dtype = detail::dtype_of_class(fields[1]->text),
                           .elements = detail::integer(*fields[4], "a storage's size"),
                           .bytes = 0};
  const auto width = static_cast<std::int64_t>(c10::elementSize(storage.dtype));
  if (storage.elements < 0 || __builtin_mul_overflow(storage.elements, width, &storage.bytes))
    throw CheckpointError(fmt::format("damaged pickle: storage {} of {} elements", storage.key, storage.elements));
  if (fields.size() > 5 && !fields[5]->is(PickleValue::Kind::kNone)) {
    const auto& view = detail::tuple(fields[5], 3, "a view of a storage");
    storage.view_offset = detail::integer(*view[1], "the offset of a view");
    if (storage.view_offset < 0 || storage.view_offset > storage.elements)
      throw CheckpointError(fmt::format("damaged pickle: a view lies outside its storage {}", storage.key));
  }
  return storage;
}

/// The tensor that a value describes, whether bare, as a parameter or of a subclass; nothing if it describes another
/// thing. Throws CheckpointError if it is a tensor that cannot be.
inline std::optional<TensorValue> tensor_value(const PickleValue& value) {
  const auto* inner = &value;
  while (inner->made_by("torch._utils._rebuild_parameter") ||
         inner->made_by("torch._utils._rebuild_parameter_with_state"))
    inner = detail::tuple(inner->arguments, 1, "a parameter")[0];
  if (!inner->is(PickleValue::Kind::kObject) || !inner->callee->is(PickleValue::Kind::kClass)) return std::nullopt;
  std::string_view function = inner->callee->text;
  const PickleValue* arguments = inner->arguments;
  // Subclasses and tensors with attributes wrap the call that makes the plain tensor: (function, type, arguments,
  // state).
  if (function == "torch._tensor._rebuild_from_type_v2") {
    const auto& call = detail::tuple(arguments, 4, "a tensor of a subclass");
    if (!call[0]->is(PickleValue::Kind::kClass)) return std::nullopt;
    function = call[0]->text;
    arguments = call[2];
  }
  const bool third = function == "torch._utils._rebuild_tensor_v3";
  if (!third && function != "torch._utils._rebuild_tensor_v2" && function != "torch._utils._rebuild_tensor")
    return std::nullopt;
  const auto& fields = detail::tuple(arguments, 4, "a tensor");
  if (!fields[0]->is(PickleValue::Kind::kPersistent))
    throw CheckpointError("damaged pickle: a tensor without a storage");
  TensorValue tensor{.storage = storage_reference(*fields[0]),
                     .offset = detail::integer(*fields[1], "a tensor's offset"),
                     .sizes = detail::extents(fields[2], "a tensor's size"),
                     .strides = detail::extents(fields[3], "a tensor's stride")};
  if (third) {  // its storage is untyped, and the dtype stands beside
    const auto& all = detail::tuple(arguments, 7, "a tensor");
    if (!all[6]->is(PickleValue::Kind::kClass)) throw CheckpointError("damaged pickle: a tensor without a dtype");
    tensor.storage.dtype = detail::dtype_of_class(all[6]->text);
    tensor.storage.elements = tensor.storage.bytes / static_cast<std::int64_t>(c10::elementSize(tensor.storage.dtype));
  }
  if (tensor.sizes.size() != tensor.strides.size())
    throw CheckpointError("damaged pickle: a tensor has not as many strides as sizes");
  if (__builtin_add_overflow(tensor.offset, tensor.storage.view_offset, &tensor.offset))
    throw CheckpointError("damaged pickle: a tensor's offset overflows");
  detail::require_within(tensor);
  return tensor;
}

}  // namespace qcs::io
