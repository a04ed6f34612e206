// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/nn.

#include <qcs/nn/batched_matmul.hpp>
#include <qcs/nn/branch_norm.hpp>
#include <qcs/nn/class_head.hpp>
#include <qcs/nn/feed_forward.hpp>
#include <qcs/nn/flat_module.hpp>
#include <qcs/nn/gaussian_head.hpp>
#include <qcs/nn/layer_norm.hpp>
#include <qcs/nn/linear.hpp>
#include <qcs/nn/multi_head_attention.hpp>
#include <qcs/nn/prelu.hpp>
#include <qcs/nn/prelu_backward.hpp>
#include <qcs/nn/self_attention.hpp>
#include <qcs/nn/squeeze_excite_head.hpp>
#include <qcs/nn/vision_transformer.hpp>
#include <qcs/nn/vit_block.hpp>
