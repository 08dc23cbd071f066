/* Maps of strings: table t has the column s. */
#include "bench.h"

#include "../kernels.h"

static void
upper(const wd_batch *in, wd_rows *out, void *env)
{
  (void)env;
  const wd_column *column = in->columns;
  /* A batch is the lambda's own: changed in place, passed on. */
  char *text = (char *)(uintptr_t)column->values;
  uint32_t size = (uint32_t)column->offsets[in->rows];
  for (uint32_t i = 0; i < size; i++) {
    uint8_t c = (uint8_t)text[i];
    text[i] = (char)(c - ((uint8_t)(c - 'a') < 26 ? 32 : 0));
  }
  wd_pass(out, 0, in, 0);
}

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

static void
tokens(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_str s = wd_get_str(row, 0);
  uint32_t at = 0, size;
  while ((size = bench_word(s.data, s.size, &at))) {
    wd_set_str(out, 0, (wd_str){s.data + at - size, size});
    wd_emit(out);
  }
}

static wd_dataset
make(const char *name)
{
  wd_dataset t = wd_select(wd_read("t"), "s");
  wd_dataset mapped;
  if (strcmp(name, "upper") == 0)
    mapped = wd_map_batch(t, upper, NULL, 0, "y: string not null");
  else if (strcmp(name, "upper_row") == 0)
    mapped = wd_map(t, upper_row, NULL, 0, "y: string not null");
  else if (strcmp(name, "tokens") == 0)
    mapped = wd_flat_map(t, tokens, NULL, 0, "y: string not null");
  else
    bench_unknown(name);
  return wd_aggregate_all(mapped, "sum(octet_length(y)) as y");
}

int
main(int argc, char **argv)
{
  return bench_run(argc, argv, make);
}
