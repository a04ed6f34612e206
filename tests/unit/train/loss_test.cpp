// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <qcs/topology/triplet.hpp>
#include <qcs/train/loss/branch_loss.hpp>
#include <qcs/train/loss/soft_labels.hpp>
#include <string>
#include <vector>

using namespace qcs;

namespace {

template <class Error>
auto says(std::string text) {
  return [text](const Error& error) {
    BOOST_TEST_INFO(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

torch::Tensor numbers(std::vector<std::int64_t> values) { return torch::tensor(values, torch::kInt64); }

torch::Tensor logits(std::int64_t rows, std::int64_t classes) {
  auto generator = at::detail::createCPUGenerator(5);
  return torch::randn({rows, classes}, generator, torch::kFloat64).requires_grad_();
}

struct WrongShape {
  static constexpr std::string_view kName = "wrong shape";
  torch::Tensor operator()(const torch::Tensor& l, const BranchTarget&) const { return l.sum(1); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(losses)

BOOST_AUTO_TEST_CASE(cross_entropy_is_lib_torch_s_to_the_bit) {
  const auto l = logits(6, 4);
  const auto labels = numbers({0, 3, 1, 2, 2, 0});
  for (const double smoothing : {0., .1}) {
    const auto ours = CrossEntropy({.label_smoothing = smoothing})(l, {.labels = labels});
    const auto theirs = torch::cross_entropy_loss(l, labels, {}, at::Reduction::Mean, -100, smoothing);
    BOOST_TEST(torch::equal(ours, theirs));
  }
}

BOOST_AUTO_TEST_CASE(cross_losses_have_their_share_of_the_mean) {
  const auto number = [](double value) { return torch::tensor(value, torch::kFloat64); };
  const BranchLosses<Triplet> losses{.base = {number(1), number(2), number(3)},
                                     .cross = {number(10), number(20), number(30)}};
  const auto mean = [&](double share) { return losses.mean(share).item<double>(); };
  BOOST_TEST(losses.mean().item<double>() == 11);  // the published one, of all six alike
  BOOST_TEST(mean(kPublishedCrossShare) == 11);
  BOOST_TEST(mean(0) == 2);
  BOOST_TEST(mean(1) == 20);
  BOOST_TEST(mean(.25) == 6.5);
}

BOOST_AUTO_TEST_CASE(certain_soft_labels_are_cross_entropy) {
  const SoftLabels certain({1, 0, 0, 0, 0, 1, 0, 1, 0}, 3);  // classes 0, 2, 1
  const auto l = logits(4, 3);
  const auto ours = certain(l, {.labels = {}, .images = numbers({2, 0, 1, 2})});
  const auto theirs = CrossEntropy()(l, {.labels = numbers({1, 0, 2, 1})});
  BOOST_TEST(ours.dim() == 0);
  BOOST_TEST(std::abs(ours.item<double>() - theirs.item<double>()) < 1e-14);
}

BOOST_AUTO_TEST_CASE(a_row_of_soft_labels_belongs_to_its_image) {
  const SoftLabels table({.5, .5, .25, .75}, 2);
  const auto l = torch::tensor({{0., std::log(3.)}}, torch::kFloat64);  // probabilities 1/4, 3/4
  const auto loss = [&](std::int64_t image) {
    return table(l, {.labels = {}, .images = numbers({image})}).item<double>();
  };
  BOOST_TEST(std::abs(loss(0) + .5 * std::log(.25) + .5 * std::log(.75)) < 1e-14);
  BOOST_TEST(std::abs(loss(1) + .25 * std::log(.25) + .75 * std::log(.75)) < 1e-14);
  // The table keeps its precision however the logits of one call were.
  (void)table(l.to(torch::kFloat32), {.labels = {}, .images = numbers({0})});
  BOOST_TEST((table(l.to(torch::kFloat32), {.labels = {}, .images = numbers({0})}).scalar_type() == torch::kFloat32));
  BOOST_TEST(std::abs(loss(1) + .25 * std::log(.25) + .75 * std::log(.75)) < 1e-14);
}

BOOST_AUTO_TEST_CASE(all_faults_of_a_table_are_told_at_once) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  BOOST_CHECK_EXCEPTION(SoftLabels({.5, .5, .5, .4, -1, 2, nan, 1, 1}, 2), ConfigError,
                        says<ConfigError>("the table of soft labels: 9 numbers make no whole rows of 2; row 1 sums to "
                                          "0.9, not 1; row 2 holds a number that is no share; row 3 holds a number "
                                          "that is no share"));
  BOOST_CHECK_EXCEPTION(SoftLabels({}, 2), ConfigError, says<ConfigError>("0 numbers make no whole rows"));
  BOOST_CHECK_EXCEPTION(SoftLabels({1}, 0), ConfigError, says<ConfigError>("at least one class"));
  BOOST_CHECK_EXCEPTION(SoftLabels(std::vector<double>(60, .5), 1), ConfigError, says<ConfigError>("; and 40 more"));
}

BOOST_AUTO_TEST_CASE(soft_labels_refuse_what_they_have_no_row_for) {
  const SoftLabels table({.5, .5, .25, .75}, 2);
  for (const std::int64_t image : {-1, 2})
    BOOST_CHECK_EXCEPTION(
        table(logits(2, 2), {.labels = {}, .images = numbers({0, image})}), DataError,
        says<DataError>(fmt::format("there are no soft labels for image {}: the table has 2 rows", image)));
  BOOST_CHECK_THROW(table(logits(2, 3), {.labels = {}, .images = numbers({0, 1})}), ShapeError);
  BOOST_CHECK_THROW(table(logits(2, 2), {.labels = {}, .images = numbers({0})}), ShapeError);
  BOOST_CHECK_THROW(table(logits(2, 2), {.labels = numbers({0, 1})}), ShapeError);
}

BOOST_AUTO_TEST_CASE(numbers_that_were_seen_to_have_rows_are_looked_at_again_once_they_change) {
  const SoftLabels table({.5, .5, .25, .75}, 2);
  auto all = numbers({0, 1, 1, 5}).view({2, 2});
  const auto loss_of = [&](std::int64_t branch) {
    return table(logits(2, 2), {.labels = {}, .images = all.select(0, branch)});
  };
  BOOST_CHECK_NO_THROW(loss_of(0));  // 5 is another branch's
  BOOST_CHECK_THROW(loss_of(1), DataError);
  all.fill_(1);
  for (const auto branch : {0, 1}) BOOST_CHECK_NO_THROW(loss_of(branch));
  all.fill_(-1);
  for (const auto branch : {0, 1}) BOOST_CHECK_THROW(loss_of(branch), DataError);
}

BOOST_AUTO_TEST_CASE(a_branch_gets_the_numbers_of_its_own_images) {
  const SoftLabels table({1, 0, 0, 1, .5, .5}, 2);
  BranchOutput<Triplet> out;
  for (std::size_t b = 0; b < 3; ++b) out.base_logits[b] = out.cross_logits[b] = logits(1, 2);
  const auto losses = branch_losses<Triplet>(out, {numbers({0}), numbers({1})}, numbers({0, 1, 2}).view({3, 1}), table);
  for (std::size_t b = 0; b < 3; ++b)
    BOOST_TEST(torch::equal(
        losses.base[b], table(out.base_logits[b], {.labels = {}, .images = numbers({static_cast<std::int64_t>(b)})})));
}

BOOST_AUTO_TEST_CASE(a_loss_of_many_numbers_is_refused_by_name) {
  BranchOutput<Triplet> out;
  for (std::size_t b = 0; b < 3; ++b) out.base_logits[b] = out.cross_logits[b] = logits(2, 3);
  const auto labels = numbers({0, 1});
  BOOST_CHECK_EXCEPTION(branch_losses<Triplet>(out, {labels, labels}, {}, WrongShape()), ShapeError,
                        says<ShapeError>("the loss `wrong shape` gave shape (2), expected one number"));
}

BOOST_AUTO_TEST_SUITE_END()
