// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

namespace qcs {

/// Base of everything the library throws for reasons that lie in its input.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A list, image or data folder is missing, malformed or too small.
class DataError : public Error {
 public:
  using Error::Error;
};

/// An option or recipe value is unknown, out of range or at odds with another one.
class ConfigError : public Error {
 public:
  using Error::Error;
};

/// A checkpoint cannot be read, or belongs to another architecture.
class CheckpointError : public Error {
 public:
  using Error::Error;
};

/// A tensor has another shape or dtype than a function's contract asks for.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// A loss or gradient is not finite.
class NumericError : public Error {
 public:
  using Error::Error;
};

}  // namespace qcs
