// SPDX-License-Identifier: MIT
//
// How names of files become names of a module, and when they stay as they are.

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

/// Children that have the names of wrappers and of older published layers.
struct Awkward : torch::nn::Module {
  Awkward() {
    register_module("module", torch::nn::Linear(2, 3));
    register_module("embed_1", torch::nn::Linear(2, 3));
    register_module("_orig_mod", torch::nn::Linear(2, 3));
  }
};

io::NamedTensors weights_of(const torch::nn::Module& module, const std::string& prefix = "") {
  io::NamedTensors tensors;
  for (const auto& [name, tensor] : qcs::io::named_tensors(module))
    tensors.emplace_back(prefix + name, torch::full_like(tensor, 3));
  return tensors;
}

auto says(std::string text) {
  return [text](const CheckpointError& error) {
    BOOST_TEST_INFO(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

bool all_threes(const torch::nn::Module& module) {
  for (const auto& [name, tensor] : qcs::io::named_tensors(module))
    if (!(tensor == 3).all().item<bool>()) return false;
  return true;
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_prefix_before_all_names_is_taken_off_and_said) {
  for (const std::string prefix :
       {"module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module.", "module.module.", "model.", "net.",
        "backbone.encoder.", "ema_", "student_model.", "_forward_module."}) {
    Toy toy;
    const auto report = load_weights(toy, weights_of(toy, prefix));
    BOOST_TEST(report.exact());
    BOOST_TEST(all_threes(toy));
    BOOST_TEST(report.notes == std::vector<std::string>{fmt::format("prefix `{}` taken off", prefix)});
  }
  Toy toy;
  BOOST_TEST(load_weights(toy, weights_of(toy)).notes.empty());
}

BOOST_AUTO_TEST_CASE(wrappers_within_names_are_left_out_and_said) {
  Toy toy;
  auto tensors = weights_of(toy);
  for (auto& [name, tensor] : tensors)
    if (name.starts_with("norm.")) name.insert(5, "_orig_mod.");
  const auto report = load_weights(toy, tensors);
  BOOST_TEST(all_threes(toy));
  BOOST_TEST(report.notes == std::vector<std::string>{"names taken without `_orig_mod`"});
}

BOOST_AUTO_TEST_CASE(names_that_fit_stay_as_they_are) {
  Awkward awkward;
  const auto tensors = weights_of(awkward);
  const auto mapping = map_names(awkward, tensors);
  BOOST_TEST(mapping.changes().empty());
  for (std::size_t i = 0; i < tensors.size(); ++i) BOOST_TEST(mapping.names[i] == tensors[i].first);
  BOOST_TEST(load_weights(awkward, tensors).exact());
  BOOST_TEST(all_threes(awkward));
  // Under a wrapper of their own, too.
  BOOST_TEST(load_weights(awkward, weights_of(awkward, "module.")).exact());
  struct OnlyModule : torch::nn::Module {
    OnlyModule() { register_module("module", torch::nn::Linear(2, 3)); }
  } only;
  BOOST_TEST(load_weights(only, weights_of(only)).notes.empty());
  BOOST_TEST(load_weights(only, weights_of(only), {.exact_names = true}).exact());
}

BOOST_AUTO_TEST_CASE(exact_names_are_not_touched) {
  Toy toy;
  BOOST_CHECK_EXCEPTION(load_weights(toy, weights_of(toy, "module."), {.exact_names = true}), CheckpointError,
                        says("0 loaded, 6 missing"));
}

BOOST_AUTO_TEST_CASE(a_prefix_that_some_names_lack_is_named_and_kept) {
  Toy toy;
  auto tensors = weights_of(toy, "model.");
  tensors.emplace_back("criterion.weight", torch::ones({3}));
  BOOST_CHECK_EXCEPTION(
      load_weights(toy, tensors), CheckpointError,
      says("7 of its 8 names would fit without the prefix `model.`, but not all have it: criterion.weight"));
}

BOOST_AUTO_TEST_CASE(counters_of_batches_may_be_absent) {
  Toy toy;
  auto tensors = weights_of(toy);
  std::erase_if(tensors, [](const auto& named) { return named.first.ends_with("num_batches_tracked"); });
  const auto report = load_weights(toy, tensors);
  BOOST_TEST(report.exact());
  BOOST_TEST(report.text() == "6 loaded; 1 counters of batches are not in the file");
  std::erase_if(tensors, [](const auto& named) { return named.first.ends_with("running_mean"); });
  BOOST_CHECK_EXCEPTION(load_weights(toy, tensors), CheckpointError, says("1 missing (norm.running_mean)"));
}

BOOST_AUTO_TEST_CASE(published_names_are_found_without_a_module) {
  const io::NamedTensors file{{"model.VIT_base.cls_token", torch::ones({1})},
                              {"model.embed_1.0.weight", torch::ones({1})}};
  const auto mapping = map_to_published_names(file);
  BOOST_TEST(mapping.prefix == "model.");
  BOOST_TEST(mapping.names == (std::vector<std::string>{"VIT_base.cls_token", "embed_q.0.weight"}));
  const io::NamedTensors foreign{{"module.layer.weight", torch::ones({1})}, {"module.other", torch::ones({1})}};
  BOOST_TEST(map_to_published_names(foreign).names ==
             (std::vector<std::string>{"module.layer.weight", "module.other"}));
}
