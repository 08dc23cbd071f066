# Guest programs in C++: each file of examples/cpp to build/examples/cpp/*.wasm,
# header-only over the objects of the C SDK.

find_program(WD_GUEST_CXX clang++-14 DOC "Compiler of C++ guests")

set(WD_CPP_FLAGS ${WD_GUEST_TARGET} -std=c++20 -fno-exceptions -fno-rtti
  -O2 -msimd128 -mbulk-memory -Wall -Wextra
  "-I${PROJECT_SOURCE_DIR}/sdk/c/include"
  "-I${PROJECT_SOURCE_DIR}/sdk/cpp/include")

# wd_cpp_missing(<out>): why C++ guests cannot be built here, or "".
function(wd_cpp_missing out)
  wd_guest_missing(reason)
  if(NOT reason AND NOT WD_GUEST_CXX)
    set(reason "clang++-14 is missing")
  elseif(NOT reason AND
      NOT EXISTS "${WD_GUEST_SYSROOT}/lib/wasm32-wasi/libc++.a")
    set(reason "libc++-14-dev-wasm32 is missing")
  elseif(NOT reason AND
      NOT EXISTS "${WD_GUEST_SYSROOT}/lib/wasm32-wasi/libc++abi.a")
    set(reason "libc++abi-14-dev-wasm32 is missing")
  endif()
  set(${out} "${reason}" PARENT_SCOPE)
endfunction()

# wd_cpp_guest(<wasm> <source>): one source and the SDKs to build/<wasm>.
function(wd_cpp_guest wasm source)
  file(RELATIVE_PATH name "${PROJECT_SOURCE_DIR}" "${source}")
  set(object "${PROJECT_BINARY_DIR}/guest/${name}.o")
  set(output "${PROJECT_BINARY_DIR}/${wasm}")
  foreach(file "${object}" "${output}")
    cmake_path(GET file PARENT_PATH folder)
    file(MAKE_DIRECTORY "${folder}")
  endforeach()
  add_custom_command(OUTPUT "${object}"
    COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} "${WD_GUEST_CXX}" ${WD_CPP_FLAGS}
      -MD -MF "${object}.d" -c "${source}" -o "${object}"
    DEPENDS "${source}" "${PROJECT_SOURCE_DIR}/cmake/cpp.cmake"
    DEPFILE "${object}.d"
    COMMENT "Compiling guest ${name}" VERBATIM)
  add_custom_command(OUTPUT "${output}"
    COMMAND "${WD_GUEST_CXX}" ${WD_GUEST_LDFLAGS} "${object}" ${WD_GUEST_SDK}
      -o "${output}"
    DEPENDS "${object}" ${WD_GUEST_SDK}
    COMMENT "Linking guest ${wasm}" VERBATIM)
  set_property(GLOBAL APPEND PROPERTY WD_CPP_FILES "${output}")
endfunction()

# Every program of a folder.
function(wd_cpp_folder folder)
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*.cpp")
  foreach(file ${files})
    cmake_path(GET file STEM name)
    wd_cpp_guest("${folder}/${name}.wasm" "${file}")
  endforeach()
endfunction()

# Target `examples_cpp`, a part of `examples` and `guests`; those of the tests
# are a part of `guests`.
function(wd_cpp_guests)
  wd_cpp_missing(missing)
  if(missing)
    message(STATUS "guest programs in C++ are skipped: ${missing} "
      "(scripts/install-packages)")
    return()
  endif()
  wd_cpp_folder(examples/cpp)
  get_property(files GLOBAL PROPERTY WD_CPP_FILES)
  add_custom_target(examples_cpp DEPENDS ${files})
  add_dependencies(examples examples_cpp)
  if(WD_TESTS)
    wd_cpp_folder(tests/guests)
    wd_cpp_folder(tests/golden/cpp)
  endif()
  get_property(files GLOBAL PROPERTY WD_CPP_FILES)
  add_custom_target(guests_cpp DEPENDS ${files})
  add_dependencies(guests guests_cpp)
  if(WD_BENCH)
    wd_cpp_guest(bench/guests/cpp.wasm
      "${PROJECT_SOURCE_DIR}/bench/guests/cpp/cpp.cpp")
    add_custom_target(bench_cpp
      DEPENDS "${PROJECT_BINARY_DIR}/bench/guests/cpp.wasm")
    add_dependencies(bench_guests bench_cpp)
  endif()
endfunction()

wd_cpp_guests()
