/* Dates, times and timestamps in another unit. */
#include <stdio.h>

#include "arrow/civil.h"
#include "engine/duckdb/pure_run.h"
#include "engine/duckdb/types.h"

#define DAY INT64_C(86400000000000) /* in nanoseconds */

static int64_t
nanoseconds_of(enum wd_unit unit)
{
  static const int64_t counts[] = {
      [WD_UNIT_S] = 1000000000,
      [WD_UNIT_MS] = 1000000,
      [WD_UNIT_US] = 1000,
      [WD_UNIT_NS] = 1,
  };

  return counts[unit];
}

/* What DuckDB counts: times of all coarser units are microseconds. */
static int64_t
stored(const struct wd_type *type)
{
  if (type->id == WD_TYPE_DATE)
    return DAY;
  if (type->id == WD_TYPE_TIME && type->unit < WD_UNIT_US)
    return nanoseconds_of(WD_UNIT_US);
  return nanoseconds_of(type->unit);
}

/* A count modulo `day` (0: as it is), times `multiply`, in whole `divide`,
 * times `step`. */
struct conversion {
  int64_t day, multiply, divide, step;
};

static struct conversion
conversion_of(const struct wd_type *from, const struct wd_type *to)
{
  int64_t a = stored(from), b = stored(to), finer = a < b ? a : b;
  int64_t unit = to->id == WD_TYPE_DATE ? DAY : nanoseconds_of(to->unit);
  struct conversion how = {.multiply = a / finer};

  if (to->id == WD_TYPE_TIME && from->id == WD_TYPE_TIMESTAMP)
    how.day = DAY / a;
  how.divide = unit > finer ? unit / finer : 1;
  how.step = how.divide / (b / finer);
  return how;
}

static int64_t
divide_down(int64_t value, int64_t by)
{
  return value / by - (value % by < 0);
}

static bool
convert(struct conversion how, int64_t value, int64_t *out_value)
{
  if (how.day)
    value -= divide_down(value, how.day) * how.day;
  if (__builtin_mul_overflow(value, how.multiply, &value))
    return false;
  *out_value = divide_down(value, how.divide) * how.step;
  return true;
}

static void
fail_range(duckdb_function_info info, const struct wd_duck_pure *pure,
           int64_t value)
{
  const struct wd_type *from = &pure->key.left;
  char type[64], message[160];
  struct wd_buf shown;

  wd_buf_init(&shown, NULL, sizeof message);
  if (from->id == WD_TYPE_DATE)
    wd_date_print(value, &shown);
  else
    wd_timestamp_print(value, from->unit, from->timezone != NULL, &shown);
  wd_buf_putc(&shown, '\0');
  snprintf(message, sizeof message, "%s is out of range of %s",
           shown.failed ? "a time" : (const char *)shown.data,
           wd_type_text(&pure->key.result, type, sizeof type));
  duckdb_scalar_function_set_error(info, message);
  wd_buf_fini(&shown);
}

static void
put(const struct wd_type *type, void *out, idx_t row, int64_t value)
{
  /* Dates are of timestamps: no day of theirs is past 32 bits. */
  if (type->id == WD_TYPE_DATE)
    ((int32_t *)out)[row] = (int32_t)value;
  else
    ((int64_t *)out)[row] = value;
}

void
wd__pure_time(duckdb_function_info info, duckdb_data_chunk input,
              duckdb_vector output)
{
  const struct wd_duck_pure *pure = duckdb_scalar_function_get_extra_info(info);
  struct conversion how = conversion_of(&pure->key.left, &pure->key.result);
  duckdb_vector vector = duckdb_data_chunk_get_vector(input, 0);
  const void *in = duckdb_vector_get_data(vector);
  const uint64_t *valid = duckdb_vector_get_validity(vector);
  void *out = duckdb_vector_get_data(output);
  idx_t rows = duckdb_data_chunk_get_size(input);
  bool date = pure->key.left.id == WD_TYPE_DATE;

  for (idx_t row = 0; row < rows; row++) {
    int64_t value = 0, result;
    bool null = is_null(valid, row);

    if (!null)
      value = date ? ((const int32_t *)in)[row] : ((const int64_t *)in)[row];
    if (!convert(how, value, &result)) {
      if (pure->key.kind == WD_DUCK_PURE_UNIT) {
        fail_range(info, pure, value);
        return;
      }
      null = true;
    }
    if (null)
      set_null(output, row);
    else
      put(&pure->key.result, out, row, result);
  }
}
