/* A worker: one instance of a pool, used by one thread at a time. Internal to
 * the room. */
#ifndef WD_LAMBDA_WORKER_H
#define WD_LAMBDA_WORKER_H

#include "abi/abi.h"
#include "lambda/lambda.h"
#include "wasi/worker.h"

/* An export that the host calls, found when it is first needed. A module need
 * not have the cabi_post_ ones. */
struct wd_export {
  wasmtime_func_t call;
  wasmtime_func_t post;
  bool has_post;
  bool found;
};

#define WD_SLOTS (WD_SLOT_RIGHT + 1)

/* A partition as its lambda sees it: random numbers of its own, so that what
 * else runs in the worker does not change them, and an index. */
struct wd_stream {
  struct wd_random random;
  uint32_t partition;
  uint32_t partitions; /* how many there are; 0: that is not known */
};

/* A lambda bound in this worker. Its calls outside of cursors are a partition
 * with the worker's number. */
struct wd_worker_site {
  uint64_t handle; /* 1 + the guest's; 0: not bound here yet */
  struct wd_stream stream;
};

/* An open partition, by the guest's own name for it. */
struct wd_cursor {
  uint64_t key;
  struct wd_stream stream;
};

struct wd_worker {
  struct wd_wasi_worker wasi; /* first: the preview1 of workers expects it */
  struct wd_pool *pool;
  struct wd_worker *next;
  uint64_t thread; /* whose it is; 0: nobody's */
  struct wd_instance *instance;
  struct wd_abi_guest guest;
  uint32_t number; /* in its pool, from 0 */
  bool failed;
  uint32_t partition; /* of the running call, or the last */
  uint32_t partitions;

  /* Open partitions, and which of them was used last. */
  struct wd_cursor *open;
  uint32_t cursors;
  uint32_t cursor_capacity;
  uint32_t cursor_hint;

  wasmtime_func_t realloc;
  /* By enum wd_abi_export; only those of `lambdas`, `co-groups`, `tables` and
   * `type-operations` are used. */
  struct wd_export exports[WD_ABI_EXPORT_TYPE_OPERATIONS_SORT_KEYS + 1];

  struct wd_worker_site *sites; /* by lambda->site */
  uint32_t site_capacity;

  /* What was placed for the coming call. */
  struct wd_wire_batch slots[WD_SLOTS];
  struct wd_wire_list groups;

  /* The export whose result wd_call_end gives back, and where that is. */
  const struct wd_export *pending;
  wasmtime_val_raw_t area;

  /* Scratch: heads of the buffers placed, spans of the buffers returned. */
  struct wd_wire_list *pairs;
  struct wd_span *spans;
  uint32_t scratch_capacity;

  struct wd_arena lists; /* what the last call of a lateral function gave */

  uint32_t empty_parts; /* outputs in succession that had no rows */

  /* Counted by its own thread, read by any. */
  _Atomic uint64_t calls, rows_in, rows_out;
};

/* Adds to a figure that only this thread writes: no bus is locked for it. */
static inline void
wd_worker_count(_Atomic uint64_t *figure, uint64_t more)
{
  uint64_t now = atomic_load_explicit(figure, memory_order_relaxed);

  atomic_store_explicit(figure, now + more, memory_order_relaxed);
}

/* Fills in worker->guest and finds cabi_realloc. */
enum wd_status
wd_worker_prepare(struct wd_worker *worker, struct wd_error *error);

/* Room in `pairs` and `spans` for so many buffers. */
enum wd_status
wd_worker_reserve(struct wd_worker *worker, uint32_t buffers,
                  struct wd_error *error);

/* Calls an export of `lambdas` as a part of that partition; values[0] is where
 * its result lies then, which wd_call_end will give back. */
enum wd_status
wd_worker_call(struct wd_worker *worker, enum wd_abi_export which,
               struct wd_stream *stream, wasmtime_val_raw_t *values,
               size_t count, struct wd_error *error);

/* Tells the guest that the last result was read. */
enum wd_status
wd_worker_end(struct wd_worker *worker, struct wd_error *error);

/* A lambda bound here, binding it when need be. Until the next one is bound. */
enum wd_status
wd_worker_site(struct wd_worker *worker, const struct wd_lambda *lambda,
               struct wd_worker_site **out_site, struct wd_error *error);

/* The guest's handle of a site that was bound. */
static inline uint32_t
wd_worker_handle(const struct wd_worker_site *site)
{
  return (uint32_t)(site->handle - 1);
}

/* Room for one more cursor, so that wd_worker_cursor_add cannot fail. */
enum wd_status
wd_worker_cursor_reserve(struct wd_worker *worker, struct wd_error *error);

/* The keys of open cursors: the interfaces name theirs independently. */
#define WD_SCAN_KEY(cursor) ((uint64_t)1 << 32 | (cursor))

/* The stream is moved into the list. */
void
wd_worker_cursor_add(struct wd_worker *worker, uint64_t key,
                     const struct wd_stream *stream);

/* NULL when it is not open. Until the next one is opened or closed. */
struct wd_cursor *
wd_worker_cursor(struct wd_worker *worker, uint64_t key);

void
wd_worker_cursor_remove(struct wd_worker *worker, uint64_t key);

/* What the calls of all roles have in common (call.c). */

/* Ends a call that failed: names the lambda, records the failure. */
enum wd_status
wd__call_failed(struct wd_worker *worker, const struct wd_lambda *lambda,
                struct wd_error *error);

/* Calls an export and looks at its result in place. */
enum wd_status
wd__call(struct wd_worker *worker, enum wd_abi_export which,
         struct wd_stream *stream, wasmtime_val_raw_t *values, size_t count,
         const void **out_payload, struct wd_error *error);

/* Calls an export with (handle, batch of the slot). */
enum wd_status
wd__call_with_batch(struct wd_worker *worker, const struct wd_lambda *lambda,
                    enum wd_abi_export which, enum wd_call_slot slot,
                    const void **out_payload, struct wd_error *error);

/* View and check of a batch that the guest gave; UINT32_MAX: any number of
 * rows. */
enum wd_status
wd__call_take_batch(struct wd_worker *worker, enum wd_abi_export which,
                    const struct wd_wire_batch *wire,
                    const struct wd_schema *schema, uint32_t buffers,
                    uint32_t rows, struct wd_batch *out_batch,
                    struct wd_error *error);

/* A placed batch as five parameters. */
void
wd__call_push_batch(wasmtime_val_raw_t *values,
                    const struct wd_wire_batch *batch);

/* A batch that the guest gave, checked: any number of rows, but not none
 * forever. */
enum wd_status
wd__call_take_part(struct wd_worker *worker, enum wd_abi_export which,
                   const struct wd_wire_batch *wire,
                   const struct wd_schema *schema, uint32_t buffers,
                   struct wd_batch *out_batch, struct wd_error *error);

/* The next batch of an open cursor, checked, or none; `key` is the worker's
 * name of the cursor. */
enum wd_status
wd__call_cursor_next(struct wd_worker *worker, const struct wd_lambda *lambda,
                     enum wd_abi_export which, uint32_t cursor, uint64_t key,
                     const struct wd_schema *schema, uint32_t buffers,
                     struct wd_batch *out_batch, bool *out_has,
                     struct wd_error *error);

/* Closes it; whatever comes of that it is open no more. */
enum wd_status
wd__call_cursor_close(struct wd_worker *worker, const struct wd_lambda *lambda,
                      enum wd_abi_export which, uint32_t cursor, uint64_t key,
                      struct wd_error *error);

/* Table functions over rows of arguments (lateral.c). */

/* Their output: one column of lists of the rows that bind told. */
enum wd_status
wd__lateral_output(struct wd_lambda *lambda, struct wd_arena *arena,
                   struct wd_error *error);

/* What wd_call_map is for them. */
enum wd_status
wd__call_lateral(struct wd_worker *worker, const struct wd_lambda *lambda,
                 struct wd_batch *out_batch, struct wd_error *error);

/* Operations of named types (operation.c). */

/* The export of such a role. */
enum wd_abi_export
wd__operation_export(enum wd_role role);

/* Binds one: there is nothing to ask but whether it is there, by a batch of no
 * rows. WD_UNSUPPORTED when the program says that it is not. */
enum wd_status
wd__bind_operation(struct wd_worker *worker, struct wd_lambda *lambda,
                   struct wd_arena *arena, struct wd_error *error);

/* What wd_call_map is for them. */
enum wd_status
wd__call_operation(struct wd_worker *worker, const struct wd_lambda *lambda,
                   struct wd_batch *out_batch, struct wd_error *error);

/* Columns that pass by (passed.c). */

/* Takes `result` apart into these and `output`. */
enum wd_status
wd__part_result(struct wd_lambda *lambda, struct wd_arena *arena,
                struct wd_error *error);

/* Of lambdas whose results are equal. */
bool
wd__same_passed(const struct wd_lambda *a, const struct wd_lambda *b);

/* Random numbers of a partition of a site. */
void
wd_stream_init(struct wd_stream *stream, const struct wd_worker *worker,
               uint32_t site, uint32_t partition);

#endif
