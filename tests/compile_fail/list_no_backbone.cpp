// expect: qcs (list: a type in Backbones<[.][.][.]> is no backbone|backbone: derive it publicly from torch::nn::Module)
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/model/backbone/backbones.hpp>

#ifdef QCS_TWIN
struct Mine : qcs::SmallBackbone {
#else
struct Mine {
#endif
  static constexpr std::string_view kName = "mine";
};

const bool known = qcs::Backbones<qcs::Ir50, Mine>::contains("mine");
