// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/metric/running_mean.hpp>

BOOST_AUTO_TEST_SUITE(running_mean)

BOOST_AUTO_TEST_CASE(nothing_is_zero) { BOOST_TEST(qcs::RunningMean().value() == 0.); }

BOOST_AUTO_TEST_CASE(weights_count, *boost::unit_test::tolerance(1e-15)) {
  qcs::RunningMean mean;
  mean.add(2, 24);
  mean.add(5, 8);
  BOOST_TEST(mean.value() == (2. * 24 + 5 * 8) / 32);
  BOOST_TEST(mean.weight() == 32.);
}

BOOST_AUTO_TEST_CASE(reset_forgets) {
  qcs::RunningMean mean;
  mean.add(7);
  mean.reset();
  BOOST_TEST(mean.value() == 0.);
  mean.add(3);
  BOOST_TEST(mean.value() == 3.);
}

BOOST_AUTO_TEST_SUITE_END()
