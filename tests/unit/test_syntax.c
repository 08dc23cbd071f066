/* The text language: what is read, how it is printed, what is refused. */
#include "plan/syntax.h"

#include <stdlib.h>

#include "oom.h"
#include "plan_help.h"

struct pair {
  const char *text;
  const char *other;
};

/* Prints the canonical form of a text; checks that it is its own. */
static void
check_canonical(const char *text, const char *expected)
{
  struct wd_arena arena;
  struct wd_error error = {.status = WD_OK};
  struct wd_buf buf;
  const struct wd_syntax *syntax;

  wd_arena_init(&arena, NULL, 0);
  wd_buf_init(&buf, NULL, 1 << 20);
  if (test_parse(text, &arena, &syntax, &error) != WD_OK)
    fail_msg("%s: %s", text, error.message);
  wd_syntax_print(syntax, &buf);
  assert_string_equal(wd_buf_text(&buf), expected);
  wd_buf_clear(&buf);
  assert_int_equal(test_parse(expected, &arena, &syntax, &error), WD_OK);
  wd_syntax_print(syntax, &buf);
  assert_string_equal(wd_buf_text(&buf), expected);
  wd_buf_fini(&buf);
  wd_arena_fini(&arena);
}

/* A text and how it is printed. */
static const struct pair canonical[] = {
    {"a", "a"},
    {" ( ((a)) ) ", "a"},
    {"Größe+1", "Größe + 1"},
    {"\"a\"\"b\"", "\"a\"\"b\""},
    {"\"plain\"", "plain"},
    {"\"Order\"", "Order"},
    {"\"or\"", "\"or\""},
    {"date", "date"},
    {"f(A => 1, \"b c\"=>x)", "f(A => 1, \"b c\" => x)"},
    {"f(x->x+1, (a,\"b c\") -> a)", "f(x -> x + 1, (a, \"b c\") -> a)"},
    {"f(x -> g(y -> x, (x)))", "f(x -> g(y -> x, x))"},
    {"timestamp<9> '2000-01-01'", "cast('2000-01-01' as timestamp<9>)"},
    {"date '2000-02-29'", "date '2000-02-29'"},
    {"TIMESTAMP '2000-01-01 12:00:00.250'",
     "timestamp '2000-01-01 12:00:00.25'"},
    {"a+b*c-d", "a + b * c - d"},
    {"a-(b-c)", "a - (b - c)"},
    {"(a-b)-c", "a - b - c"},
    {"(a+b)*-2", "(a + b) * -2"},
    {"a//b/c%d div e", "a // b / c % d // e"},
    {"-a", "-a"},
    {"-(-a)", "-(-a)"},
    {"- -5", "5"},
    {"+5", "5"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"9223372036854775808", "9223372036854775808"},
    {"1.50", "1.50"},
    {".5", "0.5"},
    {"1.5e0", "1.5e0"},
    {"x'00Ff'", "x'00ff'"},
    {"'it''s'", "'it''s'"},
    {"'two  blanks\n'", "'two  blanks\n'"},
    {"a and b and c or not d", "a and b and c or not d"},
    {"a and (b and c)", "a and (b and c)"},
    {"a and (b or c)", "a and (b or c)"},
    {"(a = b) = c", "(a = b) = c"},
    {"not a = b", "not a = b"},
    {"(not a) = b", "(not a) = b"},
    {"a == b", "a = b"},
    {"a != b", "a <> b"},
    {"a is NOT null", "a is not null"},
    {"a is not distinct from b+1", "a is not distinct from b + 1"},
    {"a in (1, b, null)", "a in (1, b, null)"},
    {"a not in ('x')", "a not in ('x')"},
    {"a between 1 and 2 and b", "a between 1 and 2 and b"},
    {"a not between b||c and d", "a not between b || c and d"},
    {"a like 'x%' escape '!'", "a like 'x%' escape '!'"},
    {"a not like b", "a not like b"},
    {"case when a then b end", "case when a then b end"},
    {"case a when 1 then b when 2 then c else d end",
     "case a when 1 then b when 2 then c else d end"},
    {"a::int", "cast(a as i32)"},
    {"-a::i8", "-cast(a as i8)"},
    {"a::decimal(10, 2)<3", "cast(a as decimal<10,2>) < 3"},
    {"a::decimal<10,2> < 3", "cast(a as decimal<10,2>) < 3"},
    {"a::i64<5", "cast(a as i64) < 5"},
    {"try_cast(a as timestamp_tz<6,Europe/Berlin>)",
     "try_cast(a as timestamp_tz<6,Europe/Berlin>)"},
    {"extract(doy from a)", "extract(day_of_year from a)"},
    {"COUNT( * )", "count(*)"},
    {"count(distinct a)", "count(distinct a)"},
    {"f()", "f()"},
    {"f(a , not b)", "f(a, not b)"},
    {"$limit+1", "$limit + 1"},
    {"interval '1 day'", "interval '1 days'"},
    {"interval '2' weeks", "interval '14 days'"},
    {"interval 3 hour", "interval '10800.000000 seconds'"},
    {"interval '1 year -2 months 00:00:00.5'",
     "interval '10 months 0.500000 seconds'"},
    {"interval '-1:30'", "interval '-5400.000000 seconds'"},
    {"interval '0 days'", "interval '0.000000 seconds'"},
    {"interval", "interval"},
    {"a at time zone 'UTC'", "at_time_zone(a, 'UTC')"},
    {"extract(week from a)", "extract(iso_week from a)"},
    {"extract(epoch from a)", "extract(unix_time from a)"},
    {"$\"a b\"", "$\"a b\""},
    {"a -- the rest\n + b", "a + b"},
    {"a /* x */ + /* -- */ b", "a + b"},
    {"a & b | c << 1 + d", "a & b | c << 1 + d"},
    {"(a | b) & c", "(a | b) & c"},
    {"a - (b >> 2) < c", "a - (b >> 2) < c"},
    {"a <=> b", "a is not distinct from b"},
    {"~a", "bitwise_not(a)"},
    {"a ilike 'x'", "a ilike 'x'"},
    {"a not ilike 'x' escape '!'", "a not ilike 'x' escape '!'"},
    {"a not rlike 'x'", "not regexp_match(a, 'x')"},
    {"a is not true", "is_not_true(a)"},
    {"a is unknown", "a is null"},
    {"a between symmetric b and c", "a between b and c or a between c and b"},
    {"if(a, b, c)", "case when a then b else c end"},
    {"if(a, b)", "case when a then b end"},
    {"left(a, 1)", "left(a, 1)"},
    {"* except (a, \"b c\")", "* except (a, \"b c\")"},
    {"* exclude a", "* except (a)"},
    {"* replace (a + 1 as b)", "* replace (a + 1 as b)"},
    {"* except (c) replace (a as b, 1 as d)",
     "* except (c) replace (a as b, 1 as d)"},
    {"row_number() over ()", "row_number() over ()"},
    {"Sum(a) Over (Partition By b, c Order By d Desc, e Nulls First)",
     "sum(a) over (partition by b, c order by d desc, e nulls first)"},
    {"sum(a) over (order by d asc nulls last rows 1 preceding)",
     "sum(a) over (order by d rows between 1 preceding and current row)"},
    {"lag(a, 1) ignore nulls over (order by b range between unbounded "
     "preceding and b + 1 following)",
     "lag(a, 1) ignore nulls over (order by b range between unbounded "
     "preceding and b + 1 following)"},
    {"count(*) filter (where a > 1) over (groups current row)",
     "count(*) filter (where a > 1) over (groups between current row and "
     "current row)"},
    {"sum(distinct a) filter (a)", "sum(distinct a) filter (where a)"},
    {"left.a = right.\"b c\"", "left.a = right.\"b c\""},
    {"left = 1", "left = 1"},
    {"*", "*"},
};

static void
test_canonical(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof canonical / sizeof *canonical; i++)
    check_canonical(canonical[i].text, canonical[i].other);
}

static const struct pair errors[] = {
    {"", "the expression is empty\n  \n  ^"},
    {"price >", "expected a value where the text ends\n  price >\n"
                "         ^"},
    {"price $ 2", "expected an operator or the end, not '$'\n"
                  "  price $ 2\n        ^"},
    {"price total", "expected an operator, or 'as' before a name, not "
                    "'total'\n  price total\n        ^"},
    {"a < b < c", "comparisons do not follow each other; use 'and', or "
                  "brackets\n  a < b < c\n        ^"},
    {"über = 'x", "the text that begins here has no closing '\n"
                  "  über = 'x\n         ^"},
    {"a && b", "unexpected '&'; write: and\n  a && b\n    ^"},
    {"a /* b", "the comment that begins here has no closing */\n"
               "  a /* b\n"
               "    ^"},
    {"12abc", "'12abc' is neither a number nor a name\n  12abc\n  ^"},
    {"1.", "a number's point must be followed by digits\n  1.\n   ^"},
    {"1e999", "the number 1e999 is out of range: at most 38 digits, or "
              "1e308\n  1e999\n  ^"},
    {"\xe2\x80\x9cx\xe2\x80\x9d",
     "unexpected '\xe2\x80\x9c'; quotes are ' for text and \" for names\n"
     "  \xe2\x80\x9cx\xe2\x80\x9d\n  ^"},
    {"x'0g'", "a binary literal is pairs of hexadecimal digits: x'00ff'\n"
              "  x'0g'\n  ^"},
    {"date '2001-02-29'", "not a date: date 'YYYY-MM-DD'\n"
                          "  date '2001-02-29'\n       ^"},
    {"a in ()", "the list after 'in' is empty\n  a in ()\n        ^"},
    {"(a, b)", "lists are only written after: in\n  (a, b)\n    ^"},
    {"t.1", "expected an operator or the end, not '.1'\n  t.1\n   ^"},
    {"t.(a)", "expected a field's name, not '('\n  t.(a)\n    ^"},
    {"t[1", "expected ']' where the text ends\n  t[1\n     ^"},
    {"[]", "a list of nothing has no type; take one that has: "
           "list_slice([0], 1, 0)\n  []\n  ^"},
    {"a::nonsense(3)", "expected a type (such as i64, string, decimal(10,2)) "
                       "at 'nonsense(3)'\n  a::nonsense(3)\n     ^"},
    {"\"\"", "a name cannot be empty\n  \"\"\n  ^"},
    {"1 + *", "'*' stands alone, for all columns, or in count(*)\n"
              "  1 + *\n      ^"},
    {"a = not b", "put brackets around: not ...\n  a = not b\n      ^"},
    {"sum(a) as", "expected a name where the text ends\n  sum(a) as\n"
                  "           ^"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ! "
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
     "unexpected '!'; to negate, write: not\n"
     "  ...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ! "
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb...\n"
     "                                             ^"},
};

static void
test_errors(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    struct wd_arena arena;
    struct wd_error error = {.status = WD_OK};
    const struct wd_syntax *syntax;

    wd_arena_init(&arena, NULL, 0);
    assert_int_equal(test_parse(errors[i].text, &arena, &syntax, &error),
                     WD_INVALID_PLAN);
    assert_string_equal(error.message, errors[i].other);
    wd_arena_fini(&arena);
  }
}

static void
check_refused(const char *text, enum wd_status expected)
{
  struct wd_arena arena;
  struct wd_error error = {.status = WD_OK};
  const struct wd_syntax *syntax;

  wd_arena_init(&arena, NULL, 0);
  if (test_parse(text, &arena, &syntax, &error) != expected)
    fail_msg("%.40s: %d %s", text, error.status, error.message);
  wd_arena_fini(&arena);
}

static void
test_unsupported(void **state)
{
  (void)state;
  check_refused("a::list<duration>", WD_UNSUPPORTED);
  check_refused("interval '1 fortnight'", WD_INVALID_PLAN);
}

/* `count` times `before`, then "a", then `count` times `after`. */
static char *
repeat(const char *before, const char *after, int count)
{
  char *text = calloc(1, (strlen(before) + strlen(after)) * (size_t)count + 2),
       *at = text;

  assert_non_null(text);
  for (int i = 0; i < count; i++, at += strlen(before))
    memcpy(at, before, strlen(before));
  *at++ = 'a';
  for (int i = 0; i < count; i++, at += strlen(after))
    memcpy(at, after, strlen(after));
  return text;
}

static void
check_repeated(const char *before, const char *after, int count,
               enum wd_status expected)
{
  char *text = repeat(before, after, count);

  check_refused(text, expected);
  free(text);
}

/* A program cannot exhaust the host's stack or memory by a text. */
static void
test_limits(void **state)
{
  (void)state;
  check_repeated("(", ")", 100, WD_OK);
  check_repeated("(", ")", 20000, WD_LIMIT_EXCEEDED);
  check_repeated("(", "", 60000, WD_LIMIT_EXCEEDED);
  check_repeated("-", "", 300, WD_INVALID_PLAN); /* a comment */
  check_repeated("- ", "", 300, WD_LIMIT_EXCEEDED);
  check_repeated("not ", "", 300, WD_LIMIT_EXCEEDED);
  check_repeated("f(", ")", 199, WD_OK);
  check_repeated("f(", ")", 201, WD_LIMIT_EXCEEDED);
  check_repeated("case when ", " then b end", 300, WD_LIMIT_EXCEEDED);
  check_repeated("", "::i8", 300, WD_LIMIT_EXCEEDED);
  check_repeated("", "+a", 150, WD_OK);
  check_repeated("", "+a", 300, WD_LIMIT_EXCEEDED);
  check_repeated("", " or a", 3000, WD_OK); /* chains are flat */
  check_repeated("", " or a", 5000, WD_LIMIT_EXCEEDED);
  check_repeated("", " or a", 20000, WD_LIMIT_EXCEEDED);
}

static void
test_bad_bytes(void **state)
{
  struct wd_arena arena;
  struct wd_error error = {.status = WD_OK};
  const struct wd_syntax *syntax;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(wd_syntax_parse("a\0b", 3, &arena, &syntax, NULL, &error),
                   WD_INVALID_PLAN);
  wd_error_clear(&error);
  assert_int_equal(wd_syntax_parse("'\xff'", 3, &arena, &syntax, NULL, &error),
                   WD_INVALID_PLAN);
  assert_string_equal(error.message,
                      "the expression is no UTF-8 text at byte 1");
  wd_arena_fini(&arena);
}

static void
test_names(void **state)
{
  static const struct {
    const char *text;
    const char *name;
    const char *default_name;
  } cases[] = {
      {"price as total", "total", "price"},
      {"price*2 as \"a \"\"b\"\"\"", "a \"b\"", "price*2"},
      {"  price  *\n 2  ", NULL, "price * 2"},
      {"'a  b' || c", NULL, "'a  b' || c"},
      {"(price)", NULL, "price"},
      {"left.price", NULL, "price"},
      {"\"a b\"", NULL, "a b"},
      {"x as end", "end", "x"},
      {"a + b -- sum", NULL, "a + b"},
      {"/* the */ a /* sum */ + b", NULL, "a + b"},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *text = cases[i].text, *name;
    const struct wd_syntax *syntax;
    struct wd_arena arena;

    wd_arena_init(&arena, NULL, 0);
    assert_int_equal(
        wd_syntax_parse(text, strlen(text), &arena, &syntax, &name, NULL),
        WD_OK);
    if (cases[i].name)
      assert_string_equal(name, cases[i].name);
    else
      assert_null(name);
    assert_string_equal(wd_syntax_default_name(syntax), cases[i].default_name);
    assert_false(wd_syntax_is_star(syntax));
    assert_int_equal(
        wd_syntax_parse(text, strlen(text), &arena, &syntax, NULL, NULL),
        cases[i].name ? WD_INVALID_PLAN : WD_OK);
    wd_arena_fini(&arena);
  }
}

static enum wd_status
parse_once(void *env)
{
  struct wd_arena arena;
  const struct wd_syntax *syntax;
  enum wd_status status;

  wd_arena_init(&arena, NULL, 0);
  status = test_parse(env, &arena, &syntax, NULL);
  wd_arena_fini(&arena);
  return status;
}

static void
test_out_of_memory(void **state)
{
  (void)state;
  wd_oom_each(parse_once,
              "case a when 1 then f(b, 'x''y', x'00') else -c::i8 end in (1, "
              "2.5, date '2000-01-01') or \"q q\" between 1 and 2 and d like "
              "'a' or extract(year from e) is null or g || h || i || j || k "
              "as name");
  wd_oom_each(parse_once,
              "sum(a) filter (where b) over (partition by c, d order by e "
              "desc, f rows between 1 preceding and current row) as name");
  wd_oom_each(parse_once, "* except (a, b) replace (c as d)");
  wd_oom_each(parse_once, "a.b[[1, 2][c]].\"d\" || [time '1:02:03']");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_canonical),     cmocka_unit_test(test_errors),
      cmocka_unit_test(test_unsupported),   cmocka_unit_test(test_limits),
      cmocka_unit_test(test_bad_bytes),     cmocka_unit_test(test_names),
      cmocka_unit_test(test_out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
