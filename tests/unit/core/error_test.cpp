// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/core/error.hpp>
#include <string>
#include <tuple>
#include <type_traits>

using Kinds = std::tuple<qcs::DataError, qcs::ConfigError, qcs::CheckpointError, qcs::ShapeError, qcs::NumericError>;

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE_TEMPLATE(each_kind_is_an_error_with_its_message, Kind, Kinds) {
  static_assert(std::is_base_of_v<qcs::Error, Kind>);
  static_assert(std::is_base_of_v<std::runtime_error, Kind>);
  static_assert(!std::is_convertible_v<std::string, Kind>);
  try {
    throw Kind(std::string("train.txt:3: no label"));
  } catch (const qcs::Error& error) {
    BOOST_TEST(error.what() == std::string("train.txt:3: no label"));
  }
}

BOOST_AUTO_TEST_CASE(kinds_are_told_apart) {
  BOOST_CHECK_THROW(throw qcs::DataError("x"), qcs::DataError);
  static_assert(!std::is_base_of_v<qcs::DataError, qcs::ConfigError>);
  static_assert(!std::is_base_of_v<qcs::ShapeError, qcs::CheckpointError>);
}

BOOST_AUTO_TEST_SUITE_END()
