/* Typing: names, implicit casts, types of results, errors. */
#include "plan/typing.h"

#include <stdlib.h>

#include "oom.h"
#include "plan_help.h"

struct triple {
  const char *text;
  const char *typed;
  const char *type;
};

static void
print_type(const struct wd_expression *expression, char *text, size_t size)
{
  char type[96];

  snprintf(text, size, "%s%s", wd_type_text(&expression->type, type, 96),
           expression->nullable ? "" : " not null");
}

/* What is printed is read as the same expression again. */
static void
check_typed(const struct triple *c)
{
  struct wd_arena arena;
  struct wd_error error = {.status = WD_OK};
  struct wd_schema schema;
  const struct wd_expression *expression;
  struct wd_buf buf;
  char type[128];

  wd_arena_init(&arena, NULL, 0);
  wd_buf_init(&buf, NULL, 1 << 20);
  if (test_type(c->text, WD_TEST_COLUMNS, &arena, &schema, &expression,
                &error) != WD_OK)
    fail_msg("%s: %s", c->text, error.message);
  wd_expression_print(expression, &schema, &buf);
  assert_string_equal(wd_buf_text(&buf), c->typed);
  print_type(expression, type, sizeof type);
  assert_string_equal(type, c->type);
  wd_buf_clear(&buf);
  if (test_type(c->typed, WD_TEST_COLUMNS, &arena, &schema, &expression,
                &error) != WD_OK)
    fail_msg("%s: %s", c->typed, error.message);
  wd_expression_print(expression, &schema, &buf);
  assert_string_equal(wd_buf_text(&buf), c->typed);
  print_type(expression, type, sizeof type);
  assert_string_equal(type, c->type);
  wd_buf_fini(&buf);
  wd_arena_fini(&arena);
}

static void
check_all(const struct triple *cases, size_t count)
{
  for (size_t i = 0; i < count; i++)
    check_typed(&cases[i]);
}

#define CHECK_ALL(cases) check_all(cases, sizeof(cases) / sizeof *(cases))

static void
test_arithmetic(void **state)
{
  static const struct triple cases[] = {
      {"b + qty", "b + qty", "i64 not null"},
      {"A + 1", "cast(a as i64) + 1", "i64"},
      {"s8 * a", "cast(s8 as i32) * a", "i32"},
      {"u32 - a", "cast(u32 as i64) - cast(a as i64)", "i64"},
      {"u + 1", "u + cast(1 as u64)", "u64"},
      {"u + b", "cast(u as decimal<20,0>) + cast(b as decimal<20,0>)",
       "decimal<21,0>"},
      {"a / b", "cast(a as fp64) / cast(b as fp64)", "fp64"},
      {"7 / 2", "7e0 / 2e0", "fp64 not null"},
      {"a // 2", "cast(a as i64) // 2", "i64"},
      {"b % 3", "b % 3", "i64 not null"},
      {"p * 2", "p * cast(2 as decimal<1,0>)", "decimal<12,2>"},
      {"p + b", "p + cast(b as decimal<19,0>)", "decimal<22,2>"},
      {"p / p", "p / p", "decimal<31,13>"},
      {"f + a", "f + cast(a as fp64)", "fp64"},
      {"g + s8", "g + cast(s8 as fp32)", "fp32"},
      {"g + a", "cast(g as fp64) + cast(a as fp64)", "fp64"},
      {"g * 2", "g * cast(2e0 as fp32)", "fp32"},
      {"f * 1.5", "f * 1.5e0", "fp64"},
      {"a + null", "a + cast(null as i32)", "i32"},
      {"null + null", "cast(null as i64) + cast(null as i64)", "i64"},
      {"-u32", "-cast(u32 as i64)", "i64"},
      {"abs(u)", "u", "u64"},
      {"ceil(a)", "a", "i32"},
      {"round(f)", "round(f, cast(0 as i32))", "fp64"},
      {"sqrt(b)", "sqrt(cast(b as fp64))", "fp64 not null"},
      {"power(g, 2)", "power(g, cast(2e0 as fp32))", "fp32"},
      {"bitwise_or(s8, a)", "cast(s8 as i32) | a", "i32"},
      {"a << 2", "a << cast(2 as i32)", "i32"},
      {"b >> a & 1", "b >> a & 1", "i64"},
      {"lpad(s, 5)", "lpad(s, cast(5 as i32))", "string"},
      {"lpad(n, b, 'x')", "lpad(n, cast(b as i32), 'x')", "string not null"},
      {"hex(n)", "hex(cast(n as binary))", "string not null"},
      {"sinh(a)", "sinh(cast(a as fp64))", "fp64"},
      {"pi()", "pi()", "fp64 not null"},
      {"concat_ws(',', s, null)", "concat_ws(',', s, cast(null as string))",
       "string"},
      {"n rlike 'x'", "regexp_match(n, 'x')", "boolean not null"},
      {"ok is true", "is_true(ok)", "boolean not null"},
      {"s ilike n", "s ilike n", "boolean"},
  };

  (void)state;
  CHECK_ALL(cases);
}

static void
test_times(void **state)
{
  static const struct triple cases[] = {
      {"d + 1", "d + 1", "date"},
      {"1 + d", "1 + d", "date"},
      {"d - a", "d - cast(a as i64)", "date"},
      {"d - d", "d - d", "i64"},
      {"d - '2000-01-01'", "d - date '2000-01-01'", "i64"},
      {"d + interval '1 month'", "d + interval '1 months'", "date"},
      {"interval '1 day' + d", "interval '1 days' + d", "date"},
      {"d + interval '1 hour'", "d + interval '3600.000000 seconds'",
       "timestamp<6>"},
      {"t - interval '1 day'", "t - interval '1 days'", "timestamp<6>"},
      {"tz + interval '1 day'", "tz + interval '1 days'",
       "timestamp_tz<6,UTC>"},
      {"t - t", "t - t", "interval"},
      {"tz at time zone s", "at_time_zone(tz, s)", "timestamp<6>"},
      {"t at time zone 'UTC'", "at_time_zone(t, 'UTC')", "timestamp_tz<6,UTC>"},
      {"date_trunc('month', d)", "date_trunc('month', d)", "date"},
      {"date_diff('day', d, t)", "date_diff('day', cast(d as timestamp<6>), t)",
       "i64"},
      {"hour(tz)", "extract(hour from tz)", "i64"},
      {"now()", "timestamp '1970-01-01 00:00:00+00'",
       "timestamp_tz<6,UTC> not null"},
      {"current_date", "date '1970-01-01'", "date not null"},
      {"cast(tz as date)", "cast(tz as date)", "date"},
  };

  (void)state;
  CHECK_ALL(cases);
}

static void
test_comparison(void **state)
{
  static const struct triple cases[] = {
      {"a = 5", "a = cast(5 as i32)", "boolean"},
      {"b > 5", "b > 5", "boolean not null"},
      {"s8 = 300", "cast(s8 as i64) = 300", "boolean"},
      {"u = 18446744073709551615", "u = cast(18446744073709551615 as u64)",
       "boolean"},
      {"u > -1", "cast(u as decimal<20,0>) > cast(-1 as decimal<20,0>)",
       "boolean"},
      {"a < b", "cast(a as i64) < b", "boolean"},
      {"p > 1", "p > cast(1.00 as decimal<10,2>)", "boolean"},
      {"p > 0.125", "cast(p as decimal<11,3>) > cast(0.125 as decimal<11,3>)",
       "boolean"},
      {"b > 1.5", "cast(b as decimal<20,1>) > cast(1.5 as decimal<20,1>)",
       "boolean not null"},
      {"g = 0.1", "g = cast(0.1e0 as fp32)", "boolean"},
      {"d >= '2000-01-01'", "d >= date '2000-01-01'", "boolean"},
      {"d = '2000-01-01 06:00'",
       "cast(d as timestamp<6>) = timestamp '2000-01-01 06:00:00'", "boolean"},
      {"t < d", "t < cast(d as timestamp<6>)", "boolean"},
      {"t < '2000-01-01'", "t < timestamp '2000-01-01 00:00:00'", "boolean"},
      {"tz < '2000-01-01 01:00+01'", "tz < timestamp '2000-01-01 00:00:00+00'",
       "boolean"},
      {"a = null", "a = cast(null as i32)", "boolean"},
      {"null is null", "null is null", "boolean not null"},
      {"a is not distinct from b", "cast(a as i64) is not distinct from b",
       "boolean not null"},
      {"a between 1 and b", "a >= cast(1 as i32) and cast(a as i64) <= b",
       "boolean"},
      {"n not like 'a%'", "not n like 'a%'", "boolean not null"},
      {"s8 not in (1, 2)", "not s8 in (cast(1 as i8), cast(2 as i8))",
       "boolean"},
      {"d in ('2000-01-01', null)",
       "d in (date '2000-01-01', cast(null as date))", "boolean"},
      {"ok or not ok and null", "ok or not ok and cast(null as boolean)",
       "boolean"},
  };

  (void)state;
  CHECK_ALL(cases);
}

static void
test_choices(void **state)
{
  static const struct triple cases[] = {
      {"case when ok then 1 else 2.5 end", "case when ok then 1.0 else 2.5 end",
       "decimal<2,1> not null"},
      {"case a when 1 then n end", "case when a = cast(1 as i32) then n end",
       "string"},
      {"case when ok then null else 'x' end",
       "case when ok then cast(null as string) else 'x' end", "string"},
      {"coalesce(a, 0)", "coalesce(a, cast(0 as i32))", "i32"},
      {"least('2000-01-01', d)", "least(date '2000-01-01', d)", "date"},
      {"nullif(b, 0)", "nullif(b, 0)", "i64"},
      {"try_cast(n as i64)", "try_cast(n as i64)", "i64"},
      {"n::i64", "cast(n as i64)", "i64 not null"},
      {"substr(n, a)", "substring(n, a)", "string"},
      {"substr(n, b, 2)", "substring(n, cast(b as i32), cast(2 as i32))",
       "string not null"},
      {"n || 'x' || s", "n || 'x' || s", "string"},
      {"year(d)", "extract(year from d)", "i64"},
      {"\"a b\"", "\"a b\"", "i64"},
  };

  (void)state;
  CHECK_ALL(cases);
}

static const struct {
  const char *text;
  enum wd_status status;
  const char *message;
} errors[] = {
    {"prise * qty", WD_INVALID_PLAN,
     "unknown column 'prise' (did you mean price?); the columns are: price, "
     "qty, name\n  prise * qty\n  ^"},
    {"\"bob\" = name", WD_INVALID_PLAN,
     "unknown column 'bob' (text is written in single quotes); the columns "
     "are: price, qty, name\n  \"bob\" = name\n  ^"},
    {"1 + rond(qty)", WD_INVALID_PLAN,
     "unknown function 'rond' (did you mean round?)\n  1 + rond(qty)\n"
     "      ^"},
    {"name + 1", WD_TYPE_MISMATCH,
     "add does not take (string, i64); texts are joined with ||, or cast to "
     "a number\n  name + 1\n  ^"},
    {"name > 5", WD_TYPE_MISMATCH,
     "cannot compare string and i64; cast one of them: cast(... as ...)\n"
     "  name > 5\n         ^"},
    {"sum(qty)", WD_INVALID_PLAN,
     "sum: aggregates are only allowed in aggregate, and not inside each "
     "other\n  sum(qty)\n  ^"},
    {"qty and true", WD_TYPE_MISMATCH,
     "and does not take (i64, boolean); and, or and not take booleans: "
     "compare with something\n  qty and true\n  ^"},
    {"price // 2", WD_TYPE_MISMATCH,
     "divide does not take (fp64, i64); // takes integers\n  price // 2\n"
     "  ^"},
    {"price % 2", WD_TYPE_MISMATCH,
     "modulus does not take (fp64, fp64); % takes integers or decimals\n"
     "  price % 2\n  ^"},
    {"split_part(qty, name, 1)", WD_TYPE_MISMATCH,
     "split_part does not take (i64, string, i64); there is "
     "split_part(string, string, i32)\n  split_part(qty, name, 1)\n  ^"},
    {"regexp_match_substring(name, 1)", WD_TYPE_MISMATCH,
     "regexp_match_substring does not take (string, i64); there is "
     "regexp_match_substring(string, string [, i64 [, i64 [, i64]]])\n"
     "  regexp_match_substring(name, 1)\n  ^"},
    {"list_length(name)", WD_TYPE_MISMATCH,
     "list_length does not take (string); there is list_length(list<T>) and "
     "list_length(map<T, U>)\n  list_length(name)\n  ^"},
    {"left.qty", WD_INVALID_PLAN,
     "left. and right. are only known in a join's condition\n  left.qty\n"
     "  ^"},
    {"upper()", WD_INVALID_PLAN,
     "upper takes 1 argument, not 0\n  upper()\n  ^"},
    {"upper(distinct name)", WD_INVALID_PLAN,
     "only aggregates take 'distinct'\n  upper(distinct name)\n  ^"},
    {"name like 'x' escape 'ab'", WD_INVALID_PLAN,
     "the escape must be one ASCII character: escape '!'\n"
     "  name like 'x' escape 'ab'\n                       ^"},
    {"qty::date", WD_TYPE_MISMATCH,
     "i64 cannot be cast to date\n  qty::date\n  ^"},
    {"date '2000-01-01' = 'soon'", WD_TYPE_MISMATCH,
     "this text is no date: write 'YYYY-MM-DD'\n"
     "  date '2000-01-01' = 'soon'\n                      ^"},
    {"case qty when 'a' then 1 end", WD_TYPE_MISMATCH,
     "cannot compare i64 and string; cast one of them: cast(... as ...)\n"
     "  case qty when 'a' then 1 end\n                ^"},
    {"*", WD_INVALID_PLAN, "'*' is only allowed in a select\n  *\n  ^"},
    {"Qty2", WD_INVALID_PLAN,
     "unknown column 'Qty2' (did you mean qty?); the columns are: price, "
     "qty, name\n  Qty2\n  ^"},
};

static void
test_errors(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    struct wd_arena arena;
    struct wd_error error = {.status = WD_OK};
    struct wd_schema schema;
    const struct wd_expression *expression;

    wd_arena_init(&arena, NULL, 0);
    assert_int_equal(test_type(errors[i].text,
                               "price fp64, qty i64, name string", &arena,
                               &schema, &expression, &error),
                     errors[i].status);
    assert_string_equal(error.message, errors[i].message);
    wd_arena_fini(&arena);
  }
}

/* Names that differ only in case are told apart when they are written so. */
static void
test_ambiguous(void **state)
{
  struct wd_arena arena;
  struct wd_schema schema;
  struct wd_error error = {.status = WD_OK};
  const struct wd_expression *expression;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(test_type("A", "a i64, A i32, x i64, x i32", &arena, &schema,
                             &expression, &error),
                   WD_OK);
  assert_int_equal(expression->column, 1);
  assert_int_equal(test_type("x", "a i64, A i32, x i64, x i32", &arena, &schema,
                             &expression, &error),
                   WD_INVALID_PLAN);
  assert_string_equal(error.message,
                      "column 'x' is ambiguous: more than one has that name; "
                      "rename one of them in a select before\n  x\n  ^");
  wd_arena_fini(&arena);
}

static enum wd_status
type_join(const char *text, struct wd_arena *arena, struct wd_buf *buf,
          struct wd_error *error)
{
  struct wd_schema left, right;
  struct wd_scope scope = {.left = &left, .right = &right};
  const struct wd_syntax *syntax;
  const struct wd_expression *expression;
  enum wd_status status;

  test_schema("id i64, x string", arena, &left);
  test_schema("id i32, y string", arena, &right);
  status = test_parse(text, arena, &syntax, error);
  if (status == WD_OK)
    status = wd_expression_make(syntax, &scope, arena, &expression, error);
  if (status == WD_OK)
    wd_expression_print_join(expression, &left, &right, buf);
  return status;
}

static void
test_join(void **state)
{
  struct wd_arena arena;
  struct wd_buf buf;
  struct wd_error error = {.status = WD_OK};

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  wd_buf_init(&buf, NULL, 4096);
  assert_int_equal(
      type_join("left.id = right.id and x < y", &arena, &buf, &error), WD_OK);
  assert_string_equal(wd_buf_text(&buf),
                      "left.id = cast(right.id as i64) and left.x < right.y");
  assert_int_equal(type_join("id = 1", &arena, &buf, &error), WD_INVALID_PLAN);
  assert_string_equal(error.message,
                      "column 'id' is ambiguous: more than one has that name; "
                      "write left. or right. before it\n  id = 1\n  ^");
  wd_error_clear(&error);
  assert_int_equal(type_join("z = 1", &arena, &buf, &error), WD_INVALID_PLAN);
  assert_string_equal(error.message,
                      "unknown column 'z'; the columns are: id, x and id, y\n"
                      "  z = 1\n  ^");
  wd_buf_fini(&buf);
  wd_arena_fini(&arena);
}

/* A subject that is repeated in each condition must not make a small text a
 * huge expression. */
static void
test_blow_up(void **state)
{
  static const char before[] = "case ", after[] = " when 1 then 2 when 3 then "
                                                  "4 when 5 then 6 end";
  char *text = calloc(1, 30 * (sizeof before + sizeof after) + 2);
  struct wd_arena arena;
  struct wd_schema schema;
  struct wd_error error = {.status = WD_OK};
  const struct wd_expression *expression;

  (void)state;
  assert_non_null(text);
  for (int i = 0; i < 30; i++)
    strcat(text, before);
  strcat(text, "a");
  for (int i = 0; i < 30; i++)
    strcat(text, after);
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(
      test_type(text, "a i64", &arena, &schema, &expression, &error),
      WD_LIMIT_EXCEEDED);
  wd_arena_fini(&arena);
  free(text);
}

/* Windows: in the columns of a select only. */
static void
check_window(const char *text, const char *typed, const char *type)
{
  struct wd_arena arena;
  struct wd_error error = {.status = WD_OK};
  struct wd_schema schema;
  struct wd_scope scope = {.left = &schema, .windows = true};
  const struct wd_syntax *syntax;
  const struct wd_expression *expression;
  struct wd_buf buf;
  char shown[128];

  wd_arena_init(&arena, NULL, 0);
  wd_buf_init(&buf, NULL, 1 << 20);
  test_schema(WD_TEST_COLUMNS, &arena, &schema);
  if (test_parse(text, &arena, &syntax, &error) != WD_OK ||
      wd_expression_make(syntax, &scope, &arena, &expression, &error) != WD_OK)
    fail_msg("%s: %s", text, error.message);
  wd_expression_print(expression, &schema, &buf);
  assert_string_equal(wd_buf_text(&buf), typed);
  print_type(expression, shown, sizeof shown);
  assert_string_equal(shown, type);
  wd_buf_fini(&buf);
  wd_arena_fini(&arena);
}

static void
test_windows(void **state)
{
  static const struct triple cases[] = {
      {"row_number() over ()", "row_number() over ()", "i64 not null"},
      {"percent_rank() over (order by a)", "percent_rank() over (order by a)",
       "fp64 not null"},
      {"lag(qty) over (order by d)", "lag(qty) over (order by d)", "i64"},
      {"lead(p, 2, 0) over (order by d)",
       "lead(cast(p as decimal<10,2>), 2, cast(0 as decimal<10,2>)) over "
       "(order by d)",
       "decimal<10,2>"},
      {"sum(a) over (partition by null order by b desc)",
       "sum(a) over (partition by cast(null as i64) order by b desc)", "i64"},
      {"avg(a) filter (where ok) over ()",
       "avg(cast(a as fp64)) filter (where ok) over ()", "fp64"},
      {"count(*) over (order by a range between 1 preceding and 2 following)",
       "count(*) over (order by a range between cast(1 as i32) preceding and "
       "cast(2 as i32) following)",
       "i64 not null"},
      {"1 + rank() over (order by s nulls first)",
       "1 + rank() over (order by s nulls first)", "i64 not null"},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check_window(cases[i].text,
                 i == 3 ? "lead(p, 2, cast(0.00 as decimal<10,2>)) over "
                          "(order by d)"
                        : cases[i].typed,
                 cases[i].type);
}

/* What is refused names what to do. */
static void
test_window_errors(void **state)
{
  static const struct {
    const char *text;
    const char *part;
  } cases[] = {
      {"row_number()", "over (partition by"},
      {"sum(sum(a) over ()) over ()", "not inside each other"},
      {"sum(a) ignore nulls over ()", "leave nulls out"},
      {"rank() ignore nulls over ()", "ignore nulls"},
      {"upper(s) over ()", "row_number"},
      {"rank(a) over ()", "0 arguments"},
      {"ntile('x') over ()", "does not take"},
      {"lag(distinct a) over ()", "distinct"},
      {"sum(a, b) over ()", "one argument"},
      {"count() over ()", "count(*)"},
      {"sum(*) over ()", "'*'"},
      {"sum(s) over ()", "does not take string"},
      {"sum(a) filter (where a) over ()", "must be boolean"},
      {"sum(a) over (rows -1 preceding)", "not negative"},
      {"sum(a) over (rows a preceding)", "not negative"},
      {"sum(a) over (range 1 preceding)", "one key"},
      {"sum(a) over (order by a, b range 1 preceding)", "one key"},
      {"sum(a) over (order by s range 1 preceding)", "beside"},
      {"sum(a) over (order by a range -1 preceding)", "negative"},
      {"sum(a) over (order by a range b preceding)", "constant"},
      {"sum(a) over (groups 1 preceding)", "needs keys"},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct wd_arena arena;
    struct wd_error error = {.status = WD_OK};
    struct wd_schema schema;
    struct wd_scope scope = {.left = &schema, .windows = true};
    const struct wd_syntax *syntax;
    const struct wd_expression *expression;

    wd_arena_init(&arena, NULL, 0);
    test_schema(WD_TEST_COLUMNS, &arena, &schema);
    if (test_parse(cases[i].text, &arena, &syntax, &error) != WD_OK)
      fail_msg("%s: %s", cases[i].text, error.message);
    assert_int_not_equal(
        wd_expression_make(syntax, &scope, &arena, &expression, &error), WD_OK);
    if (!strstr(error.message, cases[i].part))
      fail_msg("%s: %s", cases[i].text, error.message);
    wd_arena_fini(&arena);
  }
}

/* A parameter is the literal of its value; the inner binding wins. */
static void
test_parameters(void **state)
{
  const struct wd_parameter outer[] = {
      {"limit", {.id = WD_TYPE_I64}, {.value.integer = 1}, NULL},
      {"y", {.id = WD_TYPE_I32}, {.null = true}, NULL},
  };
  const struct wd_parameter inner[] = {
      {"limit", {.id = WD_TYPE_I64}, {.value.integer = 2}, NULL},
  };
  const struct wd_parameters first = {.count = 2, .items = outer};
  const struct wd_parameters last = {1, inner, &first, NULL};
  struct wd_arena arena;
  struct wd_error error = {.status = WD_OK};
  struct wd_schema schema;
  struct wd_scope scope = {.left = &schema, .parameters = &last};
  const struct wd_syntax *syntax;
  const struct wd_expression *expression;
  struct wd_buf buf;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  wd_buf_init(&buf, NULL, 1 << 20);
  test_schema(WD_TEST_COLUMNS, &arena, &schema);
  assert_int_equal(
      test_parse("a > -$limit and -$y is null", &arena, &syntax, NULL), WD_OK);
  assert_int_equal(
      wd_expression_make(syntax, &scope, &arena, &expression, &error), WD_OK);
  wd_expression_print(expression, &schema, &buf);
  assert_string_equal(
      wd_buf_text(&buf),
      "cast(a as i64) > negate(2) and -cast(null as i32) is null");
  assert_int_equal(test_parse("$limits", &arena, &syntax, NULL), WD_OK);
  assert_int_equal(
      wd_expression_make(syntax, &scope, &arena, &expression, &error),
      WD_INVALID_PLAN);
  assert_non_null(strstr(error.message, "did you mean $limit?"));
  wd_buf_fini(&buf);
  wd_arena_fini(&arena);
}

static enum wd_status
window_once(void *env)
{
  struct wd_arena arena;
  struct wd_schema schema;
  struct wd_scope scope = {.left = &schema, .windows = true};
  const struct wd_syntax *syntax;
  const struct wd_expression *expression;
  enum wd_status status;

  wd_arena_init(&arena, NULL, 0);
  status = test_schema(WD_TEST_COLUMNS, &arena, &schema);
  if (status == WD_OK)
    status = test_parse(env, &arena, &syntax, NULL);
  if (status == WD_OK)
    status = wd_expression_make(syntax, &scope, &arena, &expression, NULL);
  wd_arena_fini(&arena);
  return status;
}

static enum wd_status
type_once(void *env)
{
  struct wd_arena arena;
  struct wd_schema schema;
  const struct wd_expression *expression;
  enum wd_status status;

  wd_arena_init(&arena, NULL, 0);
  status = test_type(env, WD_TEST_COLUMNS, &arena, &schema, &expression, NULL);
  wd_arena_fini(&arena);
  return status;
}

/* Binds any function: one i64 comes out. */
static enum wd_status
bind_any(void *env, const struct wd_named *function,
         const struct wd_schema *input, const struct wd_constant *constants,
         uint32_t constant_count, struct wd_named_call *out_call)
{
  static const struct wd_column result = {.name = "r",
                                          .type = {.id = WD_TYPE_I64}};

  (void)env, (void)function;
  for (uint32_t i = 0; i < constant_count; i++) {
    assert_true(constants[i].column < input->count);
    assert_int_equal(constants[i].value.rows, 1);
    assert_int_equal(constants[i].value.node_count, 1);
  }
  out_call->bound.output = (struct wd_schema){1, &result};
  out_call->bound.all_columns = true;
  return WD_OK;
}

static enum wd_status
call_once(void *env)
{
  const struct wd_named function = {.strict = true};
  struct wd_registry *registry = wd_registry_new(NULL);
  const struct wd_named_binder binder = {NULL, registry, bind_any};
  struct wd_arena arena;
  struct wd_schema schema;
  const struct wd_syntax *syntax;
  const struct wd_expression *expression;
  enum wd_status status = WD_NO_MEMORY;

  wd_arena_init(&arena, NULL, 0);
  if (registry)
    status = wd_registry_add(registry, "f", 1, &function, NULL);
  if (status == WD_OK)
    status = test_schema(WD_TEST_COLUMNS, &arena, &schema);
  if (status == WD_OK)
    status = test_parse(env, &arena, &syntax, NULL);
  if (status == WD_OK)
    status = wd_expression_make(
        syntax, &(struct wd_scope){.left = &schema, .named = &binder}, &arena,
        &expression, NULL);
  if (status == WD_OK)
    assert_true(expression->nullable);
  wd_arena_fini(&arena);
  wd_registry_free(registry);
  return status;
}

static void
test_out_of_memory(void **state)
{
  (void)state;
  wd_oom_each(type_once,
              "case a when 1 then round(p) else f end > 0.1 and s like 'a%' "
              "or d not between '2000-01-01' and t or s8 in (1, u32, null) or "
              "coalesce(a::i8, 1) // 2 = 1 or sqrt(g) > 1.5 or "
              "lpad(s, b) rlike 'x' or hex(s) = 'y' or "
              "date_trunc('day', d + interval '1 day 01:00') = localtimestamp");
  wd_oom_each(type_once,
              "list_reduce(transform([b, null], (x, i) -> struct(p => x + i, "
              "q => s)), (n, e) -> n + coalesce(e.p, b), 0) > 1 and "
              "any_match(map_entries(map([s], [b])), e -> e.value > b)");
  wd_oom_each(call_once, "f(b, 1, 'x', null) + f(f(b, 2), s, y => 2.5) > 1");
  wd_oom_each(window_once,
              "lag(p, 1, 0) over (partition by s, null order by a range "
              "between 1 preceding and current row) + sum(p) filter (where "
              "ok) over ()");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_arithmetic), cmocka_unit_test(test_times),
      cmocka_unit_test(test_comparison), cmocka_unit_test(test_choices),
      cmocka_unit_test(test_errors),     cmocka_unit_test(test_ambiguous),
      cmocka_unit_test(test_join),       cmocka_unit_test(test_blow_up),
      cmocka_unit_test(test_windows),    cmocka_unit_test(test_window_errors),
      cmocka_unit_test(test_parameters), cmocka_unit_test(test_out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
