// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE model
#include <boost/test/unit_test.hpp>
