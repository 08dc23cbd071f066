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

struct wd_worker {
  struct wd_wasi_worker wasi; /* first: the preview1 of workers expects it */
  struct wd_pool *pool;
  struct wd_worker *next;
  uint64_t thread; /* whose it is; 0: nobody's */
  struct wd_instance *instance;
  struct wd_abi_guest guest;
  bool failed;
  uint32_t cursors; /* open partitions */
  uint32_t partition;

  wasmtime_func_t realloc;
  /* By enum wd_abi_export; only those of `lambdas` are used. */
  struct wd_export exports[WD_ABI_EXPORT_LAMBDAS_CLOSE_PARTITION + 1];

  /* handles[site]: 1 + the guest's handle, 0 when not bound here yet. */
  uint64_t *handles;
  uint32_t handle_capacity;

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

  _Atomic uint64_t calls, rows_in, rows_out;
};

/* Fills in worker->guest and finds cabi_realloc. */
enum wd_status
wd_worker_prepare(struct wd_worker *worker, struct wd_error *error);

/* Room in `pairs` and `spans` for so many buffers. */
enum wd_status
wd_worker_reserve(struct wd_worker *worker, uint32_t buffers,
                  struct wd_error *error);

/* Calls an export of `lambdas`; values[0] is where its result lies then, which
 * wd_call_end will give back. */
enum wd_status
wd_worker_call(struct wd_worker *worker, enum wd_abi_export which,
               wasmtime_val_raw_t *values, size_t count,
               struct wd_error *error);

/* Tells the guest that the last result was read. */
enum wd_status
wd_worker_end(struct wd_worker *worker, struct wd_error *error);

/* The guest's handle of a bound lambda, binding it here when need be. */
enum wd_status
wd_worker_handle(struct wd_worker *worker, const struct wd_lambda *lambda,
                 uint32_t *out_handle, struct wd_error *error);

#endif
