// SPDX-License-Identifier: MIT
//
// What precision, memory format and execution of branches change in training, and what they leave as it is.

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <qcs/core/autocast.hpp>
#include <qcs/model/attention/contribution.hpp>
#include <qcs/train/trainer.hpp>

#include "toy.hpp"

using namespace qcs;

namespace {

const Placement kBf16{.precision = Precision::kBfloat16};

struct Way {
  BranchExecution execution;
  Precision precision;
  MemoryFormat format;

  std::string name() const { return fmt::format("{} {} {}", name_of(execution), name_of(precision), name_of(format)); }
};

std::vector<Way> all_ways() {
  std::vector<Way> ways;
  for (const auto execution : {BranchExecution::kInTurn, BranchExecution::kTogether})
    for (const auto precision : {Precision::kFloat32, Precision::kBfloat16})
      for (const auto format : {MemoryFormat::kContiguous, MemoryFormat::kChannelsLast})
        ways.push_back({execution, precision, format});
  return ways;
}

Trainer<toy::Net<Dual>> trainer(const Way& way, std::filesystem::path folder = {}, StopCheck stop = {},
                                std::uint64_t seed = 1) {
  torch::manual_seed(seed);
  toy::Net<Dual> network(NetworkOptions{.classes = toy::kClasses, .cross_dropout = .1, .execution = way.execution});
  return {network,
          {.recipe =
               {.epochs = 2, .learning_rate = 2e-3, .seed = 5, .execution = way.execution, .precision = way.precision},
           .memory_format = way.format,
           .checkpoint_folder = std::move(folder),
           .stop = std::move(stop)},
          toy::labels()};
}

struct Notes {
  std::vector<std::string> notes;
  std::vector<double> losses;
  void on_run_begin(const RunInfo& info) { notes = info.notes; }
  void on_step(const StepEvent& event) { losses.push_back(event.loss); }
};

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / fmt::format("qcs-precision-{}", ::getpid());
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(precision_ends_with_the_guard) {
  BOOST_TEST(!product_type(torch::kCPU).has_value());
  {
    const ComputePrecision low(kBf16);
    BOOST_TEST((product_type(torch::kCPU) == torch::kBFloat16));
    BOOST_TEST((torch::matmul(torch::ones({2, 2}), torch::ones({2, 2})).scalar_type() == torch::kBFloat16));
    {
      const ComputePrecision exact(Placement{});
      BOOST_TEST(!product_type(torch::kCPU).has_value());
    }
    BOOST_TEST((product_type(torch::kCPU) == torch::kBFloat16));
  }
  BOOST_TEST(!product_type(torch::kCPU).has_value());
}

BOOST_AUTO_TEST_CASE(a_weight_that_changes_between_two_passes_is_cast_anew) {
  torch::nn::Linear layer(torch::nn::LinearOptions(4, 4).bias(false));
  const auto x = torch::ones({1, 4});
  const auto output = [&] {
    const ComputePrecision low(kBf16);
    return layer->forward(x).to(torch::kFloat32);
  };
  const auto set = [&](double value) {
    const torch::NoGradGuard no_grad;
    layer->weight.fill_(value);
  };
  for (const double value : {1., 2., 3.}) {
    set(value);
    BOOST_TEST(torch::equal(output(), torch::full({1, 4}, 4 * value)));
  }
}

BOOST_AUTO_TEST_CASE(distances_and_losses_are_float32) {
  torch::manual_seed(1);
  const auto a = torch::randn({2, 30, 8}).to(torch::kBFloat16), b = torch::randn({2, 30, 8}).to(torch::kBFloat16);
  const ComputePrecision low(kBf16);
  const auto scores = token_scores(a, b);
  BOOST_TEST((scores.distance.scalar_type() == torch::kFloat32));
  const auto raw = (a.to(torch::kFloat64).unsqueeze(2) - b.to(torch::kFloat64).unsqueeze(1)).norm(2, {-1});
  BOOST_TEST((scores.distance - (raw - raw.min())).abs().max().item<double>() < 1e-5);
  BranchOutput<Dual> output;
  RoleLabels<Dual> labels;
  for (auto* logits : {&output.base_logits, &output.cross_logits})
    for (auto& tensor : *logits) tensor = torch::randn({2, 3}).to(torch::kBFloat16);
  for (auto& tensor : labels) tensor = torch::tensor({0, 2}, torch::kInt64);
  BOOST_TEST((branch_losses<Dual>(output, labels).mean().scalar_type() == torch::kFloat32));
}

BOOST_AUTO_TEST_CASE(all_ways_train_to_nearly_the_same_weights_which_are_float32) {
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled;
  Notes expected;
  auto plain = trainer(all_ways()[0]);
  plain.fit(tuples, labelled, {}, expected);
  for (const auto& way : all_ways()) {
    auto run = trainer(way);
    Notes told;
    run.fit(tuples, labelled, {}, told);
    BOOST_REQUIRE(told.losses.size() == expected.losses.size());
    // Dropout draws other numbers where branches pass together, and small differences grow from step to step.
    const bool exact = way.precision == Precision::kFloat32 && way.execution == BranchExecution::kInTurn;
    const auto tolerance = [&](std::size_t step) { return exact ? (step == 0 ? 1e-4 : 2e-3) : step == 0 ? .05 : .4; };
    for (std::size_t i = 0; i < told.losses.size(); ++i)
      BOOST_TEST(std::abs(told.losses[i] - expected.losses[i]) < tolerance(i),
                 way.name() << " step " << i << ": " << told.losses[i] << ", expected " << expected.losses[i]);
    for (const auto& item : run.network()->named_parameters())
      BOOST_TEST((item.value().scalar_type() == torch::kFloat32), item.key());
    const bool low = way.precision == Precision::kBfloat16;
    if (low) BOOST_TEST((told.losses != expected.losses), "bf16 changes nothing");
  }
}

BOOST_AUTO_TEST_CASE(a_run_stopped_and_resumed_has_the_same_bits_in_every_way) {
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled;
  for (const auto& way : all_ways()) {
    const Folder folder;
    auto whole = trainer(way);
    Notes expected;
    whole.fit(tuples, labelled, {}, expected);
    int asked = 0;
    auto first = trainer(way, folder.path, [&] { return ++asked == 7; });
    BOOST_TEST((first.fit(tuples, labelled, {}).end == RunEnd::kInterrupted), way.name());
    auto second = trainer(way, {}, {}, /*seed=*/77);
    second.resume(folder.path);
    Notes rest;
    second.fit(tuples, labelled, {}, rest);
    BOOST_TEST(toy::same_weights(*whole.network(), *second.network()), way.name());
    BOOST_TEST(rest.losses.back() == expected.losses.back(), way.name());
    BOOST_TEST(rest.notes.empty(), way.name());
  }
}

BOOST_AUTO_TEST_CASE(a_run_that_goes_on_in_another_way_is_told_once) {
  toy::Tuples<Dual> tuples;
  toy::Labelled labelled;
  const Folder folder;
  const auto ways = all_ways();
  trainer(ways.front(), folder.path).fit(tuples, labelled, {});
  auto second = trainer(ways.back());
  second.resume(folder.path);
  Notes told;
  second.fit(tuples, labelled, {}, told);
  const std::vector<std::string> expected{
      "branches was in-turn, is now together", "precision was fp32, is now bf16",
      "memory format was contiguous, is now channels-last; the last digits of the results may differ",
      "all 2 epochs are done; ask for more epochs to go on"};
  BOOST_TEST(told.notes == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tf32_is_refused_on_a_cpu) {
  BOOST_CHECK_EXCEPTION(
      (void)trainer({BranchExecution::kInTurn, Precision::kTf32, MemoryFormat::kContiguous}), ConfigError,
      [](const ConfigError& error) { return std::string(error.what()).find("CUDA devices") != std::string::npos; });
}
