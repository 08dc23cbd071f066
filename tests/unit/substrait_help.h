/* Plans of Substrait as relations and plans, over tables that nobody reads: for
 * the fuzzer and for a tool of the suites. */
#ifndef WD_TEST_SUBSTRAIT_HELP_H
#define WD_TEST_SUBSTRAIT_HELP_H

#include <string.h>

#include "plan/plan.h"
#include "substrait/plan.h"
#include "substrait/write.h"

/* The table t of tests/suite/substrait_schema.py. */
static inline enum wd_status
substrait_table(void *env, const char *name, const struct wd_option *options,
                uint32_t count, struct wd_arena *arena,
                struct wd_schema *out_schema, struct wd_error *error)
{
  static const char columns[] =
      "k i64, g string, x i32, d decimal<10,2>, f fp64, s string, day date";

  (void)env;
  (void)options;
  (void)count;
  if (strcmp(name, "t") == 0)
    return wd_schema_parse(columns, sizeof columns - 1, arena, out_schema,
                           error);
  return wd_fail(error, WD_NOT_GRANTED, "table '%s' is not granted", name);
}

/* Reads and plans; the plan's text goes to `text`, what it is written as to
 * `written`, each if it is not NULL. */
static inline enum wd_status
substrait_write(const void *data, size_t length, struct wd_buf *text,
                struct wd_buf *written, struct wd_error *error)
{
  const struct wd_binder binder = {.table = substrait_table};
  const struct wd_substrait_options options = {.env = NULL};
  struct wd_relation *relation;
  struct wd_plan plan;
  enum wd_status status =
      wd_substrait_relation(NULL, data, length, 0, NULL, &relation, error);

  if (status != WD_OK)
    return status;
  status = wd_plan_make(NULL, relation, &binder, &plan, error);
  if (status == WD_OK) {
    if (text)
      wd_plan_print(&plan, WD_PLAN_TEXT, text);
    if (written)
      status = wd_substrait_write(&plan, &options, written, error);
    wd_plan_fini(&plan);
  }
  wd_relation_unref(relation);
  return status;
}

static inline enum wd_status
substrait_plan(const void *data, size_t length, struct wd_buf *text,
               struct wd_error *error)
{
  return substrait_write(data, length, text, NULL, error);
}

#endif
