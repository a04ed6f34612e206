// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <qcs/infer/classifier.hpp>
#include <qcs/infer/graph/multiplications.hpp>
#include <qcs/infer/shipped_weights.hpp>
#include <qcs/model/backbone/backbones.hpp>
#include <qcs/presets/datasets.hpp>
#include <qcs/weights/base_branch_file.hpp>
#include <string>

#include "../io/support.hpp"

using namespace qcs;

BOOST_AUTO_TEST_CASE(the_shipped_weights_are_those_of_a_small_network_with_a_whole_card) {
  const auto file = read_weight_file(shipped_weights());
  const auto card = require_card(file, "none");
  BOOST_TEST((card.labels == Labels::of<FerPlus::Classes>()));
  BOOST_TEST((card.preprocessing.face_cut == face_cut_of<FerPlus>()));
  BOOST_TEST(!card.recipe.empty());
  BOOST_REQUIRE(card.architecture.has_value());
  BOOST_TEST(card.architecture->backbone == CompactBackbone::kName);
  std::int64_t parameters = 0;
  for (const auto& [name, tensor] : file.tensors) {
    const bool is_buffer = name.find("running_") != std::string::npos || name.find("luma") != std::string::npos;
    if (tensor.is_floating_point() && !is_buffer) parameters += tensor.numel();
    if (tensor.is_floating_point()) BOOST_TEST(tensor.isfinite().all().item<bool>(), name);
  }
  const auto work = multiplications(simplified(load_graph(ShippedBackbones(), file, card)));
  BOOST_TEST_MESSAGE("parameters " << parameters << ", multiplications " << work);
  BOOST_TEST(parameters == 764'200);  // docs/compact.md, examples/weights/README.md
  BOOST_TEST(work <= 80'000'000);
  BOOST_TEST(work > 20'000'000);
}

BOOST_AUTO_TEST_CASE(the_shipped_network_sees_a_colour_pictures_luma_alone) {
  auto classify = Classifier::load(shipped_weights());
  cv::Mat colour(48, 48, CV_8UC3);
  cv::randu(colour, cv::Scalar::all(0), cv::Scalar::all(256));
  cv::GaussianBlur(colour, colour, {9, 9}, 2);
  cv::Mat grey;
  cv::cvtColor(colour, grey, cv::COLOR_RGB2GRAY);
  const auto of_colour = classify(rgb(colour)), of_grey = classify(rgb(grey));
  BOOST_REQUIRE(of_colour.all.size() == 8u);
  for (std::size_t i = 0; i < 8; ++i)  // the grey picture is rounded to whole numbers
    BOOST_TEST(std::abs(of_colour.all[i] - of_grey.all[i]) < .02);
}

BOOST_AUTO_TEST_CASE(a_weight_that_float16_cannot_hold_is_named) {
  auto file = read_weight_file(shipped_weights());
  const auto card = require_card(file, "none");
  const auto found = std::ranges::find_if(file.tensors, [](const auto& entry) { return entry.second.dim() > 1; });
  BOOST_REQUIRE(found != file.tensors.end());
  found->second = found->second.to(torch::kFloat32).clone();
  found->second.view(-1)[0].fill_(1e6);
  const test::TemporaryFile output;
  BOOST_CHECK_EXCEPTION(write_base_branch(file, card, output.path(), /*half=*/true), CheckpointError,
                        [&](const CheckpointError& error) {
                          const std::string text = error.what();
                          return text.starts_with(found->first) && text.ends_with("1000000");
                        });
  write_base_branch(file, card, output.path());
  BOOST_TEST(std::filesystem::file_size(output.path()) > 1'000'000);
}
