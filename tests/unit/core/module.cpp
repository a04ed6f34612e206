// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE qcs core
#include <boost/test/unit_test.hpp>
