# SPDX-License-Identifier: MIT
# cmake -DEXPECT="regex;..." -P ExpectFailure.cmake -- command...
# Passes when the command fails and its output matches every regular expression.
set(command "")
set(found FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(found)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
    set(found TRUE)
  endif()
endforeach()

execute_process(COMMAND ${command} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(status EQUAL 0)
  message(FATAL_ERROR "The command succeeded but had to fail with \"${EXPECT}\".\n${output}")
endif()
# CMake wraps its own messages, so white space is compared loosely.
string(REGEX REPLACE "[ \n]+" " " flat "${output}")
string(STRIP "${flat}" flat)
foreach(expected IN LISTS EXPECT)
  if(NOT flat MATCHES "${expected}")
    message(FATAL_ERROR "The command failed as it had to, but without \"${expected}\".\n${output}")
  endif()
endforeach()
