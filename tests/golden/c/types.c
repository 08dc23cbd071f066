#include <stdio.h>

#include <wasidata.h>

enum { ROWS = 200, COLUMNS = 18 };

static void
set_row(wd_rows *rows, int64_t i)
{
  char text[32];
  snprintf(text, sizeof text, "text %lld \u00e9", (long long)i);
  wd_set_i64(rows, 0, i);
  wd_set_bool(rows, 1, i % 3 == 0);
  wd_set_i8(rows, 2, (int8_t)(i - 100));
  wd_set_i16(rows, 3, (int16_t)(i * -150));
  wd_set_i32(rows, 4, (int32_t)(i * -10000000));
  wd_set_i64(rows, 5, i * -40000000000000000);
  wd_set_u8(rows, 6, (uint8_t)(i + 50));
  wd_set_u16(rows, 7, (uint16_t)(i * 300));
  wd_set_u32(rows, 8, (uint32_t)(i * 20000000));
  wd_set_u64(rows, 9, (uint64_t)i * 90000000000000000);
  wd_set_f32(rows, 10, (float)i / 4);
  wd_set_f64(rows, 11, (double)i / -8);
  wd_set_decimal(rows, 12, (wd_decimal)i * 1000000000000000 - 1);
  wd_set_date(rows, 13, wd_date(2000, 1, 1) - (int32_t)(i * 1000));
  wd_set_timestamp(rows, 14, i * 86400000001 - 5000000000000);
  wd_set_timestamp(rows, 15, i * 86400000000 + 1);
  wd_set_text(rows, 16, text);
  wd_set_bytes(rows, 17, (wd_str){text, (uint32_t)(i % 4)});
  for (uint32_t c = 1; c < COLUMNS; c++)
    if ((i + c) % 5 == 0)
      wd_set_null(rows, c);
}

static void
same(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  for (uint32_t c = 0; c < COLUMNS; c++)
    wd_copy(out, c, row, c);
}

int
main(void)
{
  static const char schema[] =
      "i: i64 not null, bool: bool, i8: i8, i16: i16, i32: i32, i64: i64, "
      "u8: u8, u16: u16, u32: u32, u64: u64, f32: f32, f64: f64, "
      "decimal: decimal(20,3), date: date, ms: timestamp(ms), "
      "utc: timestamp(us, UTC), text: string, bytes: binary";
  wd_rows *rows = wd_rows_new(schema);
  for (int64_t i = 0; i < ROWS; i++) {
    set_row(rows, i);
    wd_emit(rows);
  }
  wd_show(wd_sort(wd_map(wd_create(rows), same, NULL, 0, schema), "i"));
}
