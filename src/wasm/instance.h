/* Instances: the driver, which runs main, and workers, which run lambdas on a
 * copy-on-write view of an image.
 *
 * An instance is used by one thread at a time; any thread may kill it. An
 * atomic state guards that: `outside` (the host runs), `inside` (the guest
 * runs), `killed`, `dead` (guard.h). Every call enters, every import leaves
 * and enters again, and only an instance that is inside has its memory taken
 * away, so that a protection never hits the host's own access; those of the
 * runtime meanwhile (memory.copy, wasmtime's WASI) are let through (fault.h).
 * A killed instance can only be freed.
 */
#ifndef WD_WASM_INSTANCE_H
#define WD_WASM_INSTANCE_H

#include <stdatomic.h>

#include "wasm/image.h"
#include "wasm/module.h"

struct wd_instance;

/* An import that the host gives. `values` holds the arguments and takes the
 * results, as the core signature has them. A status other than WD_OK (with
 * the error filled in) traps: the call that led here returns that error,
 * with the guest's backtrace added. */
typedef enum wd_status
wd_import_function(struct wd_instance *instance, const void *data,
                   wasmtime_val_raw_t *values, struct wd_error *error);

struct wd_import {
  const char *module;
  const char *name;
  const char *parameters; /* one letter each: i l f d for i32 i64 f32 f64 */
  const char *results;
  wd_import_function *function;
  const void *data;
};

/* What instances of a module are linked with: a module, a variant and the
 * imports. Immutable after making; any thread. */
struct wd_linkage;

struct wd_linkage_options {
  enum wd_variant variant;
  const struct wd_import *imports; /* copied */
  size_t import_count;
  bool wasi; /* wasmtime's own preview1 (drivers) */
  /* Asked for an import that nobody gives: true when it may stay; calling it
   * then traps with a message that names it. NULL: none may. */
  bool (*tolerate)(void *env, const struct wd_extern *import);
  void *env;
};

/* WD_BAD_MODULE naming the imports that nobody gives, or whose signature is
 * another one. */
enum wd_status
wd_linkage_new(struct wd_module *module,
               const struct wd_linkage_options *options,
               struct wd_linkage **out_linkage, struct wd_error *error);

void
wd_linkage_free(struct wd_linkage *linkage);

struct wd_module *
wd_linkage_module(struct wd_linkage *linkage);

struct wd_instance_options {
  struct wd_mem *mem;    /* what grows beyond the image is charged to it */
  uint64_t memory_limit; /* bytes of linear memory, image included; 0: none */
  wasi_config_t *wasi;   /* drivers; taken over */
  void *env;             /* wd_instance_env */
};

/* A driver: memory initialised from the module's data segments, start
 * function not run yet (wd_instance_start). The linkage and the module must
 * outlive it. */
enum wd_status
wd_driver_new(struct wd_linkage *linkage,
              const struct wd_instance_options *options,
              struct wd_instance **out_instance, struct wd_error *error);

/* A worker on an image (it keeps a reference): no start function, no
 * initialiser is run. 20 µs, whatever the image's size. */
enum wd_status
wd_worker_instance_new(struct wd_linkage *linkage, struct wd_image *image,
                       const struct wd_instance_options *options,
                       struct wd_instance **out_instance,
                       struct wd_error *error);

/* Also for NULL. */
void
wd_instance_free(struct wd_instance *instance);

void *
wd_instance_env(struct wd_instance *instance);

struct wd_linkage *
wd_instance_linkage(struct wd_instance *instance);

/* Runs the start function if the module has one. */
enum wd_status
wd_instance_start(struct wd_instance *instance, struct wd_error *error);

/* An exported function; it is called through its table entry or directly,
 * never by a `*.command_export` wrapper when that can be avoided.
 * WD_NOT_FOUND, or WD_BAD_MODULE for another signature than
 * "parameters results" (letters as in struct wd_import). */
enum wd_status
wd_instance_function(struct wd_instance *instance, const char *name,
                     const char *parameters, const char *results,
                     wasmtime_func_t *out_function, struct wd_error *error);

/* Calls a guest function, unchecked: `values` has max(parameters, results)
 * places. WD_TRAP with the guest's backtrace in error->trace, the error of an
 * import that failed, WD_CANCELLED when killed. After an error other than
 * that of a failing import the instance should be freed.
 * A program that calls proc_exit: WD_OK, *out_exit (may be NULL when that is
 * impossible) is the code, -1 when it returned as usual. */
enum wd_status
wd_instance_call(struct wd_instance *instance, const wasmtime_func_t *function,
                 wasmtime_val_raw_t *values, size_t count, int *out_exit,
                 struct wd_error *error);

/* The memory as it is now: base and bytes. Stale after any call. */
uint8_t *
wd_instance_memory(struct wd_instance *instance, uint64_t *out_size);

/* Where both are kept, for who asks often. As long as the instance. */
void
wd_instance_memory_places(const struct wd_instance *instance,
                          uint8_t *const **out_base,
                          const _Atomic uint64_t **out_size);

/* Address of `size` bytes at a guest pointer, NULL when not all of them are
 * inside. */
static inline void *
wd_memory_at(uint8_t *base, uint64_t memory_size, uint32_t pointer,
             uint64_t size)
{
  return pointer <= memory_size && size <= memory_size - pointer
             ? base + pointer
             : NULL;
}

/* Freezes a driver that is inside an import: memory and globals.
 * WD_UNSUPPORTED when the function table was changed since the start. */
enum wd_status
wd_instance_freeze(struct wd_instance *instance, struct wd_image **out_image,
                   struct wd_error *error);

/* Gives a driver that was frozen for the first time a memory of its own: 0.1 ms
 * and 0.3 µs for each page in use. Before, nobody may write to its memory; the
 * image serves at once, so others can work meanwhile. Calling the guest, and
 * returning to it, do it when it was not done. */
enum wd_status
wd_instance_settle(struct wd_instance *instance, struct wd_error *error);

/* As wd_instance_freeze, for looking only: before the first freeze the image is
 * the driver's memory itself, not frozen. Its workers must be gone before the
 * driver runs on. */
enum wd_status
wd_instance_view(struct wd_instance *instance, struct wd_image **out_image,
                 struct wd_error *error);

/* Puts a worker back to its image. False when it has to be freed instead (it
 * grew, or it failed). */
bool
wd_instance_reset(struct wd_instance *instance);

/* Whether it can be called again. */
bool
wd_instance_alive(const struct wd_instance *instance);

/* From any thread: a guest that is inside is stopped (plain code at its next
 * access to memory, interruptible code at its next check), and no call
 * succeeds any more. Returns true when the guest was inside and memory was
 * taken away now; call again (a millisecond later) while calls go on. */
bool
wd_instance_kill(struct wd_instance *instance);

/* Bytes of private memory that the instance has made dirty, about. Slow. */
uint64_t
wd_instance_private_bytes(struct wd_instance *instance);

#endif
