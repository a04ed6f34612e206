// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/prepare.

#include <qcs/prepare/affectnet/affectnet.hpp>
#include <qcs/prepare/affectnet/annotations.hpp>
#include <qcs/prepare/affectnet/crop.hpp>
#include <qcs/prepare/affectnet/npy_integer.hpp>
#include <qcs/prepare/affectnet/release.hpp>
#include <qcs/prepare/check.hpp>
#include <qcs/prepare/dataset.hpp>
#include <qcs/prepare/ferplus/ferplus.hpp>
#include <qcs/prepare/ferplus/pixels.hpp>
#include <qcs/prepare/ferplus/votes.hpp>
#include <qcs/prepare/generic/csv_dataset.hpp>
#include <qcs/prepare/generic/folder_tree.hpp>
#include <qcs/prepare/raf_db/raf_db.hpp>
#include <qcs/prepare/write.hpp>
