// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/model.

#include <qcs/model/architecture.hpp>
#include <qcs/model/attention/bilinear_pool.hpp>
#include <qcs/model/attention/contribution.hpp>
#include <qcs/model/attention/cross_attention.hpp>
#include <qcs/model/attention/cross_similarity.hpp>
#include <qcs/model/attention/dot_product.hpp>
#include <qcs/model/attention/interaction.hpp>
#include <qcs/model/attention/residual.hpp>
#include <qcs/model/backbone/backbone.hpp>
#include <qcs/model/backbone/backbones.hpp>
#include <qcs/model/backbone/compact.hpp>
#include <qcs/model/backbone/ir50.hpp>
#include <qcs/model/backbone/ir_unit.hpp>
#include <qcs/model/backbone/resnet18.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/backbone/small_unit.hpp>
#include <qcs/model/base_branch.hpp>
#include <qcs/model/branch_execution.hpp>
#include <qcs/model/concepts.hpp>
#include <qcs/model/feature_layout.hpp>
#include <qcs/model/head/cross_classifier.hpp>
#include <qcs/model/head/cross_similarity_head.hpp>
#include <qcs/model/head/head.hpp>
#include <qcs/model/network.hpp>
#include <qcs/model/network_options.hpp>
#include <qcs/model/token/coarse_tokens.hpp>
#include <qcs/model/token/pyramid_tokens.hpp>
#include <qcs/model/token/token_embedding.hpp>
