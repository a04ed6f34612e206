# SPDX-License-Identifier: MIT
# cmake -DROOT=include -P check_includes.cmake: includes go downwards only, and LibTorch comes in by one door.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/IncludeGraph.cmake)

# Folders from low to high; a header may include folders of a lower level.
set(levels core topology|metric|io image|nn data|model weights train|infer prepare|report|presets experiment
           program testing)
set(number 0)
foreach(level IN LISTS levels)
  string(REPLACE "|" ";" level ${level})
  foreach(folder IN LISTS level)
    set(level_${folder} ${number})
  endforeach()
  math(EXPR number "${number} + 1")
endforeach()

# Within a folder, from low to high: its sub-folders, and headers of its own that stand below some of them. The other
# headers are `.`. A header may include its own entry and lower ones.
set(order_core error.hpp file text .)
set(order_io named_tensors.hpp pickle torch table protobuf .)
set(order_image detail header.hpp quiet_decoders.hpp reference planes .)
set(order_data list class_index.hpp image_store.hpp image_source.hpp fingerprint.hpp sample augment batch.hpp detail
               dataset .)
set(order_model feature_layout.hpp branch_execution.hpp concepts.hpp architecture.hpp backbone token attention network_options.hpp
                base_branch.hpp head .)
set(order_train events.hpp observer_base.hpp observer_rules.hpp observer.hpp stop.hpp run_state.hpp training_aids.hpp
                recipe_field.hpp parameter_names.hpp optimizer loss step recipe.hpp recipe_fields.hpp recipe_text.hpp
                training_parts.hpp state .)
set(order_infer picture.hpp answer.hpp graph engine export face . explain photo)
set(order_prepare dataset.hpp detail write.hpp generic raf_db ferplus affectnet .)
set(order_report pace.hpp table.hpp history draw files faces console page compare .)
set(order_testing findings.hpp random_guard.hpp gradient.hpp module_call.hpp detail module_check.hpp .)

# Headers that must compile without LibTorch.
set(light "^qcs/((prepare|topology|metric|report)/.*|core/((file|text)/.*|constant|enum_names|error|label_space|memory_error|named_types|named_values|parallel_for|processors|progress|random|stopwatch|value_range|version)|io/(pickle/.*|table/.*|protobuf/.*|torch/zip_archive)|train/(events|observer|observer_base|observer_rules|recipe|recipe_field|recipe_fields|recipe_text|step/sam_options|step/look_sam_options|training_aids)|testing/(findings|check_topology|check_tuple_sampler|check_negative_rule|check_image_store|check_observer))\\.hpp$")

set(faults "")
qcs_list_headers(${ROOT} headers)
if(NOT headers)
  message(FATAL_ERROR "no headers under ${ROOT}")
endif()

function(folder_of header out)
  string(REGEX REPLACE "^qcs/([^/]+).*$" "\\1" folder ${header})
  set(${out} ${folder} PARENT_SCOPE)
endfunction()

# Where <header> stands in the order of its folder, and the entry's name; nothing if a sub-folder has no place there.
function(place_of header folder out_place out_entry)
  string(REGEX REPLACE "^qcs/[^/]+/([^/]+).*$" "\\1" entry ${header})
  if(NOT entry IN_LIST order_${folder} AND header MATCHES "^qcs/[^/]+/[^/]+$")
    set(entry .)
  endif()
  list(FIND order_${folder} ${entry} place)
  if(NOT DEFINED order_${folder} AND entry STREQUAL ".")
    set(place 0)
  endif()
  set(${out_place} ${place} PARENT_SCOPE)
  set(${out_entry} ${entry} PARENT_SCOPE)
endfunction()

# Sub-folders of components of their own, with libraries that the rest of their folder does without.
set(apart "^qcs/(io/protobuf|infer/export|infer/face|infer/photo|report/faces)/")

# Headers beside the folders are umbrellas: qcs/F.hpp of folder F without its details and what stands apart, qcs/qcs.hpp of
# all of these that need no more than the library itself.
set(umbrellas ${headers})
list(FILTER umbrellas INCLUDE REGEX "^qcs/[^/]+\\.hpp$")
list(REMOVE_ITEM headers ${umbrellas} "")
foreach(umbrella IN LISTS umbrellas)
  string(REGEX REPLACE "^qcs/(.*)\\.hpp$" "\\1" folder ${umbrella})
  if(folder STREQUAL "qcs")
    set(wanted ${umbrellas})
    list(REMOVE_ITEM wanted qcs/qcs.hpp qcs/program.hpp qcs/testing.hpp)
  else()
    set(wanted ${headers})
    list(FILTER wanted INCLUDE REGEX "^qcs/${folder}/")
    list(FILTER wanted EXCLUDE REGEX "/detail/|${apart}")
  endif()
  qcs_direct_includes(${ROOT} ${umbrella} names)
  if(NOT "${names}" STREQUAL "${wanted}")
    list(APPEND faults "${umbrella} does not include just what lies under it, in order")
  endif()
endforeach()

# What the `detail` namespaces of each folder hold, as text.
foreach(header IN LISTS headers)
  folder_of(${header} folder)
  file(READ ${ROOT}/${header} text)
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  if(text MATCHES "namespace ([a-z]+::)*detail")
    string(REGEX REPLACE "detail::[A-Za-z0-9_]+" "" text "${text}")
    string(APPEND details_${folder} "${text}")
  endif()
endforeach()

# The standard library's and the system's headers and what is used of them, system calls with their colons: the headers are
# compiled many to a translation unit, where one would not miss what another one includes. Several headers have what stands
# in the last line.
set(standard_names
    "algorithm: all_of any_of clamp copy copy_n count_if equal fill fill_n find find_if find_if_not lower_bound max max_element min min_element minmax none_of nth_element replace reverse sort stable_sort transform unique upper_bound"
    "array: array"
    "atomic: atomic atomic_flag"
    "bit: bit_cast bit_ceil bit_width endian popcount"
    "cctype: tolower toupper"
    "charconv: chars_format from_chars to_chars"
    "chrono: chrono"
    "cmath: abs ceil cos exp floor fmod hypot isfinite isinf isnan llround log log10 lround nearbyint pow round sin sqrt trunc"
    "complex: complex conj norm"
    "compare: partial_ordering strong_ordering"
    "concepts: constructible_from convertible_to copy_constructible default_initializable derived_from floating_point integral invocable move_constructible same_as"
    "condition_variable: condition_variable"
    "csetjmp: jmp_buf longjmp"
    "cstddef: byte ptrdiff_t size_t"
    "cstdint: int16_t int32_t int64_t int8_t uint16_t uint32_t uint64_t uint8_t uintmax_t"
    "cstdio: snprintf"
    "cstdlib: exit getenv strtod strtol"
    "cstring: memcmp memcpy memset strerror strlen strncmp"
    "ctime: strftime time time_t tm"
    "deque: deque"
    "exception: current_exception exception exception_ptr rethrow_exception uncaught_exceptions"
    "filesystem: filesystem"
    "fstream: ifstream ofstream"
    "functional: equal_to function greater hash less multiplies"
    "initializer_list: initializer_list"
    "iomanip: quoted"
    "iostream: cerr cout"
    "iterator: back_inserter default_sentinel_t istreambuf_iterator make_move_iterator ssize"
    "limits: numeric_limits"
    "map: map"
    "memory: make_shared make_unique shared_ptr unique_ptr"
    "memory_resource: pmr"
    "mutex: call_once lock_guard mutex scoped_lock unique_lock"
    "new: bad_alloc nothrow"
    "numbers: numbers"
    "numeric: accumulate gcd iota"
    "optional: nullopt optional"
    "set: set"
    "source_location: source_location"
    "span: span"
    "sstream: istringstream ostringstream stringstream"
    "stdexcept: invalid_argument logic_error out_of_range runtime_error"
    "streambuf: streambuf"
    "string: getline stoi string to_string"
    "string_view: string_view string_view_literals"
    "system_error: errc error_code system_error"
    "thread: jthread this_thread thread"
    "tuple: tie tuple"
    "type_traits: bool_constant conditional_t decay_t enable_if_t is_arithmetic_v is_base_of_v is_class_v is_constructible_v is_copy_constructible_v is_default_constructible_v is_empty_v is_enum_v is_final_v is_integral_v is_same_v is_unsigned_v remove_const_t remove_cvref_t void_t"
    "typeinfo: type_info"
    "unordered_map: unordered_map"
    "unordered_set: unordered_set"
    "utility: declval exchange forward index_sequence move pair swap"
    "variant: get_if holds_alternative monostate variant visit"
    "vector: vector"
    "cerrno: errno"
    "csignal: ::kill ::sigaction ::signal"
    "dirent.h: ::opendir ::readdir"
    "dlfcn.h: ::dlsym"
    "fcntl.h: ::fcntl ::open"
    "malloc.h: ::mallopt"
    "poll.h: ::poll"
    "sched.h: ::sched_getaffinity"
    "cstdlib: ::setenv"
    "sys/file.h: ::flock"
    "sys/mman.h: ::mmap ::munmap"
    "sys/resource.h: ::getrlimit"
    "sys/stat.h: ::fstat ::stat"
    "sys/utsname.h: ::uname"
    "ctime: ::clock_gettime"
    "unistd.h: ::_exit ::close ::execv ::fsync ::ftruncate ::gethostname ::getpid ::pread ::pwrite ::sysconf ::write"
    "several: end erase_if flush get ios istream ostream ranges streamoff streamsize")
list(JOIN standard_names " " all_standard_names)

foreach(header IN LISTS headers)
  folder_of(${header} folder)
  if(NOT DEFINED level_${folder})
    list(APPEND faults "${header} lies in a folder that check_includes.cmake gives no level")
    continue()
  endif()
  qcs_direct_includes(${ROOT} ${header} names)
  set(edges_${header} "")
  place_of(${header} ${folder} place entry)
  if(place EQUAL -1)
    list(APPEND faults "${header} lies in a sub-folder that check_includes.cmake gives no place in ${folder}")
  endif()
  foreach(name IN LISTS names)
    if(name MATCHES "^(torch|ATen|c10|caffe2)/" AND NOT header MATCHES "^qcs/(core/torch|io/torch/pickler)\\.hpp$")
      list(APPEND faults "${header} includes ${name}, which only qcs/core/torch.hpp and io/torch/pickler.hpp may")
    elseif(name MATCHES "^qcs/")
      list(APPEND edges_${header} ${name})
      folder_of(${name} target)
      if(name IN_LIST umbrellas)
        list(APPEND faults "${header} includes ${name}, which is there for users")
      elseif(NOT EXISTS ${ROOT}/${name})
        list(APPEND faults "${header} includes ${name}, which does not exist")
      elseif(NOT target STREQUAL folder AND DEFINED level_${target}
             AND NOT level_${target} LESS level_${folder})
        list(APPEND faults "${header} includes ${name}, which is not below ${folder}")
      elseif(target STREQUAL folder)
        place_of(${name} ${folder} target_place target_entry)
        if(target_place GREATER place)
          list(APPEND faults "${header} includes ${name}, which stands above it in ${folder}")
        endif()
      endif()
      # The details of a folder are its own.
      if(name MATCHES "^(.*)/detail/")
        string(FIND ${header} "${CMAKE_MATCH_1}/" begins)
        if(NOT begins EQUAL 0)
          list(APPEND faults "${header} includes ${name}, a detail of another folder")
        endif()
      endif()
    endif()
  endforeach()

  qcs_all_includes(${ROOT} ${header} reached)
  qcs_reaches_torch(reaches_torch ${reached})
  # What qcs::train does without.
  if(header MATCHES "^qcs/(core|topology|metric|io|nn|model|weights|train)/" AND NOT header MATCHES "${apart}" AND
     "${reached}" MATCHES "(^|;)(opencv2/|png|jpeglib|ctemplate/|google/|boost/program_options)")
    list(APPEND faults "${header} reaches ${CMAKE_MATCH_2}..., which its folder does without")
  endif()
  if(reaches_torch AND header MATCHES "${light}")
    list(APPEND faults "${header} reaches LibTorch, which its folder does without")
  endif()
  # test_headers includes other libraries ahead of all headers, so it would not notice these.
  file(READ ${ROOT}/${header} text)
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  string(REGEX MATCHALL "detail::[A-Za-z0-9_]+" details "${text}")
  list(REMOVE_DUPLICATES details)
  foreach(detail IN LISTS details)
    string(REPLACE "detail::" "" detail ${detail})
    if(NOT "${details_${folder}}" MATCHES "[^A-Za-z0-9_]${detail}[^A-Za-z0-9_]")
      list(APPEND faults "${header} uses detail::${detail}, which is none of its folder's")
    endif()
  endforeach()
  # Readers of LibTorch's own that run what a file tells them to.
  foreach(reader IN ITEMS "jit::load" "InputArchive" "torch::load" "pickle_load" "jit::unpickle")
    if(text MATCHES "[^A-Za-z0-9_]${reader}[^A-Za-z0-9_]")
      list(APPEND faults "${header} uses ${reader}, which runs code from files")
    endif()
  endforeach()
  if(NOT reaches_torch AND text MATCHES "[^A-Za-z0-9_:](torch|at|c10)::")
    list(APPEND faults "${header} uses ${CMAKE_MATCH_1}:: but does not include qcs/core/torch.hpp")
  endif()
  # Which header of fmt has what; fmt 9 leaves more to chance than fmt 12, and not all of it is used by a template.
  foreach(part IN ITEMS "join|range|tuple_join ranges" "gmtime|localtime chrono" "streamed ostream"
                        "styled|fg|bg|emphasis|color|text_style color" "printf|sprintf|fprintf printf"
                        "output_file|ostream|file os" "dynamic_format_arg_store args")
    separate_arguments(part)
    list(GET part 0 names_of_part)
    list(GET part 1 fmt_header)
    if(text MATCHES "[^A-Za-z0-9_:]fmt::(${names_of_part})[^A-Za-z0-9_]" AND NOT "fmt/${fmt_header}.h" IN_LIST names)
      list(APPEND faults "${header} uses fmt::${CMAKE_MATCH_1} but does not include fmt/${fmt_header}.h itself")
    endif()
  endforeach()
  string(REGEX MATCHALL "std::[a-z_0-9]+" used "${text}")
  string(REGEX MATCHALL "[^A-Za-z0-9_:>]::[a-z_]+ ?[(]" calls "${text}")
  list(TRANSFORM calls REPLACE "^.(::[a-z_]+).*$" "\\1")
  list(APPEND used ${calls})
  if(text MATCHES "[^A-Za-z0-9_]errno[^A-Za-z0-9_]")
    list(APPEND used errno)
  endif()
  list(REMOVE_DUPLICATES used)
  foreach(name IN LISTS used)
    string(REPLACE "std::" "" bare_name "${name}")
    if(NOT " ${all_standard_names} " MATCHES " ${bare_name} ")
      list(APPEND faults "${header} uses ${name}, which check_includes.cmake gives no header")
    endif()
  endforeach()
  foreach(line IN LISTS standard_names)
    string(REGEX MATCH "^[a-z_/.]+" standard_header "${line}")
    if(NOT standard_header IN_LIST reached AND NOT standard_header STREQUAL "several")
      foreach(name IN LISTS used)
        string(REPLACE "std::" "" bare_name "${name}")
        if("${line} " MATCHES " ${bare_name} ")
          list(APPEND faults "${header} uses ${name} but does not include ${standard_header}")
        endif()
      endforeach()
    endif()
  endforeach()
  if(NOT text MATCHES "#pragma once")
    list(APPEND faults "${header} has no #pragma once")
  endif()
  # A macro would outlive the header in its user's code; the version is meant to.
  string(REGEX MATCHALL "\n[ \t]*#[ \t]*define[ \t]+[A-Za-z0-9_]+" macros "\n${text}")
  foreach(macro IN LISTS macros)
    string(REGEX REPLACE "^.*[ \t]" "" macro "${macro}")
    if(NOT macro MATCHES "^QCS_VERSION_(MAJOR|MINOR|PATCH)$")
      list(APPEND faults "${header} defines the macro ${macro}")
    endif()
  endforeach()
  foreach(library IN ITEMS "cv opencv2/" "fmt fmt/" "nlohmann nlohmann/" "boost::random boost/random/"
                           "boost::program_options boost/program_options")
    separate_arguments(library)
    list(GET library 0 space)
    list(GET library 1 folder_of_space)
    if(text MATCHES "[^A-Za-z0-9_:]${space}::" AND NOT "${reached}" MATCHES "(^|;)${folder_of_space}")
      list(APPEND faults "${header} uses ${space}:: but includes nothing of ${folder_of_space}")
    endif()
  endforeach()
endforeach()

# Take away headers that include nothing of what is left, or that nothing left includes, until only cycles and the
# paths between them remain.
set(left ${headers})
set(count_before -1)
list(LENGTH left count)
while(NOT count EQUAL count_before)
  set(count_before ${count})
  set(included "")
  foreach(header IN LISTS left)
    set(includes_some FALSE)
    foreach(name IN LISTS edges_${header})
      if(name IN_LIST left)
        set(includes_some TRUE)
        list(APPEND included ${name})
      endif()
    endforeach()
    if(NOT includes_some)
      list(REMOVE_ITEM left ${header})
    endif()
  endforeach()
  foreach(header IN LISTS left)
    if(NOT header IN_LIST included)
      list(REMOVE_ITEM left ${header})
    endif()
  endforeach()
  list(LENGTH left count)
endwhile()
if(left)
  list(JOIN left " " cycle)
  list(APPEND faults "include cycle among: ${cycle}")
endif()

list(LENGTH headers count)
if(faults)
  list(JOIN faults "\n  " text)
  message(FATAL_ERROR "includes that break the rules:\n  ${text}")
endif()
message(STATUS "${count} headers: includes go downwards, without a cycle")
