# Guest programs in Go: each folder of examples/go and tests/golden/go to a .wasm
# of the same name, by the stock toolchain and without the network.

find_program(WD_GO go DOC "The Go toolchain, 1.24 or newer")

# wd_go_missing(<out>): why Go guests cannot be built here, or "".
function(wd_go_missing out)
  set(reason "")
  if(NOT WD_GO)
    set(reason "go is missing")
  else()
    execute_process(
      COMMAND "${CMAKE_COMMAND}" -E env GOTOOLCHAIN=local
        "${WD_GO}" env GOVERSION
      OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    string(REGEX REPLACE "^go([0-9.]+).*" "\\1" number "${version}")
    if(NOT number VERSION_GREATER_EQUAL 1.24)
      set(reason "go is '${version}', not 1.24 or newer")
    endif()
  endif()
  set(${out} "${reason}" PARENT_SCOPE)
endfunction()

# wd_go_guest(<wasm> <folder>): the program in a folder to build/<wasm>.
function(wd_go_guest wasm folder)
  set(output "${PROJECT_BINARY_DIR}/${wasm}")
  cmake_path(GET output PARENT_PATH to)
  file(MAKE_DIRECTORY "${to}")
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.go" "${folder}/go.mod"
    "${folder}/../go.mod"
    "${PROJECT_SOURCE_DIR}/sdk/go/*.go" "${PROJECT_SOURCE_DIR}/sdk/go/go.mod")
  add_custom_command(OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" -E env GOOS=wasip1 GOARCH=wasm GOWASM=
      GOTOOLCHAIN=local GOFLAGS=-mod=readonly GOWORK=off GOPROXY=off
      "${WD_GO}" build -trimpath -ldflags=-w -o "${output}" .
    WORKING_DIRECTORY "${folder}"
    DEPENDS ${sources} "${PROJECT_SOURCE_DIR}/cmake/go.cmake"
    COMMENT "Building guest ${wasm}" VERBATIM)
  set_property(GLOBAL APPEND PROPERTY WD_GO_FILES "${output}")
endfunction()

# Every program of a folder.
function(wd_go_folder folder)
  file(GLOB mains CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*/main.go")
  foreach(main ${mains})
    cmake_path(GET main PARENT_PATH from)
    cmake_path(GET from FILENAME name)
    wd_go_guest("${folder}/${name}.wasm" "${from}")
  endforeach()
endfunction()

# Target `examples_go`, a part of `examples` and `guests`; those of the tests are
# a part of `guests`.
function(wd_go_guests)
  wd_go_missing(missing)
  if(missing)
    message(STATUS "guest programs in Go are skipped: ${missing}")
    return()
  endif()
  wd_go_folder(examples/go)
  get_property(files GLOBAL PROPERTY WD_GO_FILES)
  add_custom_target(examples_go DEPENDS ${files})
  add_dependencies(examples examples_go)
  if(WD_TESTS)
    wd_go_folder(tests/golden/go)
  endif()
  get_property(files GLOBAL PROPERTY WD_GO_FILES)
  add_custom_target(guests_go DEPENDS ${files})
  add_dependencies(guests guests_go)
  if(WD_BENCH)
    wd_go_guest(bench/guests/go.wasm "${PROJECT_SOURCE_DIR}/bench/guests/go")
    add_custom_target(bench_go
      DEPENDS "${PROJECT_BINARY_DIR}/bench/guests/go.wasm")
    add_dependencies(bench_guests bench_go)
  endif()
endfunction()

wd_go_guests()
