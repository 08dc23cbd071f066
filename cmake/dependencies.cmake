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

find_library(WD_LIBMD md)
find_path(WD_LIBMD_INCLUDE sha2.h)
if(NOT WD_LIBMD OR NOT WD_LIBMD_INCLUDE)
  message(FATAL_ERROR "libmd is missing: run scripts/install-packages")
endif()
add_library(md INTERFACE)
target_link_libraries(md INTERFACE "${WD_LIBMD}")

# What edits lines at the prompt of `wasi-data query`.
find_library(WD_LIBEDIT edit)
find_path(WD_LIBEDIT_INCLUDE histedit.h)
if(NOT WD_LIBEDIT OR NOT WD_LIBEDIT_INCLUDE)
  message(FATAL_ERROR "libedit is missing: run scripts/install-packages")
endif()
add_library(edit INTERFACE)
target_link_libraries(edit INTERFACE "${WD_LIBEDIT}")
target_include_directories(edit INTERFACE "${WD_LIBEDIT_INCLUDE}")

include(nanoarrow)
