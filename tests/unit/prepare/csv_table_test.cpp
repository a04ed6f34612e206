// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/io/table/csv_reader.hpp>

#include "prepare_support.hpp"

namespace {

using support::message_of;
using Rows = std::vector<std::vector<std::string>>;

struct Folder : support::TemporaryFolder {
  qcs::CsvTable table(std::string_view content, std::vector<std::string> columns = {}) const {
    return {write("t.csv", content), "table", std::move(columns)};
  }

  /// All rows; a faulty one as its line and fault.
  Rows rows(std::string_view content) const {
    auto read = table(content);
    Rows rows;
    while (read.next()) {
      auto& row = rows.emplace_back();
      if (read.fault())
        row.push_back(fmt::format("{}: {}", read.line(), *read.fault()));
      else
        for (std::size_t c = 0; c < read.header().size(); ++c) row.push_back(read[c]);
    }
    return rows;
  }

  std::string file() const { return (*this / "t.csv").string(); }
};

BOOST_FIXTURE_TEST_SUITE(csv_table, Folder)

BOOST_AUTO_TEST_CASE(fields_are_what_stands_between_commas) {
  BOOST_TEST((rows("a,b\n1,2\n,\n x ,y y\n") == Rows{{"1", "2"}, {"", ""}, {" x ", "y y"}}));
  BOOST_TEST((rows("a\n1\n2") == Rows{{"1"}, {"2"}}));
  BOOST_TEST((rows("a,b\n5\" x,b\"c\n") == Rows{{"5\" x", "b\"c"}}));
}

BOOST_AUTO_TEST_CASE(quotes_hold_commas_quotes_and_line_ends) {
  BOOST_TEST((rows("a,b\n\"1,1\",\"say \"\"2\"\"\"\n\"two\nlines\",\"\"\n") ==
              Rows{{"1,1", "say \"2\""}, {"two\nlines", ""}}));
  auto read = table("a,b\n\"1\n\n1\",2\n3,4\n");
  BOOST_TEST((read.next() && read.line() == 2 && read.next() && read.line() == 5));
}

BOOST_AUTO_TEST_CASE(what_other_systems_write) {
  for (const char* content : {"a,b\r\n1,2\r\n",
                              "\xEF\xBB\xBF"
                              "a,b\n1,2\n",
                              "\n a , b \n\n1,2\n\n", "a;b\n1;2\n", "a\tb\n1\t2\n"}) {
    BOOST_TEST((rows(content) == Rows{{"1", "2"}}));
    BOOST_TEST((table(content).column("b") == 1U));
  }
}

BOOST_AUTO_TEST_CASE(malformed_rows_have_a_fault) {
  BOOST_TEST(
      (rows("a,b\n1\n1,2,3\n\"1\"x,2\n1,2\n\"1,2\n3\n") == Rows{{"2: expected 2 fields, found 1"},
                                                                {"3: expected 2 fields, found 3"},
                                                                {"4: expected `,` after a quoted field, found `x`"},
                                                                {"1", "2"},
                                                                {"6: a quoted field does not end"}}));
}

BOOST_AUTO_TEST_CASE(columns_are_found_by_name) {
  const auto read = table("x,y,x\n");
  BOOST_TEST((read.column("y") == 1U && !read.find("z")));
  BOOST_TEST(message_of<qcs::DataError>([&] { read.column("z"); }) ==
             file() + ":1: expected a column `z`, found `x`, `y`, `x`");
  BOOST_TEST(message_of<qcs::DataError>([&] { read.column("x"); }) == file() + ":1: the header has two columns `x`");
}

BOOST_AUTO_TEST_CASE(faults_of_the_header_name_its_own_line) {
  const auto read = table("\n \n\nx,y,x\n");
  BOOST_TEST(read.header_line() == 4U);
  BOOST_TEST(message_of<qcs::DataError>([&] { read.column("z"); }) ==
             file() + ":4: expected a column `z`, found `x`, `y`, `x`");
  BOOST_TEST(message_of<qcs::DataError>([&] { read.find("x"); }) == file() + ":4: the header has two columns `x`");
}

BOOST_AUTO_TEST_CASE(a_header_may_be_known_beforehand) {
  auto read = table("1,2\n3,4\n", {"a", "b"});
  BOOST_TEST((read.column("b") == 1U && read.next() && read[1] == "2" && read.line() == 1));
  BOOST_TEST((read.next() && read[1] == "4" && read.line() == 2 && !read.next()));
  auto with_header = table("b,a\n3,4\n", {"a", "b"});
  BOOST_TEST((with_header.column("b") == 0U && with_header.next() && with_header[0] == "3" && !with_header.next()));
}

BOOST_AUTO_TEST_CASE(unreadable_files_are_named) {
  BOOST_TEST(message_of<qcs::DataError>([&] { table(" \n\n"); }) == file() + ": this table is empty");
  BOOST_TEST(message_of<qcs::DataError>([&] { table("\"a,b\n1,2\n"); }) == file() + ":1: a quoted field does not end");
  BOOST_CHECK_THROW(qcs::CsvTable(*this / "none.csv", "table"), qcs::DataError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
