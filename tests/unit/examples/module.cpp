// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE qcs examples
#include <boost/test/unit_test.hpp>
