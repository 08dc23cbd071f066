/* The functions of DuckDB that a program's query may call: those that only
 * compute on their operands. What reads settings, the catalog, files, other
 * connections, or keeps anything, is left out, and whatever is not known. */
#ifndef WD_ENGINE_DUCKDB_SQL_FUNCTIONS_H
#define WD_ENGINE_DUCKDB_SQL_FUNCTIONS_H

#include <stdbool.h>

/* Scalar functions, aggregates, functions over windows, macros, operators;
 * case folded. */
bool
wd_sql_function_known(const char *name);

bool
wd_sql_table_function_known(const char *name);

#endif
