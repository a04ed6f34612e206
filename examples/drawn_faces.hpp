// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <array>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <boost/random/uniform_real_distribution.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/random.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "face_painter.hpp"

/// Cartoon faces with seven expressions: a data set that costs no download, for the quickstart and the tests.
namespace qcs::examples {

/// Names of the labels, in the order of RAF-DB.
inline constexpr std::array<std::string_view, 7> kExpressionNames = {"Surprise", "Fear",  "Disgust", "Happy",
                                                                     "Sad",      "Anger", "Neutral"};

/// Side of a drawn face in pixels.
using drawn::kFaceSize;

namespace drawn {

// clang-format off
/// The full-strength expression of every label.
inline constexpr std::array<Expression, 7> kExpressions = {{
    // brow: inner outer pinch  eye: open  lid  mouth: width curve open teeth sneer  wrinkle  cheek
    {        .9,   .9,   0,          1,   0,         -.9,   0,    1,   0,    0,      0,       0},  // Surprise
    {          1,  -.1,  .6,         .9,   0,          .6, -.5,   .4,   1,    0,      0,       0},  // Fear
    {        -.6,  -.3,   0,        -.5,  .7,           0, -.5,  .15,  .5,    1,      1,      .8},  // Disgust
    {          0,   .2,   0,        -.1,  .9,          .6,   1,  .35,   1,    0,      0,       1},  // Happy
    {         .8,  -.7,  .3,        -.6,   0,         -.3,  -1,    0,   0,    0,      0,       0},  // Sad
    {         -1,   .5,   1,         .2,  .3,         -.1, -.35,   0,   0,    0,      0,       0},  // Anger
    {          0,    0,   0,          0,   0,           0,   0,    0,   0,    0,      0,       0},  // Neutral
}};
// clang-format on

inline double uniform(Rng& rng, double low, double high) {
  return boost::random::uniform_real_distribution<double>(low, high)(rng);
}

/// The expression of a label at a random strength, every muscle a little off.
inline Expression draw_expression(int label, Rng& rng) {
  Expression e = kExpressions[static_cast<std::size_t>(label)];
  const double strength = uniform(rng, .8, 1.1);
  for (double* muscle : {&e.brow_inner, &e.brow_outer, &e.brow_pinch, &e.eye_open, &e.lower_lid, &e.mouth_width,
                         &e.mouth_curve, &e.mouth_open, &e.teeth, &e.sneer, &e.wrinkle, &e.cheek}) {
    *muscle *= strength * uniform(rng, .85, 1.15);
  }
  for (double* muscle : {&e.brow_inner, &e.brow_outer, &e.eye_open, &e.mouth_width, &e.mouth_curve}) {
    *muscle += uniform(rng, -.15, .15);
  }
  return e;
}

inline Colour draw_colour(Rng& rng, double low, double high) {
  const double red = uniform(rng, low, high), green = uniform(rng, low, high);
  return {red, green, uniform(rng, low, high)};
}

inline Colour draw_hair_colour(Rng& rng) {
  const Colour brown = blend({25, 20, 18}, {150, 95, 50}, uniform(rng, 0, 1));
  return blend(brown, {225, 200, 140}, uniform(rng, 0, .6));
}

inline Look draw_look(Rng& rng) {
  // Data sets of faces come aligned, so pose varies by degrees, not by quarters.
  // The members of a braced list are evaluated in order, so a seed always means the same face.
  return Look{
      .yaw = uniform(rng, -.15, .15),
      .pitch = uniform(rng, -.08, .08),
      .roll = uniform(rng, -.08, .08),
      .scale = uniform(rng, 1.02, 1.14),
      .shift_x = uniform(rng, -.045, .045),
      .shift_y = uniform(rng, -.04, .04),
      .width = uniform(rng, .7, .86),
      .eye_gap = uniform(rng, .31, .37),
      .eye_size = uniform(rng, .9, 1.15),
      .brow_height = uniform(rng, .39, .45),
      .brow_thickness = uniform(rng, .04, .085),
      .nose = uniform(rng, .85, 1.25),
      .mouth_height = uniform(rng, .46, .54),
      .gaze_x = uniform(rng, -1, 1),
      .gaze_y = uniform(rng, -.5, .5),
      .sneer_side = uniform(rng, -1, 1) < 0 ? -1. : 1.,
      .hair_style = boost::random::uniform_int_distribution<int>(0, 4)(rng),
      .glasses = uniform(rng, 0, 1) < .15,
      .skin = blend({250, 215, 190}, {96, 62, 44}, std::pow(uniform(rng, 0, 1), 1.3)),
      .hair = draw_hair_colour(rng),
      .iris = blend({60, 40, 25}, {90, 140, 160}, uniform(rng, 0, 1)),
      .shirt = draw_colour(rng, 20, 230),
      .background = draw_colour(rng, 60, 200),
      .background2 = draw_colour(rng, 60, 200),
      .light = uniform(rng, .1, .4),
      .light_angle = uniform(rng, 0, 2 * CV_PI),
      .blur = uniform(rng, .3, .8),
      .noise = uniform(rng, 2, 8),
  };
}

/// Light from one side, a soft lens and sensor noise.
inline cv::Mat photograph(const cv::Mat& face, const Look& look, Rng& rng) {
  cv::Mat soft, photo(face.size(), CV_8UC3);
  cv::GaussianBlur(face, soft, {0, 0}, look.blur);
  boost::random::normal_distribution<double> noise(0, look.noise);
  const double dx = std::cos(look.light_angle) / face.cols, dy = std::sin(look.light_angle) / face.rows;
  for (int y = 0; y < face.rows; ++y) {
    for (int x = 0; x < face.cols; ++x) {
      const double ramp = (x - face.cols / 2) * dx + (y - face.rows / 2) * dy;  // -.71 to .71
      const double light = 1 + look.light * (2 * ramp - .4);
      for (int c = 0; c < 3; ++c) {
        photo.at<cv::Vec3b>(y, x)[c] = cv::saturate_cast<uchar>(soft.at<cv::Vec3b>(y, x)[c] * light + noise(rng));
      }
    }
  }
  return photo;
}

}  // namespace drawn

/// A face with the expression of label `expression` (0..6, see kExpressionNames; anything else throws
/// ConfigError), everything else about it at random: (kFaceSize, kFaceSize) 8UC3, RGB. A pure function of the
/// generator's state.
inline cv::Mat draw_face(int expression, Rng& rng) {
  if (expression < 0 || expression >= static_cast<int>(kExpressionNames.size())) {
    throw ConfigError(fmt::format("expressions are 0..{}, not {}", kExpressionNames.size() - 1, expression));
  }
  const drawn::Expression muscles = drawn::draw_expression(expression, rng);
  const drawn::Look look = drawn::draw_look(rng);
  return drawn::photograph(drawn::Painter(muscles, look).paint(), look, rng);
}

/// Face `i` of a split and its label: classes take turns, and a face depends on these three values alone.
inline std::pair<cv::Mat, int> drawn_face(std::uint64_t seed, std::string_view split, int i) {
  for (const char letter : split) seed = derive_seed(seed, static_cast<unsigned char>(letter));
  Rng rng = stream(seed, Purpose::kDrawing, static_cast<std::uint64_t>(i));
  const int label = i % static_cast<int>(kExpressionNames.size());
  return {draw_face(label, rng), label};
}

/// Where write_drawn_faces() left its files.
struct DrawnFaces {
  std::filesystem::path images;  ///< folder of the PNG files
  std::filesystem::path list;    ///< text file, one `name label` a line
};

/// Writes `images_per_class` faces of every expression to `folder`/images/`split`_00000.png ... and their
/// list to `folder`/drawn_`split`.txt, see drawn_face(). Throws Error naming a file that cannot be written.
inline DrawnFaces write_drawn_faces(const std::filesystem::path& folder, const std::string& split, int images_per_class,
                                    std::uint64_t seed) {
  const DrawnFaces written{folder / "images", folder / fmt::format("drawn_{}.txt", split)};
  std::error_code error;
  std::filesystem::create_directories(written.images, error);
  if (error) throw Error(fmt::format("cannot make the folder {}: {}", written.images.string(), error.message()));
  std::ofstream list(written.list, std::ios::binary);
  const int classes = static_cast<int>(kExpressionNames.size());
  for (int i = 0; i < images_per_class * classes; ++i) {
    const std::string name = fmt::format("{}_{:05}.png", split, i);
    const auto [rgb, label] = drawn_face(seed, split, i);
    cv::Mat bgr;
    cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
    if (!cv::imwrite((written.images / name).string(), bgr)) {
      throw Error(fmt::format("cannot write {}", (written.images / name).string()));
    }
    list << name << ' ' << label << '\n';
  }
  list.flush();
  if (!list) throw Error(fmt::format("cannot write {}", written.list.string()));
  return written;
}

}  // namespace qcs::examples
