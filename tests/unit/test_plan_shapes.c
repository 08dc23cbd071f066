/* Columns, sets and rows: what with-column, union, unpivot … become. */
#include <math.h>

#include "oom.h"
#include "plan_build.h"

#define NO_TEXTS (&(const char *const){NULL})

static struct wd_relation *
with_of(struct wd_relation *input, const char *name, const char *text)
{
  struct wd_relation *relation = new_over(input, WD_REL_WITH_COLUMN);

  if (relation) {
    relation->with_column.name = name;
    relation->with_column.syntax = syntax(relation, text, NULL);
  }
  return done(input, relation, relation && relation->with_column.syntax);
}

static struct wd_relation *
names_of(struct wd_relation *input, enum wd_relation_kind kind,
         const char *const *names)
{
  struct wd_relation *relation = new_over(input, kind);

  while (relation && names[relation->names.count])
    relation->names.count++;
  if (relation)
    relation->names.list = names;
  return done(input, relation, true);
}

static struct wd_relation *
rename_of(struct wd_relation *input, uint32_t count,
          const struct wd_renaming *list)
{
  struct wd_relation *relation = new_over(input, WD_REL_RENAME);

  if (relation) {
    relation->rename.count = count;
    relation->rename.list = list;
  }
  return done(input, relation, true);
}

static struct wd_relation *
pair_of(struct wd_relation *left, struct wd_relation *right,
        enum wd_relation_kind kind)
{
  struct wd_relation *relation =
      left && right ? wd_relation_new(NULL, kind, left, right) : NULL;

  if (right)
    wd_relation_unref(right);
  return done(left, relation, true);
}

static struct wd_relation *
set_of(struct wd_relation *left, struct wd_relation *right,
       enum wd_set_operation operation, bool by_name)
{
  struct wd_relation *relation = pair_of(left, right, WD_REL_SET);

  if (relation) {
    relation->set.operation = operation;
    relation->set.by_name = by_name;
  }
  return relation;
}

static struct wd_relation *
sample_of(struct wd_relation *input, double fraction, bool replacement)
{
  struct wd_relation *relation = new_over(input, WD_REL_SAMPLE);

  if (relation) {
    relation->sample.fraction = fraction;
    relation->sample.replacement = replacement;
    relation->sample.seed = 7;
  }
  return done(input, relation, true);
}

static struct wd_relation *
index_of(struct wd_relation *input, const char *name)
{
  struct wd_relation *relation = new_over(input, WD_REL_ROW_INDEX);

  if (relation)
    relation->row_index = name;
  return done(input, relation, true);
}

static struct wd_relation *
unpivot_of(struct wd_relation *input, const char *const *columns,
           const char *name, const char *value)
{
  struct wd_relation *relation = new_over(input, WD_REL_UNPIVOT);

  if (relation) {
    while (columns[relation->unpivot.count])
      relation->unpivot.count++;
    relation->unpivot.columns = columns;
    relation->unpivot.name = name;
    relation->unpivot.value = value;
  }
  return done(input, relation, true);
}

static void
test_with_column(void **state)
{
  (void)state;
  check_plan(
      with_of(with_of(read_table("items"), "qty", "qty + 1"), "more", "qty"),
      "project ID, order_id, qty, qty as more\n"
      "  project ID, order_id, cast(qty as i64) + 1 as qty\n"
      "    read items -> ID i32, order_id i64, qty i32\n",
      "ID i32, order_id i64, qty i64, more i64");
  /* The new name counts, also where the old one had another case. */
  check_plan(with_of(make_range(2, 1), "Id", "id + 1"),
             "project id + 1 as Id\n  range 0 to 2 by 1\n", "Id i64 not null");
  check_error(with_of(make_range(2, 1), "x", "y"), WD_INVALID_PLAN,
              "unknown column 'y'; the columns are: id\n  y\n  ^");
  check_error(with_of(select_of(make_range(2, 1), TEXTS("*", "*")), "id", "1"),
              WD_INVALID_PLAN,
              "column 'id' is ambiguous in with-column: more than one has that "
              "name; rename one of them in a select before");
}

static void
test_drop_columns(void **state)
{
  (void)state;
  check_plan(
      names_of(read_table("items"), WD_REL_DROP_COLUMNS, TEXTS("id", "qty")),
      "project order_id\n"
      "  read items -> ID i32, order_id i64, qty i32\n",
      "order_id i64");
  check_plan(names_of(select_of(make_range(2, 1), TEXTS("*", "*", "1 as x")),
                      WD_REL_DROP_COLUMNS, TEXTS("id")),
             "project x\n  project id, id, 1 as x\n    range 0 to 2 by 1\n",
             "x i64 not null");
  check_plan(names_of(make_range(2, 1), WD_REL_DROP_COLUMNS, TEXTS("id")),
             "project\n  range 0 to 2 by 1\n", "");
  check_error(
      names_of(make_range(2, 1), WD_REL_DROP_COLUMNS, TEXTS("ida")),
      WD_INVALID_PLAN,
      "unknown column 'ida' in drop-columns (did you mean id?); the columns "
      "are: id");
}

static void
test_rename(void **state)
{
  static const struct wd_renaming swap[] = {{"order_id", "qty"},
                                            {"qty", "order_id"}};
  static const struct wd_renaming twice[] = {{"id", "x"}, {"ID", "y"}};

  (void)state;
  check_plan(rename_of(read_table("items"), 2, swap),
             "project ID, order_id as qty, qty as order_id\n"
             "  read items -> ID i32, order_id i64, qty i32\n",
             "ID i32, qty i64, order_id i32");
  check_error(rename_of(read_table("items"), 1, swap), WD_INVALID_PLAN,
              "after rename there are two columns 'qty'");
  check_error(rename_of(read_table("items"), 2, twice), WD_INVALID_PLAN,
              "rename names the column 'ID' twice");
  check_error(rename_of(make_range(2, 1), 1, swap), WD_INVALID_PLAN,
              "unknown column 'order_id' in rename; the columns are: id");
}

static void
test_distinct(void **state)
{
  (void)state;
  check_plan(names_of(make_range(2, 1), WD_REL_DISTINCT, NO_TEXTS),
             "distinct\n  range 0 to 2 by 1\n", "id i64 not null");
  check_plan(
      names_of(read_table("items"), WD_REL_DISTINCT, TEXTS("qty", "id", "qty")),
      "distinct on qty, ID\n"
      "  read items -> ID i32, order_id i64, qty i32\n",
      "ID i32, order_id i64, qty i32");
  check_error(names_of(make_range(2, 1), WD_REL_DISTINCT, TEXTS("x")),
              WD_INVALID_PLAN,
              "unknown column 'x' in distinct; the columns are: id");
}

static void
test_sets(void **state)
{
  (void)state;
  check_plan(set_of(select_of(read_table("items"), TEXTS("id", "qty")),
                    select_of(make_range(3, 1), TEXTS("1.5 as a", "id")),
                    WD_SET_UNION_ALL, false),
             "union all\n"
             "  project cast(ID as decimal<11,1>) as ID, cast(qty as i64) as "
             "qty\n"
             "    project ID, qty\n"
             "      read items -> ID i32, order_id i64, qty i32\n"
             "  project cast(a as decimal<11,1>) as ID, id as qty\n"
             "    project 1.5 as a, id\n"
             "      range 0 to 3 by 1\n",
             "ID decimal<11,1>, qty i64");
  check_plan(set_of(select_of(read_table("items"), TEXTS("id", "qty as a")),
                    select_of(make_range(3, 1), TEXTS("5 as a", "id as ID")),
                    WD_SET_INTERSECT_DISTINCT, true),
             "intersect distinct\n"
             "  project cast(ID as i64) as ID, cast(a as i64) as a\n"
             "    project ID, qty as a\n"
             "      read items -> ID i32, order_id i64, qty i32\n"
             "  project ID, a\n"
             "    project 5 as a, id as ID\n"
             "      range 0 to 3 by 1\n",
             "ID i64 not null, a i64 not null");
  check_plan(set_of(make_range(3, 1),
                    select_of(make_range(3, 1), TEXTS("nullif(id, 1) as x")),
                    WD_SET_EXCEPT_ALL, false),
             "except all\n  range 0 to 3 by 1\n  project nullif(id, 1) as x\n"
             "    range 0 to 3 by 1\n",
             "id i64 not null");
}

static void
test_set_errors(void **state)
{
  (void)state;
  check_error(
      set_of(read_table("items"), make_range(3, 1), WD_SET_UNION_ALL, false),
      WD_INVALID_PLAN,
      "union of 3 columns and 1; both sides must have as many");
  check_error(set_of(read_table("lines"), make_range(3, 1),
                     WD_SET_EXCEPT_DISTINCT, false),
              WD_TYPE_MISMATCH,
              "except of string and i64 in the column 'line'; cast one of them "
              "in a select before");
  check_error(set_of(make_range(3, 1),
                     select_of(make_range(3, 1), TEXTS("id", "1 as more")),
                     WD_SET_INTERSECT_ALL, true),
              WD_INVALID_PLAN,
              "unknown column 'more' in the left side of the intersect; the "
              "columns are: id");
  check_error(set_of(select_of(make_range(3, 1), TEXTS("*", "*")),
                     select_of(make_range(3, 1), TEXTS("*", "*")),
                     WD_SET_UNION_ALL, true),
              WD_INVALID_PLAN,
              "column 'id' is ambiguous in the left side of the union: more "
              "than one has that name; rename one of them in a select before");
}

static void
test_rows(void **state)
{
  (void)state;
  check_plan(index_of(sample_of(make_range(3, 1), 0.25, false), "i"),
             "row index i\n  sample 0.25 seed 7\n    range 0 to 3 by 1\n",
             "id i64 not null, i i64 not null");
  check_plan(sample_of(make_range(3, 1), 2.5, true),
             "sample 2.5 with replacement seed 7\n  range 0 to 3 by 1\n",
             "id i64 not null");
  check_error(sample_of(make_range(3, 1), (double)NAN, true),
              WD_INVALID_ARGUMENT,
              "the fraction of a sample is nan; it must be between 0 and 100");
  check_error(sample_of(make_range(3, 1), 1.5, false), WD_INVALID_ARGUMENT,
              "the fraction of a sample is 1.5; it must be between 0 and 1 "
              "without replacement");
  check_error(sample_of(make_range(3, 1), -0.5, false), WD_INVALID_ARGUMENT,
              "the fraction of a sample is -0.5; it must be between 0 and 1 "
              "without replacement");
  check_error(index_of(make_range(3, 1), "id"), WD_INVALID_PLAN,
              "the row index cannot be called 'id': there is a column of that "
              "name");
  check_plan(pair_of(make_range(3, 1), read_table("items"), WD_REL_ZIP),
             "zip\n  range 0 to 3 by 1\n"
             "  read items -> ID i32, order_id i64, qty i32\n",
             "id i64 not null, ID i32, order_id i64, qty i32");
}

static void
test_unpivot(void **state)
{
  (void)state;
  check_plan(unpivot_of(read_table("items"), TEXTS("qty", "order_id"), "name",
                        "value"),
             "expand ID, ('qty', cast(qty as i64)), ('order_id', order_id) -> "
             "ID i32, name string not null, value i64\n"
             "  read items -> ID i32, order_id i64, qty i32\n",
             "ID i32, name string not null, value i64");
  check_error(unpivot_of(make_range(3, 1), NO_TEXTS, "n", "v"), WD_INVALID_PLAN,
              "unpivot needs at least one column");
  check_error(unpivot_of(make_range(3, 1), TEXTS("id", "id"), "n", "v"),
              WD_INVALID_PLAN, "unpivot names the column 'id' twice");
  check_error(unpivot_of(read_table("items"), TEXTS("qty"), "ID", "v"),
              WD_INVALID_PLAN,
              "the column of names cannot be called 'ID': there is a column of "
              "that name");
  check_error(unpivot_of(read_table("items"), TEXTS("qty"), "v", "v"),
              WD_INVALID_PLAN,
              "the column of values cannot be called 'v': there is a column of "
              "that name");
  check_error(
      unpivot_of(read_table("orders"), TEXTS("qty", "day"), "n", "v"),
      WD_TYPE_MISMATCH,
      "unpivot of i32 and date in the column 'day'; cast one of them in "
      "a select before");
}

static struct wd_relation *
explode_of(struct wd_relation *input, const char *column, bool outer,
           const char *position)
{
  struct wd_relation *relation = new_over(input, WD_REL_EXPLODE);

  if (relation) {
    relation->explode.column = column;
    relation->explode.outer = outer;
    relation->explode.position = position;
  }
  return done(input, relation, true);
}

/* Adds sets and a pivot to an aggregation. */
static struct wd_relation *
refine(struct wd_relation *relation, uint32_t set_count,
       const struct wd_key_set *sets, const char *pivot,
       const char *const *values)
{
  if (!relation)
    return NULL;
  relation->aggregate.set_count = set_count;
  relation->aggregate.sets = sets;
  if (!pivot)
    return relation;
  relation->aggregate.pivot = syntax(relation, pivot, NULL);
  relation->aggregate.values =
      named(relation, values, &relation->aggregate.value_count);
  if (relation->aggregate.pivot && relation->aggregate.values)
    return relation;
  wd_relation_unref(relation);
  return NULL;
}

static const uint32_t first_key[] = {0};
static const uint32_t both_keys[] = {0, 1};
static const struct wd_key_set rolled[] = {
    {2, both_keys}, {1, first_key}, {0, NULL}};

static void
test_grouping_sets(void **state)
{
  (void)state;
  check_plan(refine(aggregate_of(read_table("items"), TEXTS("id", "qty"),
                                 TEXTS("count(*) as n", "grouping(qty) as g")),
                    3, rolled, NULL, NULL),
             "aggregate by ID, qty in sets (ID, qty), (ID), (): count(*) as n, "
             "grouping(qty) as g\n"
             "  read items -> ID i32, order_id i64, qty i32\n",
             "ID i32, qty i32, n i64 not null, g i64 not null");
  check_plan(refine(aggregate_of(make_range(3, 1), TEXTS("id", "id + 1 as b"),
                                 TEXTS("first(id) as f")),
                    2, rolled, NULL, NULL),
             "aggregate by id, id + 1 as b in sets (id, b), (id): first(id) as "
             "f\n"
             "  range 0 to 3 by 1\n",
             "id i64 not null, b i64, f i64");
  check_error(refine(aggregate_of(make_range(3, 1), TEXTS("id", "id + 1 as b"),
                                  TEXTS("count(*)")),
                     1, rolled + 1, NULL, NULL),
              WD_INVALID_PLAN, "the key 'b' is in none of the grouping sets");
}

static void
test_pivot(void **state)
{
  (void)state;
  check_plan(refine(aggregate_of(read_table("items"), TEXTS("id"),
                                 TEXTS("sum(qty) as s")),
                    0, NULL, "order_id", TEXTS("1", "null as none")),
             "aggregate by ID: sum(qty) where order_id is not distinct from 1 "
             "as \"1\", sum(qty) where order_id is not distinct from "
             "cast(null as i64) as none\n"
             "  read items -> ID i32, order_id i64, qty i32\n",
             "ID i32, \"1\" i64, none i64");
  check_error(
      refine(aggregate_of(read_table("items"), TEXTS("id"), TEXTS("count(*)")),
             0, NULL, "order_id", TEXTS("1", "qty")),
      WD_INVALID_PLAN,
      "unknown column 'qty': there are no columns\n  qty\n  ^");
  check_error(
      refine(aggregate_of(read_table("items"), TEXTS("id"), TEXTS("count(*)")),
             0, NULL, "order_id", TEXTS("1", "2 as \"1\"")),
      WD_INVALID_PLAN, "the pivot has the value '1' twice");
}

static bool
has_lists(void)
{
  struct wd_arena arena;
  struct wd_schema schema = {0, NULL};
  bool carried;

  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(test_schema("x list<i64>", &arena, &schema), WD_OK);
  carried = wd_type_carried(&schema.columns[0].type);
  wd_arena_fini(&arena);
  return carried;
}

static struct wd_relation *
lists_of(void)
{
  return aggregate_of(read_table("items"), TEXTS("id"),
                      TEXTS("list(qty) as l"));
}

static void
test_explode(void **state)
{
  (void)state;
  check_error(explode_of(make_range(3, 1), "id", false, NULL), WD_TYPE_MISMATCH,
              "explode takes a list or a map; the column 'id' is i64");
  check_error(explode_of(read_table("odd"), "x", false, "x"), WD_INVALID_PLAN,
              "explode makes a second column 'x'; rename the other one before");
  if (!has_lists())
    skip();
  check_plan(explode_of(lists_of(), "L", true, "at"),
             "explode outer l -> ID i32, at i64, l i32\n"
             "  aggregate by ID: list(qty) as l\n"
             "    read items -> ID i32, order_id i64, qty i32\n",
             "ID i32, at i64, l i32");
}

static enum wd_status
make_exploded(void *unused)
{
  struct wd_plan plan = {.root = NULL};
  struct binder env;
  enum wd_status status =
      make(explode_of(lists_of(), "l", false, "at"), &env, &plan, NULL);

  (void)unused;
  wd_plan_fini(&plan);
  return status;
}

static enum wd_status
make_groups(void *unused)
{
  struct wd_plan plan = {.root = NULL};
  struct binder env;
  enum wd_status status =
      make(names_of(refine(aggregate_of(read_table("items"), TEXTS("id", "qty"),
                                        TEXTS("quantile(qty, 0.5) as q",
                                              "grouping(id) as g")),
                           3, rolled, NULL, NULL),
                    WD_REL_DESCRIBE, NO_TEXTS),
           &env, &plan, NULL);

  (void)unused;
  wd_plan_fini(&plan);
  if (status != WD_OK)
    return status;
  status = make(refine(aggregate_of(read_table("items"), TEXTS("id"),
                                    TEXTS("sum(qty) as s", "count(*)")),
                       0, NULL, "order_id", TEXTS("1", "2")),
                &env, &plan, NULL);
  wd_plan_fini(&plan);
  return status;
}

static enum wd_status
make_once(void *unused)
{
  static const struct wd_renaming renaming[] = {{"qty", "amount"}};
  struct wd_plan plan = {.root = NULL};
  struct binder env;
  enum wd_status status = make(
      index_of(
          unpivot_of(
              set_of(rename_of(with_of(names_of(read_table("items"),
                                                WD_REL_DROP_COLUMNS,
                                                TEXTS("order_id")),
                                       "x", "qty + 1"),
                               1, renaming),
                     select_of(pair_of(sample_of(make_range(3, 1), 0.5, true),
                                       names_of(read_table("orders"),
                                                WD_REL_DISTINCT, TEXTS("qty")),
                                       WD_REL_ZIP),
                               TEXTS("1 as x", "2 as amount", "3 as id")),
                     WD_SET_UNION_ALL, true),
              TEXTS("x", "amount"), "n", "v"),
          "i"),
      &env, &plan, NULL);

  (void)unused;
  wd_plan_fini(&plan);
  return status;
}

static void
test_out_of_memory(void **state)
{
  (void)state;
  wd_oom_each(make_once, NULL);
  wd_oom_each(make_groups, NULL);
  if (has_lists())
    wd_oom_each(make_exploded, NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_with_column),
      cmocka_unit_test(test_drop_columns),
      cmocka_unit_test(test_rename),
      cmocka_unit_test(test_distinct),
      cmocka_unit_test(test_sets),
      cmocka_unit_test(test_set_errors),
      cmocka_unit_test(test_rows),
      cmocka_unit_test(test_unpivot),
      cmocka_unit_test(test_grouping_sets),
      cmocka_unit_test(test_pivot),
      cmocka_unit_test(test_explode),
      cmocka_unit_test(test_out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
