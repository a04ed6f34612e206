// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <qcs/core/error.hpp>
#include <qcs/data/augment/transform_options.hpp>
#include <qcs/model/backbone/backbone.hpp>
#include <qcs/model/network_options.hpp>
#include <qcs/weights/card.hpp>

namespace qcs {

/// Values of the network that a card is of; the backbone's usual sizes where it tells none.
inline NetworkOptions network_options_of(const Card& card) {
  NetworkOptions options{.classes = static_cast<std::int64_t>(card.labels.classes.size())};
  if (const auto& a = card.architecture) {
    options.transformer = TransformerShape{.width = a->width, .heads = a->heads, .base_depth = a->base_depth};
    options.cross_depth = a->cross_depth;
  }
  return options;
}

/// How a picture becomes the input of a network with this backbone, of the card's weights.
template <class Backbone>
TransformOptions transform_options_of(const Card& card) {
  auto options = card.preprocessing.transform();
  options.stride = pixel_stride<Backbone>;
  return options;
}

/// Throws ConfigError unless a network gives as many logits as the card has classes.
inline void require_classes(std::int64_t classes, const Card& card) {
  if (classes != static_cast<std::int64_t>(card.labels.classes.size()))
    throw ConfigError(fmt::format("a network of {} classes with a card of {}: {}", classes, card.labels.classes.size(),
                                  card.labels.text()));
}

}  // namespace qcs
