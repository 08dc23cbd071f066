# The adapter for Spark's executors: the core without engines as a library that
# a JVM loads, and the jar around it (engines/spark). Without a JDK, Maven or the
# client both are skipped; lambdas on Spark then need a jar from elsewhere.

find_program(WD_JAVAC javac HINTS ENV JAVA_HOME PATH_SUFFIXES bin)
find_program(WD_MAVEN mvn)
set(missing "")
if(WD_JAVAC)
  file(REAL_PATH "${WD_JAVAC}" javac)
  cmake_path(GET javac PARENT_PATH jdk)
  cmake_path(GET jdk PARENT_PATH jdk)
endif()
if(NOT WD_JAVAC OR NOT EXISTS "${jdk}/include/jni.h")
  list(APPEND missing "a JDK (Debian: openjdk-17-jdk-headless)")
endif()
if(NOT WD_MAVEN)
  list(APPEND missing "Maven")
endif()
if(NOT TARGET spark_connect)
  list(APPEND missing "the engine for Spark")
endif()
if(missing)
  list(JOIN missing ", " missing)
  message(STATUS "the jar for Spark is skipped: missing are ${missing}")
  return()
endif()

# A JVM brings no sanitizer's runtime, so this is always compiled without.
file(GLOB worker_sources CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/src/base/*.c" "${PROJECT_SOURCE_DIR}/src/arrow/*.c"
  "${PROJECT_SOURCE_DIR}/src/wasm/*.c" "${PROJECT_SOURCE_DIR}/src/wasi/*.c"
  "${PROJECT_SOURCE_DIR}/src/abi/*.c" "${PROJECT_SOURCE_DIR}/src/lambda/*.c"
  "${PROJECT_SOURCE_DIR}/engines/spark/native/*.c")
list(FILTER worker_sources EXCLUDE REGEX "/arrow/ipc[^/]*$")
add_library(wasidata_worker SHARED ${worker_sources}
  "${PROJECT_SOURCE_DIR}/src/engine/spark/carried.c"
  "${PROJECT_SOURCE_DIR}/src/engine/spark/carried_batch.c"
  "${PROJECT_SOURCE_DIR}/src/engine/spark/closure.c"
  "${PROJECT_SOURCE_DIR}/src/engine/spark/closure_values.c"
  "${PROJECT_SOURCE_DIR}/src/engine/spark/message.c")
set_target_properties(wasidata_worker PROPERTIES
  COMPILE_OPTIONS "" LINK_OPTIONS "" INTERPROCEDURAL_OPTIMIZATION OFF
  LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/spark/native"
  BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN")
target_compile_options(wasidata_worker PRIVATE -O2)
target_include_directories(wasidata_worker PRIVATE
  "${PROJECT_SOURCE_DIR}/engines/spark/native"
  "${PROJECT_BINARY_DIR}/generated/connect")
target_include_directories(wasidata_worker SYSTEM PRIVATE
  "${jdk}/include" "${jdk}/include/linux")
set(map "${PROJECT_SOURCE_DIR}/engines/spark/native/exports.map")
target_link_options(wasidata_worker PRIVATE "-Wl,--version-script=${map}"
  -Wl,-Bsymbolic-functions -Wl,--no-undefined -Wl,-z,relro,-z,now)
target_link_libraries(wasidata_worker PRIVATE
  wd_options wd_includes wasmtime md ZLIB::ZLIB Threads::Threads
  ${CMAKE_DL_LIBS} m)
add_dependencies(wasidata_worker connect_header)

# libmd is small and not everywhere; it travels along under the name that the
# library asks for.
file(REAL_PATH "${WD_LIBMD}" libmd)
add_custom_command(TARGET wasidata_worker POST_BUILD
  COMMAND "${CMAKE_COMMAND}" -E copy_if_different
    "$<TARGET_FILE:wasmtime>" "${PROJECT_BINARY_DIR}/spark/native/libwasmtime.so"
  COMMAND "${CMAKE_COMMAND}" -E copy_if_different
    "${libmd}" "${PROJECT_BINARY_DIR}/spark/native/libmd.so.0"
  VERBATIM)

set(jar "${PROJECT_BINARY_DIR}/spark/wasi-data-spark.jar")
set(adapter "${PROJECT_SOURCE_DIR}/engines/spark")
file(GLOB_RECURSE adapter_sources CONFIGURE_DEPENDS "${adapter}/src/*")
add_custom_command(OUTPUT "${jar}"
  COMMAND "${WD_MAVEN}" --batch-mode --quiet --file "${adapter}/pom.xml"
    package "-Dwasidata.build=${PROJECT_BINARY_DIR}/spark/maven"
    "-Dwasidata.native=${PROJECT_BINARY_DIR}/spark/native"
  COMMAND "${CMAKE_COMMAND}" -E copy
    "${PROJECT_BINARY_DIR}/spark/maven/wasi-data-spark.jar" "${jar}"
  DEPENDS ${adapter_sources} "${adapter}/pom.xml" wasidata_worker
  COMMENT "Making wasi-data-spark.jar" VERBATIM)
# Only the tests need it at once; for the rest there is `make spark`.
if(WD_TESTS AND WD_GUESTS)
  set(all ALL)
endif()
add_custom_target(spark_jar ${all} DEPENDS "${jar}")
