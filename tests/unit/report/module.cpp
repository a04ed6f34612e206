// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE qcs report
#include <boost/test/unit_test.hpp>
