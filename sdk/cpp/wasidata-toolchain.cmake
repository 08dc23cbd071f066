# CMake toolchain of data programs in C++:
#
#   cmake -B build -DCMAKE_TOOLCHAIN_FILE=<sdk>/cpp/wasidata-toolchain.cmake
#
# and in the project's CMakeLists.txt:
#
#   add_subdirectory(<sdk>/cpp wasidata)
#   add_executable(program program.cpp)
#   target_link_libraries(program wasidata-guest-cpp)

include("${CMAKE_CURRENT_LIST_DIR}/../c/wasidata-toolchain.cmake")

set(CMAKE_EXECUTABLE_SUFFIX_CXX .wasm)
find_program(CMAKE_CXX_COMPILER NAMES clang++-14 clang++ REQUIRED)
set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
foreach(type DEBUG RELEASE RELWITHDEBINFO MINSIZEREL)
  set(CMAKE_CXX_FLAGS_${type} "" CACHE STRING "Flags for ${type}")
endforeach()
