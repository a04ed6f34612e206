// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>

#include <fmt/format.h>
#include <opencv2/core.hpp>

#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/data/image_io.hpp>

namespace qcs::detail {

/// A float32 batch (count, 3, side, side) to be filled image by image. Images are written in place: no
/// operator of LibTorch runs, hence none starts an OpenMP team inside a loader thread.
class ImageSlots {
 public:
  ImageSlots(std::size_t count, int side)
      : tensor_(torch::empty({static_cast<std::int64_t>(count), 3, side, side}, torch::kFloat32)),
        stride_(3 * std::size_t(side) * std::size_t(side)) {}

  float* slot(std::size_t i) { return tensor_.data_ptr<float>() + i * stride_; }
  torch::Tensor tensor() const { return tensor_; }

 private:
  torch::Tensor tensor_;
  std::size_t stride_;
};

/// Reads an image and hands it to `use`; whatever goes wrong is reported with the file's name.
void with_image(const std::filesystem::path& path, const auto& use) {
  try {
    use(read_rgb(path));
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw DataError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace qcs::detail
