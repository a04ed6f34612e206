// SPDX-License-Identifier: MIT
// File systems that cannot do all that a run would like to.
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <qcs/core/file/folder_lock.hpp>
#include <qcs/experiment/run_folder.hpp>
#include <qcs/train/state/checkpoint_folder.hpp>

#include "support.hpp"
#include "system_calls.hpp"

using namespace faults;

namespace {

/// As long as this lives, calls that need `ability` fail.
struct Without {
  Without(Ability ability, int error) { take_away(ability, error); }
  ~Without() { take_away(Ability::kNone); }
};

qcs::Checkpoint numbered(std::int64_t number) {
  return {.architecture = "numbered", .seed = 0, .state = {.steps = number}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(where_there_are_no_locks_a_run_goes_on_and_says_so) {
  for (const int error : {ENOSYS, ENOTSUP, ENOLCK, EINVAL}) {
    const Folder place;
    const Without locks(Ability::kLock, error);
    const qcs::FolderLock first(place.path()), second(place.path());
    BOOST_REQUIRE(second.note().has_value());
    BOOST_TEST(*second.note() == fmt::format("{}: the file system knows no locks ({}), so nothing keeps a second run "
                                             "out of this folder",
                                             place.path().string(), std::strerror(error)));
    BOOST_TEST(qcs::RunFolder(place.path() / "run").note().has_value());
  }
  const Folder place;
  BOOST_TEST(!qcs::FolderLock(place.path()).note().has_value());
  BOOST_TEST(!qcs::RunFolder(place.path() / "run").note().has_value());
  const Without locks(Ability::kLock, EIO);
  BOOST_CHECK_EXCEPTION(qcs::FolderLock(place.path()), qcs::Error,
                        [](const qcs::Error& error) { return std::string(error.what()).find("cannot lock ") == 0; });
}

BOOST_AUTO_TEST_CASE(what_cannot_be_synced_is_no_error_and_a_failing_disk_is) {
  for (const Ability sync : {Ability::kSync, Ability::kFolderSync}) {
    for (const int error : {EINVAL, ENOTSUP, ENOSYS, EBADF, EROFS}) {
      const Folder place;
      const qcs::CheckpointFolder folder(place.path());
      const Without syncing(sync, error);
      qcs::write_atomically(place.path() / "file", [](std::ofstream& out) { out << "whole"; });
      BOOST_TEST(bytes_of(place.path() / "file") == "whole");
      for (const std::int64_t number : {1, 2}) folder.save(numbered(number), true);
      BOOST_TEST(qcs::load_checkpoint(folder.last()).state.steps == 2);
      BOOST_TEST(qcs::load_checkpoint(folder.previous()).state.steps == 1);
    }
    for (const int error : {EIO, ENOSPC, EDQUOT}) {
      const Folder place;
      const Without syncing(sync, error);
      BOOST_CHECK_EXCEPTION(
          qcs::write_atomically(place.path() / "file", [](std::ofstream& out) { out << "whole"; }), qcs::Error,
          [&](const qcs::Error& thrown) { return std::string(thrown.what()).ends_with(std::strerror(error)); });
      BOOST_CHECK_THROW(qcs::CheckpointFolder(place.path()).save(numbered(1), true), qcs::Error);
    }
  }
}

BOOST_AUTO_TEST_CASE(where_there_are_no_hard_links_there_are_copies) {
  for (const int error : {EPERM, ENOTSUP, EMLINK, EXDEV, ENOSYS}) {
    const Folder place;
    const qcs::CheckpointFolder folder(place.path());
    const Without links(Ability::kHardLink, error);
    for (const std::int64_t number : {1, 2, 3}) folder.save(numbered(number), number == 2);
    BOOST_TEST(qcs::load_checkpoint(folder.last()).state.steps == 3);
    BOOST_TEST(qcs::load_checkpoint(folder.previous()).state.steps == 2);
    BOOST_TEST(qcs::load_checkpoint(folder.best()).state.steps == 2);
    BOOST_TEST(names_in(place.path()).size() == 3u);
  }
}
