// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE testing
#include <boost/test/unit_test.hpp>
