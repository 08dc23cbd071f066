/* Columns that pass by a map: of what comes out, but not of what the guest
 * gives (docs/abi.md). */
#include <stdlib.h>
#include <string.h>

#include "lambda/worker.h"

/* The key of an output column's metadata that names the input's column, by its
 * index, that comes out there as it came in (docs/abi.md). */
static const char passes_key[] = "wasi:data/passes";

/* *out_index is WD_LAMBDA_OWN when nothing is said. */
static enum wd_status
find_passed(const struct wd_column *column, uint32_t *out_index,
            struct wd_error *error)
{
  char *end;
  unsigned long index;

  *out_index = WD_LAMBDA_OWN;
  for (uint32_t i = 0; i < column->metadata_count; i++) {
    const char *value = column->metadata[2 * i + 1];

    if (strcmp(column->metadata[2 * i], passes_key) != 0)
      continue;
    index = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || index >= WD_LAMBDA_OWN)
      return wd_fail(error, WD_LAMBDA_FAILED,
                     "the output column '%.100s' passes '%.40s', which is not "
                     "the index of a column",
                     column->name, value);
    *out_index = (uint32_t)index;
  }
  return WD_OK;
}

/* Whether an output column can be this column of the input. */
static enum wd_status
check_passed(const struct wd_lambda *lambda, const struct wd_column *column,
             uint32_t index, struct wd_error *error)
{
  const struct wd_column *from;
  char is[96], said[96];

  if (lambda->role != WD_ROLE_MAP)
    return wd_fail(error, WD_LAMBDA_FAILED,
                   "only a map passes columns of its input");
  if (index >= lambda->input.count)
    return wd_fail(error, WD_LAMBDA_FAILED,
                   "it passes column %u of an input that has %u columns", index,
                   lambda->input.count);
  from = &lambda->input.columns[index];
  if (wd_type_equal(&column->type, &from->type) &&
      (column->nullable || !from->nullable))
    return WD_OK;
  return wd_fail(error, WD_LAMBDA_FAILED,
                 "the output column '%.100s' is %s%s, and passes column %u, "
                 "which is %s%s",
                 column->name, wd_type_text(&column->type, said, sizeof said),
                 column->nullable ? "" : " not null", index,
                 wd_type_text(&from->type, is, sizeof is),
                 from->nullable ? "" : " not null");
}

enum wd_status
wd__part_result(struct wd_lambda *lambda, struct wd_arena *arena,
                struct wd_error *error)
{
  uint32_t count = lambda->result.count, own = 0;
  struct wd_column *all = wd_arena_array(arena, count, sizeof *all);
  struct wd_column *columns = wd_arena_array(arena, count, sizeof *columns);
  uint32_t *passed = wd_arena_array(arena, count, sizeof *passed);
  enum wd_status status = WD_OK;

  if (!all || !columns || !passed)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    all[i] = lambda->result.columns[i];
    status = find_passed(&all[i], &passed[i], error);
    if (status == WD_OK && passed[i] == WD_LAMBDA_OWN)
      columns[own++] = all[i];
    else if (status == WD_OK)
      status = check_passed(lambda, &all[i], passed[i], error);
    if (status == WD_OK && passed[i] != WD_LAMBDA_OWN) {
      all[i].metadata = lambda->input.columns[passed[i]].metadata;
      all[i].metadata_count = lambda->input.columns[passed[i]].metadata_count;
    }
  }
  if (status != WD_OK || own == count)
    return status;
  lambda->result.columns = all;
  lambda->output = (struct wd_schema){own, columns};
  lambda->passed = passed;
  return WD_OK;
}

bool
wd__same_passed(const struct wd_lambda *a, const struct wd_lambda *b)
{
  if (!a->passed || !b->passed)
    return a->passed == b->passed;
  return memcmp(a->passed, b->passed, a->result.count * sizeof *a->passed) == 0;
}
