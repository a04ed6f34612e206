// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <opencv2/imgproc.hpp>
#include <vector>

/// Draws one cartoon face from numbers; drawn_faces.hpp draws the numbers.
namespace qcs::examples::drawn {

/// Side of a drawn face in pixels.
inline constexpr int kFaceSize = 112;

using Colour = cv::Scalar;  // RGB, 0..255
using Points = std::vector<cv::Point2d>;

/// What the muscles of a face do; 0 is at rest and 1 strong, whatever the quantity.
struct Expression {
  double brow_inner = 0;   ///< up, negative down
  double brow_outer = 0;   ///< up, negative down
  double brow_pinch = 0;   ///< brows drawn together, with furrows
  double eye_open = 0;     ///< wide, negative narrowed from above
  double lower_lid = 0;    ///< pushed up by the cheek
  double mouth_width = 0;  ///< stretched, negative rounded
  double mouth_curve = 0;  ///< corners up, negative down
  double mouth_open = 0;
  double teeth = 0;
  double sneer = 0;    ///< one side of the upper lip raised
  double wrinkle = 0;  ///< across the bridge of the nose
  double cheek = 0;    ///< fold from nose to mouth corner
};

/// Everything about a face that its label does not tell. Lengths are in units of half the head's height.
struct Look {
  double yaw, pitch, roll;  // radians
  double scale, shift_x, shift_y;
  double width, eye_gap, eye_size, brow_height, brow_thickness, nose, mouth_height;
  double gaze_x, gaze_y, sneer_side;
  int hair_style;  // 0 bald, 1 and 2 short, 3 and 4 long
  bool glasses;
  Colour skin, hair, iris, shirt, background, background2;
  double light, light_angle, blur, noise;
};

inline Colour blend(const Colour& a, const Colour& b, double t) { return a * (1 - t) + b * t; }

/// A curve from a over m to b: a parabola, or half an ellipse when `round` is 1, or something in between.
inline Points arc(cv::Point2d a, cv::Point2d m, cv::Point2d b, double round = 0) {
  constexpr int kParts = 20;
  Points points;
  for (int i = 0; i <= kParts; ++i) {
    const double angle = CV_PI * i / kParts, bulge = std::pow(std::sin(angle), 2 - round);
    points.push_back(a + (b - a) * ((1 - std::cos(angle)) / 2) + (m - (a + b) / 2) * bulge);
  }
  points.back() = b;  // sin(pi) is not quite 0
  return points;
}

inline Points ellipse(cv::Point2d centre, double rx, double ry, double from = 0, double to = 2 * CV_PI) {
  Points points;
  for (int i = 0; i <= 40; ++i) {
    const double angle = from + (to - from) * i / 40;
    points.emplace_back(centre.x + rx * std::cos(angle), centre.y + ry * std::sin(angle));
  }
  return points;
}

/// Area between two curves that run the same way.
inline Points between(Points upper, const Points& lower) {
  upper.insert(upper.end(), lower.rbegin(), lower.rend());
  return upper;
}

/// Paints one face at three times its size. Features lie on an ellipsoid that yaw and pitch turn; all
/// coordinates are in units of half the head's height, y down, the head's centre at 0.
class Painter {
 public:
  Painter(const Expression& expression, const Look& look)
      : e_(expression),
        look_(look),
        canvas_(kSide, kSide, CV_8UC3, look.background),
        dark_(blend(look.skin, {40, 10, 10}, .55)) {}

  cv::Mat paint() {
    backdrop();
    head();
    nose();
    for (double side : {-1., 1.}) eye(side), brow(side), fold(side);
    mouth();
    cv::Mat small;
    cv::resize(canvas_, small, {kFaceSize, kFaceSize}, 0, 0, cv::INTER_AREA);
    return small;
  }

 private:
  static constexpr int kSide = 3 * kFaceSize;
  static constexpr int kFraction = 4;  // bits of sub-pixel position
  static constexpr int kFlat = 0, kTurned = 1;

  std::vector<cv::Point> place(const Points& points, int turned) const {
    std::vector<cv::Point> placed;
    const double unit = .37 * kSide * look_.scale, c = std::cos(look_.roll), s = std::sin(look_.roll);
    for (cv::Point2d p : points) {
      if (turned == kTurned) {
        const double across = p.x / look_.width;
        const double depth = std::sqrt(std::max(0., 1 - across * across - .8 * p.y * p.y));
        p.x = look_.width * (across * std::cos(look_.yaw) + depth * std::sin(look_.yaw));
        p.y = p.y * std::cos(look_.pitch) + depth * std::sin(look_.pitch);
      }
      const double x = kSide * .5 + unit * (c * p.x - s * p.y + look_.shift_x);
      const double y = kSide * .53 + unit * (s * p.x + c * p.y + look_.shift_y);
      placed.emplace_back(cvRound(x * (1 << kFraction)), cvRound(y * (1 << kFraction)));
    }
    return placed;
  }

  void fill(const Points& points, const Colour& colour, int turned = kTurned) {
    const std::vector<std::vector<cv::Point>> outline = {place(points, turned)};
    cv::fillPoly(canvas_, outline, colour, cv::LINE_AA, kFraction);
  }

  void stroke(const Points& points, const Colour& colour, double thickness, int turned = kTurned) {
    const int pixels = std::max(1, cvRound(thickness * .37 * kSide * look_.scale));
    cv::polylines(canvas_, place(points, turned), false, colour, pixels, cv::LINE_AA, kFraction);
  }

  void backdrop() {
    fill({{-3, look_.gaze_x}, {3, look_.gaze_y}, {3, 3}, {-3, 3}}, look_.background2, kFlat);
    fill(ellipse({0, 2.1}, 1.3, .95), look_.shirt, kFlat);
    if (look_.hair_style >= 3) fill(ellipse({0, .15}, look_.width * 1.28, 1.22), look_.hair, kFlat);
    fill({{-.3, .6}, {.3, .6}, {.34, 1.3}, {-.34, 1.3}}, blend(look_.skin, dark_, .35), kFlat);
  }

  void head() {
    for (double side : {-1., 1.}) fill(ellipse({side * look_.width, .0}, .12, .2), blend(look_.skin, dark_, .2), kFlat);
    fill(ellipse({0, 0}, look_.width, 1), look_.skin, kFlat);
    if (look_.hair_style == 0) return;
    const double line = look_.hair_style % 2 == 0 ? -.66 : -.74, turn = .3 * std::sin(look_.yaw);
    const Points crown = ellipse({0, -.12}, look_.width * 1.1, 1, CV_PI * .97, CV_PI * 2.03);
    fill(between(crown, arc(crown.front(), {turn, line * 1.05}, crown.back())), look_.hair, kFlat);
  }

  void nose() {
    const double y = .2 * look_.nose;
    stroke(arc({-.1, y}, {0, y + .07}, {.1, y}), dark_, .03);
    stroke({{.05, -.1}, {.07, y - .07}}, blend(look_.skin, dark_, .4), .025);
    for (double offset : {-.13, -.06, .01}) {
      const Colour line = blend(look_.skin, dark_, std::clamp(e_.wrinkle, 0., 1.));
      if (e_.wrinkle > .2) stroke(arc({-.11, offset}, {0, offset - .04}, {.11, offset}), line, .028);
    }
  }

  void eye(double side) {
    const cv::Point2d c(side * look_.eye_gap, -.16);
    const double half = .165 * look_.eye_size;
    const double top = c.y - look_.eye_size * std::max(.015, .085 + .075 * e_.eye_open);
    const double bottom = std::max(top + .02, c.y + .07 - .075 * e_.lower_lid);
    const double droop = .05 * std::max(0., e_.brow_inner - e_.brow_outer);
    const cv::Point2d inner(c.x - side * half, c.y), outer(c.x + side * half, c.y + droop);
    const Points lid = arc(inner, {c.x, top}, outer), opening = between(lid, arc(inner, {c.x, bottom}, outer));

    cv::Mat inside(canvas_.size(), CV_8UC1, cv::Scalar(0)), plain = canvas_.clone();
    const std::vector<std::vector<cv::Point>> outline = {place(opening, kTurned)};
    cv::fillPoly(inside, outline, 255, cv::LINE_8, kFraction);
    fill(opening, {245, 245, 240});
    const cv::Point2d pupil(c.x + .04 * look_.gaze_x, c.y - .01 + .03 * look_.gaze_y);
    fill(ellipse(pupil, .085, .085), look_.iris);
    fill(ellipse(pupil, .042, .042), {10, 10, 10});
    canvas_.copyTo(plain, inside);
    canvas_ = plain;
    stroke(lid, {35, 22, 20}, .038);
    if (e_.lower_lid > .3) stroke(arc(inner, {c.x, bottom + .03}, outer), blend(look_.skin, dark_, .7), .025);
    if (look_.glasses) stroke(ellipse(c, .25, .21), {30, 30, 40}, .03);
  }

  void brow(double side) {
    const double inner_y = -look_.brow_height - .13 * e_.brow_inner, outer_y = -look_.brow_height - .13 * e_.brow_outer;
    const cv::Point2d inner(side * (.17 - .06 * e_.brow_pinch), inner_y);
    const cv::Point2d outer(side * (look_.eye_gap + .2), outer_y + .03);
    const cv::Point2d middle(side * look_.eye_gap, (inner_y + outer_y) / 2 - .045);
    stroke(arc(inner, middle, outer), blend(look_.hair, {20, 15, 15}, .45), look_.brow_thickness);
    if (e_.brow_pinch < .3) return;
    const double x = side * .05;
    stroke({{x, inner_y - .1}, {x * .8, inner_y + .1}}, blend(look_.skin, dark_, std::min(1., e_.brow_pinch)), .025);
  }

  void fold(double side) {
    if (e_.cheek < .3) return;
    const Colour line = blend(look_.skin, dark_, .8 * std::min(1., e_.cheek));
    stroke(arc({side * .17, .17}, {side * .33, .25}, {side * .42, look_.mouth_height - .08}), line, .028);
  }

  void mouth() {
    const double half = .3 * (1 + .45 * e_.mouth_width), y = look_.mouth_height,
                 open = std::clamp(e_.mouth_open, 0., 1.);
    const double corner = y - .1 * e_.mouth_curve, bend = .06 * e_.mouth_curve;
    const cv::Point2d left(-half, corner), right(half, corner);
    const cv::Point2d upper(.12 * e_.sneer * look_.sneer_side, y + bend - .12 * open - .1 * e_.sneer);
    const cv::Point2d lower(0, y + bend + .02 + .26 * open);
    const Colour lip = blend(look_.skin, {150, 35, 45}, .6);
    const Points top = arc(left, upper, right, open), bottom = arc(left, lower, right, open);
    if (lower.y - upper.y > .06) {
      fill(between(top, bottom), {60, 15, 20});
      const double share = .55 * std::min(1., e_.teeth);
      Points edge = top;
      for (std::size_t i = 0; i < edge.size(); ++i) edge[i] += (bottom[i] - top[i]) * share;
      if (share > .1) fill(between(top, edge), {240, 238, 230});
      stroke(bottom, lip, .05);
      stroke(top, lip, .05);
    } else {
      stroke(arc(left * .8 + right * .2, lower + cv::Point2d(0, .05), left * .2 + right * .8), lip, .05);
      stroke(top, blend(lip, {50, 10, 15}, .6), .045);
    }
  }

  const Expression& e_;
  const Look& look_;
  cv::Mat canvas_;
  Colour dark_;
};

}  // namespace qcs::examples::drawn
