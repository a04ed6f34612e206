// SPDX-License-Identifier: MIT
#pragma once

#include <boost/test/unit_test.hpp>
#include <qcs/testing/findings.hpp>
#include <string>
#include <string_view>

/// Fails unless `check` throws a CheckError whose text holds `expected`. Run with --log_level=message to read the
/// texts.
inline void must_find(std::string_view what, std::string_view expected, auto&& check) {
  std::string found = "nothing";
  try {
    check();
  } catch (const qcs::testing::CheckError& error) {
    found = error.what();
  }
  BOOST_TEST_MESSAGE(what << " -> " << found);
  BOOST_CHECK_MESSAGE(found.find(expected) != std::string::npos,
                      what << ": expected \"" << expected << "\", found " << found);
}
