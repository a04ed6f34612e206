// SPDX-License-Identifier: MIT
// One folder, one run.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <memory>
#include <qcs/core/file/folder_lock.hpp>
#include <vector>

#include "support.hpp"

using namespace faults;

BOOST_AUTO_TEST_CASE(of_eight_that_start_at_once_one_gets_the_folder_a_hundred_times) {
  const Folder place;
  int named = 0;
  for (int round = 0; round < 100; ++round) {
    const Shared<std::atomic<int>> go, winners, losers, winner_pid, named_winner, wrong_messages;
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 8; ++i)
      children.push_back(std::make_unique<Child>([&] {
        while (go->load() == 0) std::this_thread::yield();
        try {
          const qcs::FolderLock lock(place.path());
          *winner_pid = ::getpid();
          ++*winners;
          return wait_until([&] { return losers->load() == 7; }) ? 0 : 1;
        } catch (const qcs::Error& error) {
          const std::string text = error.what();
          wait_until([&] { return winner_pid->load() != 0; });
          if (text.find(fmt::format("is in use by process {} on ", winner_pid->load())) != std::string::npos)
            ++*named_winner;
          else if (text.find("is in use by another process") == std::string::npos)  // it could not be told yet
            ++*wrong_messages;
          ++*losers;
          return 2;
        }
      }));
    *go = 1;
    for (const auto& child : children) child->wait();
    BOOST_TEST(winners->load() == 1);
    BOOST_TEST(losers->load() == 7);
    BOOST_TEST(wrong_messages->load() == 0);
    named += named_winner->load();
  }
  BOOST_TEST_MESSAGE(fmt::format("100 rounds of 8, one winner each, named by {} of 700", named));
}

BOOST_AUTO_TEST_CASE(a_lock_dies_with_its_process) {
  const Folder place;
  const Shared<std::atomic<int>> held;
  const Child child([&] {
    const qcs::FolderLock lock(place.path());
    *held = 1;
    for (;;) ::pause();
    return 0;
  });
  BOOST_REQUIRE(wait_until([&] { return held->load() == 1; }));
  BOOST_CHECK_THROW(qcs::FolderLock(place.path()), qcs::Error);
  child.signal(SIGKILL);
  child.wait();
  const qcs::FolderLock lock(place.path());
  BOOST_CHECK_THROW(qcs::FolderLock(place.path()), qcs::Error);  // one process, two runs
}

BOOST_AUTO_TEST_CASE(a_holder_that_says_nothing_of_itself_is_another_process) {
  const Folder place;
  for (const char* text : {"", "process 0 on nowhere", "no process at all\n"}) {
    std::ofstream(place.path() / ".lock") << text;
    const int file = ::open((place.path() / ".lock").c_str(), O_RDWR | O_CLOEXEC);
    BOOST_REQUIRE(::flock(file, LOCK_EX) == 0);
    BOOST_CHECK_EXCEPTION(qcs::FolderLock(place.path()), qcs::Error, [](const qcs::Error& error) {
      return std::string(error.what()).find("is in use by another process;") != std::string::npos;
    });
    ::close(file);
  }
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_is_named) {
  BOOST_CHECK_EXCEPTION(qcs::FolderLock("/nowhere/at/all"), qcs::Error, [](const qcs::Error& error) {
    return std::string(error.what()).find("/nowhere/at/all/.lock: No such file") != std::string::npos;
  });
}
