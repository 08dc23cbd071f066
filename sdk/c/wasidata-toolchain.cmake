# CMake toolchain of data programs in C:
#
#   cmake -B build -DCMAKE_TOOLCHAIN_FILE=<sdk>/wasidata-toolchain.cmake
#
# and in the project's CMakeLists.txt:
#
#   add_subdirectory(<sdk> wasidata)
#   add_executable(program program.c)
#   target_link_libraries(program wasidata-guest)
#
# WASIDATA_SYSROOT names another wasi-libc than Debian's.

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_EXECUTABLE_SUFFIX_C .wasm)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WASIDATA_SYSROOT)

if(NOT WASIDATA_SYSROOT)
  set(WASIDATA_SYSROOT /usr)
endif()
find_program(CMAKE_C_COMPILER NAMES clang-14 clang REQUIRED)
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_SYSROOT "${WASIDATA_SYSROOT}")

# Optimisation is for compiling only: CMake would give the flags of a build type
# to the linking clang too, which then runs any wasm-opt that it finds in PATH;
# old ones break SIMD code.
add_compile_options(-O2 -msimd128 -mbulk-memory)
foreach(type DEBUG RELEASE RELWITHDEBINFO MINSIZEREL)
  set(CMAKE_C_FLAGS_${type} "" CACHE STRING "Flags for ${type}")
endforeach()

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
