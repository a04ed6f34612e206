# SPDX-License-Identifier: MIT
# Stops at configure time where LibTorch was built for the other ABI of std::string: the linker would otherwise report
# the same fact as hundreds of undefined references. Needs find_package(Torch) first.
include(CheckCXXSourceCompiles)

if(TORCH_CXX_FLAGS MATCHES "_GLIBCXX_USE_CXX11_ABI=([01])")
  set(qcs_torch_abi ${CMAKE_MATCH_1})
  set(CMAKE_REQUIRED_QUIET ON)
  check_cxx_source_compiles("
    #include <string>
    #if defined(__GLIBCXX__) && !_GLIBCXX_USE_CXX11_ABI
    #error the old ABI
    #endif
    int main() {}" QCS_COMPILER_HAS_CXX11_ABI)
  unset(CMAKE_REQUIRED_QUIET)
  if(QCS_COMPILER_HAS_CXX11_ABI)
    set(qcs_compiler_abi 1)
  else()
    set(qcs_compiler_abi 0)
  endif()
  if(NOT qcs_torch_abi EQUAL qcs_compiler_abi)
    message(FATAL_ERROR
      "qcs: the LibTorch in ${Torch_DIR} was built with _GLIBCXX_USE_CXX11_ABI=${qcs_torch_abi}, but this compiler, "
      "and with it OpenCV, Boost and fmt, uses ${qcs_compiler_abi}. Point Torch_DIR at a LibTorch of the same ABI: "
      "Debian's libtorch-dev, pip's torch 2.7 or newer, or the download named cxx11-abi.")
  endif()
endif()
