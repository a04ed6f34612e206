// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/core/label_space.hpp>

using namespace qcs;

static_assert(LabelSpace<RafDbLabels> && LabelSpace<FerPlusLabels> && LabelSpace<AffectNet7Labels> &&
              LabelSpace<AffectNet8Labels>);
static_assert(!LabelSpace<Labels>);

BOOST_AUTO_TEST_CASE(label_spaces_list_their_classes_in_the_order_of_the_labels) {
  BOOST_TEST(Labels::of<RafDbLabels>().text() == "RAF-DB (Surprise, Fear, Disgust, Happy, Sad, Anger, Neutral)");
  BOOST_TEST(Labels::of<FerPlusLabels>().classes.back() == "Contempt");
  BOOST_TEST(Labels::of<AffectNet7Labels>().classes.size() == 7U);
  BOOST_TEST((Labels::numbered(2).classes == std::vector<std::string>{"class 0", "class 1"}));
  // The eighth class of AffectNet comes last, so that the first seven mean the same in both.
  for (std::size_t c = 0; c < 7; ++c) BOOST_TEST(AffectNet7Labels::kClasses[c] == AffectNet8Labels::kClasses[c]);
}

BOOST_AUTO_TEST_CASE(two_label_spaces_that_differ_are_both_named) {
  const auto raf = Labels::of<RafDbLabels>(), affect = Labels::of<AffectNet7Labels>();
  BOOST_CHECK_NO_THROW(require_same_labels(raf, "a file", raf, "this run"));
  auto renamed = raf;
  renamed.name = "my faces";
  BOOST_CHECK_NO_THROW(require_same_labels(renamed, "a file", raf, "this run"));
  BOOST_CHECK_NO_THROW(require_same_labels({"x", {"anger", "SAD"}}, "a file", {"y", {"Anger", "Sad"}}, "this run"));
  BOOST_CHECK_THROW(require_same_labels({"x", {"Sad", "Anger"}}, "a file", {"y", {"Anger", "Sad"}}, "this run"),
                    ConfigError);
  BOOST_CHECK_EXCEPTION(require_same_labels(affect, "w.pt", raf, "this run"), ConfigError,
                        [](const ConfigError& error) {
                          return std::string(error.what()) ==
                                 "label spaces differ: w.pt has AffectNet-7 (Neutral, Happy, Sad, Surprise, Fear, "
                                 "Disgust, Anger), this run has RAF-DB "
                                 "(Surprise, Fear, Disgust, Happy, Sad, Anger, Neutral)";
                        });
}
