/* Arrow buffers to DuckDB vectors. */
#include <string.h>

#include "arrow/decimal.h"
#include "engine/duckdb/columns.h"
#include "engine/duckdb/converted.h"
#include "engine/duckdb/nested.h"
#include "engine/duckdb/strings.h"

/* So many bits, at most 64, of a bitmap from bit `from` on; above them there
 * may be others. */
static uint64_t
bits_at(const uint8_t *bits, uint64_t from, unsigned count)
{
  unsigned shift = from & 7, bytes = (shift + count + 7) / 8;
  uint64_t word = 0;

  bits += from >> 3;
  if (bytes < sizeof word) {
    memcpy(&word, bits, bytes);
    return word >> shift;
  }
  memcpy(&word, bits, sizeof word);
  word >>= shift;
  if (bytes > sizeof word)
    word |= (uint64_t)bits[sizeof word] << (64 - shift);
  return word;
}

/* Rows that were valid stay so where the bitmap says it: a word of the vector's
 * at a time, since a branch for each row is one that nobody can guess. */
static void
read_validity(const uint8_t *bits, uint32_t from, uint32_t to,
              duckdb_vector vector, idx_t at)
{
  uint64_t *validity;

  duckdb_vector_ensure_validity_writable(vector);
  validity = duckdb_vector_get_validity(vector);
  while (from < to) {
    unsigned shift = at & 63, count = 64 - shift;
    uint64_t others;

    if (count > to - from)
      count = to - from;
    others = ~(UINT64_MAX >> (64 - count) << shift);
    validity[at >> 6] &= bits_at(bits, from, count) << shift | others;
    from += count;
    at += count;
  }
}

static void
read_all_null(uint32_t rows, duckdb_vector vector, idx_t at)
{
  uint64_t *validity;

  duckdb_vector_ensure_validity_writable(vector);
  validity = duckdb_vector_get_validity(vector);
  for (idx_t row = at; row < at + rows; row++)
    validity[row >> 6] &= ~((uint64_t)1 << (row & 63));
  memset((uint8_t *)duckdb_vector_get_data(vector) + at, 0, rows);
}

static void
read_bits(const uint8_t *bits, uint32_t from, uint32_t to, uint8_t *out)
{
  for (uint32_t i = from; i < to; i++)
    *out++ = wd_bit(bits, i);
}

/* One copy of all bytes into the vector's heap, then the strings by hand:
 * three times faster than assigning each by the C API. */
static void
read_strings(const struct wd_span *buffers, uint32_t from, uint32_t to,
             duckdb_vector vector, idx_t at)
{
  const int32_t *offsets = (const void *)buffers[1].data;
  const uint8_t *data = buffers[2].data;
  duckdb_string_t *out = (duckdb_string_t *)duckdb_vector_get_data(vector) + at;
  const uint8_t *heap = data;
  uint32_t begin, end;

  if (from == to)
    return;
  begin = (uint32_t)offsets[from];
  end = (uint32_t)offsets[to];
  if (end - begin > WD_DUCK_INLINED) {
    duckdb_unsafe_vector_assign_string_element_len(
        vector, at, (const char *)data + begin, end - begin);
    heap = (const uint8_t *)out->value.pointer.ptr - begin;
  }
  for (uint32_t i = from; i < to; i++) {
    uint32_t start = (uint32_t)offsets[i];
    uint32_t length = (uint32_t)offsets[i + 1] - start;

    if (length > WD_DUCK_INLINED) {
      wd_duck_string_point(out++, heap + start, length);
    } else if (buffers[2].size - start >= WD_DUCK_INLINED) {
      wd_duck_string_inline(out++, data + start, length);
    } else {
      uint8_t padded[16] = {0};

      if (length)
        memcpy(padded, data + start, length);
      wd_duck_string_inline(out++, padded, length);
    }
  }
}

/* A loop for each width that decimals have in vectors: the low bytes. */
static void
read_decimals(const struct wd_type *type, const uint8_t *data, uint32_t from,
              uint32_t to, uint8_t *out, idx_t at)
{
  enum { WIDE = sizeof(wd_int128) };
  uint32_t rows = to - from;

  data += (size_t)from * WIDE;
  if (type->precision > 18)
    memcpy(out + at * WIDE, data, (size_t)rows * WIDE);
  else if (type->precision > 9)
    for (uint32_t i = 0; i < rows; i++)
      memcpy(out + (at + i) * 8, data + (size_t)i * WIDE, 8);
  else if (type->precision > 4)
    for (uint32_t i = 0; i < rows; i++)
      memcpy(out + (at + i) * 4, data + (size_t)i * WIDE, 4);
  else
    for (uint32_t i = 0; i < rows; i++)
      memcpy(out + (at + i) * 2, data + (size_t)i * WIDE, 2);
}

static void
read_f32(const float *values, uint32_t rows, float *out)
{
  for (uint32_t i = 0; i < rows; i++)
    out[i] = values[i] == values[i] ? values[i] : __builtin_nanf("");
}

static void
read_f64(const double *values, uint32_t rows, double *out)
{
  for (uint32_t i = 0; i < rows; i++)
    out[i] = values[i] == values[i] ? values[i] : __builtin_nan("");
}

/* A null in a batch may have any bytes below it; a decimal out of range there
 * would stay in the vector, where nobody looks at it. */
static void
read_values(const struct wd_type *type, const struct wd_span *buffers,
            uint32_t from, uint32_t to, duckdb_vector vector, idx_t at)
{
  const uint8_t *data = buffers[1].data;
  uint8_t *out = duckdb_vector_get_data(vector);
  uint32_t width = wd_type_width(type);

  switch (type->id) {
  case WD_TYPE_BOOL:
    read_bits(data, from, to, out + at);
    break;
  case WD_TYPE_F32:
    read_f32((const float *)(const void *)data + from, to - from,
             (float *)(void *)out + at);
    break;
  case WD_TYPE_F64:
    read_f64((const double *)(const void *)data + from, to - from,
             (double *)(void *)out + at);
    break;
  case WD_TYPE_DECIMAL:
    read_decimals(type, data, from, to, out, at);
    break;
  case WD_TYPE_TIME:
  case WD_TYPE_INTERVAL:
  case WD_TYPE_FIXED_BINARY:
  case WD_TYPE_UUID:
  case WD_TYPE_ENUM:
    wd_duck_converted_read(type, data, from, to, vector, at);
    break;
  default:
    memcpy(out + at * width, data + (size_t)from * width,
           (size_t)(to - from) * width);
  }
}

void
wd_duck_column_read(const struct wd_type *type, const struct wd_node *node,
                    const struct wd_span *buffers, uint32_t from, uint32_t to,
                    duckdb_vector vector, idx_t at)
{
  if (from == to)
    return;
  if (type->id == WD_TYPE_NULL) {
    read_all_null(to - from, vector, at);
    return;
  }
  if (node->null_count && buffers[0].size)
    read_validity(buffers[0].data, from, to, vector, at);
  if (type->id == WD_TYPE_STRING || type->id == WD_TYPE_BINARY)
    read_strings(buffers, from, to, vector, at);
  else
    read_values(type, buffers, from, to, vector, at);
}

void
wd_duck_batch_read(const struct wd_schema *schema, const struct wd_batch *batch,
                   uint32_t from, uint32_t to, const duckdb_vector *vectors,
                   idx_t at)
{
  const struct wd_node *node = batch->nodes;
  const struct wd_span *buffers = batch->buffers;

  for (uint32_t i = 0; i < schema->count; i++) {
    const struct wd_type *type = &schema->columns[i].type;

    if (wd_type_is_nested(type)) {
      struct wd_duck_nested_in in = {node, buffers};

      wd_duck_nested_read(type, &in, from, to, vectors[i], at);
      node = in.node;
      buffers = in.buffers;
      continue;
    }
    if (vectors[i])
      wd_duck_column_read(type, node, buffers, from, to, vectors[i], at);
    node++;
    buffers += wd_type_buffers(type);
  }
}
