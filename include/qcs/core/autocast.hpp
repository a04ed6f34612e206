// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <qcs/core/placement.hpp>

namespace qcs {

namespace detail {

// LibTorch 2.4 made one set of functions of those for each kind of device.
#if TORCH_VERSION_MAJOR * 100 + TORCH_VERSION_MINOR >= 204

inline bool autocast_enabled(torch::DeviceType device) { return at::autocast::is_autocast_enabled(device); }
inline void set_autocast_enabled(torch::DeviceType device, bool on) { at::autocast::set_autocast_enabled(device, on); }
inline torch::ScalarType autocast_type(torch::DeviceType device) { return at::autocast::get_autocast_dtype(device); }
inline void set_autocast_type(torch::DeviceType device, torch::ScalarType type) {
  at::autocast::set_autocast_dtype(device, type);
}

#else

inline bool autocast_enabled(torch::DeviceType device) {
  return device == torch::kCUDA ? at::autocast::is_enabled() : at::autocast::is_cpu_enabled();
}
inline void set_autocast_enabled(torch::DeviceType device, bool on) {
  device == torch::kCUDA ? at::autocast::set_enabled(on) : at::autocast::set_cpu_enabled(on);
}
inline torch::ScalarType autocast_type(torch::DeviceType device) {
  return device == torch::kCUDA ? at::autocast::get_autocast_gpu_dtype() : at::autocast::get_autocast_cpu_dtype();
}
inline void set_autocast_type(torch::DeviceType device, torch::ScalarType type) {
  device == torch::kCUDA ? at::autocast::set_autocast_gpu_dtype(type) : at::autocast::set_autocast_cpu_dtype(type);
}

#endif

}  // namespace detail

/// The type that autocast gives the factors of a product on this device; nothing where it is off.
inline std::optional<torch::ScalarType> product_type(torch::Device device) {
  if (!detail::autocast_enabled(device.type())) return std::nullopt;
  return detail::autocast_type(device.type());
}

/// x, or its float32 copy where it has fewer digits.
inline torch::Tensor at_least_float32(const torch::Tensor& x) {
  return x.scalar_type() == torch::kBFloat16 || x.scalar_type() == torch::kHalf ? x.to(torch::kFloat32) : x;
}

/// Whether CUDA may multiply matrices with 10 bits of mantissa, on all threads, for as long as this lives.
class Tf32Products {
 public:
  explicit Tf32Products(bool allowed) : before_(at::globalContext().allowTF32CuBLAS()) {
    at::globalContext().setAllowTF32CuBLAS(allowed);
  }
  ~Tf32Products() { at::globalContext().setAllowTF32CuBLAS(before_); }

  Tf32Products(const Tf32Products&) = delete;
  Tf32Products& operator=(const Tf32Products&) = delete;

 private:
  bool before_;
};

/// Lets LibTorch compute with a placement's precision on this thread, for as long as it lives. Autocast keeps weights
/// that it has cast; they are forgotten at the end, so weights may change between two of these, not within one.
class ComputePrecision {
 public:
  explicit ComputePrecision(const Placement& placement)
      : device_(placement.device.type()),
        autocast_(placement.precision == Precision::kBfloat16),
        was_enabled_(detail::autocast_enabled(device_)),
        type_before_(detail::autocast_type(device_)) {
    detail::set_autocast_enabled(device_, autocast_);
    if (autocast_) detail::set_autocast_type(device_, torch::kBFloat16);
    if (placement.precision == Precision::kTf32) tf32_.emplace(true);
  }

  ~ComputePrecision() {
    detail::set_autocast_type(device_, type_before_);
    detail::set_autocast_enabled(device_, was_enabled_);
    if (autocast_) at::autocast::clear_cache();
  }

  ComputePrecision(const ComputePrecision&) = delete;
  ComputePrecision& operator=(const ComputePrecision&) = delete;

 private:
  torch::DeviceType device_;
  bool autocast_, was_enabled_;
  torch::ScalarType type_before_;
  std::optional<Tf32Products> tf32_ = {};
};

}  // namespace qcs
