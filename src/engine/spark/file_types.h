/* What types are in the files that Spark reads and writes: what its formats
 * have no type for is text there (docs/spark.md has the table). */
#ifndef WD_ENGINE_SPARK_FILE_TYPES_H
#define WD_ENGINE_SPARK_FILE_TYPES_H

#include "engine/spark/lower.h"

/* The columns as they are in a file. */
enum wd_status
wd_spark_file_schema(const struct wd_schema *schema, struct wd_arena *arena,
                     struct wd_schema *out_schema, struct wd_error *error);

/* The columns of what is read, c0 … in the types of files, as those of the
 * schema: expressions of a projection. */
enum wd_status
wd_spark_put_read_types(struct wd_spark_lowering *lowering,
                        const struct wd_schema *schema);

/* Columns c0 … of the schema under their names, in the types of files. */
enum wd_status
wd_spark_put_file_columns(struct wd_spark_lowering *lowering,
                          const struct wd_schema *schema);

#endif
