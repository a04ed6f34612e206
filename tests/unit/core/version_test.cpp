// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/core/version.hpp>
#include <string>

BOOST_AUTO_TEST_CASE(version_text_agrees_with_its_numbers) {
  const std::string expected = std::to_string(QCS_VERSION_MAJOR) + "." + std::to_string(QCS_VERSION_MINOR) + "." +
                               std::to_string(QCS_VERSION_PATCH);
  BOOST_TEST(qcs::kVersion == expected);
}
