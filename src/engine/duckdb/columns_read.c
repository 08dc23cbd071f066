/* Arrow buffers to DuckDB vectors. */
#include <string.h>

#include "engine/duckdb/columns.h"
#include "engine/duckdb/converted.h"
#include "engine/duckdb/decimals.h"
#include "engine/duckdb/nested.h"
#include "engine/duckdb/strings.h"

static void
read_validity(const uint8_t *bits, uint32_t from, uint32_t to,
              duckdb_vector vector, idx_t at)
{
  uint64_t *validity;

  duckdb_vector_ensure_validity_writable(vector);
  validity = duckdb_vector_get_validity(vector);
  for (uint32_t i = from; i < to; i++) {
    /* Eight valid rows at once: nulls are few. */
    if ((i & 7) == 0 && to - i >= 8 && bits[i >> 3] == 0xff) {
      i += 7;
      continue;
    }
    if (!wd_bit(bits, i)) {
      idx_t row = at + (i - from);

      validity[row >> 6] &= ~((uint64_t)1 << (row & 63));
    }
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

static void
read_decimals(const struct wd_type *type, const uint8_t *data, uint32_t from,
              uint32_t to, void *out, idx_t at)
{
  for (uint32_t i = from; i < to; i++) {
    wd_int128 value;

    memcpy(&value, data + i * sizeof value, sizeof value);
    wd_duck_decimal_put(out, type->precision, at++, value);
  }
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
