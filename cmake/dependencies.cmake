# What scripts/deps has put into .deps/, as targets. WD_WASMTIME_DIR and
# WD_DUCKDB_DIR (cache or environment) name your own copies: folders with
# include/ and lib/.

set(WD_DEPS "${PROJECT_SOURCE_DIR}/.deps")

function(wd_dependency_dir variable default what)
  if(NOT ${variable} AND NOT "$ENV{${variable}}" STREQUAL "")
    set(${variable} "$ENV{${variable}}")
  endif()
  if(NOT ${variable})
    set(${variable} "${default}")
  endif()
  set(${variable} "${${variable}}" CACHE PATH "${what}: include/ and lib/")
  set(${variable} "${${variable}}" PARENT_SCOPE)
endfunction()

function(wd_imported name dir header library)
  foreach(file "${dir}/include/${header}" "${dir}/lib/${library}")
    if(NOT EXISTS "${file}")
      message(FATAL_ERROR "${file} is missing: run scripts/deps first")
    endif()
  endforeach()
  add_library(${name} SHARED IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES
    IMPORTED_LOCATION "${dir}/lib/${library}"
    INTERFACE_INCLUDE_DIRECTORIES "${dir}/include")
endfunction()

wd_dependency_dir(WD_WASMTIME_DIR "${WD_DEPS}/wasmtime" "wasmtime")
wd_imported(wasmtime "${WD_WASMTIME_DIR}" wasmtime.h libwasmtime.so)
set_target_properties(wasmtime PROPERTIES IMPORTED_NO_SONAME TRUE)

wd_dependency_dir(WD_DUCKDB_DIR "${WD_DEPS}/duckdb" "DuckDB")
wd_imported(duckdb "${WD_DUCKDB_DIR}" duckdb.h libduckdb.so)

find_package(Threads REQUIRED)

# A library of the system's as a target of its name: lib<name> with a header.
function(wd_system_library name header)
  string(TOUPPER "WD_LIB${name}" variable)
  find_library(${variable} ${name})
  find_path(${variable}_INCLUDE ${header})
  if(NOT ${variable} OR NOT ${variable}_INCLUDE)
    message(FATAL_ERROR "lib${name} is missing: run scripts/install-packages")
  endif()
  add_library(${name} INTERFACE)
  target_link_libraries(${name} INTERFACE "${${variable}}")
  target_include_directories(${name} SYSTEM INTERFACE "${${variable}_INCLUDE}")
endfunction()

wd_system_library(md sha2.h)
wd_system_library(edit histedit.h) # the prompt of `wasi-data query`
wd_system_library(jansson jansson.h) # plans in JSON

include(nanoarrow)
