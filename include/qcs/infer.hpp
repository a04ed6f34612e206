// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/infer.

#include <qcs/infer/answer.hpp>
#include <qcs/infer/answer_of_logits.hpp>
#include <qcs/infer/classifier.hpp>
#include <qcs/infer/engine/any_engine.hpp>
#include <qcs/infer/engine/engine.hpp>
#include <qcs/infer/engine/run_operation.hpp>
#include <qcs/infer/engine/torch_engine.hpp>
#include <qcs/infer/explain/class_token_attention.hpp>
#include <qcs/infer/explain/explainer.hpp>
#include <qcs/infer/explain/grad_cam.hpp>
#include <qcs/infer/explain/map_over_picture.hpp>
#include <qcs/infer/explain/options_of_card.hpp>
#include <qcs/infer/explain/token_map.hpp>
#include <qcs/infer/explain/tuple_explainer.hpp>
#include <qcs/infer/graph/backbone_graph.hpp>
#include <qcs/infer/graph/base_branch_graph.hpp>
#include <qcs/infer/graph/graph_builder.hpp>
#include <qcs/infer/graph/graph_rewrite.hpp>
#include <qcs/infer/graph/inference_graph.hpp>
#include <qcs/infer/graph/multiplications.hpp>
#include <qcs/infer/graph/operation.hpp>
#include <qcs/infer/graph/shape.hpp>
#include <qcs/infer/graph/simplify/batch_norm.hpp>
#include <qcs/infer/graph/simplify/convolution_pair.hpp>
#include <qcs/infer/graph/simplify/first_token.hpp>
#include <qcs/infer/graph/simplify/place_bias.hpp>
#include <qcs/infer/graph/simplify/simplified.hpp>
#include <qcs/infer/load_engine.hpp>
#include <qcs/infer/picture.hpp>
#include <qcs/infer/shipped_weights.hpp>
