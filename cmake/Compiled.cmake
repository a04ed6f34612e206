# SPDX-License-Identifier: MIT
# qcs::compiled: what of the presets takes long to compile, once for all programs that link it. Header-only use of qcs needs
# nothing of it.
function(qcs_write_compiled name)
  set(source ${PROJECT_BINARY_DIR}/compiled/${name}.cpp)
  set(text "#include <qcs/program/preset_programs.hpp>\n")
  foreach(instance IN LISTS ARGN)
    string(APPEND text "template ${instance};\n")
  endforeach()
  file(CONFIGURE OUTPUT ${source} CONTENT "${text}" @ONLY)
  set(compiled_sources ${compiled_sources} ${source} PARENT_SCOPE)
endfunction()

# The three networks of a backbone share most of what is compiled: one source file holds them.
foreach(backbone IN ITEMS Ir50 SmallBackbone CompactBackbone)
  set(instances "")
  foreach(network IN ITEMS QcsNetwork DcsNetwork DcsPreNormNetwork)
    set(type "qcs::${network}<qcs::${backbone}>")
    list(APPEND instances "qcs::RunSummary qcs::Experiment<${type}>::fit<>()"
         "int qcs::program::evaluate_weights<${type}>(const qcs::program::TrainArguments&, const qcs::Labels&)")
  endforeach()
  qcs_write_compiled(${backbone} ${instances})
endforeach()
set(programs "")
foreach(dataset IN ITEMS RafDb FerPlus AffectNet7 AffectNet8)
  list(APPEND programs "int qcs::program::run_training<qcs::${dataset}>(int, char**)")
endforeach()
qcs_write_compiled(programs ${programs})

add_library(qcs_compiled STATIC EXCLUDE_FROM_ALL ${compiled_sources})
add_library(qcs::compiled ALIAS qcs_compiled)
target_link_libraries(qcs_compiled PUBLIC qcs::program)
target_compile_definitions(qcs_compiled PUBLIC QCS_COMPILED)
