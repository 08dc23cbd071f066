/* Tables as arguments in SQL: what becomes of them, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/duckdb/sql_tokens.h"

/* `f` is a table function, `s` one of one row. */
static struct wd_registry *
functions(void)
{
  const struct wd_named table = {.kind = WD_NAMED_TABLE};
  const struct wd_named scalar = {.kind = WD_NAMED_SCALAR};
  struct wd_registry *registry = wd_registry_new(NULL);

  assert_non_null(registry);
  assert_int_equal(wd_registry_add(registry, "f", 1, &table, NULL), WD_OK);
  assert_int_equal(wd_registry_add(registry, "s", 1, &scalar, NULL), WD_OK);
  return registry;
}

/* NULL: it stays as it is. */
static void
expect(const char *text, const char *wanted)
{
  struct wd_registry *registry = functions();
  struct wd_sql_rewritten rewritten;
  struct wd_arena arena;

  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(wd_sql_rewrite(text, strlen(text), registry, NULL, &arena,
                                  &rewritten, NULL),
                   WD_OK);
  assert_string_equal(rewritten.text, wanted ? wanted : text);
  assert_int_equal(rewritten.length, strlen(rewritten.text));
  /* Letters of the text that are still there are where they were. */
  for (size_t i = 0; i < rewritten.length; i++)
    if (strchr("AQXZ", rewritten.text[i]))
      assert_int_equal(text[wd_sql_written_at(&rewritten, i)],
                       rewritten.text[i]);
  wd_arena_fini(&arena);
  wd_registry_free(registry);
}

#define M "(SELECT wd_rows_0 FROM "

static void
test_rewritten(void **state)
{
  (void)state;
  expect("from f(table X)", "from f(" M "X))");
  expect("from F(TABLE X, 1)", "from F(" M "X), 1)");
  expect("from \"f\" ( TABLE \"X y\" )", "from \"f\" ( " M "\"X y\") )");
  expect("from f(1, TABLE X)", "from f(1, " M "X))");
  expect("from f(TABLE(X))", "from f(" M "X))");
  expect("from f(TABLE (select A, B from X))",
         "from f(" M "(select A, B from X)))");
  expect("from f(a => TABLE X)", "from f(a => " M "X))");
  expect("from f(a := TABLE X)", "from f(a := " M "X))");
  expect("from f(TABLE X PARTITION BY A)", "from f(" M "X GROUP BY A))");
  expect("from f(TABLE X PARTITION BY (A, B), 2)",
         "from f(" M "X GROUP BY A, B), 2)");
  expect("from f(TABLE X ORDER BY A DESC NULLS LAST, 2)",
         "from f(" M "X ORDER BY A DESC NULLS LAST), 2)");
  expect("from f(TABLE X PARTITION BY A ORDER BY (B, Z desc))",
         "from f(" M "X GROUP BY A ORDER BY B, Z desc))");
  expect("from f(TABLE X), f(TABLE Y)", "from f(" M "X)), f(" M "Y))");
  expect("select Q from f(/* ( */ TABLE -- )\n X) where Z",
         "select Q from f(/* ( */ " M "X)) where Z");
  expect("from f(TABLE(select A from f(TABLE X) where Z))",
         "from f(" M "(select A from f(" M "X)) where Z)))");
  expect("from f(TABLE(from f(TABLE X PARTITION BY (A), 1)) PARTITION BY Z "
         "ORDER BY (Q), TABLE Y)",
         "from f(" M "(from f(" M
         "X GROUP BY A), 1)) GROUP BY Z ORDER BY Q), " M "Y))");
  expect("with X as (from f(TABLE A)) from X, (from f(TABLE B))",
         "with X as (from f(" M "A))) from X, (from f(" M "B)))");
}

static void
test_left_alone(void **state)
{
  (void)state;
  expect("from g(TABLE X)", NULL);
  expect("select s(TABLE X)", NULL);
  expect("select 1 in (TABLE X)", NULL);
  expect("from f((TABLE X))", NULL);
  expect("from f(TABLE X Y)", NULL);
  expect("from f(TABLE X PARTITION A)", NULL);
  expect("from f(TABLE X PARTITION BY)", NULL);
  expect("from f(TABLE)", NULL);
  expect("select 'f(TABLE X)'", NULL);
  expect("select 'a''f(TABLE X)'", NULL);
  expect("select e'a\\'f(TABLE X)'", NULL);
  expect("select \"f(TABLE X)\"", NULL);
  expect("select $$f(TABLE X)$$", NULL);
  expect("select $a$f(TABLE X)$b$f(TABLE X)$a$", NULL);
  expect("select 1 -- f(TABLE X)", NULL);
  expect("select /* f(TABLE X) /* */ f(TABLE X) */ 1", NULL);
  expect("select $f, f.TABLE", NULL);
  expect("", NULL);
}

/* Whatever ends in the middle ends. */
static void
test_cut_off(void **state)
{
  static const char text[] =
      "from f(a => TABLE(select 'x''y', e'\\'', \"q\", $t$ $ $t$ /* /* */ */) "
      "PARTITION BY (A, B) ORDER BY (A DESC), 1) -- end\n, f(f(TABLE Y))";
  struct wd_registry *registry = functions();

  (void)state;
  for (size_t from = 0; from < sizeof text; from++)
    for (size_t to = from; to < sizeof text; to++) {
      char *part = strndup(text + from, to - from);
      struct wd_sql_rewritten rewritten;
      struct wd_arena arena;

      assert_non_null(part);
      wd_arena_init(&arena, NULL, 0);
      assert_int_equal(wd_sql_rewrite(part, strlen(part), registry, NULL,
                                      &arena, &rewritten, NULL),
                       WD_OK);
      for (size_t i = 0; i <= rewritten.length; i++)
        assert_true(wd_sql_written_at(&rewritten, i) <= strlen(part));
      wd_arena_fini(&arena);
      free(part);
    }
  wd_registry_free(registry);
}

/* Calls in calls without end are given up, in time. */
static void
test_deep(void **state)
{
  enum { DEPTH = 300000 };
  char *text = malloc(2 * DEPTH + 1);
  struct wd_registry *registry = functions();
  struct wd_sql_rewritten rewritten;
  struct wd_arena arena;

  (void)state;
  assert_non_null(text);
  for (size_t i = 0; i < DEPTH; i++)
    memcpy(text + 2 * i, "f(", 3);
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(wd_sql_rewrite(text, strlen(text), registry, NULL, &arena,
                                  &rewritten, NULL),
                   WD_OK);
  assert_string_equal(rewritten.text, text);
  wd_arena_fini(&arena);
  wd_registry_free(registry);
  free(text);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rewritten),
      cmocka_unit_test(test_left_alone),
      cmocka_unit_test(test_cut_off),
      cmocka_unit_test(test_deep),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
