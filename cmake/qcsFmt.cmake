# SPDX-License-Identifier: MIT
# Target qcs::fmt, made anew in every project that finds qcs, because it depends on that project's LibTorch. Needs
# find_package(Torch) and find_package(fmt) first.
if(NOT TARGET qcs::fmt)
  # LibTorch's wheels bring headers of another fmt, which come before the system's; compiled in, they need no library.
  set(qcs_fmt fmt::fmt)
  foreach(folder IN LISTS TORCH_INCLUDE_DIRS)
    if(NOT folder IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES AND EXISTS ${folder}/fmt/format.h)
      set(qcs_fmt fmt::fmt-header-only)
    endif()
  endforeach()
  add_library(qcs::fmt INTERFACE IMPORTED GLOBAL)
  target_link_libraries(qcs::fmt INTERFACE ${qcs_fmt})
endif()
