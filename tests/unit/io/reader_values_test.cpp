// SPDX-License-Identifier: MIT
//
// Where the elements of a tensor lie in its storage, to the last one; values that are made here, not by a file.

#include <boost/test/unit_test.hpp>
#include <deque>
#include <fstream>
#include <qcs/io/safetensors.hpp>
#include <qcs/io/torch/tensor_value.hpp>

#include "support.hpp"

namespace {

using namespace qcs;
using io::PickleValue;

bool fits(std::vector<std::int64_t> sizes, std::vector<std::int64_t> strides, std::int64_t offset,
          std::int64_t elements) {
  try {
    io::detail::require_within(
        {.storage = {.key = "0", .dtype = torch::kFloat32, .elements = elements, .bytes = 4 * elements},
         .offset = offset,
         .sizes = std::move(sizes),
         .strides = std::move(strides)});
  } catch (const CheckpointError&) {
    return false;
  }
  return true;
}

/// Pickled values, as torch.save writes them.
struct Values {
  std::deque<PickleValue> all;

  const PickleValue* add(PickleValue value) { return &all.emplace_back(std::move(value)); }
  const PickleValue* none() { return add({}); }
  const PickleValue* number(std::int64_t n) { return add({.kind = PickleValue::Kind::kInteger, .integer = n}); }
  const PickleValue* text(std::string t) { return add({.kind = PickleValue::Kind::kText, .text = std::move(t)}); }
  const PickleValue* name(std::string t) { return add({.kind = PickleValue::Kind::kClass, .text = std::move(t)}); }
  const PickleValue* tuple(std::vector<const PickleValue*> items) {
    return add({.kind = PickleValue::Kind::kTuple, .items = std::move(items)});
  }

  /// A storage of ten float32, of which a view may begin at `view`.
  const PickleValue* storage(std::optional<std::int64_t> view) {
    std::vector<const PickleValue*> fields{text("storage"), name("torch.FloatStorage"), text("7"), text("cpu"),
                                           number(10)};
    if (view) fields.push_back(tuple({text("7v"), number(*view), number(10 - *view)}));
    return add({.kind = PickleValue::Kind::kPersistent, .arguments = tuple(fields)});
  }

  /// 2 x 3 elements from `offset` on.
  const PickleValue& tensor(std::optional<std::int64_t> view, std::int64_t offset) {
    const auto* arguments =
        tuple({storage(view), number(offset), tuple({number(2), number(3)}), tuple({number(3), number(1)})});
    return *add({.kind = PickleValue::Kind::kObject,
                 .callee = name("torch._utils._rebuild_tensor_v2"),
                 .arguments = arguments});
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reader_values)

BOOST_AUTO_TEST_CASE(the_last_element_may_be_the_storages_last_and_no_further) {
  BOOST_TEST(fits({2, 3}, {3, 1}, 0, 6));
  BOOST_TEST(!fits({2, 3}, {3, 1}, 0, 5));
  BOOST_TEST(fits({2, 3}, {3, 1}, 4, 10));
  BOOST_TEST(!fits({2, 3}, {3, 1}, 5, 10));
  BOOST_TEST(!fits({2, 3}, {3, 1}, -1, 10));
  BOOST_TEST(fits({}, {}, 9, 10));
  BOOST_TEST(!fits({}, {}, 10, 10));
  BOOST_TEST(fits({3, 2}, {1, 3}, 0, 6));  // transposed
  BOOST_TEST(!fits({3, 2}, {1, 4}, 0, 6));
  BOOST_TEST(fits({1000, 4}, {0, 1}, 2, 6));  // repeated
  BOOST_TEST(!fits({1000, 4}, {0, 1}, 3, 6));
  BOOST_TEST(fits({0, 4}, {4, 1}, 6, 6));
  BOOST_TEST(!fits({2, 2}, {std::int64_t{1} << 62, std::int64_t{1} << 62}, 0, 10));
}

BOOST_AUTO_TEST_CASE(an_offset_counts_from_where_the_view_of_the_storage_begins) {
  Values values;
  const auto plain = io::tensor_value(values.tensor({}, 1)), viewed = io::tensor_value(values.tensor(3, 1));
  BOOST_REQUIRE((plain && viewed));
  BOOST_TEST(plain->offset == 1);
  BOOST_TEST(viewed->offset == 4);
  BOOST_TEST(viewed->storage.key == "7");
  BOOST_TEST(viewed->storage.bytes == 40);
  BOOST_TEST(viewed->sizes == (std::vector<std::int64_t>{2, 3}), boost::test_tools::per_element());
  BOOST_TEST(viewed->strides == (std::vector<std::int64_t>{3, 1}), boost::test_tools::per_element());
  BOOST_CHECK_NO_THROW(io::tensor_value(values.tensor(4, 0)));
  BOOST_CHECK_THROW(io::tensor_value(values.tensor(4, 1)), CheckpointError);
  BOOST_CHECK_THROW(io::tensor_value(values.tensor(11, -1)), CheckpointError);
}

BOOST_AUTO_TEST_CASE(every_class_of_numbers_has_its_width) {
  using io::detail::dtype_of_class;
  for (const auto& [name, bytes] : {std::pair{"torch.FloatStorage", 4},
                                    {"torch.DoubleStorage", 8},
                                    {"torch.HalfStorage", 2},
                                    {"torch.BFloat16Storage", 2},
                                    {"torch.ByteStorage", 1},
                                    {"torch.CharStorage", 1},
                                    {"torch.ShortStorage", 2},
                                    {"torch.IntStorage", 4},
                                    {"torch.LongStorage", 8},
                                    {"torch.BoolStorage", 1},
                                    {"torch.complex64", 8}})
    BOOST_TEST(int(c10::elementSize(dtype_of_class(name))) == bytes, name);
  BOOST_CHECK_THROW(dtype_of_class("torch.QInt8Storage"), CheckpointError);
}

BOOST_AUTO_TEST_CASE(tensors_of_a_safetensors_file_start_where_their_numbers_may) {
  const test::TemporaryFile file({}, "aligned.safetensors");
  io::write_safetensors(file.path(), {{"a", torch::ones({3}, torch::kUInt8)},
                                      {"b", torch::ones({5}, torch::kFloat16)},
                                      {"c", torch::ones({3}, torch::kFloat64)},
                                      {"d", torch::ones({1}, torch::kFloat32)}});
  std::ifstream in(file.path(), std::ios::binary);
  const auto header = io::read_safetensors_header(in, std::filesystem::file_size(file.path()));
  BOOST_TEST(header.data_begin % 8 == 0U);
  std::string order;
  for (const auto& entry : header.entries) {
    order += entry.name;
    BOOST_TEST(entry.begin % c10::elementSize(entry.dtype) == 0U, entry.name);
  }
  BOOST_TEST(order == "cdba");
}

BOOST_AUTO_TEST_SUITE_END()
