/* Strict functions: rows with a null in an argument are null, without being
 * given to the lambda. */
#ifndef WD_ENGINE_DUCKDB_STRICT_H
#define WD_ENGINE_DUCKDB_STRICT_H

#include "engine/duckdb/call.h"

/* Computes all rows of a chunk. */
typedef enum wd_status
wd_duck_map_chunk(const struct wd_duck_call *call, duckdb_data_chunk input,
                  duckdb_vector output, struct wd_error *error);

/* Has the rows without nulls computed, sets the others null. The call's result
 * is one column, not wrapped. */
enum wd_status
wd_duck_strict_run(const struct wd_duck_call *call, duckdb_data_chunk input,
                   duckdb_vector output, wd_duck_map_chunk *map,
                   struct wd_error *error);

#endif
