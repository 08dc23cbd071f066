# Guest programs in Rust: each src/bin/*.rs of examples/rust and tests/golden/rust
# to a .wasm of the same name, without the network: the SDK needs no crates.
#
# Any toolchain will do that has the target wasm32-wasip1 (rustup target add
# wasm32-wasip1) or, as Debian's (rustc, cargo, libstd-rust-dev-wasm32), its
# older name wasm32-wasi.

find_program(WD_RUSTC rustc DOC "The Rust compiler, 1.63 or newer")
find_program(WD_CARGO cargo DOC "The cargo of that compiler")

# Sets WD_RUST_TARGET to the target that a compiler has, or "".
function(wd_rust_target rustc)
  set(target "")
  if(rustc)
    execute_process(COMMAND "${rustc}" --print sysroot
      OUTPUT_VARIABLE root OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    foreach(name wasm32-wasi wasm32-wasip1)
      if(root AND EXISTS "${root}/lib/rustlib/${name}/lib")
        set(target ${name})
      endif()
    endforeach()
  endif()
  set(WD_RUST_TARGET "${target}" PARENT_SCOPE)
endfunction()

# Chooses the compiler in PATH or else Debian's: WD_RUSTC, WD_CARGO,
# WD_RUST_TARGET.
macro(wd_rust_choose)
  wd_rust_target("${WD_RUSTC}")
  if(NOT WD_RUST_TARGET AND EXISTS /usr/bin/rustc AND EXISTS /usr/bin/cargo)
    wd_rust_target(/usr/bin/rustc)
    set(WD_RUSTC /usr/bin/rustc)
    set(WD_CARGO /usr/bin/cargo)
  endif()
endmacro()

# wd_rust_package(<target> <folder> <to> <name>...): the programs <name>.rs of a
# package to build/<to>/<name>.wasm, as a target of cmake.
function(wd_rust_package target folder to)
  set(from "${PROJECT_BINARY_DIR}/rust/${WD_RUST_TARGET}/release")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/${folder}/src/*.rs"
    "${PROJECT_SOURCE_DIR}/sdk/rust/src/*.rs"
    "${PROJECT_SOURCE_DIR}/sdk/rust/derive/src/*.rs")
  set(copies "")
  set(outputs "")
  foreach(name ${ARGN})
    set(output "${PROJECT_BINARY_DIR}/${to}/${name}.wasm")
    list(APPEND outputs "${output}")
    list(APPEND copies COMMAND "${CMAKE_COMMAND}" -E copy
      "${from}/${name}.wasm" "${output}")
  endforeach()
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/${to}")
  add_custom_command(OUTPUT ${outputs}
    COMMAND "${CMAKE_COMMAND}" -E env --unset=RUSTFLAGS "RUSTC=${WD_RUSTC}"
      "CARGO_TARGET_DIR=${PROJECT_BINARY_DIR}/rust"
      "${WD_CARGO}" build --quiet --release --offline --locked
      --target ${WD_RUST_TARGET}
    ${copies}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}"
    DEPENDS ${sources} "${PROJECT_SOURCE_DIR}/${folder}/Cargo.toml"
      "${PROJECT_SOURCE_DIR}/${folder}/Cargo.lock"
      "${PROJECT_SOURCE_DIR}/cmake/rust.cmake"
    COMMENT "Building guests ${to}/*.wasm" VERBATIM)
  add_custom_target(${target} DEPENDS ${outputs})
endfunction()

# Every program of a package, as a target of cmake.
function(wd_rust_folder target folder)
  file(GLOB programs CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/${folder}/src/bin/*.rs")
  list(TRANSFORM programs REPLACE "^.*/(.*)[.]rs$" "\\1")
  wd_rust_package(${target} ${folder} ${folder} ${programs})
endfunction()

# Target `examples_rust`, a part of `examples` and `guests`; the golden programs
# are a part of `guests`.
function(wd_rust_guests)
  wd_rust_choose()
  if(NOT WD_RUST_TARGET OR NOT WD_CARGO)
    message(STATUS "guest programs in Rust are skipped: no compiler has the "
      "target wasm32-wasip1 or wasm32-wasi (scripts/install-packages, or "
      "rustup target add wasm32-wasip1)")
    return()
  endif()
  wd_rust_folder(examples_rust examples/rust)
  add_dependencies(examples examples_rust)
  add_dependencies(guests examples_rust)
  if(WD_TESTS)
    wd_rust_folder(golden_rust tests/golden/rust)
    add_dependencies(golden_rust examples_rust) # one cargo at a time
    add_dependencies(guests golden_rust)
  endif()
  if(WD_BENCH)
    wd_rust_package(bench_rust bench/guests/rust bench/guests rust)
    add_dependencies(bench_rust examples_rust)
    add_dependencies(bench_guests bench_rust)
  endif()
endfunction()

wd_rust_guests()
