// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <memory>
#include <qcs/testing/check_loss.hpp>
#include <qcs/testing/check_observer.hpp>
#include <qcs/testing/check_step.hpp>
#include <qcs/train/loss/cross_entropy.hpp>
#include <qcs/train/optimizer/gradient.hpp>
#include <qcs/train/step/plain_step.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "findings.hpp"

// Losses, steps and observers that each do one thing wrong, which their check must name.

using namespace qcs;
using namespace qcs::testing;

namespace {

template <class Change>
struct ChangedEntropy : CrossEntropy {
  static constexpr std::string_view kName = "changed";
  torch::Tensor operator()(const torch::Tensor& logits, const BranchTarget& target) const {
    return Change::of(CrossEntropy()(logits, target), logits, target);
  }
};

struct Summed {
  static torch::Tensor of(const torch::Tensor& loss, const torch::Tensor& logits, const BranchTarget&) {
    return loss * logits.size(0);
  }
};
struct Detached {
  static torch::Tensor of(const torch::Tensor& loss, const torch::Tensor&, const BranchTarget&) {
    return loss.detach();
  }
};
struct OneEach {
  static torch::Tensor of(const torch::Tensor& loss, const torch::Tensor& logits, const BranchTarget&) {
    return loss.expand({logits.size(0)});
  }
};
struct Negated {
  static torch::Tensor of(const torch::Tensor& loss, const torch::Tensor&, const BranchTarget&) { return -loss; }
};
struct UnstableExp {
  static torch::Tensor of(const torch::Tensor&, const torch::Tensor& logits, const BranchTarget& target) {
    return (logits.exp().sum(1).log() - logits.gather(1, target.labels.unsqueeze(1)).squeeze(1)).mean();
  }
};
struct InDouble {
  static torch::Tensor of(const torch::Tensor& loss, const torch::Tensor&, const BranchTarget&) {
    return loss.to(torch::kFloat64);
  }
};
struct LeansOnFirst {
  static torch::Tensor of(const torch::Tensor& loss, const torch::Tensor& logits, const BranchTarget&) {
    return loss + .1 * logits[0].square().mean();
  }
};

/// A right step that others derive from: gradient descent by the optimiser.
class Descent {
 public:
  static constexpr std::string_view kName = "wrong";
  using Options = NoOptions;

  explicit Descent(std::unique_ptr<torch::optim::Optimizer> optimizer, const Options& = {}, double clip_norm = 0)
      : optimizer_(std::move(optimizer)), clip_norm_(clip_norm) {}

  auto run(auto&& pass) {
    auto measured = pass();
    check_and_clip_gradients(*optimizer_, clip_norm_);
    finish();
    return measured;
  }
  torch::optim::Optimizer& optimizer() { return *optimizer_; }
  void abandon() { optimizer_->zero_grad(); }

 protected:
  void finish() {
    optimizer_->step();
    optimizer_->zero_grad();
  }
  void for_each_weight(auto visit) {
    const torch::NoGradGuard no_grad;
    for_each_gradient(*optimizer_, [&](torch::Tensor w, torch::Tensor g, std::size_t index) { visit(w, g, index); });
  }

  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  double clip_norm_;
};

struct IgnoresNotANumber : Descent {
  using Descent::Descent;
  auto run(auto&& pass) {
    auto measured = pass();
    finish();
    return measured;
  }
};

/// Adds the gradient of the update before, which no checkpoint holds.
struct HiddenMomentum : Descent {
  using Descent::Descent;
  auto run(auto&& pass) {
    auto measured = pass();
    check_and_clip_gradients(*optimizer_, 0);
    last_.resize(8);
    for_each_weight([&](torch::Tensor&, torch::Tensor& g, std::size_t index) {
      const auto fresh = g.clone();
      if (last_[index].defined()) g.add_(last_[index], .5);
      last_[index] = fresh;
    });
    check_and_clip_gradients(*optimizer_, clip_norm_);
    finish();
    return measured;
  }
  std::vector<torch::Tensor> last_;
};

struct HalfSavedMomentum : HiddenMomentum {
  using HiddenMomentum::HiddenMomentum;
  io::NamedTensors state(const torch::nn::Module&) { return {}; }
  void load_state(const torch::nn::Module&, const io::NamedTensors&) {}
};

struct ReturnsLast : Descent {
  using Descent::Descent;
  auto run(auto&& pass) {
    pass();
    optimizer_->zero_grad();
    return Descent::run(pass);
  }
};

struct NeverPasses : Descent {
  using Descent::Descent;
  auto run(auto&& pass) { return decltype(pass()){}; }
};

struct LeavesGradients : Descent {
  using Descent::Descent;
  auto run(auto&& pass) {
    auto measured = pass();
    check_and_clip_gradients(*optimizer_, clip_norm_);
    optimizer_->step();
    return measured;
  }
};

/// Climbs before the second pass and forgets where it was.
struct ForgetsToReturn : Descent {
  using Descent::Descent;
  auto run(auto&& pass) {
    auto measured = pass();
    check_and_clip_gradients(*optimizer_, 0);
    for_each_weight([&](torch::Tensor& w, torch::Tensor& g, std::size_t) { w.add_(g, .01); });
    optimizer_->zero_grad();
    pass();
    check_and_clip_gradients(*optimizer_, clip_norm_);
    finish();
    return measured;
  }
};

struct DoesNotClip : Descent {
  using Descent::Descent;
  explicit DoesNotClip(std::unique_ptr<torch::optim::Optimizer> optimizer, const Options& options = {}, double = 0)
      : Descent(std::move(optimizer), options) {}
};

struct GoesUp : Descent {
  using Descent::Descent;
  auto run(auto&& pass) {
    auto measured = pass();
    check_and_clip_gradients(*optimizer_, clip_norm_);
    for_each_weight([&](torch::Tensor&, torch::Tensor& g, std::size_t) { g.neg_(); });
    finish();
    return measured;
  }
};

struct TwoNamesOptions {
  double slow = .5, fast = .5;
  static void visit_fields(auto& o, auto&& visit) {
    visit(RecipeField{"slow", "", "", at_least(0)}, o.slow);
    visit(RecipeField{"fast", "", "", at_least(0)}, o.slow);
  }
};

struct TakenNameOptions {
  double rate = .5;
  static void visit_fields(auto& o, auto&& visit) {
    visit(RecipeField{"learning rate", "lr", "", at_least(0)}, o.rate);
  }
};

struct OutOfRangeOptions {
  double share = 2;
  static void visit_fields(auto& o, auto&& visit) { visit(RecipeField{"share", "", "", within(0, 1)}, o.share); }
};

template <class O>
struct DescentWith : Descent {
  using Options = O;
  explicit DescentWith(std::unique_ptr<torch::optim::Optimizer> optimizer, const Options& = {}, double clip_norm = 0)
      : Descent(std::move(optimizer), {}, clip_norm) {}
};

/// Looks for a gate that not every topology has.
struct WantsGates {
  void on_epoch(const EpochEvent& event) { last = event.gates.at(0); }
  double last = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(right_training_pass) {
  BOOST_CHECK_NO_THROW(check_step<Descent>());
  BOOST_CHECK_NO_THROW(check_loss<CrossEntropy>());
}

BOOST_AUTO_TEST_CASE(wrong_losses) {
  must_find("a sum", "it is no mean over the batch", [] { check_loss(ChangedEntropy<Summed>()); });
  must_find("a number alone", "it cuts the logits' gradient off", [] { check_loss(ChangedEntropy<Detached>()); });
  must_find("one for each sample", "it gives shape (14), expected one number",
            [] { check_loss(ChangedEntropy<OneEach>()); });
  must_find("the wrong sign", "the loss should fall towards the labels", [] { check_loss(ChangedEntropy<Negated>()); });
  must_find("an overflow", "logits in the thousands give a loss that is not finite",
            [] { check_loss(ChangedEntropy<UnstableExp>()); });
  must_find("another dtype", "it gives Double for logits of Float", [] { check_loss(ChangedEntropy<InDouble>()); });
  must_find("an order", "it depends on the order of the samples", [] { check_loss(ChangedEntropy<LeansOnFirst>()); });
}

BOOST_AUTO_TEST_CASE(wrong_steps) {
  must_find("a step on no number", "run() goes on with a gradient that is not a number",
            [] { check_step<IgnoresNotANumber>(); });
  must_find("hidden state", "give it state() and load_state()", [] { check_step<HiddenMomentum>(); });
  must_find("half a state", "state() and load_state() leave something out", [] { check_step<HalfSavedMomentum>(); });
  must_find("the last measure", "run() returns what call 2 of pass() measured", [] { check_step<ReturnsLast>(); });
  must_find("no pass", "run() never calls pass()", [] { check_step<NeverPasses>(); });
  must_find("gradients left", "run() leaves gradients behind", [] { check_step<LeavesGradients>(); });
  must_find("no way back", "abandon(), weights are not those before the update", [] { check_step<ForgetsToReturn>(); });
  must_find("no clipping", "with clip_norm 0.001, plain gradient descent", [] { check_step<DoesNotClip>(); });
  must_find("the wrong way", "60 updates take the loss from", [] { check_step<GoesUp>(); });
}

BOOST_AUTO_TEST_CASE(wrong_options_of_steps) {
  must_find("two names of a value", "changing `slow` of Options does not change its text, and no other one",
            [] { check_step<DescentWith<TwoNamesOptions>>(); });
  must_find("a name of the recipe", "two values called `learning rate`, or the recipe has one",
            [] { check_step<DescentWith<TakenNameOptions>>(); });
  must_find("a default out of range", "share must be", [] { check_step<DescentWith<OutOfRangeOptions>>(); });
}

BOOST_AUTO_TEST_CASE(wrong_observers) {
  must_find("a hook that throws", "on_epoch() threw", [] { check_observer<WantsGates>(); });
}
