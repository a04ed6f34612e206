# SPDX-License-Identifier: MIT
# cmake -DROOT=project -DCLANG_FORMAT=program -P format.cmake: every C++ file is laid out as .clang-format says. Versions
# of clang-format differ in what they make of the same rules, so one is asked for.
cmake_minimum_required(VERSION 3.25)
set(version 14)

execute_process(COMMAND ${CLANG_FORMAT} --version OUTPUT_VARIABLE found COMMAND_ERROR_IS_FATAL ANY)
if(NOT found MATCHES "version ${version}\\.")
  message(FATAL_ERROR "formatting is checked with clang-format ${version}, found ${found}")
endif()

set(files "")
foreach(folder IN ITEMS include examples tests benchmarks)
  file(GLOB_RECURSE more ${ROOT}/${folder}/*.hpp ${ROOT}/${folder}/*.cpp)
  list(APPEND files ${more})
endforeach()
execute_process(COMMAND ${CLANG_FORMAT} --style=file --dry-run --Werror ${files} RESULT_VARIABLE status)
list(LENGTH files count)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "not laid out as .clang-format says; clang-format-${version} -i FILE mends it")
endif()
message(STATUS "${count} files are laid out as .clang-format says")
