/* Maps of strings: table t has the column s. */
#include "bench.h"
#include "texts.h"

static void
upper_row(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_str s = wd_get_str(row, 0);
  char *copy = wd_set_str(out, 0, s);
  for (uint32_t i = 0; i < s.size; i++) {
    uint8_t c = (uint8_t)copy[i];
    copy[i] = (char)(c - ((uint8_t)(c - 'a') < 26 ? 32 : 0));
  }
}

static wd_dataset
make(const char *name)
{
  wd_dataset t = wd_select(wd_read("t"), "s");
  wd_dataset mapped;
  if (strcmp(name, "upper") == 0)
    mapped = wd_map_batch(t, upper_batch, NULL, 0, "y: string not null");
  else if (strcmp(name, "upper_row") == 0)
    mapped = wd_map(t, upper_row, NULL, 0, "y: string not null");
  else if (strcmp(name, "tokens") == 0)
    mapped = wd_flat_map(t, word_rows, NULL, 0, "y: string not null");
  else
    bench_unknown(name);
  return wd_aggregate_all(mapped, "sum(octet_length(y)) as y");
}

int
main(int argc, char **argv)
{
  return bench_run(argc, argv, make);
}
