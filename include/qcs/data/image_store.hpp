// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstddef>
#include <opencv2/core.hpp>
#include <string>
#include <type_traits>

namespace qcs {

namespace detail {

/// Whether a type has any member `fingerprint`, of whatever signature.
template <class S>
inline constexpr bool kHasFingerprint = requires {
  &S::fingerprint;
}
|| requires(S& store) { store.fingerprint(); };

template <class Value, class Wanted>
concept ValueOf = std::same_as<std::remove_cvref_t<Value>, Wanted>;

}  // namespace detail

/// The rules of an image store: where labelled images come from that are neither files of a list nor a pack. Its const
/// members run in several threads at once, and what they return for a number never changes.
template <class S>
struct ImageStoreRules {
  static constexpr bool kHasSize = requires(const S store) {
    { store.size() } -> std::convertible_to<std::size_t>;
  };
  static constexpr bool kHasLabels = requires(const S store, std::size_t i) {
    { store.label(i) } -> detail::ValueOf<int>;
  };
  static constexpr bool kHasNames = requires(const S store, std::size_t i) {
    { store.name(i) } -> std::convertible_to<std::string>;
  };
  static constexpr bool kReads = requires(const S store, std::size_t i) {
    { store.read(i) } -> detail::ValueOf<cv::Mat>;
  };
  /// May be left out.
  static constexpr bool kFingerprintIsText = !detail::kHasFingerprint<S> || requires(const S store) {
    { store.fingerprint() } -> std::convertible_to<std::string>;
  };

  static constexpr bool kAll = kHasSize && kHasLabels && kHasNames && kReads && kFingerprintIsText;
};

/// Labelled images by number, see docs/policies/image_store.md. `read(i)` gives image i as 8UC3 in RGB or as 8UC1, or
/// throws DataError; images of one name are one image that comes more than once, and have one label.
template <class S>
concept ImageStore = ImageStoreRules<S>::kAll;

/// Instantiating this with a bad image store fails to compile with a sentence for each broken rule.
template <class S>
struct CheckedImageStore {
  using Rules = ImageStoreRules<S>;
  static_assert(Rules::kHasSize, "qcs image store: write `std::size_t size() const`, the number of images");
  static_assert(Rules::kHasLabels,
                "qcs image store: write `int label(std::size_t i) const`, the class of image i from 0; it returns int");
  static_assert(Rules::kHasNames,
                "qcs image store: write `std::string name(std::size_t i) const`, what reports and messages call image "
                "i");
  static_assert(Rules::kReads,
                "qcs image store: write `cv::Mat read(std::size_t i) const`, image i as 8UC3 in RGB or as 8UC1; it is "
                "const because several threads read at once");
  static_assert(Rules::kFingerprintIsText,
                "qcs image store: make fingerprint() `std::string fingerprint() const`, the same for the same images, "
                "or leave it out");
  static constexpr bool kValid = Rules::kAll;
};

/// What is wrong with an image that a store gives, which is 8UC3 or 8UC1 and not empty; empty if nothing is.
inline std::string fault_of_stored(const cv::Mat& image) {
  if (image.empty()) return "the image is empty";
  if (image.dims != 2 || (image.type() != CV_8UC3 && image.type() != CV_8UC1))
    return fmt::format("expected pixels of type CV_8UC3 or CV_8UC1, found {}", cv::typeToString(image.type()));
  return {};
}

}  // namespace qcs
