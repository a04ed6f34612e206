// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/core/text/terminal_text.hpp>

using qcs::terminal_text;

BOOST_AUTO_TEST_CASE(letters_of_all_scripts_and_line_ends_stay) {
  for (const std::string text :
       {"", "face.png", "two\nlines", "J\xC3\xA9r\xC3\xB4me \xE5\xBE\xAE\xE7\xAC\x91 \xF0\x9F\x98\x80"})
    BOOST_TEST(terminal_text(text) == text);
}

BOOST_AUTO_TEST_CASE(what_steers_a_terminal_is_shown) {
  BOOST_TEST(terminal_text("a\x1b[2Jb\tc\rd\x7f") == "a\\x1b[2Jb\\x09c\\x0dd\\x7f");
  BOOST_TEST(terminal_text("\xC2\x9B"
                           "2J") == "\\xc2\\x9b2J");  // the one-character form of ESC [
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_are_shown) {
  BOOST_TEST(terminal_text("caf\xE9.png") == "caf\\xe9.png");
  BOOST_TEST(terminal_text("\xC0\xAF \xED\xA0\x80 \xF4\x90\x80\x80 \xE2\x82") ==
             "\\xc0\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80 \\xe2\\x82");
}
