// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <qcs/program/train_options.hpp>

using namespace qcs;
using program::UsageError;

namespace {

template <class Dataset>
program::TrainArguments parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "program");
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  return program::parse_train_arguments<Dataset>(static_cast<int>(argv.size()), argv.data()).value();
}

auto says(std::string text) {
  return [text](const UsageError& error) { return std::string(error.what()).find(text) != std::string::npos; };
}

}  // namespace

/// One row of the published defaults.
struct Published {
  const char* model;
  int epochs, batch;
  double lr;
  int resize;
  double rotation;
  bool jitter;
  double erase;
  Sampling sampling;
  int divisor;
  NegativeRule negatives;
  double base_dropout, cross_dropout;
  bool after_attention;
};

template <class Dataset>
void compare(const Published& row) {
  BOOST_TEST_CONTEXT(row.model << " on " << Dataset::kName) {
    const auto run = parse<Dataset>({"--model", row.model});
    const Recipe& r = run.recipe;
    BOOST_TEST(r.epochs == row.epochs);
    BOOST_TEST(r.batch_size == row.batch);
    BOOST_TEST(r.learning_rate == row.lr);
    BOOST_TEST(r.schedule.gamma == .98);
    BOOST_TEST((r.schedule.kind == ScheduleKind::kExponential));
    BOOST_TEST(r.schedule.warmup_epochs == 0);
    BOOST_TEST((r.aids == TrainingAids{}));
    BOOST_TEST(r.transform.resize == row.resize);
    BOOST_TEST(r.transform.crop == 224);
    BOOST_TEST(r.transform.rotation_degrees == row.rotation);
    BOOST_TEST(r.transform.colour_jitter == row.jitter);
    BOOST_TEST(r.transform.erase_area_min == row.erase);
    BOOST_TEST(r.transform.erase_area_max == .1);
    BOOST_TEST((r.sampling == row.sampling));
    BOOST_TEST(r.epoch_divisor == row.divisor);
    BOOST_TEST((r.negatives == row.negatives));
    BOOST_TEST(r.base_dropout == row.base_dropout);
    BOOST_TEST(r.cross_dropout == row.cross_dropout);
    BOOST_TEST(r.drop_attention_output == row.after_attention);
    BOOST_TEST(run.classes == static_cast<std::int64_t>(Dataset::Classes::kClasses.size()));
  }
}

BOOST_AUTO_TEST_CASE(defaults_are_those_of_the_eight_public_programs) {
  constexpr auto shuffle = Sampling::kShuffle, balanced = Sampling::kBalanced;
  constexpr auto any = NegativeRule::kAnyImage, first = NegativeRule::kClassFirst;
  compare<RafDb>({"QCS", 200, 24, 3e-6, 224, 0, true, .02, shuffle, 1, any, 0, 0, false});
  compare<FerPlus>({"QCS", 150, 24, 3.5e-6, 232, 10, true, .02, shuffle, 1, any, 0, .2, true});
  compare<AffectNet7>({"QCS", 150, 24, 4e-6, 236, 12, true, .03, balanced, 12, first, 0, .4, false});
  compare<AffectNet8>({"QCS", 100, 24, 4e-6, 236, 12, true, .03, balanced, 12, first, 0, 0, true});
  compare<RafDb>({"DCS", 200, 48, 9e-6, 224, 0, true, .02, shuffle, 1, any, 0, .2, false});
  compare<FerPlus>({"DCS", 150, 24, 8e-6, 234, 10, true, .02, shuffle, 1, any, 0, .2, true});
  compare<AffectNet7>({"DCS", 100, 48, 9e-6, 236, 12, true, .03, balanced, 8, any, 0, .4, false});
  compare<AffectNet8>({"DCS", 50, 48, 8e-6, 224, 0, false, .02, balanced, 8, any, .2, .5, true});
}

BOOST_AUTO_TEST_CASE(files_default_to_the_public_layout) {
  const auto run = parse<FerPlus>({"--data-root", "/d"});
  BOOST_TEST(run.lists.train == "/d/FERPlus/ferplus_training.txt");
  BOOST_TEST(run.lists.test == "/d/FERPlus/ferplus_test.txt");
  BOOST_TEST(run.lists.image_root == "/d/FERPlus/img");
  BOOST_TEST(run.model == "QCS");
  BOOST_TEST(run.out == "runs/ferplus-QCS-ir50");
  BOOST_TEST(parse<RafDb>({}).lists.train == "datas/RAF-DB/raf_db_basic_train.txt");
}

BOOST_AUTO_TEST_CASE(options_reach_the_run) {
  const auto run = parse<RafDb>({"--model",
                                 "DCS",
                                 "--backbone",
                                 "small",
                                 "-b",
                                 "8",
                                 "-j",
                                 "3",
                                 "-p",
                                 "7",
                                 "--epochs",
                                 "2",
                                 "--wd",
                                 ".1",
                                 "--momentum",
                                 ".5",
                                 "--optimizer",
                                 "sgd",
                                 "--start-epoch",
                                 "1",
                                 "--num_classes=5",
                                 "--learning-rate",
                                 ".25",
                                 "--seed",
                                 "18446744073709551615",
                                 "--image-root",
                                 "i",
                                 "--train-list",
                                 "a",
                                 "--test-list",
                                 "b",
                                 "--out",
                                 "o",
                                 "--limit-batches",
                                 "9"});
  BOOST_TEST(run.recipe.batch_size == 8);
  BOOST_TEST(run.run.workers == 3);
  BOOST_TEST(run.run.print_freq == 7);
  BOOST_TEST(run.recipe.epochs == 2);
  BOOST_TEST(run.recipe.optimizer.weight_decay.value() == .1);
  BOOST_TEST(run.recipe.optimizer.momentum == .5);
  BOOST_TEST((run.recipe.optimizer.kind == OptimizerKind::kSgd));
  BOOST_TEST(run.recipe.first_epoch == 1);
  BOOST_TEST(run.classes == 5);
  BOOST_TEST(run.recipe.learning_rate == .25);
  BOOST_TEST(run.recipe.seed == 18446744073709551615ULL);
  BOOST_TEST(run.lists.train == "a");
  BOOST_TEST(run.recipe.limit_batches == 9);
  const auto sam = parse<RafDb>({"--rho", ".2", "--adaptive", "--base-dropout", ".1", "--cross-dropout", ".3"});
  BOOST_TEST(
      (sam.step.rho == .2 && sam.step.adaptive && sam.recipe.base_dropout == .1 && sam.recipe.cross_dropout == .3));
  BOOST_TEST(parse<RafDb>({"--backbone", "small"}).recipe.learning_rate == SmallBackbone::kLearningRate);
}

BOOST_AUTO_TEST_CASE(the_command_line_overrides_the_config_file) {
  const auto file = std::filesystem::temp_directory_path() / ("qcs-config-" + std::to_string(::getpid()));
  std::ofstream(file) << "# a comment\nmodel = DCS\nepochs = 3\nlr = 1e-4\n";
  const auto run = parse<RafDb>({"--config", file.string(), "--epochs", "4"});
  BOOST_TEST(run.model == "DCS");
  BOOST_TEST(run.recipe.epochs == 4);
  BOOST_TEST(run.recipe.learning_rate == 1e-4);
  BOOST_TEST(run.recipe.batch_size == 48);
  std::ofstream(file) << "epoch = 3\n";
  BOOST_CHECK_EXCEPTION(parse<RafDb>({"--config", file.string()}), UsageError, says("epoch"));
  std::filesystem::remove(file);
  BOOST_CHECK_EXCEPTION(parse<RafDb>({"--config", file.string()}), UsageError, says("cannot read the config file"));
}

BOOST_AUTO_TEST_CASE(wrong_options_are_named) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--epoch", "3"}, "--epoch"},
      {{"--epochs", "many"}, "many"},
      {{"--epochs", "0"}, "--epochs must be at least 1"},
      {{"--model", "XCS"}, "unknown model `XCS`, expected QCS or DCS"},
      {{"--backbone", "vgg"}, "unknown backbone `vgg`, expected ir50, small or compact"},
      {{"--optimizer", "lion"}, "unknown optimizer `lion`, expected one of adam, adamw, sgd"},
      {{"-b", "0"}, "--batch-size must be at least 1"},
      {{"--lr", "-1"}, "--lr must be above 0"},
      {{"--momentum", "1"}, "--momentum"},
      {{"--num-classes", "1"}, "--num-classes must be at least 2"},
      {{"--seed", "-1"}, "--seed must be at least 0, not -1"},
      {{"--seed=-18446744073709551615"}, "--seed must be at least 0, not -18446744073709551615"},
      {{"--seed", "many"}, "many"},
      {{"--seed", "18446744073709551616"}, "18446744073709551616"},
      {{"--seed", "1", "--seed", "2"}, "more than once"},
      {{"--resume", "a", "--evaluate", "b"}, "exclude each other"},
      {{"stray"}, "positional"},
  };
  for (const auto& [arguments, message] : cases) BOOST_TEST_CONTEXT(arguments[0])
  BOOST_CHECK_EXCEPTION(parse<RafDb>(arguments), UsageError, says(message));
}

BOOST_AUTO_TEST_CASE(a_resumed_run_has_the_options_it_was_started_with) {
  const auto folder = std::filesystem::temp_directory_path() / ("qcs-options-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto started =
      parse<RafDb>({"--model", "DCS", "-b", "3", "--seed", "7", "--flip-test", "--out", folder.string()});
  const auto store = [&](const program::TrainArguments& run) {
    std::ofstream(folder / kStoredOptions) << run.run.stored_options << program::option_line("seed", run.recipe.seed);
  };
  store(started);
  const auto again = parse<RafDb>({"--resume", folder.string(), "--epochs", "9"});
  BOOST_TEST(again.model == "DCS");
  BOOST_TEST(again.recipe.batch_size == 3);
  BOOST_TEST(again.recipe.flip_test);
  BOOST_TEST(again.recipe.seed == 7);
  BOOST_TEST(again.recipe.epochs == 9);
  BOOST_TEST(again.out == folder);
  // What was recalled is there for the next time, too.
  store(again);
  const auto third = parse<RafDb>({"--resume", (folder / "last.pt").string(), "--out", "elsewhere"});
  BOOST_TEST(third.recipe.batch_size == 3);
  BOOST_TEST(third.recipe.epochs == 9);
  BOOST_TEST(third.out == "elsewhere");
  std::filesystem::remove_all(folder);
}

BOOST_AUTO_TEST_CASE(a_resumed_run_finds_its_files_from_anywhere) {
  namespace fs = std::filesystem;
  const auto here = fs::current_path();
  const auto place = fs::temp_directory_path() / ("qcs-elsewhere-" + std::to_string(::getpid()));
  for (const std::string data : {"", "a#1/datas", " blank ", "line\nend", "\xFF\xFE"}) {
    fs::create_directories(place / "first" / "run");
    fs::create_directories(place / "second");
    fs::current_path(place / "first");
    std::vector<std::string> arguments{"--out", "run", "--packed", "it's \"packed\".pack", "--val-list=../v.txt"};
    if (!data.empty()) arguments.push_back("--data-root=" + data);
    const auto started = parse<RafDb>(arguments);
    std::ofstream(started.out / kStoredOptions) << started.run.stored_options;

    fs::rename(place / "first" / "run", place / "second" / "moved");
    fs::current_path(place / "second");
    const auto again = parse<RafDb>({"--resume", "moved"});
    const auto root = place / "first" / (data.empty() ? "datas" : data);
    BOOST_TEST(again.out == "moved");
    BOOST_TEST(again.lists.train == root / RafDb::kTrainList);
    BOOST_TEST(again.lists.test == root / RafDb::kTestList);
    BOOST_TEST(again.lists.image_root == root / RafDb::kImageFolder);
    BOOST_TEST(again.lists.packed == place / "first" / "it's \"packed\".pack");
    BOOST_TEST(fs::weakly_canonical(again.lists.validation) == fs::weakly_canonical(place / "v.txt"));
    BOOST_TEST(again.lists.validation_required);
    BOOST_TEST(!again.lists.test_required);
    BOOST_TEST(again.run.stored_options == started.run.stored_options);
    BOOST_TEST(parse<RafDb>({"--resume", "moved", "--data-root", "/d"}).lists.image_root == "/d/RAF-DB/basic");
    fs::current_path(here);
    fs::remove_all(place);
  }
}

BOOST_AUTO_TEST_CASE(options_of_the_version_before_are_still_read) {
  const auto folder = std::filesystem::temp_directory_path() / ("qcs-before-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / kStoredOptions) << "batch-size = 3\ndata-root = my datas\nflip-test = true\nseed = 7\n";
  const auto run = parse<RafDb>({"--resume", folder.string()});
  BOOST_TEST(run.recipe.batch_size == 3);
  BOOST_TEST(run.recipe.flip_test);
  BOOST_TEST(run.recipe.seed == 7);
  BOOST_TEST(run.lists.image_root == "my datas/RAF-DB/basic");
  std::filesystem::remove_all(folder);
}

BOOST_AUTO_TEST_CASE(threads_come_from_the_option_then_from_openmp) {
  const char* given = std::getenv("OMP_NUM_THREADS");
  const std::string before = given == nullptr ? "" : given;
  ::setenv("OMP_NUM_THREADS", "3,2", 1);
  BOOST_TEST(parse<RafDb>({}).threads == 3);
  BOOST_TEST(parse<RafDb>({"--threads", "5"}).threads == 5);
  ::setenv("OMP_NUM_THREADS", "many", 1);
  BOOST_TEST(parse<RafDb>({}).threads == usable_processors());
  BOOST_TEST(parse<RafDb>({}).run.notes.size() == 1u);
  BOOST_TEST(parse<RafDb>({"--threads", "5"}).run.notes.empty());
  ::unsetenv("OMP_NUM_THREADS");
  BOOST_TEST(parse<RafDb>({}).threads == usable_processors());
  BOOST_TEST(parse<RafDb>({}).run.notes.empty());
  if (given != nullptr) ::setenv("OMP_NUM_THREADS", before.c_str(), 1);
}

BOOST_AUTO_TEST_CASE(training_aids_are_off_and_can_be_set) {
  const auto run = parse<FerPlus>({"--schedule",
                                   "cosine",
                                   "--warmup",
                                   "2.5",
                                   "--accumulate",
                                   "4",
                                   "--label-smoothing",
                                   ".1",
                                   "--clip-norm",
                                   "1",
                                   "--ema",
                                   ".999",
                                   "--patience",
                                   "5",
                                   "--freeze-backbone",
                                   "--select",
                                   "test",
                                   "--repeat",
                                   "3",
                                   "--save-steps",
                                   "50"});
  BOOST_TEST((run.recipe.schedule.kind == ScheduleKind::kCosine));
  BOOST_TEST(run.recipe.schedule.warmup_epochs == 2.5);
  BOOST_TEST((run.recipe.aids == TrainingAids{.accumulate = 4,
                                              .label_smoothing = .1,
                                              .clip_norm = 1,
                                              .average_decay = .999,
                                              .patience = 5,
                                              .freeze_backbone = true}));
  BOOST_TEST((run.run.selection == Selection::kTest));
  BOOST_TEST(run.repeat == 3);
  BOOST_TEST(run.run.save_steps == 50);
  BOOST_CHECK_EXCEPTION(parse<RafDb>({"--select", "best"}), UsageError,
                        says("unknown --select `best`, expected last, validation, test"));
  BOOST_CHECK_EXCEPTION(parse<RafDb>({"--hold-out", "1"}), UsageError, says("--hold-out must be above 0 and below 1"));
  BOOST_CHECK_EXCEPTION(parse<RafDb>({"--hold-out", ".1", "--select", "last"}), UsageError,
                        says("--hold-out goes with --select validation"));
  BOOST_CHECK_EXCEPTION(parse<RafDb>({"--hold-out", ".1", "--val-list", "x"}), UsageError, says("exclude each other"));
}
