// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <opencv2/core.hpp>
#include <qcs/core/parallel_for.hpp>
#include <qcs/data/image_store.hpp>
#include <qcs/testing/findings.hpp>
#include <string>
#include <vector>

namespace qcs::testing {

/// How closely check_image_store looks.
struct ImageStoreCheckOptions {
  int classes = 0;           ///< labels shall be below it; 0 for any
  std::size_t images = 100;  ///< that are read at most, spread over the store
  int threads = 4;
};

namespace detail {

inline bool same_pixels(const cv::Mat& a, const cv::Mat& b) {
  if (a.size() != b.size() || a.type() != b.type()) return false;
  for (int y = 0; y < a.rows; ++y)
    if (std::memcmp(a.ptr(y), b.ptr(y), a.elemSize() * static_cast<std::size_t>(a.cols)) != 0) return false;
  return true;
}

/// Names and labels; images of one name are one image that comes more than once.
template <class S>
void check_store_list(Findings& findings, const S& store, int classes) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < static_cast<std::size_t>(store.size()); ++i) {
    const int label = store.label(i);
    const std::string name = store.name(i);
    findings.require(label >= 0 && (classes == 0 || label < classes),
                     fmt::format("image {} has label {}, expected 0..{}", i, label,
                                 classes == 0 ? std::string() : fmt::format("{}", classes - 1)));
    findings.require(!name.empty(), fmt::format("image {} has no name", i));
    findings.require(store.label(i) == label && std::string(store.name(i)) == name,
                     fmt::format("image {} has another label or name when asked again", i));
    const auto [first, fresh] = seen.emplace(name, i);
    if (!fresh && store.label(first->second) != label)
      findings.add(
          fmt::format("images {} and {} are both called `{}`, but have different labels", first->second, i, name));
  }
}

}  // namespace detail

/// Checks an image store: that it has images, labels in range, a name for each image and one label for each name,
/// pixels of a type that training takes, the same pixels when an image is read again, also by several threads at once,
/// and the same fingerprint when asked again. Throws CheckError with everything that is wrong.
template <class S>
void check_image_store(const S& store, const ImageStoreCheckOptions& options = {}) {
  static_assert(CheckedImageStore<S>::kValid);
  if constexpr (ImageStore<S>) {
    Findings findings("image store", part_name<S>());
    const auto size = static_cast<std::size_t>(store.size());
    findings.require(size > 0, "it has no images");
    findings.attempt("label() or name()", [&] { detail::check_store_list(findings, store, options.classes); });
    const auto count = std::min(size, options.images);
    std::vector<std::size_t> numbers;
    std::vector<cv::Mat> given, first;  // what read() gave, and a copy of it
    for (std::size_t i = 0; i < count; ++i) {
      const auto number = i * size / count;
      findings.attempt(fmt::format("read({})", number), [&] {
        const cv::Mat image = store.read(number);
        const auto fault = fault_of_stored(image);
        if (!findings.require(fault.empty(), fmt::format("read({}): {}", number, fault))) return;
        numbers.push_back(number);
        given.push_back(image);
        first.push_back(image.clone());
      });
    }
    bool kept = true;
    for (std::size_t i = 0; i < given.size(); ++i) kept = kept && detail::same_pixels(given[i], first[i]);
    findings.require(kept, "an image that read() gave changes when another one is read; give each its own pixels");
    findings.attempt("reading in several threads", [&] {
      std::vector<char> same(4 * numbers.size());
      const auto again = [&](std::size_t i) {
        same[i] = detail::same_pixels(store.read(numbers[i % numbers.size()]), first[i % numbers.size()]) ? 1 : 0;
      };
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        again(i);
        findings.require(same[i] != 0, fmt::format("read({}) gives other pixels when it is called again", numbers[i]));
      }
      parallel_for(same.size(), options.threads, again, {});
      findings.require(std::find(same.begin(), same.end(), 0) == same.end(),
                       "read() gives other pixels when several threads read at once");
    });
    if constexpr (requires { store.fingerprint(); })
      findings.attempt("fingerprint()", [&] {
        const std::string fingerprint = store.fingerprint();
        findings.require(!fingerprint.empty(), "its fingerprint is empty; leave fingerprint() out if there is none");
        findings.require(std::string(store.fingerprint()) == fingerprint, "fingerprint() changes from call to call");
      });
    findings.throw_if_any();
  }
}

}  // namespace qcs::testing
