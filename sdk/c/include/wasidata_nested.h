/* Lists, structs, maps, unions, enumerations: how rows hold them. Included by
 * wasidata.h.
 *
 * Reading needs no other getters than those of rows: a struct is a row of its
 * fields, an element of a list is a row of one column, an entry of a map a row
 * of two, key and value; to any depth.
 *
 *   wd_list tags = wd_get_list(row, 1);
 *   for (uint32_t i = 0; i < tags.size; i++) {
 *     wd_row tag = wd_list_at(tags, i);
 *     puts(wd_is_null(&tag, 0) ? "nothing" : "something");
 *   }
 *   wd_row place = wd_get_struct(row, 2);
 *   double north = wd_get_f64_by(&place, "north");
 *
 * Writing likewise: the elements of a list are rows that are emitted, the
 * fields of a struct are the columns of a row.
 *
 *   wd_rows *tags = wd_set_list(out, 1);
 *   wd_set_text(tags, 0, "first");
 *   wd_emit(tags);
 *   wd_rows *place = wd_set_struct(out, 2);
 *   wd_set_f64(place, 0, 52.5);
 *
 * Nothing is allocated for a value. What is read lives as long as the row; the
 * wd_rows of a column stays the same and is the program's until the row of
 * `out` is emitted or the column is set again.
 *
 * A null list or map reads as empty, a null struct as a row of nulls;
 * wd_is_null tells. Another type, or an index out of range, fails the lambda.
 */
#ifndef WASIDATA_NESTED_H
#define WASIDATA_NESTED_H

/* ---- Reading */

/* The elements of one list, or the entries of one map. */
typedef struct wd_list {
  const wd_column *columns; /* one (item), or two (key, value) */
  uint32_t column_count;
  uint32_t first; /* the place of the first in the columns */
  uint32_t size;
} wd_list;

_Noreturn void
wd__index_error(uint32_t index, uint32_t size);

/* Of a list, a fixed list or a map. */
static inline wd_list
wd_get_list(const wd_row *row, uint32_t column)
{
  const wd_column *c = row->columns + column;
  if (!WD__LIKELY(column < row->count &&
                  (c->type == WD_LIST || c->type == WD_MAP ||
                   c->type == WD_FIXED_LIST)))
    wd__type_error(row->columns, row->count, column, WD_LIST);
  wd_list list = {c->children, c->child_count, 0, 0};
  if (wd__null(c, row->index))
    return list;
  if (c->type == WD_FIXED_LIST) {
    list.first = row->index * c->width;
    list.size = c->width;
  } else {
    list.first = (uint32_t)c->offsets[row->index];
    list.size = (uint32_t)c->offsets[row->index + 1] - list.first;
  }
  return list;
}

static inline wd_row
wd_list_at(wd_list list, uint32_t index)
{
  if (!WD__LIKELY(index < list.size))
    wd__index_error(index, list.size);
  wd_row row = {list.columns, list.column_count, list.first + index};
  return row;
}

/* The entry of a key of a map of strings; false when there is none. Of equal
 * keys the first. */
bool
wd_map_find(wd_list map, wd_str key, wd_row *out_entry);

/* The fields of a struct; the members of a union, of which only the one that
 * wd_get_member tells means something. */
static inline wd_row
wd_get_struct(const wd_row *row, uint32_t column)
{
  const wd_column *c = row->columns + column;
  if (!WD__LIKELY(column < row->count &&
                  (c->type == WD_STRUCT || c->type == WD_UNION)))
    wd__type_error(row->columns, row->count, column, WD_STRUCT);
  wd_row fields = {c->children, c->child_count, row->index};
  return fields;
}

/* Which member a union's value is. A union is null where that is. */
uint32_t
wd_get_member(const wd_row *row, uint32_t column);

/* The index of an enumeration's word; 0 for null. */
uint32_t
wd_get_enum(const wd_row *row, uint32_t column);

static inline wd_list
wd_get_list_by(const wd_row *row, const char *column)
{
  return wd_get_list(row, wd_find(row, column));
}

static inline wd_row
wd_get_struct_by(const wd_row *row, const char *column)
{
  return wd_get_struct(row, wd_find(row, column));
}

/* By the batch: what is inside of a column, as a batch of columns for wd_in_….
 * Of a struct or union: its fields, as many rows as `batch` has. Of a list or
 * map: the elements of all rows, one after the other; those of row i are from
 * wd_in_offsets(batch, column)[i] to [i + 1] (of a fixed list: from i times its
 * width). What lies under nulls of fixed lists means nothing. */
wd_batch
wd_in_children(const wd_batch *batch, uint32_t column);

const int32_t *
wd_in_offsets(const wd_batch *batch, uint32_t column);

/* ---- Writing */

/* Makes the column an empty list or map, and returns the rows of its elements
 * (column 0) or entries (columns 0, 1): set and wd_emit each. A fixed list
 * wants exactly as many as it has. */
wd_rows *
wd_set_list(wd_rows *rows, uint32_t column);

/* Makes the column a struct of nulls, and returns the row of its fields: set
 * them, do not emit. */
wd_rows *
wd_set_struct(wd_rows *rows, uint32_t column);

/* Makes the column a union's member, null; set column `member` of what it
 * returns, do not emit. */
wd_rows *
wd_set_union(wd_rows *rows, uint32_t column, uint32_t member);

void
wd_set_enum(wd_rows *rows, uint32_t column, uint32_t index);

/* By the batch, as wd_out_… of wasidata.h: a nested column is written whole, by
 * what is inside of it, before any row is emitted; wd_out_valid may follow.
 *
 *   int32_t *offsets = wd_out_offsets(out, 1);
 *   ... wd_size(out) + 1 of them, from 0 and rising
 *   wd_rows *items = wd_out_children(out, 1, (uint32_t)offsets[wd_size(out)]);
 *   int64_t *values = wd_out_i64(items, 0);
 *
 * The rows of wd_out_children are of a known number, as a map_batch's: columns
 * of numbers by wd_out_…, strings by wd_set_str and wd_emit row by row, after
 * the others; nested ones in turn. */

/* Where the elements of each row of a list or map begin, and the last end. */
int32_t *
wd_out_offsets(wd_rows *rows, uint32_t column);

/* What is inside: `size` elements or entries of all rows; of a struct or union
 * as many fields as wd_size(rows), of a fixed list its width times that. Of a
 * list or map after wd_out_offsets. */
wd_rows *
wd_out_children(wd_rows *rows, uint32_t column, uint32_t size);

/* Which member a union's value is, a byte per row. */
uint8_t *
wd_out_members(wd_rows *rows, uint32_t column);

#endif
