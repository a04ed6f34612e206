// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE qcs io
#include <boost/test/unit_test.hpp>
