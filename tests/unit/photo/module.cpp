// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE photo
#include <boost/test/unit_test.hpp>
