# SPDX-License-Identifier: MIT
# qcs::compiled: what of the presets takes long to compile, once for all programs that link it. Header-only use of qcs needs
# nothing of it.
set(sources "")
foreach(network IN ITEMS QcsNetwork DcsNetwork DcsPreNormNetwork)
  foreach(backbone IN ITEMS Ir50 SmallBackbone)
    set(source ${PROJECT_BINARY_DIR}/compiled/${network}_${backbone}.cpp)
    set(type "qcs::${network}<qcs::${backbone}>")
    file(CONFIGURE OUTPUT ${source} CONTENT "#include <qcs/experiment/preset_experiments.hpp>
#include <qcs/program/preset_evaluations.hpp>
template qcs::RunSummary qcs::Experiment<${type}>::fit<>();
template int qcs::program::evaluate_weights<${type}>(const qcs::program::TrainArguments&, const qcs::Labels&);
")
    list(APPEND sources ${source})
  endforeach()
endforeach()
add_library(qcs_compiled STATIC EXCLUDE_FROM_ALL ${sources})
add_library(qcs::compiled ALIAS qcs_compiled)
target_link_libraries(qcs_compiled PUBLIC qcs::qcs)
target_compile_definitions(qcs_compiled INTERFACE QCS_COMPILED)
