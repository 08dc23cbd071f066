/* A closure on its way to the executors: what client and adapter say to each
 * other about a lambda. One message (protobuf's wire format) of a program,
 * which is where its memory comes from, and one place of a plan. The adapter's
 * jar (engines/spark) hands it to its native side as it is.
 */
#ifndef WD_ENGINE_SPARK_CLOSURE_H
#define WD_ENGINE_SPARK_CLOSURE_H

#include "engine/spark/message.h"
#include "lambda/lambda.h"

/* Names of artifacts: content hashes. */
#define WD_SPARK_ARTIFACT 80

/* What workers are made of; equal programs share them. */
struct wd_spark_program {
  const char *name;  /* for messages */
  const char *code;  /* the artifact with the module */
  const char *image; /* the artifact with the memory */
  uint64_t job;
  uint64_t time_ns;
  uint64_t memory_limit;
  uint32_t environment_count;
  const char *const *environment;
  uint32_t argument_count;
  const char *const *arguments;
};

struct wd_spark_closure {
  struct wd_spark_program program;
  const char *name; /* of a registered function; NULL */
  uint32_t function;
  uint32_t state;
  enum wd_role role;
  uint32_t site;
  struct wd_schema input;
  uint32_t key_count;
  const uint32_t *keys;
  struct wd_schema right; /* of a co-group */
  const uint32_t *right_keys;
  struct wd_schema output; /* as bound when the plan was made */
  /* Of a registered function; of a table function all of its arguments. */
  uint32_t constant_count;
  const struct wd_lambda_constant *constants;
  uint32_t partitions; /* that a table function is asked for */
};

/* Puts it as a field of the message that is written. */
void
wd_spark_closure_put(struct wd_sc_writer *writer, uint32_t field,
                     const struct wd_spark_closure *closure);

/* Reads one, into the arena. *out_program is the part that tells programs
 * apart. WD_INVALID_ARGUMENT. */
enum wd_status
wd_spark_closure_read(struct wd_sc_view message, struct wd_arena *arena,
                      struct wd_spark_closure *out_closure,
                      struct wd_sc_view *out_program, struct wd_error *error);

#endif
