// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace faults {

/// What happens at a system call that changes a file: write, writev, fsync, rename or link.
enum class Fault {
  kNone,
  kKill,      ///< the process dies, as by kill -9, before the call
  kFullDisk,  ///< the call fails with ENOSPC, the following ones do not
  kFullDiskForGood,
};

/// From now on the `n`-th such call of this process (from 1) meets `fault`. Calls for standard output and error do not
/// count.
void set_fault(Fault fault, int n = 0);

/// Such calls since set_fault().
int calls_seen();

}  // namespace faults
