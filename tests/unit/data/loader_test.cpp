// SPDX-License-Identifier: MIT
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include <qcs/data/dataset/labelled_dataset.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/topology/quadruplet.hpp>

#include "support.hpp"

namespace {

using qcs::LoaderOptions;
using support::message_of;
using support::TemporaryFolder;
using Positions = std::vector<std::size_t>;

/// Batches of positions, of which one may be slow or fail.
struct Numbers {
  using Batch = Positions;

  std::size_t size = 10;
  std::size_t failing = 1000;
  std::shared_ptr<std::atomic<int>> loads = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<std::atomic<int>> taken = std::make_shared<std::atomic<int>>(0);     // batches that the test has
  std::shared_ptr<std::atomic<int>> furthest = std::make_shared<std::atomic<int>>(0);  // loaded ahead of those

  std::size_t epoch_size() const { return size; }
  qcs::EpochPlan plan(int epoch) const {
    qcs::EpochPlan plan{epoch, Positions(size)};
    for (std::size_t i = 0; i < size; ++i) plan.order[i] = 1000 * std::size_t(epoch) + i;
    return plan;
  }
  Batch load(const qcs::EpochPlan& plan, std::size_t first, std::size_t count) const {
    ++*loads;
    const auto ahead = static_cast<int>(first / count) - *taken;
    for (int most = *furthest; ahead > most && !furthest->compare_exchange_weak(most, ahead);) {
    }
    if (first % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));  // batches overtake each other
    Batch batch;
    for (std::size_t i = first; i < first + count; ++i) {
      if (i == failing) throw qcs::DataError("image 7 is broken");
      batch.push_back(plan.order[i]);
    }
    return batch;
  }
};

std::vector<Positions> all(qcs::Loader<Numbers>& loader, int epoch) {
  std::vector<Positions> batches;
  for (Positions& batch : loader.epoch(epoch)) batches.push_back(batch);
  return batches;
}

/// Threads of this process, without those that have ended and are but listed still.
int threads_now() {
  int count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "stat");
    std::string text, skipped;
    if (!std::getline(file, text)) continue;
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    for (int i = 0; i < 6; ++i) fields >> skipped;
    constexpr unsigned long kExiting = 4;
    unsigned long flags = kExiting;
    fields >> flags;
    if ((flags & kExiting) == 0) ++count;
  }
  return count;
}

BOOST_AUTO_TEST_SUITE(loader)

BOOST_AUTO_TEST_CASE(batches_come_in_order_and_the_last_may_be_smaller) {
  for (const int workers : {0, 1, 2, 8})
    for (const int prefetch : {1, 2, 7}) {
      qcs::Loader<Numbers> loader({}, {.batch_size = 4, .workers = workers, .prefetch = prefetch});
      BOOST_TEST(loader.batches() == 3);
      for (const int epoch : {0, 1, 5}) {
        const std::size_t e = 1000 * std::size_t(epoch);
        const std::vector<Positions> expected{{e, e + 1, e + 2, e + 3}, {e + 4, e + 5, e + 6, e + 7}, {e + 8, e + 9}};
        BOOST_TEST((all(loader, epoch) == expected));
      }
    }
}

BOOST_AUTO_TEST_CASE(an_epoch_can_begin_at_any_batch) {
  for (const int workers : {0, 1, 3}) {
    qcs::Loader<Numbers> loader({}, {.batch_size = 4, .workers = workers});
    const auto whole = all(loader, 2);
    for (std::int64_t first = 0; first <= 4; ++first) {
      std::vector<Positions> rest;
      for (auto& batch : loader.epoch(2, first)) rest.push_back(batch);
      BOOST_TEST((rest == std::vector<Positions>(whole.begin() + std::min<std::ptrdiff_t>(first, 3), whole.end())));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_queue_is_bounded) {
  Numbers numbers{.size = 100};
  qcs::Loader<Numbers> loader(numbers, {.batch_size = 1, .workers = 4, .prefetch = 3});
  auto epoch = loader.epoch(0);
  auto batch = epoch.begin();
  BOOST_TEST((*batch)[0] == 0U);
  while (*numbers.loads < 4) std::this_thread::yield();  // the one taken and three ahead
  for (*numbers.taken = 1; *numbers.taken < 100; ++*numbers.taken) ++batch;
  BOOST_TEST(*numbers.loads == 100);
  // Batch n is loaded when batch n - 3 is taken, which the test counts when it has the one after that.
  BOOST_TEST(*numbers.furthest <= 3);
}

BOOST_AUTO_TEST_CASE(an_exception_reaches_the_caller_at_its_batch) {
  for (const int workers : {0, 1, 4}) {
    qcs::Loader<Numbers> loader({.failing = 7}, {.batch_size = 2, .workers = workers});
    for (int repeat = 0; repeat < 3; ++repeat) {
      int batches = 0;
      const auto message = message_of<qcs::DataError>([&] {
        for ([[maybe_unused]] auto& batch : loader.epoch(0)) ++batches;
      });
      BOOST_TEST(message == "image 7 is broken");
      BOOST_TEST(batches == 3);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_thousand_exceptions_never_hang) {
  int caught = 0;
  for (int repeat = 0; repeat < 1000; ++repeat) {
    qcs::Loader<Numbers> loader({.failing = static_cast<std::size_t>(repeat % 10)},
                                {.batch_size = 1 + repeat % 3, .workers = 1 + repeat % 4});
    try {
      all(loader, 0);
    } catch (const qcs::DataError&) {
      ++caught;
    }
  }
  BOOST_TEST(caught == 1000);
}

BOOST_AUTO_TEST_CASE(an_epoch_may_be_left_early_and_a_loader_may_go_at_any_time) {
  for (int repeat = 0; repeat < 200; ++repeat) {
    qcs::Loader<Numbers> loader({.size = 40}, {.batch_size = 2, .workers = 3});
    for (int epoch = 0; epoch < repeat % 3; ++epoch)
      for (auto& batch : loader.epoch(epoch))
        if (batch[0] % 1000 >= static_cast<std::size_t>(repeat % 20)) break;
    if (repeat % 2 == 0) BOOST_REQUIRE(all(loader, 2).size() == 20);
  }
}

BOOST_AUTO_TEST_CASE(a_new_epoch_ends_the_one_before) {
  qcs::Loader<Numbers> loader({}, {.batch_size = 2, .workers = 2});
  auto first = loader.epoch(0);
  auto at = first.begin();
  auto second = loader.epoch(1);
  BOOST_TEST((*second.begin())[0] == 1000U);
  BOOST_CHECK_THROW(++at, std::logic_error);
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused) {
  const auto refuse = [](const LoaderOptions& options) {
    return message_of<qcs::ConfigError>([&] { qcs::Loader<Numbers> loader({}, options); });
  };
  BOOST_TEST(refuse({.batch_size = 0}) == "the batch size must be at least 1, got 0");
  BOOST_TEST(refuse({.workers = -1}) == "loader workers must be within 0..256, got -1");
  BOOST_TEST(refuse({.prefetch = 0}) == "a loader must prefetch at least 1 batch, got 0");
}

qcs::TransformOptions small_transform() {
  qcs::TransformOptions options;
  options.resize = 36;
  options.crop = 32;
  options.rotation_degrees = 10;
  return options;
}

const std::vector kLabels{0, 1, 2, 0, 1, 2, 0, 1, 0, 1, 0};

/// Everything of two epochs in one row of tensors.
std::vector<torch::Tensor> contents(const qcs::ImageList& list, int workers, std::uint64_t seed = 9) {
  qcs::Loader loader(qcs::TupleDataset<qcs::Quadruplet>(list, small_transform(), {.seed = seed}),
                     {.batch_size = 4, .workers = workers});
  std::vector<torch::Tensor> tensors;
  for (const int epoch : {0, 1})
    for (auto& batch : loader.epoch(epoch)) {
      tensors.push_back(batch.images);
      tensors.insert(tensors.end(), batch.labels.begin(), batch.labels.end());
    }
  return tensors;
}

BOOST_FIXTURE_TEST_CASE(tuples_are_the_same_bits_for_any_number_of_workers, TemporaryFolder) {
  const auto list = support::pictures(*this, kLabels, 3);
  const auto expected = contents(list, 0);
  BOOST_REQUIRE(expected.size() == 2U * 3 * 3);
  for (const int workers : {1, 2, 8}) {
    const auto actual = contents(list, workers);
    BOOST_REQUIRE(actual.size() == expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i) BOOST_TEST(torch::equal(actual[i], expected[i]), i);
  }
  BOOST_TEST(!torch::equal(contents(list, 0, 10)[0], expected[0]));
  BOOST_TEST(!torch::equal(expected[0], expected[9]));  // the epochs differ
}

BOOST_FIXTURE_TEST_CASE(a_tuple_batch_has_the_promised_shapes_and_labels, TemporaryFolder) {
  const qcs::TupleDataset<qcs::Quadruplet> dataset(support::pictures(*this, kLabels, 3), small_transform());
  const auto plan = dataset.plan(0);
  const auto batch = dataset.load(plan, 3, 5);
  BOOST_TEST(batch.size() == 5);
  for (const auto& images : batch.branches()) {
    BOOST_TEST((images.sizes() == torch::IntArrayRef{5, 3, 32, 32}));
    BOOST_TEST((images.scalar_type() == torch::kFloat32));
  }
  for (std::size_t i = 0; i < 5; ++i) {
    const auto tuple = dataset.tuple(plan, 3 + i);
    BOOST_TEST(batch.members[i][0] == plan.order[3 + i]);
    BOOST_TEST(batch.labels[0].data_ptr<std::int64_t>()[i] == kLabels[tuple[1]]);
    BOOST_TEST(batch.labels[1].data_ptr<std::int64_t>()[i] == kLabels[tuple[3]]);
  }
  const auto alone = dataset.load(plan, 4, 1);
  for (std::size_t b = 0; b < 4; ++b) BOOST_TEST(torch::equal(alone.branch(b)[0], batch.branch(b)[1]));
}

BOOST_FIXTURE_TEST_CASE(an_epoch_of_tuples_can_be_a_part_of_the_list, TemporaryFolder) {
  const auto list = support::pictures(*this, kLabels, 3);
  const qcs::TupleDataset<qcs::Quadruplet> dataset(list, small_transform(),
                                                   {.sampling = qcs::Sampling::kBalanced, .epoch_divisor = 4});
  BOOST_TEST(dataset.epoch_size() == 2U);
  BOOST_TEST(dataset.plan(0).order.size() == 2U);
  const auto length = [](std::size_t images, int divisor) {  // of the AffectNet recipes, N/8 and N/12
    qcs::ImageList many{std::vector<qcs::LabelledImage>(images), 2};
    for (std::size_t i = 0; i < images; ++i) many.images[i] = {fmt::format("{}.png", i), static_cast<int>(i % 2)};
    return qcs::TupleDataset<qcs::Quadruplet>(many, small_transform(), {.epoch_divisor = divisor}).plan(3).order.size();
  };
  BOOST_TEST(length(283901, 12) == 23658U);
  BOOST_TEST(length(287651, 8) == 35956U);
  using Dataset = qcs::TupleDataset<qcs::Quadruplet>;
  BOOST_CHECK_THROW(Dataset(list, small_transform(), {.epoch_divisor = 0}), qcs::ConfigError);
}

BOOST_FIXTURE_TEST_CASE(evaluation_keeps_the_order_of_the_list, TemporaryFolder) {
  const auto list = support::pictures(*this, kLabels, 3);
  qcs::Loader loader(qcs::LabelledDataset(list, small_transform()), {.batch_size = 4});
  const qcs::EvalTransform transform(small_transform());
  std::size_t next = 0;
  for (auto& batch : loader.epoch(0))
    for (std::int64_t i = 0; i < batch.size(); ++i, ++next) {
      BOOST_TEST(batch.indices[std::size_t(i)] == next);
      BOOST_TEST(batch.labels[i].item<int>() == kLabels[next]);
      BOOST_TEST(torch::equal(batch.images[i], transform(qcs::read_rgb(list.images[next].path))));
    }
  BOOST_TEST(next == kLabels.size());
  BOOST_CHECK_THROW(qcs::LabelledDataset(qcs::ImageList{}, small_transform()), qcs::DataError);
}

BOOST_FIXTURE_TEST_CASE(a_broken_image_is_named, TemporaryFolder) {
  const auto list = support::pictures(*this, kLabels, 3);
  write("5.png", "no image any more");
  for (const int workers : {0, 2}) {
    qcs::Loader loader(qcs::LabelledDataset(list, small_transform()), {.batch_size = 2, .workers = workers});
    int batches = 0;
    const auto message = message_of<qcs::DataError>([&] {
      for ([[maybe_unused]] auto& batch : loader.epoch(0)) ++batches;
    });
    BOOST_TEST(message ==
               (*this / "5.png").string() +
                   ": not an image in a format that is read, or damaged: it starts with `no image any more`");
    BOOST_TEST(batches == 2);
  }
}

BOOST_FIXTURE_TEST_CASE(workers_start_no_threads_of_their_own, TemporaryFolder) {
  const auto list = support::pictures(*this, kLabels, 3);
  const int before = threads_now();
  {
    qcs::TransformOptions options;
    options.rotation_degrees = 10;
    qcs::Loader loader(qcs::TupleDataset<qcs::Quadruplet>(list, options), {.batch_size = 8, .workers = 3});
    for ([[maybe_unused]] auto& batch : loader.epoch(0)) BOOST_TEST(threads_now() == before + 3);
  }
  BOOST_TEST(threads_now() == before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
