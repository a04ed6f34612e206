// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/data.

#include <qcs/data/augment/augmentation.hpp>
#include <qcs/data/augment/augmenter.hpp>
#include <qcs/data/augment/grid_distortion.hpp>
#include <qcs/data/augment/transform.hpp>
#include <qcs/data/augment/transform_options.hpp>
#include <qcs/data/batch.hpp>
#include <qcs/data/class_index.hpp>
#include <qcs/data/dataset/labelled_dataset.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/data/fingerprint.hpp>
#include <qcs/data/hold_out.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/data/image_store.hpp>
#include <qcs/data/list/class_names.hpp>
#include <qcs/data/list/image_list.hpp>
#include <qcs/data/list/list_fingerprint.hpp>
#include <qcs/data/list/list_hint.hpp>
#include <qcs/data/list/list_line.hpp>
#include <qcs/data/list/soft_labels.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/data/memory_store.hpp>
#include <qcs/data/sample/negatives.hpp>
#include <qcs/data/sample/sampler.hpp>
#include <qcs/data/sample/sampling.hpp>
#include <qcs/data/sample/tuple_sampler.hpp>
