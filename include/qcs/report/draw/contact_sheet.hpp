// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/report/draw/canvas.hpp>
#include <string>
#include <vector>

namespace qcs::report {

/// One picture of a contact sheet.
struct SheetPicture {
  cv::Mat bgr;          ///< 8UC3, any size
  std::string caption;  ///< ASCII
};

/// A table of pictures under column headings, BGR. Every row has one picture for each heading.
inline cv::Mat draw_contact_sheet(const std::string& title, const std::vector<std::string>& headings,
                                  const std::vector<std::vector<SheetPicture>>& rows) {
  constexpr int kSide = 160, kGap = 10, kCaption = 20, kTop = 66;
  constexpr int kColumn = kSide + kGap, kRow = kSide + kCaption + kGap;
  const int width = kGap + static_cast<int>(headings.size()) * kColumn,
            height = kTop + static_cast<int>(rows.size()) * kRow;
  Canvas canvas(width, height);
  canvas.text(title, {width / 2., 18}, 11, hex_colour(0x222222), TextAlign::kCentre);
  for (std::size_t c = 0; c < headings.size(); ++c)
    canvas.text(headings[c], {kGap + static_cast<double>(c) * kColumn + kSide / 2., 48}, 10, hex_colour(0x555555),
                TextAlign::kCentre);
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < rows[r].size(); ++c)
      canvas.text(rows[r][c].caption,
                  {kGap + static_cast<double>(c) * kColumn + kSide / 2.,
                   kTop + static_cast<double>(r) * kRow + kSide + kCaption / 2.},
                  9, hex_colour(0x222222), TextAlign::kCentre);
  cv::Mat sheet = canvas.picture();
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const cv::Rect place(kGap + static_cast<int>(c) * kColumn, kTop + static_cast<int>(r) * kRow, kSide, kSide);
      cv::resize(rows[r][c].bgr, sheet(place), place.size(), 0, 0, cv::INTER_AREA);
    }
  return sheet;
}

}  // namespace qcs::report
