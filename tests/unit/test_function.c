/* Functions: names, and results' types by Substrait's rules. */
#include "plan/function.h"

#include "plan_help.h"

struct derivation {
  enum wd_function function;
  const char *operands; /* a schema's text */
  const char *result;   /* NULL: refused */
};

static void
check_derivation(const struct derivation *c)
{
  struct wd_arena arena;
  struct wd_schema schema;
  struct wd_type types[4], result;
  bool nullable[4], result_nullable;
  char text[64], full[96];

  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(test_schema(c->operands, &arena, &schema), WD_OK);
  for (uint32_t i = 0; i < schema.count; i++) {
    types[i] = schema.columns[i].type;
    nullable[i] = schema.columns[i].nullable;
  }
  if (!wd_function_derive(c->function, schema.count, types, nullable, &arena,
                          &result, &result_nullable)) {
    if (c->result)
      fail_msg("%s(%s) is refused", wd_function_name(c->function), c->operands);
  } else {
    snprintf(full, sizeof full, "%s%s",
             wd_type_text(&result, text, sizeof text),
             result_nullable ? "" : " not null");
    if (!c->result || strcmp(full, c->result) != 0)
      fail_msg("%s(%s) is %s", wd_function_name(c->function), c->operands,
               full);
  }
  wd_arena_fini(&arena);
}

/* Expected results are the formulas of functions_*.yaml worked by hand. */
static const struct derivation derivations[] = {
    {WD_FN_ADD, "x i32, y i32 not null", "i32"},
    {WD_FN_ADD, "x i32 not null, y i32 not null", "i32 not null"},
    {WD_FN_ADD, "x i32, y i64", NULL},
    {WD_FN_ADD, "x string, y string", NULL},
    {WD_FN_ADD, "x decimal<10,2>, y decimal<5,3>", "decimal<12,3>"},
    {WD_FN_SUBTRACT, "x decimal<10,2>, y decimal<10,2>", "decimal<11,2>"},
    {WD_FN_ADD, "x decimal<38,0>, y decimal<38,0>", "decimal<38,0>"},
    {WD_FN_ADD, "x decimal<38,10>, y decimal<38,2>", "decimal<38,6>"},
    {WD_FN_MULTIPLY, "x decimal<10,2>, y decimal<5,3>", "decimal<16,5>"},
    {WD_FN_MULTIPLY, "x decimal<38,10>, y decimal<38,10>", "decimal<38,6>"},
    {WD_FN_MULTIPLY, "x decimal<20,10>, y decimal<20,10>", "decimal<38,17>"},
    {WD_FN_DIVIDE, "x decimal<10,2>, y decimal<5,3>", "decimal<21,8>"},
    {WD_FN_DIVIDE, "x decimal<38,10>, y decimal<38,10>", "decimal<38,6>"},
    {WD_FN_MODULUS, "x decimal<10,2>, y decimal<5,3>", "decimal<5,3>"},
    {WD_FN_MODULUS, "x fp64, y fp64", NULL},
    {WD_FN_DIVIDE, "x i64, y i64", "i64"},
    {WD_FN_NEGATE, "x u8", NULL},
    {WD_FN_NEGATE, "x decimal<10,2>", "decimal<10,2>"},
    {WD_FN_SQRT, "x fp32", "fp32"},
    {WD_FN_SQRT, "x i64", NULL},
    {WD_FN_POWER, "x fp64, y fp64", "fp64"},
    {WD_FN_CEIL, "x decimal<10,2>", "decimal<9,0>"},
    {WD_FN_FLOOR, "x fp32", "fp32"},
    {WD_FN_ROUND, "x decimal<10,2> not null, y i32 not null", "decimal<11,2>"},
    {WD_FN_ROUND, "x decimal<38,2>, y i32", "decimal<38,2>"},
    {WD_FN_ROUND, "x i64, y i64", NULL},
    {WD_FN_EQUAL, "x date, y date not null", "boolean"},
    {WD_FN_EQUAL, "x date, y string", NULL},
    {WD_FN_IS_NULL, "x date", "boolean not null"},
    {WD_FN_IS_DISTINCT_FROM, "x date, y date", "boolean not null"},
    {WD_FN_NULLIF, "x i64 not null, y i64 not null", "i64"},
    {WD_FN_COALESCE, "x i64, y i64 not null", "i64"},
    {WD_FN_LEAST, "x i64 not null, y i64 not null", "i64 not null"},
    {WD_FN_AND, "x boolean, y boolean, z boolean", "boolean"},
    {WD_FN_NOT, "x i64", NULL},
    {WD_FN_LIKE, "x string, y string", "boolean"},
    {WD_FN_CHAR_LENGTH, "x string not null", "i64 not null"},
    {WD_FN_SUBSTRING, "x string, y i32, z i32", "string"},
    {WD_FN_SUBSTRING, "x string, y i64", NULL},
    {WD_FN_CONCAT, "x string, y binary", NULL},
    {WD_FN_STRPOS, "x string, y string", "i64"},
    {WD_FN_EXTRACT_YEAR, "x date", "i64"},
    {WD_FN_EXTRACT_HOUR, "x date", NULL},
    {WD_FN_EXTRACT_HOUR, "x timestamp<6>", "i64"},
    {WD_FN_EXTRACT_HOUR, "x timestamp_tz<6,UTC>", "i64"},
    {WD_FN_ADD, "x date, y i64", "date"},
    {WD_FN_ADD, "x date, y i32", NULL},
    {WD_FN_SUBTRACT, "x date, y date", "i64"},
    {WD_FN_MULTIPLY, "x date, y i64", NULL},
    {WD_FN_UPPER, "x string, y string", NULL},
    {WD_FN_LPAD, "x string not null, y i32 not null", "string not null"},
    {WD_FN_LPAD, "x string, y i32 not null, z string", "string"},
    {WD_FN_LPAD, "x string, y i64", NULL},
    {WD_FN_LPAD, "x string", NULL},
    {WD_FN_SHIFT_LEFT, "x u8, y i32", "u8"},
    {WD_FN_SHIFT_LEFT, "x fp64, y i32", NULL},
    {WD_FN_CONCAT_WS, "x string, y string, z string", "string"},
    {WD_FN_CONCAT_WS, "x string", NULL},
    {WD_FN_IS_TRUE, "x boolean", "boolean not null"},
    {WD_FN_REGEXP_MATCH_SUBSTRING, "x string not null, y string not null",
     "string"},
};

static void
test_derive(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof derivations / sizeof *derivations; i++)
    check_derivation(&derivations[i]);
}

static void
test_aggregates(void **state)
{
  static const struct {
    enum wd_aggregate_function function;
    const char *operand;
    const char *result;
  } cases[] = {
      {WD_AGG_SUM, "i8", "i64"},
      {WD_AGG_SUM, "i64", "i64"},
      {WD_AGG_SUM, "u32", "u64"},
      {WD_AGG_SUM, "fp32", "fp64"},
      {WD_AGG_SUM, "decimal<10,2>", "decimal<38,2>"},
      {WD_AGG_SUM, "string", NULL},
      {WD_AGG_AVG, "fp32", "fp32"},
      {WD_AGG_AVG, "i32", "i32"},
      {WD_AGG_AVG, "decimal<10,2>", "decimal<38,2>"},
      {WD_AGG_MIN, "date", "date"},
      {WD_AGG_MAX, "string", "string"},
      {WD_AGG_COUNT, "binary", "i64 not null"},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct wd_arena arena;
    struct wd_type type, result;
    bool nullable;
    char text[64], full[96];

    wd_arena_init(&arena, NULL, 0);
    assert_int_equal(wd_type_parse(cases[i].operand, strlen(cases[i].operand),
                                   &arena, &type, NULL),
                     WD_OK);
    assert_int_equal(
        wd_aggregate_derive(cases[i].function, &type, &result, &nullable),
        cases[i].result != NULL);
    if (cases[i].result) {
      snprintf(full, sizeof full, "%s%s",
               wd_type_text(&result, text, sizeof text),
               nullable ? "" : " not null");
      assert_string_equal(full, cases[i].result);
    }
    wd_arena_fini(&arena);
  }
}

static const char *
suggestion(const char *name)
{
  const char *best = NULL;
  unsigned distance = 0;

  wd_function_suggest(name, strlen(name), &best, &distance);
  return best;
}

static void
test_names(void **state)
{
  enum wd_function function;
  enum wd_aggregate_function aggregate;

  (void)state;
  for (int i = 0; i < WD_FN_SCALAR_COUNT; i++) {
    const char *name = wd_function_name((enum wd_function)i);

    assert_non_null(wd_function_extension((enum wd_function)i));
    if (strchr(name, ':'))
      continue;
    assert_true(wd_function_find(name, strlen(name), &function));
    assert_int_equal(function, i);
  }
  assert_true(wd_function_find("LEN", 3, &function));
  assert_int_equal(function, WD_FN_CHAR_LENGTH);
  assert_true(wd_function_find("Substr", 6, &function));
  assert_int_equal(function, WD_FN_SUBSTRING);
  assert_true(wd_function_find("year", 4, &function));
  assert_int_equal(function, WD_FN_EXTRACT_YEAR);
  assert_false(wd_function_find("extract:year", 12, &function));
  assert_false(wd_function_find("", 0, &function));
  assert_true(wd_aggregate_find("COUNT", 5, &aggregate));
  assert_int_equal(aggregate, WD_AGG_COUNT);
  assert_false(wd_aggregate_find("medain", 6, &aggregate));
  assert_true(wd_aggregate_find("Stddev", 6, &aggregate));
  assert_int_equal(aggregate, WD_AGG_STD_DEV);
  assert_string_equal(suggestion("rond"), "round");
  assert_string_equal(suggestion("summ"), "sum");
  assert_null(suggestion("gibberish"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_derive),
      cmocka_unit_test(test_aggregates),
      cmocka_unit_test(test_names),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
