/* Record batches: rows as Arrow arrays, flat and in IPC order.
 *
 * A `struct wd_batch` is a view: it owns nothing, its nodes and buffers are
 * somebody's (guest memory, a `struct wd_rows`). Nodes are in the depth-first
 * order of the schema's columns; buffers likewise, wd_type_buffers of each.
 * Offsets are 32-bit and start at 0; data is little-endian; every buffer
 * begins at an address that is a multiple of 8. A validity buffer may be
 * empty when its node has no nulls, and every buffer when its node has no
 * elements (offsets too). Bits are least significant first. Buffers may be
 * longer than their node needs.
 */
#ifndef WD_ARROW_BATCH_H
#define WD_ARROW_BATCH_H

#include "arrow/type.h"

struct wd_node {
  uint32_t length;
  uint32_t null_count;
};

struct wd_span {
  const uint8_t *data;
  uint64_t size; /* bytes */
};

struct wd_batch {
  uint32_t rows;
  uint32_t node_count;
  uint32_t buffer_count;
  const struct wd_node *nodes;
  const struct wd_span *buffers;
};

/* How many nodes and buffers a batch of this schema has. */
void
wd_schema_shape(const struct wd_schema *schema, uint32_t *out_nodes,
                uint32_t *out_buffers);

/* A batch that is to be written: the sizes come first, then somebody (a
 * worker's memory, wd_rows) gives the places, then it is filled. The arrays
 * are the caller's, as long as wd_schema_shape says. */
struct wd_shape {
  uint32_t rows;
  uint32_t node_count;
  uint32_t buffer_count;
  struct wd_node *nodes;
  uint64_t *sizes; /* bytes; 0: an empty buffer, no place */
};

/* How many bytes of buffer `index` (0: the first of its own) an array of this
 * type needs; for the data of strings and binaries the last offset, so the
 * batch must be a checked one. `first` is its first buffer in the batch. */
uint64_t
wd_buffer_need(const struct wd_type *type, uint32_t length,
               const struct wd_span *first, uint32_t index);

/* Checks a batch that a guest made (its spans are in bounds already) against
 * a schema: counts, lengths, buffer sizes, alignment, null counts against
 * validity bits and against nullable, offsets from 0 and rising and inside
 * the data, UTF-8 by value, decimals within precision, dictionary indices,
 * members of unions, times within a day, intervals of whole microseconds.
 * What lies under a null is not looked at, but for its offsets; a field that
 * is not null may be null where the struct or union around it hides it.
 * rows: how many there must be, UINT32_MAX for any.
 * WD_TYPE_MISMATCH (not a batch of this schema: counts of nodes and buffers,
 * a null where none may be) or WD_LAMBDA_FAILED with column and reason. */
enum wd_status
wd_batch_check(const struct wd_schema *schema, const struct wd_batch *batch,
               uint32_t rows, struct wd_error *error);

static inline bool
wd_bit(const uint8_t *bits, uint64_t i)
{
  return bits[i >> 3] >> (i & 7) & 1;
}

/* A batch that owns its memory, in one block. */
struct wd_rows {
  struct wd_batch batch;
  struct wd_mem *mem;
  void *block;
  size_t size;
};

/* Room for a shape; *out_places (buffer_count pointers, NULL for empty ones,
 * stored in the block) are to be filled. */
enum wd_status
wd_rows_new(struct wd_mem *mem, const struct wd_shape *shape,
            struct wd_rows *out_rows, uint8_t ***out_places,
            struct wd_error *error);

/* A deep copy of a checked batch. */
enum wd_status
wd_rows_copy(struct wd_mem *mem, const struct wd_batch *batch,
             struct wd_rows *out_rows, struct wd_error *error);

/* Also for a zeroed struct; zeroes it. */
void
wd_rows_fini(struct wd_rows *rows);

/* The value of a column of a carried type as text for people: numbers in
 * shortest exact form, decimals with their scale, dates, times and timestamps
 * ISO, intervals as `1 year 2 days 03:04:05.5`, strings as they are, binary as
 * \x…, nested values as JSON (json.h). Nulls are the caller's business. */
void
wd_value_print(const struct wd_schema *schema, const struct wd_batch *batch,
               uint32_t column, uint32_t row, struct wd_buf *buf);

/* Whether the value is null. */
bool
wd_value_null(const struct wd_schema *schema, const struct wd_batch *batch,
              uint32_t column, uint32_t row);

#endif
