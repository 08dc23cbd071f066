# What the engine for Spark is built with: libcurl, zlib, and the numbers of
# Spark Connect's messages, made from the pinned package pyspark-client. The
# target `spark_connect` is there when all of it is.

find_package(CURL 7.85 QUIET)
find_package(ZLIB QUIET)
find_package(Python3 QUIET COMPONENTS Interpreter)

set(folder "${WD_DEPS}/connect")
set(missing "")
if(NOT CURL_FOUND)
  list(APPEND missing "libcurl with its headers")
endif()
if(NOT ZLIB_FOUND)
  list(APPEND missing "zlib with its headers")
endif()
if(NOT EXISTS "${folder}/base_pb2.py")
  list(APPEND missing "${folder} (scripts/deps)")
endif()
if(missing)
  list(JOIN missing ", " missing)
  message(STATUS "the engine for Spark is skipped: missing are ${missing}")
  return()
endif()

set(header "${PROJECT_BINARY_DIR}/generated/connect/connect.gen.h")
file(GLOB messages CONFIGURE_DEPENDS "${folder}/*_pb2.py")
add_custom_command(OUTPUT "${header}"
  COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/scripts/connect-generate"
    "${folder}" "${header}"
  DEPENDS ${messages} "${PROJECT_SOURCE_DIR}/scripts/connect-generate"
    "${PROJECT_SOURCE_DIR}/scripts/descriptors.py"
  COMMENT "Making connect.gen.h" VERBATIM)
add_custom_target(connect_header DEPENDS "${header}")

add_library(spark_connect INTERFACE)
add_dependencies(spark_connect connect_header)
target_include_directories(spark_connect SYSTEM INTERFACE
  "${PROJECT_BINARY_DIR}/generated/connect")
target_link_libraries(spark_connect INTERFACE CURL::libcurl ZLIB::ZLIB)
