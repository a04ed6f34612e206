// SPDX-License-Identifier: MIT
#include <qcs/infer/face/haar_detector.hpp>
#include <qcs/infer/photo/video.hpp>

int main() {
  try {
    qcs::HaarDetector({.cascade = "nowhere.xml"});
    return 1;
  } catch (const qcs::ConfigError&) {
  }
  try {
    qcs::Video("nowhere.mp4");
    return 1;
  } catch (const qcs::DataError&) {
  }
  return 0;
}
