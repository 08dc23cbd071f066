# Guest programs in C: examples/c/ and tests/guests/ to .wasm files.

find_program(WD_GUEST_CC clang-14 DOC "Compiler of C guests")
set(WD_GUEST_SYSROOT "/usr" CACHE PATH "wasi-libc of C guests")

# The flags of every guest. Optimisation is for compiling only: given at link,
# clang runs a wasm-opt that it finds in PATH, and old ones break SIMD code.
set(WD_GUEST_TARGET --target=wasm32-wasi "--sysroot=${WD_GUEST_SYSROOT}")
set(WD_GUEST_CFLAGS ${WD_GUEST_TARGET} -std=c17 -D_GNU_SOURCE
  -O2 -msimd128 -mbulk-memory -Wall -Wextra
  "-I${PROJECT_SOURCE_DIR}/sdk/c/include")
set(WD_GUEST_LDFLAGS ${WD_GUEST_TARGET} -Wl,--stack-first,-z,stack-size=1048576)

# wd_guest_missing(<out>): why guests cannot be built here, or "".
function(wd_guest_missing out)
  set(reason "")
  if(NOT WD_GUEST_CC)
    set(reason "clang-14 is missing")
  elseif(NOT EXISTS "${WD_GUEST_SYSROOT}/lib/wasm32-wasi/libc.a")
    set(reason "wasi-libc is missing")
  else()
    execute_process(
      COMMAND "${WD_GUEST_CC}" ${WD_GUEST_TARGET} -print-libgcc-file-name
      OUTPUT_VARIABLE runtime OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT EXISTS "${runtime}")
      set(reason "libclang-rt-14-dev-wasm32 is missing")
    endif()
  endif()
  set(${out} "${reason}" PARENT_SCOPE)
endfunction()

# wd_guest_object(<out> <source>): one source to an object in the build folder.
function(wd_guest_object out source)
  file(RELATIVE_PATH name "${PROJECT_SOURCE_DIR}" "${source}")
  set(object "${PROJECT_BINARY_DIR}/guest/${name}.o")
  cmake_path(GET object PARENT_PATH folder)
  file(MAKE_DIRECTORY "${folder}")
  add_custom_command(OUTPUT "${object}"
    COMMAND "${WD_GUEST_CC}" ${WD_GUEST_CFLAGS} -MD -MF "${object}.d"
      -c "${source}" -o "${object}"
    DEPENDS "${source}" "${PROJECT_SOURCE_DIR}/cmake/guest.cmake"
    DEPFILE "${object}.d"
    COMMENT "Compiling guest ${name}" VERBATIM)
  set(${out} "${object}" PARENT_SCOPE)
endfunction()

# wd_guest(<wasm> <source>...): sources and the SDK to build/<wasm>. A program
# whose name starts with bare_ is linked without the SDK.
function(wd_guest wasm)
  foreach(source ${ARGN})
    wd_guest_object(object "${source}")
    list(APPEND objects "${object}")
  endforeach()
  set(output "${PROJECT_BINARY_DIR}/${wasm}")
  cmake_path(GET output PARENT_PATH folder)
  cmake_path(GET output FILENAME file)
  file(MAKE_DIRECTORY "${folder}")
  # The SDK as objects, not as an archive: its exports must always be there.
  if(NOT file MATCHES "^bare_")
    list(APPEND objects ${WD_GUEST_SDK})
  endif()
  add_custom_command(OUTPUT "${output}"
    COMMAND "${WD_GUEST_CC}" ${WD_GUEST_LDFLAGS} ${objects} -o "${output}"
    DEPENDS ${objects}
    COMMENT "Linking guest ${wasm}" VERBATIM)
  set_property(GLOBAL APPEND PROPERTY WD_GUEST_FILES "${output}")
endfunction()

# Every program of a folder: <name>.c, or <name>/ with <name>.c and others.
function(wd_guest_folder folder)
  set(from "${PROJECT_SOURCE_DIR}/${folder}")
  file(GLOB files CONFIGURE_DEPENDS "${from}/*.c")
  foreach(file ${files})
    cmake_path(GET file STEM name)
    wd_guest("${folder}/${name}.wasm" "${file}")
  endforeach()
  file(GLOB mains CONFIGURE_DEPENDS "${from}/*/*.c")
  foreach(main ${mains})
    cmake_path(GET main STEM name)
    if(main STREQUAL "${from}/${name}/${name}.c")
      file(GLOB sources CONFIGURE_DEPENDS "${from}/${name}/*.c")
      wd_guest("${folder}/${name}.wasm" ${sources})
    endif()
  endforeach()
endfunction()

# Modules in the text format are copied as they are.
function(wd_guest_text folder)
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*.wat")
  foreach(file ${files})
    cmake_path(GET file FILENAME name)
    set(output "${PROJECT_BINARY_DIR}/${folder}/${name}")
    add_custom_command(OUTPUT "${output}"
      COMMAND "${CMAKE_COMMAND}" -E copy "${file}" "${output}"
      DEPENDS "${file}" COMMENT "Copying ${folder}/${name}" VERBATIM)
    set_property(GLOBAL APPEND PROPERTY WD_GUEST_FILES "${output}")
  endforeach()
endfunction()

# Target `examples`: the example programs; `guests`: those of the tests too.
function(wd_guests)
  wd_guest_missing(missing)
  if(missing)
    message(STATUS "guest programs are skipped: ${missing} "
      "(scripts/install-packages)")
  else()
    file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/sdk/c/src/*.c")
    set(WD_GUEST_SDK "")
    foreach(source ${sources})
      wd_guest_object(object "${source}")
      list(APPEND WD_GUEST_SDK "${object}")
    endforeach()
    set(WD_GUEST_SDK "${WD_GUEST_SDK}" PARENT_SCOPE) # for other languages
    wd_guest_folder(examples/c)
    get_property(examples GLOBAL PROPERTY WD_GUEST_FILES)
    if(WD_BENCH)
      wd_guest_folder(bench/guests)
      get_property(bench GLOBAL PROPERTY WD_GUEST_FILES)
    endif()
    if(WD_TESTS)
      wd_guest_folder(tests/guests)
      wd_guest_folder(tests/golden/c)
    endif()
  endif()
  add_custom_target(examples DEPENDS ${examples})
  add_custom_target(bench_guests DEPENDS ${bench})
  if(WD_TESTS)
    wd_guest_text(tests/guests)
  endif()
  get_property(files GLOBAL PROPERTY WD_GUEST_FILES)
  add_custom_target(guests ALL DEPENDS ${files})
endfunction()
