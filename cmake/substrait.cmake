# Substrait's messages: constants and tables made from the pinned versions of
# the package substrait-protobuf, the newest first, and of our own
# (proto/wasi_data.proto), for whoever has wd_includes.

find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(versions "")
foreach(version 0.108.0 0.87.0 0.78.0)
  list(APPEND versions "${WD_DEPS}/substrait/${version}")
  if(NOT EXISTS "${WD_DEPS}/substrait/${version}")
    message(FATAL_ERROR
      "${WD_DEPS}/substrait/${version} is missing: run scripts/deps")
  endif()
endforeach()

set(generated "${PROJECT_BINARY_DIR}/generated/substrait")
set(generator "${PROJECT_SOURCE_DIR}/scripts/substrait-generate")
set(ours "${PROJECT_SOURCE_DIR}/proto/wasi_data.proto")
set(outputs "${generated}/substrait.gen.h" "${generated}/substrait_tables.gen.h")
add_custom_command(OUTPUT ${outputs}
  COMMAND "${Python3_EXECUTABLE}" "${generator}" ${outputs} "${ours}" ${versions}
  DEPENDS "${generator}" "${ours}"
    "${PROJECT_SOURCE_DIR}/scripts/descriptors.py"
    "${PROJECT_SOURCE_DIR}/scripts/proto.py"
    "${WD_DEPS}/substrait/.pins"
  COMMENT "Making substrait.gen.h" VERBATIM)
add_custom_target(substrait_headers DEPENDS ${outputs})
add_dependencies(wd_includes substrait_headers)
target_include_directories(wd_includes SYSTEM INTERFACE "${generated}")
