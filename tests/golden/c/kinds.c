#include <stdio.h>

#include <wasidata.h>

#define COLOR "color: enum('red', 'it''s', 'gr\u00fcn')"
#define SIZE "size: union<word: string, number: i64 not null> not null"

enum { RED, ITS, GREEN, COLORS };
enum { WORD, NUMBER };

static void
set_row(wd_rows *rows, int64_t id)
{
  char word[32];
  wd_set_i64(rows, 0, id);
  if (id % 7)
    wd_set_enum(rows, 1, (uint32_t)(id % COLORS));
  if (id % 2 == 0) {
    wd_set_i64(wd_set_union(rows, 2, NUMBER), NUMBER, id * 5);
    return;
  }
  wd_rows *size = wd_set_union(rows, 2, WORD);
  snprintf(word, sizeof word, "w%lld", (long long)id);
  if (id % 5)
    wd_set_text(size, WORD, word);
}

static void
turn(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  char digits[32];
  uint32_t was = wd_get_member(row, 2);
  wd_row size = wd_get_struct(row, 2);
  wd_copy(out, 0, row, 0);
  if (!wd_is_null(row, 1))
    wd_set_enum(out, 1, (wd_get_enum(row, 1) + 1) % COLORS);
  if (was == NUMBER) {
    snprintf(digits, sizeof digits, "%lld",
             (long long)wd_get_i64(&size, NUMBER));
    wd_set_text(wd_set_union(out, 2, WORD), WORD, digits);
  } else {
    wd_set_i64(wd_set_union(out, 2, NUMBER), NUMBER,
               wd_get_str(&size, WORD).size);
  }
  wd_set_text(out, 3, was == NUMBER ? "number" : "word");
}

int
main(void)
{
  wd_rows *rows = wd_rows_new("id: i64 not null, " COLOR ", " SIZE);
  for (int64_t id = 0; id < 60; id++) {
    set_row(rows, id);
    wd_emit(rows);
  }
  wd_dataset turned = wd_map(wd_create(rows), turn, NULL, 0,
                             "id: i64 not null, " COLOR ", " SIZE
                             ", was: enum('number', 'word') not null");
  wd_show(wd_sort(turned, "color", "id"));
  wd_show(wd_sort(wd_aggregate(wd_group_by(turned, "was"), "count(*) as n",
                               "max(color) as color"),
                  "was"));
}
