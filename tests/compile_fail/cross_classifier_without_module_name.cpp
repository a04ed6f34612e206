// expect: qcs cross classifier: name what its parameters stand under
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/model/head/cross_classifier.hpp>

class MeanClassifier : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "mean";
#ifdef QCS_TWIN
  static constexpr const char* kModuleName = "mean_classifier";
#endif

  explicit MeanClassifier(const qcs::VitOptions& options);
  torch::Tensor forward(const torch::Tensor& tokens, const torch::Tensor& attended);
};

template struct qcs::CheckedCrossClassifier<MeanClassifier>;
