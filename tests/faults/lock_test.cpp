// SPDX-License-Identifier: MIT
// One folder, one run.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <qcs/core/folder_lock.hpp>
#include <vector>

#include "support.hpp"

using namespace faults;

BOOST_AUTO_TEST_CASE(of_eight_that_start_at_once_one_gets_the_folder_a_hundred_times) {
  const Folder place;
  double slowest = 0;
  for (int round = 0; round < 100; ++round) {
    const Shared<std::atomic<int>> go, winners, losers, winner_pid, wrong_messages;
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 8; ++i)
      children.push_back(std::make_unique<Child>([&] {
        while (go->load() == 0) {
        }
        const auto start = std::chrono::steady_clock::now();
        try {
          const qcs::FolderLock lock(place.path());
          *winner_pid = ::getpid();
          ++*winners;
          return wait_until([&] { return losers->load() == 7; }) ? 0 : 1;
        } catch (const qcs::Error& error) {
          const bool fast = std::chrono::steady_clock::now() - start < std::chrono::seconds(1);
          const auto named = fmt::format("is in use by process {} on ", winner_pid->load());
          if (!fast || std::string(error.what()).find(named) == std::string::npos) ++*wrong_messages;
          ++*losers;
          return 2;
        }
      }));
    const auto start = std::chrono::steady_clock::now();
    *go = 1;
    for (const auto& child : children) child->wait();
    slowest = std::max(slowest, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    BOOST_TEST(winners->load() == 1);
    BOOST_TEST(losers->load() == 7);
    BOOST_TEST(wrong_messages->load() == 0);
  }
  BOOST_TEST_MESSAGE(fmt::format("100 rounds of 8, one winner each; slowest round {:.2f} s", slowest));
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

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_is_named) {
  BOOST_CHECK_EXCEPTION(qcs::FolderLock("/nowhere/at/all"), qcs::Error, [](const qcs::Error& error) {
    return std::string(error.what()).find("/nowhere/at/all/.lock: No such file") != std::string::npos;
  });
}
