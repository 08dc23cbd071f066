#include <stdio.h>

#include <wasidata.h>

static void
band(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  if (wd_is_null_by(row, "amount"))
    return;
  int64_t amount = wd_get_i64_by(row, "amount");
  wd_set_text(out, 0,
              amount < 100    ? "small"
              : amount < 1000 ? "medium"
                              : "large");
}

static const struct {
  const char *name;
  enum wd_join_kind kind;
} kinds[] = {{"inner", WD_INNER}, {"left", WD_LEFT}, {"right", WD_RIGHT},
             {"full", WD_FULL},   {"semi", WD_SEMI}, {"anti", WD_ANTI},
             {"cross", WD_CROSS}};

int
main(int argc, char **argv)
{
  size_t i = 0;
  while (argc < 2 || strcmp(argv[1], kinds[i].name) != 0)
    if (++i == sizeof kinds / sizeof *kinds)
      return 2;
  wd_dataset orders =
      wd_map(wd_read("orders"), band, NULL, 0, "*, band: string");
  wd_dataset customers = wd_read("customers");
  enum wd_join_kind kind = kinds[i].kind;
  if (kind == WD_CROSS)
    wd_show(wd_sort(wd_join(wd_select(orders, "id"),
                            wd_select(customers, "city"), kind, ""),
                    "id", "city"));
  else if (kind == WD_SEMI || kind == WD_ANTI)
    wd_show(wd_sort(wd_join_using(orders, customers, kind, "customer"), "id"));
  else
    wd_show(wd_sort(wd_join_using(orders, customers, kind, "customer"), "id",
                    "customer", "city"));
}
