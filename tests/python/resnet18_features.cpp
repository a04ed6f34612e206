// SPDX-License-Identifier: MIT
//
// resnet18_features WEIGHTS IMAGES OUT: starts a network from torchvision's weights of a ResNet-18 and writes the
// features of the tensor `images` in IMAGES, as scale_1 to scale_3. For resnet18_test.py.

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <qcs/io/torch/write_torch.hpp>
#include <qcs/model/backbone/resnet18.hpp>
#include <qcs/model/network.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/weights/start_weights.hpp>

namespace {

void write_features(const char* weights, const char* images, const char* out) {
  qcs::Network<qcs::ResNet18, qcs::CrossSimilarityHead<>, qcs::Dual> network(qcs::NetworkOptions{.classes = 7});
  for (const auto& note :
       qcs::start_from_weights(network, weights, qcs::StartPart::kBackbone, qcs::Labels::numbered(7)))
    fmt::print("{}\n", note);
  network->eval();
  const torch::InferenceMode inference;
  qcs::io::NamedTensors tensors;
  for (const auto& feature : network->features(qcs::read_weight_file(images).tensors.front().second))
    tensors.emplace_back(fmt::format("scale_{}", tensors.size() + 1), feature);
  qcs::io::write_torch(out, tensors, {});
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 4) return write_features(argv[1], argv[2], argv[3]), 0;
    fmt::print(stderr, "resnet18_features WEIGHTS IMAGES OUT\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
  }
  return 1;
}
