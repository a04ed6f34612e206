// SPDX-License-Identifier: MIT
#pragma once
#include <qcs/core/torch.hpp>

inline void load(torch::optim::Optimizer& optimizer, torch::serialize::InputArchive& archive) {
  optimizer.load(archive);
}
