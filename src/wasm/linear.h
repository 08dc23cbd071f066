/* Linear memories, made for wasmtime by its host memory creator.
 *
 * A memory is 4 GiB of reserved address space and a guard behind it; only
 * what the guest may touch is accessible and only what it touches costs
 * memory. The address never changes. It begins in one of two ways:
 *
 *   shared:  a mapping of a file of its own, whose bytes are therefore the
 *            memory (drivers, until they run on after their first freeze);
 *   private: a copy-on-write view of contents (workers; a driver after it).
 *
 * The creator is one for an engine and is not told for which instance it
 * works, so the memory that is wanted is handed over by a thread-local:
 * wd_linear_arm right before instantiating, wd_linear_disarm right after. For
 * modules with exceptions wasmtime asks for a heap of its own before (with
 * another minimum); it gets an empty one, which no image holds.
 *
 * One thread at a time, but for `size`.
 */
#ifndef WD_WASM_LINEAR_H
#define WD_WASM_LINEAR_H

#include <stdatomic.h>
#include <stdbool.h>

#include <wasmtime.h>

#include "wasm/dirty.h"
#include "wasm/memory_file.h"

/* What a private memory begins with: the base, zeros behind it, and the runs
 * of the delta over both. The delta holds the runs one after the other. */
struct wd_contents {
  uint64_t size; /* of the memory; that of the base or more */
  struct wd_memory_file *base;
  struct wd_memory_file *delta; /* NULL: none */
  struct wd_runs runs;
  bool copied; /* too many runs to map each */
};

struct wd_linear {
  uint8_t *base;
  _Atomic uint64_t size;
  uint64_t reserved; /* addresses that it can grow into */
  uint64_t total;    /* with the guard */
  uint64_t limit;    /* bytes; UINT64_MAX: none */
  uint64_t minimum;  /* as the module says, to tell it from a heap below */
  uint64_t refused;  /* bytes wanted by the last growth that was refused */
  struct wd_mem *mem;
  uint64_t charged;
  struct wd_memory_file *file; /* what the base is mapped from */
  bool shared;
  bool frozen;                        /* shared, but not to be written to */
  bool failed;                        /* it could not be made */
  bool copied;                        /* the delta was copied, not mapped */
  const struct wd_contents *contents; /* while armed */
};

/* A shared memory on a file of its size; takes a reference. */
void
wd_linear_init_shared(struct wd_linear *linear, struct wd_memory_file *file,
                      struct wd_mem *mem, uint64_t limit);

/* A private one on contents that outlive it. */
void
wd_linear_init_private(struct wd_linear *linear,
                       const struct wd_contents *contents, struct wd_mem *mem,
                       uint64_t limit);

/* After the store is gone, which unmaps it. */
void
wd_linear_fini(struct wd_linear *linear);

void
wd_linear_arm(struct wd_linear *linear);

void
wd_linear_disarm(void);

/* For wasmtime_config_host_memory_creator_set. */
wasmtime_memory_creator_t
wd_linear_creator(void);

/* The file of a shared memory is to stay as it is: nobody may write to the
 * memory, the guest neither, before wd_linear_settle. */
void
wd_linear_freeze(struct wd_linear *linear);

/* A frozen memory becomes a private view of its file: from now on writes leave
 * the file alone. Takes as long as page tables are to be moved and taken down,
 * 0.3 µs a page. Nothing is to be done for other memories. */
enum wd_status
wd_linear_settle(struct wd_linear *linear, struct wd_error *error);

/* A private memory becomes a private view of another file, of its size and with
 * its bytes. */
enum wd_status
wd_linear_replace(struct wd_linear *linear, struct wd_memory_file *file,
                  struct wd_error *error);

/* Puts a private memory that did not grow back to its contents. */
enum wd_status
wd_linear_restore(struct wd_linear *linear, const struct wd_contents *contents,
                  struct wd_error *error);

/* Takes the first `size` bytes away, or gives them back. Any thread. */
bool
wd_linear_protect(const struct wd_linear *linear, uint64_t size,
                  bool accessible);

#endif
