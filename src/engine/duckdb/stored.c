#include "engine/duckdb/stored.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/duckdb/lower.h"

/* How often who waits looks whether it was cancelled. */
#define LOOK_NS 20000000

/* Attaches the database in a file, where caches on disk are. With the engine's
 * lock. */
static enum wd_status
attach_disk(struct wd_duck_engine *engine, struct wd_error *error)
{
  struct wd_buf sql;
  enum wd_status status;

  if (engine->disk_attached)
    return WD_OK;
  mkdir(engine->temp_dir, 0700); /* it may be there */
  wd_buf_init(&sql, engine->mem, 1 << 16);
  wd_buf_puts(&sql, "ATTACH ");
  wd_duck_quote(engine->disk_path, strlen(engine->disk_path), '\'', &sql);
  wd_buf_puts(&sql, " AS wd_disk");
  status = sql.failed
               ? wd_fail_memory(error)
               : wd_duck_execute(engine->connection, wd_buf_text(&sql), error);
  wd_buf_fini(&sql);
  if (status == WD_OK) {
    engine->disk_attached = true;
    wd_unfinished_add(&engine->disk_file, engine->disk_path);
  }
  return status;
}

void
wd_duck_disk_remove(struct wd_duck_engine *engine)
{
  char log[sizeof engine->disk_path + 8];

  if (!engine->disk_attached)
    return;
  unlink(engine->disk_path);
  snprintf(log, sizeof log, "%s.wal", engine->disk_path);
  unlink(log);
  wd_unfinished_drop(&engine->disk_file);
}

enum wd_status
wd_duck_stored_new(struct wd_engine *base, bool on_disk,
                   struct wd_stored **out_stored, struct wd_error *error)
{
  struct wd_duck_engine *engine = (struct wd_duck_engine *)base;
  struct wd_duck_stored *stored = wd_mem_calloc(engine->mem, 1, sizeof *stored);
  enum wd_status status = WD_OK;

  if (!stored)
    return wd_fail_memory(error);
  stored->base.engine = base;
  stored->mem = engine->mem;
  atomic_init(&stored->references, 1);
  pthread_mutex_init(&stored->lock, NULL);
  pthread_cond_init(&stored->changed, NULL);
  wd_arena_init(&stored->arena, engine->mem, 0);
  pthread_mutex_lock(&engine->lock);
  if (on_disk)
    status = attach_disk(engine, error);
  snprintf(stored->name, sizeof stored->name, "%s.main.wd_stored_%llu",
           on_disk ? "wd_disk" : "memory",
           (unsigned long long)++engine->stored_count);
  pthread_mutex_unlock(&engine->lock);
  *out_stored = &stored->base;
  if (status != WD_OK)
    wd_duck_stored_unref(&stored->base);
  return status;
}

struct wd_stored *
wd_duck_stored_ref(struct wd_stored *base)
{
  struct wd_duck_stored *stored = (struct wd_duck_stored *)base;

  atomic_fetch_add_explicit(&stored->references, 1, memory_order_relaxed);
  return base;
}

void
wd_duck_stored_unref(struct wd_stored *base)
{
  struct wd_duck_stored *stored = (struct wd_duck_stored *)base;
  struct wd_duck_engine *engine;
  char sql[80];

  if (!stored || atomic_fetch_sub_explicit(&stored->references, 1,
                                           memory_order_acq_rel) > 1)
    return;
  engine = (struct wd_duck_engine *)base->engine;
  snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS %s", stored->name);
  pthread_mutex_lock(&engine->lock);
  wd_duck_execute(engine->connection, sql, NULL);
  pthread_mutex_unlock(&engine->lock);
  wd_arena_fini(&stored->arena);
  pthread_cond_destroy(&stored->changed);
  pthread_mutex_destroy(&stored->lock);
  wd_mem_free(stored->mem, stored, sizeof *stored);
}

enum wd_status
wd_duck_stored_schema(struct wd_stored *base, struct wd_arena *arena,
                      bool *out_filled, struct wd_schema *out_schema,
                      struct wd_error *error)
{
  struct wd_duck_stored *stored = (struct wd_duck_stored *)base;
  enum wd_status status = WD_OK;

  pthread_mutex_lock(&stored->lock);
  *out_filled = stored->filled;
  if (stored->filled)
    status = wd_schema_copy(&stored->schema, arena, out_schema, error);
  pthread_mutex_unlock(&stored->lock);
  return status;
}

/* With its lock. */
static enum wd_status
set_filled(struct wd_duck_stored *stored, const struct wd_schema *schema,
           bool ordered, bool grows, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  if (!stored->filled)
    status = wd_schema_copy(schema, &stored->arena, &stored->schema, error);
  for (uint32_t i = 0; status == WD_OK && grows && i < schema->count; i++)
    ((struct wd_column *)(uintptr_t)stored->schema.columns)[i].nullable = true;
  stored->ordered = status == WD_OK && ordered && !stored->filled;
  stored->filled = stored->filled || status == WD_OK;
  return status;
}

enum wd_status
wd_duck_stored_filled(struct wd_duck_stored *stored,
                      const struct wd_schema *schema, bool ordered, bool grows,
                      struct wd_error *error)
{
  enum wd_status status;

  pthread_mutex_lock(&stored->lock);
  status = set_filled(stored, schema, ordered, grows, error);
  pthread_mutex_unlock(&stored->lock);
  return status;
}

static enum wd_status
set_filled_by(const struct wd_duck_fill *fill, struct wd_error *error)
{
  struct wd_duck_stored *stored = fill->stored;
  enum wd_status status;

  pthread_mutex_lock(&stored->lock);
  stored->partitions = fill->partitions;
  status = set_filled(stored, fill->schema, fill->ordered, false, error);
  pthread_mutex_unlock(&stored->lock);
  return status;
}

/* Waits while another query fills it; *out_mine: it is to be filled by this
 * one. */
static enum wd_status
begin_fill(struct wd_query *query, struct wd_duck_stored *stored,
           bool *out_mine, struct wd_error *error)
{
  bool cancelled = false;

  pthread_mutex_lock(&stored->lock);
  while (stored->filling && !cancelled) {
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LOOK_NS;
    if (until.tv_nsec >= 1000000000) {
      until.tv_sec++;
      until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&stored->changed, &stored->lock, &until);
    cancelled = atomic_load(&query->cancelled);
  }
  *out_mine = !cancelled && !stored->filled;
  stored->filling = stored->filling || *out_mine;
  pthread_mutex_unlock(&stored->lock);
  return cancelled ? wd_fail(error, WD_CANCELLED, "the query was cancelled")
                   : WD_OK;
}

static void
end_fill(struct wd_duck_stored *stored)
{
  pthread_mutex_lock(&stored->lock);
  stored->filling = false;
  pthread_cond_broadcast(&stored->changed);
  pthread_mutex_unlock(&stored->lock);
}

static enum wd_status
run_fill(struct wd_query *query, const struct wd_duck_fill *fill,
         struct wd_error *error)
{
  char drop[80];
  enum wd_status status = WD_OK;

  for (struct wd_duck_stage *stage = query->stages; status == WD_OK && stage;
       stage = stage->next)
    if (stage->fill == fill)
      status = wd_duck_stage_start(stage, error);
  if (status == WD_OK) {
    wd_duck_stages_settle(query, fill, NULL);
    status = wd_duck_query_run_stage(query, query->connection, fill->sql,
                                     query->ordered || fill->partitions, error);
  }
  if (status == WD_OK)
    status = wd_duck_query_failure(query, error);
  if (status == WD_OK && query->pool)
    status = wd_pool_failure(query->pool, error);
  if (status == WD_OK)
    status = set_filled_by(fill, error);
  if (status == WD_OK)
    return WD_OK;
  snprintf(drop, sizeof drop, "DROP TABLE IF EXISTS %s", fill->stored->name);
  wd_duck_execute(query->connection, drop, NULL);
  return status;
}

enum wd_status
wd_duck_fill_all(struct wd_query *query, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  for (const struct wd_duck_fill *fill = query->fills; status == WD_OK && fill;
       fill = fill->next) {
    bool mine;

    status = begin_fill(query, fill->stored, &mine, error);
    if (status != WD_OK || !mine)
      continue;
    status = run_fill(query, fill, error);
    end_fill(fill->stored);
  }
  return status;
}
