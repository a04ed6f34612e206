// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE parity
#include <boost/test/unit_test.hpp>
