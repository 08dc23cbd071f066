/* Queries that a program writes in Spark's SQL.
 *
 * The jar reads the text (engines/spark, SqlQuery.scala): Spark parses it, the
 * jar checks what is in it and puts the query's tables in place of their names.
 * Here it is asked what a text names and what comes out, by the schema of a
 * relation, and the query becomes a part of the plan.
 */
#ifndef WD_ENGINE_SPARK_SQL_H
#define WD_ENGINE_SPARK_SQL_H

#include "engine/engine.h"

/* The functions of the contract. */
enum wd_status
wd_spark_sql_end(struct wd_engine *engine, const char *text, size_t length,
                 struct wd_sql_end *out_end, struct wd_error *error);

enum wd_status
wd_spark_sql_tables(struct wd_engine *engine, const char *text, size_t length,
                    const struct wd_registry *functions, struct wd_arena *arena,
                    uint32_t *out_count, const char *const **out_names,
                    struct wd_error *error);

enum wd_status
wd_spark_sql_bind(struct wd_engine *engine, struct wd_sql *sql,
                  const struct wd_sql_binder *binder, struct wd_arena *arena,
                  struct wd_error *error);

#endif
