// SPDX-License-Identifier: MIT
//
// Steps and losses that are not the published ones, in whole runs: their values, their state and their resumption.

#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <limits>
#include <qcs/train/loss/soft_labels.hpp>
#include <qcs/train/parameter_names.hpp>
#include <qcs/train/step/look_sam_step.hpp>
#include <qcs/train/step/plain_step.hpp>
#include <qcs/train/trainer.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "linear_network.hpp"

using namespace qcs;

namespace {

/// A user's step: goes along a mean of the gradients so far, which it keeps by parameter.
class SlowStep {
 public:
  static constexpr std::string_view kName = "slow";

  struct Options {
    double inertia = .5;

    static void visit_fields(auto& options, auto&& visit) {
      visit(RecipeField{"inertia", "", "", within(0, 1)}, options.inertia);
    }
  };

  SlowStep(std::unique_ptr<torch::optim::Optimizer> optimizer, const Options& options, double)
      : optimizer_(std::move(optimizer)), inertia_(options.inertia) {}

  auto run(auto&& pass) {
    auto measured = pass();
    check_and_clip_gradients(*optimizer_, 0);
    const torch::NoGradGuard no_grad;
    for_each_gradient(*optimizer_, [&](const torch::Tensor&, torch::Tensor g, std::size_t i) {
      means_.resize(std::max(means_.size(), i + 1));
      if (!means_[i].defined()) means_[i] = torch::zeros_like(g);
      means_[i].mul_(inertia_).add_(g, 1 - inertia_);
      g.copy_(means_[i]);
    });
    optimizer_->step();
    optimizer_->zero_grad();
    return measured;
  }

  torch::optim::Optimizer& optimizer() { return *optimizer_; }
  void abandon() { optimizer_->zero_grad(); }

  io::NamedTensors state(const torch::nn::Module& module) {
    const auto names = parameter_names(*optimizer_, module);
    io::NamedTensors tensors;
    for (std::size_t i = 0; i < means_.size(); ++i) tensors.emplace_back(names[i], means_[i]);
    return tensors;
  }
  void load_state(const torch::nn::Module& module, const io::NamedTensors& tensors) {
    const auto names = parameter_names(*optimizer_, module);
    means_.assign(names.size(), {});
    for (std::size_t i = 0; i < names.size(); ++i)
      for (const auto& [name, tensor] : tensors)
        if (name == names[i]) means_[i] = tensor.clone();
  }

 private:
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  double inertia_;
  std::vector<torch::Tensor> means_ = {};
};
static_assert(StepPolicy<SlowStep> && StatefulStep<SlowStep>);

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / fmt::format("qcs-own-step-{}", ::getpid());
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

struct Recorder {
  RunInfo info = {};
  std::vector<StepEvent> steps = {};
  int skipped = 0;
  void on_run_begin(const RunInfo& i) { info = i; }
  void on_step(const StepEvent& event) { steps.push_back(event); }
  void on_skipped_step(const SkippedStepEvent&) { ++skipped; }
};

/// Tuples whose members are images of their labels, some batches of them not numbers.
struct Tuples : linear::Tuples {
  std::set<std::int64_t> poisoned = {};

  std::vector<linear::Batch>& epoch(int number, std::int64_t first = 0) {
    auto& batches = linear::Tuples::epoch(number, first);
    for (std::size_t k = 0; k < batches.size(); ++k) {
      if (poisoned.contains(first + static_cast<std::int64_t>(k)))
        batches[k].images.fill_(std::numeric_limits<double>::quiet_NaN());
      for (std::size_t i = 0; i < batches[k].members.size(); ++i)
        for (std::size_t b = 0; b < linear::kBranches; ++b)
          batches[k].members[i][b] = static_cast<std::size_t>(
              batches[k]
                  .labels[static_cast<std::size_t>(role_of<linear::Topology>(b))][static_cast<std::int64_t>(i)]
                  .item<std::int64_t>());
    }
    return batches;
  }
};

TrainerOptions options(int epochs, const std::filesystem::path& folder = {}) {
  return {.recipe = {.epochs = epochs, .learning_rate = .05, .optimizer = {.kind = OptimizerKind::kAdam}},
          .checkpoint_folder = folder};
}

template <class Step, class Loss = CrossEntropy>
struct Run {
  linear::Network network;
  Recorder seen = {};
  RunSummary summary = {};

  Run(const TrainerOptions& o, const TrainingParts<Step, Loss>& parts, const std::filesystem::path& resume = {},
      Tuples tuples = {}) {
    Trainer<linear::Network, Step, Loss> trainer(network, o, linear::labels(), parts);
    if (!resume.empty()) trainer.resume(resume);
    linear::Labelled labelled;
    summary = trainer.fit(tuples, labelled, {}, seen);
  }

  bool has_weights_of(const Run& other) const {
    return torch::equal(network->base, other.network->base) && torch::equal(network->cross, other.network->cross);
  }
};

auto says(std::string text) {
  return [text](const Error& error) {
    BOOST_TEST_INFO(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

/// Stops a run at every place where it can be stopped, and lets another one go on from there.
template <class Step>
void resume_everywhere(const typename Step::Options& step) {
  const Run<Step> whole(options(3), {.step = step});
  int places = 0;
  for (int place = 1;; ++place) {
    const Folder folder;
    auto stopped = options(3, folder.path);
    int asked = 0;
    stopped.stop = [&] { return ++asked == place; };
    const Run<Step> first(stopped, {.step = step});
    if (first.summary.end != RunEnd::kInterrupted) break;
    ++places;
    const Run<Step> second(options(3), {.step = step}, folder.path);
    BOOST_TEST(second.has_weights_of(whole), "stopped at " << place);
    BOOST_TEST(first.seen.steps.size() + second.seen.steps.size() == whole.seen.steps.size());
  }
  BOOST_TEST(places > 20);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(own_steps)

BOOST_AUTO_TEST_CASE(a_step_of_one_s_own_is_resumed_anywhere_with_its_state) { resume_everywhere<SlowStep>({}); }

BOOST_AUTO_TEST_CASE(look_sam_is_resumed_anywhere_between_two_climbs) {
  resume_everywhere<LookSamStep>({.rho = .3, .interval = 4});
}

BOOST_AUTO_TEST_CASE(the_state_of_a_step_matters) {
  const Folder folder;
  (void)Run<LookSamStep>(options(1, folder.path), {.step = {.rho = .3, .interval = 2}});
  auto checkpoint = load_checkpoint(folder.path / "last.pt");
  BOOST_REQUIRE(checkpoint.step.has_value());
  std::vector<std::string> names;
  for (const auto& [name, tensor] : *checkpoint.step) names.push_back(name);
  std::ranges::sort(names);
  BOOST_TEST(names == (std::vector<std::string>{"base.orthogonal", "cross.orthogonal", "norm", "position"}),
             boost::test_tools::per_element());
  const Run<LookSamStep> whole(options(2), {.step = {.rho = .3, .interval = 2}});
  for (auto& [name, tensor] : *checkpoint.step)
    if (name == "base.orthogonal") tensor.add_(1);
  save_checkpoint(folder.path / "changed.pt", checkpoint);
  const Run<LookSamStep> same(options(2), {.step = {.rho = .3, .interval = 2}}, folder.path / "last.pt");
  const Run<LookSamStep> other(options(2), {.step = {.rho = .3, .interval = 2}}, folder.path / "changed.pt");
  BOOST_TEST(same.has_weights_of(whole));
  BOOST_TEST(!other.has_weights_of(whole));
}

BOOST_AUTO_TEST_CASE(look_sam_with_an_interval_of_one_is_sam) {
  const Run<LookSamStep> look(options(2), {.step = {.rho = .3, .interval = 1}});
  const Run<SamStep> sam(options(2), {.step = {.rho = .3}});
  BOOST_TEST(torch::equal(look.network->base, sam.network->base));
  BOOST_TEST(torch::equal(look.network->cross, sam.network->cross));
}

BOOST_AUTO_TEST_CASE(a_step_that_is_undone_leaves_look_sam_s_state_as_it_was) {
  for (const bool in_second_pass : {false, true}) {
    auto w = torch::tensor({3., 4.}, torch::kFloat64).requires_grad_();
    struct Module : torch::nn::Module {
      explicit Module(const torch::Tensor& value) { register_parameter("w", value); }
    } module(w);
    LookSamStep step(make_optimizer({w}, {.kind = OptimizerKind::kSgd}, .1), {.rho = .5, .interval = 2});
    int poisoned = 0, passes = 0;  // the pass of a step that gives no finite gradient, from 1
    const auto run = [&] {
      passes = 0;
      return step.run([&] {
        const auto a = torch::tensor({1., 10.}, torch::kFloat64);
        auto loss = (a * w.square()).sum();
        if (++passes == poisoned) loss = loss * std::numeric_limits<double>::infinity();
        loss.backward();
        return 0;
      });
    };
    const auto state = [&] {
      std::vector<torch::Tensor> values;
      for (const auto& [name, tensor] : step.state(module)) values.push_back(tensor.to(torch::kFloat64).flatten());
      return torch::cat(values).clone();
    };
    const auto is_undone = [&] {
      const auto before = state(), weights = w.detach().clone();
      BOOST_CHECK_THROW(run(), NumericError);
      step.abandon();
      BOOST_TEST(torch::equal(state(), before));
      BOOST_TEST(torch::equal(w.detach(), weights));
    };
    poisoned = in_second_pass ? 2 : 1;
    is_undone();  // the very first climb
    poisoned = 0;
    run();
    BOOST_TEST(passes == 2);
    poisoned = 1;
    is_undone();  // between two climbs
    poisoned = 0;
    run();
    BOOST_TEST(passes == 1);
    poisoned = in_second_pass ? 2 : 1;
    is_undone();  // a climb, with a direction from before
    poisoned = 0;
    run();
    BOOST_TEST(passes == 2);
  }
}

BOOST_AUTO_TEST_CASE(a_run_with_look_sam_goes_on_behind_a_step_that_is_undone) {
  const Run<LookSamStep> run(options(2), {.step = {.interval = 2}}, {}, {{}, {1}});
  BOOST_TEST(run.seen.skipped == 2);
  BOOST_TEST(run.summary.steps == 4);
  BOOST_TEST(torch::isfinite(run.network->base).all().item<bool>());
}

BOOST_AUTO_TEST_CASE(gradients_that_look_sam_adds_to_have_the_length_that_alpha_says) {
  auto w = torch::tensor({3., 4.}, torch::kFloat64).requires_grad_();
  const auto a = torch::tensor({1., 10.}, torch::kFloat64);
  LookSamStep step(make_optimizer({w}, {.kind = OptimizerKind::kSgd}, .01), {.rho = .5, .interval = 2, .alpha = .25},
                   /*clip_norm=*/1e9);
  const auto run = [&] {
    step.run([&] {
      (a * w.square()).sum().backward();
      return 0;
    });
  };
  run();
  const auto before = w.detach().clone(), g = 2 * a * before;
  run();
  const auto added = (before - w.detach()) / .01 - g;
  BOOST_TEST(added.norm().item<double>() == .25 * g.norm().item<double>(), boost::test_tools::tolerance(1e-10));
}

BOOST_AUTO_TEST_CASE(a_state_that_does_not_fit_is_refused_with_all_its_faults) {
  linear::Network network;
  LookSamStep step(make_optimizer(network->parameters(), {}, .1));
  BOOST_CHECK_EXCEPTION(
      step.load_state(*network, {{"position", torch::tensor(1., torch::kFloat64)},
                                 {"base.orthogonal", torch::ones({2, 3})},
                                 {"gone.orthogonal", torch::ones({2})}}),
      CheckpointError,
      says("the state of step `looksam` does not fit: there is no number `position`; there is no number `norm`; "
           "base.orthogonal has shape (2, 3), expected (36, 3); nothing takes gone.orthogonal"));
}

BOOST_AUTO_TEST_CASE(a_step_without_the_state_that_it_needs_is_not_resumed) {
  const Folder sam, slow;
  (void)Run<SamStep>(options(1, sam.path), {});
  BOOST_TEST(!load_checkpoint(sam.path / "last.pt").step.has_value());
  BOOST_CHECK_EXCEPTION(Run<LookSamStep>(options(2), {}, sam.path), CheckpointError,
                        says("the step `looksam` goes on from a state of its own, and the checkpoint, of `sam`, has "
                             "none; go on with that step, or start a new run"));
  (void)Run<SlowStep>(options(1, slow.path), {});
  BOOST_CHECK_EXCEPTION(Run<LookSamStep>(options(2), {}, slow.path), CheckpointError,
                        says("and the checkpoint has that of `slow`"));
  const Run<SamStep> without(options(2), {}, slow.path);  // one without a state needs none
  BOOST_TEST(std::ranges::any_of(without.seen.info.notes,
                                 [](const auto& note) { return note.starts_with("step was slow, is now sam"); }));
}

BOOST_AUTO_TEST_CASE(values_of_a_step_are_checked_recorded_and_compared) {
  auto bad = options(0);
  BOOST_CHECK_EXCEPTION(Run<SlowStep>(bad, {.step = {.inertia = 2}}), ConfigError,
                        says("epochs must be at least 1, not 0; inertia must be within 0..1, not 2"));
  const Folder folder;
  const Run<SlowStep> first(options(1, folder.path), {.step = {.inertia = .25}});
  const auto* told = find_value(first.seen.info.recipe, "inertia");
  BOOST_REQUIRE(told != nullptr);
  BOOST_TEST(*told == "0.25");
  BOOST_TEST(find_value(first.seen.info.recipe, "rho") == nullptr);
  BOOST_TEST(find_value(first.seen.info.recipe, "loss") == nullptr);
  const Run<SlowStep> second(options(2), {.step = {.inertia = .75}}, folder.path);
  BOOST_TEST(
      second.seen.info.notes == (std::vector<std::string>{"epochs was 1, is now 2", "inertia was 0.25, is now 0.75"}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(own_losses)

namespace {

/// Rows of certainty for the six images of the list.
SoftLabels certain() {
  std::vector<double> table;
  for (int image = 0; image < 6; ++image)
    for (int c = 0; c < 3; ++c) table.push_back(image % 3 == c ? 1 : 0);
  return {table, 3};
}

struct Squares {
  static constexpr std::string_view kName = "squares";
  torch::Tensor operator()(const torch::Tensor& logits, const BranchTarget&) const { return logits.square().mean(); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(soft_labels_that_are_certain_train_like_the_labels) {
  const Run<PlainStep, SoftLabels> soft(options(2), {.loss = certain()});
  const Run<PlainStep> hard(options(2), {});
  BOOST_TEST(torch::allclose(soft.network->base, hard.network->base, 1e-9, 1e-12));
  BOOST_TEST(torch::allclose(soft.network->cross, hard.network->cross, 1e-9, 1e-12));
  BOOST_TEST(*find_value(soft.seen.info.recipe, "loss") == "soft labels");
  BOOST_TEST(find_value(soft.seen.info.recipe, "table of soft labels")->starts_with("6 x 3, "));
}

BOOST_AUTO_TEST_CASE(every_branch_is_compared_with_the_row_of_its_own_image) {
  auto table = std::vector<double>(18, 1. / 3);
  const Run<PlainStep, SoftLabels> flat(options(1), {.loss = SoftLabels(table, 3)});
  table[0] = 1, table[1] = table[2] = 0;  // image 0 alone
  const Run<PlainStep, SoftLabels> other(options(1), {.loss = SoftLabels(table, 3)});
  BOOST_TEST(!other.has_weights_of(flat));
  const auto few = SoftLabels({1, 0, 0}, 3);
  BOOST_CHECK_EXCEPTION((Run<PlainStep, SoftLabels>(options(1), {.loss = few})), DataError,
                        says("there are no soft labels for image"));
}

BOOST_AUTO_TEST_CASE(another_loss_or_table_is_told_on_resume) {
  const Folder folder;
  (void)Run<PlainStep, SoftLabels>(options(1, folder.path), {.loss = certain()});
  const Run<PlainStep> hard(options(1), {}, folder.path);
  BOOST_TEST(hard.seen.info.notes.at(0) == "loss was soft labels, is now cross entropy");
  const Run<PlainStep, SoftLabels> table(options(1), {.loss = SoftLabels(std::vector<double>(18, 1. / 3), 3)},
                                         folder.path);
  BOOST_TEST(table.seen.info.notes.at(0).starts_with("table of soft labels was 6 x 3, "));
  const Folder published;
  (void)Run<PlainStep>(options(1, published.path), {});
  const Run<PlainStep, Squares> squares(options(1), {.loss = Squares()}, published.path);
  BOOST_TEST(squares.seen.info.notes.at(0) == "loss was cross entropy, is now squares");
}

BOOST_AUTO_TEST_CASE(label_smoothing_of_recipe_and_loss_agree) {
  auto smooth = options(1);
  smooth.recipe.aids.label_smoothing = .2;
  const Run<PlainStep> from_recipe(smooth, {});
  const Run<PlainStep> given(smooth, {.loss = CrossEntropy({.label_smoothing = .2})});
  BOOST_TEST(given.has_weights_of(from_recipe));
  BOOST_CHECK_EXCEPTION(Run<PlainStep>(options(1), {.loss = CrossEntropy({.label_smoothing = .2})}), ConfigError,
                        says("label smoothing is 0 in the recipe and 0.2 in the loss `cross entropy`"));
  BOOST_CHECK_EXCEPTION((Run<PlainStep, SoftLabels>(smooth, {.loss = certain()})), ConfigError,
                        says("label smoothing is 0.2 in the recipe and 0 in the loss `soft labels`"));
  BOOST_CHECK_EXCEPTION((Run<PlainStep, SoftLabels>(options(1), {})), ConfigError,
                        says("the loss `soft labels` is not made from a recipe"));
}

BOOST_AUTO_TEST_SUITE_END()
