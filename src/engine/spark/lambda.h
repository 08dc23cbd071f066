/* Lambdas on their way to a cluster: the program's code and memory as
 * artifacts, a closure in a relation or an expression that wasi-data's jar
 * understands (engines/spark). */
#ifndef WD_ENGINE_SPARK_LAMBDA_H
#define WD_ENGINE_SPARK_LAMBDA_H

#include "engine/spark/lower.h"

/* How rows come and go: the numbers of the jar's LambdaMessage. */
enum wd_spark_mode {
  WD_SPARK_ROWS,
  WD_SPARK_APPEND,
  WD_SPARK_FINISH,
  WD_SPARK_GROUPS,
  WD_SPARK_CO_GROUPS,
  WD_SPARK_PARTITIONS,
  WD_SPARK_FINISH_REDUCE, /* null for no state */
  WD_SPARK_TABLE,
};

/* What goes into the Relation of a step with a lambda. */
enum wd_status
wd_spark_lower_lambda(struct wd_spark_lowering *lowering,
                      const struct wd_plan_node *node);

enum wd_status
wd_spark_lower_co_group(struct wd_spark_lowering *lowering,
                        const struct wd_plan_node *node);

enum wd_status
wd_spark_lower_generate(struct wd_spark_lowering *lowering,
                        const struct wd_plan_node *node);

/* A measure that is a lambda, as an Expression with the name given: its
 * groups' states. */
enum wd_status
wd_spark_put_lambda_measure(struct wd_spark_lowering *lowering, uint32_t field,
                            const struct wd_measure *measure, const char *name);

/* A message of the jar's is put between the two, as the content of a Relation:
 * rows of the input with a lambda's results behind them, called
 * `<name>_0` … . The input is put after it as WD_SPARK_LAMBDA_INPUT. */
struct wd_spark_extension {
  size_t any, value;
};

/* A message of the jar's of that type, in a field; what is put then is its
 * content. */
struct wd_spark_extension
wd_spark_begin_extension(struct wd_spark_lowering *lowering, uint32_t field,
                         const char *type);

/* Puts what a task needs to bind a lambda. */
enum wd_status
wd_spark_put_closure(struct wd_spark_lowering *lowering, uint32_t field,
                     const struct wd_lambda *lambda);

enum wd_status
wd_spark_begin_appended(struct wd_spark_lowering *lowering,
                        const struct wd_lambda *lambda, enum wd_spark_mode mode,
                        const uint32_t *places, uint32_t place_count,
                        const char *name, struct wd_spark_extension *out_begun);

void
wd_spark_end_extension(struct wd_spark_lowering *lowering,
                       const struct wd_spark_extension *begun);

#define WD_SPARK_LAMBDA_INPUT 2

/* The relation of what the jar knows of the lowering's operation: rows of kind,
 * name and value (figures.c). */
void
wd_spark_put_figures(struct wd_spark_lowering *lowering, uint32_t field);

/* In such a message: the lambda is called for rows in which that column of the
 * input is true, others get nulls. */
void
wd_spark_put_guard(struct wd_spark_lowering *lowering, uint32_t column);

#endif
