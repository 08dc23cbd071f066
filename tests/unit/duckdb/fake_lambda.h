/* Lambdas without WebAssembly: the functions of lambda/pool.h and
 * lambda/lambda.h over functions in C. Places are blocks of exactly the size
 * that was asked for (rounded up to 8), so that AddressSanitizer sees every
 * byte too many.
 */
#ifndef WD_TEST_FAKE_LAMBDA_H
#define WD_TEST_FAKE_LAMBDA_H

#include "lambda/lambda.h"
#include "plan/plan.h"

/* A closure's `function`. */
enum fake_function {
  FAKE_IDENTITY,     /* map, partition: the input as it came;
                      * flat-map: that twice, in two parts */
  FAKE_WORDS,        /* flat-map: the runs of ASCII letters of column 0 */
  FAKE_WORDS_SLOWLY, /* the same, in parts of three words */
  FAKE_REPEAT,       /* flat-map: the number n of column 0, n times */
  FAKE_EVEN,         /* filter: column 0 (i64) is even; null for null */
  FAKE_FAIL,         /* anything: fails with "no luck" */
  FAKE_ONE,          /* map: 1, whatever comes; wants no columns */
  FAKE_COUNT_ROWS,   /* partition: (index, rows) at its end */
  FAKE_SUM,          /* aggregate: i64 sum of column 0 */
  FAKE_CONCAT,       /* aggregate: strings of column 0, sorted, joined */
  FAKE_LONGEST,      /* reduce: the row with the greatest column 0 (i64) */
  FAKE_DOUBLE,       /* map: twice column 0 (i64), without the others */
  FAKE_COUNT_UP,     /* table: (partition, i) for i below FAKE_UP, in parts */
  FAKE_FOREVER,      /* table: the same without an end */
};

#define FAKE_UP 5000

/* A pool without a module. */
struct wd_pool *
fake_pool_new(void);

/* Calls of lambdas so far, all roles. */
uint64_t
fake_pool_calls(struct wd_pool *pool);

/* As a binder's `bind`; env is the pool. */
enum wd_status
fake_bind(void *env, const struct wd_closure *closure, enum wd_role role,
          const struct wd_schema *input, const uint32_t *keys,
          uint32_t key_count, uint32_t site, struct wd_arena *arena,
          struct wd_bound *out_bound, struct wd_error *error);

/* As a binder's `bind_table`, which is told a name too. */
enum wd_status
fake_bind_table(void *env, const struct wd_closure *closure,
                const struct wd_schema *arguments,
                const struct wd_batch *values, uint32_t partitions,
                uint32_t site, struct wd_arena *arena,
                struct wd_bound *out_bound, struct wd_error *error);

#endif
