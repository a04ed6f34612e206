// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <qcs/train/loss/branch_loss.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/optimizer/schedule.hpp>
#include <qcs/train/optimizer/weight_average.hpp>
#include <qcs/train/step/plain_step.hpp>
#include <qcs/train/step/sam_step.hpp>

#include "toy.hpp"

using namespace qcs;

namespace {

torch::Tensor parameter() { return torch::tensor({3., 4.}, torch::kFloat64).requires_grad_(); }

}  // namespace

BOOST_AUTO_TEST_CASE(sam_takes_its_gradient_where_it_climbed) {
  auto w = parameter();
  SamStep step(make_optimizer({w}, {.kind = OptimizerKind::kSgd}, .1), {.rho = .5});
  std::vector<torch::Tensor> seen;
  const double first = step.run([&] {
    seen.push_back(w.detach().clone());
    const auto loss = .5 * w.square().sum();
    loss.backward();
    return loss.item<double>();
  });
  BOOST_TEST(first == 12.5);
  BOOST_REQUIRE(seen.size() == 2);
  const auto climbed = torch::tensor({3.3, 4.4}, torch::kFloat64);  // w + .5 w/|w|
  BOOST_TEST(torch::allclose(seen[1], climbed, 1e-10));
  BOOST_TEST(torch::allclose(w.detach(), seen[0] - .1 * climbed, 1e-10));
}

BOOST_AUTO_TEST_CASE(sam_leaves_parameters_without_gradient_alone) {
  auto w = parameter(), idle = parameter();
  SamStep step(make_optimizer({idle, w}, {}, .1));
  step.run([&] {
    const auto loss = w.square().sum();
    loss.backward();
    return 0;
  });
  BOOST_TEST(torch::equal(idle.detach(), parameter().detach()));
  BOOST_TEST(!torch::equal(w.detach(), parameter().detach()));
}

BOOST_AUTO_TEST_CASE(an_abandoned_step_restores_the_weights) {
  auto w = parameter();
  SamStep step(make_optimizer({w}, {}, .1));
  int pass = 0;
  const auto fail_in_second = [&]() -> int {
    if (++pass == 2) throw std::runtime_error("second pass");
    w.square().sum().backward();
    return 0;
  };
  BOOST_CHECK_THROW(step.run(fail_in_second), std::runtime_error);
  BOOST_TEST(!torch::equal(w.detach(), parameter().detach()));
  step.abandon();
  BOOST_TEST(torch::equal(w.detach(), parameter().detach()));
}

BOOST_AUTO_TEST_CASE(plain_step_is_the_optimiser_alone) {
  auto w = parameter();
  PlainStep step(make_optimizer({w}, {.kind = OptimizerKind::kSgd}, .1));
  int passes = 0;
  step.run([&] {
    (.5 * w.square().sum()).backward();
    return ++passes;
  });
  BOOST_TEST(passes == 1);
  BOOST_TEST(torch::allclose(w.detach(), .9 * parameter().detach(), 1e-12));
}

BOOST_AUTO_TEST_CASE(weight_decay_defaults_are_the_effective_ones_of_the_public_code) {
  const auto decay = [](OptimizerOptions o) {
    const auto optimizer = make_optimizer({parameter()}, o, .1);
    auto& group = optimizer->param_groups()[0].options();
    switch (o.kind) {
      case OptimizerKind::kAdam:
        return static_cast<torch::optim::AdamOptions&>(group).weight_decay();
      case OptimizerKind::kAdamW:
        return static_cast<torch::optim::AdamWOptions&>(group).weight_decay();
      default:
        return static_cast<torch::optim::SGDOptions&>(group).weight_decay();
    }
  };
  BOOST_TEST(decay({.kind = OptimizerKind::kAdam}) == 0);
  BOOST_TEST(decay({.kind = OptimizerKind::kAdamW}) == .01);
  BOOST_TEST(decay({.kind = OptimizerKind::kSgd}) == 0);
  BOOST_TEST(decay({.kind = OptimizerKind::kAdamW, .weight_decay = .3}) == .3);
  BOOST_CHECK_THROW(enum_of<OptimizerKind>("lion"), ConfigError);
}

BOOST_AUTO_TEST_CASE(loss_takes_the_label_of_a_branch_s_role) {
  BranchOutput<Triplet> out;
  const auto sure_of = [](std::int64_t c) { return torch::one_hot(torch::tensor({c}), 3).to(torch::kFloat32) * 50; };
  for (std::size_t b = 0; b < 3; ++b)
    out.base_logits[b] = out.cross_logits[b] = sure_of(role_of<Triplet>(b) == 0 ? 2 : 1);
  const auto right = branch_losses<Triplet>(out, {torch::tensor({2}), torch::tensor({1})});
  const auto wrong = branch_losses<Triplet>(out, {torch::tensor({1}), torch::tensor({2})});
  BOOST_TEST(right.mean().item<double>() < 1e-6);
  BOOST_TEST(std::abs(wrong.mean().item<double>() - 50) < 1e-3);
  out.cross_logits[2] = sure_of(0);
  const auto mixed = branch_losses<Triplet>(out, {torch::tensor({2}), torch::tensor({1})});
  BOOST_TEST(std::abs(mixed.mean().item<double>() - 50. / 6) < 1e-3);
}

BOOST_AUTO_TEST_CASE(gradients_are_clipped_for_the_update_alone) {
  auto w = parameter();
  PlainStep step(make_optimizer({w}, {.kind = OptimizerKind::kSgd}, 1), {}, /*clip_norm=*/.5);
  step.run([&] {
    w.square().sum().backward();  // gradient (6, 8), norm 10
    return 0;
  });
  BOOST_TEST(torch::allclose(w.detach(), torch::tensor({2.7, 3.6}, torch::kFloat64)));

  auto v = parameter();
  SamStep sam(make_optimizer({v}, {.kind = OptimizerKind::kSgd}, 1), {.rho = .5}, /*clip_norm=*/.5);
  std::vector<torch::Tensor> seen;
  sam.run([&] {
    seen.push_back(v.detach().clone());
    v.square().sum().backward();
    return 0;
  });
  BOOST_TEST(torch::allclose(seen[1], torch::tensor({3.3, 4.4}, torch::kFloat64)), "the climb is of its full length");
  BOOST_TEST(torch::allclose(v.detach(), torch::tensor({2.7, 3.6}, torch::kFloat64)));
}

BOOST_AUTO_TEST_CASE(a_gradient_that_is_not_finite_is_seen_in_either_pass) {
  for (const int bad_pass : {1, 2}) {
    auto w = parameter();
    SamStep step(make_optimizer({w}, {}, .1));
    int pass = 0;
    const auto run = [&] {
      (++pass == bad_pass ? (w * std::numeric_limits<double>::infinity()).sum() : w.sum()).backward();
      return 0;
    };
    BOOST_CHECK_THROW(step.run(run), NumericError);
    step.abandon();
    BOOST_TEST(torch::equal(w.detach(), parameter().detach()));
    BOOST_TEST((!w.grad().defined() || w.grad().abs().sum().item<double>() == 0));
  }
}

BOOST_AUTO_TEST_CASE(schedules_rise_and_fall_as_told) {
  const Schedule published;
  BOOST_TEST(published.factor(0, 0, .1, 200) == 1.);
  BOOST_TEST(published.factor(3, .5, .6, 200) == std::pow(.98, 3));
  const Schedule warm{.warmup_epochs = 2};
  BOOST_TEST(warm.factor(0, 0, .25, 200) == .125);
  BOOST_TEST(warm.factor(1, .75, 1, 200) == .98);
  const Schedule cosine{.kind = ScheduleKind::kCosine, .warmup_epochs = 1};
  BOOST_TEST(cosine.factor(0, .5, 1, 11) == 1.);
  BOOST_TEST(std::abs(cosine.factor(6, 0, .1, 11) - .5) < 1e-12);
  BOOST_TEST(cosine.factor(10, .9, 1, 11) < .01);
  BOOST_TEST((Schedule{.kind = ScheduleKind::kConstant}.factor(7, .5, .6, 10)) == 1.);
  BOOST_CHECK_THROW(enum_of<ScheduleKind>("linear"), ConfigError);
}

BOOST_AUTO_TEST_CASE(averaged_weights_follow_and_can_be_applied) {
  torch::nn::BatchNorm1d module(2);
  const torch::NoGradGuard no_grad;
  WeightAverage average(*module, .75);
  module->weight.fill_(5);
  module->num_batches_tracked.fill_(3);
  average.update();
  {
    const WeightAverage::Applied applied(average);
    BOOST_TEST(module->weight[0].item<double>() == 2.);
    BOOST_TEST(module->num_batches_tracked.item<std::int64_t>() == 3);
  }
  BOOST_TEST(module->weight[0].item<double>() == 5.);
}
