/* Relations made by hand, run by the engine, printed as text; and the same
 * asked of DuckDB in plain SQL. */
#ifndef WD_TEST_DUCK_HELP_H
#define WD_TEST_DUCK_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/duckdb/engine.h"
#include "engine/duckdb/functions.h"
#include "fake_lambda.h"
#include "folder.h"

struct duck {
  struct folder *folder;
  struct wd_grants grants;
  struct wd_engine *engine;
  struct wd_pool *pool;
  struct wd_error error;
};

static inline int
duck_open_threads(void **state, uint32_t threads)
{
  struct duck *duck = calloc(1, sizeof *duck);
  struct wd_engine_options options = {.threads = threads};

  if (!duck || folder_make((void **)&duck->folder) != 0)
    return -1;
  wd_grants_init(&duck->grants, NULL);
  options.grants = &duck->grants;
  duck->pool = fake_pool_new();
  *state = duck;
  return (int)wd_engine_duckdb.open(&options, &duck->engine, &duck->error);
}

static inline int
duck_open(void **state)
{
  return duck_open_threads(state, 2);
}

static inline int
duck_close(void **state)
{
  struct duck *duck = *state;
  void *folder = duck->folder;

  wd_engine_duckdb.close(duck->engine);
  wd_grants_fini(&duck->grants);
  wd_pool_unref(duck->pool);
  folder_remove(&folder);
  free(duck);
  return 0;
}

/* A new pool, when the last one has seen a failure. */
static inline void
duck_new_pool(struct duck *duck)
{
  wd_pool_unref(duck->pool);
  duck->pool = fake_pool_new();
}

/* A file of the test's folder as a table. */
static inline void
duck_grant(struct duck *duck, const char *name, const char *file,
           const char *options)
{
  char text[1024];

  snprintf(text, sizeof text, "%s=%s/%s%s%s", name, duck->folder->path, file,
           *options ? "," : "", options);
  assert_int_equal(wd_grants_add_table(&duck->grants, text, &duck->error),
                   WD_OK);
}

static inline enum wd_status
duck_bind_table(void *env, const char *name, const struct wd_option *options,
                uint32_t count, struct wd_arena *arena,
                struct wd_schema *out_schema, struct wd_error *error)
{
  struct duck *duck = env;
  const struct wd_grant *grant;
  enum wd_status status =
      wd_grants_table(&duck->grants, name, strlen(name), &grant, error);

  if (status != WD_OK)
    return status;
  return wd_engine_duckdb.table(duck->engine, grant, options, count, arena,
                                out_schema, error);
}

static inline enum wd_status
duck_bind_lambda(void *env, const struct wd_closure *closure, enum wd_role role,
                 const struct wd_schema *input, const uint32_t *keys,
                 uint32_t key_count, uint32_t site, struct wd_arena *arena,
                 struct wd_bound *out_bound, struct wd_error *error)
{
  struct duck *duck = env;

  return fake_bind(duck->pool, closure, role, input, keys, key_count, site,
                   arena, out_bound, error);
}

static inline enum wd_status
duck_bind_table_function(void *env, const char *name,
                         const struct wd_closure *closure,
                         const struct wd_schema *arguments,
                         const struct wd_batch *values, uint32_t partitions,
                         uint32_t site, struct wd_arena *arena,
                         struct wd_bound *out_bound, struct wd_error *error)
{
  struct duck *duck = env;

  (void)name;
  return fake_bind_table(duck->pool, closure, arguments, values, partitions,
                         site, arena, out_bound, error);
}

/* Takes the relation. */
static inline enum wd_status
duck_plan(struct duck *duck, struct wd_relation *relation, struct wd_plan *plan)
{
  const struct wd_binder binder = {
      .env = duck,
      .table = duck_bind_table,
      .bind = duck_bind_lambda,
      .bind_table = duck_bind_table_function,
  };
  enum wd_status status;

  memset(&duck->error, 0, sizeof duck->error);
  status = wd_plan_make(NULL, relation, &binder, plan, &duck->error);
  wd_relation_unref(relation);
  return status;
}

static inline void
duck_print_rows(const struct wd_schema *schema, const struct wd_batch *batch,
                struct wd_buf *buf)
{
  for (uint32_t row = 0; row < batch->rows; row++) {
    for (uint32_t column = 0; column < schema->count; column++) {
      if (column)
        wd_buf_putc(buf, '|');
      if (wd_value_null(schema, batch, column, row))
        wd_buf_puts(buf, "NULL");
      else
        wd_value_print(schema, batch, column, row, buf);
    }
    wd_buf_putc(buf, '\n');
  }
}

static inline enum wd_status
duck_fetch(struct wd_query *query, const struct wd_schema *schema,
           uint64_t most, struct wd_buf *buf, struct wd_error *error)
{
  uint64_t total = 0;

  for (;;) {
    struct wd_rows rows = {0};
    bool has;
    enum wd_status status = wd_engine_duckdb.next(query, &rows, &has, error);

    if (status == WD_OK && has)
      status = wd_batch_check(schema, &rows.batch, UINT32_MAX, error);
    if (status == WD_OK && has && buf)
      duck_print_rows(schema, &rows.batch, buf);
    if (status == WD_OK && has)
      total += rows.batch.rows;
    wd_rows_fini(&rows);
    if (status != WD_OK || !has || total >= most)
      return status;
  }
}

/* Runs a relation (and takes it); rows as text, freed by the caller. */
static inline char *
duck_run(struct duck *duck, struct wd_relation *relation)
{
  struct wd_plan plan = {0};
  struct wd_request request = {.plan = &plan, .pool = duck->pool};
  struct wd_query *query = NULL;
  struct wd_buf buf;
  char *text = NULL;
  enum wd_status status = duck_plan(duck, relation, &plan);

  wd_buf_init(&buf, NULL, 1u << 30);
  if (status == WD_OK)
    status =
        wd_engine_duckdb.start(duck->engine, &request, &query, &duck->error);
  if (status == WD_OK)
    status =
        duck_fetch(query, &plan.root->schema, UINT64_MAX, &buf, &duck->error);
  if (query)
    wd_engine_duckdb.free(query);
  wd_plan_fini(&plan);
  if (status == WD_OK)
    text = strdup(wd_buf_text(&buf));
  wd_buf_fini(&buf);
  return text;
}

static inline void
duck_expect(struct duck *duck, struct wd_relation *relation, const char *text)
{
  char *found = duck_run(duck, relation);

  if (!found)
    fail_msg("%s", duck->error.message);
  assert_string_equal(found, text);
  free(found);
}

static inline void
duck_expect_failure(struct duck *duck, struct wd_relation *relation,
                    enum wd_status status, const char *part)
{
  char *found = duck_run(duck, relation);

  assert_null(found);
  assert_int_equal(duck->error.status, status);
  if (!strstr(duck->error.message, part))
    fail_msg("'%s' is not in: %s", part, duck->error.message);
}

/* The answer of plain SQL, in the same form. */
static inline char *
duck_ask(struct duck *duck, const char *sql)
{
  struct wd_duck_engine *engine = (struct wd_duck_engine *)duck->engine;
  duckdb_result result;
  struct wd_buf buf;
  char *text;

  if (duckdb_query(engine->connection, sql, &result) != DuckDBSuccess)
    fail_msg("%s", duckdb_result_error(&result));
  wd_buf_init(&buf, NULL, 1u << 30);
  for (idx_t row = 0; row < duckdb_row_count(&result); row++) {
    for (idx_t column = 0; column < duckdb_column_count(&result); column++) {
      char *value = duckdb_value_varchar(&result, column, row);

      wd_buf_puts(&buf, column ? "|" : "");
      wd_buf_puts(&buf, value ? value : "NULL");
      duckdb_free(value);
    }
    wd_buf_putc(&buf, '\n');
  }
  duckdb_destroy_result(&result);
  text = strdup(wd_buf_text(&buf));
  wd_buf_fini(&buf);
  return text;
}

/* Runs the relation and compares with SQL; in it %s is the test's folder. */
static inline void
duck_compare(struct duck *duck, struct wd_relation *relation, const char *sql)
{
  char text[4096];
  char *expected;

  snprintf(text, sizeof text, sql, duck->folder->path, duck->folder->path);
  expected = duck_ask(duck, text);
  duck_expect(duck, relation, expected);
  free(expected);
}

/* Relations. Inputs are taken. */

static inline struct wd_relation *
rel(enum wd_relation_kind kind, struct wd_relation *left,
    struct wd_relation *right)
{
  struct wd_relation *relation = wd_relation_new(NULL, kind, left, right);

  assert_non_null(relation);
  wd_relation_unref(left);
  wd_relation_unref(right);
  return relation;
}

static inline struct wd_relation *
rel_read(const char *name)
{
  struct wd_relation *relation = rel(WD_REL_READ, NULL, NULL);

  relation->read.name = wd_arena_strdup(&relation->arena, name);
  return relation;
}

static inline struct wd_relation *
rel_range(int64_t start, int64_t end, int64_t step)
{
  struct wd_relation *relation = rel(WD_REL_RANGE, NULL, NULL);

  relation->range.start = start;
  relation->range.end = end;
  relation->range.step = step;
  return relation;
}

static inline const struct wd_syntax *
rel_syntax(struct wd_relation *relation, const char *text,
           const char **out_name)
{
  const struct wd_syntax *syntax = NULL;
  struct wd_error error = {0};

  if (wd_syntax_parse(text, strlen(text), &relation->arena, &syntax, out_name,
                      &error) != WD_OK)
    fail_msg("%s", error.message);
  return syntax;
}

/* Expressions, separated by `;`. */
static inline const struct wd_named_syntax *
rel_list(struct wd_relation *relation, const char *text, uint32_t *out_count)
{
  struct wd_named_syntax *list =
      wd_arena_array(&relation->arena, 512, sizeof *list);
  char *copy = wd_arena_strdup(&relation->arena, text);
  char *rest = NULL;

  *out_count = 0;
  for (char *one = strtok_r(copy, ";", &rest); one;
       one = strtok_r(NULL, ";", &rest)) {
    struct wd_named_syntax *named = &list[(*out_count)++];

    named->syntax = rel_syntax(relation, one, &named->name);
  }
  return list;
}

static inline struct wd_relation *
rel_select(struct wd_relation *input, const char *expressions)
{
  struct wd_relation *relation = rel(WD_REL_SELECT, input, NULL);

  relation->select.expressions =
      rel_list(relation, expressions, &relation->select.count);
  return relation;
}

static inline struct wd_relation *
rel_filter(struct wd_relation *input, const char *predicate)
{
  struct wd_relation *relation = rel(WD_REL_FILTER, input, NULL);
  const char *name;

  relation->filter = rel_syntax(relation, predicate, &name);
  return relation;
}

static inline struct wd_relation *
rel_lambda(struct wd_relation *input, enum wd_role role,
           enum fake_function function)
{
  struct wd_relation *relation = rel(WD_REL_LAMBDA, input, NULL);

  relation->lambda.role = role;
  relation->lambda.closure.function = function;
  return relation;
}

static inline struct wd_relation *
rel_limit(struct wd_relation *input, uint64_t count, uint64_t offset)
{
  struct wd_relation *relation = rel(WD_REL_LIMIT, input, NULL);

  relation->limit.count = count;
  relation->limit.offset = offset;
  return relation;
}

/* Keys as `-x` for descending, `+x` for ascending, `^` behind the sign for
 * nulls first; separated by `;`. */
static inline struct wd_relation *
rel_sort(struct wd_relation *input, const char *keys)
{
  struct wd_relation *relation = rel(WD_REL_SORT, input, NULL);
  struct wd_sort_syntax *list =
      wd_arena_array(&relation->arena, 16, sizeof *list);
  char *copy = wd_arena_strdup(&relation->arena, keys);
  char *rest = NULL;

  for (char *one = strtok_r(copy, ";", &rest); one;
       one = strtok_r(NULL, ";", &rest)) {
    struct wd_sort_syntax *key = &list[relation->sort.count++];
    const char *name;

    key->descending = *one++ == '-';
    key->nulls_first = *one == '^';
    one += key->nulls_first;
    key->syntax = rel_syntax(relation, one, &name);
  }
  relation->sort.keys = list;
  return relation;
}

static inline struct wd_relation *
rel_aggregate(struct wd_relation *input, const char *keys, const char *measures)
{
  struct wd_relation *relation = rel(WD_REL_AGGREGATE, input, NULL);
  struct wd_measure_syntax *list =
      wd_arena_array(&relation->arena, 32, sizeof *list);
  uint32_t count;
  const struct wd_named_syntax *parsed = rel_list(relation, measures, &count);

  relation->aggregate.keys =
      rel_list(relation, keys, &relation->aggregate.key_count);
  for (uint32_t i = 0; i < count; i++) {
    list[i].name = parsed[i].name;
    list[i].syntax = parsed[i].syntax;
  }
  relation->aggregate.measures = list;
  relation->aggregate.measure_count = count;
  return relation;
}

/* Adds a measure by lambda to an aggregation. */
static inline struct wd_relation *
rel_measure(struct wd_relation *relation, const char *name,
            enum fake_function function, const char *argument)
{
  struct wd_measure_syntax *list =
      (struct wd_measure_syntax *)(uintptr_t)relation->aggregate.measures;
  struct wd_measure_syntax *measure =
      &list[relation->aggregate.measure_count++];
  const struct wd_syntax **arguments =
      wd_arena_array(&relation->arena, 1, sizeof *arguments);
  const char *ignored;

  arguments[0] = rel_syntax(relation, argument, &ignored);
  measure->name = name;
  measure->is_lambda = true;
  measure->closure.function = function;
  measure->argument_count = 1;
  measure->arguments = arguments;
  return relation;
}

static inline struct wd_relation *
rel_reduce(struct wd_relation *input, const char *keys,
           enum fake_function function)
{
  struct wd_relation *relation = rel(WD_REL_REDUCE, input, NULL);

  relation->reduce.keys = rel_list(relation, keys, &relation->reduce.key_count);
  relation->reduce.closure.function = function;
  return relation;
}

static inline struct wd_relation *
rel_join(struct wd_relation *left, struct wd_relation *right,
         enum wd_join_kind kind, const char *on)
{
  struct wd_relation *relation = rel(WD_REL_JOIN, left, right);
  const char *name;

  relation->join.kind = kind;
  if (on)
    relation->join.on = rel_syntax(relation, on, &name);
  return relation;
}

#endif
