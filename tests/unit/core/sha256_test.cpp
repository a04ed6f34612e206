// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/core/file/sha256.hpp>

#include "../data/support.hpp"

namespace {

using support::message_of;
using support::TemporaryFolder;

BOOST_FIXTURE_TEST_SUITE(checksum, TemporaryFolder)

BOOST_AUTO_TEST_CASE(known_vectors) {
  // FIPS 180-4's examples.
  BOOST_TEST(qcs::sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(qcs::sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(qcs::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

BOOST_AUTO_TEST_CASE(a_file_longer_than_one_piece) {
  const auto file = write("million.txt", std::string(1000000, 'a'));
  BOOST_TEST(qcs::sha256_of_file(file) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  BOOST_TEST(qcs::sha256_of_file(write("empty", "")) == qcs::sha256(""));
}

BOOST_AUTO_TEST_CASE(pieces_make_the_same_digest) {
  qcs::Sha256 sum;
  for (const char* piece : {"a", "", "bc"}) sum.update(piece);
  BOOST_TEST(sum.finish() == qcs::sha256("abc"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_named) {
  const auto missing = (*this / "none").string();
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::sha256_of_file(missing); }) ==
             missing + ": cannot open this file for its checksum");
  BOOST_CHECK_THROW(qcs::sha256_of_file(path()), qcs::DataError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
