// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE qcs prepare
#include <boost/test/unit_test.hpp>
