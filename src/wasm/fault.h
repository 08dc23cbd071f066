/* Memory that was taken away from a guest, touched by the host after all.
 *
 * Killing plain code takes the guest's memory away, so that the guest's next
 * access traps. But code of the runtime works on that memory too while the
 * guest is `inside`: memory.copy, memory.fill, and wasmtime's own WASI. An
 * access of theirs must not end the process. So a handler of SIGSEGV looks
 * whether the address is in a memory that is taken away and the instruction
 * is not the guest's: then it gives that page back and lets the access go on.
 * The one that kills repeats itself until the guest has stopped. A loop whose
 * only accesses are such copies is not stopped (nor is one without any).
 */
#ifndef WD_WASM_FAULT_H
#define WD_WASM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A memory that is about to be taken away, and the guest's code. */
struct wd_fault_range {
  const uint8_t *base;
  size_t size;
  const uint8_t *code;
  const uint8_t *code_end;
};

/* Installs the handler, once for the process. Before the first engine, so
 * that wasmtime's handler comes first and ours second; any order works. */
void
wd_fault_install(void);

/* Registers a range: a slot, -1 when all are taken (try again later). */
int
wd_fault_add(const struct wd_fault_range *range);

/* The memory has another size now. */
void
wd_fault_resize(int slot, size_t size);

/* After the memory is accessible again. */
void
wd_fault_remove(int slot);

#endif
