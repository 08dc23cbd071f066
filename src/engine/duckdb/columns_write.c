/* DuckDB vectors to Arrow buffers. */
#include <string.h>

#include "arrow/decimal.h"
#include "engine/duckdb/columns.h"
#include "engine/duckdb/converted.h"
#include "engine/duckdb/strings.h"

/* The 64 bits from row `from + 64 * word` on; bits at `to` and later are 0. */
static uint64_t
validity_word(const uint64_t *validity, idx_t from, idx_t to, idx_t word)
{
  idx_t row = from + 64 * word;
  unsigned shift = row & 63;
  uint64_t bits = validity[row >> 6] >> shift;

  if (shift && row + 64 - shift < to)
    bits |= validity[(row >> 6) + 1] << (64 - shift);
  if (to - row < 64)
    bits &= ((uint64_t)1 << (to - row)) - 1;
  return bits;
}

uint32_t
wd_duck_null_count(const uint64_t *validity, idx_t from, idx_t to)
{
  uint64_t valid = 0;

  if (!validity)
    return 0;
  for (idx_t word = 0; from + 64 * word < to; word++)
    valid +=
        (uint64_t)__builtin_popcountll(validity_word(validity, from, to, word));
  return (uint32_t)(to - from - valid);
}

/* The length of the first member serves inlined and other strings alike. */
static uint64_t
strings_size(const struct wd_duck_column *column, idx_t from, idx_t to,
             bool nulls)
{
  const duckdb_string_t *strings = column->data;
  uint64_t total = 0;

  if (!nulls) {
    for (idx_t i = from; i < to; i++)
      total += strings[i].value.inlined.length;
    return total;
  }
  for (idx_t i = from; i < to; i++)
    if (wd_duck_is_valid(column->validity, i))
      total += strings[i].value.inlined.length;
  return total;
}

void
wd_duck_column_shape(const struct wd_duck_column *column, idx_t from, idx_t to,
                     struct wd_node *node, uint64_t *sizes)
{
  idx_t rows = to - from;

  node->length = (uint32_t)rows;
  if (column->type->id == WD_TYPE_NULL) {
    node->null_count = (uint32_t)rows;
    return;
  }
  node->null_count = wd_duck_null_count(column->validity, from, to);
  sizes[0] = node->null_count ? (rows + 7) / 8 : 0;
  switch (column->type->id) {
  case WD_TYPE_BOOL:
    sizes[1] = (rows + 7) / 8;
    break;
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    sizes[1] = (rows + 1) * sizeof(int32_t);
    sizes[2] = strings_size(column, from, to, node->null_count > 0);
    break;
  case WD_TYPE_INTERVAL:
    sizes[1] = wd_duck_converted_fits(column, from, to)
                   ? rows * wd_type_width(column->type)
                   : WD_DUCK_NO_FIT;
    break;
  default:
    sizes[1] = rows * wd_type_width(column->type);
  }
}

void
wd_duck_validity_write(const uint64_t *validity, idx_t from, idx_t to,
                       uint8_t *place)
{
  for (idx_t word = 0; from + 64 * word < to; word++) {
    uint64_t bits = validity_word(validity, from, to, word);

    memcpy(place + 8 * word, &bits, sizeof bits);
  }
}

static void
write_bits(const uint8_t *values, idx_t rows, uint8_t *place)
{
  idx_t row = 0;

  /* Eight bytes of 0 or 1 are one byte of bits: the multiplication moves bit 0
   * of byte i to bit i of the top byte. */
  for (; row + 8 <= rows; row += 8) {
    uint64_t eight;

    memcpy(&eight, values + row, sizeof eight);
    eight &= 0x0101010101010101u;
    place[row / 8] = (uint8_t)(eight * 0x0102040810204080u >> 56);
  }
  if (row < rows) {
    uint8_t bits = 0;

    for (idx_t i = row; i < rows; i++)
      bits |= (uint8_t)((values[i] & 1) << (i - row));
    place[row / 8] = bits;
  }
}

/* A string that is not longer than WD_DUCK_INLINED is copied by its whole 12
 * bytes while the place has room for them; the next one overwrites the rest. */
static uint32_t
write_string(const duckdb_string_t *string, uint8_t *data, uint64_t room)
{
  uint32_t length = string->value.inlined.length;

  if (length > WD_DUCK_INLINED)
    memcpy(data, string->value.pointer.ptr, length);
  else if (room >= WD_DUCK_INLINED)
    memcpy(data, string->value.inlined.inlined, WD_DUCK_INLINED);
  else
    memcpy(data, string->value.inlined.inlined, length);
  return length;
}

static void
write_strings(const struct wd_duck_column *column, idx_t from, idx_t to,
              bool nulls, uint64_t size, uint8_t *const *places)
{
  const duckdb_string_t *strings = column->data;
  int32_t *offsets = (void *)places[1];
  uint8_t *data = places[2];
  uint32_t used = 0;

  *offsets++ = 0;
  for (idx_t i = from; i < to; i++) {
    if (!nulls || wd_duck_is_valid(column->validity, i)) {
      if (size > used)
        used += write_string(&strings[i], data + used, size - used);
    }
    *offsets++ = (int32_t)used;
  }
}

/* Sign-extends; by memcpy, since places are aligned to 8, not to 16. */
static void
write_decimal(int64_t value, uint8_t *place)
{
  int64_t halves[2] = {value, value >> 63};

  memcpy(place, halves, sizeof halves);
}

/* A loop for each width that decimals have in vectors. */
static void
write_decimals(const struct wd_duck_column *column, idx_t from, idx_t to,
               uint8_t *place)
{
  enum { WIDE = sizeof(wd_int128) };
  uint8_t precision = column->type->precision;
  const void *data = column->data;

  if (precision > 18)
    memcpy(place, (const uint8_t *)data + from * WIDE, (to - from) * WIDE);
  else if (precision > 9)
    for (idx_t i = from; i < to; i++, place += WIDE)
      write_decimal(((const int64_t *)data)[i], place);
  else if (precision > 4)
    for (idx_t i = from; i < to; i++, place += WIDE)
      write_decimal(((const int32_t *)data)[i], place);
  else
    for (idx_t i = from; i < to; i++, place += WIDE)
      write_decimal(((const int16_t *)data)[i], place);
}

#define CLEAR_CASE(width)                                                      \
  case width:                                                                  \
    memset(place + row * (width), 0, (width));                                 \
    break

static void
clear_value(uint8_t *place, idx_t row, uint32_t width)
{
  switch (width) {
    CLEAR_CASE(1);
    CLEAR_CASE(2);
    CLEAR_CASE(4);
    CLEAR_CASE(8);
    CLEAR_CASE(16);
  default:
    memset(place + row * width, 0, width);
  }
}

/* Keeps of up to 64 values those that are valid, without a branch: nulls at
 * random cannot be guessed, and one by one they cost three times as much. */
#define KEEP(type)                                                             \
  static void keep_##type(uint64_t valid, idx_t rows, uint8_t *place)          \
  {                                                                            \
    for (idx_t i = 0; i < rows; i++, place += sizeof(type)) {                  \
      type value;                                                              \
                                                                               \
      memcpy(&value, place, sizeof value);                                     \
      value &= (type)(0 - (valid >> i & 1));                                   \
      memcpy(place, &value, sizeof value);                                     \
    }                                                                          \
  }
KEEP(uint32_t)
KEEP(uint64_t)

static void
clear_word(uint8_t *place, uint64_t valid, idx_t rows, uint32_t width,
           bool many)
{
  uint64_t nulls = ~valid & (rows < 64 ? ((uint64_t)1 << rows) - 1 : ~0ull);

  if (many && width == sizeof(uint64_t)) {
    keep_uint64_t(valid, rows, place);
    return;
  }
  if (many && width == sizeof(uint32_t)) {
    keep_uint32_t(valid, rows, place);
    return;
  }
  for (; nulls; nulls &= nulls - 1)
    clear_value(place, (idx_t)__builtin_ctzll(nulls), width);
}

/* What a vector has below nulls is whatever was in that memory before: not for
 * guests, and not the same bytes twice. `many`: more than a third are null. */
static void
clear_nulls(const struct wd_duck_column *column, idx_t from, idx_t to,
            bool many, uint8_t *place)
{
  uint32_t width = wd_type_width(column->type);

  for (idx_t word = 0; from + 64 * word < to; word++) {
    uint64_t valid = validity_word(column->validity, from, to, word);
    idx_t rows = to - from - 64 * word;

    if (column->type->id != WD_TYPE_BOOL) {
      clear_word(place + 64 * word * width, valid, rows < 64 ? rows : 64, width,
                 many);
      continue;
    }
    for (idx_t byte = 0; byte < 8 && 8 * byte < rows; byte++)
      place[8 * word + byte] &= (uint8_t)(valid >> (8 * byte));
  }
}

void
wd_duck_column_write(const struct wd_duck_column *column, idx_t from, idx_t to,
                     const struct wd_node *node, const uint64_t *sizes,
                     uint8_t *const *places)
{
  uint32_t width;

  if (column->type->id == WD_TYPE_NULL)
    return;
  if (node->null_count)
    wd_duck_validity_write(column->validity, from, to, places[0]);
  switch (column->type->id) {
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    write_strings(column, from, to, node->null_count > 0, sizes[2], places);
    return;
  case WD_TYPE_BOOL:
    if (to > from)
      write_bits((const uint8_t *)column->data + from, to - from, places[1]);
    break;
  case WD_TYPE_DECIMAL:
    if (to > from)
      write_decimals(column, from, to, places[1]);
    break;
  case WD_TYPE_TIME:
  case WD_TYPE_INTERVAL:
  case WD_TYPE_FIXED_BINARY:
  case WD_TYPE_UUID:
  case WD_TYPE_ENUM:
    wd_duck_converted_write(column, from, to, places[1]);
    break;
  default:
    width = wd_type_width(column->type);
    if (to > from)
      memcpy(places[1], (const char *)column->data + from * width,
             (to - from) * width);
  }
  if (node->null_count)
    clear_nulls(column, from, to, node->null_count > (to - from) / 3,
                places[1]);
}
