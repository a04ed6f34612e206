// SPDX-License-Identifier: MIT
// Each rule on a topology that breaks it; what the compiler then says is tests/compile_fail's business.
#include <boost/test/unit_test.hpp>
#include <qcs/topology/quadruplet.hpp>

namespace {

using qcs::Branch;
using qcs::BranchTopology;
using qcs::Pair;
using qcs::TopologyRules;
using qcs::TopologyShape;

/// A good topology of an anchor, a positive and a negative; the cases below inherit it and spoil one member.
struct Good {
  static constexpr std::string_view kName = "good";
  static constexpr std::array kBranches{Branch{"anchor", 0}, Branch{"positive", 0}, Branch{"negative", 1}};
  static constexpr std::array kSimilar{Pair{0, 1}};
  static constexpr std::array kDissimilar{Pair{0, 2}};
};
static_assert(BranchTopology<Good>);

struct EdgeTooHigh : Good {
  static constexpr std::array kDissimilar{Pair{0, 2}, Pair{0, 3}};
};
static_assert(!BranchTopology<EdgeTooHigh> && !TopologyRules<EdgeTooHigh>::kEdgesInRange);

struct EdgeNegative : Good {
  static constexpr std::array kSimilar{Pair{0, 1}, Pair{-1, 0}};
};
static_assert(!BranchTopology<EdgeNegative> && !TopologyRules<EdgeNegative>::kEdgesInRange);

struct SimilarAcrossRoles : Good {
  static constexpr std::array kSimilar{Pair{0, 1}, Pair{1, 2}};
};
static_assert(!BranchTopology<SimilarAcrossRoles> && !TopologyRules<SimilarAcrossRoles>::kSimilarShareRole);

struct DissimilarWithinRole : Good {
  static constexpr std::array<Pair, 0> kSimilar{};
  static constexpr std::array kDissimilar{Pair{0, 2}, Pair{0, 1}};
};
static_assert(!BranchTopology<DissimilarWithinRole> && !TopologyRules<DissimilarWithinRole>::kDissimilarDifferInRole);

struct LonelyBranch : Good {
  static constexpr std::array<Pair, 0> kDissimilar{};
};
static_assert(!BranchTopology<LonelyBranch> && !TopologyRules<LonelyBranch>::kEveryBranchHasEdge);

struct SelfEdge : Good {
  static constexpr std::array kSimilar{Pair{0, 1}, Pair{1, 1}};
};
static_assert(!BranchTopology<SelfEdge> && !TopologyRules<SelfEdge>::kNoSelfEdge);

struct Duplicate : Good {
  static constexpr std::array kSimilar{Pair{0, 1}, Pair{0, 1}};
};
static_assert(!BranchTopology<Duplicate> && !TopologyRules<Duplicate>::kNoDuplicateEdge);

struct DuplicateReversed : Good {
  static constexpr std::array kDissimilar{Pair{0, 2}, Pair{2, 0}};
};
static_assert(!BranchTopology<DuplicateReversed> && !TopologyRules<DuplicateReversed>::kNoDuplicateEdge);

struct DuplicateAcrossKinds : Good {
  static constexpr std::array kDissimilar{Pair{0, 2}, Pair{1, 0}};
};
static_assert(!BranchTopology<DuplicateAcrossKinds> && !TopologyRules<DuplicateAcrossKinds>::kNoDuplicateEdge);

struct RoleGap : Good {
  static constexpr std::array kBranches{Branch{"anchor", 0}, Branch{"positive", 0}, Branch{"negative", 2}};
};
static_assert(!BranchTopology<RoleGap> && !TopologyRules<RoleGap>::kRolesContiguous);

struct NegativeRole : Good {
  static constexpr std::array kBranches{Branch{"anchor", 0}, Branch{"positive", 0}, Branch{"negative", -1}};
};
static_assert(!BranchTopology<NegativeRole> && !TopologyRules<NegativeRole>::kRolesContiguous);

struct AnchorNotFirst : Good {
  static constexpr std::array kBranches{Branch{"negative", 1}, Branch{"anchor", 0}, Branch{"positive", 0}};
  static constexpr std::array kSimilar{Pair{1, 2}};
  static constexpr std::array kDissimilar{Pair{1, 0}};
};
static_assert(!BranchTopology<AnchorNotFirst> && !TopologyRules<AnchorNotFirst>::kStartsWithAnchor);

struct OneBranch {
  static constexpr std::string_view kName = "one";
  static constexpr std::array kBranches{Branch{"anchor", 0}};
  static constexpr std::array<Pair, 0> kSimilar{};
  static constexpr std::array<Pair, 0> kDissimilar{};
};
static_assert(!BranchTopology<OneBranch> && !TopologyRules<OneBranch>::kStartsWithAnchor);

struct NoBranch {
  static constexpr std::string_view kName = "none";
  static constexpr std::array<Branch, 0> kBranches{};
  static constexpr std::array<Pair, 0> kSimilar{};
  static constexpr std::array<Pair, 0> kDissimilar{};
};
static_assert(!BranchTopology<NoBranch>);

// Shape: every member must be there and of the right type.
struct NoName {
  static constexpr auto kBranches = Good::kBranches;
  static constexpr auto kSimilar = Good::kSimilar;
  static constexpr auto kDissimilar = Good::kDissimilar;
};
struct NoBranches {
  static constexpr auto kName = Good::kName;
  static constexpr auto kSimilar = Good::kSimilar;
  static constexpr auto kDissimilar = Good::kDissimilar;
};
struct NoSimilar {
  static constexpr auto kName = Good::kName;
  static constexpr auto kBranches = Good::kBranches;
  static constexpr auto kDissimilar = Good::kDissimilar;
};
struct NoDissimilar {
  static constexpr auto kName = Good::kName;
  static constexpr auto kBranches = Good::kBranches;
  static constexpr auto kSimilar = Good::kSimilar;
};
struct PairsOfInts : Good {
  static constexpr std::array kSimilar{0, 1};
};
static_assert(TopologyShape<Good>);
static_assert(!TopologyShape<NoName> && !TopologyShape<NoBranches> && !TopologyShape<NoSimilar> &&
              !TopologyShape<NoDissimilar> && !TopologyShape<PairsOfInts> && !TopologyShape<int>);

/// Three classes in one tuple: nothing limits a topology to the published two.
struct ThreeClasses {
  static constexpr std::string_view kName = "three";
  static constexpr std::array kBranches{Branch{"anchor", 0}, Branch{"second", 1}, Branch{"third", 2}};
  static constexpr std::array<Pair, 0> kSimilar{};
  static constexpr std::array kDissimilar{Pair{0, 1}, Pair{1, 2}, Pair{2, 0}};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(topology_rules)

BOOST_AUTO_TEST_CASE(a_custom_topology_with_three_classes_is_accepted) {
  static_assert(BranchTopology<ThreeClasses>);
  static_assert(qcs::CheckedTopology<ThreeClasses>::kValid);
  BOOST_TEST(qcs::role_count<ThreeClasses> == 3u);
  BOOST_TEST(!qcs::has_gate<ThreeClasses>);
}

// One fault breaks one rule, so that a user reads one sentence about it.
BOOST_AUTO_TEST_CASE(a_fault_breaks_its_own_rule_only) {
  const auto broken = []<class T>() {
    using R = TopologyRules<T>;
    return !R::kStartsWithAnchor + !R::kRolesContiguous + !R::kEdgesInRange + !R::kNoSelfEdge + !R::kNoDuplicateEdge +
           !R::kSimilarShareRole + !R::kDissimilarDifferInRole + !R::kEveryBranchHasEdge;
  };
  BOOST_TEST(broken.operator()<Good>() == 0);
  BOOST_TEST(broken.operator()<EdgeTooHigh>() == 1);
  BOOST_TEST(broken.operator()<EdgeNegative>() == 1);
  BOOST_TEST(broken.operator()<SimilarAcrossRoles>() == 1);
  BOOST_TEST(broken.operator()<DissimilarWithinRole>() == 1);
  BOOST_TEST(broken.operator()<LonelyBranch>() == 1);
  BOOST_TEST(broken.operator()<SelfEdge>() == 1);
  BOOST_TEST(broken.operator()<Duplicate>() == 1);
  BOOST_TEST(broken.operator()<DuplicateReversed>() == 1);
  BOOST_TEST(broken.operator()<RoleGap>() == 1);
  BOOST_TEST(broken.operator()<AnchorNotFirst>() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
