// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/presets/published_card.hpp>
#include <qcs/weights/card.hpp>

using namespace qcs;

namespace {

Card card() {
  return {.labels = {.name = "two", .classes = {"calm", "joy \"quoted\""}},
          .preprocessing = {.face_cut = {.description = "boxes",
                                         .margin = .1,
                                         .points = FaceTemplate{{{.3, .4}, {.7, .4}, {.5, .6}, {.4, .8}, {.6, .8}}}},
                            .resize = 232,
                            .crop = 224,
                            .mean = {.1F, .2F, .3F}},
          .architecture = Architecture{.topology = "own topology",
                                       .backbone = "mine",
                                       .head = "a-b-c",
                                       .classes = 2,
                                       .width = 64,
                                       .heads = 4,
                                       .base_depth = 2,
                                       .cross_depth = 1},
          .recipe = {{"epochs", "3"}, {"a name with = and ;", "text\nof two lines"}}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_card_comes_back_from_metadata) {
  io::Metadata metadata{{"other", "stays"}};
  put_card(metadata, card());
  const auto found = find_card(metadata);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((*found == card()));
  BOOST_TEST(metadata["other"] == "stays");
}

BOOST_AUTO_TEST_CASE(without_labels_or_preprocessing_there_is_no_card) {
  for (const char* entry : {"class_names", "preprocessing"}) {
    io::Metadata metadata;
    put_card(metadata, card());
    metadata.erase(entry);
    BOOST_TEST(!find_card(metadata).has_value());
  }
  io::Metadata metadata;
  put_card(metadata, card());
  metadata.erase("architecture");
  BOOST_TEST(!find_card(metadata)->architecture.has_value());
  metadata["architecture"] = "three cheers";
  BOOST_TEST(!find_card(metadata)->architecture.has_value());
}

BOOST_AUTO_TEST_CASE(a_broken_entry_is_named) {
  for (const char* entry : {"preprocessing", "recipe"})
    for (const char* text : {"", "{", "[1]", R"({"resize": "x", "centre_crop": 1, "mean": [1,2,3], "std": [1,2]})"}) {
      io::Metadata metadata;
      put_card(metadata, card());
      metadata[entry] = text;
      BOOST_CHECK_EXCEPTION((void)find_card(metadata), CheckpointError, [&](const CheckpointError& error) {
        return std::string(error.what()).find(std::string("its ") + entry) == 0;
      });
    }
}

BOOST_AUTO_TEST_CASE(architectures_come_back_from_their_line) {
  auto a = *card().architecture;
  BOOST_TEST(a.text() == "own topology backbone=mine head=a-b-c classes=2 width=64 heads=4 depth=2+1");
  BOOST_TEST((Architecture::parse(a.text()) == a));
  a.base_branch_only = true;
  BOOST_TEST((Architecture::parse(a.text()) == a));
  for (const auto* text : {"", "QCS", "QCS backbone=a head=b classes=x width=1 heads=1 depth=1+1",
                           "QCS backbone=a head=b classes=2 width=1 heads=1 depth=1"})
    BOOST_TEST(!Architecture::parse(text).has_value());
}

BOOST_AUTO_TEST_CASE(published_cards_have_the_data_sets_labels_and_the_recipes_preprocessing) {
  const auto card = published_card<FerPlus>("DCS");
  BOOST_TEST((card.labels == Labels::of<FerPlusLabels>()));
  BOOST_TEST(card.preprocessing.resize == 234);
  BOOST_TEST(card.preprocessing.crop == 224);
  BOOST_TEST(*find_value(card.recipe, "learning rate") == "8e-06");
  BOOST_CHECK_THROW(published_card<RafDb>("XYZ"), ConfigError);
}
