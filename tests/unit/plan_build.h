/* Short ways to build relations and to look at the plans that are made of
 * them, with a binder that is told what to answer. */
#ifndef WD_TEST_PLAN_BUILD_H
#define WD_TEST_PLAN_BUILD_H

#include "plan/plan.h"

#include "plan_help.h"

/* Lambdas are numbers: the function says what bind answers. */
enum fake {
  FAKE_WORDS,    /* word string not null */
  FAKE_TRUTH,    /* one boolean */
  FAKE_NUMBER,   /* one i64 */
  FAKE_SAME,     /* the input */
  FAKE_NOTHING,  /* no columns */
  FAKE_TWICE,    /* two columns of one name */
  FAKE_DURATION, /* a type that is not carried */
  FAKE_OUT,      /* wants a column that is not there */
  FAKE_FIRST,    /* the input, wants its first column */
  FAKE_FAILS,
};

struct binder {
  uint32_t keys[4]; /* of the last bind */
  uint32_t key_count;
  uint32_t sites;
};

static const char *const outputs[] = {
    [FAKE_WORDS] = "word string not null",
    [FAKE_TRUTH] = "keep boolean",
    [FAKE_NUMBER] = "n i64",
    [FAKE_TWICE] = "x i64, x i64",
    [FAKE_DURATION] = "x list<duration<6>>",
    [FAKE_OUT] = "x i64",
};

static inline enum wd_status
fake_table(void *env, const char *name, const struct wd_option *options,
           uint32_t count, struct wd_arena *arena, struct wd_schema *out_schema,
           struct wd_error *error)
{
  static const struct {
    const char *name;
    const char *columns;
  } tables[] = {
      {"lines", "line string not null"},
      {"orders", "id i64 not null, price decimal<10,2>, qty i32, day date"},
      {"items", "ID i32, order_id i64, qty i32"},
      {"odd", "x list<duration<6>>"},
  };

  (void)env;
  (void)options;
  (void)count;
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    if (strcmp(tables[i].name, name) == 0)
      return wd_schema_parse(tables[i].columns, strlen(tables[i].columns),
                             arena, out_schema, error);
  return wd_fail(error, WD_NOT_GRANTED, "table '%s' is not granted", name);
}

static inline enum wd_status
fake_bind(void *env, const struct wd_closure *closure, enum wd_role role,
          const struct wd_schema *input, const uint32_t *keys,
          uint32_t key_count, uint32_t site, struct wd_arena *arena,
          struct wd_bound *out_bound, struct wd_error *error)
{
  static const uint32_t far = 99, first = 0;
  struct binder *binder = env;
  enum wd_status status = WD_OK;

  (void)role;
  assert_int_equal(site, binder->sites++);
  binder->key_count = key_count;
  if (key_count)
    memcpy(binder->keys, keys, key_count * sizeof *keys);
  if (closure->function == FAKE_FAILS)
    return wd_fail(error, WD_LAMBDA_FAILED, "bind says no");
  *out_bound = (struct wd_bound){.all_columns = true};
  out_bound->lambda = env;
  if (closure->function == FAKE_OUT || closure->function == FAKE_FIRST) {
    out_bound->all_columns = false;
    out_bound->column_count = 1;
    out_bound->columns = closure->function == FAKE_OUT ? &far : &first;
  }
  if (closure->function == FAKE_SAME || closure->function == FAKE_FIRST)
    return wd_schema_copy(input, arena, &out_bound->output, error);
  if (closure->function != FAKE_NOTHING)
    status = test_schema(outputs[closure->function], arena, &out_bound->output);
  return status;
}

/* Builders: each takes over its input; NULL when memory was short. */

static inline struct wd_relation *
done(struct wd_relation *input, struct wd_relation *relation, bool ok)
{
  if (input)
    wd_relation_unref(input);
  if (relation && !ok) {
    wd_relation_unref(relation);
    return NULL;
  }
  return relation;
}

static inline const struct wd_syntax *
syntax(struct wd_relation *relation, const char *text, const char **out_name)
{
  const struct wd_syntax *parsed = NULL;
  const char *name;
  struct wd_error error = {.status = WD_OK};

  if (wd_syntax_parse(text, strlen(text), &relation->arena, &parsed, &name,
                      &error) != WD_OK) {
    if (error.status != WD_NO_MEMORY)
      fail_msg("%s: %s", text, error.message);
    return NULL;
  }
  if (out_name)
    *out_name = name;
  return parsed;
}

static inline struct wd_relation *
read_table(const char *name)
{
  struct wd_relation *relation = wd_relation_new(NULL, WD_REL_READ, NULL, NULL);

  if (relation)
    relation->read.name = name;
  return relation;
}

static inline struct wd_relation *
make_range(int64_t end, int64_t step)
{
  struct wd_relation *relation =
      wd_relation_new(NULL, WD_REL_RANGE, NULL, NULL);

  if (relation) {
    relation->range.end = end;
    relation->range.step = step;
  }
  return relation;
}

static inline struct wd_relation *
new_over(struct wd_relation *input, enum wd_relation_kind kind)
{
  return input ? wd_relation_new(NULL, kind, input, NULL) : NULL;
}

/* A list of named expressions, NULL at its end. */
static inline struct wd_named_syntax *
named(struct wd_relation *relation, const char *const *texts,
      uint32_t *out_count)
{
  struct wd_named_syntax *list;

  for (*out_count = 0; texts[*out_count]; ++*out_count)
    ;
  list = wd_arena_array(&relation->arena, *out_count, sizeof *list);
  for (uint32_t i = 0; list && i < *out_count; i++) {
    list[i].syntax = syntax(relation, texts[i], &list[i].name);
    if (!list[i].syntax)
      return NULL;
  }
  return list;
}

static inline struct wd_relation *
select_of(struct wd_relation *input, const char *const *texts)
{
  struct wd_relation *relation = new_over(input, WD_REL_SELECT);
  struct wd_named_syntax *list = NULL;

  if (relation)
    relation->select.expressions = list =
        named(relation, texts, &relation->select.count);
  return done(input, relation, list);
}

#define TEXTS(...)                                                             \
  (const char *const[])                                                        \
  {                                                                            \
    __VA_ARGS__, NULL                                                          \
  }

static inline struct wd_relation *
filter_of(struct wd_relation *input, const char *text)
{
  struct wd_relation *relation = new_over(input, WD_REL_FILTER);

  if (relation)
    relation->filter = syntax(relation, text, NULL);
  return done(input, relation, relation && relation->filter);
}

static inline struct wd_relation *
lambda_of(struct wd_relation *input, enum wd_role role, enum fake function)
{
  struct wd_relation *relation = new_over(input, WD_REL_LAMBDA);

  if (relation) {
    relation->lambda.role = role;
    relation->lambda.closure.function = function;
  }
  return done(input, relation, true);
}

static inline struct wd_relation *
limit_of(struct wd_relation *input, uint64_t count, uint64_t offset)
{
  struct wd_relation *relation = new_over(input, WD_REL_LIMIT);

  if (relation) {
    relation->limit.count = count;
    relation->limit.offset = offset;
  }
  return done(input, relation, true);
}

static inline struct wd_relation *
sort_of(struct wd_relation *input, const char *text, bool descending)
{
  struct wd_relation *relation = new_over(input, WD_REL_SORT);
  struct wd_sort_syntax *key = NULL;

  if (relation)
    key = wd_arena_array(&relation->arena, 1, sizeof *key);
  if (key) {
    key->syntax = syntax(relation, text, NULL);
    key->descending = descending;
    relation->sort.count = 1;
    relation->sort.keys = key;
  }
  return done(input, relation, key && key->syntax);
}

/* Measures as texts, named by their `as`; `#n` is the lambda n of `qty`. */
static inline bool
fill_measure(struct wd_relation *relation, struct wd_measure_syntax *measure,
             const char *text)
{
  if (*text != '#') {
    measure->syntax = syntax(relation, text, &measure->name);
    return measure->syntax;
  }
  const struct wd_syntax **arguments =
      wd_arena_array(&relation->arena, 1, sizeof *arguments);

  if (!arguments)
    return false;
  arguments[0] = syntax(relation, "qty + 1", NULL);
  measure->name = "folded";
  measure->is_lambda = true;
  measure->closure.function = (uint32_t)(text[1] - '0');
  measure->argument_count = 1;
  measure->arguments = arguments;
  measure->filter = syntax(relation, "qty > 0", NULL);
  return arguments[0] && measure->filter;
}

static inline struct wd_relation *
aggregate_of(struct wd_relation *input, const char *const *keys,
             const char *const *measures)
{
  struct wd_relation *relation = new_over(input, WD_REL_AGGREGATE);
  struct wd_measure_syntax *list;
  uint32_t count = 0;
  bool ok;

  if (!relation)
    return done(input, NULL, false);
  relation->aggregate.keys =
      named(relation, keys, &relation->aggregate.key_count);
  while (measures[count])
    count++;
  relation->aggregate.measures = list =
      wd_arena_array(&relation->arena, count, sizeof *list);
  ok = list && relation->aggregate.keys;
  for (uint32_t i = 0; i < count && ok; i++)
    ok = fill_measure(relation, &list[i], measures[i]);
  relation->aggregate.measure_count = count;
  return done(input, relation, ok);
}

static inline struct wd_relation *
reduce_of(struct wd_relation *input, const char *const *keys,
          enum fake function)
{
  struct wd_relation *relation = new_over(input, WD_REL_REDUCE);

  if (!relation)
    return done(input, NULL, false);
  relation->reduce.keys = named(relation, keys, &relation->reduce.key_count);
  relation->reduce.closure.function = function;
  return done(input, relation, relation->reduce.keys);
}

/* on NULL: using the names. */
static inline struct wd_relation *
join_of(struct wd_relation *left, struct wd_relation *right,
        enum wd_join_kind kind, const char *on, const char *const *names)
{
  struct wd_relation *relation =
      left && right ? wd_relation_new(NULL, WD_REL_JOIN, left, right) : NULL;
  bool ok = relation;

  if (relation) {
    relation->join.kind = kind;
    while (!on && names[relation->join.using_count])
      relation->join.using_count++;
    relation->join.using_columns = names;
    if (on)
      relation->join.on = syntax(relation, on, NULL);
    ok = !on || relation->join.on;
  }
  if (right)
    wd_relation_unref(right);
  return done(left, relation, ok);
}

/* Takes over the relation. */
static inline enum wd_status
make(struct wd_relation *relation, struct binder *env, struct wd_plan *plan,
     struct wd_error *error)
{
  struct wd_binder binder = {
      .env = env, .table = fake_table, .bind = fake_bind};
  enum wd_status status;

  *env = (struct binder){.sites = 0};
  if (!relation)
    return WD_NO_MEMORY;
  status = wd_plan_make(NULL, relation, &binder, plan, error);
  wd_relation_unref(relation);
  if (status != WD_OK) {
    assert_null(plan->root);
    assert_null(plan->relation);
  }
  return status;
}

static inline void
check_plan(struct wd_relation *relation, const char *tree, const char *schema)
{
  struct wd_plan plan;
  struct wd_error error = {.status = WD_OK};
  struct wd_buf buf;
  struct binder env;

  if (make(relation, &env, &plan, &error) != WD_OK)
    fail_msg("%s", error.message);
  assert_int_equal(plan.site_count, env.sites);
  wd_buf_init(&buf, NULL, 1 << 20);
  wd_plan_print(&plan, WD_PLAN_TEXT, &buf);
  assert_string_equal(wd_buf_text(&buf), tree);
  wd_buf_clear(&buf);
  wd_schema_print(&plan.root->schema, &buf);
  assert_string_equal(wd_buf_text(&buf), schema);
  wd_buf_fini(&buf);
  wd_plan_fini(&plan);
  wd_plan_fini(&plan);
}

static inline void
check_error(struct wd_relation *relation, enum wd_status expected,
            const char *message)
{
  struct wd_plan plan;
  struct wd_error error = {.status = WD_OK};
  struct binder env;

  assert_int_equal(make(relation, &env, &plan, &error), expected);
  assert_string_equal(error.message, message);
}

#endif
