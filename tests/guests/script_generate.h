/* The step `generate` of script.c: rows of a table function. */
#ifndef SCRIPT_GENERATE_H
#define SCRIPT_GENERATE_H

#include <stdlib.h>

#include <wasidata_tables.h>

/* What is captured. */
struct generating {
  char kind[16];
  int64_t count; /* rows of each partition, or where it breaks */
};

struct generated {
  wd_row arguments;
  int64_t part;
  int64_t row;
};

static void
generate_open(void *state, uint32_t partition, const wd_row *arguments,
              void *env)
{
  struct generated *g = state;
  (void)env;
  g->part = partition;
  g->arguments = *arguments;
}

/* `part`, `row`, then the arguments as they are. */
static void
generate_row(struct generated *g, wd_rows *out)
{
  wd_set_i64(out, 0, g->part);
  wd_set_i64(out, 1, g->row++);
  for (uint32_t i = 0; i < g->arguments.count; i++)
    wd_copy(out, 2 + i, &g->arguments, i);
  wd_emit(out);
}

static bool
generate_next(void *state, wd_rows *out, void *env)
{
  const struct generating *g = env;
  struct generated *at = state;
  bool breaks = at->row == g->count;
  if (breaks && strcmp(g->kind, "fail") == 0)
    wd_fail("no row %lld", (long long)g->count);
  if (breaks && strcmp(g->kind, "trap") == 0)
    __builtin_trap();
  if (breaks && strcmp(g->kind, "spin") == 0)
    for (volatile int i = 0;;)
      i = i + 1;
  if (breaks && strcmp(g->kind, "rows") == 0)
    return false;
  generate_row(at, out);
  return true;
}

/* By the column, 5000 rows at a time. */
static bool
generate_columns(void *state, wd_rows *out, void *env)
{
  const struct generating *g = env;
  struct generated *at = state;
  int64_t left = g->count - at->row;
  uint32_t size = left > 5000 ? 5000 : (uint32_t)left;
  wd_resize(out, size);
  int64_t *part = wd_out_i64(out, 0), *row = wd_out_i64(out, 1);
  for (uint32_t i = 0; i < size; i++) {
    part[i] = at->part;
    row[i] = at->row++;
  }
  return at->row < g->count;
}

static void
generate_close(void *state, void *env)
{
  (void)state, (void)env;
  wd_counter_add("closed", 1);
}

/* KIND PARTITIONS COUNT SCHEMA; `arguments` of the schema. */
static wd_dataset
generate(const char *kind, uint32_t partitions, int64_t count,
         const char *schema, wd_rows *arguments)
{
  static const wd_generator by_row = {.size = sizeof(struct generated),
                                      .open = generate_open,
                                      .next = generate_next,
                                      .close = generate_close};
  static const wd_generator by_column = {.size = sizeof(struct generated),
                                         .open = generate_open,
                                         .next = generate_columns,
                                         .close = generate_close};
  struct generating g = {.count = count};
  char output[4096];
  snprintf(g.kind, sizeof g.kind, "%s", kind);
  snprintf(output, sizeof output, "part: i64, row: i64%s%s",
           *schema ? ", " : "", schema);
  return wd_generate(strcmp(kind, "columns") == 0 ? &by_column : &by_row,
                     arguments, partitions, &g, sizeof g, output);
}

#endif
