// SPDX-License-Identifier: MIT
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>

namespace qcs {

/// The files below a folder that lists name. A folder that many names lead to is read once, since that costs less than
/// asking the system for each of thousands of files; one table answers both whether a file exists and who named it. For
/// one thread.
class FolderListing {
 public:
  struct File {
    bool exists = false;                  ///< as a regular file, or a link to one
    std::array<std::uint32_t, 2> line{};  ///< for the callers: where up to two lists name it first; 0: nowhere
    std::array<int, 2> label{};           ///< what label they give it there
  };

  explicit FolderListing(const std::filesystem::path& root) : root_(root.string() + '/') {}
  FolderListing(const FolderListing&) = delete;
  FolderListing& operator=(const FolderListing&) = delete;

  /// What is known of `name`, which is relative to the root with `/` between folders. Valid as long as this object.
  File& file(std::string_view name) {
    const std::size_t slash = name.rfind('/');  // npos + 1 is 0
    Files& files = folder(name.substr(0, slash == std::string_view::npos ? 0 : slash));
    const std::string_view own = name.substr(slash + 1);
    const auto found = files.find(own);
    return found != files.end() ? found->second : files.emplace(own, File{ask(name), {}, {}}).first->second;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Files = std::pmr::unordered_map<std::pmr::string, File, Hash, std::equal_to<>>;

  struct Folder {
    explicit Folder(std::pmr::memory_resource* memory) : files(memory) {}
    int questions = 0;
    Files files;
  };

  Files& folder(std::string_view name) {
    auto found = folders_.find(name);
    if (found == folders_.end()) found = folders_.try_emplace(std::string(name), &memory_).first;
    Folder& folder = found->second;
    if (folder.questions < kSingleQuestions && ++folder.questions == kSingleQuestions) read(found->first, folder.files);
    return folder.files;
  }

  /// Enters the regular files of a folder. Links, and all files of systems that do not tell, are asked for one by one.
  void read(const std::string& name, Files& files) const {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir((root_ + name).c_str()), ::closedir);
    if (!stream) return;
    while (const dirent* entry = ::readdir(stream.get()))
      if (entry->d_type == DT_REG) files.try_emplace(entry->d_name).first->second.exists = true;
  }

  bool ask(std::string_view name) const {
    if (name.find('\0') != std::string_view::npos) return false;  // the system would see only what stands before it
    struct stat status {};
    return ::stat((root_ + std::string(name)).c_str(), &status) == 0 && S_ISREG(status.st_mode);
  }

  /// So many names of a folder are asked for before it is read: a short list must not pay for a large folder.
  static constexpr int kSingleQuestions = 32;

  std::string root_;
  std::pmr::monotonic_buffer_resource memory_;  // hundreds of thousands of names, freed together
  std::unordered_map<std::string, Folder, Hash, std::equal_to<>> folders_;
};

}  // namespace qcs
