/* Table functions of modules as those of an ordinary DuckDB: sources of rows,
 * whose arguments are constants. What DuckDB's C API has no way for, calls with
 * columns of other tables and over a table, is not there. */
#ifndef WD_EXTENSION_DUCKDB_ROWS_H
#define WD_EXTENSION_DUCKDB_ROWS_H

#include <stdatomic.h>

#include "engine/duckdb/engine.h"
#include "guest/library.h"

/* One of a module's; as long as the module is there. */
struct wd_ext_rows {
  struct wd_duck_engine *engine; /* its memory and threads */
  const struct wd_library *library;
  const struct wd_named *named;
  struct wd_schema arguments;
};

/* What DuckDB was told to call; another takes its place when its module is
 * loaded again. */
struct wd_ext_rows_slot {
  _Atomic(const struct wd_ext_rows *) rows;
};

/* Workers of a library's functions, with the time as of now. */
enum wd_status
wd_ext_pool_new(struct wd_mem *mem, const struct wd_library *library,
                struct wd_pool **out_pool, struct wd_error *error);

/* `slot` stays as long as the database. */
duckdb_state
wd_ext_rows_register(duckdb_connection connection, const char *name,
                     struct wd_ext_rows_slot *slot);

#endif
