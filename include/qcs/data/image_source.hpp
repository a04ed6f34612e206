// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <opencv2/core.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/data/image_store.hpp>
#include <qcs/data/list/image_list.hpp>
#include <qcs/image/pack.hpp>
#include <qcs/image/read.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace qcs {

namespace detail {

/// The images of a pack in the place of a folder's files, see FolderListing.
class PackListing {
 public:
  explicit PackListing(const PackedImages& pack) : pack_(&pack) {}

  FolderListing::File& file(const std::string& name) {
    const auto [found, fresh] = files_.try_emplace(name);
    if (fresh) found->second.exists = pack_->find(name).has_value();
    return found->second;
  }

 private:
  const PackedImages* pack_;
  std::unordered_map<std::string, FolderListing::File> files_;
};

/// An image store of any type, as ImageSource holds it.
struct StoredImages {
  std::function<cv::Mat(std::size_t)> read;
  std::function<std::string()> fingerprint;  ///< none where the store has none
};

/// The names and labels of a store. Throws DataError with all faults, by number of the image.
template <class Store>
ImageList list_of_store(const Store& store, int classes) {
  ImageList list{{}, classes};
  FaultList faults("image store");
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < static_cast<std::size_t>(store.size()); ++i) {
    std::string name = store.name(i);
    const int label = store.label(i);
    if (label < 0 || label >= classes) faults.add(i, fmt::format("label {} is not within 0..{}", label, classes - 1));
    if (name.empty()) faults.add(i, "the image has no name");
    if (const auto [first, fresh] = seen.emplace(name, i); !fresh && store.label(first->second) != label)
      faults.add(i, fmt::format("`{}` has label {}, as image {} it has {}", name, label, first->second,
                                store.label(first->second)));
    list.images.push_back({std::move(name), label});
  }
  faults.throw_if_any();
  return list;
}

}  // namespace detail

/// Reads a list file as read_image_list does, of the images of a pack; paths in the result are their names in it.
inline ImageList read_packed_list(const std::filesystem::path& list, const PackedImages& pack, int classes,
                                  Repeats repeats = Repeats::kRefuse) {
  detail::PackListing files(pack);
  return detail::parse_image_list(list, "", classes, repeats, files);
}

/// What happens to an image that cannot be read.
enum class BadImages {
  kFail,  ///< its DataError ends the epoch
  kSkip,  ///< training draws another tuple in its place, evaluation leaves it out; ImageSource::skipped() names it
};

/// The images of a list, from their files, from a pack or from a store of the user's. Const members may run in several
/// threads at once.
class ImageSource {
 public:
  /// @param pack holds every image of the list under the name that `path` has in it; null reads the files. Throws
  /// DataError if it lacks one.
  ImageSource(ImageList list, BadImages policy = BadImages::kFail, std::shared_ptr<const PackedImages> pack = {})
      : list_(std::move(list)),
        policy_(policy),
        pack_(std::move(pack)),
        files_(list_.files()),
        seen_(std::make_shared<Seen>()) {
    if (!pack_) return;
    for (const auto& image : list_.images) {
      const auto number = pack_->find(image.path.string());
      if (!number)
        throw DataError(fmt::format("{}: there is no image {}", pack_->path().string(), image.path.string()));
      packed_.push_back(*number);
    }
  }

  /// The images of a store, see ImageStore and docs/policies/image_store.md. A name stands where a list has a path.
  /// Throws DataError with all labels outside 0..classes-1, images without a name and names of two labels; ConfigError
  /// on fewer than one class.
  template <class Store>
  static ImageSource of(Store store, int classes, BadImages policy = BadImages::kFail) {
    static_assert(CheckedImageStore<Store>::kValid);
    if (classes < 1) throw ConfigError(fmt::format("an image store needs at least one class, got {}", classes));
    if constexpr (ImageStore<Store>) {
      const auto shared = std::make_shared<const Store>(std::move(store));
      ImageSource source(detail::list_of_store(*shared, classes), policy);
      detail::StoredImages stored{.read = [shared](std::size_t i) -> cv::Mat { return shared->read(i); },
                                  .fingerprint = {}};
      if constexpr (detail::kHasFingerprint<Store>)
        stored.fingerprint = [shared]() -> std::string { return shared->fingerprint(); };
      source.stored_ = std::make_shared<const detail::StoredImages>(std::move(stored));
      return source;
    } else {
      return ImageList();  // the static_assert has said why
    }
  }

  const ImageList& list() const { return list_; }

  /// The pack that the images come from; null where there is none.
  const PackedImages* pack() const { return pack_.get(); }

  /// Whether the images come from a store.
  bool is_store() const { return stored_ != nullptr; }

  /// The store's own fingerprint; empty where there is no store, or it has none.
  std::string store_fingerprint() const {
    return stored_ && stored_->fingerprint ? stored_->fingerprint() : std::string();
  }

  /// Image `i` of the list as 8UC3 in RGB, from a pack or a store also as 8UC1; not to be written to. Empty if it
  /// cannot be read and bad images are skipped, else throws DataError with the file's name; std::bad_alloc without the
  /// memory for it.
  cv::Mat read(std::size_t i) const {
    if (pack_) return pack_->image(packed_[i]);
    if (policy_ == BadImages::kSkip && !why_skipped(i).empty()) return {};
    try {
      if (stored_) return read_stored(i);
      std::vector<std::string> warnings;
      cv::Mat rgb = read_rgb(list_.images[i].path, &warnings);
      if (!warnings.empty()) {
        const std::lock_guard lock(seen_->mutex);
        seen_->warnings.try_emplace(files_[i], std::move(warnings));
      }
      return rgb;
    } catch (const DataError& error) {
      if (policy_ == BadImages::kFail) throw;
      const std::lock_guard lock(seen_->mutex);
      seen_->skipped.emplace(files_[i], error.what());
      return {};
    }
  }

  /// Why image `i` was skipped; empty if it was not.
  std::string why_skipped(std::size_t i) const {
    const std::lock_guard lock(seen_->mutex);
    const auto found = seen_->skipped.find(files_[i]);
    return found == seen_->skipped.end() ? std::string() : found->second;
  }

  /// One message for each file that was skipped so far, in the order of the list.
  std::vector<std::string> skipped() const {
    const std::lock_guard lock(seen_->mutex);
    std::vector<std::string> reasons;
    for (const auto& [number, reason] : seen_->skipped) reasons.push_back(reason);
    return reasons;
  }

  /// What decoders found unusual so far about files whose pixels are whole, in the order of the list.
  std::vector<std::string> warnings() const {
    const std::lock_guard lock(seen_->mutex);
    std::vector<std::string> all;
    for (const auto& [number, warnings] : seen_->warnings) all.insert(all.end(), warnings.begin(), warnings.end());
    return all;
  }

 private:
  /// By the number of the file's first image.
  struct Seen {
    std::mutex mutex;
    std::map<std::size_t, std::string> skipped;
    std::map<std::size_t, std::vector<std::string>> warnings;
  };

  /// Throws DataError that begins with the image's name, or what the store throws.
  cv::Mat read_stored(std::size_t i) const {
    const auto name = list_.images[i].path.string();
    std::string fault;
    try {
      cv::Mat image = stored_->read(i);
      fault = fault_of_stored(image);
      if (fault.empty()) return image;
    } catch (const DataError& error) {
      fault = error.what();
    }
    throw DataError(fault.starts_with(name) ? fault : fmt::format("{}: {}", name, fault));
  }

  ImageList list_;
  BadImages policy_;
  std::shared_ptr<const PackedImages> pack_;
  std::vector<std::size_t> packed_;
  std::shared_ptr<const detail::StoredImages> stored_ = {};
  std::vector<std::size_t> files_;
  std::shared_ptr<Seen> seen_;  // shared, so that a source can be copied
};

}  // namespace qcs
