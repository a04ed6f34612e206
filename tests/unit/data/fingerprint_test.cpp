// SPDX-License-Identifier: MIT
//
// Whether a run that goes on notices other data, and only that.

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <qcs/data/fingerprint.hpp>
#include <qcs/train/state/recipe_changes.hpp>

using namespace qcs;

namespace {

/// Files image0 .. image(count - 1) of some bytes in a folder that goes with the object.
class Images {
 public:
  explicit Images(const std::string& name, int count = 4)
      : folder_(std::filesystem::temp_directory_path() / fmt::format("qcs-print-{}-{}", ::getpid(), name)) {
    std::filesystem::create_directories(folder_ / "a");
    for (int i = 0; i < count; ++i) {
      list_.images.push_back({folder_ / "a" / fmt::format("image{}", i), i % 2});
      write(i, fmt::format("pixels of {:6}", i));
    }
  }
  ~Images() { std::filesystem::remove_all(folder_); }
  Images(const Images&) = delete;
  Images& operator=(const Images&) = delete;

  void write(int i, const std::string& bytes) {
    std::ofstream(list_.images[static_cast<std::size_t>(i)].path) << bytes;
  }
  ImageList& list() { return list_; }
  std::string fingerprint() const { return data_fingerprint(ImageSource(list_)); }

 private:
  std::filesystem::path folder_;
  ImageList list_{.images = {}, .classes = 2};
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_same_images_elsewhere_have_the_same_fingerprint) {
  const Images here("here"), there("there");
  BOOST_TEST(here.fingerprint() == there.fingerprint());
  BOOST_TEST(here.fingerprint().starts_with("2:"));
}

BOOST_AUTO_TEST_CASE(names_labels_order_sizes_and_contents_count) {
  const auto original = Images("x").fingerprint();
  const auto differs = [&](auto&& change) {
    Images images("x");
    change(images);
    return images.fingerprint() != original;
  };
  BOOST_TEST(differs([](Images& images) { images.list().images[1].label = 0; }));
  BOOST_TEST(differs([](Images& images) { std::swap(images.list().images[0], images.list().images[1]); }));
  BOOST_TEST(differs([](Images& images) { images.list().images.pop_back(); }));
  BOOST_TEST(differs([](Images& images) { images.write(2, "pixels of other"); }));   // another size
  BOOST_TEST(differs([](Images& images) { images.write(2, "pixelS of      2"); }));  // the same size
  BOOST_TEST(differs([](Images& images) { std::filesystem::remove(images.list().images[3].path); }));
  BOOST_TEST(differs([](Images& images) {
    auto& path = images.list().images[0].path;
    const auto renamed = path.parent_path() / "other";
    std::filesystem::rename(path, renamed);
    path = renamed;
  }));
  BOOST_TEST(!differs([](Images&) {}));
}

BOOST_AUTO_TEST_CASE(contents_of_a_thousand_files_are_spread_over_a_long_list) {
  constexpr int kCount = 2500;
  Images images("long", kCount);
  const auto original = images.fingerprint();
  int noticed = 0;
  for (int i = 0; i < kCount; i += 97) {
    images.write(i, fmt::format("PIXELS of {:6}", i));
    noticed += images.fingerprint() != original ? 1 : 0;
    images.write(i, fmt::format("pixels of {:6}", i));
  }
  BOOST_TEST(noticed > 5);
  BOOST_TEST(noticed < 25);
  images.write(kCount - 1, "another size");
  BOOST_TEST(images.fingerprint() != original);
}

BOOST_AUTO_TEST_CASE(folders_of_one_name_start_are_not_taken_for_each_other) {
  const ImageList list{.images = {{"/data/set/a.png", 0}, {"/data/set2/a.png", 0}}, .classes = 1};
  BOOST_TEST(qcs::detail::common_folder(list) == "/data");
  const ImageList relative{.images = {{"a.png", 0}, {"b/a.png", 0}}, .classes = 1};
  BOOST_TEST(qcs::detail::common_folder(relative) == "");
}

BOOST_AUTO_TEST_CASE(only_fingerprints_of_one_kind_are_compared) {
  BOOST_TEST(fingerprints_differ("2:aa", "2:ab"));
  BOOST_TEST(!fingerprints_differ("2:aa", "2:aa"));
  BOOST_TEST(!fingerprints_differ("aa", "2:ab"));  // of version 0.1
  BOOST_TEST(!fingerprints_differ("", "2:ab"));
  const io::Metadata before{{"train_data", "2:aa"}, {"evaluation_data", "2:bb"}},
      now{{"train_data", "2:ab"}, {"evaluation_data", "2:bb"}};
  BOOST_TEST(recipe_changes(before, now) ==
             std::vector<std::string>{"the training list holds other images or labels than before"});
}
