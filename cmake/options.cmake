# What every file of ours is compiled with: target wd_options.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Assertions state invariants; only the release preset leaves them out.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
# A batch takes some forty calls of small functions across our files: 15 % of
# what a call of a lambda costs (docs/performance.md).
set(CMAKE_INTERPROCEDURAL_OPTIMIZATION_RELEASE ON)

add_library(wd_options INTERFACE)
target_compile_definitions(wd_options INTERFACE
  _GNU_SOURCE WD_VERSION="${PROJECT_VERSION}")
target_compile_options(wd_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -fno-semantic-interposition)
if(WD_WERROR)
  target_compile_options(wd_options INTERFACE -Werror)
endif()

if(WD_SANITIZE)
  # Third-party C that we compile is instrumented too, so these are global.
  add_compile_options(-fsanitize=${WD_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WD_SANITIZE})
  if(WD_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
else()
  target_compile_options(wd_options INTERFACE -fstack-protector-strong)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
if(WD_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "WD_FUZZ needs clang: use the preset 'fuzz'")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
  target_compile_definitions(wd_options INTERFACE
    FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
endif()
