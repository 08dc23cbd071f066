/* Substrait to SQL: decode, type, lower.
 *
 *   bench_host translate CACHE PROGRAM TIMES PLAN TABLE=LOCATION…
 *
 * PROGRAM is guests/plans.c, which does nothing here but have an engine; the
 * tables are those of TPC-H. Prints JSON: a list of microseconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "measure.h"
#include "plan/plan.h"
#include "substrait/plan.h"

struct translate {
  struct session session;
  unsigned times;
  char data[1 << 20];
  size_t size;
};

static const struct {
  const char *name, *columns;
} tables[] = {
    {"customer", "c_custkey i64, c_name string, c_address string, c_nationkey "
                 "i32, c_phone string, c_acctbal decimal<15,2>, c_mktsegment "
                 "string, c_comment string"},
    {"lineitem",
     "l_orderkey i64, l_partkey i64, l_suppkey i64, l_linenumber i64, "
     "l_quantity decimal<15,2>, l_extendedprice decimal<15,2>, l_discount "
     "decimal<15,2>, l_tax decimal<15,2>, l_returnflag string, l_linestatus "
     "string, l_shipdate date, l_commitdate date, l_receiptdate date, "
     "l_shipinstruct string, l_shipmode string, l_comment string"},
    {"nation",
     "n_nationkey i32, n_name string, n_regionkey i32, n_comment string"},
    {"orders", "o_orderkey i64, o_custkey i64, o_orderstatus string, "
               "o_totalprice decimal<15,2>, o_orderdate date, o_orderpriority "
               "string, o_clerk string, o_shippriority i32, o_comment string"},
    {"part", "p_partkey i64, p_name string, p_mfgr string, p_brand string, "
             "p_type string, p_size i32, p_container string, p_retailprice "
             "decimal<15,2>, p_comment string"},
    {"partsupp", "ps_partkey i64, ps_suppkey i64, ps_availqty i64, "
                 "ps_supplycost decimal<15,2>, ps_comment string"},
    {"region", "r_regionkey i32, r_name string, r_comment string"},
    {"supplier", "s_suppkey i64, s_name string, s_address string, s_nationkey "
                 "i32, s_phone string, s_acctbal decimal<15,2>, s_comment "
                 "string"},
};

/* What the files have, without looking there. */
static enum wd_status
find_table(void *env, const char *name, const struct wd_option *options,
           uint32_t count, struct wd_arena *arena, struct wd_schema *out_schema,
           struct wd_error *error)
{
  (void)env;
  (void)options;
  (void)count;
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    if (strcmp(tables[i].name, name) == 0)
      return wd_schema_parse(tables[i].columns, strlen(tables[i].columns),
                             arena, out_schema, error);
  return wd_fail(error, WD_NOT_GRANTED, "no table '%s'", name);
}

static void
translate(const struct translate *env, struct wd_engine *engine)
{
  const struct wd_binder binder = {.table = find_table};
  struct wd_relation *relation;
  struct wd_plan plan;
  struct wd_buf sql;
  struct wd_error error = {0};

  wd_buf_init(&sql, NULL, 1 << 24);
  check(wd_substrait_relation(NULL, env->data, env->size, 0, NULL, &relation,
                              &error),
        &error);
  check(wd_plan_make(NULL, relation, &binder, &plan, &error), &error);
  check(engine->functions->explain(engine, &plan, &sql, &error), &error);
  wd_plan_fini(&plan);
  wd_relation_unref(relation);
  wd_buf_fini(&sql);
}

static void
on_begin(struct session *session)
{
  const struct translate *env = (const struct translate *)session;
  struct wd_error error = {0};
  struct wd_engine *engine;

  check(wd_program_engine(session_program(session), &engine, &error), &error);
  for (unsigned i = 0; i < env->times; i++) {
    double begun = measure_wall();

    translate(env, engine);
    printf("%s%.1f", i ? ", " : "[", (measure_wall() - begun) * 1000);
  }
  puts("]");
}

static void
on_end(struct session *session, const char *result)
{
  (void)session;
  (void)result;
}

int
bench_translate(int argc, char **argv)
{
  static struct translate env = {.session = {.begin = on_begin, .end = on_end}};
  char *arguments[] = {(char[]){"1"}, (char[]){"-"}, NULL};
  struct wd_error error = {0};
  FILE *file;

  if (argc < 6)
    fail("usage: bench_host translate CACHE PROGRAM TIMES PLAN TABLE…");
  env.times = (unsigned)strtoul(argv[3], NULL, 10);
  file = fopen(argv[4], "rb");
  if (!file)
    fail("%s cannot be read", argv[4]);
  env.size = fread(env.data, 1, sizeof env.data, file);
  fclose(file);
  session_init(&env.session, argv[1], argv[2], 1, arguments);
  for (int i = 5; i < argc; i++)
    check(wd_run_table(env.session.run, argv[i], &error), &error);
  session_run(&env.session);
  session_fini(&env.session);
  return 0;
}
