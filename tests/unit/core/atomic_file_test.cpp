// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <qcs/core/file/atomic_file.hpp>
#include <stdexcept>
#include <string>

namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("qcs_atomic_file_" + std::to_string(::getpid()));
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }

  std::string read(const char* name) const {
    std::ifstream in(path / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::ptrdiff_t files() const { return std::distance(fs::directory_iterator(path), fs::directory_iterator()); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(atomic_files, Folder)

BOOST_AUTO_TEST_CASE(new_content_replaces_old) {
  qcs::write_atomically(path / "a.txt", [](std::ofstream& out) { out << "a longer first text"; });
  qcs::write_atomically(path / "a.txt", [](std::ofstream& out) { out << "second\n"; });
  BOOST_TEST(read("a.txt") == "second\n");
  BOOST_TEST(files() == 1);
}

BOOST_AUTO_TEST_CASE(a_writer_that_throws_leaves_the_old_file) {
  qcs::write_atomically(path / "a.txt", [](std::ofstream& out) { out << "old"; });
  const auto write = [&] {
    qcs::write_atomically(path / "a.txt", [](std::ofstream& out) {
      out << "half of the n";
      throw std::domain_error("stop");
    });
  };
  BOOST_CHECK_THROW(write(), std::domain_error);
  BOOST_TEST(read("a.txt") == "old");
  BOOST_TEST(files() == 1);
}

BOOST_AUTO_TEST_CASE(a_stream_that_fails_is_an_error_and_leaves_the_old_file) {
  qcs::write_atomically(path / "a.txt", [](std::ofstream& out) { out << "old"; });
  const auto write = [&] {
    qcs::write_atomically(path / "a.txt", [](std::ofstream& out) {
      out << "half of the n";
      out.setstate(std::ios::badbit);
    });
  };
  BOOST_CHECK_THROW(write(), qcs::Error);
  BOOST_TEST(read("a.txt") == "old");
  BOOST_TEST(files() == 1);
}

BOOST_AUTO_TEST_CASE(a_missing_folder_is_named) {
  const auto names_the_file = [&](const qcs::Error& error) {
    return std::string(error.what()).find((path / "absent" / "a.txt").string()) != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(qcs::write_atomically(path / "absent" / "a.txt", [](std::ofstream&) {}), qcs::Error,
                        names_the_file);
}

BOOST_AUTO_TEST_SUITE_END()
