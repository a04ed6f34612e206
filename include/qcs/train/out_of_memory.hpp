// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <qcs/core/memory_error.hpp>
#include <qcs/topology/rules.hpp>
#include <string>

namespace qcs::detail {

/// Says what was being done when memory got short, and what needs less of it.
template <class Net>
MemoryError out_of_memory(const MemoryRequest& request, const auto& train) {
  using Module = typename Net::ContainedType;
  std::string batch = "this batch size";
  if constexpr (requires { train.options().batch_size; }) {
    const std::int64_t tuples = train.options().batch_size;
    batch = fmt::format("batches of {} tuples, {} pictures of {} x {} pixels", tuples,
                        tuples * static_cast<std::int64_t>(branch_count<typename Module::TopologyType>),
                        Module::kInputSize, Module::kInputSize);
  }
  return MemoryError(fmt::format("out of memory: {} could not be had with {}; a smaller batch size, fewer loader "
                                 "threads or a smaller backbone need less",
                                 request.text(), batch),
                     request.bytes);
}

}  // namespace qcs::detail
