// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <opencv2/core.hpp>
#include <qcs/report/draw/plot.hpp>
#include <qcs/report/history/run_history.hpp>
#include <utility>
#include <vector>

namespace qcs::report {

/// The learnt gates tanh(theta) of the cross-similarity scales against the epoch, 640 x 460 BGR, the axis symmetrical
/// around 0. Empty when no epoch has gates.
inline cv::Mat draw_gates(const RunHistory& history) {
  const std::array<cv::Scalar, 4> inks = {hex_colour(0x1F5FA8), hex_colour(0xC0272D), hex_colour(0x2E9E5B),
                                          hex_colour(0x6A3D9A)};
  std::vector<std::vector<cv::Point2d>> scales;
  double furthest = 0;
  for (const auto& epoch : history.epochs) {
    scales.resize(std::max(scales.size(), epoch.gates.size()));
    for (std::size_t s = 0; s < epoch.gates.size(); ++s) {
      scales[s].emplace_back(epoch.epoch + 1, epoch.gates[s]);
      if (std::isfinite(epoch.gates[s])) furthest = std::max(furthest, std::abs(epoch.gates[s]));
    }
  }
  if (scales.empty()) return {};
  const double reach = furthest > 0 ? 1.1 * furthest : 1, last = history.epochs.back().epoch + 1;
  LinePlot::Axes axes{
      .x = {.5, last + .5},
      .y = {-reach, reach},
      .title = fmt::format("{} ({}) on {}: gates", history.info.model, history.info.backbone, history.info.dataset),
      .x_label = "epoch",
      .y_label = "tanh(theta)"};
  for (std::size_t s = 0; s < scales.size(); ++s)
    axes.legend.push_back({fmt::format("scale {}", s + 1), inks[s % inks.size()]});
  Canvas page(640, 460);
  LinePlot plot(page, {4, 8, 632, 448}, std::move(axes));
  plot.level(0);
  for (std::size_t s = 0; s < scales.size(); ++s) plot.curve(scales[s], inks[s % inks.size()], 2);
  return page.picture();
}

}  // namespace qcs::report
