// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <opencv2/dnn.hpp>
#include <qcs/infer/export/export_onnx.hpp>
#include <qcs/infer/graph/base_branch_graph.hpp>
#include <qcs/infer/graph/simplify/simplified.hpp>
#include <qcs/nn/gaussian_head.hpp>

using namespace qcs;

namespace {

class File {
 public:
  explicit File(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / fmt::format("qcs-onnx-{}-{}", ::getpid(), name)) {}
  ~File() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }
  std::string content() const {
    std::ifstream stream(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  std::filesystem::path path_;
};

template <class Branch>
Branch small_branch() {
  torch::manual_seed(4);
  Branch branch(NetworkOptions{.classes = 5});
  const torch::NoGradGuard no_grad;
  for (auto& item : branch->named_parameters()) item.value().add_(.05 * torch::randn_like(item.value()));
  for (auto& item : branch->named_buffers())
    if (item.key().ends_with("running_mean")) item.value().normal_(0, .3);
  branch->eval();
  return branch;
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
    const File file("model.onnx");
    export_onnx(graph, file.path(), {}, {.for_opencv = true});
    const auto found = opencv_logits(file.path(), images);
    BOOST_TEST(((found - wanted).abs().max() / wanted.abs().max()).item<double>() < 1e-4);
  }
  BOOST_CHECK_THROW(export_onnx(plain, "unused.onnx", {}, {.batch = 2, .for_opencv = true}), ConfigError);
}

BOOST_AUTO_TEST_CASE(a_second_export_has_the_same_bytes) {
  auto branch = small_branch<BaseBranch<SmallBackbone>>();
  const File first("first.onnx"), second("second.onnx");
  for (const auto* file : {&first, &second})
    export_onnx(simplified(base_branch_graph<SmallBackbone>(io::named_tensors(*branch), 5)), file->path(),
                {{"classes", "[\"a\"]"}, {"version", "1"}});
  BOOST_TEST((first.content() == second.content()));
  BOOST_TEST(first.content().find("[\"a\"]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_part_that_no_file_can_hold_is_named) {
  auto branch = small_branch<BaseBranch<SmallBackbone, PyramidTokens, GaussianHead>>();
  const auto graph = base_branch_graph<SmallBackbone, PyramidTokens, GaussianHead>(io::named_tensors(*branch), 5);
  const File file("own.onnx");
  BOOST_CHECK_EXCEPTION(export_onnx(graph, file.path()), ConfigError, [](const ConfigError& error) {
    return std::string(error.what()).starts_with("class head gaussian runs C++ of its own");
  });
  BOOST_TEST(!std::filesystem::exists(file.path()));
}
