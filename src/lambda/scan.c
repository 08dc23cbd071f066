/* Partitions of table functions: the interface `tables`. */
#include <string.h>

#include "lambda/worker.h"

/* What a call's arguments may take of the arena. */
#define ARGUMENTS_LIMIT ((size_t)64 << 20)

/* The guest's part of opening. */
static enum wd_status
open_cursor(struct wd_worker *worker, const struct wd_lambda *lambda,
            struct wd_stream *stream, const uint32_t *columns, uint32_t count,
            uint32_t *out_cursor, struct wd_error *error)
{
  enum wd_abi_export which = WD_ABI_EXPORT_TABLES_OPEN_SCAN;
  wasmtime_val_raw_t values[4] = {0};
  struct wd_arena arena;
  struct wd_worker_site *site;
  const void *payload;
  enum wd_status status = wd_worker_site(worker, lambda, &site, error);

  if (status != WD_OK)
    return status;
  wd_arena_init(&arena, wd_pool_options(worker->pool)->mem, ARGUMENTS_LIMIT);
  status =
      wd_abi_arguments_lower(&wd_abi_exports[which], &worker->guest, &arena,
                             &(struct wd_abi_tables_open_scan_args){
                                 .handle = wd_worker_handle(site),
                                 .partition = stream->partition,
                                 .columns = {columns, count},
                             },
                             values, error);
  wd_arena_fini(&arena);
  if (status == WD_OK)
    status = wd__call(worker, which, stream, values, 4, &payload, error);
  if (status == WD_OK)
    memcpy(out_cursor, payload, sizeof *out_cursor);
  return status;
}

enum wd_status
wd_scan_open(struct wd_worker *worker, const struct wd_lambda *lambda,
             uint32_t partition, const uint32_t *columns, uint32_t count,
             uint32_t *out_cursor, struct wd_error *error)
{
  struct wd_error local;
  struct wd_stream stream;
  enum wd_status status;

  error = wd_error_or(error, &local);
  wd_stream_init(&stream, worker, lambda->site, partition);
  stream.partitions = lambda->partitions;
  worker->empty_parts = 0;
  status = wd_worker_cursor_reserve(worker, error);
  if (status == WD_OK)
    status =
        open_cursor(worker, lambda, &stream, columns, count, out_cursor, error);
  if (status == WD_OK && wd_worker_cursor(worker, WD_SCAN_KEY(*out_cursor)))
    status = wd_fail(error, WD_LAMBDA_FAILED,
                     "it named two open partitions alike: %u", *out_cursor);
  if (status == WD_OK)
    status = wd_worker_end(worker, error);
  if (status != WD_OK)
    return wd__call_failed(worker, lambda, error);
  wd_worker_cursor_add(worker, WD_SCAN_KEY(*out_cursor), &stream);
  return WD_OK;
}

enum wd_status
wd_scan_next(struct wd_worker *worker, const struct wd_lambda *lambda,
             const struct wd_schema *wanted, uint32_t cursor,
             struct wd_batch *out_batch, bool *out_has, struct wd_error *error)
{
  uint32_t nodes, buffers;

  wd_schema_shape(wanted, &nodes, &buffers);
  return wd__call_cursor_next(worker, lambda, WD_ABI_EXPORT_TABLES_NEXT_SCAN,
                              cursor, WD_SCAN_KEY(cursor), wanted, buffers,
                              out_batch, out_has, error);
}

enum wd_status
wd_scan_close(struct wd_worker *worker, const struct wd_lambda *lambda,
              uint32_t cursor, struct wd_error *error)
{
  return wd__call_cursor_close(worker, lambda, WD_ABI_EXPORT_TABLES_CLOSE_SCAN,
                               cursor, WD_SCAN_KEY(cursor), error);
}
