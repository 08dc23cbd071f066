#include <wasidata.h>

#define ITEM "struct<name: string, sizes: i64[]>"

/* Columns of the table, and of the result. */
enum { ID, ITEMS, GIFT, TAGS };
enum { NAMES = 1, TOTAL, LARGEST, LENGTHS, COUNTS };

/* Adds the sizes of the item in a column; remembers it if it has more of them
 * than any before. */
static void
see(const wd_row *row, uint32_t column, int64_t *total, wd_row *largest,
    uint32_t *place, int64_t *most)
{
  if (wd_is_null(row, column))
    return;
  wd_row item = wd_get_struct(row, column);
  wd_list sizes = wd_get_list_by(&item, "sizes");
  for (uint32_t i = 0; i < sizes.size; i++) {
    wd_row size = wd_list_at(sizes, i);
    *total += wd_get_i64(&size, 0);
  }
  if (sizes.size > *most) {
    *most = sizes.size;
    *largest = *row;
    *place = column;
  }
}

static void
set_names(wd_rows *out, wd_list items)
{
  wd_rows *names = wd_set_list(out, NAMES);
  wd_rows *counts = wd_set_list(out, COUNTS);
  int64_t nulls = 0;
  for (uint32_t i = 0; i < items.size; i++) {
    wd_row place = wd_list_at(items, i);
    if (wd_is_null(&place, 0)) {
      nulls++;
      continue;
    }
    wd_row item = wd_get_struct(&place, 0);
    wd_copy(names, 0, &item, 0);
    wd_emit(names);
  }
  wd_set_i64(counts, 0, items.size);
  wd_emit(counts);
  wd_set_i64(counts, 0, nulls);
  wd_emit(counts);
}

static void
set_lengths(wd_rows *out, wd_list tags)
{
  wd_rows *lengths = wd_set_list(out, LENGTHS);
  for (uint32_t i = 0; i < tags.size; i++) {
    wd_row tag = wd_list_at(tags, i);
    wd_copy(lengths, 0, &tag, 0);
    if (!wd_is_null(&tag, 1))
      wd_set_i64(lengths, 1, wd_get_str(&tag, 1).size);
    wd_emit(lengths);
  }
}

static void
summary(const wd_row *cart, wd_rows *out, void *env)
{
  (void)env;
  wd_list items = wd_get_list(cart, ITEMS);
  wd_row largest = {NULL, 0, 0};
  uint32_t place = 0;
  int64_t total = 0, most = -1;
  for (uint32_t i = 0; i < items.size; i++) {
    wd_row item = wd_list_at(items, i);
    see(&item, 0, &total, &largest, &place, &most);
  }
  see(cart, GIFT, &total, &largest, &place, &most);
  wd_copy(out, ID, cart, ID);
  if (!wd_is_null(cart, ITEMS))
    set_names(out, items);
  wd_set_i64(out, TOTAL, total);
  if (most >= 0)
    wd_copy(out, LARGEST, &largest, place);
  if (!wd_is_null(cart, TAGS))
    set_lengths(out, wd_get_list(cart, TAGS));
}

int
main(void)
{
  wd_dataset carts = wd_select(wd_read("carts"), "id", "items", "gift", "tags");
  wd_dataset summaries =
      wd_map(carts, summary, NULL, 0,
             "id: i64, names: string[], total: i64, largest: " ITEM
             ", tags: map<string, i64>, counts: i64[2]");
  wd_show(wd_sort(summaries, "id"));
  wd_dataset names = wd_explode(summaries, "names", false, "");
  wd_show(wd_sort(
      wd_aggregate(wd_group_by(names, "names as name"), "count(*) as n"),
      "n desc", "name"));
}
