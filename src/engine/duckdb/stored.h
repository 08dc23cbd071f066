/* Rows that are kept: of a cache, and tables of the program's own.
 *
 * Each is a table of the database (or of a second one, in a file), made by the
 * first query that needs it and dropped with the last reference. A query that
 * finds it empty fills it before anything else, by a fill: a statement of its
 * own with stages of its own; one that finds another at it waits. A fill that
 * fails leaves it empty. Any thread.
 */
#ifndef WD_ENGINE_DUCKDB_STORED_H
#define WD_ENGINE_DUCKDB_STORED_H

#include "engine/duckdb/query.h"

struct wd_duck_stored {
  struct wd_stored base;
  struct wd_mem *mem;
  atomic_uint references;
  char name[48]; /* in SQL */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool filling;
  bool filled;
  /* When it is filled: */
  struct wd_arena arena;
  struct wd_schema schema;
  bool ordered;
  uint32_t partitions; /* their number is the column `b`; 0: there is none */
};

/* What fills one of them, before the query itself. */
struct wd_duck_fill {
  struct wd_duck_fill *next; /* in the order in which they run */
  struct wd_duck_stored *stored;
  const struct wd_schema *schema;
  const char *sql;
  bool ordered; /* the rows have an order */
  uint32_t partitions;
};

/* Runs the query's fills; then its stages can be started. */
enum wd_status
wd_duck_fill_all(struct wd_query *query, struct wd_error *error);

/* Says what a table of the program's holds. To one that grows, rows may come
 * with nulls where there were none. */
enum wd_status
wd_duck_stored_filled(struct wd_duck_stored *stored,
                      const struct wd_schema *schema, bool ordered, bool grows,
                      struct wd_error *error);

/* Removes the file of the second database. After the database was closed. */
void
wd_duck_disk_remove(struct wd_duck_engine *engine);

/* The functions of the contract. */
enum wd_status
wd_duck_stored_new(struct wd_engine *engine, bool on_disk,
                   struct wd_stored **out_stored, struct wd_error *error);

struct wd_stored *
wd_duck_stored_ref(struct wd_stored *stored);

void
wd_duck_stored_unref(struct wd_stored *stored);

enum wd_status
wd_duck_stored_schema(struct wd_stored *stored, struct wd_arena *arena,
                      bool *out_filled, struct wd_schema *out_schema,
                      struct wd_error *error);

#endif
