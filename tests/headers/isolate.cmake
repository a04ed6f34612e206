# SPDX-License-Identifier: MIT
# cmake -DROOT=include -DOUT=folder -P isolate.cmake
#
# A header takes up to seven seconds to compile alone, nearly all of it for those of other libraries. This writes
# OUT/isolated_<n>.cpp, which include other libraries' headers once and then each header of qcs in a namespace of its
# own, from copies in OUT/include that can be included again and again. A header that forgets to include another one of
# qcs fails there just as it would alone; what it forgets of other libraries is check_includes.cmake's to find.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/IncludeGraph.cmake)

qcs_list_headers(${ROOT} headers)
# Umbrellas are but lists of the others.
list(FILTER headers EXCLUDE REGEX "^qcs/[^/]+\\.hpp$")
set(foreign "#include <torch/torch.h>\n")
set(forget "")
set(alone "")
foreach(header IN LISTS headers)
  string(MAKE_C_IDENTIFIER "QCS_SEEN_${header}" seen)
  string(APPEND forget "#undef ${seen}\n")
  file(READ ${ROOT}/${header} text)
  string(REPLACE "#pragma once" "" text "${text}")
  string(REGEX REPLACE "#[ \t]*include[ \t]*<([^q][^>]*|q[^c][^>]*)>" "" text "${text}")
  file(WRITE ${OUT}/include/${header} "#ifndef ${seen}\n#define ${seen}\n#line 1 \"${ROOT}/${header}\"\n${text}\n#endif\n")

  qcs_direct_includes(${ROOT} ${header} reached)
  if(NOT header STREQUAL "qcs/core/torch.hpp")
    list(APPEND alone ${header})
  endif()
  list(FILTER reached EXCLUDE REGEX "^qcs/")
  foreach(name IN LISTS reached)
    string(APPEND foreign "#include <${name}>\n")
  endforeach()
endforeach()
string(REGEX MATCHALL "[^\n]+" foreign "${foreign}")
list(REMOVE_DUPLICATES foreign)
list(JOIN foreign "\n" foreign)
file(WRITE ${OUT}/include/forget.inc "${forget}")

set(source_0 "${foreign}\n")
set(source_1 "${foreign}\n")
set(number 0)
foreach(header IN LISTS alone)
  math(EXPR half "${number} % 2")
  math(EXPR number "${number} + 1")
  string(APPEND source_${half} "namespace alone_${number} {\n#include <${header}>\n}\n#include <forget.inc>\n")
endforeach()
file(WRITE ${OUT}/isolated_0.cpp "${source_0}")
file(WRITE ${OUT}/isolated_1.cpp "${source_1}")
