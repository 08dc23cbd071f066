/* Columns: DuckDB's flat vectors and Arrow buffers, one copy either way.
 *
 * Types are storage types (types.h); vectors are flat, as the C API gives
 * them. Pure functions on what they are handed; any thread.
 */
#ifndef WD_ENGINE_DUCKDB_COLUMNS_H
#define WD_ENGINE_DUCKDB_COLUMNS_H

#include <duckdb.h>

#include "arrow/batch.h"

/* A vector to be read. What is in a nested one follows it, depth first. */
struct wd_duck_column {
  const struct wd_type *type;
  const void *data;         /* a union's: its tags */
  const uint64_t *validity; /* NULL: no nulls */
  uint32_t parts;           /* of a nested one: itself and what is in it */
};

/* Room for the shape of a batch and the vectors that fill it: in place for
 * few columns (those inside of others count too), else allocated. */
#define WD_DUCK_FRAME_COLUMNS 24

/* Rows of a chunk of DuckDB's at most (its vector size). */
#define WD_DUCK_CHUNK 2048

struct wd_duck_frame {
  const struct wd_schema *schema;
  struct wd_shape shape;
  uint8_t **places;
  struct wd_duck_column *columns;
  struct wd_mem *mem;
  void *block;
  size_t block_size;
  /* The chunk's column that each one is; NULL: they stand in their order. */
  const uint32_t *picked;
  duckdb_vector *copies; /* of nested columns that had to be put in order */
  bool nested;           /* any column is */
  bool failed;           /* no memory for one of the copies */
  struct wd_node few_nodes[WD_DUCK_FRAME_COLUMNS];
  struct wd_duck_column few_columns[WD_DUCK_FRAME_COLUMNS];
  uint64_t few_sizes[3 * WD_DUCK_FRAME_COLUMNS];
  uint8_t *few_places[3 * WD_DUCK_FRAME_COLUMNS];
};

enum wd_status
wd_duck_frame_init(struct wd_duck_frame *frame, struct wd_mem *mem,
                   const struct wd_schema *schema, struct wd_error *error);

void
wd_duck_frame_fini(struct wd_duck_frame *frame);

/* Looks at the first columns of a chunk. */
void
wd_duck_frame_read_chunk(struct wd_duck_frame *frame, duckdb_data_chunk chunk);

/* The same for the columns of a chunk from `first` on. */
void
wd_duck_frame_read_columns(struct wd_duck_frame *frame, duckdb_data_chunk chunk,
                           idx_t first);

/* Shapes a batch of the rows from `from`, at most to `to`: fewer when they
 * would have more than `limit` bytes, but at least one. WD_LIMIT_EXCEEDED for a
 * value that no batch can hold. */
enum wd_status
wd_duck_frame_cut(struct wd_duck_frame *frame, idx_t from, idx_t to,
                  uint64_t limit, idx_t *out_to, struct wd_error *error);

/* Fills the places with the rows from `from` that were shaped. */
void
wd_duck_frame_write(const struct wd_duck_frame *frame, idx_t from);

/* The first row of a chunk as a batch in an arena. */
enum wd_status
wd_duck_row_take(struct wd_mem *mem, duckdb_data_chunk chunk,
                 const struct wd_schema *schema, struct wd_arena *arena,
                 struct wd_batch *out_batch, struct wd_error *error);

/* The size of a buffer for values that Arrow's type cannot hold. */
#define WD_DUCK_NO_FIT ((uint64_t)1 << 60)

/* The parts of the two above for one column; `sizes` and `places` are the
 * column's own. */
void
wd_duck_column_shape(const struct wd_duck_column *column, idx_t from, idx_t to,
                     struct wd_node *node, uint64_t *sizes);

void
wd_duck_column_write(const struct wd_duck_column *column, idx_t from, idx_t to,
                     const struct wd_node *node, const uint64_t *sizes,
                     uint8_t *const *places);

static inline bool
wd_duck_is_valid(const uint64_t *validity, idx_t row)
{
  return !validity || (validity[row >> 6] >> (row & 63) & 1);
}

uint32_t
wd_duck_null_count(const uint64_t *validity, idx_t from, idx_t to);

/* Bits of rows [from, to), padded to words. */
void
wd_duck_validity_write(const uint64_t *validity, idx_t from, idx_t to,
                       uint8_t *place);

/* Copies the rows [from, to) of one column of a checked batch into a vector,
 * from its row `at` on. Strings share one block of the vector's heap. NaNs
 * become the one canonical NaN. The vector has room, and no nulls there. The
 * column is not nested. */
void
wd_duck_column_read(const struct wd_type *type, const struct wd_node *node,
                    const struct wd_span *buffers, uint32_t from, uint32_t to,
                    duckdb_vector vector, idx_t at);

/* The same for all columns of a batch: vectors[i] is column i, or NULL. */
void
wd_duck_batch_read(const struct wd_schema *schema, const struct wd_batch *batch,
                   uint32_t from, uint32_t to, const duckdb_vector *vectors,
                   idx_t at);

#endif
