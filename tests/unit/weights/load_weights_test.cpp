// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/weights/load_weights.hpp>

using namespace qcs;

namespace {

struct Toy : torch::nn::Module {
  Toy() {
    register_module("embed_q", torch::nn::Linear(2, 3));
    register_module("norm", torch::nn::BatchNorm1d(3));
  }
};

io::NamedTensors weights_of(const torch::nn::Module& module, const std::string& prefix = "") {
  io::NamedTensors tensors;
  for (const auto& item : module.named_parameters())
    tensors.emplace_back(prefix + item.key(), torch::rand_like(item.value()));
  for (const auto& item : module.named_buffers())
    tensors.emplace_back(prefix + item.key(), torch::full_like(item.value(), 3));
  return tensors;
}

auto says(std::string text) {
  return [text](const CheckpointError& error) {
    BOOST_TEST_INFO(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(published_names_find_their_place) {
  Toy toy;
  auto tensors = weights_of(toy, "module.");
  for (auto& [name, tensor] : tensors)
    if (name.starts_with("module.embed_q")) name.replace(0, 14, "module.embed_1");
  tensors.emplace_back("module.VIT_base.CON1.weight", torch::ones({1}));
  tensors.emplace_back("module.fusion.classifier.weight", torch::ones({1}));
  const auto report = load_weights(toy, tensors);
  BOOST_TEST(report.exact());
  BOOST_TEST(report.loaded.size() == 7);
  BOOST_TEST(report.unused.size() == 2);
  BOOST_TEST(report.text() == "7 loaded, 2 unused by design; prefix `module.` taken off; 2 older names replaced");
  BOOST_TEST(torch::equal(toy.named_parameters()["embed_q.weight"], tensors[0].second));
  BOOST_TEST(toy.named_buffers()["norm.num_batches_tracked"].item<int>() == 3);
}

BOOST_AUTO_TEST_CASE(strict_loading_names_everything_and_changes_nothing) {
  Toy toy;
  const auto before = toy.named_parameters()["embed_q.weight"].clone();
  auto tensors = weights_of(toy);
  tensors[1] = {"embed_q.bias", torch::ones({4})};
  tensors[2].first = "extra";
  BOOST_CHECK_EXCEPTION(
      load_weights(toy, tensors), CheckpointError,
      says("5 loaded, 1 missing (norm.weight), 1 unexpected (extra), 1 of another shape (embed_q.bias has shape (4), "
           "expected (3))"));
  BOOST_TEST(torch::equal(toy.named_parameters()["embed_q.weight"], before));
}

BOOST_AUTO_TEST_CASE(partial_loading_takes_what_fits_and_says_what_not) {
  Toy toy;
  auto tensors = weights_of(toy);
  tensors[1] = {"embed_q.bias", torch::ones({4})};
  const auto report = load_weights(toy, tensors, {.matching = Matching::kPartial});
  BOOST_TEST(!report.exact());
  BOOST_TEST(report.mismatched.size() == 1);
  BOOST_TEST(torch::equal(toy.named_parameters()["embed_q.weight"], tensors[0].second));
}

BOOST_AUTO_TEST_CASE(a_part_is_found_under_its_prefix) {
  Toy toy;
  auto tensors = weights_of(toy, "module.ir_back.");
  tensors.emplace_back("module.ir_back.output_layer.0.weight", torch::ones({1}));
  tensors.emplace_back("module.conv1.weight", torch::ones({1}));
  const auto report = load_weights(toy, tensors, {.prefix = "ir_back."});
  BOOST_TEST(report.loaded.size() == 7);
  BOOST_TEST(report.unused == std::vector<std::string>{"output_layer.0.weight"});
}

BOOST_AUTO_TEST_CASE(two_tensors_of_one_place_are_refused) {
  Toy toy;
  auto tensors = weights_of(toy);
  tensors.emplace_back("module.embed_1.weight", torch::ones({3, 2}));
  BOOST_CHECK_EXCEPTION(load_weights(toy, tensors), CheckpointError, says("two tensors stand for embed_q.weight"));
}

BOOST_AUTO_TEST_CASE(modules_that_nothing_uses_are_known_by_name) {
  for (const auto* name : {"ir_back.output_layer.3.weight", "output_layer.0.bias", "VIT_base.patch_embed.proj.weight",
                           "VIT_cross.CON1.weight", "VIT_base.IRLinear2.bias", "VIT_cross.eca_block.conv.weight",
                           "VIT_base.blocks.1.conv.weight", "VIT_cross.blocks.12.conv.bias", "fusion.classifier.bias"})
    BOOST_TEST(unused_by_design(name), name);
  for (const auto* name : {"VIT_base.blocks.1.mlp.fc1.weight", "VIT_base.head.linear.weight", "conv1.weight",
                           "ir_back.body1.0.bias", "VIT_base.blocks.0.attn.conv.weight", "embed_q.0.weight"})
    BOOST_TEST(!unused_by_design(name), name);
}
