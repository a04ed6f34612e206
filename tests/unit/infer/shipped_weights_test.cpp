// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <qcs/infer/classifier.hpp>
#include <qcs/infer/graph/multiplications.hpp>
#include <qcs/infer/shipped_weights.hpp>
#include <qcs/model/backbone/backbones.hpp>
#include <qcs/presets/datasets.hpp>

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
    if (tensor.is_floating_point()) parameters += tensor.numel();
    if (tensor.is_floating_point()) BOOST_TEST(tensor.isfinite().all().item<bool>(), name);
  }
  const auto work = multiplications(simplified(load_graph(ShippedBackbones(), file, card)));
  BOOST_TEST_MESSAGE("parameters " << parameters << ", multiplications " << work);
  BOOST_TEST(parameters <= 1'000'000);
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
