/* The forms that types have on Spark, which lacks some of ours.
 *
 * A type without a form of its own there is carried by another one: a `u8` by a
 * SMALLINT, an enumeration by its index, an interval by a struct (docs/spark.md
 * has the table). Plans keep our types; what leaves for Spark is packed, what
 * comes from there is unpacked, here and in executors alike.
 */
#ifndef WD_ENGINE_SPARK_CARRIED_H
#define WD_ENGINE_SPARK_CARRIED_H

#include "arrow/batch.h"

/* How values of a type are told to Spark. */
enum wd_spark_form {
  WD_SPARK_AS_IT_IS,
  WD_SPARK_WIDER,  /* whole numbers of twice the width, from 0 */
  WD_SPARK_SCALED, /* timestamps in microseconds */
  WD_SPARK_COUNT,  /* times and nanoseconds: the same number, as a BIGINT */
  WD_SPARK_BYTES,  /* fixed lengths: BINARY */
  WD_SPARK_ITEMS,  /* fixed lists: ARRAY */
  WD_SPARK_PARTS,  /* intervals: STRUCT<months, days, microseconds> */
};

enum wd_spark_form
wd_spark_form(const struct wd_type *type);

/* The fields of an interval's struct. */
#define WD_SPARK_MONTHS "months"
#define WD_SPARK_DAYS "days"
#define WD_SPARK_MICROS "micros"

/* Whether all of a type, or of all columns, is as it is. */
bool
wd_spark_type_plain(const struct wd_type *type);

bool
wd_spark_schema_plain(const struct wd_schema *schema);

/* What stands for a type, whatever is in it. */
typedef struct wd_type
wd_spark_leaf(const struct wd_type *type);

/* The Arrow type of Spark's that carries a type. */
wd_spark_leaf wd_spark_carrier_leaf;

/* A type with all that is in it by a function for each: fixed lists become
 * lists. False when memory is short. */
bool
wd_spark_map_type(const struct wd_type *type, wd_spark_leaf *leaf,
                  struct wd_arena *arena, struct wd_type *out_type);

enum wd_status
wd_spark_map_schema(const struct wd_schema *schema, wd_spark_leaf *leaf,
                    struct wd_arena *arena, struct wd_schema *out_schema,
                    struct wd_error *error);

/* What carries the columns. */
enum wd_status
wd_spark_carrier_schema(const struct wd_schema *schema, struct wd_arena *arena,
                        struct wd_schema *out_schema, struct wd_error *error);

/* A checked batch of the schema in Spark's form. It lies in the arena and in
 * the batch that it was made of. WD_UNSUPPORTED: a timestamp that microseconds
 * do not hold. */
enum wd_status
wd_spark_pack(const struct wd_schema *schema, const struct wd_batch *batch,
              struct wd_arena *arena, struct wd_batch *out_batch,
              struct wd_error *error);

/* The other way round, of a batch whose offsets and sizes are right. WD_ENGINE_
 * FAILED names a column with a value that the type does not have. */
enum wd_status
wd_spark_unpack(const struct wd_schema *schema, const struct wd_batch *batch,
                struct wd_arena *arena, struct wd_batch *out_batch,
                struct wd_error *error);

#endif
