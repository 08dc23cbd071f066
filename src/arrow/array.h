/* Arrays: a column of a batch, and what is in it, as views.
 *
 * An array is the place of a column's node and first buffer; its children
 * follow both, depth first (batch.h). The batch is a checked one. Pure
 * functions, any thread.
 */
#ifndef WD_ARROW_ARRAY_H
#define WD_ARROW_ARRAY_H

#include "arrow/batch.h"

struct wd_array {
  const struct wd_type *type;
  const struct wd_node *node;
  const struct wd_span *buffers;
};

/* A column at the top. */
struct wd_array
wd_array_of(const struct wd_schema *schema, const struct wd_batch *batch,
            uint32_t column);

/* The first child of a nested array. */
struct wd_array
wd_array_child(const struct wd_array *array);

/* What follows an array and all that is in it: its sibling, of that type. */
struct wd_array
wd_array_next(const struct wd_array *array, const struct wd_type *type);

/* Whether the value is null; a union itself never is. */
bool
wd_array_null(const struct wd_array *array, uint32_t row);

/* The elements [*out_from, *out_to) of its child that a row of a list, a map or
 * a fixed list has. */
void
wd_array_elements(const struct wd_array *array, uint32_t row,
                  uint32_t *out_from, uint32_t *out_to);

/* The word of a row of an enumeration. */
const char *
wd_array_word(const struct wd_array *array, uint32_t row);

/* The bytes of a row of strings or binaries, also of fixed ones; never NULL. */
const uint8_t *
wd_array_bytes(const struct wd_array *array, uint32_t row,
               uint32_t *out_length);

/* A value that is not null, as wd_value_print says. */
void
wd_array_print(const struct wd_array *array, uint32_t row, struct wd_buf *buf);

#endif
