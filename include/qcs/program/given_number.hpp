// SPDX-License-Identifier: MIT
#pragma once

#include <boost/any.hpp>
#include <boost/program_options.hpp>
#include <string>
#include <type_traits>
#include <vector>

namespace qcs::program {

namespace detail {

/// The value given for a number option.
template <class Number>
struct GivenNumber {
  Number value{};
  std::string negative{};  ///< what was given instead, if an unsigned number has a minus sign
};

/// How Boost reads one; by itself it would take -1 for an unsigned number and wrap it around. Throws Boost's errors.
template <class Number>
void validate(boost::any& store, const std::vector<std::string>& given, GivenNumber<Number>*, int) {
  namespace po = boost::program_options;
  po::validators::check_first_occurrence(store);
  const std::string& text = po::validators::get_single_string(given);
  if (std::is_unsigned_v<Number> && text.starts_with('-')) {
    store = GivenNumber<Number>{.negative = text};
    return;
  }
  boost::any number;
  po::validate(number, given, static_cast<Number*>(nullptr), 0L);
  store = GivenNumber<Number>{.value = boost::any_cast<Number>(number)};
}

}  // namespace detail

}  // namespace qcs::program
