// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>
#include <qcs/infer/photo/open_source.hpp>
#include <qcs/report/faces/marked_frames.hpp>
#include <sstream>

using namespace qcs;
namespace fs = std::filesystem;

namespace {

/// A folder that vanishes with this object.
class Folder {
 public:
  explicit Folder(const std::string& name)
      : path(fs::temp_directory_path() / fmt::format("qcs-{}-{}", ::getpid(), name)) {
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path path;
};

void write_picture(const fs::path& path, int value) {
  fs::create_directories(path.parent_path());
  BOOST_REQUIRE(cv::imwrite(path.string(), cv::Mat(24, 32, CV_8UC3, cv::Scalar(value, 40, 10))));
}

/// A film of pictures whose grey rises.
void write_film(const fs::path& path, int pictures) {
  cv::VideoWriter film(path.string(), cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 25, {64, 48});
  BOOST_REQUIRE(film.isOpened());
  for (int i = 0; i < pictures; ++i) film.write(cv::Mat(48, 64, CV_8UC3, cv::Scalar::all(4 * i)));
}

/// A camera that someone unplugs after three pictures.
struct Unplugged : cv::VideoCapture {
  bool isOpened() const override { return true; }
  bool read(cv::OutputArray image) override {
    if (left == 0) return false;
    cv::Mat(48, 64, CV_8UC3, cv::Scalar::all(left--)).copyTo(image);
    return true;
  }
  double get(int property) const override { return property == cv::CAP_PROP_FPS ? 30 : 0; }
  bool set(int, double) override { return false; }
  int left = 3;
};

std::vector<Frame> all_of(const OpenedSource& source) {
  std::vector<Frame> frames;
  while (const auto read = source.frames()) frames.push_back((*read)());
  return frames;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_folder_gives_its_pictures_by_name_and_faults_are_frames) {
  const Folder folder("photos");
  write_picture(folder.path / "b.png", 2);
  write_picture(folder.path / "a/z.JPG", 1);
  std::ofstream(folder.path / "c.jpg") << "no picture";
  std::ofstream(folder.path / "notes.md") << "no picture either";
  const auto source = open_source(folder.path);
  BOOST_TEST(source.count.value() == 3);
  const auto frames = all_of(source);
  BOOST_REQUIRE(frames.size() == 3u);
  BOOST_TEST(frames[0].source.ends_with("a/z.JPG"));
  BOOST_TEST(frames[1].bgr.at<cv::Vec3b>(3, 3) == cv::Vec3b(2, 40, 10));
  BOOST_TEST(frames[2].bgr.empty());
  BOOST_TEST(frames[2].fault.find("c.jpg: not an image") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_list_names_photos_with_or_without_labels) {
  const Folder folder("list");
  write_picture(folder.path / "one 1.png", 1);
  write_picture(folder.path / "three.png", 3);
  std::ofstream(folder.path / "list.txt") << "one 1.png\nthree.png 4\nthree.png\n\n";
  const auto frames = all_of(open_source(folder.path / "list.txt"));
  BOOST_REQUIRE(frames.size() == 3u);
  for (const auto& frame : frames) BOOST_TEST(frame.fault == "");
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_a_frame_that_says_so) {
  const Folder folder("absent");
  write_picture(folder.path / "a.png", 1);
  const auto source = open_sources({folder.path / "none.mp4", folder.path / "a.png", folder.path / "none.png"});
  BOOST_TEST(source.count.value() == 3);
  const auto frames = all_of(source);
  BOOST_REQUIRE(frames.size() == 3u);
  BOOST_TEST(frames[0].fault.find("none.mp4: no such file") != std::string::npos);
  BOOST_TEST(frames[1].fault == "");
  BOOST_TEST(frames[2].fault.find("none.png") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(standard_input_gives_one_photo) {
  std::vector<unsigned char> png;
  cv::imencode(".png", cv::Mat(8, 9, CV_8UC3, cv::Scalar(5, 6, 7)), png);
  std::istringstream stream(std::string(png.begin(), png.end())), garbage("garbage");
  const auto frames = all_of(open_stream(stream, "standard input"));
  BOOST_REQUIRE(frames.size() == 1u);
  BOOST_TEST(frames[0].bgr.at<cv::Vec3b>(0, 0) == cv::Vec3b(5, 6, 7));
  BOOST_TEST(all_of(open_stream(garbage, "standard input"))[0].fault.starts_with("standard input: "));
}

BOOST_AUTO_TEST_CASE(a_film_gives_its_pictures_with_their_times) {
  const Folder folder("film");
  write_film(folder.path / "film.avi", 20);
  const auto source = open_source(folder.path / "film.avi");
  const auto frames = all_of(source);
  BOOST_REQUIRE(frames.size() == 20u);
  BOOST_TEST(*frames[10].number == 10);
  BOOST_TEST(frames[10].pictures_per_second.value() == 25);
  BOOST_TEST(*frames[10].seconds == .4, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(std::abs(frames[10].bgr.at<cv::Vec3b>(9, 9)[1] - 40) < 4);
  BOOST_TEST(std::abs(frames[3].bgr.at<cv::Vec3b>(9, 9)[1] - 12) < 4);
}

BOOST_AUTO_TEST_CASE(a_film_cut_short_ends_with_a_frame_that_says_so) {
  const Folder folder("cut");
  const auto path = folder.path / "film.avi";
  write_film(path, 60);
  fs::resize_file(path, fs::file_size(path) / 2);
  const auto frames = all_of(open_source(path));
  BOOST_REQUIRE(frames.size() > 5u);
  BOOST_TEST(frames.size() < 60u);
  BOOST_TEST(frames.back().fault.find("film.avi: ends after") != std::string::npos);
  std::ofstream(path) << "no film";
  const auto none = all_of(open_source(path));
  BOOST_REQUIRE(none.size() == 1u);
  BOOST_TEST(none[0].fault.find("neither a picture nor a video") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_camera_that_is_unplugged_ends_with_a_frame_that_says_so) {
  const auto frames = all_of(OpenedSource{frames_of(Video("front door", std::make_shared<Unplugged>()))});
  BOOST_REQUIRE(frames.size() == 4u);
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(frames[i].fault == "");
    BOOST_TEST(*frames[i].number == static_cast<std::int64_t>(i));
    BOOST_TEST(frames[i].seconds.has_value());
    BOOST_TEST(frames[i].bgr.at<cv::Vec3b>(0, 0)[0] == 3 - static_cast<int>(i));
  }
  BOOST_TEST(frames[3].fault == "front door: ends after 3 pictures");
  BOOST_TEST(frames[3].bgr.empty());
  BOOST_CHECK_THROW(Video("front door", std::make_shared<cv::VideoCapture>()), DataError);
}

BOOST_AUTO_TEST_CASE(marked_frames_are_pictures_and_films) {
  const Folder folder("marked");
  write_film(folder.path / "film.avi", 6);
  MarkedFrames marked(folder.path / "out");
  const PredictedFace face{{.box = {10, 10, 20, 20}}, {.name = "Happy", .probability = .5}};
  for (const auto* source : {"x/a.jpg", "y/a.png"})
    marked.write({.frame = {.source = source, .bgr = cv::Mat::zeros(100, 100, CV_8UC3)}, .faces = {face}});
  {
    MarkedFrames films(folder.path / "out");
    for (auto& frame : all_of(open_source(folder.path / "film.avi"))) films.write({std::move(frame), {face}});
  }
  BOOST_TEST(cv::imread((folder.path / "out/a_faces.png").string()).at<cv::Vec3b>(10, 10) != cv::Vec3b(0, 0, 0));
  BOOST_TEST(fs::exists(folder.path / "out/a_faces-2.png"));
  BOOST_TEST(all_of(open_source(folder.path / "out/film_faces.mp4")).size() == 6u);
}
