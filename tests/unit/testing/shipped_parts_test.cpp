// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/data/augment/grid_distortion.hpp>
#include <qcs/data/memory_store.hpp>
#include <qcs/model/attention/cross_similarity.hpp>
#include <qcs/model/attention/dot_product.hpp>
#include <qcs/model/backbone/compact.hpp>
#include <qcs/model/backbone/ir50.hpp>
#include <qcs/model/backbone/resnet18.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/head/cross_similarity_head.hpp>
#include <qcs/model/token/coarse_tokens.hpp>
#include <qcs/nn/gaussian_head.hpp>
#include <qcs/nn/squeeze_excite_head.hpp>
#include <qcs/report/console/console.hpp>
#include <qcs/report/files/run_files.hpp>
#include <qcs/report/files/tensorboard.hpp>
#include <qcs/testing.hpp>
#include <qcs/topology/sextuplet.hpp>
#include <qcs/topology/triplet.hpp>
#include <qcs/train/loss/cross_entropy.hpp>
#include <qcs/train/loss/soft_labels.hpp>
#include <qcs/train/observer_base.hpp>
#include <qcs/train/step/look_sam_step.hpp>
#include <qcs/train/step/plain_step.hpp>
#include <qcs/train/step/sam_step.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "../report/temporary_folder.hpp"

// Every part that the library has passes the checks that it offers for others'.

using namespace qcs;
using namespace qcs::testing;

namespace {

/// A check's report becomes the failure's text.
void must_pass(auto&& check) {
  try {
    check();
    BOOST_CHECK(true);
  } catch (const CheckError& error) {
    BOOST_ERROR(error.what());
  }
}

/// For backbones whose passes take seconds.
BackboneCheckOptions quick() {
  BackboneCheckOptions options;
  options.batch = 1;
  options.module.gradient.directions = 1;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(topologies) {
  must_pass([] { check_topology<Dual>(); });
  must_pass([] { check_topology<Triplet>(); });
  must_pass([] { check_topology<Quadruplet>(); });
  must_pass([] { check_topology<QuadrupletSimilar>(); });
  must_pass([] { check_topology<QuadrupletDissimilar>(); });
  must_pass([] { check_topology<Sextuplet>(); });
}

BOOST_AUTO_TEST_CASE(tuples_are_printed) {
  std::ostringstream out;
  check_topology<Triplet>(&out);
  BOOST_TEST(out.str() == tuple_text<Triplet>());
  BOOST_TEST(
      out.str().starts_with("TCS: 3 images of 2 classes a tuple, with a gate in the published head\n"
                            "  anchor and positive are similar\n"
                            "  anchor and negative are dissimilar\n"
                            "  anchor: image "));
}

BOOST_AUTO_TEST_CASE(samplers_and_rules_for_negatives) {
  must_pass([] { check_tuple_sampler<TupleSampler<Dual>, Dual>(); });
  must_pass([] { check_tuple_sampler<TupleSampler<Quadruplet>, Quadruplet>(); });
  must_pass([] { check_tuple_sampler<TupleSampler<Sextuplet, ClassFirstNegatives>, Sextuplet>(); });
  must_pass([] { check_negative_rule<RecipeNegatives>(); });
  must_pass([] { check_negative_rule<AnyImageNegatives>(); });
  must_pass([] { check_negative_rule<ClassFirstNegatives>(); });
}

BOOST_AUTO_TEST_CASE(augmenters) {
  must_pass([] { check_augmenter<TrainTransform>(); });
  must_pass([] { check_augmenter<GridDistortion>(); });
}

BOOST_AUTO_TEST_CASE(image_stores) {
  std::vector<MemoryImage> images;
  for (int i = 0; i < 6; ++i) {
    const auto type = i % 2 == 0 ? CV_8UC3 : CV_8UC1;
    images.push_back({"image" + std::to_string(i), i % 3, cv::Mat(5 + i, 4, type, cv::Scalar(i, 2, 3))});
  }
  must_pass([&] { check_image_store(MemoryStore(images), {.classes = 3}); });
}

BOOST_AUTO_TEST_CASE(face_detectors) {
  must_pass([] { check_face_detector(WholePicture(), {cv::Mat(60, 40, CV_8UC3, cv::Scalar(1, 2, 3))}, {1}); });
}

BOOST_AUTO_TEST_CASE(small_backbone) {
  must_pass([] { check_backbone<SmallBackbone>(); });
  must_pass([] { check_backbone<CompactBackbone>(); });
}

BOOST_AUTO_TEST_CASE(ir50_backbone) {
  must_pass([] { check_backbone<Ir50>({}, quick()); });
}

BOOST_AUTO_TEST_CASE(resnet18_backbone) {
  must_pass([] { check_backbone<ResNet18>({}, quick()); });
}

BOOST_AUTO_TEST_CASE(token_embeddings) {
  must_pass([] { check_token_embedding<PyramidTokens>(); });
  must_pass([] { check_token_embedding<CoarseTokens>(); });
  must_pass([] { check_token_embedding<CoarseTokens, ResNet18>(); });
}

BOOST_AUTO_TEST_CASE(class_heads) {
  must_pass([] { check_class_head<SqueezeExciteHead>(); });
  must_pass([] { check_class_head<GaussianHead>(); });
}

BOOST_AUTO_TEST_CASE(interactions) {
  must_pass([] {
    check_interaction<CrossSimilarity, Dual, Triplet, Quadruplet, QuadrupletSimilar, QuadrupletDissimilar, Sextuplet>();
  });
  must_pass([] {
    check_interaction<PerSampleCrossSimilarity, Dual, Triplet, Quadruplet, QuadrupletSimilar, QuadrupletDissimilar,
                      Sextuplet>({.rows_alone = true});
  });
  must_pass([] { check_interaction<DotProduct, Dual, Quadruplet, Sextuplet>({.rows_alone = true}); });
}

BOOST_AUTO_TEST_CASE(residuals_and_cross_classifiers) {
  must_pass([] { check_residual<NormedResidual>(); });
  must_pass([] { check_residual<PreNormResidual>(); });
  must_pass([] { check_cross_classifier<TransformerClassifier>(); });
  must_pass([] { check_cross_classifier<BilinearClassifier>(); });
}

BOOST_AUTO_TEST_CASE(heads) {
  must_pass([] { check_head<CrossSimilarityHead<>, Dual, Quadruplet, Sextuplet>(); });
  must_pass([] { check_head<CrossSimilarityHead<PreNormResidual, DotProduct, BilinearClassifier>, Dual>(); });
  HeadCheckOptions alone;
  alone.module.rows_alone = true;
  must_pass([&] { check_head<CrossSimilarityHead<NormedResidual, PerSampleCrossSimilarity>, Triplet>(alone); });
}

BOOST_AUTO_TEST_CASE(losses) {
  must_pass([] { check_loss<CrossEntropy>(); });
  must_pass([] { check_loss(CrossEntropy({.label_smoothing = .1})); });
  std::vector<double> table;
  for (int image = 0; image < 14; ++image)
    for (int c = 0; c < 7; ++c) table.push_back(c == image % 7 ? .7 : .05);
  must_pass([&] { check_loss(SoftLabels(table, 7)); });
}

BOOST_AUTO_TEST_CASE(steps) {
  must_pass([] { check_step<PlainStep>(); });
  must_pass([] { check_step<SamStep>(); });
  must_pass([] { check_step<SamStep>({.rho = .5, .adaptive = true}); });
  must_pass([] { check_step<LookSamStep>(); });
  must_pass([] { check_step<LookSamStep>({.interval = 2}); });
}

BOOST_AUTO_TEST_CASE(observers) {
  must_pass([] { check_observer<Observer>(); });
  std::ostringstream shown;
  ConsoleReporter console(1, ProgressLine(shown, 0));
  must_pass([&] { check_observer(console); });
  BOOST_TEST(shown.str().find("step undone") != std::string::npos);
  const test::TemporaryFolder folder;
  RunFiles files(folder / "");
  must_pass([&] { check_observer(files); });
  TensorBoardFile board(folder / "");
  must_pass([&] { check_observer(board); });
}

BOOST_AUTO_TEST_CASE(a_check_leaves_the_generator_as_it_was) {
  torch::manual_seed(5);
  const auto expected = torch::rand({4});
  torch::manual_seed(5);
  check_class_head<GaussianHead>();
  BOOST_TEST(torch::equal(torch::rand({4}), expected));
}
