// SPDX-License-Identifier: MIT
#pragma once
using Silent = torch::Tensor;
