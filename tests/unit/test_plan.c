/* Plans: what relations become, with a binder that is told what to answer. */
#include "oom.h"
#include "plan_build.h"

static void
test_word_count(void **state)
{
  (void)state;
  check_plan(
      limit_of(sort_of(aggregate_of(lambda_of(read_table("lines"),
                                              WD_ROLE_FLAT_MAP, FAKE_WORDS),
                                    TEXTS("word"), TEXTS("count(*) as n")),
                       "n", true),
               10, 5),
      "limit 10 offset 5\n"
      "  sort n desc nulls last\n"
      "    aggregate by word: count(*) as n\n"
      "      flat-map lambda 0 at site 0 -> word string not null\n"
      "        read lines -> line string not null\n",
      "word string not null, n i64 not null");
}

static void
test_select(void **state)
{
  (void)state;
  check_plan(select_of(read_table("orders"),
                       TEXTS("price * qty as total", "*", "ID", "qty+ 1",
                             "extract(year from day)")),
             "project price * cast(qty as decimal<10,0>) as total, id, price, "
             "qty, day, id, cast(qty as i64) + 1 as \"qty+ 1\", extract(year "
             "from day) as \"extract(year from day)\"\n"
             "  read orders -> id i64 not null, price decimal<10,2>, qty i32, "
             "day date\n",
             "total decimal<21,2>, id i64 not null, price decimal<10,2>, qty "
             "i32, day date, id i64 not null, \"qty+ 1\" i64, \"extract(year "
             "from day)\" i64");
  check_plan(select_of(read_table("odd"), TEXTS("true as there")),
             "project true as there\n"
             "  read odd -> x list<duration<6>>\n",
             "there boolean not null");
  check_error(select_of(read_table("orders"), TEXTS("prise")), WD_INVALID_PLAN,
              "unknown column 'prise' (did you mean price?); the columns are: "
              "id, price, qty, day\n  prise\n  ^");
  check_error(
      filter_of(select_of(read_table("orders"), TEXTS("*", "qty")), "qty > 1"),
      WD_INVALID_PLAN,
      "column 'qty' is ambiguous: more than one has that name; rename "
      "one of them in a select before\n  qty > 1\n  ^");
  check_error(select_of(read_table("orders"), &(const char *const){NULL}),
              WD_INVALID_PLAN, "a select needs at least one expression");
  check_error(select_of(read_table("nothing"), TEXTS("*")), WD_NOT_GRANTED,
              "table 'nothing' is not granted");
}

static void
test_filter(void **state)
{
  (void)state;
  check_plan(filter_of(make_range(10, 1), "id % 2 = 0"),
             "filter id % 2 = 0\n  range 0 to 10 by 1\n", "id i64 not null");
  check_plan(filter_of(make_range(10, 1), "null"),
             "filter cast(null as boolean)\n  range 0 to 10 by 1\n",
             "id i64 not null");
  check_error(filter_of(make_range(10, 1), "id"), WD_TYPE_MISMATCH,
              "the condition of a filter must be boolean, not i64\n  id\n  ^");
  check_error(make_range(10, 0), WD_INVALID_ARGUMENT,
              "the step of a range is 0");
  check_error(sort_of(make_range(1, 1), "sum(id)", false), WD_INVALID_PLAN,
              "sum: aggregates are only allowed in aggregate, and not inside "
              "each other\n  sum(id)\n  ^");
}

static void
test_lambdas(void **state)
{
  (void)state;
  check_plan(lambda_of(lambda_of(lambda_of(read_table("lines"), WD_ROLE_FILTER,
                                           FAKE_TRUTH),
                                 WD_ROLE_MAP, FAKE_FIRST),
                       WD_ROLE_FOR_EACH, FAKE_NOTHING),
             "for-each lambda 4 at site 2 -> no columns\n"
             "  map lambda 8 at site 1 of (line) -> line string not null\n"
             "    filter lambda 1 at site 0\n"
             "      read lines -> line string not null\n",
             "");
  check_error(lambda_of(make_range(1, 1), WD_ROLE_FILTER, FAKE_NUMBER),
              WD_TYPE_MISMATCH,
              "a filter lambda must return one boolean column, not 1 of type "
              "i64");
  check_error(lambda_of(make_range(1, 1), WD_ROLE_MAP, FAKE_NOTHING),
              WD_TYPE_MISMATCH, "a map lambda must return at least one column");
  check_error(lambda_of(make_range(1, 1), WD_ROLE_FOR_EACH, FAKE_NUMBER),
              WD_TYPE_MISMATCH, "a for-each lambda returns no columns, not 1");
  check_error(lambda_of(make_range(1, 1), WD_ROLE_MAP, FAKE_TWICE),
              WD_INVALID_PLAN,
              "the output of the map lambda has two columns 'x'; give them "
              "distinct names");
  check_error(lambda_of(make_range(1, 1), WD_ROLE_MAP, FAKE_DURATION),
              WD_UNSUPPORTED,
              "column 'x' has the type list<duration<6>>, which is not "
              "supported: use an interval, or an i64 of units");
  check_error(lambda_of(make_range(1, 1), WD_ROLE_MAP, FAKE_OUT),
              WD_LAMBDA_FAILED,
              "the map lambda wants column 99 of an input of 1");
  check_error(lambda_of(make_range(1, 1), WD_ROLE_MAP, FAKE_FAILS),
              WD_LAMBDA_FAILED, "bind says no");
}

static void
test_aggregate(void **state)
{
  (void)state;
  check_plan(
      aggregate_of(
          read_table("orders"), TEXTS("year(day) as y", "ID"),
          TEXTS("sum(price)", "avg(qty) as q", "count(distinct day)", "#2")),
      "aggregate by extract(year from day) as y, id: sum(price) as "
      "\"sum(price)\", avg(cast(qty as fp64)) as q, count(distinct day) as "
      "\"count(distinct day)\", aggregate lambda 2 at site 0 of (cast(qty as "
      "i64) + 1) where qty > cast(0 as i32) as folded\n"
      "  read orders -> id i64 not null, price decimal<10,2>, qty i32, day "
      "date\n",
      "y i64, id i64 not null, \"sum(price)\" decimal<38,2>, q fp64, "
      "\"count(distinct day)\" i64 not null, folded i64");
  check_plan(
      aggregate_of(read_table("orders"), TEXTS("day"),
                   TEXTS("sum(price) / count(*) as mean", "max(qty) as top",
                         "day is null or min(qty) > 1 as odd")),
      "project day, measure_1 / cast(measure_2 as decimal<19,0>) as mean, "
      "measure_3 as top, day is "
      "null or measure_4 > cast(1 as i32) as odd\n"
      "  aggregate by day: sum(price) as measure_1, count(*) as measure_2, "
      "max(qty) "
      "as measure_3, min(qty) as measure_4\n"
      "    read orders -> id i64 not null, price decimal<10,2>, qty i32, day "
      "date\n",
      "day date, mean decimal<38,6>, top i32, odd boolean");
  check_error(
      aggregate_of(read_table("orders"), TEXTS("day"), TEXTS("qty + sum(qty)")),
      WD_INVALID_PLAN,
      "column 'qty' must be in an aggregate such as sum(...); outside "
      "there are only the keys: day\n  qty + sum(qty)\n  ^");
  check_error(
      aggregate_of(read_table("orders"), TEXTS("day"), TEXTS("day is null")),
      WD_INVALID_PLAN,
      "the measure 'day is null' has no aggregate such as sum(...) or "
      "count(*)");
  check_error(
      aggregate_of(read_table("orders"), TEXTS("day"), TEXTS("sum(max(qty))")),
      WD_INVALID_PLAN,
      "max: aggregates are only allowed in aggregate, and not inside "
      "each other\n  sum(max(qty))\n      ^");
  check_error(
      aggregate_of(read_table("orders"), TEXTS("day"), TEXTS("sum(day)")),
      WD_TYPE_MISMATCH, "sum does not take date\n  sum(day)\n      ^");
  check_error(aggregate_of(read_table("orders"), TEXTS("day"), TEXTS("#4")),
              WD_TYPE_MISMATCH,
              "an aggregate lambda must return one column, not 0");
}

static void
test_reduce(void **state)
{
  struct wd_plan plan;
  struct binder env;

  (void)state;
  check_plan(reduce_of(read_table("items"), TEXTS("qty % 2 as odd", "order_id"),
                       FAKE_SAME),
             "project odd, ID, order_id, qty\n"
             "  aggregate by cast(qty as i64) % 2 as odd, order_id: reduce "
             "lambda 3 at site 0\n"
             "    read items -> ID i32, order_id i64, qty i32\n",
             "odd i64, ID i32, order_id i64, qty i32");
  check_error(reduce_of(read_table("items"), TEXTS("qty"), FAKE_NUMBER),
              WD_TYPE_MISMATCH,
              "a reduce lambda must return the columns of its input");
  assert_int_equal(
      make(reduce_of(read_table("items"), TEXTS("order_id", "qty"), FAKE_SAME),
           &env, &plan, NULL),
      WD_OK);
  assert_int_equal(env.key_count, 2);
  assert_int_equal(env.keys[0], 1);
  assert_int_equal(env.keys[1], 2);
  assert_false(plan.root->left->aggregate.drop_empty);
  wd_plan_fini(&plan);
  assert_int_equal(make(reduce_of(read_table("items"),
                                  &(const char *const){NULL}, FAKE_SAME),
                        &env, &plan, NULL),
                   WD_OK);
  assert_int_equal(plan.root->kind, WD_NODE_AGGREGATE);
  assert_true(plan.root->aggregate.drop_empty);
  assert_int_equal(plan.root->schema.count, 3);
  wd_plan_fini(&plan);
}

static void
test_join(void **state)
{
  (void)state;
  check_plan(join_of(read_table("orders"), read_table("items"), WD_JOIN_LEFT,
                     "left.id = order_id and right.qty > 1", NULL),
             "left join on left.id = right.order_id and right.qty > cast(1 as "
             "i32)\n"
             "  read orders -> id i64 not null, price decimal<10,2>, qty i32, "
             "day date\n"
             "  read items -> ID i32, order_id i64, qty i32\n",
             "id i64 not null, price decimal<10,2>, qty i32, day date, ID i32, "
             "order_id i64, qty i32");
  check_plan(join_of(read_table("orders"), read_table("items"), WD_JOIN_INNER,
                     NULL, TEXTS("qty", "id")),
             "project qty, id, price, day, order_id\n"
             "  inner join on left.qty = right.qty and left.id = "
             "cast(right.ID as i64)\n"
             "    read orders -> id i64 not null, price decimal<10,2>, qty "
             "i32, day date\n"
             "    read items -> ID i32, order_id i64, qty i32\n",
             "qty i32, id i64 not null, price decimal<10,2>, day date, "
             "order_id i64");
  check_plan(join_of(read_table("lines"), make_range(2, 1), WD_JOIN_CROSS, NULL,
                     &(const char *const){NULL}),
             "cross join\n"
             "  read lines -> line string not null\n"
             "  range 0 to 2 by 1\n",
             "line string not null, id i64 not null");
  check_plan(join_of(make_range(3, 1), make_range(2, 1), WD_JOIN_FULL, NULL,
                     TEXTS("id")),
             "project coalesce(id, id) as id\n"
             "  full join on left.id = right.id\n"
             "    range 0 to 3 by 1\n"
             "    range 0 to 2 by 1\n",
             "id i64");
  check_plan(join_of(make_range(3, 1), make_range(2, 1), WD_JOIN_ANTI, NULL,
                     TEXTS("id")),
             "anti join on left.id = right.id\n"
             "  range 0 to 3 by 1\n"
             "  range 0 to 2 by 1\n",
             "id i64 not null");
  check_plan(
      join_of(read_table("orders"), read_table("items"), WD_JOIN_AS_OF_LEFT,
              NULL, TEXTS("id", "qty")),
      "project id, qty, price, day, order_id\n"
      "  as-of-left join on left.id = cast(right.ID as i64) and "
      "left.qty >= right.qty\n"
      "    read orders -> id i64 not null, price decimal<10,2>, qty i32, "
      "day date\n"
      "    read items -> ID i32, order_id i64, qty i32\n",
      "id i64 not null, qty i32, price decimal<10,2>, day date, order_id "
      "i64");
}

static void
test_join_errors(void **state)
{
  (void)state;
  check_error(
      join_of(read_table("orders"), read_table("items"), WD_JOIN_LEFT, NULL,
              TEXTS("day")),
      WD_INVALID_PLAN,
      "unknown column 'day' in the right side of the join (did you mean "
      "qty?); the columns are: ID, order_id, qty");
  check_error(join_of(read_table("lines"), make_range(2, 1), WD_JOIN_INNER,
                      NULL, &(const char *const){NULL}),
              WD_INVALID_PLAN,
              "a join needs a condition; all pairs are a cross join");
  check_error(
      join_of(make_range(2, 1), make_range(2, 1), WD_JOIN_CROSS, "true", NULL),
      WD_INVALID_PLAN, "a cross join has no condition; use an inner join");
  check_error(join_of(make_range(2, 1), make_range(2, 1), WD_JOIN_AS_OF,
                      "left.id = right.id", NULL),
              WD_INVALID_PLAN,
              "an as-of join needs one inequality, such as left.time >= "
              "right.time, not 0");
  check_error(join_of(make_range(2, 1), make_range(2, 1), WD_JOIN_AS_OF,
                      "left.id < right.id and right.id > left.id", NULL),
              WD_INVALID_PLAN,
              "an as-of join needs one inequality, such as left.time >= "
              "right.time, not 2");
  for (int i = 0; i < 4; i++) {
    static const char *const others[] = {
        "left.id < right.id or left.id > right.id", "left.id <> right.id",
        "left.id + right.id < right.id", "left.id < right.id and left.id > 1"};

    check_error(join_of(make_range(2, 1), make_range(2, 1), WD_JOIN_AS_OF_LEFT,
                        others[i], NULL),
                WD_INVALID_PLAN,
                "the condition of an as-of join is comparisons (=, <, <=, >, "
                ">=) of the left side with the right, joined by 'and'; filter "
                "the sides before for all else");
  }
  check_error(join_of(make_range(2, 1), make_range(2, 1), WD_JOIN_INNER,
                      "left.id", NULL),
              WD_TYPE_MISMATCH,
              "the condition of a join must be boolean, not i64\n  left.id\n"
              "  ^");
}

/* Small programs must not make huge plans. */
static void
test_limits(void **state)
{
  struct wd_relation *relation = make_range(1, 1);

  (void)state;
  for (int i = 0; i < 2000; i++)
    relation = limit_of(relation, 1, 0);
  check_error(relation, WD_LIMIT_EXCEEDED,
              "more than 1000 operations follow each other; write an "
              "intermediate result");
  relation = make_range(1, 1);
  for (int i = 0; i < 40; i++)
    relation = select_of(relation, TEXTS("*", "*"));
  check_error(relation, WD_LIMIT_EXCEEDED,
              "the result has 16384 columns, at most 10000 can be");
  relation = make_range(1, 1);
  for (int i = 0; i < 40; i++) {
    struct wd_relation *next =
        wd_relation_new(NULL, WD_REL_JOIN, relation, relation);

    next->join.kind = WD_JOIN_SEMI;
    next->join.on = syntax(next, "true", NULL);
    wd_relation_unref(relation);
    relation = next;
  }
  check_error(relation, WD_LIMIT_EXCEEDED,
              "the plan has more than 10000 operations (a data set that is "
              "used twice counts twice); write an intermediate result");
}

static void
test_dot(void **state)
{
  struct wd_plan plan;
  struct wd_buf buf;
  struct binder env;

  (void)state;
  assert_int_equal(
      make(join_of(make_range(3, 1),
                   select_of(make_range(2, 1), TEXTS("'a\n\"b\\' as id")),
                   WD_JOIN_CROSS, NULL, &(const char *const){NULL}),
           &env, &plan, NULL),
      WD_OK);
  wd_buf_init(&buf, NULL, 4096);
  wd_plan_print(&plan, WD_PLAN_DOT, &buf);
  assert_string_equal(wd_buf_text(&buf),
                      "digraph plan {\n  rankdir=BT;\n  node [shape=box];\n"
                      "  n0 [label=\"cross join\"];\n"
                      "  n1 [label=\"range 0 to 3 by 1\"];\n"
                      "  n1 -> n0;\n"
                      "  n2 [label=\"project 'a \\\"b\\\\' as id\"];\n"
                      "  n2 -> n0;\n"
                      "  n3 [label=\"range 0 to 2 by 1\"];\n"
                      "  n3 -> n2;\n"
                      "}\n");
  wd_buf_fini(&buf);
  wd_plan_fini(&plan);
}

static enum wd_status
make_once(void *unused)
{
  struct wd_plan plan = {.root = NULL};
  struct binder env;
  enum wd_status status = make(
      select_of(reduce_of(join_of(aggregate_of(
                                      read_table("orders"), TEXTS("id", "qty"),
                                      TEXTS("sum(price) / 2 as x", "#2")),
                                  filter_of(lambda_of(read_table("items"),
                                                      WD_ROLE_MAP, FAKE_SAME),
                                            "qty > 1"),
                                  WD_JOIN_INNER, NULL, TEXTS("id", "qty")),
                          TEXTS("qty"), FAKE_SAME),
                TEXTS("*", "x + 1")),
      &env, &plan, NULL);

  (void)unused;
  wd_plan_fini(&plan);
  return status;
}

/* Prints a plan, which is made anew each time, in a form. */
static enum wd_status
print_once(void *form)
{
  struct wd_plan plan = {.root = NULL};
  struct binder env;
  struct wd_buf buf;
  enum wd_status status =
      make(join_of(make_range(3, 1), select_of(make_range(2, 1), TEXTS("id")),
                   WD_JOIN_CROSS, NULL, &(const char *const){NULL}),
           &env, &plan, NULL);

  wd_buf_init(&buf, NULL, 1 << 16);
  if (status == WD_OK)
    wd_plan_print(&plan, *(enum wd_plan_form *)form, &buf);
  if (buf.failed)
    status = WD_NO_MEMORY;
  wd_buf_fini(&buf);
  wd_plan_fini(&plan);
  return status;
}

static void
test_out_of_memory(void **state)
{
  enum wd_plan_form forms[] = {
#define WD_X(form, name) form,
      WD_PLAN_FORMS(WD_X)
#undef WD_X
  };

  (void)state;
  wd_oom_each(make_once, NULL);
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    wd_oom_each(print_once, &forms[i]);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_word_count),    cmocka_unit_test(test_select),
      cmocka_unit_test(test_filter),        cmocka_unit_test(test_lambdas),
      cmocka_unit_test(test_aggregate),     cmocka_unit_test(test_reduce),
      cmocka_unit_test(test_join),          cmocka_unit_test(test_join_errors),
      cmocka_unit_test(test_limits),        cmocka_unit_test(test_dot),
      cmocka_unit_test(test_out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
