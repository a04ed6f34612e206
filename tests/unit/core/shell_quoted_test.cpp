// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <qcs/core/text/shell_quoted.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(shell_quoted)

BOOST_AUTO_TEST_CASE(plain_paths_stay_as_they_are) {
  for (const char* path : {"runs/dcs", "/data/a-b_c.1", "user@host:x,y=1+2%"})
    BOOST_TEST(qcs::shell_quoted(path) == path);
  BOOST_TEST(qcs::shell_quoted("a b") == "'a b'");
  BOOST_TEST(qcs::shell_quoted("it's") == "'it'\\''s'");
  BOOST_TEST(qcs::shell_quoted("a\nb'c") == "$'a\\012b\\'c'");
  BOOST_TEST(qcs::shell_quoted("-x") == "./-x");
  BOOST_TEST(qcs::shell_quoted("") == "''");
}

BOOST_AUTO_TEST_CASE(bash_reads_back_what_was_quoted) {
  for (const std::string path :
       {"a#1", " a ", "$(exit 1)`x`", "~/x", "a\\b\"c'd", "a\nb\tc\\'", "\xFF\xC3", "*?[a]{b}!", "é", "x;y&z|w<v>u"}) {
    const auto script = std::filesystem::temp_directory_path() / ("qcs_shell_quoted_" + std::to_string(::getpid()));
    std::ofstream(script) << "printf %s " << qcs::shell_quoted(path);
    FILE* pipe = ::popen(("bash " + script.string()).c_str(), "r");
    BOOST_REQUIRE(pipe != nullptr);
    std::string back;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) back += static_cast<char>(c);
    BOOST_TEST(::pclose(pipe) == 0);
    std::filesystem::remove(script);
    BOOST_TEST(back == path);
  }
}

BOOST_AUTO_TEST_SUITE_END()
