// expect: qcs head: give its Module the constructor `explicit Module.const qcs::HeadOptions&.`
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/network.hpp>
#include <qcs/topology/dual.hpp>

struct MeanTokenHead {
  template <qcs::TopologyShape T>
  class Module : public torch::nn::Module {
   public:
#ifdef QCS_TWIN
    explicit Module(const qcs::HeadOptions& options) : Module(options.transformer) {}

   private:
#endif
    explicit Module(const qcs::VitOptions& options)
        : linear_(register_module("mean_token", torch::nn::Linear(options.width, options.classes))) {}

   public:
    qcs::HeadOutput<T> forward(const qcs::BranchTensors<T>& tokens) {
      qcs::HeadOutput<T> out;
      for (std::size_t b = 0; b < tokens.size(); ++b) out.logits[b] = linear_->forward(tokens[b].mean(1));
      return out;
    }

   private:
    torch::nn::Linear linear_;
  };

  static std::string name() { return "mean-token"; }
};

qcs::Network<qcs::SmallBackbone, MeanTokenHead, qcs::Dual> network(qcs::NetworkOptions{.classes = 7});
