// SPDX-License-Identifier: MIT
//
// Four steps against those of tests/python/training_references.py, which wrote tests/data/references.

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <qcs/train/loss/cross_entropy.hpp>
#include <qcs/train/loss/soft_labels.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/step/look_sam_step.hpp>
#include <qcs/train/step/plain_step.hpp>
#include <string>
#include <vector>

using namespace qcs;

namespace {

using Json = nlohmann::json;

Json reference(const std::string& name) {
  std::ifstream file(std::string(QCS_TEST_DATA) + "/references/" + name + ".json");
  return Json::parse(file);
}

template <class Number>
torch::Tensor tensor_of(const Json& json) {
  return torch::tensor(json.at("values").get<std::vector<Number>>())
      .view(json.at("shape").get<std::vector<std::int64_t>>());
}

/// tanh(images x first.weight + first.bias) x second.weight + second.bias, in float64.
struct TwoLayers : torch::nn::Module {
  explicit TwoLayers(const Json& parameters) {
    for (const std::string layer : {"first", "second"}) {
      const auto module = register_module(layer, std::make_shared<torch::nn::Module>());
      for (const std::string part : {"weight", "bias"})
        module->register_parameter(part, tensor_of<double>(parameters.at(layer + "." + part)));
    }
  }

  torch::Tensor forward(const torch::Tensor& images) {
    const auto p = named_parameters();
    const auto hidden = (images.mm(p["first.weight"]) + p["first.bias"]).tanh();
    return hidden.mm(p["second.weight"]) + p["second.bias"];
  }
};

constexpr double kTolerance = 1e-10;  // relative, of every single number

/// Trains with `step` and `loss`, and compares the loss before and all parameters after every step.
void compare(const Json& file, const std::string& optimizer, auto make_step, const auto& loss) {
  const auto& problem = file.at("problem");
  TwoLayers network(problem.at("parameters"));
  const auto images = tensor_of<double>(problem.at("images"));
  const auto labels = tensor_of<std::int64_t>(problem.at("labels"));
  const auto batches = tensor_of<std::int64_t>(problem.at("batches"));
  auto step = make_step(optimizer == "sgd"
                            ? make_optimizer(network.parameters(), {.kind = OptimizerKind::kSgd, .momentum = .9}, .1)
                            : make_optimizer(network.parameters(), {.kind = OptimizerKind::kAdam}, .01));
  const auto& expected = file.at("runs").at(optimizer);
  BOOST_REQUIRE(expected.size() == 4U);
  for (std::size_t t = 0; t < expected.size(); ++t) {
    const auto batch = batches[static_cast<std::int64_t>(t)];
    const BranchTarget target{.labels = labels.index_select(0, batch), .images = batch};
    const double measured = step.run([&] {
      const auto value = loss(network.forward(images.index_select(0, batch)), target);
      value.backward();
      return value.template item<double>();
    });
    BOOST_TEST(measured == expected[t].at("loss").template get<double>(), boost::test_tools::tolerance(kTolerance));
    for (const auto& item : network.named_parameters()) {
      const auto values = expected[t].at("parameters").at(item.key()).template get<std::vector<double>>();
      const auto ours = item.value().detach().flatten();
      BOOST_REQUIRE(ours.numel() == static_cast<std::int64_t>(values.size()));
      for (std::size_t i = 0; i < values.size(); ++i)
        BOOST_TEST(ours[static_cast<std::int64_t>(i)].template item<double>() == values[i],
                   boost::test_tools::tolerance(kTolerance));
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(references)

BOOST_AUTO_TEST_CASE(look_sam_goes_where_algorithm_1_of_its_paper_goes) {
  const auto file = reference("look_sam");
  const auto& values = file.at("values");
  for (const std::string optimizer : {"sgd", "adam"})
    compare(
        file, optimizer,
        [&](auto base) {
          return LookSamStep(std::move(base),
                             {.rho = values.at("rho"), .interval = values.at("k"), .alpha = values.at("alpha")});
        },
        CrossEntropy());
}

BOOST_AUTO_TEST_CASE(soft_labels_are_what_their_formula_says) {
  const auto file = reference("soft_labels");
  const auto& table = file.at("problem").at("table");
  const SoftLabels loss(table.at("values").get<std::vector<double>>(), table.at("shape").at(1).get<std::int64_t>());
  for (const std::string optimizer : {"sgd", "adam"})
    compare(
        file, optimizer, [](auto base) { return PlainStep(std::move(base)); }, loss);
}

BOOST_AUTO_TEST_SUITE_END()
