// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <qcs/data/dataset/labelled_dataset.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/model/backbone/backbone.hpp>
#include <qcs/train/recipe.hpp>
#include <string>
#include <vector>

namespace qcs {

/// Transforms that make only the pixels that the network reads.
template <class Net>
TransformOptions with_read_stride(TransformOptions transform) {
  transform.stride = pixel_stride<typename Net::ContainedType::BackboneType>;
  return transform;
}

/// Those of an evaluation: all pixels where the mirror image is evaluated too, because its thinned pixels are others.
template <class Net>
TransformOptions evaluation_transform(const Recipe& recipe) {
  return recipe.flip_test ? recipe.transform : with_read_stride<Net>(recipe.transform);
}

/// The training tuples of a network as `Tuples` draws and augments them, a TupleDataset of the network's topology or a
/// class with its members, by the values of a recipe.
template <class Net, class Tuples>
Tuples training_tuples_of(const ImageSource& images, const Recipe& recipe) {
  static_assert(std::same_as<typename Tuples::Topology, typename Net::ContainedType::TopologyType>,
                "qcs experiment: the training tuples are of another topology than the network; name a "
                "qcs::TupleDataset<T, ...> of the network's topology T");
  return Tuples(images, with_read_stride<Net>(recipe.transform),
                TupleOptions{.sampling = recipe.sampling,
                             .negatives = recipe.negatives,
                             .epoch_divisor = recipe.epoch_divisor,
                             .seed = recipe.seed});
}

/// The same as the published code draws and augments them.
template <class Net>
auto training_tuples(const ImageSource& images, const Recipe& recipe) {
  return training_tuples_of<Net, TupleDataset<typename Net::ContainedType::TopologyType>>(images, recipe);
}

/// The images of a split as a network is evaluated on them.
template <class Net>
LabelledDataset evaluation_images(const ImageSource& images, const Recipe& recipe) {
  return {images, evaluation_transform<Net>(recipe)};
}

/// The images that were left out so far, and those about which decoders had something to say, in lines.
inline std::vector<std::string> remarks_on_images(const ImageSource& source) {
  constexpr std::size_t kMostWarnings = 20;
  std::vector<std::string> lines;
  const auto skipped = source.skipped(), warnings = source.warnings();
  if (!skipped.empty())
    lines.push_back(
        fmt::format("{} of {} images could not be read and were skipped", skipped.size(), source.list().images.size()));
  for (const auto& reason : skipped) lines.push_back("  " + reason);
  if (!warnings.empty()) lines.emplace_back("image files that are unusual, though their pixels are whole:");
  for (std::size_t i = 0; i < std::min(kMostWarnings, warnings.size()); ++i) lines.push_back("  " + warnings[i]);
  if (warnings.size() > kMostWarnings) lines.push_back(fmt::format("  and {} more", warnings.size() - kMostWarnings));
  return lines;
}

}  // namespace qcs
