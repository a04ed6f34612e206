// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <qcs/infer/face/face.hpp>
#include <qcs/weights/face_cut.hpp>

namespace qcs {

namespace detail {

inline constexpr int kLargestCut = 1024;  // pixels on a side; networks see 224

/// The square around the middle of a face's box, moved and shrunk until it touches the picture and is no larger than
/// twice it; outside, the picture's border goes on.
inline cv::Mat cut_box(const cv::Mat& picture, const cv::Rect2f& box, double margin) {
  const double largest = 2. * std::max(picture.cols, picture.rows);
  const double wanted = static_cast<double>(std::max(box.width, box.height)) * (1 + 2 * margin);
  const int side = cvRound(std::clamp(wanted, 1., largest));
  const auto start = [&](float from, float length, int end) {
    return cvRound(std::clamp(from + length / 2. - side / 2., 1. - side, end - 1.));
  };
  const cv::Rect whole(start(box.x, box.width, picture.cols), start(box.y, box.height, picture.rows), side, side);
  const auto seen = whole & cv::Rect({}, picture.size());
  if (seen == whole) return picture(whole).clone();
  cv::Mat cut;
  cv::copyMakeBorder(picture(seen), cut, seen.y - whole.y, whole.br().y - seen.br().y, seen.x - whole.x,
                     whole.br().x - seen.br().x, cv::BORDER_REPLICATE | cv::BORDER_ISOLATED);
  return cut;
}

/// The rotation, scale and shift that bring a face's points nearest to a template's, in the sense of least squares.
/// Nothing where either are all in one place.
inline std::optional<cv::Mat> cut_by_points(const cv::Mat& picture, const FacePoints& points,
                                            const FaceTemplate& wanted) {
  using Complex = std::complex<double>;
  Complex from_mean = 0, to_mean = 0, product = 0;
  double spread = 0;
  const auto from = [&](std::size_t i) { return Complex(points[i].x, points[i].y); };
  const auto to = [&](std::size_t i) { return Complex(wanted[i][0], wanted[i][1]); };
  for (std::size_t i = 0; i < points.size(); ++i) {
    from_mean += from(i) / 5.;
    to_mean += to(i) / 5.;
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    product += std::conj(to(i) - to_mean) * (from(i) - from_mean);
    spread += std::norm(to(i) - to_mean);
  }
  // From places in the cut, shares of its side, to places in the picture: about as many pixels as are there.
  auto turn = product / spread;
  if (!(std::abs(turn) > 0)) return std::nullopt;
  const int side = std::clamp(cvRound(std::abs(turn)), 1, kLargestCut);
  const auto origin = from_mean - turn * to_mean;
  turn /= side;
  const cv::Matx23d transform(turn.real(), -turn.imag(), origin.real(), turn.imag(), turn.real(), origin.imag());
  cv::Mat cut;
  cv::warpAffine(picture, cut, transform, {side, side}, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  return cut;
}

}  // namespace detail

/// A face as the faces of a data set are cut: upright by its points where the cut has a template and the detector gave
/// points, else the square around its box. Not empty; the picture and the cut are 8UC3 of one order.
inline cv::Mat cut_face(const cv::Mat& picture, const Face& face, const FaceCut& cut = {}) {
  if (face.points && cut.points)
    if (auto upright = detail::cut_by_points(picture, *face.points, *cut.points)) return *upright;
  return detail::cut_box(picture, face.box, cut.margin);
}

}  // namespace qcs
