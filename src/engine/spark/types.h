/* Types of ours and Spark's. */
#ifndef WD_ENGINE_SPARK_TYPES_H
#define WD_ENGINE_SPARK_TYPES_H

#include "arrow/type.h"
#include "engine/spark/message.h"

/* Appends what carries a type (carried.h), as Spark SQL writes it.
 * WD_UNSUPPORTED names a type that nothing does. */
enum wd_status
wd_spark_type_sql(const struct wd_type *type, struct wd_buf *buf,
                  struct wd_error *error);

/* The same as the end of a cast: ` AS type)`. */
enum wd_status
wd_spark_cast_end(const struct wd_type *type, struct wd_buf *buf,
                  struct wd_error *error);

/* The same for all columns of a schema; the message names the column. */
enum wd_status
wd_spark_schema_check(const struct wd_schema *schema, struct wd_error *error);

/* The columns of a spark.connect.DataType that is a struct, in the arena.
 * WD_UNSUPPORTED names a column whose type we do not have. */
enum wd_status
wd_spark_schema_from(struct wd_sc_view type, struct wd_arena *arena,
                     struct wd_schema *out_schema, struct wd_error *error);

/* Whether batches of the two types look the same: nullability and the names of
 * what is in lists and maps are not looked at. */
bool
wd_spark_type_same(const struct wd_type *a, const struct wd_type *b);

/* Appends a name in backquotes. */
void
wd_spark_quote_name(const char *name, struct wd_buf *buf);

#endif
