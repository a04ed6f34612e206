// SPDX-License-Identifier: MIT
//
// The names and shapes of our tensors against those of the published checkpoints: everything we have stands there, and
// whatever stands there beside belongs to a module that the public forward pass never uses.

#include <fmt/ranges.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <qcs/presets/networks.hpp>
#include <regex>
#include <sstream>

namespace {

std::string shape_text(const torch::Tensor& tensor) {
  return tensor.dim() == 0 ? "scalar" : fmt::format("{}", fmt::join(tensor.sizes(), "x"));
}

std::map<std::string, std::string> published(const std::string& file) {
  std::ifstream in(std::string(QCS_TEST_DATA) + "/keys/" + file);
  BOOST_REQUIRE(in);
  std::map<std::string, std::string> keys;
  for (std::string name, dtype, shape; in >> name >> dtype >> shape;)
    keys[name.starts_with("module.") ? name.substr(7) : name] = shape;
  return keys;
}

template <class Module>
void compare(const Module& module, const std::string& file) {
  auto keys = published(file);
  const auto take = [&](const auto& items) {
    for (const auto& item : items) {
      BOOST_TEST_CONTEXT(file << " " << item.key()) {
        BOOST_TEST(keys[item.key()] == shape_text(item.value()));
        keys.erase(item.key());
      }
    }
  };
  take(module.named_parameters());
  take(module.named_buffers());
  static const std::regex unused(
      R"((ir_back\.)?output_layer\..*|VIT_(base|cross)\.(patch_embed|CON1|IRLinear[12]|eca_block|blocks\.\d+\.conv)\..*|fusion\..*)");
  for (const auto& [name, shape] : keys)
    BOOST_TEST(std::regex_match(name, unused), file << " has " << name << ", which no module of ours takes");
}

template <class Net>
void compare_network(std::int64_t classes, const std::string& file) {
  compare(*Net(qcs::NetworkOptions{.classes = classes}), file);
}

}  // namespace

BOOST_AUTO_TEST_CASE(tensor_names_and_shapes) {
  compare_network<qcs::QcsNetwork<>>(7, "QCS_7cls_raf_db.txt");
  compare_network<qcs::QcsNetwork<>>(8, "QCS_8cls_ferplus.txt");
  compare_network<qcs::DcsNetwork<>>(7, "DCS_7cls_raf_db.txt");
  compare_network<qcs::DcsPreNormNetwork<>>(8, "DCS_8cls_affectnet.txt");
  compare(qcs::Ir50(), "ir50.txt");
}
