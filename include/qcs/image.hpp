// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/image.

#include <qcs/image/exif_orientation.hpp>
#include <qcs/image/header.hpp>
#include <qcs/image/pack.hpp>
#include <qcs/image/photo.hpp>
#include <qcs/image/planes/colour.hpp>
#include <qcs/image/planes/normalise.hpp>
#include <qcs/image/planes/planes.hpp>
#include <qcs/image/planes/resize.hpp>
#include <qcs/image/planes/rotate.hpp>
#include <qcs/image/planes/warp.hpp>
#include <qcs/image/quiet_decoders.hpp>
#include <qcs/image/read.hpp>
#include <qcs/image/reference/colour.hpp>
#include <qcs/image/reference/geometry.hpp>
#include <qcs/image/reference/resize.hpp>
#include <qcs/image/reference/rotate.hpp>
