// SPDX-License-Identifier: MIT
//
// Every training aid against a step written down by hand, in float64 and without autograd; and that each changes
// nothing when it is off.

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <qcs/train/step/plain_step.hpp>
#include <qcs/train/trainer.hpp>

#include "linear_network.hpp"

namespace {

using namespace qcs;
using linear::kBranches;
using linear::kClasses;

struct Weights {
  torch::Tensor base, cross;

  static Weights initial() { return of(linear::Network()); }
  static Weights of(const linear::Network& network) {
    return {network->base.detach().clone(), network->cross.detach().clone()};
  }
  Weights plus(const Weights& other, double factor) const {
    return {base + factor * other.base, cross + factor * other.cross};
  }
  double norm() const { return std::sqrt(base.square().sum().item<double>() + cross.square().sum().item<double>()); }
};

bool close(const Weights& a, const Weights& b) {
  return torch::allclose(a.base, b.base, 1e-12, 1e-12) && torch::allclose(a.cross, b.cross, 1e-12, 1e-12);
}

struct Pass {
  double loss = 0, base_loss = 0, cross_loss = 0, accuracy = 0;
  std::vector<RoleLoss> roles = std::vector<RoleLoss>(2);
  Weights gradient;
};

/// Mean over the images of -sum_c t_c log p_c with targets t = (1 - s) onehot + s / C, and its gradient.
double entropy(const torch::Tensor& images, const torch::Tensor& weights, const torch::Tensor& labels, double s,
               torch::Tensor& gradient) {
  const auto x = images.flatten(1), logits = x.mm(weights);
  const auto e = (logits - std::get<0>(logits.max(1, true))).exp(), p = e / e.sum(1, true);
  const auto target = torch::one_hot(labels, kClasses).to(torch::kFloat64) * (1 - s) + s / double(kClasses);
  gradient = x.t().mm(p - target) / double(images.size(0));
  return -(target * p.log()).sum().item<double>() / double(images.size(0));
}

Pass pass(const Weights& w, const linear::Batch& batch, double smoothing = 0) {
  Pass result{.gradient = {torch::zeros_like(w.base), torch::zeros_like(w.cross)}};
  for (std::size_t b = 0; b < kBranches; ++b) {
    const auto role = static_cast<std::size_t>(role_of<linear::Topology>(b));
    const double of_role = role == 0 ? 2 : 1;  // anchor and positive; negative
    torch::Tensor g;
    const double base = entropy(batch.branch(b), w.base, batch.labels[role], smoothing, g);
    result.gradient.base += g / 6;
    const double cross = entropy(batch.branch(b), w.cross, batch.labels[role], smoothing, g);
    result.gradient.cross += g / 6;
    result.loss += (base + cross) / 6;
    result.base_loss += base / 3;
    result.cross_loss += cross / 3;
    result.roles[role].base += base / of_role;
    result.roles[role].cross += cross / of_role;
  }
  const auto answers = batch.branch(0).flatten(1).mm(w.base).argmax(1);
  for (std::int64_t i = 0; i < batch.size(); ++i)
    result.accuracy += answers[i].item<std::int64_t>() == batch.labels[0][i].item<std::int64_t>() ? 1. : 0.;
  result.accuracy /= double(batch.size());
  return result;
}

struct Recorder {
  std::vector<StepEvent> steps;
  std::vector<EpochEvent> epochs;
  RunInfo info;
  void on_run_begin(const RunInfo& i) { info = i; }
  void on_step(const StepEvent& event) { steps.push_back(event); }
  void on_epoch(const EpochEvent& event) { epochs.push_back(event); }
};

constexpr double kRate = .1;

TrainerOptions options(TrainingAids aids = {}, int epochs = 1) {
  return {.recipe = {.epochs = epochs,
                     .learning_rate = kRate,
                     .schedule = {.kind = ScheduleKind::kConstant},
                     .optimizer = {.kind = OptimizerKind::kSgd},
                     .aids = aids}};
}

struct Run {
  Recorder seen;
  RunSummary summary;
  Weights weights;
};

template <StepPolicy Step = PlainStep>
Run run(const TrainerOptions& o, linear::Tuples tuples = {}, linear::Labelled labelled = {},
        linear::Network network = linear::Network(), const typename Step::Options& step = {}) {
  Trainer<linear::Network, Step> trainer(network, o, linear::labels(), {.step = step});
  Run result;
  result.summary = trainer.fit(tuples, labelled, {}, result.seen);
  result.weights = Weights::of(trainer.network());
  return result;
}

const auto kTolerance = boost::test_tools::tolerance(1e-12);

}  // namespace

BOOST_AUTO_TEST_SUITE(training_aids)

BOOST_AUTO_TEST_CASE(without_aids_every_batch_is_a_step_of_its_own) {
  const auto done = run(options());
  auto w = Weights::initial();
  BOOST_REQUIRE(done.seen.steps.size() == 3);
  double loss = 0, accuracy = 0;
  for (int k = 0; k < 3; ++k) {
    const linear::Tuples tuples;
    const auto p = pass(w, tuples.batch(k));
    const auto& step = done.seen.steps[std::size_t(k)];
    BOOST_TEST(step.loss == p.loss, kTolerance);
    BOOST_TEST(step.base_loss == p.base_loss, kTolerance);
    BOOST_TEST(step.cross_loss == p.cross_loss, kTolerance);
    BOOST_TEST(step.accuracy == p.accuracy, kTolerance);
    for (std::size_t r = 0; r < 2; ++r) {
      BOOST_TEST(step.roles.at(r).base == p.roles[r].base, kTolerance);
      BOOST_TEST(step.roles.at(r).cross == p.roles[r].cross, kTolerance);
    }
    BOOST_TEST(step.images == 3 * tuples.sizes[std::size_t(k)]);
    BOOST_TEST(step.batch == k);
    loss += p.loss * double(tuples.sizes[std::size_t(k)]) / 6;
    accuracy += p.accuracy * double(tuples.sizes[std::size_t(k)]) / 6;
    w = w.plus(p.gradient, -kRate);
  }
  BOOST_TEST(close(done.weights, w));
  BOOST_TEST(done.seen.epochs.at(0).train_loss == loss, kTolerance);  // a small last batch counts by its size
  BOOST_TEST(done.seen.epochs.at(0).train_accuracy == accuracy, kTolerance);
}

BOOST_AUTO_TEST_CASE(accumulated_batches_count_by_their_tuples) {
  const auto done = run(options({.accumulate = 2}));
  const linear::Tuples tuples;
  const auto w0 = Weights::initial();
  const auto a = pass(w0, tuples.batch(0)), b = pass(w0, tuples.batch(1));  // of three tuples and of one
  const auto w1 = w0.plus(a.gradient, -kRate * .75).plus(b.gradient, -kRate * .25);
  const auto c = pass(w1, tuples.batch(2));
  const auto w2 = w1.plus(c.gradient, -kRate);
  BOOST_TEST(close(done.weights, w2));
  BOOST_REQUIRE(done.seen.steps.size() == 2);
  BOOST_TEST(done.seen.steps[0].loss == .75 * a.loss + .25 * b.loss, kTolerance);
  BOOST_TEST(done.seen.steps[0].accuracy == .75 * a.accuracy + .25 * b.accuracy, kTolerance);
  BOOST_TEST(done.seen.steps[0].batch == 1);
  BOOST_TEST(done.seen.steps[0].images == 12);
  BOOST_TEST(done.seen.steps[1].batch == 2);
  BOOST_TEST(done.seen.epochs[0].train_loss == (4 * done.seen.steps[0].loss + 2 * c.loss) / 6, kTolerance);
  BOOST_TEST(done.seen.info.steps_per_epoch == 2);
}

BOOST_AUTO_TEST_CASE(more_batches_than_an_epoch_has_make_one_step) {
  const auto done = run(options({.accumulate = 100}));
  const linear::Tuples tuples;
  auto w = Weights::initial();
  Weights gradient{torch::zeros_like(w.base), torch::zeros_like(w.cross)};
  for (int k = 0; k < 3; ++k)
    gradient = gradient.plus(pass(w, tuples.batch(k)).gradient, double(tuples.sizes[std::size_t(k)]) / 6);
  BOOST_TEST(done.seen.steps.size() == 1);
  BOOST_TEST(close(done.weights, w.plus(gradient, -kRate)));
}

BOOST_AUTO_TEST_CASE(label_smoothing_spreads_the_target_over_all_classes) {
  for (const double smoothing : {0., .3}) {
    const auto done = run(options({.label_smoothing = smoothing}));
    auto w = Weights::initial();
    for (int k = 0; k < 3; ++k) {
      const auto p = pass(w, linear::Tuples().batch(k), smoothing);
      BOOST_TEST(done.seen.steps.at(std::size_t(k)).loss == p.loss, kTolerance);
      w = w.plus(p.gradient, -kRate);
    }
    BOOST_TEST(close(done.weights, w));
  }
  BOOST_TEST(!close(run(options({.label_smoothing = .3})).weights, run(options()).weights));
}

BOOST_AUTO_TEST_CASE(the_evaluation_is_not_smoothed) {
  auto o = options({.label_smoothing = .3});
  o.recipe.learning_rate = 1e-300;  // changes no weight
  torch::Tensor unused;
  const double expected =
      entropy(linear::Labelled::images(), Weights::initial().base, torch::arange(4) % kClasses, 0, unused);
  BOOST_TEST(run(o).seen.epochs.at(0).eval_loss == expected, kTolerance);
}

BOOST_AUTO_TEST_CASE(clipping_shortens_the_joint_gradient_and_nothing_below_the_limit) {
  const auto w0 = Weights::initial();
  const auto first = pass(w0, linear::Tuples().batch(0)).gradient;
  const double norm = first.norm();
  const linear::Tuples one{.sizes = {3}};
  BOOST_TEST(close(run(options({.clip_norm = norm / 4}), one).weights, w0.plus(first, -kRate / 4)));
  BOOST_TEST(close(run(options({.clip_norm = 1.01 * norm}), one).weights, w0.plus(first, -kRate)));
  BOOST_TEST(close(run(options({.clip_norm = 0}), one).weights, w0.plus(first, -kRate)));
}

BOOST_AUTO_TEST_CASE(averaged_weights_are_evaluated_and_trained_ones_go_on) {
  const auto plain = run(options({}, 2));
  const auto averaged = run(options({.average_decay = .6}, 2));
  BOOST_TEST(close(plain.weights, averaged.weights));
  auto w = Weights::initial(), mean = w;
  torch::Tensor unused;
  const auto loss = [&](const Weights& at) {
    return entropy(linear::Labelled::images(), at.base, torch::arange(4) % kClasses, 0, unused);
  };
  for (std::size_t epoch = 0; epoch < 2; ++epoch) {
    for (int k = 0; k < 3; ++k) {
      w = w.plus(pass(w, linear::Tuples().batch(k)).gradient, -kRate);
      mean = {.6 * mean.base + .4 * w.base, .6 * mean.cross + .4 * w.cross};
    }
    BOOST_TEST(averaged.seen.epochs.at(epoch).eval_loss == loss(mean), kTolerance);
    BOOST_TEST(plain.seen.epochs.at(epoch).eval_loss == loss(w), kTolerance);
  }
}

BOOST_AUTO_TEST_CASE(a_frozen_part_gets_no_step) {
  const auto frozen = run(options({.freeze_backbone = true}));
  BOOST_TEST(torch::equal(frozen.weights.base, Weights::initial().base));
  BOOST_TEST(torch::allclose(frozen.weights.cross, run(options()).weights.cross, 1e-12, 1e-12));
}

BOOST_AUTO_TEST_CASE(sam_takes_the_gradient_where_it_climbed_over_all_parameters_together) {
  const linear::Tuples one{.sizes = {3}};
  const auto w0 = Weights::initial();
  const auto g = pass(w0, one.batch(0)).gradient;
  for (const double rho : {.05, .7}) {
    const auto o = options();
    const auto climbed = w0.plus(g, rho / g.norm());
    const auto done = run<SamStep>(o, one, {}, linear::Network(), {.rho = rho});
    BOOST_TEST(close(done.weights, w0.plus(pass(climbed, one.batch(0)).gradient, -kRate)));
    BOOST_TEST(done.seen.steps.at(0).loss == pass(w0, one.batch(0)).loss, kTolerance);
  }
  const auto done = run<SamStep>(options(), one, {}, linear::Network(), {.rho = .7, .adaptive = true});
  const Weights scaled{w0.base.abs() * g.base, w0.cross.abs() * g.cross};
  const Weights way{w0.base.square() * g.base, w0.cross.square() * g.cross};
  const auto climbed = w0.plus(way, .7 / scaled.norm());
  BOOST_TEST(close(done.weights, w0.plus(pass(climbed, one.batch(0)).gradient, -kRate)));
}

BOOST_AUTO_TEST_CASE(sam_clips_at_the_climbed_weights_and_sums_over_accumulated_batches) {
  const linear::Tuples tuples;
  const auto w0 = Weights::initial();
  const auto joint = [&](const Weights& w) {
    const auto first = pass(w, tuples.batch(0)).gradient;
    return Weights{.75 * first.base, .75 * first.cross}.plus(pass(w, tuples.batch(1)).gradient, .25);
  };
  auto o = options({.accumulate = 2, .clip_norm = .2});
  o.recipe.limit_batches = 2;
  const auto g = joint(w0), there = joint(w0.plus(g, .05 / g.norm()));
  BOOST_REQUIRE(there.norm() > .2);
  BOOST_TEST(close(run<SamStep>(o).weights, w0.plus(there, -kRate * .2 / there.norm())));
}

BOOST_AUTO_TEST_CASE(a_limit_ends_the_epoch_and_one_beyond_it_does_not) {
  auto o = options({}, 2);
  o.recipe.limit_batches = 2;
  const auto limited = run(o);
  auto w = Weights::initial();
  for (const int k : {0, 1, 0, 1}) w = w.plus(pass(w, linear::Tuples().batch(k)).gradient, -kRate);
  BOOST_TEST(close(limited.weights, w));
  BOOST_TEST(limited.seen.info.batches_per_epoch == 2);
  // An epoch's means are of that epoch alone.
  const auto& steps = limited.seen.steps;
  BOOST_TEST(limited.seen.epochs.at(1).train_loss == (3 * steps.at(2).loss + steps.at(3).loss) / 4, kTolerance);
  o.recipe.limit_batches = 7;
  BOOST_TEST(close(run(o).weights, run(options({}, 2)).weights));
}

BOOST_AUTO_TEST_CASE(learning_rates_of_steps_and_epochs) {
  const auto rates = [](const Schedule& schedule, int epochs, int accumulate = 1) {
    auto o = options({.accumulate = accumulate}, epochs);
    o.recipe.schedule = schedule;
    std::vector<double> all;
    for (const auto& step : run(o).seen.steps) all.push_back(step.learning_rate / kRate);
    return all;
  };
  const auto equal = [](const std::vector<double>& found, const std::vector<double>& expected) {
    BOOST_REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) BOOST_TEST(std::abs(found[i] - expected[i]) < 1e-12, i);
  };
  equal(rates({.gamma = .5}, 3), {1, 1, 1, .5, .5, .5, .25, .25, .25});
  equal(rates({.gamma = .5, .warmup_epochs = 2}, 2), {1. / 6, 2. / 6, 3. / 6, .5 * 4 / 6, .5 * 5 / 6, .5});
  equal(rates({.kind = ScheduleKind::kConstant, .warmup_epochs = 1}, 2), {1. / 3, 2. / 3, 1, 1, 1, 1});
  const auto wave = [](double part) { return (1 + std::cos(M_PI * part)) / 2; };
  equal(rates({.kind = ScheduleKind::kCosine}, 2), {1, wave(1. / 6), wave(2. / 6), .5, wave(4. / 6), wave(5. / 6)});
  equal(rates({.kind = ScheduleKind::kConstant, .warmup_epochs = 1}, 1, 2), {2. / 3, 1});
  auto o = options({.accumulate = 2}, 2);
  o.recipe.schedule = {.kind = ScheduleKind::kCosine};
  BOOST_TEST(run(o).seen.epochs.at(1).learning_rate == kRate * wave(5. / 6), kTolerance);
}

BOOST_AUTO_TEST_CASE(values_out_of_range_are_refused) {
  for (const TrainingAids& aids :
       {TrainingAids{.accumulate = 0}, TrainingAids{.label_smoothing = -.1}, TrainingAids{.label_smoothing = 1},
        TrainingAids{.clip_norm = -1}, TrainingAids{.clip_norm = std::nan("")}, TrainingAids{.average_decay = 1},
        TrainingAids{.average_decay = -.1}, TrainingAids{.patience = -1}})
    BOOST_CHECK_THROW(run(options(aids)), ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(optimizers)

namespace {

/// Three steps with the gradient g = (w1 + 2, -3 w2, .5) of a parameter that starts at (1, -2, 3).
torch::Tensor three_steps(const OptimizerOptions& o) {
  auto w = torch::tensor({1., -2., 3.}, torch::kFloat64).requires_grad_();
  PlainStep step(make_optimizer({w}, o, .1));
  for (int i = 0; i < 3; ++i)
    step.run([&] {
      const auto v = w.detach();
      w.mutable_grad() = torch::stack({v[0] + 2, -3 * v[1], torch::tensor(.5, torch::kFloat64)});
      return 0;
    });
  return w.detach();
}

using Gradient = std::function<double(double)>;
const std::array<std::pair<double, Gradient>, 3> kStarts{
    {{1., [](double w) { return w + 2; }}, {-2., [](double w) { return -3 * w; }}, {3., [](double) { return .5; }}}};

void check(const torch::Tensor& found, const std::function<double(double, const Gradient&)>& by_hand) {
  for (std::size_t i = 0; i < 3; ++i)
    BOOST_TEST(std::abs(found[static_cast<std::int64_t>(i)].item<double>() -
                        by_hand(kStarts[i].first, kStarts[i].second)) < 1e-12,
               i);
}

}  // namespace

BOOST_AUTO_TEST_CASE(sgd_with_and_without_momentum_and_decay) {
  for (const double momentum : {0., .9})
    for (const double decay : {0., .2})
      check(three_steps({.kind = OptimizerKind::kSgd, .weight_decay = decay, .momentum = momentum}),
            [&](double w, const Gradient& gradient) {
              double velocity = 0;
              for (int i = 0; i < 3; ++i) {
                velocity = momentum * velocity + gradient(w) + decay * w;
                w -= .1 * velocity;
              }
              return w;
            });
}

BOOST_AUTO_TEST_CASE(adam_adds_decay_to_the_gradient_and_adamw_to_the_weight) {
  const auto adam = [](double coupled, double decoupled) {
    return [=](double w, const Gradient& gradient) {
      double m = 0, v = 0;
      for (int t = 1; t <= 3; ++t) {
        w -= .1 * decoupled * w;
        const double g = gradient(w / (1 - .1 * decoupled)) + coupled * w;  // the gradient is that before the decay
        m = .9 * m + .1 * g;
        v = .999 * v + .001 * g * g;
        w -= .1 * (m / (1 - std::pow(.9, t))) / (std::sqrt(v / (1 - std::pow(.999, t))) + 1e-8);
      }
      return w;
    };
  };
  check(three_steps({.kind = OptimizerKind::kAdam}), adam(0, 0));
  check(three_steps({.kind = OptimizerKind::kAdam, .weight_decay = .2}), adam(.2, 0));
  check(three_steps({.kind = OptimizerKind::kAdamW}), adam(0, .01));
  check(three_steps({.kind = OptimizerKind::kAdamW, .weight_decay = .2}), adam(0, .2));
  check(three_steps({.kind = OptimizerKind::kAdamW, .weight_decay = 0.}), adam(0, 0));
}

BOOST_AUTO_TEST_SUITE_END()
