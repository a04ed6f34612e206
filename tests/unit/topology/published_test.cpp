// SPDX-License-Identifier: MIT
// The branch topologies of the paper, value by value.
#include <array>
#include <boost/test/unit_test.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/topology/triplet.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using All = std::tuple<qcs::Dual, qcs::Triplet, qcs::Quadruplet, qcs::QuadrupletSimilar, qcs::QuadrupletDissimilar>;
using Edges = std::vector<std::pair<int, int>>;

Edges edges(const auto& pairs) {
  Edges result;
  for (const qcs::Pair& pair : pairs) result.emplace_back(pair.first, pair.second);
  return result;
}

template <class T>
std::vector<int> roles() {
  std::vector<int> result;
  for (std::size_t b = 0; b < qcs::branch_count<T>; ++b) result.push_back(qcs::role_of<T>(b));
  return result;
}

template <class T>
std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const qcs::Branch& branch : T::kBranches) result.emplace_back(branch.name);
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(published_topologies)

BOOST_AUTO_TEST_CASE(dual) {
  using T = qcs::Dual;
  BOOST_TEST(T::kName == "DCS");
  BOOST_TEST((names<T>() == std::vector<std::string>{"anchor", "positive"}));
  BOOST_TEST((roles<T>() == std::vector<int>{0, 0}));
  BOOST_TEST((edges(T::kSimilar) == Edges{{0, 1}}));
  BOOST_TEST(edges(T::kDissimilar).empty());
  static_assert(qcs::role_count<T> == 1 && !qcs::has_gate<T>);
}

BOOST_AUTO_TEST_CASE(triplet) {
  using T = qcs::Triplet;
  BOOST_TEST(T::kName == "TCS");
  BOOST_TEST((names<T>() == std::vector<std::string>{"anchor", "positive", "negative"}));
  BOOST_TEST((roles<T>() == std::vector<int>{0, 0, 1}));
  BOOST_TEST((edges(T::kSimilar) == Edges{{0, 1}}));
  BOOST_TEST((edges(T::kDissimilar) == Edges{{0, 2}}));
  static_assert(qcs::role_count<T> == 2 && qcs::has_gate<T>);
}

BOOST_AUTO_TEST_CASE(quadruplet) {
  using T = qcs::Quadruplet;
  BOOST_TEST(T::kName == "QCS");
  BOOST_TEST((names<T>() == std::vector<std::string>{"anchor", "positive", "negative", "negative2"}));
  BOOST_TEST((roles<T>() == std::vector<int>{0, 0, 1, 1}));
  BOOST_TEST((edges(T::kSimilar) == Edges{{0, 1}, {2, 3}}));
  BOOST_TEST((edges(T::kDissimilar) == Edges{{0, 2}, {1, 3}}));
  static_assert(qcs::role_count<T> == 2 && qcs::has_gate<T>);
}

BOOST_AUTO_TEST_CASE(ablations_keep_one_kind_of_pairs) {
  BOOST_TEST(qcs::QuadrupletSimilar::kName == "QCS-S");
  BOOST_TEST((edges(qcs::QuadrupletSimilar::kSimilar) == Edges{{0, 1}, {2, 3}}));
  BOOST_TEST(edges(qcs::QuadrupletSimilar::kDissimilar).empty());
  BOOST_TEST(qcs::QuadrupletDissimilar::kName == "QCS-D");
  BOOST_TEST(edges(qcs::QuadrupletDissimilar::kSimilar).empty());
  BOOST_TEST((edges(qcs::QuadrupletDissimilar::kDissimilar) == Edges{{0, 2}, {1, 3}}));
  static_assert(!qcs::has_gate<qcs::QuadrupletSimilar> && !qcs::has_gate<qcs::QuadrupletDissimilar>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_one_obeys_the_rules, T, All) {
  static_assert(qcs::BranchTopology<T>);
  static_assert(qcs::CheckedTopology<T>::kValid);
  std::size_t branches = 0;
  for (int r = 0; r < static_cast<int>(qcs::role_count<T>); ++r) {
    BOOST_TEST(qcs::branches_of_role<T>(r) >= 1u);
    branches += qcs::branches_of_role<T>(r);
  }
  BOOST_TEST(branches == qcs::branch_count<T>);
  BOOST_TEST(qcs::branches_of_role<T>(static_cast<int>(qcs::role_count<T>)) == 0u);
}

// In QCS each branch meets one branch of its own class and one of the other.
BOOST_AUTO_TEST_CASE(quadruplet_is_a_ring) {
  std::array<int, 4> similar{}, dissimilar{};
  for (const qcs::Pair& pair : qcs::Quadruplet::kSimilar) ++similar[pair.first], ++similar[pair.second];
  for (const qcs::Pair& pair : qcs::Quadruplet::kDissimilar) ++dissimilar[pair.first], ++dissimilar[pair.second];
  const std::array<int, 4> once{1, 1, 1, 1};
  BOOST_TEST(similar == once, boost::test_tools::per_element());
  BOOST_TEST(dissimilar == once, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
