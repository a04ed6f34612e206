# SPDX-License-Identifier: MIT
# Stops at configure time where LibTorch does not fit: parts of two LibTorches, or one built for the other ABI of
# std::string. The linker would otherwise report the same facts as hundreds of undefined references. Needs
# find_package(Torch) or qcsTorchFolder.cmake first; the latter takes all parts of one folder.
include(CheckCXXSourceCompiles)

# Torch's package looks for its own other half, Caffe2, and for its libraries where the system keeps such things before
# it looks beside itself.
set(qcs_torch_parts "")
if(EXISTS ${Torch_DIR}/../Caffe2/Caffe2Config.cmake AND Caffe2_DIR AND NOT QCS_TORCH_FOLDER)
  file(REAL_PATH ${Torch_DIR}/../Caffe2 qcs_own)
  file(REAL_PATH ${Caffe2_DIR} qcs_taken)
  if(NOT qcs_own STREQUAL qcs_taken)
    list(APPEND qcs_torch_parts "Caffe2 is of ${Caffe2_DIR}")
  endif()
endif()
if(TARGET torch AND NOT QCS_TORCH_FOLDER AND NOT qcs_torch_parts)
  get_target_property(qcs_torch_file torch LOCATION)
  foreach(qcs_library IN ITEMS TORCH_LIBRARY c10_LIBRARY)
    if(EXISTS "${qcs_torch_file}" AND EXISTS "${${qcs_library}}")
      file(REAL_PATH ${qcs_torch_file} qcs_own)
      file(REAL_PATH ${${qcs_library}} qcs_taken)
      cmake_path(GET qcs_own PARENT_PATH qcs_own)
      cmake_path(GET qcs_taken PARENT_PATH qcs_taken)
      if(NOT qcs_own STREQUAL qcs_taken)
        list(APPEND qcs_torch_parts "a library is ${${qcs_library}}")
      endif()
    endif()
  endforeach()
endif()
find_file(QCS_TORCH_VERSION_HEADER torch/version.h PATHS ${TORCH_INCLUDE_DIRS} NO_DEFAULT_PATH NO_CACHE)
if(QCS_TORCH_VERSION_HEADER AND CAFFE2_VERSION MATCHES "^([0-9]+\\.[0-9]+)" AND NOT qcs_torch_parts)
  set(qcs_taken ${CMAKE_MATCH_1})
  file(STRINGS ${QCS_TORCH_VERSION_HEADER} qcs_own REGEX "^#define TORCH_VERSION_(MAJOR|MINOR) [0-9]+$")
  list(TRANSFORM qcs_own REPLACE "^.* " "")
  list(JOIN qcs_own "." qcs_own)
  if(qcs_own AND NOT qcs_own STREQUAL qcs_taken)
    list(APPEND qcs_torch_parts "Caffe2 is version ${qcs_taken}, but ${QCS_TORCH_VERSION_HEADER} says ${qcs_own}")
  endif()
endif()
if(qcs_torch_parts)
  list(JOIN qcs_torch_parts ", " qcs_torch_parts)
  cmake_path(SET qcs_own NORMALIZE "${TORCH_INSTALL_PREFIX}")
  message(FATAL_ERROR
    "qcs: parts of two LibTorches were found: Torch is of ${Torch_DIR}, but ${qcs_torch_parts}. Configure anew, in an "
    "empty build folder or with `cmake --fresh`, with -DQCS_TORCH_FOLDER=${qcs_own} or, where its own package file suits, "
    "-DCMAKE_PREFIX_PATH=${qcs_own} in place of -DTorch_DIR, so that all of them are taken from there; or without any of "
    "these, for the system's own LibTorch.")
endif()

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
      "and with it OpenCV, Boost and fmt, uses ${qcs_compiler_abi}. Take a LibTorch of the same ABI: "
      "Debian's libtorch-dev, pip's torch 2.7 or newer, or the download named cxx11-abi.")
  endif()
endif()
