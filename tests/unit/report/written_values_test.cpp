// SPDX-License-Identifier: MIT
//
// Every number of a run in every file that holds it, each a different one, so that none can be taken for another.

#include <bit>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <limits>
#include <qcs/report/files/metrics_csv.hpp>
#include <qcs/report/files/prediction_csv.hpp>
#include <qcs/report/files/run_json.hpp>
#include <qcs/report/files/step_csv.hpp>
#include <qcs/report/files/tensorboard.hpp>
#include <qcs/report/pace.hpp>
#include <string>

#include "temporary_folder.hpp"

namespace {

using namespace qcs;
using test::bytes_of;

//            predicted  cat  dog
//   truth cat            3    1     recall .75   precision 1    f1 6/7
//         dog            0    4     recall 1     precision .8   f1 8/9
ConfusionMatrix confusion() {
  ConfusionMatrix m(2);
  m.add(0, 0, 3);
  m.add(0, 1, 1);
  m.add(1, 1, 4);
  return m;
}

EpochEvent epoch() {
  return {.epoch = 4,
          .learning_rate = .25,
          .train_loss = 1.5,
          .train_accuracy = .125,
          .train_base_loss = 1.25,
          .train_cross_loss = 1.75,
          .eval_loss = 2.5,
          .confusion = confusion(),
          .accuracy = .875,
          .best = true,
          .seconds = 77,
          .step = 60,
          .gates = {.5, -.5, .0625}};
}

StepEvent step() {
  return {.epoch = 2,
          .batch = 3,
          .batches = 9,
          .step = 21,
          .learning_rate = .25,
          .loss = 1.5,
          .accuracy = .125,
          .base_loss = 1.25,
          .cross_loss = 1.75,
          .roles = {{.base = 11, .cross = 12}, {.base = 13, .cross = 14}},
          .images = 96,
          .seconds = 5};
}

RunInfo info() {
  return {.class_names = {"cat", "dog"},
          .role_names = {"anchor", "negative"},
          .eval = {.name = "validation"},
          .test = {.name = "test"},
          .selection = Selection::kValidation};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(written_values)

BOOST_AUTO_TEST_CASE(an_epoch_as_a_row) {
  const test::TemporaryFolder folder;
  RunHistory history;
  history.epochs = {epoch(), epoch()};
  history.epochs[1].epoch = 5;
  history.epochs[1].best = false;
  history.epochs[1].gates = {1};
  history.epochs[1].eval_loss = std::numeric_limits<double>::infinity();
  write_metrics_csv(folder / "metrics.csv", history);
  BOOST_TEST(bytes_of(folder / "metrics.csv") ==
             "epoch,step,learning_rate,train_loss,train_base_loss,train_cross_loss,train_accuracy,eval_loss,accuracy,"
             "mean_class_accuracy,macro_f1,best,gate_1,gate_2,gate_3\n"
             "5,60,0.25,1.5,1.25,1.75,0.125,2.5,0.875,0.875,0.873015873015873,1,0.5,-0.5,0.0625\n"
             "6,60,0.25,1.5,1.25,1.75,0.125,nan,0.875,0.875,0.873015873015873,0,1,,\n");
}

BOOST_AUTO_TEST_CASE(a_step_as_a_row) {
  BOOST_TEST(detail::step_header({"anchor", "a,b"}) ==
             "step,epoch,learning_rate,loss,base_loss,cross_loss,accuracy,base_anchor,cross_anchor,\"base_a,b\","
             "\"cross_a,b\"\n");
  BOOST_TEST(detail::step_row(step(), 2) == "21,3,0.25,1.5,1.25,1.75,0.125,11,12,13,14\n");
  BOOST_TEST(detail::step_row(step(), 3) == "21,3,0.25,1.5,1.25,1.75,0.125,11,12,13,14,nan,nan\n");
}

BOOST_AUTO_TEST_CASE(the_steps_of_a_resumed_run_are_those_before_it_and_its_own) {
  const test::TemporaryFolder folder;
  const auto run = [&](std::int64_t first, std::int64_t last, std::int64_t done, bool resume) {
    StepCsv csv(folder / "steps.csv", resume);
    auto about = info();
    about.done_steps = done;
    csv.on_run_begin(about);
    for (auto number = first; number <= last; ++number) {
      auto event = step();
      event.step = number;
      csv.on_step(event);
    }
  };
  run(1, 5, 0, false);
  run(4, 6, 3, true);  // the checkpoint is older than the file
  std::vector<std::int64_t> found;
  for (const auto& event : read_steps(folder / "steps.csv")) found.push_back(event.step);
  BOOST_TEST(found == (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}), boost::test_tools::per_element());
  const auto read = read_steps(folder / "steps.csv").back();
  BOOST_TEST(read.epoch == 2);
  BOOST_TEST(read.base_loss == 1.25);
  BOOST_TEST(read.cross_loss == 1.75);
  BOOST_TEST(read.roles.at(1).base == 13);
  BOOST_TEST(read.roles.at(1).cross == 14);
}

BOOST_AUTO_TEST_CASE(an_epoch_as_json) {
  const auto json = epoch_json(epoch());
  BOOST_TEST(json.dump() ==
             R"({"epoch":5,"step":60,"learning_rate":0.25,"train_loss":1.5,"train_base_loss":1.25,)"
             R"("train_cross_loss":1.75,"train_accuracy":0.125,"eval_loss":2.5,"accuracy":0.875,)"
             R"("mean_class_accuracy":0.875,"macro_f1":0.873015873015873,"best":true,"gates":[0.5,-0.5,0.0625],)"
             R"("confusion":[[3,1],[0,4]]})");
  const auto back = epoch_from_json(nlohmann::ordered_json::parse(json.dump()));
  BOOST_TEST(back.epoch == 4);
  BOOST_TEST(back.train_base_loss == 1.25);
  BOOST_TEST(back.train_cross_loss == 1.75);
  BOOST_TEST((back.confusion == confusion()));
}

BOOST_AUTO_TEST_CASE(a_summary_as_json) {
  ConfusionMatrix tested(2);
  tested.add(1, 0, 2);
  const RunSummary summary{.best_epoch = 4,
                           .best_accuracy = .875,
                           .best_confusion = confusion(),
                           .steps = 60,
                           .end = RunEnd::kEarly,
                           .test = Evaluation{.confusion = tested, .loss = 3.5}};
  const auto json = summary_json(summary, info());
  BOOST_TEST(json["end"] == "early");
  BOOST_TEST(json["best_epoch"] == 5);
  BOOST_TEST(json["steps"] == 60);
  BOOST_TEST(json["selection"] == "validation");
  BOOST_TEST(json["images"] == 8);
  BOOST_TEST(json["classes"][0].dump() ==
             R"({"name":"cat","images":4,"recall":0.75,"precision":1.0,"f1":0.8571428571428571})");
  BOOST_TEST(json["classes"][1]["precision"] == .8);
  BOOST_TEST(json["test"]["loss"] == 3.5);
  BOOST_TEST(json["test"]["confusion"].dump() == "[[0,0],[2,0]]");
}

BOOST_AUTO_TEST_CASE(predictions_as_rows) {
  const std::vector<double> logits{1, 3, 3};
  BOOST_TEST(detail::prediction_row({"a.png", "b,c.png"}, 1, 2, logits) == "\"b,c.png\",2,1,1,3,3\n");
  BOOST_TEST(detail::prediction_row({}, 7, 0, logits) == "7,0,1,1,3,3\n");
}

BOOST_AUTO_TEST_CASE(scalars_of_tensorboard) {
  const test::TemporaryFolder folder;
  TensorBoardFile board(folder / "");
  board.on_run_begin(info());
  board.on_step(step());
  board.on_epoch(epoch());
  ConfusionMatrix tested(2);
  tested.add(0, 0, 1);
  tested.add(1, 0, 3);
  board.on_run_end({.steps = 60, .test = Evaluation{.confusion = tested, .loss = 3.5}});
  const auto bytes = bytes_of(board.path());
  // A scalar is field 1, its name, and field 2, four bytes.
  const auto value = [&](const std::string& name) {
    const std::string start = '\x0a' + std::string(1, static_cast<char>(name.size())) + name + '\x15';
    const auto at = bytes.find(start);
    if (at == std::string::npos) return -1.F;
    std::uint32_t bits = 0;
    for (std::size_t i = 4; i-- > 0;) bits = bits << 8 | static_cast<unsigned char>(bytes[at + start.size() + i]);
    return std::bit_cast<float>(bits);
  };
  BOOST_TEST(value("train/loss") == 1.5F);
  BOOST_TEST(value("train/base_loss") == 1.25F);
  BOOST_TEST(value("train/cross_loss") == 1.75F);
  BOOST_TEST(value("train/accuracy") == .125F);
  BOOST_TEST(value("train/learning_rate") == .25F);
  BOOST_TEST(value("train/base_loss/anchor") == 11.F);
  BOOST_TEST(value("train/cross_loss/anchor") == 12.F);
  BOOST_TEST(value("train/base_loss/negative") == 13.F);
  BOOST_TEST(value("train/cross_loss/negative") == 14.F);
  BOOST_TEST(value("validation/loss") == 2.5F);
  BOOST_TEST(value("validation/accuracy") == .875F);
  BOOST_TEST(value("gates/scale_1") == .5F);
  BOOST_TEST(value("gates/scale_3") == .0625F);
  BOOST_TEST(value("test/loss") == 3.5F);
  BOOST_TEST(value("test/accuracy") == .25F);
  BOOST_TEST(value("test/mean_class_accuracy") == .5F);
  BOOST_TEST(value("test/macro_f1") == .2F);
}

BOOST_AUTO_TEST_CASE(the_pace_leaves_breaks_out) {
  Pace pace;
  BOOST_TEST(!pace.known());
  pace.add(1, 10);
  BOOST_TEST(!pace.known());
  pace.add(3, 10);
  BOOST_TEST(pace.images_per_second() == 5);
  BOOST_TEST(pace.seconds_per_step() == 2);
  pace.pause();
  pace.add(1000, 10);  // an evaluation lies before
  BOOST_TEST(pace.images_per_second() == 5);
  pace.add(1002, 10);
  BOOST_TEST(pace.images_per_second() == 5, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_SUITE_END()
