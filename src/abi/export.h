/* Exports: lowering arguments, reading results.
 *
 *   wd_abi_arguments_lower   any export, from a host struct; or, for speed,
 *   wd_abi_batch_place       a batch alone, to be filled in place
 *   (the call)
 *   wd_abi_result_lift       copies the result, as bind's; or
 *   wd_abi_result_view       + wd_abi_batch_view: looks at it in place
 *   (function->post_name is called once, after success and error alike)
 *
 * `guest` may belong to one thread at a time. Addresses that views hand out
 * end with the next call into the guest, `cabi_post_…` included.
 */
#ifndef WD_ABI_EXPORT_H
#define WD_ABI_EXPORT_H

#include <wasmtime/val.h>

#include "abi/guest.h"
#include "abi/wd_wire.gen.h"

/* args: the export's struct wd_abi_…_args. Writes as many values as the core
 * signature has parameters. The guest owns what was allocated. */
enum wd_status
wd_abi_arguments_lower(const struct wd_abi_function *function,
                       const struct wd_abi_guest *guest,
                       struct wd_arena *scratch, const void *args,
                       wasmtime_val_raw_t *values, struct wd_error *error);

/* Allocates a batch of this shape in the guest and writes its nodes and the
 * list of its buffers; bytes between a buffer's size and its last word are
 * zeroed. `pairs` (shape->buffer_count) is scratch; `parameter` names the
 * batch in messages. *out_places, when not NULL, are filled with the buffers'
 * addresses (NULL for empty ones), good until guest code runs again: place
 * all batches of a call first, then wd_abi_batch_places for each but the
 * last, then fill. */
enum wd_status
wd_abi_batch_place(const struct wd_abi_function *function,
                   const struct wd_abi_guest *guest, const char *parameter,
                   const struct wd_shape *shape, struct wd_wire_list *pairs,
                   struct wd_wire_batch *out_batch, uint8_t **out_places,
                   struct wd_error *error);

/* The addresses, again, of buffers that wd_abi_batch_place placed. */
enum wd_status
wd_abi_batch_places(const struct wd_abi_function *function,
                    const struct wd_abi_guest *guest, const char *parameter,
                    const struct wd_shape *shape,
                    const struct wd_wire_list *pairs, uint8_t **out_places,
                    struct wd_error *error);

/* Checks and copies a result: to `out`, the host form of function->result
 * (may be NULL when it gives nothing), lists and strings to the arena.
 * WD_LAMBDA_FAILED with the program's own message when it returned an error,
 * or naming what is malformed. */
enum wd_status
wd_abi_result_lift(const struct wd_abi_function *function,
                   const struct wd_abi_guest *guest,
                   const wasmtime_val_raw_t *values, struct wd_arena *arena,
                   void *out, struct wd_error *error);

/* Checks where the result of a fallible export lies, and for an error, as
 * above. *out_payload: the success, as struct wd_wire_… says, with nothing
 * inside of it checked. */
enum wd_status
wd_abi_result_view(const struct wd_abi_function *function,
                   const struct wd_abi_guest *guest,
                   const wasmtime_val_raw_t *values, const void **out_payload,
                   struct wd_error *error);

/* Makes a batch of the guest visible: checks nodes and buffers for bounds and
 * alignment (what is in them is wd_batch_check's part). `spans` has room for
 * `capacity` buffers, as many as the schema has; another number of buffers is
 * an error. */
enum wd_status
wd_abi_batch_view(const struct wd_abi_function *function,
                  const struct wd_abi_guest *guest,
                  const struct wd_wire_batch *wire, struct wd_span *spans,
                  uint32_t capacity, struct wd_batch *out_batch,
                  struct wd_error *error);

/* As wd_abi_batch_view for an option; *out_some false: there is none. */
enum wd_status
wd_abi_option_batch_view(const struct wd_abi_function *function,
                         const struct wd_abi_guest *guest,
                         const struct wd_wire_option_batch *wire,
                         struct wd_span *spans, uint32_t capacity,
                         bool *out_some, struct wd_batch *out_batch,
                         struct wd_error *error);

/* A list of u32 in place, such as the parents of struct
 * wd_wire_tables_lateral_rows. */
enum wd_status
wd_abi_u32_view(const struct wd_abi_function *function,
                const struct wd_abi_guest *guest,
                const struct wd_wire_list *wire, const uint32_t **out_data,
                struct wd_error *error);

#endif
