// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <qcs/core/processors.hpp>
#include <string>

namespace fs = std::filesystem;

namespace {

/// A made-up file system with the files of control groups.
struct Groups {
  fs::path root = fs::temp_directory_path() / ("qcs_processors_" + std::to_string(::getpid()));
  Groups() { fs::remove_all(root); }
  ~Groups() { fs::remove_all(root); }

  void file(const char* path, const char* text) const {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }
  double quota(const std::string& cgroup, const std::string& mountinfo) const {
    return qcs::processor_quota(cgroup, mountinfo, root).value_or(-1);
  }
};

const std::string kUnified = "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
const std::string kOld =
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
    "40 31 0:35 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "42 31 0:37 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:10 master:3 - cgroup cgroup rw,cpu,cpuacct\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(processors, Groups)

BOOST_AUTO_TEST_CASE(the_least_quota_up_to_the_root_counts) {
  file("sys/fs/cgroup/user.slice/job.scope/cpu.max", "max 100000\n");
  BOOST_TEST(quota("0::/user.slice/job.scope\n", kUnified) == -1);
  file("sys/fs/cgroup/user.slice/cpu.max", "250000 100000\n");
  BOOST_TEST(quota("0::/user.slice/job.scope\n", kUnified) == 2.5);
  file("sys/fs/cgroup/user.slice/job.scope/cpu.max", "400000 100000\n");
  BOOST_TEST(quota("0::/user.slice/job.scope\n", kUnified) == 2.5);
  file("sys/fs/cgroup/user.slice/job.scope/cpu.max", "50000 100000\n");
  BOOST_TEST(quota("0::/user.slice/job.scope\n", kUnified) == .5);
  file("sys/fs/cgroup/cpu.max", "10000\n");  // the period's default
  BOOST_TEST(quota("0::/user.slice/job.scope\n", kUnified) == .1);
  BOOST_TEST(quota("0::/\n", kUnified) == .1);
}

BOOST_AUTO_TEST_CASE(version_one_has_quota_and_period_in_two_files) {
  const std::string cgroup = "12:memory:/docker/a\n4:cpu,cpuacct:/docker/a\n1:name=systemd:/docker/a\n0::/\n";
  file("sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us", "-1\n");
  file("sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_period_us", "100000\n");
  BOOST_TEST(quota(cgroup, kOld) == -1);
  file("sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us", "75000\n");
  file("sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_period_us", "50000\n");
  BOOST_TEST(quota(cgroup, kOld) == 1.5);
  file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "100000\n");
  file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  BOOST_TEST(quota(cgroup, kOld) == 1);
  BOOST_TEST(quota(cgroup, kOld + kUnified) == 1);  // both versions at once
  BOOST_TEST(quota("4:cpuacct:/docker/a\n5:cpuset:/docker/a\n", kOld) == -1);
}

BOOST_AUTO_TEST_CASE(a_container_sees_its_own_group_at_the_mount) {
  file("sys/fs/cgroup/cpu.max", "300000 100000\n");
  // Without a namespace of its own, the path is the host's; with one, it may lie above the mount.
  for (const char* path : {"0::/docker/a\n", "0::/elsewhere/b\n", "0::/\n", "0::/../../c\n"})
    BOOST_TEST(quota(path, "35 24 0:30 /docker/a /sys/fs/cgroup ro - cgroup2 cgroup rw\n") == 3);
  file("sys/fs/cgroup/inner/cpu.max", "200000 100000\n");
  BOOST_TEST(quota("0::/docker/a/inner\n", "35 24 0:30 /docker/a /sys/fs/cgroup ro - cgroup2 cgroup rw\n") == 2);
  // The path is the host's, and not to be seen here.
  BOOST_TEST(quota("0::/docker/a\n", kUnified) == 3);
}

BOOST_AUTO_TEST_CASE(mount_points_may_hold_blanks_and_texts_may_be_anything) {
  file("sys/my groups/a/cpu.max", "700000 100000\n");
  BOOST_TEST(quota("0::/a\n", "35 24 0:30 / /sys/my\\040groups rw - cgroup2 cgroup2 rw\n") == 7);
  file("sys/fs/cgroup/cpu.max", "many 100000\n");
  BOOST_TEST(quota("0::/\n", kUnified) == -1);
  for (const char* text : {"", "\n", "0::\n", ":::\n", "no group at all", "0::/\n0"})
    for (const std::string& mounts : {std::string(), kUnified, std::string("- - -\n1 2 3 - cgroup2\n")})
      BOOST_TEST(quota(text, mounts) == -1);
}

BOOST_AUTO_TEST_CASE(there_is_always_a_processor) {
  BOOST_TEST(qcs::processors_in_affinity() >= 1);
  BOOST_TEST(qcs::usable_processors() >= 1);
  BOOST_TEST(qcs::usable_processors() <= qcs::processors_in_affinity());
  cpu_set_t before, one;
  BOOST_REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i)
    if (CPU_ISSET(i, &before)) CPU_SET(i, &one);
  BOOST_REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);
  BOOST_TEST(qcs::usable_processors() == 1);
  ::sched_setaffinity(0, sizeof before, &before);
}

BOOST_AUTO_TEST_SUITE_END()
