// SPDX-License-Identifier: MIT
// Every image operation against what torchvision 0.14 with Pillow made of the images in tests/data/images:
// equal to the bit, including the normalised floats. The entries of image_ops.pth are named
// `image.operation_arguments`.
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <qcs/core/torch.hpp>
#include <qcs/data/augment/transform.hpp>
#include <qcs/image/planes/normalise.hpp>
#include <qcs/image/read.hpp>
#include <qcs/image/reference/colour.hpp>
#include <qcs/image/reference/geometry.hpp>
#include <qcs/image/reference/resize.hpp>
#include <qcs/image/reference/rotate.hpp>

namespace {

using Arguments = std::vector<double>;

const std::filesystem::path kData = QCS_TEST_DATA;

c10::Dict<c10::IValue, c10::IValue> expected_results() {
  std::ifstream file(kData / "image_ops.pth", std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return torch::pickle_load(bytes).toGenericDict();
}

cv::Mat squared(const cv::Mat& rgb, int side = 224) { return qcs::image::resize(rgb, side, side); }

torch::Tensor pixels(const cv::Mat& image) {
  const cv::Mat whole = image.clone();
  return torch::from_blob(whole.data, {whole.rows, whole.cols, 3}, torch::kUInt8).clone();
}

torch::Tensor every_fourth(const torch::Tensor& chw) {
  using torch::indexing::Slice;
  return chw.index({Slice(), Slice(0, torch::indexing::None, 4), Slice(0, torch::indexing::None, 4)}).contiguous();
}

torch::Tensor test_input(const cv::Mat& rgb) { return qcs::EvalTransform(qcs::TransformOptions{})(rgb); }

torch::Tensor erased(const cv::Mat& rgb, const Arguments& a) {
  torch::Tensor image = test_input(rgb);
  const cv::Rect area(static_cast<int>(a[1]), static_cast<int>(a[0]), static_cast<int>(a[3]), static_cast<int>(a[2]));
  qcs::image::erase(image.data_ptr<float>(), 224, 224, area);
  return every_fourth(image);
}

/// Every operation by name, with the number of its arguments.
struct Operation {
  std::size_t arguments;
  std::function<torch::Tensor(const cv::Mat&, const Arguments&)> run;
};

const std::map<std::string, Operation> kOperations{
    {"resize224", {0, [](const cv::Mat& i, const Arguments&) { return pixels(squared(i)); }}},
    {"test224", {0, [](const cv::Mat& i, const Arguments&) { return every_fourth(test_input(i)); }}},
    {"resize232_center224",
     {0, [](const cv::Mat& i, const Arguments&) { return pixels(qcs::image::centre_crop(squared(i, 232), 224)); }}},
    {"resize236_center224",
     {0, [](const cv::Mat& i, const Arguments&) { return pixels(qcs::image::centre_crop(squared(i, 236), 224)); }}},
    {"hflip", {0, [](const cv::Mat& i, const Arguments&) { return pixels(qcs::image::flip(squared(i))); }}},
    {"rotate", {1, [](const cv::Mat& i, const Arguments& a) { return pixels(qcs::image::rotate(squared(i), a[0])); }}},
    {"crop",
     {2,
      [](const cv::Mat& i, const Arguments& a) {
        const cv::Mat large = squared(i, 236);
        return pixels(qcs::image::crop(large, static_cast<int>(a[0]), static_cast<int>(a[1]), 224));
      }}},
    {"brightness",
     {1, [](const cv::Mat& i, const Arguments& a) { return pixels(qcs::image::brightness(squared(i), a[0])); }}},
    {"contrast",
     {1, [](const cv::Mat& i, const Arguments& a) { return pixels(qcs::image::contrast(squared(i), a[0])); }}},
    {"saturation",
     {1, [](const cv::Mat& i, const Arguments& a) { return pixels(qcs::image::saturation(squared(i), a[0])); }}},
    {"hue", {1, [](const cv::Mat& i, const Arguments& a) { return pixels(qcs::image::hue(squared(i), a[0])); }}},
    {"erase", {4, [](const cv::Mat& i, const Arguments& a) { return erased(i, a); }}},
};

/// `operation` or `operation_argument_argument...`, without the image's name.
torch::Tensor run(const std::string& call, const cv::Mat& rgb) {
  if (const auto exact = kOperations.find(call); exact != kOperations.end() && exact->second.arguments == 0)
    return exact->second.run(rgb, {});
  std::istringstream parts(call);
  std::string name, part;
  std::getline(parts, name, '_');
  Arguments arguments;
  while (std::getline(parts, part, '_')) arguments.push_back(std::stod(part));
  const auto found = kOperations.find(name);
  if (found == kOperations.end() || found->second.arguments != arguments.size()) return {};
  return found->second.run(rgb, arguments);
}

BOOST_AUTO_TEST_CASE(every_operation_equals_pillow_to_the_bit) {
  std::map<std::string, int> checked;
  int total = 0;
  for (const auto& entry : expected_results()) {
    const std::string key = entry.key().toStringRef();
    const std::string image = key.substr(0, key.find('.')), call = key.substr(key.find('.') + 1);
    const torch::Tensor actual = run(call, qcs::read_rgb(kData / "images" / (image + ".png")));
    BOOST_REQUIRE_MESSAGE(actual.defined(), "no check for " << key);
    const torch::Tensor expected = entry.value().toTensor();
    BOOST_REQUIRE_MESSAGE(actual.sizes() == expected.sizes() && actual.dtype() == expected.dtype(), key);
    const auto wrong = actual.ne(expected).sum().item<std::int64_t>();
    BOOST_CHECK_MESSAGE(wrong == 0, key << ": " << wrong << " of " << actual.numel() << " values differ");
    ++checked[call.substr(0, call.find_first_of("_"))];
    ++total;
  }
  BOOST_TEST(total == 67);
  for (const char* kind : {"resize224", "test224", "resize232", "resize236", "hflip", "rotate", "crop", "brightness",
                           "contrast", "saturation", "hue", "erase"})
    BOOST_TEST(checked[kind] >= 3, kind << " was checked " << checked[kind] << " times");
}

}  // namespace
