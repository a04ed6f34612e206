# SPDX-License-Identifier: MIT
# Tests that code which must not compile does not, and that the compiler's output says why.
#
# A case is one file. Its first line is `// expect: <regular expression>`. As it stands it must fail and print that;
# with QCS_TWIN defined, which selects the corrected line, it must compile. The twin proves that nothing but the
# fault under test stops it. `// needs: torch` as the second line lets a case use the precompiled LibTorch header.

if(CMAKE_SCRIPT_MODE_FILE)
  # cmake -DCOMPILER= -DOPTIONS_FILE= -DSOURCE= [-DPRECOMPILED=] -P CompileFail.cmake
  file(STRINGS ${SOURCE} head LIMIT_COUNT 2)
  if(NOT head MATCHES "^// expect: ([^;]+)")
    message(FATAL_ERROR "${SOURCE}: the first line must be `// expect: <regular expression>`")
  endif()
  set(expected "${CMAKE_MATCH_1}")
  set(precompiled "")
  if(head MATCHES ";// needs: torch" AND PRECOMPILED AND EXISTS "${PRECOMPILED}")
    set(precompiled -include ${PRECOMPILED})
  endif()
  set(compile ${COMPILER} @${OPTIONS_FILE} ${precompiled} -fsyntax-only)

  execute_process(COMMAND ${compile} ${SOURCE} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(status EQUAL 0)
    message(FATAL_ERROR "${SOURCE} compiles, but had to fail with \"${expected}\"")
  elseif(NOT output MATCHES "${expected}")
    message(FATAL_ERROR "${SOURCE} fails as it has to, but without \"${expected}\":\n${output}")
  endif()
  execute_process(COMMAND ${compile} -DQCS_TWIN ${SOURCE} RESULT_VARIABLE status OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${SOURCE}: the corrected twin (QCS_TWIN) has to compile, but:\n${output}")
  endif()
  return()
endif()

# qcs_add_compile_fail_tests(folder): one CTest test compile_fail.<name> for each folder/<name>.cpp.
function(qcs_add_compile_fail_tests folder)
  set(interface $<TARGET_PROPERTY:qcs,INTERFACE_)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  separate_arguments(flags NATIVE_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}")
  list(JOIN flags "\n" flags)
  set(options_file ${CMAKE_CURRENT_BINARY_DIR}/compile_fail_options)
  # The compiler's own folder, named again, would come too early for the standard library's headers.
  set(folders "$<FILTER:${interface}INCLUDE_DIRECTORIES>,EXCLUDE,^/usr/(lib/\\.\\./)?include$>")
  file(GENERATE OUTPUT ${options_file} CONTENT
       "${CMAKE_CXX20_EXTENSION_COMPILE_OPTION}\n${flags}\n-D$<JOIN:${interface}COMPILE_DEFINITIONS>,\n-D>\n\
$<JOIN:${interface}COMPILE_OPTIONS>,\n>\n-I$<JOIN:${folders},\n-isystem >\n")
  set(precompiled "")
  if(TARGET qcs_precompiled)
    set(precompiled $<TARGET_PROPERTY:qcs_precompiled,BINARY_DIR>/CMakeFiles/qcs_precompiled.dir/cmake_pch.hxx)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM name)
    add_test(NAME compile_fail.${name}
             COMMAND ${CMAKE_COMMAND} -DCOMPILER=${CMAKE_CXX_COMPILER} -DOPTIONS_FILE=${options_file}
                     -DSOURCE=${source} -DPRECOMPILED=${precompiled}
                     -P ${PROJECT_SOURCE_DIR}/cmake/CompileFail.cmake)
    set_tests_properties(compile_fail.${name} PROPERTIES TIMEOUT 300)
  endforeach()
endfunction()
