/* An engine that runs nothing: it gives made-up batches of one i64 column, and
 * succeeds, fails, blocks or lies as it is told. Its struct of functions is
 * the seam that every engine has. */
#ifndef WD_TEST_FAKE_ENGINE_H
#define WD_TEST_FAKE_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"

struct fake_engine {
  struct wd_engine engine;
  struct wd_mem *mem;
  /* What is to happen. */
  uint32_t batches, rows;
  enum wd_status start_status;
  enum wd_status end_status;  /* after the batches */
  bool block;                 /* after them, until it is cancelled */
  bool deaf;                  /* and then it says that all went well */
  enum wd_status pool_status; /* a failure of a lambda that it swallows */
  /* What has happened. */
  atomic_int queries; /* that live */
  atomic_int cancels;
};

struct wd_query {
  struct fake_engine *fake;
  struct wd_pool *pool;
  char path[512];
  enum wd_format format;
  uint32_t options;
  uint32_t at;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool cancelled;
};

static inline enum wd_status
fake_table(struct wd_engine *engine, const struct wd_grant *grant,
           const struct wd_option *options, uint32_t count,
           struct wd_arena *arena, struct wd_schema *out_schema,
           struct wd_error *error)
{
  static const struct wd_column columns[] = {
      {.name = "id", .type = {.id = WD_TYPE_I64}, .nullable = true},
      {.name = "name", .type = {.id = WD_TYPE_STRING}, .nullable = true},
  };

  (void)engine;
  (void)grant;
  (void)options;
  (void)count;
  return wd_schema_copy(&(struct wd_schema){2, columns}, arena, out_schema,
                        error);
}

static inline enum wd_status
fake_start(struct wd_engine *engine, const struct wd_request *request,
           struct wd_query **out_query, struct wd_error *error)
{
  struct fake_engine *fake = (struct fake_engine *)engine;
  struct wd_query *query;

  if (fake->start_status)
    return wd_fail(error, fake->start_status, "it does not start");
  query = wd_mem_calloc(fake->mem, 1, sizeof *query);
  if (!query)
    return wd_fail_memory(error);
  query->fake = fake;
  query->pool = request->pool;
  query->format = request->write_format;
  query->options = request->option_count;
  if (request->write_path)
    snprintf(query->path, sizeof query->path, "%s", request->write_path);
  pthread_mutex_init(&query->lock, NULL);
  pthread_cond_init(&query->changed, NULL);
  atomic_fetch_add(&fake->queries, 1);
  *out_query = query;
  return WD_OK;
}

static inline enum wd_status
fake_rows(struct fake_engine *fake, int64_t first, struct wd_rows *out_rows,
          struct wd_error *error)
{
  struct wd_node node = {fake->rows, 0};
  uint64_t sizes[2] = {0, fake->rows * sizeof(int64_t)};
  struct wd_shape shape = {fake->rows, 1, 2, &node, sizes};
  uint8_t **places;
  enum wd_status status =
      wd_rows_new(fake->mem, &shape, out_rows, &places, error);

  for (uint32_t i = 0; status == WD_OK && i < fake->rows; i++)
    ((int64_t *)(void *)places[1])[i] = first + i;
  return status;
}

/* True when it was cancelled. */
static inline bool
fake_wait(struct wd_query *query)
{
  bool cancelled;

  pthread_mutex_lock(&query->lock);
  while (query->fake->block && !query->cancelled)
    pthread_cond_wait(&query->changed, &query->lock);
  cancelled = query->cancelled;
  pthread_mutex_unlock(&query->lock);
  return cancelled && !query->fake->deaf;
}

static inline enum wd_status
fake_write(struct wd_query *query, struct wd_error *error)
{
  FILE *file = fopen(query->path, "w");

  if (!file)
    return wd_fail(error, WD_IO, "%s: cannot be written", query->path);
  for (uint32_t i = 0; i < query->fake->batches * query->fake->rows; i++)
    fprintf(file, "%u\n", i);
  fclose(file);
  return WD_OK;
}

static inline enum wd_status
fake_next(struct wd_query *query, struct wd_rows *out_rows, bool *out_has,
          struct wd_error *error)
{
  struct fake_engine *fake = query->fake;

  *out_has = false;
  if (fake->pool_status && query->pool) {
    struct wd_error failure = {0};

    wd_fail(&failure, fake->pool_status, "a lambda failed in the dark");
    wd_pool_fail(query->pool, &failure);
  }
  if (!query->path[0] && query->at < fake->batches) {
    *out_has = true;
    return fake_rows(fake, query->at++ * (int64_t)fake->rows, out_rows, error);
  }
  if (query->path[0] && fake_write(query, error) != WD_OK)
    return error->status;
  if (fake_wait(query))
    return wd_fail(error, WD_ENGINE_FAILED, "INTERRUPT Error");
  if (fake->end_status)
    return wd_fail(error, fake->end_status, "it went wrong at the end");
  return WD_OK;
}

static inline void
fake_cancel(struct wd_query *query)
{
  pthread_mutex_lock(&query->lock);
  query->cancelled = true;
  atomic_fetch_add(&query->fake->cancels, 1);
  pthread_cond_broadcast(&query->changed);
  pthread_mutex_unlock(&query->lock);
}

static inline void
fake_progress(struct wd_query *query, struct wd_engine_progress *out_progress)
{
  (void)query;
  *out_progress = (struct wd_engine_progress){.fraction = 0.5, .rows_in = 11};
}

static inline void
fake_free(struct wd_query *query)
{
  pthread_cond_destroy(&query->changed);
  pthread_mutex_destroy(&query->lock);
  atomic_fetch_sub(&query->fake->queries, 1);
  wd_mem_free(query->fake->mem, query, sizeof *query);
}

static inline enum wd_status
fake_explain(struct wd_engine *engine, const struct wd_plan *plan,
             struct wd_buf *buf, struct wd_error *error)
{
  (void)engine;
  (void)plan;
  return wd_buf_puts(buf, "FAKE") ? WD_OK : wd_fail_memory(error);
}

/* The caller's storage is not freed. */
static inline void
fake_close(struct wd_engine *engine)
{
  (void)engine;
}

static enum wd_status
fake_figures(struct wd_query *query, struct wd_arena *arena,
             const struct wd_engine_figure **out_figures, uint32_t *out_count,
             struct wd_error *error)
{
  static const struct wd_engine_figure figure = {"fake", "tasks", 3};

  (void)query, (void)arena, (void)error;
  *out_figures = &figure;
  *out_count = 1;
  return WD_OK;
}

static const struct wd_engine_functions fake_functions = {
    .name = "fake",
    .close = fake_close,
    .table = fake_table,
    .start = fake_start,
    .next = fake_next,
    .cancel = fake_cancel,
    .progress = fake_progress,
    .free = fake_free,
    .explain = fake_explain,
    .figures = fake_figures,
};

static inline struct fake_engine
fake_engine(struct wd_mem *mem, uint32_t batches, uint32_t rows)
{
  return (struct fake_engine){.engine = {&fake_functions},
                              .mem = mem,
                              .batches = batches,
                              .rows = rows};
}

#endif
