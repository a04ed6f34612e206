# SPDX-License-Identifier: MIT
# Target torch from QCS_TORCH_FOLDER, the folder of an unpacked LibTorch or of pip's torch package, in place of
# find_package(Torch): a wheel's own package file takes what it can of the system's LibTorch and asks for a whole CUDA
# toolkit, while nothing here is compiled for one. Sets what find_package(Torch) sets and qcs uses.
get_filename_component(qcs_folder "${QCS_TORCH_FOLDER}" ABSOLUTE)
set(qcs_lacking "")
foreach(qcs_part IN ITEMS include/ATen/ATen.h include/torch/csrc/api/include/torch/torch.h lib/libtorch_cpu.so
                          lib/libc10.so)
  if(NOT EXISTS "${qcs_folder}/${qcs_part}")
    list(APPEND qcs_lacking ${qcs_part})
  endif()
endforeach()
if(qcs_lacking)
  list(JOIN qcs_lacking ", " qcs_lacking)
  file(GLOB qcs_elsewhere "${qcs_folder}/lib/*/libtorch_cpu.so")
  if(qcs_elsewhere)
    set(qcs_hint "Its ${qcs_elsewhere} is laid out as Debian's libtorch-dev: leave QCS_TORCH_FOLDER out for that one.")
  elseif(EXISTS "${qcs_folder}/torch/lib/libtorch_cpu.so")
    set(qcs_hint "Was ${qcs_folder}/torch meant?")
  else()
    set(qcs_hint "Expected is pip's package, SITE_PACKAGES/torch, or an unpacked libtorch.zip.")
  endif()
  message(FATAL_ERROR "qcs: QCS_TORCH_FOLDER=${qcs_folder} has no ${qcs_lacking}. ${qcs_hint}")
endif()

foreach(qcs_part IN ITEMS include/torch/csrc/api/include include)
  file(GLOB qcs_header "${qcs_folder}/${qcs_part}/torch/version.h"
                       "${qcs_folder}/${qcs_part}/torch/headeronly/version.h")
  if(qcs_header)
    file(STRINGS "${qcs_header}" qcs_numbers REGEX "^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+$")
    if(qcs_numbers)
      list(TRANSFORM qcs_numbers REPLACE "^.* " "")
      list(JOIN qcs_numbers "." Torch_VERSION)
      break()
    endif()
  endif()
endforeach()
if(NOT Torch_VERSION OR Torch_VERSION VERSION_LESS 1.13)
  message(FATAL_ERROR "qcs: the headers in QCS_TORCH_FOLDER=${qcs_folder} are of LibTorch '${Torch_VERSION}', expected "
                      "1.13 or newer")
endif()

# The ABI is the one that a constructor's std::string was compiled with.
file(STRINGS "${qcs_folder}/lib/libc10.so" qcs_symbol LIMIT_COUNT 1
     REGEX "^_ZN3c105ErrorC[12]ENS_14SourceLocationE(Ss|NSt7__cxx11)")
if(qcs_symbol MATCHES "SourceLocationESs")
  set(TORCH_CXX_FLAGS -D_GLIBCXX_USE_CXX11_ABI=0)
elseif(qcs_symbol)
  set(TORCH_CXX_FLAGS -D_GLIBCXX_USE_CXX11_ABI=1)
else()
  message(FATAL_ERROR "qcs: cannot tell the ABI of std::string in ${qcs_folder}/lib/libc10.so: c10::Error has no "
                      "constructor of a SourceLocation and a string")
endif()
set(Torch_DIR "${qcs_folder}")

# What has to be there at run time. A wheel for CUDA expects its libraries in wheels beside it; without those of the
# GPU alone it still computes on the CPU.
find_program(QCS_LDD ldd)
mark_as_advanced(QCS_LDD)
set(qcs_libraries "")
set(qcs_left_out "")
foreach(qcs_part IN ITEMS torch c10_cuda torch_cuda torch_cpu c10)
  set(qcs_library "${qcs_folder}/lib/lib${qcs_part}.so")
  set(qcs_lacking "")
  if(QCS_LDD AND EXISTS "${qcs_library}")
    execute_process(COMMAND ${QCS_LDD} "${qcs_library}" OUTPUT_VARIABLE qcs_needed ERROR_QUIET)
    string(REGEX MATCHALL "[^ \t\n]+ => not found" qcs_lacking "${qcs_needed}")
    list(TRANSFORM qcs_lacking REPLACE " => not found" "")
    list(JOIN qcs_lacking ", " qcs_lacking)
  endif()
  if(qcs_part MATCHES "^(torch_cpu|c10)$")
    if(qcs_lacking)
      message(FATAL_ERROR
        "qcs: ${qcs_library} needs ${qcs_lacking}, found neither where it looks nor on the system. Wheels for CUDA get "
        "them from wheels named nvidia-*, installed beside torch; `bash tests/run.sh --torch wheel` fetches those.")
    endif()
    list(APPEND qcs_libraries "${qcs_library}")
  elseif(qcs_lacking)
    list(APPEND qcs_left_out "lib${qcs_part}.so (needs ${qcs_lacking})")
  elseif(EXISTS "${qcs_library}")
    # Nothing calls into these; they register what they bring when they are loaded.
    list(APPEND qcs_libraries "-Wl,--no-as-needed,\"${qcs_library}\" -Wl,--as-needed")
  endif()
endforeach()

# Wheels bring the headers of a protobuf whose code they do not export: the system's are the ones to be compiled with.
set(qcs_include "${CMAKE_BINARY_DIR}/torch-${Torch_VERSION}-include")
file(MAKE_DIRECTORY "${qcs_include}")
file(GLOB qcs_headers RELATIVE "${qcs_folder}/include" "${qcs_folder}/include/*")
list(REMOVE_ITEM qcs_headers google)
foreach(qcs_header IN LISTS qcs_headers)
  file(CREATE_LINK "${qcs_folder}/include/${qcs_header}" "${qcs_include}/${qcs_header}" SYMBOLIC)
endforeach()
set(TORCH_INCLUDE_DIRS "${qcs_include}" "${qcs_include}/torch/csrc/api/include")

if(NOT TARGET torch)
  add_library(torch INTERFACE IMPORTED GLOBAL)
  set_target_properties(torch PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${TORCH_INCLUDE_DIRS}"
                                         INTERFACE_LINK_LIBRARIES "${qcs_libraries}" QCS_TORCH_FOLDER "${qcs_folder}")
  message(STATUS "Found LibTorch ${Torch_VERSION} in ${qcs_folder}")
  if(qcs_left_out)
    list(JOIN qcs_left_out ", " qcs_left_out)
    message(STATUS "LibTorch on the CPU alone, without ${qcs_left_out}")
  endif()
else()
  get_target_property(qcs_taken torch QCS_TORCH_FOLDER)
  if(NOT qcs_taken STREQUAL qcs_folder)
    message(FATAL_ERROR "qcs: QCS_TORCH_FOLDER=${qcs_folder} comes too late, there is a target torch already. Leave "
                        "find_package(Torch) out, or QCS_TORCH_FOLDER.")
  endif()
endif()
