// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <opencv2/dnn.hpp>
#include <qcs/infer/export/export_onnx.hpp>
#include <qcs/infer/graph/base_branch_graph.hpp>
#include <qcs/infer/graph/simplify/simplified.hpp>
#include <qcs/nn/gaussian_head.hpp>

#include "../io/support.hpp"
#include "support.hpp"

using namespace qcs;

namespace {

template <class Branch>
Branch small_branch() {
  return test::trained_network<Branch>(/*seed=*/4, /*classes=*/5);
}

/// What OpenCV makes of a model and an image.
torch::Tensor opencv_logits(const std::filesystem::path& model, torch::Tensor images) {
  auto net = cv::dnn::readNetFromONNX(model.string());
  const std::vector<int> sizes(images.sizes().begin(), images.sizes().end());
  net.setInput(cv::Mat(sizes, CV_32F, images.data_ptr()));
  cv::Mat logits = net.forward();
  return torch::from_blob(logits.data, {1, static_cast<std::int64_t>(logits.total())}).clone();
}

}  // namespace

BOOST_AUTO_TEST_CASE(opencv_reads_the_model_and_gives_the_same_logits) {
  auto branch = small_branch<BaseBranch<SmallBackbone>>();
  const auto plain = base_branch_graph<SmallBackbone>(io::named_tensors(*branch), 5);
  const torch::NoGradGuard no_grad;
  const auto images = torch::randn({1, 3, 56, 56});
  const auto wanted = branch->forward(images);
  for (const auto& graph : {plain, simplified(plain)}) {
    const test::TemporaryFile file({}, "model.onnx");
    export_onnx(graph, file.path(), {}, {.for_opencv = true});
    const auto found = opencv_logits(file.path(), images);
    BOOST_TEST(((found - wanted).abs().max() / wanted.abs().max()).item<double>() < 1e-4);
  }
  BOOST_CHECK_THROW(export_onnx(plain, "unused.onnx", {}, {.batch = 2, .for_opencv = true}), ConfigError);
}

BOOST_AUTO_TEST_CASE(a_second_export_has_the_same_bytes) {
  auto branch = small_branch<BaseBranch<SmallBackbone>>();
  const test::TemporaryFile first({}, "first.onnx"), second({}, "second.onnx");
  for (const auto* file : {&first, &second})
    export_onnx(simplified(base_branch_graph<SmallBackbone>(io::named_tensors(*branch), 5)), file->path(),
                {{"classes", "[\"a\"]"}, {"version", "1"}});
  const auto content = test::bytes_of(first.path());
  BOOST_TEST((content == test::bytes_of(second.path())));
  BOOST_TEST(content.find("[\"a\"]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_part_that_no_file_can_hold_is_named) {
  auto branch = small_branch<BaseBranch<SmallBackbone, PyramidTokens, GaussianHead>>();
  const auto graph = base_branch_graph<SmallBackbone, PyramidTokens, GaussianHead>(io::named_tensors(*branch), 5);
  const test::TemporaryFile file({}, "own.onnx");
  std::filesystem::remove(file.path());
  BOOST_CHECK_EXCEPTION(export_onnx(graph, file.path()), ConfigError, [](const ConfigError& error) {
    return std::string(error.what()).starts_with("class head gaussian runs C++ of its own");
  });
  BOOST_TEST(!std::filesystem::exists(file.path()));
}
