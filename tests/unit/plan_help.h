/* Short ways to make the things of src/plan in tests. */
#ifndef WD_TEST_PLAN_HELP_H
#define WD_TEST_PLAN_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plan/typing.h"

/* Columns of all carried types. */
#define WD_TEST_COLUMNS                                                        \
  "a i32, b i64 not null, s8 i8, u u64, u32 u32, f fp64, g fp32, "             \
  "p decimal<10,2>, d date, t timestamp<6>, tz timestamp_tz<6,UTC>, "          \
  "s string, n string not null, x binary, ok boolean, \"a b\" i64, "           \
  "qty i64 not null"

static inline enum wd_status
test_schema(const char *text, struct wd_arena *arena, struct wd_schema *out)
{
  return wd_schema_parse(text, strlen(text), arena, out, NULL);
}

static inline enum wd_status
test_parse(const char *text, struct wd_arena *arena,
           const struct wd_syntax **out, struct wd_error *error)
{
  const char *name;

  return wd_syntax_parse(text, strlen(text), arena, out, &name, error);
}

/* Parses and types over the columns of a schema's text. */
static inline enum wd_status
test_type(const char *text, const char *columns, struct wd_arena *arena,
          struct wd_schema *schema, const struct wd_expression **out,
          struct wd_error *error)
{
  struct wd_scope scope = {.left = schema};
  const struct wd_syntax *syntax;
  enum wd_status status = test_schema(columns, arena, schema);

  if (status == WD_OK)
    status = test_parse(text, arena, &syntax, error);
  return status == WD_OK ? wd_expression_make(syntax, &scope, arena, out, error)
                         : status;
}

#endif
