// SPDX-License-Identifier: MIT
//
// Teaches: a loss and a training step of one's own, with values that are described, saved and compared on resume.
//
//     OMP_NUM_THREADS=1 04_own_loss_and_step run [EPOCHS]
//
// Ends on 210 drawn faces that it has not seen with `accuracy 92.9 %` (chance 14 %). Called again it goes on with the
// run, to the same numbers as if it had never stopped.

#include <filesystem>
#include <map>
#include <qcs/experiment/experiment.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/program/process.hpp>
#include <qcs/train/optimizer/gradient.hpp>
#include <qcs/train/parameter_names.hpp>

#include "drawn_data_set.hpp"
#include "narrow_backbone.hpp"

namespace {

class FocalLoss;
class Lookahead;
using Net = qcs::DcsNetwork<qcs::examples::NarrowBackbone>;
using Run = qcs::Experiment<Net, Lookahead, FocalLoss>;

/// Cross entropy of which each image counts (1 - p)^gamma, p being the probability of its own class: what is known
/// already weighs little (Lin et al., ICCV 2017).
class FocalLoss {
 public:
  static constexpr std::string_view kName = "focal";
  static constexpr bool kReadsImages = false;  // the labels are enough

  explicit FocalLoss(double gamma) : gamma_(gamma) {}

  torch::Tensor operator()(const torch::Tensor& logits, const qcs::BranchTarget& target) const {
    const auto log_p = logits.log_softmax(1).gather(1, target.labels.unsqueeze(1));
    return -((1 - log_p.exp()).pow(gamma_) * log_p).mean();
  }

  /// What reports and checkpoints say of it.
  qcs::NamedValues values() const { return {{"gamma of the focal loss", fmt::format("{}", gamma_)}}; }

 private:
  double gamma_;
};

/// After every `interval` steps of the optimiser, the slow weights go the share `alpha` of the way to its weights, and
/// it goes on from there (Zhang et al., NeurIPS 2019).
class Lookahead {
 public:
  static constexpr std::string_view kName = "lookahead";

  struct Options {
    int interval = 5;
    double alpha = .5;

    static void visit_fields(auto& o, auto&& visit) {  // name, option of programs, help, range
      visit(qcs::RecipeField{"steps to look ahead", "look-steps", "steps before one back", qcs::at_least(1)},
            o.interval);
      visit(qcs::RecipeField{"alpha of lookahead", "look-alpha", "share of the way that is kept", qcs::above(0)},
            o.alpha);
    }
  };

  Lookahead(std::unique_ptr<torch::optim::Optimizer> optimizer, const Options& options, double clip_norm)
      : optimizer_(std::move(optimizer)), options_(options), clip_norm_(clip_norm) {
    for (const auto& fast : weights()) slow_.push_back(fast.detach().clone());
  }

  auto run(auto&& pass) {
    auto measured = pass();
    qcs::check_and_clip_gradients(*optimizer_, clip_norm_);  // throws before anything has changed
    optimizer_->step();
    optimizer_->zero_grad();
    position_ = (position_ + 1) % options_.interval;
    if (position_ == 0) look_back();
    return measured;
  }

  torch::optim::Optimizer& optimizer() { return *optimizer_; }
  void abandon() { optimizer_->zero_grad(); }

  /// Goes into checkpoints, by the names of the parameters.
  qcs::io::NamedTensors state(const torch::nn::Module& module) {
    qcs::io::NamedTensors tensors{{"position", torch::tensor(position_)}};
    const auto names = qcs::parameter_names(*optimizer_, module);
    for (std::size_t i = 0; i < slow_.size(); ++i) tensors.emplace_back(names[i] + ".slow", slow_[i].cpu());
    return tensors;
  }

  void load_state(const torch::nn::Module& module, const qcs::io::NamedTensors& tensors) {
    const std::map<std::string, torch::Tensor> by_name(tensors.begin(), tensors.end());
    const auto find = [&](const std::string& name, torch::IntArrayRef shape) {
      const auto found = by_name.find(name);
      if (found == by_name.end() || found->second.sizes() != shape)
        throw qcs::CheckpointError(fmt::format("the state of lookahead has no {} of the right shape", name));
      return found->second;
    };
    const auto position = find("position", {}).item<int>();
    const auto names = qcs::parameter_names(*optimizer_, module);
    std::vector<torch::Tensor> slow;
    for (std::size_t i = 0; i < slow_.size(); ++i) slow.push_back(find(names[i] + ".slow", slow_[i].sizes()));
    for (std::size_t i = 0; i < slow_.size(); ++i) slow_[i].copy_(slow[i]);
    position_ = position % options_.interval;
  }

 private:
  std::vector<torch::Tensor> weights() const {
    std::vector<torch::Tensor> all;
    for (const auto& group : optimizer_->param_groups())
      all.insert(all.end(), group.params().begin(), group.params().end());
    return all;
  }

  void look_back() {
    const torch::NoGradGuard no_grad;
    const auto fast = weights();
    for (std::size_t i = 0; i < slow_.size(); ++i) fast[i].copy_(slow_[i].lerp_(fast[i], options_.alpha));
  }

  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  Options options_;
  double clip_norm_;
  int position_ = 0;  // steps since the last way back
  std::vector<torch::Tensor> slow_ = {};
};

int run(int argc, char** argv) {
  if (argc < 2) throw qcs::program::UsageError("04_own_loss_and_step OUT [EPOCHS]");
  const std::filesystem::path out = argv[1];
  qcs::Recipe recipe{.epochs = argc > 2 ? std::stoi(argv[2]) : 6, .batch_size = 8, .learning_rate = 1e-3, .seed = 1};
  recipe.transform.colour_jitter = false;  // the drawn faces' own colours differ enough
  recipe.transform.erase_probability = 0;
  Run run(out, qcs::examples::draw_data_set(120, 30, 1), recipe, {}, {.step = {.interval = 5}, .loss = FocalLoss(2)});
  if (std::filesystem::exists(out / "last.pt")) run.resume();
  run.fit();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
