// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/nn/prelu_backward.hpp>

namespace qcs {

namespace detail {

/// PReLU on a CPU, with its two gradients in one pass. ATen writes the weight's gradient out for every element and sums
/// it afterwards, which takes as long as all forward convolutions of a small network.
struct PReluFunction : torch::autograd::Function<PReluFunction> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight) {
    context->save_for_backward({x, weight});
    return torch::prelu(x, weight.to(x.scalar_type()));
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &gradient = gradients[0];
    if (!at::GradMode::is_enabled()) return prelu_gradients(x, weight, gradient);
    // Somebody wants gradients of these gradients: in operations that have them.
    const auto positive = x > 0;
    std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1), others{0};
    shape[1] = -1;
    for (std::int64_t d = 2; d < x.dim(); ++d) others.push_back(d);
    const auto zero = torch::zeros({}, x.options());
    return {torch::where(positive, gradient, gradient * weight.view(shape)),
            torch::where(positive, zero, gradient * x).sum(others).to(weight.scalar_type())};
  }
};

}  // namespace detail

/// x where it is above 0, else weight * x, with a weight for every channel (He et al., ICCV 2015): (B, channels, ...)
/// -> the same shape and type. What torch::prelu returns; on a CPU its gradients are worked out 6 to 10 times as fast.
inline torch::Tensor channel_prelu(const torch::Tensor& x, const torch::Tensor& weight) {
  const bool ours = x.device().is_cpu() && x.dim() >= 2 && x.numel() > 0 && weight.numel() == x.size(1) &&
                    detail::prelu_takes(x.scalar_type());
  return ours ? detail::PReluFunction::apply(x, weight) : torch::prelu(x, weight.to(x.scalar_type()));
}

/// The layer; parameter and start, .25, are those of torch::nn::PReLU.
class PReluImpl : public torch::nn::Module {
 public:
  explicit PReluImpl(std::int64_t channels) : weight_(register_parameter("weight", torch::full({channels}, .25))) {}

  torch::Tensor forward(const torch::Tensor& x) { return channel_prelu(x, weight_); }

 private:
  torch::Tensor weight_;
};
TORCH_MODULE(PRelu);

}  // namespace qcs
