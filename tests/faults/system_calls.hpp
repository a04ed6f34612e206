// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace faults {

/// What happens at a system call that changes a file: write, writev, fsync, rename or link.
enum class Fault {
  kNone,
  kKill,        ///< the process dies, as by kill -9, before the call
  kKillWithin,  ///< it dies when a part of what a write has to write is written, or another call is done
  kSignal,      ///< the process gets a signal before the call
  kFullDisk,    ///< the call fails with ENOSPC, the following ones do not
  kFullDiskForGood,
};

/// From now on the `n`-th such call of this process (from 1) meets `fault`; `signal` is that of kSignal. Calls for
/// standard output and error do not count.
void set_fault(Fault fault, int n = 0, int signal = 0);

/// Such calls since set_fault().
int calls_seen();

/// What not every file system can do.
enum class Ability { kNone, kLock, kSync, kFolderSync, kHardLink };

/// From now on every call of this process that needs `ability` (flock, fsync of a file, fsync of a folder, link) fails
/// with `error`.
void take_away(Ability ability, int error = 0);

}  // namespace faults
