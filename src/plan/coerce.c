#include "plan/coerce.h"

#include <string.h>

#include "arrow/decimal.h"

bool
wd_type_is_unsigned(const struct wd_type *type)
{
  return type->id >= WD_TYPE_U8 && type->id <= WD_TYPE_U64;
}

bool
wd_type_is_float(const struct wd_type *type)
{
  return type->id == WD_TYPE_F32 || type->id == WD_TYPE_F64;
}

struct wd_type
wd_type_integer_decimal(const struct wd_type *type)
{
  /* i8 to i64, u8 to u64 */
  static const uint8_t digits[] = {3, 5, 10, 19, 3, 5, 10, 20};

  return wd_type_decimal(digits[type->id - WD_TYPE_I8], 0);
}

struct wd_type
wd_type_to_signed(const struct wd_type *type)
{
  switch (type->id) {
  case WD_TYPE_U8:
    return wd_type_of(WD_TYPE_I16);
  case WD_TYPE_U16:
    return wd_type_of(WD_TYPE_I32);
  case WD_TYPE_U32:
    return wd_type_of(WD_TYPE_I64);
  case WD_TYPE_U64:
    return wd_type_integer_decimal(type);
  default:
    return *type;
  }
}

/* Scales and digits before the point of both. Past 38 digits those before the
 * point give way: a value that does not fit is an error then, never rounded. */
static struct wd_type
common_decimal(const struct wd_type *a, const struct wd_type *b)
{
  int whole_a = a->precision - a->scale, whole_b = b->precision - b->scale;
  int scale = a->scale > b->scale ? a->scale : b->scale;
  int precision = scale + (whole_a > whole_b ? whole_a : whole_b);

  if (precision > WD_DECIMAL_PRECISION_MAX)
    precision = WD_DECIMAL_PRECISION_MAX;
  return wd_type_decimal((uint8_t)(precision > 0 ? precision : 1),
                         (int8_t)scale);
}

static struct wd_type
common_integer(const struct wd_type *a, const struct wd_type *b)
{
  struct wd_type left = *a, right = *b;

  if (wd_type_is_unsigned(a) != wd_type_is_unsigned(b)) {
    left = wd_type_to_signed(a);
    right = wd_type_to_signed(b);
  }
  if (left.id == WD_TYPE_DECIMAL || right.id == WD_TYPE_DECIMAL)
    return wd_type_decimal(20, 0);
  return left.id > right.id ? left : right;
}

/* 24 bits of an f32 hold integers of 8 and 16. */
static bool
fits_f32(const struct wd_type *type)
{
  return type->id == WD_TYPE_F32 || type->id == WD_TYPE_I8 ||
         type->id == WD_TYPE_I16 || type->id == WD_TYPE_U8 ||
         type->id == WD_TYPE_U16;
}

static struct wd_type
common_number(const struct wd_type *a, const struct wd_type *b)
{
  struct wd_type left = *a, right = *b;

  if (wd_type_is_float(a) || wd_type_is_float(b))
    return wd_type_of(fits_f32(a) && fits_f32(b) ? WD_TYPE_F32 : WD_TYPE_F64);
  if (wd_type_is_integer(a) && wd_type_is_integer(b))
    return common_integer(a, b);
  if (wd_type_is_integer(a))
    left = wd_type_integer_decimal(a);
  if (wd_type_is_integer(b))
    right = wd_type_integer_decimal(b);
  return common_decimal(&left, &right);
}

/* A date is midnight of a timestamp without zone. */
static bool
common_timestamp(const struct wd_type *a, const struct wd_type *b,
                 struct wd_type *out_type)
{
  const struct wd_type *finer =
      b->id == WD_TYPE_TIMESTAMP && (a->id == WD_TYPE_DATE || b->unit > a->unit)
          ? b
          : a;
  const char *zone = a->timezone ? a->timezone : b->timezone;

  if ((a->id != WD_TYPE_DATE && a->id != WD_TYPE_TIMESTAMP) ||
      (b->id != WD_TYPE_DATE && b->id != WD_TYPE_TIMESTAMP) ||
      !a->timezone != !b->timezone)
    return false;
  *out_type = wd_type_timestamp(finer->unit, zone);
  return true;
}

/* Times of day of different units too meet in the finer one. */
static bool
common_time(const struct wd_type *a, const struct wd_type *b,
            struct wd_type *out_type)
{
  if (a->id != WD_TYPE_TIME || b->id != WD_TYPE_TIME)
    return common_timestamp(a, b, out_type);
  *out_type = b->unit > a->unit ? *b : *a;
  return true;
}

/* Enumerations of different words meet as texts. */
static bool
is_word(const struct wd_type *type)
{
  return type->id == WD_TYPE_STRING || type->id == WD_TYPE_ENUM;
}

bool
wd_type_common(const struct wd_type *a, const struct wd_type *b,
               struct wd_type *out_type)
{
  *out_type = *a;
  if (wd_type_equal(a, b) || b->id == WD_TYPE_NULL)
    return true;
  if (a->id == WD_TYPE_NULL) {
    *out_type = *b;
    return true;
  }
  if (a->extension || b->extension)
    return wd_type_alike(a, b);
  if (wd_type_is_numeric(a) && wd_type_is_numeric(b)) {
    *out_type = common_number(a, b);
    return true;
  }
  if (is_word(a) && is_word(b)) {
    *out_type = wd_type_of(WD_TYPE_STRING);
    return true;
  }
  return common_time(a, b, out_type);
}

bool
wd_type_alike(const struct wd_type *a, const struct wd_type *b)
{
  struct wd_type x = *a, y = *b;

  if (a->child_count != b->child_count)
    return false;
  for (uint32_t i = 0; i < a->child_count; i++)
    if (strcmp(a->children[i].name, b->children[i].name) != 0 ||
        !wd_type_alike(&a->children[i].type, &b->children[i].type))
      return false;
  x.child_count = y.child_count = 0;
  x.children = y.children = NULL;
  return wd_type_equal(&x, &y);
}

bool
wd_type_list(const struct wd_type *item, bool nullable, struct wd_arena *arena,
             struct wd_type *out_type)
{
  struct wd_column *child = wd_arena_array(arena, 1, sizeof *child);

  if (!child)
    return false;
  *child =
      (struct wd_column){.name = "item", .type = *item, .nullable = nullable};
  *out_type =
      (struct wd_type){.id = WD_TYPE_LIST, .child_count = 1, .children = child};
  return true;
}

bool
wd_type_map(const struct wd_type *key, const struct wd_type *value,
            struct wd_arena *arena, struct wd_type *out_type)
{
  struct wd_column *entries = wd_arena_array(arena, 1, sizeof *entries);
  struct wd_column *pair = wd_arena_array(arena, 2, sizeof *pair);

  if (!entries || !pair)
    return false;
  pair[0] = (struct wd_column){.name = "key", .type = *key};
  pair[1] =
      (struct wd_column){.name = "value", .type = *value, .nullable = true};
  *entries = (struct wd_column){
      .name = "entries",
      .type = {.id = WD_TYPE_STRUCT, .child_count = 2, .children = pair}};
  *out_type = (struct wd_type){
      .id = WD_TYPE_MAP, .child_count = 1, .children = entries};
  return true;
}

/* Of a timestamp its date or time of day can be taken, of a time no date. */
static bool
is_time_cast(const struct wd_type *from, const struct wd_type *to)
{
  bool stamp_from = from->id == WD_TYPE_DATE || from->id == WD_TYPE_TIMESTAMP;
  bool stamp_to = to->id == WD_TYPE_DATE || to->id == WD_TYPE_TIMESTAMP;

  if (to->id == WD_TYPE_TIME)
    return from->id == WD_TYPE_TIME || from->id == WD_TYPE_TIMESTAMP;
  return stamp_from && stamp_to;
}

bool
wd_type_castable(const struct wd_type *from, const struct wd_type *to)
{
  bool number_from = wd_type_is_numeric(from) || from->id == WD_TYPE_BOOL;
  bool number_to = wd_type_is_numeric(to) || to->id == WD_TYPE_BOOL;

  if (from->id == WD_TYPE_NULL || wd_type_alike(from, to))
    return true;
  if (from->id == WD_TYPE_BINARY || to->id == WD_TYPE_BINARY)
    return from->id == WD_TYPE_STRING || to->id == WD_TYPE_STRING;
  if (from->id == WD_TYPE_STRING || to->id == WD_TYPE_STRING)
    return true;
  return is_time_cast(from, to) || (number_from && number_to);
}
