# SPDX-License-Identifier: MIT
# Who includes whom among the library's headers. Used when configuring and by `cmake -P` scripts.

# Header names relative to <root>, for example "qcs/core/error.hpp".
function(qcs_list_headers root out)
  file(GLOB_RECURSE headers RELATIVE ${root} ${root}/qcs/*.hpp)
  list(SORT headers)
  set(${out} ${headers} PARENT_SCOPE)
endfunction()

# What <header> names in #include lines, without brackets or quotes.
function(qcs_direct_includes root header out)
  set(names "")
  if(EXISTS ${root}/${header})
    file(STRINGS ${root}/${header} names REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]")
    list(TRANSFORM names REPLACE "^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]*)[>\"].*$" "\\1")
  endif()
  set(${out} ${names} PARENT_SCOPE)
endfunction()

# Everything <header> includes by way of the library's own headers, itself among them.
function(qcs_all_includes root header out)
  set(seen ${header})
  set(queue ${header})
  while(queue)
    list(POP_FRONT queue current)
    qcs_direct_includes(${root} ${current} names)
    foreach(name IN LISTS names)
      if(NOT name IN_LIST seen)
        list(APPEND seen ${name})
        if(name MATCHES "^qcs/")
          list(APPEND queue ${name})
        endif()
      endif()
    endforeach()
  endwhile()
  set(${out} ${seen} PARENT_SCOPE)
endfunction()

# Whether a list from qcs_all_includes has LibTorch in it.
function(qcs_reaches_torch out)
  set(${out} FALSE PARENT_SCOPE)
  if("${ARGN}" MATCHES "(^|;)(torch|ATen|c10)/")
    set(${out} TRUE PARENT_SCOPE)
  endif()
endfunction()
