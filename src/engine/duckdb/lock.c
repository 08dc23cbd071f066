/* Locking the database: DuckDB opens granted locations and its own temporary
 * files, whatever SQL says. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/duckdb/lower.h"
#include "engine/duckdb/sql.h"

/* The folder of a location that is a pattern, or of a sink: what is written is
 * written beside it first. */
static size_t
folder_length(const char *location)
{
  size_t pattern = strcspn(location, "*?[");
  size_t length = pattern;

  while (length && location[length - 1] != '/')
    length--;
  return length;
}

static bool
is_folder(const char *path)
{
  struct stat found;

  return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static void
add(const char *path, size_t length, bool *first, struct wd_buf *sql)
{
  wd_buf_puts(sql, *first ? "" : ", ");
  *first = false;
  if (length)
    wd_duck_quote(path, length, '\'', sql);
  else
    wd_buf_puts(sql, "'.'");
}

/* Of tables that are patterns or folders themselves, of sinks. */
static void
add_folders(const struct wd_duck_engine *engine, struct wd_buf *sql)
{
  const struct wd_grants *grants = engine->grants;
  bool first = true;

  wd_buf_puts(sql, "SET allowed_directories=[");
  for (uint32_t i = 0; i < grants->table_count; i++) {
    const char *location = grants->tables[i].location;

    if (is_folder(location))
      add(location, strlen(location), &first, sql);
    else if (strpbrk(location, "*?["))
      add(location, folder_length(location), &first, sql);
  }
  for (uint32_t i = 0; i < grants->sink_count; i++) {
    const char *location = grants->sinks[i].location;

    add(location, folder_length(location), &first, sql);
    if (is_folder(location))
      add(location, strlen(location), &first, sql);
  }
  wd_buf_puts(sql, "]; ");
}

/* Tables that are files; the database on disk and its logs. */
static void
add_files(const struct wd_duck_engine *engine, struct wd_buf *sql)
{
  static const char *const logs[] = {"", ".wal", ".checkpoint.wal",
                                     ".recovery.wal"};
  char path[sizeof engine->disk_path + 32];
  const struct wd_grants *grants = engine->grants;
  bool first = true;

  wd_buf_puts(sql, "SET allowed_paths=[");
  for (uint32_t i = 0; i < grants->table_count; i++)
    if (!is_folder(grants->tables[i].location))
      add(grants->tables[i].location, strlen(grants->tables[i].location),
          &first, sql);
  for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
    int length =
        snprintf(path, sizeof path, "%s%s", engine->disk_path, logs[i]);

    add(path, (size_t)length, &first, sql);
  }
  wd_buf_puts(sql, "]; ");
}

static enum wd_status
lock(struct wd_duck_engine *engine, struct wd_error *error)
{
  struct wd_buf sql;
  enum wd_status status = WD_OK;

  wd_buf_init(&sql, engine->mem, WD_DUCK_SQL_MAX);
  add_folders(engine, &sql);
  add_files(engine, &sql);
  wd_buf_puts(&sql, "SET enable_external_access=false");
  if (sql.failed)
    status = wd_duck_buf_failure(&sql, error);
  if (status == WD_OK)
    status = wd_duck_execute(engine->connection, wd_buf_text(&sql), error);
  wd_buf_fini(&sql);
  engine->locked = status == WD_OK;
  return status;
}

enum wd_status
wd_duck_lock_down(struct wd_duck_engine *engine, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  pthread_mutex_lock(&engine->lock);
  if (!engine->locked)
    status = lock(engine, error);
  pthread_mutex_unlock(&engine->lock);
  return status;
}
