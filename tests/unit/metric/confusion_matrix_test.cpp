// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/metric/confusion_matrix.hpp>

namespace {

//             predicted
//             0  1  2  3      samples  recall
//   true 0    8  2  0  0        10      .8
//        1    1  3  0  0         4      .75
//        2    1  0  1  0         2      .5
//        3    0  0  0  0         0      -
// predictions 10  5  1  0        16 in all, 12 right
qcs::ConfusionMatrix example() {
  qcs::ConfusionMatrix m(4);
  m.add(0, 0, 8);
  m.add(0, 1, 2);
  m.add(1, 0);
  m.add(1, 1, 3);
  m.add(2, 0);
  m.add(2, 2);
  return m;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(confusion_matrix)

BOOST_AUTO_TEST_CASE(counts) {
  const qcs::ConfusionMatrix m = example();
  BOOST_TEST(m.classes() == 4);
  BOOST_TEST(m.total() == 16);
  BOOST_TEST(m.at(0, 1) == 2);
  BOOST_TEST(m.at(1, 0) == 1);
  BOOST_TEST(m.samples(0) == 10);
  BOOST_TEST(m.samples(3) == 0);
  BOOST_TEST(m.predictions(0) == 10);
  BOOST_TEST(m.predictions(1) == 5);
}

BOOST_AUTO_TEST_CASE(rates_by_hand, *boost::unit_test::tolerance(1e-15)) {
  const qcs::ConfusionMatrix m = example();
  BOOST_TEST(m.accuracy() == 12. / 16);
  BOOST_TEST(m.recall(0) == .8);
  BOOST_TEST(m.recall(1) == .75);
  BOOST_TEST(m.recall(2) == .5);
  BOOST_TEST(m.precision(0) == .8);
  BOOST_TEST(m.precision(1) == .6);
  BOOST_TEST(m.precision(2) == 1.);
  BOOST_TEST(m.f1(0) == .8);
  BOOST_TEST(m.f1(1) == 2. / 3);
  BOOST_TEST(m.f1(2) == 2. / 3);
  BOOST_TEST(m.mean_class_accuracy() == (.8 + .75 + .5) / 3);
  BOOST_TEST(m.macro_f1() == (.8 + 2. / 3 + 2. / 3) / 3);
}

BOOST_AUTO_TEST_CASE(a_class_that_is_only_predicted_counts_in_macro_f1_alone, *boost::unit_test::tolerance(1e-15)) {
  qcs::ConfusionMatrix m(3);
  m.add(0, 0, 3);
  m.add(0, 2);
  BOOST_TEST(m.mean_class_accuracy() == .75);
  BOOST_TEST(m.f1(0) == 6. / 7);
  BOOST_TEST(m.f1(2) == 0.);
  BOOST_TEST(m.macro_f1() == 3. / 7);
}

BOOST_AUTO_TEST_CASE(empty_divisions_are_zero) {
  const qcs::ConfusionMatrix m(7), none;
  for (double rate : {m.accuracy(), m.recall(6), m.precision(0), m.f1(3), m.mean_class_accuracy(), m.macro_f1(),
                      none.accuracy(), none.mean_class_accuracy(), none.macro_f1()}) {
    BOOST_TEST(rate == 0.);
  }
}

BOOST_AUTO_TEST_CASE(perfect_is_one) {
  qcs::ConfusionMatrix m(3);
  for (int c = 0; c < 3; ++c) m.add(c, c, 5 + c);
  BOOST_TEST(m.accuracy() == 1.);
  BOOST_TEST(m.mean_class_accuracy() == 1.);
  BOOST_TEST(m.macro_f1() == 1.);
}

BOOST_AUTO_TEST_CASE(classes_outside_are_refused) {
  qcs::ConfusionMatrix m(7);
  BOOST_CHECK_THROW(m.add(7, 0), qcs::DataError);
  BOOST_CHECK_THROW(m.add(0, -1), qcs::DataError);
  BOOST_CHECK_THROW((void)m.at(-1, 0), qcs::DataError);
  BOOST_CHECK_THROW(qcs::ConfusionMatrix(0), qcs::ConfigError);
  BOOST_TEST(m.total() == 0);
}

BOOST_AUTO_TEST_CASE(equal_by_value) {
  qcs::ConfusionMatrix m = example();
  BOOST_TEST((m == example()));
  m.add(3, 3);
  BOOST_TEST((m != example()));
}

BOOST_AUTO_TEST_SUITE_END()
