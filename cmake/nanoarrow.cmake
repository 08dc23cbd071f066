# nanoarrow and its IPC part, built here as archives from the sources that
# scripts/deps unpacked. Their symbols carry the prefix WdNa, so that they
# never meet those of another copy in the same process.

set(nanoarrow_dir "${WD_DEPS}/nanoarrow")
set(nanoarrow_source "${nanoarrow_dir}/src/nanoarrow")
set(nanoarrow_include "${PROJECT_BINARY_DIR}/nanoarrow/include")
if(NOT EXISTS "${nanoarrow_source}/nanoarrow.h")
  message(FATAL_ERROR
    "${nanoarrow_source}/nanoarrow.h is missing: run scripts/deps first")
endif()

set(NANOARROW_VERSION_MAJOR 0)
set(NANOARROW_VERSION_MINOR 9)
set(NANOARROW_VERSION_PATCH 0)
set(NANOARROW_VERSION "0.9.0")
set(NANOARROW_NAMESPACE_DEFINE "#define NANOARROW_NAMESPACE WdNa")
configure_file("${nanoarrow_source}/nanoarrow_config.h.in"
  "${nanoarrow_include}/nanoarrow/nanoarrow_config.h")

function(wd_third_party target)
  target_compile_options(${target} PRIVATE -w -ffunction-sections)
  set_target_properties(${target} PROPERTIES EXPORT_COMPILE_COMMANDS OFF)
endfunction()

add_library(nanoarrow STATIC
  "${nanoarrow_source}/common/array.c"
  "${nanoarrow_source}/common/array_stream.c"
  "${nanoarrow_source}/common/schema.c"
  "${nanoarrow_source}/common/utils.c")
target_include_directories(nanoarrow SYSTEM PUBLIC
  "${nanoarrow_include}" "${nanoarrow_dir}/src")
wd_third_party(nanoarrow)

# The IPC part with flatcc's runtime inside; lz4 and zstd only to read
# compressed Arrow files (nanoarrow writes none).
file(GLOB flatcc_sources "${nanoarrow_dir}/flatcc/src/runtime/*.c")
list(FILTER flatcc_sources EXCLUDE REGEX "json_")
file(GLOB zstd_sources
  "${nanoarrow_dir}/zstd/lib/common/*.c"
  "${nanoarrow_dir}/zstd/lib/decompress/*.c")
file(GLOB lz4_sources "${nanoarrow_dir}/lz4/lib/*.c")
list(FILTER lz4_sources EXCLUDE REGEX "lz4file")
add_library(nanoarrow_ipc STATIC
  "${nanoarrow_source}/ipc/codecs.c"
  "${nanoarrow_source}/ipc/decoder.c"
  "${nanoarrow_source}/ipc/encoder.c"
  "${nanoarrow_source}/ipc/reader.c"
  "${nanoarrow_source}/ipc/writer.c"
  ${flatcc_sources} ${zstd_sources} ${lz4_sources})
target_include_directories(nanoarrow_ipc SYSTEM PRIVATE
  "${nanoarrow_dir}/flatcc/include"
  "${nanoarrow_dir}/zstd/lib" "${nanoarrow_dir}/lz4/lib")
target_compile_definitions(nanoarrow_ipc PRIVATE
  NANOARROW_IPC_WITH_ZSTD NANOARROW_IPC_WITH_LZ4 ZSTD_DISABLE_ASM)
target_link_libraries(nanoarrow_ipc PUBLIC nanoarrow)
wd_third_party(nanoarrow_ipc)
