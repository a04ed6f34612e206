// expect: qcs class head: give it the constructor `explicit C.const qcs::ClassHeadOptions&.`
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/nn/class_head.hpp>

class LinearHead : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "linear";

#ifdef QCS_TWIN
  explicit LinearHead(const qcs::ClassHeadOptions& options);
#else
  LinearHead(std::int64_t width, std::int64_t classes);
#endif
  torch::Tensor forward(const torch::Tensor& class_token);
};

template struct qcs::CheckedClassHead<LinearHead>;
