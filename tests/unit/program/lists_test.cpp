// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <concepts>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <qcs/presets/networks.hpp>
#include <qcs/program/train_options.hpp>
#include <sstream>
#include <string>
#include <vector>

using namespace qcs;
using program::UsageError;

namespace {

/// A backbone of a user, with a learning rate of its own.
class Mine : public SmallBackbone {
 public:
  static constexpr std::string_view kName = "mine";
  static constexpr double kLearningRate = 2e-3;
};

/// One branch role.
struct Ring {
  static constexpr std::string_view kName = "ring";
  static constexpr std::array kBranches{Branch{"anchor", 0}, Branch{"second", 0}, Branch{"third", 0}};
  static constexpr std::array kSimilar{Pair{0, 1}, Pair{1, 2}, Pair{2, 0}};
  static constexpr std::array<Pair, 0> kDissimilar{};
};

/// Two.
struct Cross : Quadruplet {
  static constexpr std::string_view kName = "cross";
};

/// A data set of a user: no residual form, no validation list.
struct Faces3 {
  struct Classes {
    static constexpr std::string_view kName = "three";
    static constexpr std::array<std::string_view, 3> kClasses{"calm", "joy", "rage"};
  };
  static constexpr std::string_view kName = "three faces";
  static constexpr std::string_view kProgram = "three";
  static constexpr std::string_view kImageFolder = "three/images";
  static constexpr std::string_view kTrainList = "three/train.txt";
  static constexpr std::string_view kTestList = "three/test.txt";
  static constexpr std::string_view kFaceCut = "as they come";
};

using MyBackbones = Backbones<Ir50, Mine>;
using MyTopologies = Topologies<Dual, Ring, Cross>;

template <class Dataset, class Backbone, class Topology>
using PreNormFor = Network<Backbone, CrossSimilarityHead<PreNormResidual>, Topology>;

template <class Dataset, class BackboneList = MyBackbones, class TopologyList = MyTopologies>
std::optional<program::TrainArguments> try_parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "/bin/own_program");
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  return program::parse_train_arguments<Dataset, BackboneList, TopologyList>(static_cast<int>(argv.size()),
                                                                             argv.data());
}

template <class Dataset, class... Lists>
program::TrainArguments parse(const std::vector<std::string>& arguments) {
  return try_parse<Dataset, Lists...>(arguments).value();
}

/// What --help prints, its line breaks and columns taken out.
template <class Dataset, class... Lists>
std::string help() {
  std::ostringstream printed;
  auto* const before = std::cout.rdbuf(printed.rdbuf());
  const auto arguments = try_parse<Dataset, Lists...>({"--help"});
  std::cout.rdbuf(before);
  BOOST_TEST(!arguments.has_value());
  std::istringstream words(printed.str());
  std::string text, word;
  while (words >> word) text += word + " ";
  return text;
}

auto says(std::string text) {
  return [text](const Error& error) {
    BOOST_TEST_INFO(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

template <>
struct qcs::PublishedRecipes<Faces3> {
  static constexpr Recipe kQcs{.epochs = 30, .batch_size = 6, .learning_rate = 1e-4};
  static constexpr Recipe kDcs{.epochs = 20, .batch_size = 8, .learning_rate = 1e-5};
};

BOOST_AUTO_TEST_CASE(lists_know_their_names) {
  BOOST_TEST(MyTopologies::kNames.size() == 3u);
  BOOST_TEST(MyTopologies::kNames[1] == "ring");
  BOOST_TEST(MyTopologies::contains("DCS"));
  BOOST_TEST(!MyTopologies::contains("QCS"));
  BOOST_TEST(!MyTopologies::contains(""));
  static_assert(PublishedTopologies::contains("QCS") && ShippedBackbones::contains("small"));
}

BOOST_AUTO_TEST_CASE(names_become_types) {
  const auto branches = [](std::string_view name) {
    return with_topology(MyTopologies(), name, []<class T>() { return branch_count<T>; });
  };
  BOOST_TEST(branches("DCS") == 2u);
  BOOST_TEST(branches("ring") == 3u);
  BOOST_TEST(branches("cross") == 4u);
  BOOST_CHECK_EXCEPTION(branches("QCS"), ConfigError, says("unknown model `QCS`, expected DCS, ring or cross"));
  const auto is_own = [](std::string_view name) {
    return with_backbone(MyBackbones(), name, []<class B>() { return std::same_as<B, Mine>; });
  };
  BOOST_TEST(is_own("mine"));
  BOOST_TEST(!is_own("ir50"));
  BOOST_CHECK_EXCEPTION(is_own("small"), ConfigError, says("unknown backbone `small`, expected ir50 or mine"));
  BOOST_CHECK_EXCEPTION(with_topology("ring", []<class T>() {}), ConfigError,
                        says("unknown model `ring`, expected QCS or DCS"));
}

BOOST_AUTO_TEST_CASE(choices_are_listed_with_their_default) {
  BOOST_TEST(program::choice_help(PublishedTopologies()) == "QCS (default) or DCS");
  BOOST_TEST(program::choice_help(ShippedBackbones()) ==
             "ir50 (default, as published), small (trains from scratch on a CPU) or compact (the shipped network's, "
             "likewise)");
  BOOST_TEST(program::choice_help(Backbones<Mine, SmallBackbone, Ir50>()) ==
             "mine (default), small (trains from scratch on a CPU) or ir50 (as published)");
  BOOST_TEST(program::choice_help(Topologies<Ring>()) == "ring (default)");
}

BOOST_AUTO_TEST_CASE(published_networks_keep_their_residuals) {
  static_assert(std::same_as<PublishedNetwork<FerPlus, Ir50, Dual>, DcsPreNormNetwork<Ir50>>);
  static_assert(std::same_as<PublishedNetwork<RafDb, Mine, Dual>, DcsNetwork<Mine>>);
  static_assert(std::same_as<PublishedNetwork<Faces3, Ir50, Dual>, DcsNetwork<Ir50>>);
  static_assert(
      std::same_as<PublishedNetwork<FerPlus, Mine, Ring>, Network<Mine, CrossSimilarityHead<NormedResidual>, Ring>>);
  const auto is_ring = []<class Net>() { return std::same_as<Net, PublishedNetwork<RafDb, Mine, Ring>>; };
  BOOST_TEST((with_network<RafDb, MyBackbones, MyTopologies>("ring", "mine", is_ring)));
  const auto has_pre_norm = []<class Net>() {
    return std::same_as<typename Net::ContainedType::HeadType, CrossSimilarityHead<PreNormResidual>>;
  };
  BOOST_TEST((with_network<RafDb, MyBackbones, MyTopologies, PreNormFor>("ring", "mine", has_pre_norm)));
  BOOST_TEST(!(with_network<RafDb, MyBackbones, MyTopologies>("DCS", "mine", has_pre_norm)));
}

BOOST_AUTO_TEST_CASE(recipes_are_the_published_ones_at_the_backbones_rate) {
  BOOST_TEST((recipe_for<RafDb, Quadruplet, Ir50>()).learning_rate == PublishedRecipes<RafDb>::kQcs.learning_rate);
  BOOST_TEST((recipe_for<RafDb, Quadruplet, SmallBackbone>()).learning_rate == 3e-4);
  BOOST_TEST((recipe_for<RafDb, Dual, Mine>()).learning_rate == 2e-3);
  BOOST_TEST((recipe_for<RafDb, Dual, Mine>()).batch_size == PublishedRecipes<RafDb>::kDcs.batch_size);
  // By the number of roles.
  BOOST_TEST((recipe_for<AffectNet7, Ring, Ir50>()).epoch_divisor == PublishedRecipes<AffectNet7>::kDcs.epoch_divisor);
  BOOST_TEST((recipe_for<AffectNet7, Cross, Ir50>()).epoch_divisor == PublishedRecipes<AffectNet7>::kQcs.epoch_divisor);
}

BOOST_AUTO_TEST_CASE(the_program_takes_the_names_of_its_lists) {
  const auto first = parse<RafDb>({});
  BOOST_TEST(first.model == "DCS");
  BOOST_TEST(first.backbone == "ir50");
  BOOST_TEST(first.out == "runs/raf_db-DCS-ir50");
  BOOST_TEST(first.run.notes.empty());
  BOOST_TEST(first.recipe.batch_size == 48);
  const auto own = parse<RafDb>({"--model", "ring", "--backbone=mine"});
  BOOST_TEST(own.out == "runs/raf_db-ring-mine");
  BOOST_TEST(own.recipe.learning_rate == 2e-3);
  BOOST_REQUIRE(own.run.notes.size() == 1u);
  BOOST_TEST(own.run.notes[0] == "no recipe is published for ring; the defaults are those of DCS");
  BOOST_TEST(parse<RafDb>({"--model", "cross"}).run.notes.at(0) ==
             "no recipe is published for cross; the defaults are those of QCS");
  BOOST_TEST(parse<RafDb>({"--model", "ring", "--lr", ".5"}).recipe.learning_rate == .5);
  BOOST_CHECK_EXCEPTION(parse<RafDb>({"--model", "QCS"}), UsageError,
                        says("unknown model `QCS`, expected DCS, ring or cross"));
  BOOST_CHECK_EXCEPTION(parse<RafDb>({"--backbone", "small"}), UsageError,
                        says("unknown backbone `small`, expected ir50 or mine"));
}

BOOST_AUTO_TEST_CASE(help_names_the_choices) {
  const auto own = help<RafDb>();
  BOOST_TEST_INFO(own);
  BOOST_TEST(own.starts_with("own_program [options], trains and evaluates DCS, ring or cross on RAF-DB: "));
  BOOST_TEST(has(own, "--model TEXT DCS (default), ring or cross "));
  BOOST_TEST(has(own, "--backbone TEXT ir50 (default, as published) or mine "));
  const auto shipped = help<FerPlus, ShippedBackbones, PublishedTopologies>();
  BOOST_TEST_INFO(shipped);
  BOOST_TEST(shipped.starts_with("own_program [options], trains and evaluates QCS or DCS on FERPlus: "));
  BOOST_TEST(has(shipped, "--model TEXT QCS (default) or DCS "));
}

BOOST_AUTO_TEST_CASE(a_data_set_of_ones_own_has_defaults_too) {
  const auto run = parse<Faces3>({"--data-root", "/d", "--model", "ring"});
  BOOST_TEST(run.lists.train == "/d/three/train.txt");
  BOOST_TEST(run.lists.validation == "");
  BOOST_TEST(run.classes == 3);
  BOOST_TEST(run.recipe.epochs == 20);
  BOOST_TEST(run.recipe.learning_rate == 1e-5);
  BOOST_TEST(run.out == "runs/three-ring-ir50");
  BOOST_TEST(parse<Faces3>({"--model", "cross", "--backbone", "mine"}).recipe.learning_rate == 2e-3);
}

BOOST_AUTO_TEST_CASE(a_resumed_run_keeps_the_choice_that_nobody_typed) {
  const auto folder = std::filesystem::temp_directory_path() / ("qcs-lists-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / kStoredOptions) << parse<RafDb>({"--out", folder.string()}).run.stored_options;
  const auto again = parse<RafDb, Backbones<Mine, Ir50>, Topologies<Ring, Dual>>({"--resume", folder.string()});
  BOOST_TEST(again.model == "DCS");
  BOOST_TEST(again.backbone == "ir50");
  BOOST_CHECK_EXCEPTION((parse<RafDb, Backbones<Mine>, Topologies<Dual>>({"--resume", folder.string()})), UsageError,
                        says("unknown backbone `ir50`, expected mine"));
  std::filesystem::remove_all(folder);
}
