# The extension for other people's DuckDB: lib/wasidata.duckdb_extension. Files
# of the engine that only move columns and call lambdas are compiled once more,
# for there DuckDB is reached by a table of pointers (api.h).

file(GLOB sources CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/src/extension/duckdb/*.c")
foreach(name aggregate call columns_read columns_write converted failure frame
    nested_read nested_write query_failure queue quote row scalar source_generate
    strict types types_composed)
  list(APPEND sources "${PROJECT_SOURCE_DIR}/src/engine/duckdb/${name}.c")
endforeach()

if(NOT TARGET wasidata)
  return()
endif()
add_library(wasidata_duckdb_extension MODULE ${sources})
target_compile_options(wasidata_duckdb_extension PRIVATE
  -include "${PROJECT_SOURCE_DIR}/src/extension/duckdb/api.h"
  -fvisibility=hidden)
set_source_files_properties(
  "${PROJECT_SOURCE_DIR}/src/extension/duckdb/extension.c" PROPERTIES
  COMPILE_DEFINITIONS WD_EXTENSION_ENTRY)
target_link_libraries(wasidata_duckdb_extension PRIVATE
  wd_options wd_includes wasidata Threads::Threads)
get_target_property(duckdb_include duckdb INTERFACE_INCLUDE_DIRECTORIES)
get_target_property(wasmtime_include wasmtime INTERFACE_INCLUDE_DIRECTORIES)
target_include_directories(wasidata_duckdb_extension SYSTEM PRIVATE
  ${duckdb_include} ${wasmtime_include}
  $<TARGET_PROPERTY:nanoarrow,INTERFACE_INCLUDE_DIRECTORIES>)
set_target_properties(wasidata_duckdb_extension PROPERTIES
  OUTPUT_NAME wasidata-extension PREFIX "" LINKER_LANGUAGE C
  BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN;$ORIGIN/wasidata")
if(NOT WD_SANITIZE)
  target_link_options(wasidata_duckdb_extension PRIVATE -Wl,--no-undefined)
endif()

# DuckDB's name of this machine, and the version of its C API that is used.
set(WD_DUCKDB_API "v1.5.6")
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  set(platform linux_arm64)
else()
  set(platform linux_amd64)
endif()
set(WD_DUCKDB_EXTENSION
  "${PROJECT_BINARY_DIR}/lib/wasidata.duckdb_extension")
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_custom_command(TARGET wasidata_duckdb_extension POST_BUILD
  COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/scripts/duckdb-footer"
    $<TARGET_FILE:wasidata_duckdb_extension> "${WD_DUCKDB_EXTENSION}"
    ${platform} ${WD_DUCKDB_API} "v${PROJECT_VERSION}"
  BYPRODUCTS "${WD_DUCKDB_EXTENSION}" VERBATIM)
install(FILES "${WD_DUCKDB_EXTENSION}"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}" OPTIONAL)
