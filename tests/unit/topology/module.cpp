// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE qcs topology
#include <boost/test/unit_test.hpp>
