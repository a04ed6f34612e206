// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE qcs data
#include <boost/test/unit_test.hpp>
