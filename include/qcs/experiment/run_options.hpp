// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <qcs/core/placement.hpp>
#include <qcs/core/processors.hpp>
#include <qcs/train/events.hpp>
#include <qcs/train/stop.hpp>
#include <string>
#include <vector>

namespace qcs {

/// CUDA where LibTorch sees a device, else the CPU.
inline torch::Device best_device() { return torch::cuda::is_available() ? torch::kCUDA : torch::kCPU; }

/// Where and how a run happens. Beside the selection of the epoch that is its result, nothing here changes more
/// of its numbers than their last digits.
struct RunOptions {
  std::optional<Selection> selection = {};  ///< default: validation where there is such a split, else the last epoch
  torch::Device device = best_device();
  MemoryFormat memory_format = MemoryFormat::kContiguous;
  bool cudnn_search = false;  ///< CUDA: try which convolutions are fastest, as the public code does
  int workers = std::min(4, usable_processors());  ///< threads that load images
  int print_freq = 100;                            ///< steps between lines when the output is no terminal
  std::int64_t save_steps = 0;                     ///< steps between checkpoints within an epoch; 0: by time alone
  double save_seconds = 600;                       ///< time between checkpoints within an epoch; 0: by steps alone
  bool overwrite = false;                          ///< start over in a folder that holds a run
  StopCheck stop = {};                             ///< asked often; true interrupts the run, which can be resumed
  std::string stored_options = {};                 ///< goes into the run folder for whoever resumes, see kStoredOptions
  std::vector<std::string> notes = {};             ///< what people should know of the run
};

/// The file in a run folder that holds RunOptions::stored_options.
inline constexpr const char* kStoredOptions = "options.cfg";

}  // namespace qcs
