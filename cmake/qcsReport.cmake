# SPDX-License-Identifier: MIT
# Target qcs::report_libraries, what qcs/report needs beside OpenCV: ctemplate and protobuf's wire format. Both are
# found by hand: ctemplate has no CMake files, and protobuf's ask for its compiler.
if(NOT TARGET qcs::report_libraries)
  add_library(qcs::report_libraries INTERFACE IMPORTED GLOBAL)
  foreach(entry IN ITEMS "ctemplate/template.h;ctemplate;libctemplate-dev"
                         "google/protobuf/io/coded_stream.h;protobuf-lite;libprotobuf-dev")
    list(GET entry 0 header)
    list(GET entry 1 library)
    list(GET entry 2 package)
    string(TOUPPER ${library} variable)
    string(REPLACE "-" "_" variable QCS_${variable})
    find_path(${variable}_INCLUDE_DIR ${header})
    find_library(${variable}_LIBRARY ${library})
    mark_as_advanced(${variable}_INCLUDE_DIR ${variable}_LIBRARY)
    if(NOT ${variable}_INCLUDE_DIR OR NOT ${variable}_LIBRARY)
      message(FATAL_ERROR "qcs needs ${library} (Debian: ${package}), which was not found; "
                          "set ${variable}_INCLUDE_DIR and ${variable}_LIBRARY where it lies elsewhere")
    endif()
    target_include_directories(qcs::report_libraries SYSTEM INTERFACE ${${variable}_INCLUDE_DIR})
    target_link_libraries(qcs::report_libraries INTERFACE ${${variable}_LIBRARY})
  endforeach()
endif()
