#include <wasidata.h>

static bool
continues(char byte)
{
  return (byte & 0xc0) == 0x80;
}

/* Where the code point that ends before `end` begins. */
static uint32_t
before(wd_str text, uint32_t end)
{
  do
    end--;
  while (continues(text.data[end]));
  return end;
}

static void
measure(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_copy(out, 0, row, wd_find(row, "id"));
  if (wd_is_null_by(row, "text"))
    return;
  wd_str text = wd_get_str_by(row, "text");
  char *to = wd_set_str(out, 3, text);
  int64_t points = 0;
  for (uint32_t end = text.size; end; points++) {
    uint32_t start = before(text, end);
    memcpy(to, text.data + start, end - start);
    to += end - start;
    end = start;
  }
  wd_set_i64(out, 1, text.size);
  wd_set_i64(out, 2, points);
}

static void
points(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_str text = wd_get_str_by(row, "text");
  for (uint32_t start = 0, end; start < text.size; start = end) {
    for (end = start + 1; end < text.size && continues(text.data[end]);)
      end++;
    wd_set_str(out, 0, (wd_str){text.data + start, end - start});
    wd_emit(out);
  }
}

int
main(void)
{
  wd_dataset texts = wd_read("texts");
  wd_show(wd_sort(wd_map(texts, measure, NULL, 0,
                         "id: i64, bytes: i64, points: i64, reversed: string"),
                  "id"));
  wd_dataset all =
      wd_flat_map(texts, points, NULL, 0, "point: string not null");
  wd_show(wd_sort(wd_aggregate(wd_group_by(all, "point"), "count(*) as count"),
                  "count desc", "point"));
}
