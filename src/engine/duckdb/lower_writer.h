/* What the files that lower expressions share. */
#ifndef WD_ENGINE_DUCKDB_LOWER_WRITER_H
#define WD_ENGINE_DUCKDB_LOWER_WRITER_H

#include "engine/duckdb/lower.h"
#include "engine/duckdb/pure.h"

struct writer {
  struct wd_duck_lowering *lowering;
  const struct wd_duck_scope *scope;
  struct wd_buf *buf;
};

enum wd_status
wd__write_expression(const struct writer *writer,
                     const struct wd_expression *expression);

/* A template of engine/template.h. */
enum wd_status
wd__write_template(const struct writer *writer, const char *template,
                   const struct wd_expression *call);

/* A function of ours over all operands. */
enum wd_status
wd__write_pure(const struct writer *writer, enum wd_duck_pure_kind kind,
               const struct wd_expression *call);

/* A timestamp in microseconds, downwards: DuckDB cuts nanoseconds off toward
 * 1970. */
enum wd_status
wd__write_microseconds(const struct writer *writer,
                       const struct wd_expression *operand);

/* Of dates and timestamps. The template of an extract takes one operand. */
enum wd_status
wd__write_extract(const struct writer *writer, const char *template,
                  const struct wd_expression *call);

enum wd_status
wd__write_date_diff(const struct writer *writer,
                    const struct wd_expression *call);

enum wd_status
wd__write_strftime(const struct writer *writer,
                   const struct wd_expression *call);

/* A call, without the cast to the type of its result. */
enum wd_status
wd__write_function(const struct writer *writer,
                   const struct wd_expression *call);

/* Functions with WD_RULE_NESTED, and what their lambdas have in them. */
enum wd_status
wd__write_nested(const struct writer *writer, const struct wd_expression *call);

enum wd_status
wd__write_lambda(const struct writer *writer,
                 const struct wd_expression *lambda);

void
wd__write_variable(const struct writer *writer,
                   const struct wd_expression *variable);

/* A call of a function that the program registered. */
enum wd_status
wd__write_named(const struct writer *writer, const struct wd_expression *call);

enum wd_status
wd__write_window(const struct writer *writer, const struct wd_expression *call);

/* lower_subquery.c */
enum wd_status
wd__write_subquery(const struct writer *writer,
                   const struct wd_expression *expression);

static inline bool
is_timestamp(const struct wd_type *type)
{
  return type->id == WD_TYPE_TIMESTAMP;
}

#endif
