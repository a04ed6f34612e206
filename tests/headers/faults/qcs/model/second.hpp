// SPDX-License-Identifier: MIT
#pragma once
#include <qcs/model/first.hpp>
