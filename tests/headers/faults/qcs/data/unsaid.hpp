// SPDX-License-Identifier: MIT
#pragma once
inline auto unsaid() { return fmt::format("{}", 1); }
