/* The DuckDB engine: one database in memory per program.
 *
 * `connection` registers functions and looks at tables, under `lock`; every
 * query has connections of its own. The database reads and writes only what
 * the SQL that we generate names: no text of a guest's gets into SQL but as a
 * quoted value or a quoted file's column name, so external access stays on
 * (granted files lie anywhere) and everything that loads code is off. With the
 * first query that a program writes it is locked as well (sql.h).
 */
#ifndef WD_ENGINE_DUCKDB_ENGINE_H
#define WD_ENGINE_DUCKDB_ENGINE_H

#include <duckdb.h>
#include <pthread.h>

#include "engine/engine.h"
#include "io/unfinished.h"

struct wd_duck_slot;
struct wd_duck_pure;
struct wd_duck_source;
struct wd_duck_probe;
struct wd_duck_probed;
struct wd_duck_statistics;

struct wd_duck_engine {
  struct wd_engine base;
  struct wd_mem *mem;
  const struct wd_grants *grants;
  uint32_t threads;
  uint64_t text_range; /* bytes of a text file that a thread takes at once */
  duckdb_database database;
  duckdb_connection connection;
  pthread_mutex_t lock; /* slots, pures, sources, connection */
  struct wd_duck_slot *slots;
  uint32_t slot_count;
  struct wd_duck_pure *pures;
  uint32_t pure_count;
  struct wd_duck_statistics *statistics; /* under `lock` */
  uint32_t statistics_count;
  struct wd_duck_source *sources;
  uint64_t source_count; /* made so far: numbers are never used again */
  uint64_t stored_count; /* tables made so far */
  /* The database in a file, made when it is first needed. */
  char temp_dir[4096];
  char disk_path[4200];
  bool disk_attached;
  struct wd_unfinished disk_file;
  /* Queries that programs write (sql.h). */
  bool locked; /* under `lock` */
  struct wd_duck_probe *probes;
  uint32_t probe_count;
  pthread_mutex_t reading; /* one at a time, and */
  struct wd_duck_probed *probed;
  /* Held from setting preserve_insertion_order, which is the database's, until
   * a query is planned. */
  pthread_mutex_t planning;
};

extern const struct wd_engine_functions wd_engine_duckdb;

/* Runs one statement without result. */
enum wd_status
wd_duck_execute(duckdb_connection connection, const char *sql,
                struct wd_error *error);

#endif
