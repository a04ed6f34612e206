// SPDX-License-Identifier: MIT
// Checkpoints while the process is killed and the disk is full.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <map>
#include <qcs/core/file/sha256.hpp>
#include <qcs/train/state/checkpoint_folder.hpp>

#include "support.hpp"
#include "system_calls.hpp"

using namespace faults;

namespace {

std::string digest(const qcs::Checkpoint& checkpoint) {
  qcs::Sha256 hash;
  for (const auto* tensors : {&checkpoint.state_dict, &checkpoint.optimizer})
    for (const auto& [name, tensor] : *tensors) {
      const auto flat = tensor.contiguous();
      hash.update(name);
      hash.update({static_cast<const char*>(flat.data_ptr()), flat.nbytes()});
    }
  return hash.finish();
}

/// Some 2 MB that differ from number to number and carry their hash.
qcs::Checkpoint numbered(std::int64_t number) {
  qcs::Checkpoint checkpoint{.architecture = "numbered", .seed = 0, .state = {.steps = number}};
  for (int i = 0; i < 4; ++i)
    checkpoint.state_dict.emplace_back(fmt::format("w{}", i), torch::arange(100'000, torch::kFloat32) * number + i);
  checkpoint.optimizer.emplace_back("w0.exp_avg", torch::full({125'000}, number, torch::kFloat32));
  checkpoint.metadata["sha256"] = digest(checkpoint);
  return checkpoint;
}

bool hash_is_right(const qcs::Checkpoint& checkpoint) { return checkpoint.metadata.at("sha256") == digest(checkpoint); }

/// The checkpoint that a resumed run would take, which must be whole, after the cleaning that comes first.
qcs::Checkpoint newest(const qcs::CheckpointFolder& folder, const std::filesystem::path& path) {
  folder.remove_leftovers();
  for (const auto& name : names_in(path)) {
    BOOST_TEST((name == "last.pt" || name == "previous.pt" || name == "best.pt"), name << " was left over");
    BOOST_TEST(hash_is_right(qcs::load_checkpoint(path / name)), name);
  }
  return qcs::find_checkpoint(path).checkpoint;
}

}  // namespace

BOOST_AUTO_TEST_CASE(killed_at_500_random_moments_while_saving) {
  constexpr int kKills = 500;
  const Folder place;
  const qcs::CheckpointFolder folder(place.path());
  folder.save(numbered(0), true);
  set_fault(Fault::kNone);
  folder.save(numbered(1), true);
  const int calls_of_a_save = calls_seen();
  std::mt19937 random(1);
  std::uniform_int_distribution<int> any_call(1, 3 * calls_of_a_save);
  std::int64_t saved = 1;
  int newest_won = 0;
  for (int trial = 0; trial < kKills; ++trial) {
    const Shared<std::atomic<std::int64_t>> begun, done;
    *done = saved;
    const auto fault = trial % 2 == 0 ? Fault::kKill : Fault::kKillWithin;
    const int call = any_call(random);
    const Child child([&] {
      set_fault(fault, call);
      for (std::int64_t number = saved + 1;; ++number) {
        const auto checkpoint = numbered(number);
        *begun = number;
        folder.save(checkpoint, number % 3 == 0);
        *done = number;
      }
      return 0;
    });
    BOOST_TEST(child.wait() == 128 + SIGKILL);
    BOOST_TEST(begun->load() == done->load() + 1);
    const auto found = newest(folder, place.path());
    BOOST_TEST(found.state.steps >= done->load(), "more than the save under way was lost");
    BOOST_TEST(found.state.steps <= begun->load());
    if (found.state.steps == begun->load()) ++newest_won;
    saved = found.state.steps;
  }
  BOOST_TEST_MESSAGE(
      fmt::format("{} kills within a save of {} calls, {} checkpoints written; the newest one was there {} "
                  "times, else the one before",
                  kKills, calls_of_a_save, saved, newest_won));
  BOOST_TEST(newest_won > 0);
  BOOST_TEST(newest_won < kKills);
}

BOOST_AUTO_TEST_CASE(killed_before_every_single_call) {
  const Folder place;
  const qcs::CheckpointFolder folder(place.path());
  folder.save(numbered(0), true);
  std::int64_t saved = 0;
  int call = 0;
  for (bool killed = true; killed;) {
    ++call;
    const Child child([&] {
      set_fault(Fault::kKill, call);
      folder.save(numbered(saved + 1), true);
      return 0;
    });
    killed = child.wait() == 128 + SIGKILL;
    const auto found = newest(folder, place.path());
    BOOST_TEST((found.state.steps == saved || found.state.steps == saved + 1));
    saved = found.state.steps;
  }
  BOOST_TEST_MESSAGE(fmt::format("killed before each of {} calls", call - 1));
  BOOST_TEST(call > 10);
}

BOOST_AUTO_TEST_CASE(the_disk_is_full_at_every_single_write) {
  for (const Fault fault : {Fault::kFullDisk, Fault::kFullDiskForGood}) {
    const Folder place;
    const qcs::CheckpointFolder folder(place.path());
    folder.save(numbered(0), true);
    folder.save(numbered(1), false);
    std::map<std::string, std::string> before;
    for (const auto& name : names_in(place.path())) before[name] = qcs::sha256_of_file(place.path() / name);
    int failed = 0, unharmed = 0;
    for (int call = 1;; ++call) {
      set_fault(fault, call);
      std::string message;
      try {
        folder.save(numbered(2), false);
      } catch (const qcs::Error& error) {
        message = error.what();
      }
      const bool met = calls_seen() >= call;
      set_fault(Fault::kNone);
      if (!met) break;        // the save needed fewer calls
      if (message.empty()) {  // a link that cannot be made becomes a copy
        BOOST_TEST(hash_is_right(qcs::load_checkpoint(folder.last())));
        break;
      }
      ++failed;
      BOOST_TEST(message.find("MiB") != std::string::npos, message);
      BOOST_TEST(message.find("No space left on device") != std::string::npos, message);
      const auto loaded = qcs::find_checkpoint(place.path()).checkpoint;
      BOOST_TEST(hash_is_right(loaded));
      const bool untouched = qcs::sha256_of_file(folder.last()) == before.at("last.pt");
      BOOST_TEST((untouched || loaded.state.steps == 2));
      unharmed += untouched ? 1 : 0;
      folder.remove_leftovers();
      if (!untouched) break;  // the new file has its name already, only the folder could not be synced
    }
    BOOST_TEST_MESSAGE(fmt::format("full disk {}: {} failed saves, last.pt unchanged after {}",
                                   fault == Fault::kFullDisk ? "once" : "for good", failed, unharmed));
    BOOST_TEST(failed >= 10);
  }
}

BOOST_AUTO_TEST_CASE(killed_while_recovering_with_a_full_disk_before) {
  const Folder place;
  const qcs::CheckpointFolder folder(place.path());
  folder.save(numbered(0), true);
  std::mt19937 random(2);
  std::int64_t saved = 0;
  for (int trial = 0; trial < 100; ++trial) {
    const int full_at = std::uniform_int_distribution<int>(1, 25)(random),
              killed_at = std::uniform_int_distribution<int>(1, 25)(random);
    const Child child([&] {
      set_fault(Fault::kFullDisk, full_at);
      try {
        folder.save(numbered(saved + 1), true);
      } catch (const qcs::Error&) {
      }
      set_fault(Fault::kKill, killed_at);
      folder.remove_leftovers();
      folder.save(numbered(saved + 2), false);
      return 0;
    });
    child.wait();
    const auto found = newest(folder, place.path());
    BOOST_TEST(found.state.steps >= saved);
    BOOST_TEST(found.state.steps <= saved + 2);
    saved = found.state.steps;
  }
}
