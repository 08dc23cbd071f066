/* Whether a batch is what its schema says. This runs for every batch: loops
 * over values have no branches and find only that something is wrong; what it
 * is, a second loop looks for. */
#include "arrow/batch.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "arrow/decimal.h"
#include "base/utf8.h"

/* Nulls of type null take no bytes in a batch but some in an engine. */
#define NULLS_MAX ((uint64_t)1 << 24)

/* The column that is being checked, and what it is inside of. */
struct level {
  const struct wd_column *column;
  const struct level *up; /* NULL: at the top */
};

struct check {
  const struct wd_batch *batch;
  uint32_t node;   /* the next one */
  uint32_t buffer; /* the next one */
  const struct level *level;
  struct wd_error *error;
};

/* An array that is being checked. */
struct array {
  const struct wd_type *type;
  uint64_t length;
  uint64_t null_count;
  const uint8_t *validity; /* NULL: no nulls */
};

/* Which elements of a child its parent shows: what it hides may be null though
 * it is declared not to be. */
struct shown {
  const uint8_t *validity; /* of the parent; NULL: all of them */
  uint32_t width;          /* elements of each: of a fixed list, else 1 */
  const uint8_t *ids;      /* of a union, whose member `id` it is; or NULL */
  uint8_t id;
};

static enum wd_status
check_array(struct check *check, const struct wd_column *column, uint64_t least,
            uint64_t most, const struct shown *shown);

/* Names from the top down, with points between them; cut when it is long. */
static size_t
path_print(const struct level *level, char *to, size_t size)
{
  size_t used = level->up ? path_print(level->up, to, size) : 0;
  int more = snprintf(to + used, size - used, "%s%s", level->up ? "." : "",
                      level->column->name);

  return more < 0 || used + (size_t)more >= size ? size - 1
                                                 : used + (size_t)more;
}

__attribute__((format(printf, 3, 4), cold)) static enum wd_status
bad(const struct check *check, enum wd_status status, const char *format, ...)
{
  char path[256], name[256], reason[256];
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(reason, sizeof reason, format, arguments);
  va_end(arguments);
  wd_text_clean(name, sizeof name, path,
                path_print(check->level, path, sizeof path));
  return wd_fail(check->error, status, "bad batch: column '%s': %s", name,
                 reason);
}

#define PRINTED(x) ((unsigned long long)(x))

/* Takes the next buffer, which must have `need` bytes. */
static enum wd_status
next_buffer(struct check *check, uint64_t need, const char *what,
            const uint8_t **out_data)
{
  const struct wd_span *span = &check->batch->buffers[check->buffer++];

  *out_data = span->data;
  if (span->size < need)
    return bad(check, WD_LAMBDA_FAILED,
               "its %s buffer has %llu bytes, %llu are needed", what,
               PRINTED(span->size), PRINTED(need));
  if (span->size && ((uintptr_t)span->data & 7) != 0)
    return bad(check, WD_LAMBDA_FAILED,
               "its %s buffer is not aligned to 8 bytes", what);
  return WD_OK;
}

static uint64_t
word_at(const uint8_t *bytes, uint64_t i)
{
  uint64_t word;

  memcpy(&word, bytes + i * 8, sizeof word);
  return word;
}

/* The last bits, fewer than 64, of a bitmap. */
static uint64_t
tail_word(const uint8_t *bits, uint64_t length)
{
  uint64_t word = 0;

  memcpy(&word, bits + length / 64 * 8, (length % 64 + 7) / 8);
  return word & ((UINT64_C(1) << length % 64) - 1);
}

static uint64_t
count_bits(uint64_t word)
{
  word -= word >> 1 & 0x5555555555555555u;
  word = (word & 0x3333333333333333u) + (word >> 2 & 0x3333333333333333u);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fu;
  return word * 0x0101010101010101u >> 56;
}

static uint64_t
count_set(const uint8_t *bits, uint64_t length)
{
  uint64_t all = UINT64_MAX, set = 0;

  for (uint64_t i = 0; i < length / 64; i++)
    all &= word_at(bits, i);
  if (all == UINT64_MAX)
    set = length / 64 * 64;
  else
    for (uint64_t i = 0; i < length / 64; i++)
      set += count_bits(word_at(bits, i));
  return length % 64 ? set + count_bits(tail_word(bits, length)) : set;
}

static enum wd_status
check_validity(struct check *check, struct array *array)
{
  const struct wd_span *span = &check->batch->buffers[check->buffer];
  uint64_t set;
  enum wd_status status;

  if (span->size == 0 && array->null_count == 0) {
    check->buffer++;
    return WD_OK;
  }
  status =
      next_buffer(check, (array->length + 7) / 8, "validity", &array->validity);
  if (status != WD_OK)
    return status;
  set = count_set(array->validity, array->length);
  if (array->length - set != array->null_count)
    return bad(check, WD_LAMBDA_FAILED,
               "its node says %llu nulls, its validity buffer %llu",
               PRINTED(array->null_count), PRINTED(array->length - set));
  if (array->null_count == 0)
    array->validity = NULL;
  return WD_OK;
}

/* Whether none falls or passes INT32_MAX: with all values and all differences
 * non-negative, none of the latter overflowed. The inner loop's fixed length
 * lets compilers use vectors at -O2. */
static bool
offsets_rise(const uint32_t *offsets, uint64_t length)
{
  uint32_t wrong[16] = {0};
  uint64_t i = 0;

  for (; i + 16 <= length; i += 16) {
    const uint32_t *at = offsets + i;

    for (int k = 0; k < 16; k++)
      wrong[k] |= at[k + 1] | (at[k + 1] - at[k]);
  }
  for (; i < length; i++)
    wrong[0] |= offsets[i + 1] | (offsets[i + 1] - offsets[i]);
  for (int k = 1; k < 16; k++)
    wrong[0] |= wrong[k];
  return wrong[0] >> 31 == 0;
}

static enum wd_status
check_offsets(struct check *check, const struct array *array,
              const uint32_t **out_offsets, uint32_t *out_end)
{
  const uint64_t length = array->length;
  const uint8_t *data;
  const uint32_t *offsets;
  enum wd_status status;

  *out_end = 0;
  if (length == 0 && check->batch->buffers[check->buffer].size == 0) {
    *out_offsets = NULL;
    check->buffer++;
    return WD_OK;
  }
  status = next_buffer(check, (length + 1) * 4, "offsets", &data);
  if (status != WD_OK)
    return status;
  offsets = (const uint32_t *)(const void *)data;
  if (offsets[0] != 0)
    return bad(check, WD_LAMBDA_FAILED, "its offsets begin at %u, not at 0",
               offsets[0]);
  if (!offsets_rise(offsets, length)) {
    uint64_t i = 0;

    while (offsets[i + 1] >= offsets[i] && offsets[i + 1] <= INT32_MAX)
      i++;
    return bad(check, WD_LAMBDA_FAILED,
               "its offsets fall or pass 2^31 after row %llu: %u, then %u",
               PRINTED(i), offsets[i], offsets[i + 1]);
  }
  *out_offsets = offsets;
  *out_end = offsets[length];
  return WD_OK;
}

static bool
is_null(const struct array *array, uint64_t i)
{
  return array->validity && !wd_bit(array->validity, i);
}

/* The text as a whole is valid: no value may begin inside a character. */
static bool
none_begins_inside(const uint8_t *data, const uint32_t *offsets,
                   uint64_t length, uint32_t end)
{
  bool inside = false;

  while (length && offsets[length - 1] == end)
    length--;
  for (uint64_t i = 0; i < length; i++)
    inside |= (data[offsets[i]] & 0xc0) == 0x80;
  return !inside;
}

static enum wd_status
check_utf8(struct check *check, const struct array *array, const uint8_t *data,
           const uint32_t *offsets, uint32_t end)
{
  if (wd_ascii_valid(data, end) ||
      (wd_utf8_valid(data, end) &&
       none_begins_inside(data, offsets, array->length, end)))
    return WD_OK;
  for (uint64_t i = 0; i < array->length; i++) {
    if (!is_null(array, i) &&
        !wd_utf8_valid(data + offsets[i], offsets[i + 1] - offsets[i]))
      return bad(check, WD_LAMBDA_FAILED, "the string of row %llu is not UTF-8",
                 PRINTED(i));
  }
  return WD_OK;
}

static enum wd_status
check_variable(struct check *check, const struct array *array)
{
  const uint32_t *offsets;
  const uint8_t *data;
  uint32_t end;
  enum wd_status status = check_offsets(check, array, &offsets, &end);

  if (status == WD_OK)
    status = next_buffer(check, end, "data", &data);
  if (status == WD_OK && end && array->type->id == WD_TYPE_STRING)
    status = check_utf8(check, array, data, offsets, end);
  return status;
}

static wd_int128
decimal_at(const uint8_t *data, uint64_t i)
{
  wd_int128 value;

  memcpy(&value, data + i * 16, sizeof value);
  return value;
}

/* With d = 10^precision - 1: -d <= v <= d exactly when v + d, without sign,
 * is at most 2 d. */
static enum wd_status
check_decimals(struct check *check, const struct array *array,
               const uint8_t *data)
{
  wd_uint128 most = wd_decimal_limit(array->type->precision) - 1;
  bool wrong = false;

  for (uint64_t i = 0; i < array->length; i++)
    wrong |= (wd_uint128)decimal_at(data, i) + most > 2 * most;
  for (uint64_t i = 0; wrong && i < array->length; i++) {
    if (!is_null(array, i) && (wd_uint128)decimal_at(data, i) + most > 2 * most)
      return bad(check, WD_LAMBDA_FAILED,
                 "the decimal of row %llu has more than %u digits", PRINTED(i),
                 array->type->precision);
  }
  return WD_OK;
}

static uint32_t
index_at(const uint8_t *data, uint64_t i, uint32_t width)
{
  uint32_t index = 0;

  memcpy(&index, data + i * width, width);
  return index;
}

static enum wd_status
check_indices(struct check *check, const struct array *array,
              const uint8_t *data)
{
  const struct wd_type *type = array->type;

  for (uint64_t i = 0; i < array->length; i++) {
    uint32_t index = index_at(data, i, type->width);

    if (index >= type->dictionary_count && !is_null(array, i))
      return bad(check, WD_LAMBDA_FAILED,
                 "row %llu has the index %u into a dictionary of %u",
                 PRINTED(i), index, type->dictionary_count);
  }
  return WD_OK;
}

static enum wd_status
check_bits(struct check *check, const struct array *array)
{
  const uint8_t *data;

  return next_buffer(check, (array->length + 7) / 8, "data", &data);
}

/* Times of a day; 24:00:00 is one, as DuckDB has it. */
static enum wd_status
check_times(struct check *check, const struct array *array, const uint8_t *data)
{
  static const int64_t seconds[] = {1, 1000, 1000000, 1000000000};
  int64_t most = 86400 * seconds[array->type->unit];
  bool narrow = wd_type_width(array->type) == 4;

  for (uint64_t i = 0; i < array->length; i++) {
    int64_t value = 0;

    if (narrow)
      value = ((const int32_t *)(const void *)data)[i];
    else
      memcpy(&value, data + i * sizeof value, sizeof value);
    if ((value < 0 || value > most) && !is_null(array, i))
      return bad(check, WD_LAMBDA_FAILED,
                 "the time of row %llu is not within a day", PRINTED(i));
  }
  return WD_OK;
}

/* Engines count microseconds: what is finer would be lost. */
static enum wd_status
check_intervals(struct check *check, const struct array *array,
                const uint8_t *data)
{
  for (uint64_t i = 0; i < array->length; i++) {
    int64_t nanoseconds;

    memcpy(&nanoseconds, data + i * 16 + 8, sizeof nanoseconds);
    if (nanoseconds % 1000 != 0 && !is_null(array, i))
      return bad(check, WD_LAMBDA_FAILED,
                 "the interval of row %llu has nanoseconds; whole microseconds "
                 "are the finest",
                 PRINTED(i));
  }
  return WD_OK;
}

static enum wd_status
check_fixed(struct check *check, const struct array *array)
{
  const uint8_t *data;
  enum wd_status status = next_buffer(
      check, array->length * wd_type_width(array->type), "data", &data);

  if (status != WD_OK)
    return status;
  switch (array->type->id) {
  case WD_TYPE_DECIMAL:
    return check_decimals(check, array, data);
  case WD_TYPE_TIME:
    return check_times(check, array, data);
  case WD_TYPE_INTERVAL:
    return check_intervals(check, array, data);
  case WD_TYPE_ENUM:
    return check_indices(check, array, data);
  default:
    return WD_OK;
  }
}

static enum wd_status
check_children(struct check *check, const struct wd_type *type, uint64_t least,
               uint64_t most, struct shown *shown)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < type->child_count; i++) {
    shown->id = (uint8_t)i;
    status = check_array(check, &type->children[i], least, most, shown);
  }
  return status;
}

static enum wd_status
check_list(struct check *check, const struct array *array)
{
  const uint32_t *offsets;
  uint32_t end;
  enum wd_status status = check_offsets(check, array, &offsets, &end);

  if (status != WD_OK)
    return status;
  return check_children(check, array->type, end, UINT32_MAX,
                        &(struct shown){.width = 1});
}

static enum wd_status
check_union(struct check *check, const struct array *array)
{
  const uint8_t *ids;
  enum wd_status status = next_buffer(check, array->length, "types", &ids);

  for (uint64_t i = 0; status == WD_OK && i < array->length; i++) {
    if (ids[i] >= array->type->child_count)
      status = bad(check, WD_LAMBDA_FAILED,
                   "row %llu is of member %u of a union of %u", PRINTED(i),
                   ids[i], array->type->child_count);
  }
  if (status != WD_OK)
    return status;
  return check_children(check, array->type, array->length, array->length,
                        &(struct shown){.width = 1, .ids = ids});
}

static enum wd_status
check_values(struct check *check, const struct array *array)
{
  struct shown shown = {.validity = array->validity, .width = 1};
  uint64_t inner;

  switch (array->type->id) {
  case WD_TYPE_NULL:
    return WD_OK;
  case WD_TYPE_BOOL:
    return check_bits(check, array);
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    return check_variable(check, array);
  case WD_TYPE_LIST:
  case WD_TYPE_MAP:
    return check_list(check, array);
  case WD_TYPE_FIXED_LIST:
    shown.width = array->type->width;
    inner = array->length * shown.width;
    return check_children(check, array->type, inner, inner, &shown);
  case WD_TYPE_STRUCT:
    return check_children(check, array->type, array->length, array->length,
                          &shown);
  case WD_TYPE_UNION:
    return check_union(check, array);
  default:
    return check_fixed(check, array);
  }
}

static enum wd_status
check_nulls(struct check *check, const struct array *array)
{
  bool all = array->type->id == WD_TYPE_NULL;

  if (array->null_count > array->length ||
      (all && array->null_count != array->length))
    return bad(check, WD_LAMBDA_FAILED,
               "its node says %llu nulls in %llu rows of type %s",
               PRINTED(array->null_count), PRINTED(array->length),
               wd_type_text(array->type, (char[64]){0}, 64));
  if (all && array->length > NULLS_MAX)
    return bad(check, WD_LIMIT_EXCEEDED,
               "it has %llu values of type null, at most %llu are taken",
               PRINTED(array->length), PRINTED(NULLS_MAX));
  if (array->null_count && array->type->id == WD_TYPE_UNION)
    return bad(check, WD_LAMBDA_FAILED, "a union itself has no nulls");
  return WD_OK;
}

/* Nulls of what is declared not null. */
static enum wd_status
check_required(struct check *check, const struct array *array,
               const struct shown *shown)
{
  bool all = array->type->id == WD_TYPE_NULL;

  for (uint64_t i = 0; i < array->length; i++) {
    bool hidden =
        (shown->validity && !wd_bit(shown->validity, i / shown->width)) ||
        (shown->ids && shown->ids[i] != shown->id);

    if (!hidden && (all || is_null(array, i)))
      return bad(check, WD_TYPE_MISMATCH,
                 "it is declared not null, but has %llu nulls",
                 PRINTED(array->null_count));
  }
  return WD_OK;
}

/* Takes the next node, the column's, with its buffers and children. */
static enum wd_status
check_array(struct check *check, const struct wd_column *column, uint64_t least,
            uint64_t most, const struct shown *shown)
{
  const struct wd_node *node = &check->batch->nodes[check->node++];
  struct array array = {&column->type, node->length, node->null_count, NULL};
  struct level level = {column, check->level};
  enum wd_status status;

  check->level = &level;
  if (array.length < least || array.length > most)
    return bad(check, WD_LAMBDA_FAILED,
               "its node has length %u, %llu %s needed", node->length,
               PRINTED(least), least == 1 ? "is" : "are");
  status = check_nulls(check, &array);
  if (status == WD_OK && array.type->id != WD_TYPE_NULL &&
      array.type->id != WD_TYPE_UNION)
    status = check_validity(check, &array);
  if (status == WD_OK && array.null_count && !column->nullable)
    status = check_required(check, &array, shown);
  if (status == WD_OK)
    status = check_values(check, &array);
  check->level = level.up;
  return status;
}

enum wd_status
wd_batch_check(const struct wd_schema *schema, const struct wd_batch *batch,
               uint32_t rows, struct wd_error *error)
{
  struct check check = {.batch = batch, .error = error};
  uint32_t nodes, buffers;
  enum wd_status status = WD_OK;

  wd_schema_shape(schema, &nodes, &buffers);
  if (batch->node_count != nodes || batch->buffer_count != buffers)
    return wd_fail(error, WD_TYPE_MISMATCH,
                   "bad batch: it has %u nodes and %u buffers, its schema "
                   "needs %u and %u",
                   batch->node_count, batch->buffer_count, nodes, buffers);
  if (rows != UINT32_MAX && batch->rows != rows)
    return wd_fail(error, WD_LAMBDA_FAILED,
                   "bad batch: it has %u rows, %u are needed", batch->rows,
                   rows);
  for (uint32_t i = 0; status == WD_OK && i < schema->count; i++) {
    status = check_array(&check, &schema->columns[i], batch->rows, batch->rows,
                         &(struct shown){.width = 1});
  }
  assert(status != WD_OK || (check.node == nodes && check.buffer == buffers));
  return status;
}
