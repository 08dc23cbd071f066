/* Lowering: a plan to relations of Spark Connect.
 *
 * Columns are c0, c1 … at every step, so that no name of the program's means
 * anything but where files are read and written; a relation without columns
 * has one, `z`. Expressions are Spark SQL's text (an ExpressionString): one
 * template for each function. What Spark would compute otherwise than
 * docs/expressions.md says is written so that it means the same; what is not
 * there is WD_UNSUPPORTED and named.
 */
#ifndef WD_ENGINE_SPARK_LOWER_H
#define WD_ENGINE_SPARK_LOWER_H

#include "engine/spark/engine.h"

/* Most bytes of the text of one expression. */
#define WD_SPARK_TEXT_MAX (16u << 20)

struct wd_spark_called;
struct wd_spark_fill;

struct wd_spark_lowering {
  struct wd_spark_engine *engine;
  struct wd_arena *arena;
  struct wd_sc_writer *writer;
  struct wd_error *error;
  uint32_t left_count;            /* a join's condition: columns of the left */
  const struct wd_key_set *set;   /* whose groups are aggregated, or NULL */
  bool joined;                    /* columns are l.c0 … and r.c0 … */
  bool looks;                     /* nothing is run, so nothing is sent */
  uint32_t column_base;           /* a join's side: the number of its first */
  struct wd_spark_called *called; /* of lower_named.h */
  uint32_t call_count;
  uint32_t variable_count;     /* of conversions: lower_cast.c */
  struct wd_spark_fill *fills; /* of stored.h */
  const char *operation;       /* the execution's, or NULL */
  bool extended;               /* something needs wasi-data's jar */
};

/* Puts the relation of a node as a field of the message that is written. */
enum wd_status
wd_spark_lower_node(struct wd_spark_lowering *lowering,
                    const struct wd_plan_node *node, uint32_t field);

/* A table that is read; a table's relation without its columns named c0 …, for
 * asking. */
enum wd_status
wd_spark_lower_read(struct wd_spark_lowering *lowering,
                    const struct wd_plan_node *node, uint32_t field);

/* Puts the columns of a schema as a text: `name` TYPE, … */
enum wd_status
wd_spark_put_ddl(struct wd_spark_lowering *lowering, uint32_t field,
                 const struct wd_schema *schema);

/* A query in Spark's SQL. */
enum wd_status
wd_spark_lower_sql(struct wd_spark_lowering *lowering,
                   const struct wd_plan_node *node);

/* A name of a column of ours: `z` where there are none. */
struct wd_spark_name {
  char text[16];
};

struct wd_spark_name
wd_spark_name_of(const struct wd_schema *schema, uint32_t column);

/* Puts columns as they are, as a projection's. */
void
wd_spark_put_columns(struct wd_spark_lowering *lowering,
                     const struct wd_schema *schema);

/* Joins. */
enum wd_status
wd_spark_lower_join(struct wd_spark_lowering *lowering,
                    const struct wd_plan_node *node);

enum wd_status
wd_spark_lower_zip(struct wd_spark_lowering *lowering,
                   const struct wd_plan_node *node);

/* The number of a row, from 0: Spark's ids of rows rise, in the order that the
 * rows have. */
#define WD_SPARK_ROW_NUMBER                                                    \
  "CAST(row_number() OVER (ORDER BY monotonically_increasing_id()) - 1 AS "    \
  "BIGINT)"

/* Aggregations. */
enum wd_status
wd_spark_lower_aggregate(struct wd_spark_lowering *lowering,
                         const struct wd_plan_node *node);

/* Steps that make several rows of one. */
enum wd_status
wd_spark_lower_expand(struct wd_spark_lowering *lowering,
                      const struct wd_plan_node *node);

enum wd_status
wd_spark_lower_explode(struct wd_spark_lowering *lowering,
                       const struct wd_plan_node *node);

/* Puts a text as an Expression. */
void
wd_spark_put_text(struct wd_spark_lowering *lowering, uint32_t field,
                  const char *text);

/* The same of an expression. */
enum wd_status
wd_spark_put_expression(struct wd_spark_lowering *lowering, uint32_t field,
                        const struct wd_expression *expression);

/* Puts `text AS name` as an Expression. */
void
wd_spark_put_named(struct wd_spark_lowering *lowering, uint32_t field,
                   const char *text, const char *name);

/* Puts the text in a buffer as an Expression, with a name or (NULL) without,
 * when it was written well (`status`), and frees the buffer. */
enum wd_status
wd_spark_put_written(struct wd_spark_lowering *lowering, uint32_t field,
                     struct wd_buf *buf, const char *name,
                     enum wd_status status);

/* The text of an expression, in the arena. */
enum wd_status
wd_spark_expression(struct wd_spark_lowering *lowering,
                    const struct wd_expression *expression,
                    const char **out_text);

/* Appends it. */
enum wd_status
wd_spark_write_expression(struct wd_spark_lowering *lowering,
                          const struct wd_expression *expression,
                          struct wd_buf *buf);

enum wd_status
wd_spark_write_literal(const struct wd_type *type,
                       const struct wd_literal *literal, struct wd_buf *buf,
                       struct wd_error *error);

/* Appends a text in quotes. */
void
wd_spark_quote(const char *text, size_t length, struct wd_buf *buf);

/* A call, without the cast to its type. */
enum wd_status
wd_spark_write_function(struct wd_spark_lowering *lowering,
                        const struct wd_expression *call, struct wd_buf *buf);

/* Subqueries of a node's expressions, each a column `s` and its number beside
 * those of the node's left (lower_subquery.c); how many these are. */
uint32_t
wd_spark_count_subqueries(const struct wd_plan_node *node);

enum wd_status
wd_spark_lower_beside(struct wd_spark_lowering *lowering,
                      const struct wd_plan_node *node, uint32_t field);

enum wd_status
wd_spark_write_subquery(struct wd_spark_lowering *lowering,
                        const struct wd_subquery *subquery, struct wd_buf *buf);

/* Functions of lists, maps and structs, and lambdas in them. */
bool
wd_spark_is_nested(enum wd_function function);

enum wd_status
wd_spark_write_nested(struct wd_spark_lowering *lowering,
                      const struct wd_expression *call, struct wd_buf *buf);

enum wd_status
wd_spark_write_lambda(struct wd_spark_lowering *lowering,
                      const struct wd_expression *lambda, struct wd_buf *buf);

/* A template of engine/template.h. */
enum wd_status
wd_spark_write_template(struct wd_spark_lowering *lowering,
                        const char *template, const struct wd_expression *call,
                        struct wd_buf *buf);

/* Whether an operand may be written several times. */
bool
wd_spark_is_short(const struct wd_expression *expression);

enum wd_status
wd_spark_write_window(struct wd_spark_lowering *lowering,
                      const struct wd_expression *call, struct wd_buf *buf);

/* An aggregate function, in the type of its result; `over` (or NULL) follows
 * each call. */
enum wd_status
wd_spark_write_measure(struct wd_spark_lowering *lowering,
                       const struct wd_measure *measure, const char *over,
                       struct wd_buf *buf);

/* Why a text failed: memory, or it is too long. */
enum wd_status
wd_spark_text_check(const struct wd_buf *buf, struct wd_error *error);

#endif
