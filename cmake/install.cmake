# make install: the command, the libraries, the headers and wasidata.pc. The
# engines' own libraries go into a folder of ours beside libwasidata.so, unless
# you brought them (WD_WASMTIME_DIR, WD_DUCKDB_DIR).

if(NOT TARGET wasidata)
  return()
endif()

install(TARGETS wasidata LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
foreach(engine duckdb spark)
  if(TARGET wasidata_${engine})
    install(TARGETS wasidata_${engine} LIBRARY
      DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  endif()
endforeach()
if(TARGET wasi-data)
  install(TARGETS wasi-data RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()

foreach(name wasmtime duckdb)
  string(TOUPPER ${name} upper)
  if(WD_${upper}_DIR STREQUAL "${WD_DEPS}/${name}")
    install(FILES "${WD_DEPS}/${name}/lib/lib${name}.so"
      DESTINATION "${CMAKE_INSTALL_LIBDIR}/wasidata")
  endif()
endforeach()

if(EXISTS "${PROJECT_SOURCE_DIR}/include/wasidata")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/wasidata"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")
endif()

# The jar for Spark, when it was built.
install(FILES "${PROJECT_BINARY_DIR}/spark/wasi-data-spark.jar"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/wasi-data" OPTIONAL)

configure_file("${PROJECT_SOURCE_DIR}/cmake/wasidata.pc.in"
  "${PROJECT_BINARY_DIR}/wasidata.pc" @ONLY)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/sdk/c" DESTINATION
  "${CMAKE_INSTALL_DATADIR}/wasi-data/sdk")

install(FILES "${PROJECT_BINARY_DIR}/wasidata.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
