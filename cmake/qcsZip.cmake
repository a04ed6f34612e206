# SPDX-License-Identifier: MIT
# Target qcs::zip, libzip. Found by hand: the CMake files of Debian's libzip-dev ask for programs of other packages.
if(NOT TARGET qcs::zip)
  find_path(QCS_ZIP_INCLUDE_DIR zip.h)
  find_library(QCS_ZIP_LIBRARY zip)
  mark_as_advanced(QCS_ZIP_INCLUDE_DIR QCS_ZIP_LIBRARY)
  if(NOT QCS_ZIP_INCLUDE_DIR OR NOT QCS_ZIP_LIBRARY)
    message(FATAL_ERROR "qcs needs libzip 1.7 or newer (Debian: libzip-dev), which was not found; "
                        "set QCS_ZIP_INCLUDE_DIR and QCS_ZIP_LIBRARY where it lies elsewhere")
  endif()
  add_library(qcs::zip UNKNOWN IMPORTED GLOBAL)
  set_target_properties(qcs::zip PROPERTIES IMPORTED_LOCATION ${QCS_ZIP_LIBRARY}
                                            INTERFACE_INCLUDE_DIRECTORIES ${QCS_ZIP_INCLUDE_DIR})
endif()
