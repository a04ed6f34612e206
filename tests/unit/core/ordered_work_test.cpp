// SPDX-License-Identifier: MIT
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <qcs/core/ordered_work.hpp>
#include <stdexcept>
#include <string>

using namespace qcs;

namespace {

using Work = OrderedWork<int, std::string>;

Work::Source count_to(int end) {
  return [next = 0, end]() mutable { return next < end ? std::optional(next++) : std::nullopt; };
}

Work::Worker text() {
  return [](int item) { return std::to_string(item); };
}

}  // namespace

BOOST_AUTO_TEST_CASE(results_come_in_the_order_of_the_items) {
  for (const int threads : {1, 2, 7})
    for (const std::size_t window : {std::size_t{1}, std::size_t{5}, std::size_t{100}}) {
      Work work(count_to(50), text, threads, window);
      for (int i = 0; i < 50; ++i) BOOST_TEST(work.take().value() == std::to_string(i));
      BOOST_TEST(!work.take());
      BOOST_TEST(!work.take());
    }
}

BOOST_AUTO_TEST_CASE(no_more_is_begun_than_the_window_holds) {
  std::atomic<int> begun = 0;
  const auto source = [&]() -> std::optional<int> { return begun < 40 ? std::optional<int>(begun++) : std::nullopt; };
  Work work(source, text, 3, 4);
  for (int taken = 0; taken < 40; ++taken) {
    BOOST_TEST(begun <= taken + 4);
    BOOST_TEST(work.take().has_value());
  }
}

BOOST_AUTO_TEST_CASE(an_exception_comes_in_the_place_of_its_item) {
  const auto worker = []() -> Work::Worker {
    return [](int item) { return item == 3 ? throw std::runtime_error("three") : std::to_string(item); };
  };
  Work work(count_to(6), worker, 2, 4);
  for (int i = 0; i < 6; ++i)
    if (i == 3)
      BOOST_CHECK_THROW(work.take(), std::runtime_error);
    else
      BOOST_TEST(work.take().value() == std::to_string(i));
  BOOST_TEST(!work.take());
}

BOOST_AUTO_TEST_CASE(a_source_or_a_worker_that_cannot_be_made_ends_the_work) {
  Work no_source([]() -> std::optional<int> { throw std::runtime_error("no source"); }, text, 2, 4);
  BOOST_CHECK_THROW(no_source.take(), std::runtime_error);
  BOOST_TEST(!no_source.take());
  Work no_worker(
      count_to(6), []() -> Work::Worker { throw std::runtime_error("no worker"); }, 3, 4);
  BOOST_CHECK_THROW(no_worker.take(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(work_may_be_left_before_its_end) {
  Work work(count_to(1000000), text, 3, 8);
  BOOST_TEST(work.take().value() == "0");
}
