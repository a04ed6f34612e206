// SPDX-License-Identifier: MIT
#include "../../../examples/drawn_store.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(drawn_store)

BOOST_AUTO_TEST_CASE(the_faces_are_those_of_the_files) {
  const fs::path folder = fs::temp_directory_path() / fmt::format("qcs_drawn_store_{}", getpid());
  const auto written = qcs::examples::write_drawn_faces(folder, "train", 2, 3);
  const auto store = qcs::examples::draw_faces("train", 2, 3);
  BOOST_TEST(store.size() == 14u);
  for (std::size_t i = 0; i < store.size(); ++i) {
    BOOST_TEST(store.label(i) == static_cast<int>(i % 7));
    cv::Mat rgb;
    cv::cvtColor(cv::imread((written.images / (store.name(i) + ".png")).string()), rgb, cv::COLOR_BGR2RGB);
    BOOST_TEST(cv::norm(store.read(i), rgb, cv::NORM_INF) == 0.);
  }
  fs::remove_all(folder);
}

BOOST_AUTO_TEST_CASE(seeds_and_splits_are_other_faces) {
  const auto one = qcs::examples::draw_faces("train", 1, 3), other = qcs::examples::draw_faces("train", 1, 4),
             test = qcs::examples::draw_faces("test", 1, 3);
  BOOST_TEST(cv::norm(one.read(0), other.read(0), cv::NORM_INF) > 20.);
  BOOST_TEST(cv::norm(one.read(0), test.read(0), cv::NORM_INF) > 20.);
}

BOOST_AUTO_TEST_SUITE_END()
