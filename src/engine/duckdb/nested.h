/* Nested columns: vectors with vectors in them, and Arrow arrays with children.
 *
 * The functions are those of columns.h for one column at the top of which all
 * of its parts are taken, depth first, from three arrays that go along: the
 * nodes, the buffers' sizes (or spans), and the places.
 */
#ifndef WD_ENGINE_DUCKDB_NESTED_H
#define WD_ENGINE_DUCKDB_NESTED_H

#include "engine/duckdb/columns.h"

/* How many columns (nodes) and buffers a type has, its children's included. */
void
wd_duck_nested_count(const struct wd_type *type, uint32_t *io_columns,
                     uint32_t *io_buffers);

/* Sets the types of a column and of all that is in it; returns what follows. */
struct wd_duck_column *
wd_duck_nested_define(const struct wd_type *type,
                      struct wd_duck_column *columns);

/* Looks at a vector and the ones in it; returns what follows. */
struct wd_duck_column *
wd_duck_nested_view(struct wd_duck_column *columns, duckdb_vector vector);

/* Whether the elements of every list follow those of the one before, so that
 * a range of rows is a range of elements. */
bool
wd_duck_nested_in_order(const struct wd_duck_column *column, idx_t from,
                        idx_t to);

/* Where the parts of an array are. */
struct wd_duck_nested_out {
  struct wd_node *node;
  uint64_t *sizes;
  uint8_t *const *places;
};

/* What a batch of rows [from, to) needs; goes past the column's parts. The
 * column is in order. */
void
wd_duck_nested_shape(const struct wd_duck_column *column, idx_t from, idx_t to,
                     struct wd_duck_nested_out *out);

void
wd_duck_nested_write(const struct wd_duck_column *column, idx_t from, idx_t to,
                     struct wd_duck_nested_out *out);

struct wd_duck_nested_in {
  const struct wd_node *node;
  const struct wd_span *buffers;
};

/* Rows [from, to) of a checked array into a vector, from its row `at` on;
 * elements of lists are added to those that the vector has. Goes past the
 * array's parts. vector NULL: it only goes past. */
void
wd_duck_nested_read(const struct wd_type *type, struct wd_duck_nested_in *in,
                    uint32_t from, uint32_t to, duckdb_vector vector, idx_t at);

/* Makes a row null, and all that is in it, as DuckDB expects of structs. */
void
wd_duck_set_null(const struct wd_type *type, duckdb_vector vector, idx_t row);

#endif
