// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <qcs/core/error.hpp>
#include <qcs/data/list/image_list.hpp>
#include <qcs/topology/rules.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <vector>

namespace qcs {

/// Names of the roles of a topology: the first branch of each.
template <TopologyShape T>
std::vector<std::string> role_names() {
  std::vector<std::string> names(role_count<T>);
  for (std::size_t b = branch_count<T>; b-- > 0;) names[static_cast<std::size_t>(role_of<T>(b))] = T::kBranches[b].name;
  return names;
}

/// Images of every class in a list. Throws DataError that names the image if a label is not within 0..classes-1.
inline std::vector<std::int64_t> class_counts(const ImageList& list, std::size_t classes) {
  std::vector<std::int64_t> counts(classes);
  for (const auto& image : list.images) {
    if (image.label < 0 || static_cast<std::size_t>(image.label) >= classes)
      throw DataError(fmt::format("{}: label {} is not within 0..{}", image.path.string(), image.label, classes - 1));
    ++counts[static_cast<std::size_t>(image.label)];
  }
  return counts;
}

}  // namespace qcs
