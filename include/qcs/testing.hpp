// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/testing.

#include <qcs/testing/check_augmenter.hpp>
#include <qcs/testing/check_backbone.hpp>
#include <qcs/testing/check_class_head.hpp>
#include <qcs/testing/check_cross_classifier.hpp>
#include <qcs/testing/check_face_detector.hpp>
#include <qcs/testing/check_head.hpp>
#include <qcs/testing/check_image_store.hpp>
#include <qcs/testing/check_interaction.hpp>
#include <qcs/testing/check_loss.hpp>
#include <qcs/testing/check_negative_rule.hpp>
#include <qcs/testing/check_observer.hpp>
#include <qcs/testing/check_residual.hpp>
#include <qcs/testing/check_step.hpp>
#include <qcs/testing/check_token_embedding.hpp>
#include <qcs/testing/check_topology.hpp>
#include <qcs/testing/check_tuple_sampler.hpp>
#include <qcs/testing/findings.hpp>
#include <qcs/testing/gradient.hpp>
#include <qcs/testing/module_call.hpp>
#include <qcs/testing/module_check.hpp>
#include <qcs/testing/random_guard.hpp>
