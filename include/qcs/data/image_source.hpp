// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <opencv2/core.hpp>
#include <qcs/core/error.hpp>
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

/// The images of a list, from their files or from a pack. Const members may run in several threads at once.
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

  const ImageList& list() const { return list_; }

  /// The pack that the images come from; null where they are files.
  const PackedImages* pack() const { return pack_.get(); }

  /// Image `i` of the list as 8UC3 in RGB, from a pack also as 8UC1; not to be written to. Empty if it cannot be read
  /// and bad images are skipped, else throws DataError with the file's name; std::bad_alloc without the memory for it.
  cv::Mat read(std::size_t i) const {
    if (pack_) return pack_->image(packed_[i]);
    if (policy_ == BadImages::kSkip && !why_skipped(i).empty()) return {};
    try {
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

  ImageList list_;
  BadImages policy_;
  std::shared_ptr<const PackedImages> pack_;
  std::vector<std::size_t> packed_;
  std::vector<std::size_t> files_;
  std::shared_ptr<Seen> seen_;  // shared, so that a source can be copied
};

}  // namespace qcs
