/* The first words of statements: what would break for a user is a table that is
 * dropped or filled although another one was named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guest/statement.h"
#include "oom.h"

struct example {
  const char *text;
  enum wd_statement_kind kind;
  const char *name;
  const char *columns; /* separated by '|' */
  const char *query;
  bool replace, lenient;
};

static const struct example examples[] = {
    {"select 1", WD_STATEMENT_QUERY, "", "", "select 1", false, false},
    {"", WD_STATEMENT_QUERY, "", "", "", false, false},
    {"update t set a = 1", WD_STATEMENT_QUERY, "", "", "update t set a = 1",
     false, false},
    {"created", WD_STATEMENT_QUERY, "", "", "created", false, false},
    {"create table t as select 1;", WD_STATEMENT_CREATE, "t", "", " select 1;",
     false, false},
    {"CREATE\tor\nReplace temp TABLE \"a \"\"b\"as(from x)",
     WD_STATEMENT_CREATE, "a \"b", "", "(from x)", true, false},
    {"create temporary table if not exists größe as select 1",
     WD_STATEMENT_CREATE, "größe", "", " select 1", false, true},
    {"/* a /* b */ c */ -- d\n create -- e\n table/**/t/**/as/**/select 1",
     WD_STATEMENT_CREATE, "t", "", "/**/select 1", false, false},
    {"create table if as select 1", WD_STATEMENT_COUNT, "", "", "", false,
     false},
    {"insert into t values (1)", WD_STATEMENT_INSERT, "t", "", " values (1)",
     false, false},
    {"insert into t (a, \"b c\" ) select 1, 2", WD_STATEMENT_INSERT, "t",
     "a|b c", " select 1, 2", false, false},
    {"insert into t (select 1)", WD_STATEMENT_INSERT, "t", "", " (select 1)",
     false, false},
    {"insert into t (values (1), (2))", WD_STATEMENT_INSERT, "t", "",
     " (values (1), (2))", false, false},
    {"drop table t ; -- gone", WD_STATEMENT_DROP, "t", "", "", false, false},
    {"drop table if exists \"if\"", WD_STATEMENT_DROP, "if", "", "", false,
     true},
    {"show tables;", WD_STATEMENT_SHOW_TABLES, "", "", "", false, false},
    {"show functions", WD_STATEMENT_SHOW_FUNCTIONS, "", "", "", false, false},
    {"describe t;", WD_STATEMENT_DESCRIBE, "t", "", " t;", false, false},
    {"describe select 1", WD_STATEMENT_DESCRIBE, "", "", " select 1", false,
     false},
    {"explain select 1", WD_STATEMENT_EXPLAIN, "", "", " select 1", false,
     false},
    {"create", WD_STATEMENT_COUNT, "", "", "", false, false},
    {"create table", WD_STATEMENT_COUNT, "", "", "", false, false},
    {"create table \"t as select 1", WD_STATEMENT_COUNT, "", "", "", false,
     false},
    {"create table \"\" as select 1", WD_STATEMENT_COUNT, "", "", "", false,
     false},
    {"create table a.b as select 1", WD_STATEMENT_COUNT, "", "", "", false,
     false},
    {"insert or replace into t select 1", WD_STATEMENT_COUNT, "", "", "", false,
     false},
    {"drop table t; drop table u", WD_STATEMENT_COUNT, "", "", "", false,
     false},
    {"drop table a.b", WD_STATEMENT_COUNT, "", "", "", false, false},
    {"drop table t cascade", WD_STATEMENT_COUNT, "", "", "", false, false},
    {"show tables from x", WD_STATEMENT_COUNT, "", "", "", false, false},
    {"/* open", WD_STATEMENT_QUERY, "", "", "/* open", false, false},
    {"create /* open", WD_STATEMENT_COUNT, "", "", "", false, false},
};

static void
check(const struct example *example, const struct wd_statement *statement)
{
  char columns[200] = "";

  for (uint32_t i = 0; i < statement->column_count; i++) {
    strcat(columns, i ? "|" : "");
    strcat(columns, statement->columns[i]);
  }
  assert_int_equal(statement->kind, example->kind);
  assert_string_equal(statement->name ? statement->name : "", example->name);
  assert_string_equal(columns, example->columns);
  assert_int_equal(statement->length, strlen(example->query));
  assert_memory_equal(statement->length ? statement->query : "", example->query,
                      statement->length);
  assert_int_equal(statement->replace, example->replace);
  assert_int_equal(statement->lenient, example->lenient);
}

static void
forms(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
    const struct example *example = &examples[i];
    struct wd_statement statement;
    struct wd_error error = {0};
    struct wd_arena arena;
    enum wd_status status;

    wd_arena_init(&arena, NULL, 0);
    status = wd_statement_read(example->text, strlen(example->text), &arena,
                               &statement, &error);
    if (example->kind == WD_STATEMENT_COUNT) {
      assert_int_equal(status, WD_INVALID_PLAN);
      assert_non_null(strstr(error.message, "sql: write "));
    } else {
      assert_int_equal(status, WD_OK);
      check(example, &statement);
    }
    wd_arena_fini(&arena);
  }
}

/* Every beginning of a text is read without looking behind it. */
static void
beginnings(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
    for (size_t length = 0; length <= strlen(examples[i].text); length++) {
      char *copy = malloc(length ? length : 1);
      struct wd_statement statement;
      struct wd_error error = {0};
      struct wd_arena arena;

      memcpy(copy, examples[i].text, length);
      wd_arena_init(&arena, NULL, 0);
      wd_statement_read(copy, length, &arena, &statement, &error);
      wd_arena_fini(&arena);
      free(copy);
    }
}

static enum wd_status
read_one(void *env)
{
  const struct example *example = env;
  struct wd_statement statement;
  struct wd_arena arena;
  enum wd_status status;

  wd_arena_init(&arena, NULL, 0);
  status = wd_statement_read(example->text, strlen(example->text), &arena,
                             &statement, NULL);
  wd_arena_fini(&arena);
  return status;
}

static void
out_of_memory(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
    if (examples[i].kind != WD_STATEMENT_COUNT)
      wd_oom_each(read_one, (void *)(uintptr_t)&examples[i]);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forms),
      cmocka_unit_test(beginnings),
      cmocka_unit_test(out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
