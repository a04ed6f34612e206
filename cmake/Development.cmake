# SPDX-License-Identifier: MIT
# What only qcs' own tests and examples get: warnings, ccache, a precompiled header. Nothing of it reaches a consumer.

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/IncludeGraph.cmake)

add_library(qcs_development INTERFACE)
# GCC 12 warns of overlaps, overflows and uninitialised parts of std::string that are not there (GCC bugs 105651, 105562).
target_compile_options(qcs_development INTERFACE -Wall -Wextra
                                                 $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-stringop-overflow -Wno-maybe-uninitialized>
                                                 $<$<BOOL:${QCS_WERROR}>:-Werror>)

if(QCS_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(QCS_CCACHE_PROGRAM ccache)
  mark_as_advanced(QCS_CCACHE_PROGRAM)
  if(QCS_CCACHE_PROGRAM)
    # ccache's manual asks for these two where a precompiled header is used, and for GCC's option below.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
                                    ${QCS_CCACHE_PROGRAM})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(qcs_development INTERFACE -fpch-preprocess)
    endif()
  endif()
endif()

# What spends its time in LibTorch is compiled with QCS_QUICK_OPTIONS: little more than half as long as with -O3.
set(QCS_QUICK_OPTIONS "")
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  set(QCS_QUICK_OPTIONS -O1)
endif()

# One precompiled header for all targets that use LibTorch and are compiled with equal flags. QCS_PRECOMPILED names the one
# that qcs_link takes.
function(qcs_add_precompiled name)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}.cpp CONTENT "// Holds the precompiled header.\n")
  add_library(${name} OBJECT EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE qcs::qcs qcs_development)
  target_compile_options(${name} PRIVATE ${ARGN})
  target_precompile_headers(${name} PRIVATE <qcs/core/torch.hpp> <opencv2/core.hpp>)
endfunction()
set(QCS_PRECOMPILED qcs_precompiled)
set(QCS_QUICK_PRECOMPILED qcs_precompiled)
if(QCS_PRECOMPILE)
  qcs_add_precompiled(qcs_precompiled)
  if(QCS_QUICK_OPTIONS)
    set(QCS_QUICK_PRECOMPILED qcs_precompiled_quick)
    qcs_add_precompiled(${QCS_QUICK_PRECOMPILED} ${QCS_QUICK_OPTIONS})
  endif()
endif()

# Links `target` with `library` (qcs::qcs or qcs::program) and lets it share the precompiled header. Sources that do without
# LibTorch skip it: they would pay for what LibTorch leaves to instantiate at the end of each translation unit.
function(qcs_link target library)
  target_link_libraries(${target} PRIVATE ${library} qcs_development)
  get_target_property(without ${target} DISABLE_PRECOMPILE_HEADERS)
  if(QCS_PRECOMPILE AND NOT without)
    target_precompile_headers(${target} REUSE_FROM ${QCS_PRECOMPILED})
    get_target_property(sources ${target} SOURCES)
    foreach(source IN LISTS sources)
      cmake_path(ABSOLUTE_PATH source)
      qcs_source_reaches_torch(${PROJECT_SOURCE_DIR}/include ${source} needs_torch)
      if(EXISTS ${source} AND NOT needs_torch)
        set_source_files_properties(${source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
      endif()
    endforeach()
  endif()
endfunction()

# For an object library whose compiling is the test: its sources are checked, templates instantiated, and no code is made of
# them, which is what takes the compiler longest. Other generators and compilers make objects.
function(qcs_syntax_only target)
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang" AND CMAKE_GENERATOR MATCHES "Ninja|Makefiles" AND NOT CMAKE_HOST_WIN32)
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER ""
                          RULE_LAUNCH_COMPILE "sh ${PROJECT_SOURCE_DIR}/cmake/syntax_only.sh <OBJECT>")
  endif()
endfunction()

# Only the programs link it: it is compiled with their flags and precompiled header.
qcs_link(qcs_compiled qcs::program)

# The same for programs that must build and run without LibTorch.
function(qcs_link_light target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${target} PRIVATE opencv_core opencv_imgproc opencv_imgcodecs JPEG::JPEG PNG::PNG Boost::headers
                                          fmt::fmt qcs::report_libraries nlohmann_json::nlohmann_json OpenSSL::Crypto
                                          Threads::Threads qcs_development)
endfunction()
