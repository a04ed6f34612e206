// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/infer/face/face.hpp>
#include <qcs/weights/face_cut.hpp>

namespace qcs {

namespace detail {

inline constexpr int kLargestCut = 1024;  // pixels on a side; networks see 224

/// The square around the middle of a face's box, not beyond what a picture can hold; outside its border goes on.
inline cv::Mat cut_box(const cv::Mat& picture, const cv::Rect2f& box, double margin) {
  const double largest = 2. * std::max(picture.cols, picture.rows);
  const double side = std::clamp(std::max(box.width, box.height) * (1 + 2 * margin), 1., largest);
  const cv::Rect whole(cvRound(box.x + box.width / 2 - side / 2), cvRound(box.y + box.height / 2 - side / 2),
                       cvRound(side), cvRound(side));
  const auto inside = whole & cv::Rect({}, picture.size());
  if (inside == whole) return picture(whole).clone();
  const auto seen = !inside.empty() ? inside
                                    : cv::Rect(std::clamp(whole.x, 0, picture.cols - 1),
                                               std::clamp(whole.y, 0, picture.rows - 1), 1, 1);
  cv::Mat cut;
  cv::copyMakeBorder(picture(seen), cut, std::max(0, seen.y - whole.y), std::max(0, whole.br().y - seen.br().y),
                     std::max(0, seen.x - whole.x), std::max(0, whole.br().x - seen.br().x),
                     cv::BORDER_REPLICATE | cv::BORDER_ISOLATED);
  return cut;
}

/// The rotation, scale and shift that bring a face's points nearest to a template's, in the sense of least squares.
inline cv::Mat cut_by_points(const cv::Mat& picture, const FacePoints& points, const FaceTemplate& wanted) {
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
  return face.points && cut.points ? detail::cut_by_points(picture, *face.points, *cut.points)
                                   : detail::cut_box(picture, face.box, cut.margin);
}

}  // namespace qcs
