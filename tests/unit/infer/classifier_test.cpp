// SPDX-License-Identifier: MIT
#include <atomic>
#include <barrier>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <qcs/infer/classifier.hpp>
#include <qcs/io/safetensors.hpp>
#include <qcs/io/torch/write_torch.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/presets/published_card.hpp>
#include <qcs/train/state/checkpoint.hpp>
#include <thread>
#include <vector>

#include "../io/support.hpp"
#include "support.hpp"

using namespace qcs;
using test::says;

namespace {

using Net = DcsNetwork<SmallBackbone>;

Net network() { return test::trained_network<Net>(/*seed=*/3, /*classes=*/3); }

Card card() {
  return {.labels = {.name = "three", .classes = {"a", "b", "c"}},
          .preprocessing = {.resize = 232, .crop = 224},
          .architecture = network()->architecture()};
}

void write(const test::TemporaryFile& file, Net& net, const io::Metadata& metadata) {
  io::write_safetensors(file.path(), state_dict(*net), metadata);
}

io::Metadata metadata_of(const Card& card) {
  io::Metadata metadata;
  put_card(metadata, card);
  return metadata;
}

cv::Mat face(int seed) {
  cv::Mat rgb(90 + seed, 120, CV_8UC3);
  cv::RNG random(static_cast<std::uint64_t>(seed) + 1);
  random.fill(rgb, cv::RNG::UNIFORM, 0, 256);
  cv::GaussianBlur(rgb, rgb, {}, 3);
  return rgb;
}

/// What the training network says of an RGB image, by the plain path.
std::vector<double> expected(Net& net, const cv::Mat& rgb) {
  const torch::NoGradGuard no_grad;
  TransformOptions options;
  options.resize = 232;
  const auto logits = net->forward(EvalTransform(options)(rgb).unsqueeze(0)).to(torch::kFloat64);
  const auto p = torch::softmax(logits, 1).contiguous();
  return {p.data_ptr<double>(), p.data_ptr<double>() + 3};
}

void same(const std::vector<double>& a, const std::vector<double>& b) {
  BOOST_REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) BOOST_TEST(std::abs(a[i] - b[i]) < 1e-6);
}

/// A backbone of a user, by another name.
class Mine : public SmallBackbone {
 public:
  static constexpr std::string_view kName = "mine";
  using SmallBackbone::SmallBackbone;
};

}  // namespace

BOOST_AUTO_TEST_CASE(answers_are_those_of_the_training_network_in_evaluation_mode) {
  const test::TemporaryFile file;
  auto net = network();
  write(file, net, metadata_of(card()));
  auto classify = Classifier::load(file.path());
  const auto image = face(0);
  const auto answer = classify(rgb(image));
  same(answer.all, expected(net, image));
  BOOST_TEST(answer.probability == *std::max_element(answer.all.begin(), answer.all.end()));
  BOOST_TEST(answer.name == std::vector<std::string>({"a", "b", "c"})[static_cast<std::size_t>(answer.label)]);
  BOOST_TEST(std::abs(answer.all[0] + answer.all[1] + answer.all[2] - 1) < 1e-12);
}

BOOST_AUTO_TEST_CASE(colours_grey_and_alpha_mean_the_same_picture) {
  const test::TemporaryFile file;
  auto net = network();
  write(file, net, metadata_of(card()));
  auto classify = Classifier::load(file.path());
  const auto image = face(1);
  const auto wanted = expected(net, image);
  cv::Mat other;
  cv::cvtColor(image, other, cv::COLOR_RGB2BGR);
  same(classify(bgr(other)).all, wanted);
  cv::cvtColor(image, other, cv::COLOR_RGB2BGRA);
  same(classify(bgr(other)).all, wanted);
  cv::cvtColor(image, other, cv::COLOR_RGB2RGBA);
  same(classify(rgb(other)).all, wanted);
  cv::Mat grey, grey_rgb;
  cv::cvtColor(image, grey, cv::COLOR_RGB2GRAY);
  cv::cvtColor(grey, grey_rgb, cv::COLOR_GRAY2RGB);
  same(classify(bgr(grey)).all, expected(net, grey_rgb));
  same(classify(rgb(image(cv::Rect(10, 10, 60, 50)))).all, expected(net, image(cv::Rect(10, 10, 60, 50)).clone()));
}

BOOST_AUTO_TEST_CASE(pictures_in_one_batch_get_the_answers_they_get_alone) {
  const test::TemporaryFile file;
  auto net = network();
  write(file, net, metadata_of(card()));
  auto classify = Classifier::load(file.path());
  std::vector<Picture> pictures;
  for (int i = 0; i < 5; ++i) pictures.push_back(rgb(face(i)));
  const auto answers = classify(pictures);
  BOOST_REQUIRE(answers.size() == 5u);
  for (std::size_t i = 0; i < 5; ++i) same(answers[i].all, classify(pictures[i]).all);
  BOOST_TEST(classify(std::span<const Picture>()).empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_picture_is_refused_with_what_was_found) {
  const test::TemporaryFile file;
  auto net = network();
  write(file, net, metadata_of(card()));
  auto classify = Classifier::load(file.path());
  BOOST_CHECK_EXCEPTION(classify(bgr(cv::Mat())), DataError, says("found an empty one"));
  BOOST_CHECK_EXCEPTION(classify(bgr(cv::Mat(4, 6, CV_16UC3))), DataError, says("found 6 x 4 of CV_16UC3"));
  BOOST_CHECK_EXCEPTION(classify(rgb(cv::Mat(4, 6, CV_32FC1))), DataError, says("CV_32FC1"));
  BOOST_CHECK_EXCEPTION(classify(rgb(cv::Mat(4, 6, CV_8UC2))), DataError, says("CV_8UC2"));
  const std::vector<Picture> pictures{rgb(face(0)), bgr(cv::Mat())};
  BOOST_CHECK_EXCEPTION(classify(pictures), DataError, says("picture 2 of 2: "));
}

BOOST_AUTO_TEST_CASE(files_without_a_card_need_one) {
  const test::TemporaryFile file;
  auto net = network();
  write(file, net, {});
  BOOST_CHECK_EXCEPTION(Classifier::load(file.path()), CheckpointError, says("does not say what its labels mean"));
  auto own = card();
  own.architecture.reset();  // the tensors tell the backbone
  auto classify = Classifier::load(file.path(), own);
  same(classify(rgb(face(2))).all, expected(net, face(2)));
  BOOST_CHECK_EXCEPTION(Classifier::load(file.path(), published_card<RafDb>()), CheckpointError,
                        says("whose base branch cannot be used: as ir50: "));
}

BOOST_AUTO_TEST_CASE(a_backbone_of_ones_own_is_found_by_its_name) {
  const test::TemporaryFile file;
  auto net = network();
  auto own = card();
  own.architecture->backbone = "mine";
  write(file, net, metadata_of(own));
  BOOST_CHECK_EXCEPTION(Classifier::load(file.path()), ConfigError,
                        says("unknown backbone `mine`, expected ir50, small or compact"));
  auto classify = Classifier::load<Backbones<Ir50, Mine>>(file.path());
  same(classify(rgb(face(3))).all, expected(net, face(3)));
}

BOOST_AUTO_TEST_CASE(copies_share_an_engine_and_run_at_once) {
  struct Lone {  // cannot be copied
    std::unique_ptr<TorchEngine> engine;
    torch::Tensor logits(const torch::Tensor& images) { return engine->logits(images); }
    int stride() { return engine->stride(); }
    std::int64_t classes() { return engine->classes(); }
  };
  auto net = network();
  const auto graph = simplified(base_branch_graph<SmallBackbone>(state_dict(*net), 3));
  Classifier classify(AnyEngine(Lone{std::make_unique<TorchEngine>(graph)}), card());
  at::set_num_threads(1);  // how many there are decides about last digits
  constexpr int kFaces = 5, kRounds = 20;
  std::vector<std::vector<double>> wanted;
  for (int i = 0; i < kFaces; ++i) wanted.push_back(classify(rgb(face(i))).all);
  constexpr int kThreads = 4;
  std::barrier together(kThreads);
  std::atomic<int> same = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t, copy = classify]() mutable {
        together.arrive_and_wait();
        for (int i = t; i < t + kRounds; ++i)
          same += copy(rgb(face(i % kFaces))).all == wanted[static_cast<std::size_t>(i % kFaces)] ? 1 : 0;
      });
  }
  BOOST_TEST(same == kThreads * kRounds);
}
