/* Arrow arrays in forms that we do not carry, as ones that we do: offsets of 64
 * bits, and values that stand in a dictionary. For the reader of IPC. */
#ifndef WD_ARROW_IPC_PLAIN_H
#define WD_ARROW_IPC_PLAIN_H

#include "arrow/batch.h"
#include "arrow/fields.h"
#include "nanoarrow/nanoarrow.h"

/* The format of the values of a field, as it is carried; another form's is as
 * it is. WD_UNSUPPORTED for dictionaries of nested values. */
enum wd_status
wd__ipc_format(const struct ArrowSchema *field, const char **out_format,
               struct wd_error *error);

/* Whether an array must be written out in another form. */
bool
wd__ipc_is_foreign(const struct ArrowArrayView *view);

/* Writes one level of such an array, in the arena: its nulls, and the buffers
 * that its carried form has. Indices and offsets are checked; what the values
 * are is not. */
enum wd_status
wd__ipc_plain(struct wd_arena *arena, const struct ArrowArrayView *view,
              struct wd_node *out_node, struct wd_span *out_buffers,
              struct wd_error *error);

#endif
