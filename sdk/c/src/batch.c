/* Batches as columns, and what getters do when it is not the plain case. */
#include <stdlib.h>

#include "internal.h"

static const int32_t no_offsets[2];

/* What is left of a batch. */
struct reader {
  const struct wire_node *node, *node_end;
  const struct wire_buffer *at, *end;
};

/* Bits, all 0, as long as the batch. */
static uint8_t *
bits_new(uint32_t length)
{
  uint8_t *bits = wd__arena_take(&wd__input, length / 8 + 1);
  memset(bits, 0, length / 8 + 1);
  return bits;
}

static bool
column_read(struct reader *r, wd_column *c)
{
  uint32_t buffers = wd__type_buffers(c->type);
  const struct wire_buffer *at = r->at;
  if (r->node == r->node_end || (uint32_t)(r->end - at) < buffers)
    return false;
  c->length = r->node->length;
  c->null_count = r->node++->null_count;
  r->at += buffers;
  c->validity = NULL;
  if (c->type == WD_NULL)
    c->validity = bits_new(c->length);
  else if (c->type != WD_UNION && c->null_count && at->words)
    c->validity = at->data;
  c->values = buffers ? at[buffers - 1].data : NULL;
  if (buffers == 3 || c->type == WD_LIST || c->type == WD_MAP)
    c->offsets = at[1].words ? at[1].data : no_offsets;
  if (c->type == WD_MAP) { /* the entries, a struct that is never null */
    if (r->node == r->node_end || r->at == r->end)
      return false;
    r->node++;
    r->at++;
  }
  for (uint32_t i = 0; i < c->child_count; i++)
    if (!column_read(r, c->children + i))
      return false;
  return true;
}

/* Where `mask` has no bit, a column is null. */
static void
nulls_add(wd_column *c, const uint8_t *mask)
{
  uint8_t *bits = bits_new(c->length);
  uint32_t valid = 0, bytes = (c->length + 7) / 8;
  for (uint32_t i = 0; i < bytes; i++) {
    bits[i] = c->validity ? mask[i] & c->validity[i] : mask[i];
    if (i + 1 == bytes && c->length % 8)
      bits[i] &= (uint8_t)((1u << c->length % 8) - 1);
    valid += (uint32_t)__builtin_popcount(bits[i]);
  }
  c->validity = bits;
  c->null_count = c->length - valid;
}

/* Fields are null where their struct is, and a union where its member is. */
static void
column_settle(wd_column *c)
{
  for (uint32_t i = 0; i < c->child_count; i++) {
    if (c->type == WD_STRUCT && c->validity)
      nulls_add(c->children + i, c->validity);
    column_settle(c->children + i);
  }
  if (c->type != WD_UNION)
    return;
  uint8_t *bits = bits_new(c->length);
  const uint8_t *members = c->values;
  for (uint32_t i = 0; i < c->length; i++)
    bits[i / 8] |= (uint8_t)(!wd__null(c->children + members[i], i) << i % 8);
  nulls_add(c, bits);
}

bool
wd__batch_decode(const struct wire_batch *batch, wd_column *columns,
                 uint32_t count, struct wd__fault *fault)
{
  struct reader r = {batch->nodes, batch->nodes + batch->node_count,
                     batch->buffers, batch->buffers + batch->buffer_count};
  uint32_t i = 0;
  while (i < count && column_read(&r, columns + i))
    i++;
  if (i < count || r.node != r.node_end || r.at != r.end)
    return wd__fault(fault, WD_INTERNAL,
                     "the host passed a batch of %u nodes and %u buffers where "
                     "one of %u columns was bound",
                     batch->node_count, batch->buffer_count, count);
  for (i = 0; i < count; i++)
    if (columns[i].child_count)
      column_settle(columns + i);
  return true;
}

void
wd__no_column(const wd_row *row, uint32_t column)
{
  wd_fail("there is no column %u: the rows have %u columns", column,
          row->count);
}

/* Positions that were found, by the addresses of columns and name. What is in
 * it is checked again, so that it may be as stale as it likes. */
static struct {
  const wd_column *columns;
  const char *name;
  uint32_t column;
} found[64];

uint32_t
wd_find(const wd_row *row, const char *name)
{
  uintptr_t key = (uintptr_t)row->columns >> 4 ^ (uintptr_t)name;
  size_t slot = (key ^ key >> 6) % (sizeof found / sizeof *found);
  uint32_t column = found[slot].column;
  if (found[slot].columns == row->columns && found[slot].name == name &&
      column < row->count && strcmp(row->columns[column].name, name) == 0)
    return column;
  for (column = 0; column < row->count; column++)
    if (strcmp(row->columns[column].name, name) == 0) {
      found[slot].columns = row->columns;
      found[slot].name = name;
      found[slot].column = column;
      return column;
    }
  struct wd__listed there_are = {0};
  for (column = 0; column < row->count; column++)
    wd__list(&there_are, row->columns[column].name, row->columns[column].type);
  wd_fail("there is no column '%s' in the rows; there are: %s", name,
          there_are.text);
}

static int64_t
integer_at(const wd_column *c, uint32_t i)
{
  switch (c->type) {
  case WD_I8:
    return ((const int8_t *)c->values)[i];
  case WD_I16:
    return ((const int16_t *)c->values)[i];
  case WD_I32:
    return ((const int32_t *)c->values)[i];
  case WD_U8:
    return ((const uint8_t *)c->values)[i];
  case WD_U16:
    return ((const uint16_t *)c->values)[i];
  case WD_TIME32:
    return ((const int32_t *)c->values)[i];
  default:
    return ((const uint32_t *)c->values)[i];
  }
}

/* Whether every value of an integer type is one of another. */
static bool
widens(enum wd_type from, enum wd_type to)
{
  bool from_signed = from >= WD_I8 && from <= WD_I64;
  bool from_unsigned = from >= WD_U8 && from <= WD_U64;
  uint32_t width = wd__type_width(from);
  if (to == WD_TIME)
    return from == WD_TIME32;
  if (to >= WD_I8 && to <= WD_I64)
    return (from_signed || from_unsigned) && width < wd__type_width(to);
  return to >= WD_U8 && to <= WD_U64 && from_unsigned &&
         width < wd__type_width(to);
}

int64_t
wd__get_integer(const wd_row *row, uint32_t column, enum wd_type type)
{
  const wd_column *c = row->columns + column;
  if (column >= row->count || !widens(c->type, type))
    wd__type_error(row->columns, row->count, column, type);
  return wd__null(c, row->index) ? 0 : integer_at(c, row->index);
}

double
wd__get_real(const wd_row *row, uint32_t column, enum wd_type type)
{
  const wd_column *c = row->columns + column;
  uint32_t exact = type == WD_F64 ? 4 : 2;
  bool integer = column < row->count && c->type >= WD_I8 && c->type <= WD_U64 &&
                 wd__type_width(c->type) <= exact;
  bool real = column < row->count && c->type == WD_F32 && type == WD_F64;
  if (!integer && !real)
    wd__type_error(row->columns, row->count, column, type);
  if (wd__null(c, row->index))
    return 0;
  return real ? (double)((const float *)c->values)[row->index]
              : (double)integer_at(c, row->index);
}

char *
wd_str_copy(wd_str s)
{
  char *text = wd__new(s.size + 1);
  memcpy(text, s.data, s.size);
  return text;
}

/* Civil days: Howard Hinnant's days_from_civil,
 * https://howardhinnant.github.io/date_algorithms.html */
int32_t
wd_date(int year, unsigned month, unsigned day)
{
  int y = year - (month <= 2);
  int era = (y >= 0 ? y : y - 399) / 400;
  unsigned of_era = (unsigned)(y - era * 400);
  unsigned of_year =
      (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  unsigned days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
  return era * 146097 + (int32_t)days - 719468;
}

void
wd_date_split(int32_t date, int *out_year, unsigned *out_month,
              unsigned *out_day)
{
  int32_t z = date + 719468;
  int32_t era = (z >= 0 ? z : z - 146096) / 146097;
  unsigned days = (unsigned)(z - era * 146097);
  unsigned y = (days - days / 1460 + days / 36524 - days / 146096) / 365;
  unsigned of_year = days - (365 * y + y / 4 - y / 100);
  unsigned m = (5 * of_year + 2) / 153;
  *out_day = of_year - (153 * m + 2) / 5 + 1;
  *out_month = m < 10 ? m + 3 : m - 9;
  *out_year = (int)y + era * 400 + (*out_month <= 2);
}
