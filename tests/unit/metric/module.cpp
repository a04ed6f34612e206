// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE qcs metric
#include <boost/test/unit_test.hpp>
