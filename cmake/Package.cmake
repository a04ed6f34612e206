# SPDX-License-Identifier: MIT
# Install rules and the package files, for the install tree and for the build tree.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/qcs)
configure_package_config_file(cmake/qcsConfig.cmake.in ${PROJECT_BINARY_DIR}/qcsConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/qcsConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
foreach(module IN ITEMS qcsCheckTorch.cmake qcsFmt.cmake qcsReport.cmake qcsTorchFolder.cmake qcsZip.cmake)
  configure_file(cmake/${module} ${PROJECT_BINARY_DIR}/${module} COPYONLY)
endforeach()

install(DIRECTORY include/qcs DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(FILES ${PROJECT_BINARY_DIR}/qcsConfig.cmake ${PROJECT_BINARY_DIR}/qcsConfigVersion.cmake
              cmake/qcsCheckTorch.cmake cmake/qcsFmt.cmake cmake/qcsReport.cmake
              cmake/qcsTorchFolder.cmake cmake/qcsZip.cmake
        DESTINATION ${package_dir})
install(FILES examples/weights/compact_ferplus.safetensors examples/weights/README.md
        DESTINATION ${CMAKE_INSTALL_DATADIR}/qcs)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
# A file of targets for each set of dependencies that find_package(qcs COMPONENTS ...) may do without.
set(sets "qcsTopologyTargets:qcs_topology" "qcsTrainTargets:qcs_train" "qcsTargets:qcs_image:qcs_report:qcs"
         "qcsProgramTargets:qcs_program")
if(QCS_HAS_VIDEO)
  list(APPEND sets "qcsVideoTargets:qcs_face:qcs_video")
endif()
foreach(set IN LISTS sets)
  string(REPLACE ":" ";" set ${set})
  list(POP_FRONT set name)
  install(TARGETS ${set} EXPORT ${name})
  set(set ${name})
  install(EXPORT ${set} NAMESPACE qcs:: DESTINATION ${package_dir})
  export(EXPORT ${set} NAMESPACE qcs:: FILE ${PROJECT_BINARY_DIR}/${set}.cmake)
endforeach()
