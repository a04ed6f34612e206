// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE infer
#include <boost/test/unit_test.hpp>
