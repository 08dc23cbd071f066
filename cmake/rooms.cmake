# Rooms are the folders of src/; a room is an OBJECT library wd_<room> of all
# its .c files. A new file needs no entry anywhere.

add_library(wd_includes INTERFACE)
target_include_directories(wd_includes INTERFACE
  "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")

set(WD_ROOMS "")

# wd_room(<name>): src/<name>/*.c, or nothing while the folder has no .c.
function(wd_room name)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${name}/*.c")
  if(NOT sources)
    return()
  endif()
  add_library(wd_${name} OBJECT ${sources})
  target_link_libraries(wd_${name} PRIVATE
    wd_options wd_includes wasmtime nanoarrow nanoarrow_ipc)
  set(WD_ROOMS ${WD_ROOMS} wd_${name} PARENT_SCOPE)
endfunction()

# The core as the shared library `wasidata`, and once more as the archive
# `wasidata_static` for tests, fuzzers and benchmarks.
function(wd_core)
  if(NOT WD_ROOMS)
    message(STATUS "src/ has no .c file yet: no library is built")
    return()
  endif()
  foreach(room ${WD_ROOMS})
    list(APPEND objects $<TARGET_OBJECTS:${room}>)
  endforeach()
  set(libraries wasmtime nanoarrow_ipc nanoarrow md Threads::Threads
      ${CMAKE_DL_LIBS} m)

  add_library(wasidata SHARED ${objects})
  set_target_properties(wasidata PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
    LINKER_LANGUAGE C INSTALL_RPATH "$ORIGIN;$ORIGIN/wasidata")
  target_link_libraries(wasidata PUBLIC wd_includes PRIVATE ${libraries})
  wd_exports(wasidata)

  add_library(wasidata_static STATIC ${objects})
  set_target_properties(wasidata_static PROPERTIES LINKER_LANGUAGE C)
  target_link_libraries(wasidata_static PUBLIC wd_includes ${libraries})
endfunction()

# Only wd_* leaves a library of ours, whatever is linked into it.
function(wd_exports target)
  set(map "${PROJECT_SOURCE_DIR}/cmake/exports.map")
  target_link_options(${target} PRIVATE
    "-Wl,--version-script=${map}" -Wl,-Bsymbolic-functions)
  # Executables that load a sanitized library bring the runtime themselves.
  if(NOT WD_SANITIZE)
    target_link_options(${target} PRIVATE -Wl,--no-undefined)
  endif()
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${map}")
endfunction()

# wd_engine(<name> <library>...): src/engine/<name>/*.c as the loadable
# library libwasidata-<name>.so (target wasidata_<name>), its objects as
# wd_engine_<name>.
function(wd_engine name)
  file(GLOB sources CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/src/engine/${name}/*.c")
  if(NOT sources OR NOT TARGET wasidata)
    return()
  endif()
  add_library(wd_engine_${name} OBJECT ${sources})
  target_link_libraries(wd_engine_${name} PRIVATE
    wd_options wd_includes nanoarrow nanoarrow_ipc wasmtime ${ARGN})

  add_library(wasidata_${name} SHARED $<TARGET_OBJECTS:wd_engine_${name}>)
  set_target_properties(wasidata_${name} PROPERTIES
    OUTPUT_NAME wasidata-${name} LINKER_LANGUAGE C
    INSTALL_RPATH "$ORIGIN;$ORIGIN/wasidata")
  target_link_libraries(wasidata_${name} PRIVATE
    wasidata nanoarrow_ipc nanoarrow ${ARGN} Threads::Threads m)
  wd_exports(wasidata_${name})
endfunction()

# src/cli/*.c as the command build/bin/wasi-data.
function(wd_command)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/cli/*.c")
  if(NOT sources OR NOT TARGET wasidata)
    return()
  endif()
  add_executable(wasi-data ${sources})
  set_target_properties(wasi-data PROPERTIES
    BUILD_RPATH "$ORIGIN/../lib"
    INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  target_link_libraries(wasi-data PRIVATE
    wd_options wasidata nanoarrow_ipc nanoarrow edit jansson Threads::Threads m)
  # `spark start` fetches the Spark that the suites run on.
  file(STRINGS "${PROJECT_SOURCE_DIR}/scripts/deps.lock" pin REGEX "^spark ")
  string(REGEX REPLACE " +" ";" pin "${pin}")
  list(GET pin 3 version)
  list(GET pin 5 sum)
  set_property(SOURCE "${PROJECT_SOURCE_DIR}/src/cli/spark_home.c" PROPERTY
    COMPILE_DEFINITIONS WD_SPARK_VERSION="${version}" WD_SPARK_SHA256="${sum}")
endfunction()
