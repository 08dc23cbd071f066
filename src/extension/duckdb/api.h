/* DuckDB's functions, reached by the table of pointers that a loaded extension
 * is handed. Included before all else in every file of the extension, those of
 * the engine that it shares too: there the library is linked with. */
#ifndef WD_EXTENSION_DUCKDB_API_H
#define WD_EXTENSION_DUCKDB_API_H

#ifdef WD_EXTENSION_ENTRY /* extension.c */
#define DUCKDB_EXTENSION_NAME wasidata
#endif
#include <duckdb_extension.h>

DUCKDB_EXTENSION_EXTERN

#endif
