// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <qcs/core/error.hpp>
#include <qcs/data/list/image_list.hpp>
#include <qcs/data/list/list_fingerprint.hpp>
#include <qcs/topology/rules.hpp>
#include <qcs/train/events.hpp>
#include <qcs/train/trainer_options.hpp>
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

namespace detail {

/// The fingerprint of a data set's images and labels; of its list alone where it has no other.
std::string fingerprint_of(const auto& dataset) {
  if constexpr (requires { dataset.fingerprint(); })
    return dataset.fingerprint();
  else
    return data_fingerprint(dataset.list());
}

/// Names the evaluated split after what it is used for; what reports say of the selection must be true of it. Throws
/// ConfigError.
inline void name_evaluated_split(RunInfo& info) {
  static constexpr std::array<const char*, 3> kNames{"evaluation", "validation", "test"};
  const auto* name = kNames[static_cast<std::size_t>(info.selection)];
  if (info.eval.name.empty()) info.eval.name = name;
  if (info.selection != Selection::kLast && info.eval.name != name)
    throw ConfigError(
        fmt::format("the best epoch is to be selected on the {} split, but the split that is evaluated "
                    "after every epoch is called {}",
                    name, info.eval.name));
}

/// The mirror image of every n-th pixel is not every n-th pixel of the mirror image. Throws ConfigError.
void require_whole_images(const auto& loader) {
  if constexpr (requires { loader.dataset().transform().stride; })
    if (loader.dataset().transform().stride != 1)
      throw ConfigError(fmt::format("evaluation with mirror images needs whole images, not every {}th pixel",
                                    loader.dataset().transform().stride));
}

/// Adds to `info` what trainer and loaders know; `test` may be null, `recipe` is for where `info` has none. Throws
/// DataError for a label that is none, ConfigError where splits do not suit their use.
template <TopologyShape T>
void complete_run_info(RunInfo& info, const TrainerOptions& options, const NamedValues& recipe,
                       const std::vector<std::string>& class_names, const auto& train, std::int64_t batches,
                       const auto& eval, const auto* test) {
  if (options.recipe.flip_test) {
    require_whole_images(eval);
    if (test != nullptr) require_whole_images(*test);
  }
  const std::size_t classes = class_names.size();
  info.train.class_counts = class_counts(train.dataset().list(), classes);
  info.eval.class_counts = class_counts(eval.dataset().list(), classes);
  if (test != nullptr) info.test = {"test", class_counts(test->dataset().list(), classes)};
  info.epochs = options.recipe.epochs;
  info.batches_per_epoch = batches;
  info.steps_per_epoch = (batches + options.recipe.aids.accumulate - 1) / options.recipe.aids.accumulate;
  info.seed = options.recipe.seed;
  info.selection = options.selection;
  name_evaluated_split(info);
  info.class_names = class_names;
  info.role_names = role_names<T>();
  if (info.recipe.empty()) info.recipe = recipe;
}

}  // namespace detail

}  // namespace qcs
