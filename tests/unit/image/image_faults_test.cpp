// SPDX-License-Identifier: MIT
//
// Damaged image files: a decoder may refuse them or make something of them, but nothing else may happen, and a file
// without its end must not pass for an image.

#include <unistd.h>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <qcs/core/random.hpp>
#include <qcs/image/read.hpp>

#include "../data/support.hpp"

namespace {

std::vector<std::uint8_t> encoded(const char* format) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(format, support::picture(5, 61, 47), bytes);
  return bytes;
}

bool decodes(const std::vector<std::uint8_t>& bytes) {
  try {
    return !qcs::decode_rgb(bytes, "image").empty();
  } catch (const qcs::DataError&) {
    return false;
  }
}

/// Decoders print a warning for every damaged file; a thousand of them would bury the test's own words.
class QuietErrors {
 public:
  QuietErrors() : kept_(::dup(STDERR_FILENO)) {
    std::fflush(stderr);
    if (std::freopen("/dev/null", "w", stderr) == nullptr) ::close(kept_);
  }
  ~QuietErrors() {
    std::fflush(stderr);
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
  }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;

 private:
  int kept_;
};

constexpr int kTrials = 1000;

}  // namespace

BOOST_AUTO_TEST_SUITE(image_faults)

BOOST_AUTO_TEST_CASE(a_thousand_cuts_of_every_format_are_noticed) {
  for (const char* format : {".jpg", ".png", ".bmp"}) {
    const auto whole = encoded(format);
    BOOST_TEST(decodes(whole));
    qcs::Rng rng = qcs::stream(1, qcs::Purpose::kAugment);
    int passed = 0;
    {
      const QuietErrors quiet;
      for (int trial = 0; trial < kTrials; ++trial)
        passed += decodes({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(1 + rng() % (whole.size() - 1))});
    }
    BOOST_TEST(passed == 0, format << ": " << passed << " of " << kTrials << " cut files passed for images");
  }
}

BOOST_AUTO_TEST_CASE(a_thousand_flipped_bits_of_every_format_do_no_harm) {
  for (const char* format : {".jpg", ".png", ".bmp"}) {
    const auto whole = encoded(format);
    qcs::Rng rng = qcs::stream(2, qcs::Purpose::kAugment);
    int refused = 0;
    {
      const QuietErrors quiet;
      for (int trial = 0; trial < kTrials; ++trial) {
        auto changed = whole;
        changed[rng() % changed.size()] ^= static_cast<std::uint8_t>(1U << rng() % 8);
        refused += decodes(changed) ? 0 : 1;
      }
    }
    BOOST_TEST_MESSAGE(format << ": " << refused << " of " << kTrials << " flipped bits made the file unreadable");
    BOOST_TEST(refused > 0);
  }
}

BOOST_AUTO_TEST_CASE(absurd_sizes_are_refused_before_decoding) {
  struct Case {
    const char* format;
    std::size_t at;     ///< of the two sizes in the file
    std::string sizes;  ///< 65535 x 65535
  };
  const auto jpeg = encoded(".jpg");
  std::size_t frame = 2;
  while (!(jpeg[frame] == 0xFF && jpeg[frame + 1] == 0xC0)) ++frame;
  const std::string big16(4, '\xFF'), big32("\0\0\xFF\xFF\0\0\xFF\xFF", 8), little32("\xFF\xFF\0\0\xFF\xFF\0\0", 8);
  for (const auto& [format, at, sizes] :
       {Case{".jpg", frame + 5, big16}, Case{".png", 16, big32}, Case{".bmp", 18, little32}}) {
    auto bytes = encoded(format);
    std::copy(sizes.begin(), sizes.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    BOOST_TEST(support::message_of<qcs::DataError>([&] {
                 qcs::decode_rgb(bytes, "image");
               }).find("says 65535 x 65535 pixels") != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
