// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs::report {

/// A colour from its usual 24-bit form, 0xRRGGBB.
inline cv::Scalar hex_colour(unsigned rgb) { return cv::Scalar(rgb & 255, rgb >> 8 & 255, rgb >> 16 & 255); }

/// Which point of a text lies where it is put; vertically it is always the middle of a capital letter.
enum class TextAlign { kLeft, kCentre, kRight };

/// A white page to draw on in pixel coordinates (x right, y down). It is painted at twice its size and shrunk
/// at the end, which keeps small letters readable. Letters outside ASCII are not in OpenCV's fonts.
class Canvas {
 public:
  Canvas(int width, int height)
      : width_(width), height_(height), page_(height * kZoom, width * kZoom, CV_8UC3, cv::Scalar::all(255)) {}

  int width() const { return width_; }
  int height() const { return height_; }

  void line(cv::Point2d a, cv::Point2d b, const cv::Scalar& ink, double thickness = 1) {
    curve({a, b}, ink, thickness);
  }

  void curve(const std::vector<cv::Point2d>& points, const cv::Scalar& ink, double thickness = 1) {
    std::vector<cv::Point> placed;
    for (cv::Point2d p : points) placed.push_back(fine(p));
    cv::polylines(page_, placed, false, ink, pixels(thickness), cv::LINE_AA, kFraction);
  }

  /// The same as a broken line, whatever the distance of the points.
  void dashes(const std::vector<cv::Point2d>& points, const cv::Scalar& ink, double thickness = 1) {
    constexpr double kOn = 7, kOff = 4;  // pixels
    std::vector<cv::Point2d> dash;
    bool drawing = true;
    double left = kOn;
    for (std::size_t i = 1; i < points.size(); ++i) {
      cv::Point2d at = points[i - 1];
      for (double rest = cv::norm(points[i] - at); rest > 0;) {
        const double part = std::min(left, rest);
        const cv::Point2d next = at + (points[i] - at) * (part / rest);
        if (drawing) {
          if (dash.empty()) dash.push_back(at);
          dash.push_back(next);
        }
        at = next;
        rest -= part;
        left -= part;
        if (left > 0) continue;
        if (drawing) curve(std::exchange(dash, {}), ink, thickness);
        drawing = !drawing;
        left = drawing ? kOn : kOff;
      }
    }
    if (dash.size() > 1) curve(dash, ink, thickness);
  }

  void dot(cv::Point2d centre, double radius, const cv::Scalar& ink) {
    cv::circle(page_, fine(centre), cvRound(radius * kZoom * (1 << kFraction)), ink, cv::FILLED, cv::LINE_AA,
               kFraction);
  }

  void ring(cv::Point2d centre, double radius, const cv::Scalar& ink, double thickness = 1) {
    cv::circle(page_, fine(centre), cvRound(radius * kZoom * (1 << kFraction)), ink, pixels(thickness), cv::LINE_AA,
               kFraction);
  }

  void fill(cv::Rect2d area, const cv::Scalar& ink) { cv::rectangle(page_, zoomed(area), ink, cv::FILLED); }

  void frame(cv::Rect2d area, const cv::Scalar& ink, double thickness = 1) {
    cv::rectangle(page_, zoomed(area), ink, pixels(thickness));
  }

  /// Writes `words` in capitals `size` pixels high.
  void text(const std::string& words, cv::Point2d at, double size, const cv::Scalar& ink = hex_colour(0x222222),
            TextAlign align = TextAlign::kLeft) {
    write(page_, words, at * kZoom, size, ink, align);
  }

  /// The same, turned to be read from below; an align of kLeft puts the first letter at `at`.
  void vertical_text(const std::string& words, cv::Point2d at, double size,
                     const cv::Scalar& ink = hex_colour(0x222222), TextAlign align = TextAlign::kCentre) {
    cv::Mat turned;
    cv::rotate(page_, turned, cv::ROTATE_90_CLOCKWISE);
    write(turned, words, {page_.rows - at.y * kZoom, at.x * kZoom}, size, ink, align);
    cv::rotate(turned, page_, cv::ROTATE_90_COUNTERCLOCKWISE);
  }

  /// Length in pixels of `words` written in capitals `size` pixels high.
  static double text_width(const std::string& words, double size) {
    int baseline = 0;
    return cv::getTextSize(words, kFont, font_scale(size), stroke(size), &baseline).width / double{kZoom};
  }

  /// What was drawn, BGR of the page's size.
  cv::Mat picture() const {
    cv::Mat small;
    cv::resize(page_, small, {width_, height_}, 0, 0, cv::INTER_AREA);
    return small;
  }

 private:
  static constexpr int kZoom = 2;
  static constexpr int kFraction = 4;  // bits of sub-pixel position
  static constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;

  static double font_scale(double size) { return size * kZoom / 21.; }  // the font's capitals are 21 high
  static int stroke(double size) { return std::max(1, static_cast<int>(size * kZoom * .1 + .4)); }
  static int pixels(double thickness) { return std::max(1, cvRound(thickness * kZoom)); }

  static cv::Point fine(cv::Point2d p) {
    return {cvRound(p.x * kZoom * (1 << kFraction)), cvRound(p.y * kZoom * (1 << kFraction))};
  }

  static cv::Rect zoomed(cv::Rect2d area) {
    const cv::Point from(cvRound(area.x * kZoom), cvRound(area.y * kZoom));
    return {from, cv::Point(cvRound(area.br().x * kZoom), cvRound(area.br().y * kZoom))};
  }

  static void write(cv::Mat& page, const std::string& words, cv::Point2d at, double size, const cv::Scalar& ink,
                    TextAlign align) {
    const double width = text_width(words, size) * kZoom;
    const double shift = align == TextAlign::kLeft ? 0 : align == TextAlign::kRight ? width : width / 2;
    const cv::Point origin(cvRound(at.x - shift), cvRound(at.y + size * kZoom / 2));
    cv::putText(page, words, origin, kFont, font_scale(size), ink, stroke(size), cv::LINE_AA);
  }

  int width_, height_;
  cv::Mat page_;
};

}  // namespace qcs::report
