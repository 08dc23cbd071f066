/* The relational part, against plain SQL of DuckDB's on the same files. */
#include "duck_help.h"

#include <time.h>

static const char flights[] = "date,delay,distance,origin,destination\n"
                              "2001-01-01,5,100,SFO,LAX\n"
                              "2001-01-02,-3,200,SFO,JFK\n"
                              "2001-01-02,,300,LAX,SFO\n"
                              "2001-01-03,17,,JFK,LAX\n"
                              "2001-01-04,5,400,JFK,SFO\n"
                              "2001-01-05,0,500,ORD,\n";
static const char airports[] = "iata,city\n"
                               "SFO,San Francisco\n"
                               "LAX,Los Angeles\n"
                               "JFK,New York\n"
                               "BOS,Boston\n";

#define FLIGHTS "read_csv('%s/flights.csv')"
#define AIRPORTS "read_csv('%s/airports.csv')"

static int
setup(void **state)
{
  struct duck *duck;

  if (duck_open(state) != 0)
    return -1;
  duck = *state;
  file_write(folder_join(duck->folder, "flights.csv"), flights);
  file_write(folder_join(duck->folder, "airports.csv"), airports);
  duck_grant(duck, "flights", "flights.csv", "");
  duck_grant(duck, "airports", "airports.csv", "");
  return 0;
}

static void
test_read(void **state)
{
  struct duck *duck = *state;

  duck_compare(duck, rel_sort(rel_read("flights"), "+date;+origin"),
               "SELECT * FROM " FLIGHTS " ORDER BY date, origin");
  duck_compare(
      duck,
      rel_sort(rel_select(rel_read("flights"), "origin; distance + delay as s;"
                                               "distance // 3 as t"),
               "+origin;+s"),
      "SELECT origin, distance + delay s, distance // 3 t FROM " FLIGHTS
      " ORDER BY origin, s NULLS LAST");
}

static const char *const expressions[][2] = {
    {"1 + 2 * 3", "7"},
    {"7 / 2.0", "3.500000"},
    {"-7 % 3", "-1"},
    {"1 = 1 and not 2 < 1", "true"},
    {"null is null", "true"},
    {"coalesce(null, 5)", "5"},
    {"case when 1 > 2 then 'a' else 'b' end", "b"},
    {"'it''s ' || 'a \"quote\"'", "it's a \"quote\""},
    {"upper('abc')", "ABC"},
    {"substring('abcdef', 2, 3)", "bcd"},
    {"'abc' like 'a%'", "true"},
    {"5 in (1, 5)", "true"},
    {"cast('42' as i64)", "42"},
    {"date '2000-02-29'", "2000-02-29"},
    {"timestamp '2000-02-29 12:30:00'", "2000-02-29 12:30:00"},
    {"extract(year from date '2000-02-29')", "2000"},
    {"greatest(1, 2)", "2"},
    {"abs(-5)", "5"},
    {"round(2.567, 2)", "2.570"},
    {"strpos('hello', 'll')", "3"},
    {"char_length('h\xc3\xa4')", "2"},
    {"1.25 * 2", "2.50"},
    {"cast(1.5 as fp64) / cast(0 as fp64)", "inf"},
    {"cast('2000-02-29 12:30:00Z' as timestamp_tz)", "2000-02-29 12:30:00+00"},
    {"nullif(1, 1)", "NULL"},
    {"greatest(1, nullif(1, 1))", "NULL"},
    {"cast(null as date)", "NULL"},
    {"1 / 0", "inf"},
    {"7 // 2", "3"},
    {"-7 // 2", "-3"},
    {"sqrt(-1)", "nan"},
    {"ln(0)", "-inf"},
    {"10.00 / 4", "2.500000"},
    {"-1.00 / 3", "-0.333333"},
    {"2.00 / 3", "0.666667"},
    {"cast(2.7 as i32)", "2"},
    {"cast(-2.7e0 as i32)", "-2"},
    {"cast(' -12 ' as i32)", "-12"},
    {"try_cast('1.5' as i32)", "NULL"},
    {"try_cast('999999999999' as i32)", "NULL"},
    {"cast(1.25 as decimal(5,1))", "1.3"},
    {"cast(1 as decimal(38,20)) * cast(3 as decimal(38,20))", "3.000000"},
    {"cast(1.5 as decimal(38,30)) + cast(2.5 as decimal(38,5))", "4.000000"},
    {"ceil(9007199254740993)", "9007199254740993"},
    {"'a%c' like 'a#%c' escape '#'", "true"},
    {"'abc' like 'a#%c' escape '#'", "false"},
    {"try_cast('x' as i32)", "NULL"},
};

static void
test_expressions(void **state)
{
  struct duck *duck = *state;

  for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
    char *found =
        duck_run(duck, rel_select(rel_range(0, 1, 1), expressions[i][0]));

    if (!found)
      fail_msg("%s: %s", expressions[i][0], duck->error.message);
    found[strlen(found) - 1] = '\0';
    if (strcmp(found, expressions[i][1]) != 0)
      fail_msg("%s: %s, not %s", expressions[i][0], found, expressions[i][1]);
    free(found);
  }
}

static void
test_sort_and_limit(void **state)
{
  struct duck *duck = *state;

  duck_compare(
      duck,
      rel_select(rel_sort(rel_read("flights"), "-delay;+date"), "delay; date"),
      "SELECT delay, date FROM " FLIGHTS
      " ORDER BY delay DESC NULLS LAST, date");
  duck_compare(
      duck,
      rel_select(rel_sort(rel_read("flights"), "+^delay;-date"), "delay; date"),
      "SELECT delay, date FROM " FLIGHTS
      " ORDER BY delay NULLS FIRST, date DESC");
  duck_expect(duck, rel_limit(rel_sort(rel_range(0, 10000, 1), "-id"), 3, 2),
              "9997\n9996\n9995\n");
  duck_expect(duck, rel_limit(rel_range(0, 10, 1), 0, 0), "");
  duck_expect(duck,
              rel_aggregate(rel_limit(rel_range(0, 5000, 1), UINT64_MAX, 4990),
                            "", "count(*) as n"),
              "10\n");
}

static void
test_aggregate(void **state)
{
  struct duck *duck = *state;

  duck_compare(duck,
               rel_sort(rel_aggregate(rel_read("flights"), "origin",
                                      "count(*) as n; count(delay) as d;"
                                      "sum(distance) as s; min(date) as a;"
                                      "max(date) as z"),
                        "+origin"),
               "SELECT origin, count(*), count(delay), sum(distance)::BIGINT, "
               "min(date), "
               "max(date) FROM " FLIGHTS " GROUP BY origin ORDER BY origin");
  duck_expect(
      duck,
      rel_aggregate(rel_range(0, 0, 1), "", "count(*) as n; sum(id) as s"),
      "0|NULL\n");
  duck_expect(duck, rel_aggregate(rel_range(0, 0, 1), "id", "count(*) as n"),
              "");
  duck_expect(
      duck,
      rel_sort(rel_aggregate(rel_range(0, 5000, 1), "id % 3 as k", ""), "+k"),
      "0\n1\n2\n");
  duck_expect(
      duck, rel_aggregate(rel_range(1, 5, 1), "", "avg(cast(id as fp64)) as a"),
      "2.5\n");
}

static void
test_errors_of_values(void **state)
{
  static const char *const pairs[][2] = {
      {"1 // (id - id)", "division by zero"},
      {"1 % (id - id)", "division by zero"},
      {"1.0 / (id - id)", "division by zero"},
      {"cast('1.5' as i64)", "'1.5' is not an integer"},
      {"cast(id + 300 as i8)", "out of range"},
      {"9223372036854775807 + id + 1", "Overflow"},
  };
  struct duck *duck = *state;

  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    duck_expect_failure(duck, rel_select(rel_range(0, 1, 1), pairs[i][0]),
                        WD_ENGINE_FAILED, pairs[i][1]);
}

static void
test_decimals(void **state)
{
  struct duck *duck = *state;

  duck_expect(duck,
              rel_aggregate(rel_select(rel_range(0, 3, 1),
                                       "cast(id as decimal(10,2)) as x"),
                            "", "avg(x) as a; sum(x) as s"),
              "1.00|3.00\n");
  duck_expect(duck,
              rel_aggregate(rel_select(rel_range(0, 2, 1),
                                       "cast(id as decimal(10,2)) / 100 as x"),
                            "", "avg(x) as a"),
              "0.005000\n");
  duck_expect(duck,
              rel_aggregate(rel_select(rel_range(0, 0, 1),
                                       "cast(id as decimal(10,2)) as x"),
                            "", "avg(x) as a"),
              "NULL\n");
}

static void
test_sum_overflows(void **state)
{
  struct duck *duck = *state;

  duck_expect_failure(duck,
                      rel_aggregate(rel_select(rel_range(0, 4, 1),
                                               "9000000000000000000 + id as x"),
                                    "", "sum(x) as s"),
                      WD_ENGINE_FAILED, "out of range");
}

static void
test_join(void **state)
{
  static const struct {
    enum wd_join_kind kind;
    const char *sql;
  } joins[] = {{WD_JOIN_INNER, "JOIN"},
               {WD_JOIN_LEFT, "LEFT JOIN"},
               {WD_JOIN_RIGHT, "RIGHT JOIN"},
               {WD_JOIN_FULL, "FULL JOIN"}};
  struct duck *duck = *state;

  for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
    char sql[512];

    snprintf(sql, sizeof sql,
             "SELECT date, city FROM " FLIGHTS " f %s " AIRPORTS
             " a ON f.destination = a.iata ORDER BY date, city",
             "%s", joins[i].sql, "%s");
    duck_compare(
        duck,
        rel_sort(
            rel_select(rel_join(rel_read("flights"), rel_read("airports"),
                                joins[i].kind, "left.destination = right.iata"),
                       "date; city"),
            "+date;+city"),
        sql);
  }
}

static void
test_parquet_and_jsonl(void **state)
{
  struct duck *duck = *state;
  char sql[2048];

  snprintf(sql, sizeof sql,
           "COPY (SELECT range a, range::VARCHAR b FROM range(5000)) TO "
           "'%s/p.parquet'",
           duck->folder->path);
  free(duck_ask(duck, sql));
  file_write(folder_join(duck->folder, "j.jsonl"),
             "{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2}\n");
  duck_grant(duck, "p", "p.parquet", "");
  duck_grant(duck, "j", "j.jsonl", "");
  duck_expect(duck,
              rel_aggregate(rel_read("p"), "", "sum(a) as s; max(b) as m"),
              "12497500|999\n");
  duck_expect(duck, rel_sort(rel_read("j"), "+a"), "1|x\n2|NULL\n");
}

static void
test_hostile_names(void **state)
{
  struct duck *duck = *state;

  file_write(folder_join(duck->folder, "it's [a] *.csv"),
             "\"a\"\"b\",\"drop table x --\"\n1,2\n");
  duck_grant(duck, "odd", "it's [[]a] [*].csv", "format=csv,header=true");
  duck_expect(
      duck, rel_select(rel_read("odd"), "\"a\"\"b\" as x; \"drop table x --\""),
      "1|2\n");
}

/* Wait-free of any answer: a query that would run for minutes ends soon. */
static void
test_cancel(void **state)
{
  struct duck *duck = *state;
  struct wd_plan plan = {0};
  struct wd_request request = {.plan = &plan, .pool = duck->pool};
  struct wd_query *query = NULL;

  assert_int_equal(duck_plan(duck,
                             rel_aggregate(rel_join(rel_range(0, 10000000, 1),
                                                    rel_range(0, 10000000, 1),
                                                    WD_JOIN_CROSS, NULL),
                                           "", "count(*) as n"),
                             &plan),
                   WD_OK);
  assert_int_equal(
      wd_engine_duckdb.start(duck->engine, &request, &query, &duck->error),
      WD_OK);
  wd_engine_duckdb.cancel(query);
  assert_int_equal(
      duck_fetch(query, &plan.root->schema, UINT64_MAX, NULL, &duck->error),
      WD_CANCELLED);
  wd_engine_duckdb.free(query);
  wd_plan_fini(&plan);
}

static void
test_stop_early(void **state)
{
  struct duck *duck = *state;
  struct wd_plan plan = {0};
  struct wd_request request = {.plan = &plan, .pool = duck->pool};
  struct wd_query *query = NULL;

  assert_int_equal(duck_plan(duck, rel_range(0, INT64_MAX, 1), &plan), WD_OK);
  assert_int_equal(
      wd_engine_duckdb.start(duck->engine, &request, &query, &duck->error),
      WD_OK);
  assert_int_equal(
      duck_fetch(query, &plan.root->schema, 10000, NULL, &duck->error), WD_OK);
  wd_engine_duckdb.free(query);
  wd_plan_fini(&plan);
}

static enum wd_status
write_to(struct duck *duck, struct wd_relation *relation, const char *path,
         enum wd_format format, const struct wd_option *options, uint32_t count)
{
  struct wd_plan plan = {0};
  struct wd_request request = {.plan = &plan,
                               .pool = duck->pool,
                               .write_path = path,
                               .write_format = format,
                               .option_count = count,
                               .options = options};
  struct wd_query *query = NULL;
  struct wd_rows rows = {0};
  struct wd_engine_progress progress;
  bool has = true;
  enum wd_status status = duck_plan(duck, relation, &plan);

  if (status == WD_OK)
    status =
        wd_engine_duckdb.start(duck->engine, &request, &query, &duck->error);
  if (status == WD_OK)
    status = wd_engine_duckdb.next(query, &rows, &has, &duck->error);
  if (status == WD_OK) {
    assert_false(has);
    wd_engine_duckdb.progress(query, &progress);
    assert_int_equal(progress.rows_out, 3);
  }
  if (query)
    wd_engine_duckdb.free(query);
  wd_plan_fini(&plan);
  return status;
}

static struct wd_relation *
three_rows(void)
{
  return rel_sort(rel_select(rel_range(0, 3, 1),
                             "id as \"a b\"; 'x' || cast(id as string) as s"),
                  "+s");
}

static void
test_write(void **state)
{
  static const struct wd_option options[] = {{"header", "false"},
                                             {"delimiter", ";"}};
  static const struct wd_option unknown[] = {{"colour", "blue"}};
  struct duck *duck = *state;
  char path[512];

  snprintf(path, sizeof path, "%s/it's.csv", duck->folder->path);
  assert_int_equal(write_to(duck, three_rows(), path, WD_FORMAT_CSV, NULL, 0),
                   WD_OK);
  file_expect(path, "a b,s\n0,x0\n1,x1\n2,x2\n");
  assert_int_equal(
      write_to(duck, three_rows(), path, WD_FORMAT_CSV, options, 2), WD_OK);
  file_expect(path, "0;x0\n1;x1\n2;x2\n");
  assert_int_equal(write_to(duck, three_rows(), path, WD_FORMAT_JSONL, NULL, 0),
                   WD_OK);
  file_expect(path, "{\"a b\":0,\"s\":\"x0\"}\n{\"a b\":1,\"s\":\"x1\"}\n"
                    "{\"a b\":2,\"s\":\"x2\"}\n");
  assert_int_equal(write_to(duck, three_rows(), path, WD_FORMAT_ARROW, NULL, 0),
                   WD_OK);
  assert_int_equal(
      write_to(duck, three_rows(), path, WD_FORMAT_CSV, unknown, 1),
      WD_INVALID_ARGUMENT);
  assert_int_equal(
      write_to(duck, three_rows(), "/nowhere/x", WD_FORMAT_PARQUET, NULL, 0),
      WD_IO);
  snprintf(path, sizeof path, "%s/o.parquet", duck->folder->path);
  assert_int_equal(
      write_to(duck, three_rows(), path, WD_FORMAT_PARQUET, NULL, 0), WD_OK);
  duck_grant(duck, "o", "o.parquet", "");
  duck_expect(duck, rel_read("o"), "0|x0\n1|x1\n2|x2\n");
}

/* A plan as deep as plans may be. */
static void
test_deep_plan(void **state)
{
  struct duck *duck = *state;
  struct wd_relation *relation = rel_range(0, 3, 1);

  for (int i = 0; i < 900; i++)
    relation = i % 2 ? rel_filter(relation, "id >= 0")
                     : rel_select(relation, "id + 1 as id");
  duck_expect(duck, rel_aggregate(relation, "", "sum(id) as s"), "1353\n");
}

static void
test_missing_files(void **state)
{
  struct duck *duck = *state;

  file_write(folder_join(duck->folder, "gone.csv"), "a\n1\n");
  duck_grant(duck, "gone", "gone.csv", "");
  assert_int_equal(remove(folder_join(duck->folder, "gone.csv")), 0);
  duck_expect_failure(duck, rel_read("gone"), WD_NOT_FOUND, "gone");
  file_write(folder_join(duck->folder, "bad.parquet"), "not parquet");
  duck_grant(duck, "bad", "bad.parquet", "");
  duck_expect_failure(duck, rel_read("bad"), WD_ENGINE_FAILED, "table 'bad'");
}

static void
test_explain(void **state)
{
  struct duck *duck = *state;
  struct wd_plan plan = {0};
  struct wd_buf buf;

  wd_buf_init(&buf, NULL, 1 << 20);
  assert_int_equal(
      duck_plan(duck,
                rel_lambda(rel_lambda(rel_range(0, 9, 1), WD_ROLE_PARTITION,
                                      FAKE_IDENTITY),
                           WD_ROLE_MAP, FAKE_DOUBLE),
                &plan),
      WD_OK);
  assert_int_equal(
      wd_engine_duckdb.explain(duck->engine, &plan, &buf, &duck->error), WD_OK);
  assert_string_equal(
      wd_buf_text(&buf),
      "SELECT wd_map(t.c0) AS c0 FROM (SELECT * FROM "
      "wd_source(SELECT count(t.m) FROM (SELECT wd_sink(t.c0) AS m FROM "
      "(SELECT "
      "range AS c0 FROM range(CAST('0' AS BIGINT), CAST('9' AS BIGINT), "
      "CAST('1' AS BIGINT))) AS t) AS t)) AS t\n");
  wd_buf_fini(&buf);
  wd_plan_fini(&plan);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, duck_close)
  const struct CMUnitTest tests[] = {
      TEST(test_read),
      TEST(test_expressions),
      TEST(test_sort_and_limit),
      TEST(test_aggregate),
      TEST(test_errors_of_values),
      TEST(test_decimals),
      TEST(test_sum_overflows),
      TEST(test_join),
      TEST(test_parquet_and_jsonl),
      TEST(test_hostile_names),
      TEST(test_cancel),
      TEST(test_stop_early),
      TEST(test_write),
      TEST(test_deep_plan),
      TEST(test_missing_files),
      TEST(test_explain),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
