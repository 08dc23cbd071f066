/* Modules whose functions were registered in a database.
 *
 * One for each database that loaded the extension, for the life of the process:
 * DuckDB cannot drop functions of the C API, so what is registered stays, and
 * a module that is loaded again takes the place of the one before. Any thread.
 */
#ifndef WD_EXTENSION_DUCKDB_LOADED_H
#define WD_EXTENSION_DUCKDB_LOADED_H

#include "base/arena.h"
#include "wasidata/error.h"

struct wd_ext;

/* `connection` is taken over. */
enum wd_status
wd_ext_new(duckdb_connection connection, struct wd_ext **out_ext,
           struct wd_error *error);

/* What wasi_load was asked for. NULL: not said. */
struct wd_ext_request {
  const char *path;
  const char *function;  /* the only one that is wanted */
  const char *name;      /* what it is to be called */
  const char *arguments; /* of one that takes any: `x i64, y string` */
};

/* A function that is there now. */
struct wd_ext_function {
  const char *name;
  const char *kind;
  const char *arguments;
  const char *result; /* NULL: it was not registered, its types are not known */
};

struct wd_ext_functions {
  uint32_t count;
  struct wd_ext_function *list;
};

/* Loads a module and registers its functions: all, or none when one of them
 * cannot be. The list is in the arena. */
enum wd_status
wd_ext_load(struct wd_ext *ext, const struct wd_ext_request *request,
            struct wd_arena *arena, struct wd_ext_functions *out_functions,
            struct wd_error *error);

/* Lets go of the database, which could not be closed otherwise: nothing can be
 * loaded into it from now on. */
void
wd_ext_release(struct wd_ext *ext);

#endif
