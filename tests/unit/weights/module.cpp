// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE weights
#include <boost/test/unit_test.hpp>
