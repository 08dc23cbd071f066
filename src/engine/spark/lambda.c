#include "engine/spark/lambda.h"

#include <stdio.h>

#include "engine/spark/program.h"
#include "engine/spark/types.h"

/* google.protobuf.Any */
enum { ANY_TYPE_URL = 1, ANY_VALUE = 2 };

/* Fields of the jar's messages: engines/spark, Messages.scala. */
enum {
  LAMBDA_VERSION = 1,
  LAMBDA_INPUT = WD_SPARK_LAMBDA_INPUT,
  LAMBDA_CLOSURE = 3,
  LAMBDA_COLUMNS,
  LAMBDA_OUTPUT,
  LAMBDA_OUTPUTS,
  LAMBDA_MODE,
  LAMBDA_PLACES,
  LAMBDA_KEYS,
  LAMBDA_RIGHT,
  LAMBDA_RIGHT_COLUMNS,
  LAMBDA_ARGUMENTS,
  LAMBDA_FILTER,
  LAMBDA_GUARD,
  LAMBDA_PARTITIONS,
  LAMBDA_ROWS,
  LAMBDA_OPERATION,
};

enum wd_status
wd_spark_put_closure(struct wd_spark_lowering *lowering, uint32_t field,
                     const struct wd_lambda *lambda)
{
  struct wd_spark_closure closure = {
      .name = lambda->name,
      .function = lambda->function,
      .state = lambda->state,
      .role = lambda->role,
      .site = lambda->site,
      .input = lambda->input,
      .key_count = lambda->key_count,
      .keys = lambda->keys,
      .right = lambda->right,
      .right_keys = lambda->right_keys,
      .output = lambda->output,
      .constant_count = lambda->constant_count,
      .constants = lambda->constants,
      .partitions = lambda->asked,
  };
  enum wd_status status =
      wd_spark_program(lowering, lambda->pool, &closure.program);

  if (status == WD_OK)
    wd_spark_closure_put(lowering->writer, field, &closure);
  return status;
}

/* `c0 BIGINT, c1 STRING`; rows without columns have one that nobody reads. */
static enum wd_status
put_output(struct wd_spark_lowering *lowering, const struct wd_schema *schema,
           const char *name)
{
  struct wd_buf buf;
  enum wd_status status = WD_OK;

  wd_buf_init(&buf, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  if (schema->count == 0)
    wd_buf_puts(&buf, "z BOOLEAN");
  for (uint32_t i = 0; i < schema->count && status == WD_OK; i++) {
    wd_buf_printf(&buf, "%s%s%u ", i ? ", " : "", name, i);
    status = wd_spark_type_sql(&schema->columns[i].type, &buf, lowering->error);
    if (status != WD_OK)
      wd_error_prefix(lowering->error, "column '%s'", schema->columns[i].name);
  }
  if (status == WD_OK)
    status = wd_spark_text_check(&buf, lowering->error);
  if (status == WD_OK)
    wd_sc_put_text(lowering->writer, LAMBDA_OUTPUT, wd_buf_text(&buf));
  wd_sc_put_int(lowering->writer, LAMBDA_OUTPUTS, schema->count);
  wd_buf_fini(&buf);
  return status;
}

struct wd_spark_extension
wd_spark_begin_extension(struct wd_spark_lowering *lowering, uint32_t field,
                         const char *type)
{
  struct wd_spark_extension begun;
  char url[64];

  begun.any = wd_sc_begin(lowering->writer, field);
  snprintf(url, sizeof url, "type.googleapis.com/%s", type);
  wd_sc_put_text(lowering->writer, ANY_TYPE_URL, url);
  begun.value = wd_sc_begin(lowering->writer, ANY_VALUE);
  wd_sc_put_text(lowering->writer, LAMBDA_VERSION, WD_VERSION);
  if (lowering->operation)
    wd_sc_put_text(lowering->writer, LAMBDA_OPERATION, lowering->operation);
  lowering->extended = true;
  return begun;
}

void
wd_spark_put_figures(struct wd_spark_lowering *lowering, uint32_t field)
{
  size_t relation = wd_sc_begin(lowering->writer, field);
  struct wd_spark_extension begun = wd_spark_begin_extension(
      lowering, WD_SC_Relation_extension, "wasidata.Figures");

  wd_spark_end_extension(lowering, &begun);
  wd_sc_end(lowering->writer, relation);
}

void
wd_spark_end_extension(struct wd_spark_lowering *lowering,
                       const struct wd_spark_extension *begun)
{
  wd_sc_end(lowering->writer, begun->value);
  wd_sc_end(lowering->writer, begun->any);
}

/* Types that Spark does not have are refused before anything is sent. */
static enum wd_status
check_types(struct wd_spark_lowering *lowering, const struct wd_lambda *lambda)
{
  enum wd_status status =
      wd_spark_schema_check(&lambda->wanted, lowering->error);

  if (status == WD_OK)
    status = wd_spark_schema_check(&lambda->right, lowering->error);
  if (status == WD_OK)
    status = wd_spark_schema_check(&lambda->output, lowering->error);
  return status;
}

/* A side of a lambda: its rows, and keys by which they are grouped, in types
 * (or NULL: as they are). */
struct side {
  const struct wd_plan_node *input;
  uint32_t count;
  const uint32_t *columns; /* NULL: the first `count` */
  uint32_t key_count;
  const uint32_t *keys;
  const struct wd_type *key_types;
};

static enum wd_status
put_key(struct wd_spark_lowering *lowering, const struct side *side,
        uint32_t key)
{
  struct wd_buf buf;
  char name[16];
  enum wd_status status = WD_OK;

  wd_buf_init(&buf, lowering->engine->mem, WD_SPARK_TEXT_MAX);
  wd_buf_printf(&buf, side->key_types ? "CAST(c%u AS " : "c%u",
                side->keys[key]);
  if (side->key_types) {
    status = wd_spark_type_sql(&side->key_types[key], &buf, lowering->error);
    wd_buf_putc(&buf, ')');
  }
  snprintf(name, sizeof name, "k%u", key);
  return wd_spark_put_written(lowering, WD_SC_Project_expressions, &buf, name,
                              status);
}

/* The columns that a lambda wants, then keys, as columns of a projection. */
static enum wd_status
put_side(struct wd_spark_lowering *lowering, uint32_t field,
         const struct side *side)
{
  size_t relation = wd_sc_begin(lowering->writer, field);
  size_t project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  enum wd_status status =
      wd_spark_lower_node(lowering, side->input, WD_SC_Project_input);

  for (uint32_t i = 0; i < side->count; i++) {
    char from[16], to[16];

    snprintf(from, sizeof from, "c%u", side->columns ? side->columns[i] : i);
    snprintf(to, sizeof to, "c%u", i);
    wd_spark_put_named(lowering, WD_SC_Project_expressions, from, to);
  }
  for (uint32_t i = 0; i < side->key_count && status == WD_OK; i++)
    status = put_key(lowering, side, i);
  if (side->count + side->key_count == 0)
    wd_spark_put_named(lowering, WD_SC_Project_expressions, "TRUE", "z");
  wd_sc_end(lowering->writer, project);
  wd_sc_end(lowering->writer, relation);
  return status;
}

static enum wd_spark_mode
mode_of(enum wd_role role)
{
  switch (role) {
  case WD_ROLE_PARTITION:
  case WD_ROLE_FOR_EACH:
    return WD_SPARK_PARTITIONS;
  case WD_ROLE_GROUP:
    return WD_SPARK_GROUPS;
  default:
    return WD_SPARK_ROWS;
  }
}

/* Rows in, other rows out. */
static enum wd_status
lower_rows(struct wd_spark_lowering *lowering, const struct wd_plan_node *node)
{
  const struct wd_lambda *lambda = node->lambda.bound.lambda;
  struct wd_sc_writer *writer = lowering->writer;
  struct wd_spark_extension begun = wd_spark_begin_extension(
      lowering, WD_SC_Relation_extension, "wasidata.Lambda");
  uint32_t keys = lambda->role == WD_ROLE_GROUP ? node->lambda.key_count : 0;
  struct side side = {.input = node->left,
                      .count = lambda->wanted.count,
                      .columns = lambda->columns,
                      .key_count = keys,
                      .keys = node->lambda.keys};
  enum wd_status status = put_side(lowering, LAMBDA_INPUT, &side);

  if (status == WD_OK)
    status = wd_spark_put_closure(lowering, LAMBDA_CLOSURE, lambda);
  if (status == WD_OK)
    status = put_output(lowering, &lambda->output, "c");
  wd_sc_put_int(writer, LAMBDA_COLUMNS, lambda->wanted.count);
  wd_sc_put_int(writer, LAMBDA_MODE, mode_of(lambda->role));
  wd_sc_put_int(writer, LAMBDA_KEYS, keys);
  wd_spark_end_extension(lowering, &begun);
  return status;
}

enum wd_status
wd_spark_begin_appended(struct wd_spark_lowering *lowering,
                        const struct wd_lambda *lambda, enum wd_spark_mode mode,
                        const uint32_t *places, uint32_t place_count,
                        const char *name, struct wd_spark_extension *out_begun)
{
  struct wd_sc_writer *writer = lowering->writer;
  enum wd_status status;

  *out_begun = wd_spark_begin_extension(lowering, WD_SC_Relation_extension,
                                        "wasidata.Lambda");
  status = wd_spark_put_closure(lowering, LAMBDA_CLOSURE, lambda);
  if (status == WD_OK)
    status = put_output(lowering, &lambda->output, name);
  wd_sc_put_int(writer, LAMBDA_COLUMNS, place_count);
  wd_sc_put_int(writer, LAMBDA_MODE, mode);
  for (uint32_t i = 0; i < place_count; i++)
    wd_sc_put_int(writer, LAMBDA_PLACES, places ? places[i] : i);
  return status;
}

void
wd_spark_put_guard(struct wd_spark_lowering *lowering, uint32_t column)
{
  wd_sc_put_int(lowering->writer, LAMBDA_GUARD, column);
}

/* The answers of a filter stand behind the rows; then they filter. */
static enum wd_status
put_answers(struct wd_spark_lowering *lowering, const struct wd_plan_node *node)
{
  const struct wd_lambda *lambda = node->lambda.bound.lambda;
  struct wd_sc_writer *writer = lowering->writer;
  size_t filter_relation = wd_sc_begin(writer, WD_SC_Project_input);
  size_t filter = wd_sc_begin(writer, WD_SC_Relation_filter);
  size_t relation = wd_sc_begin(writer, WD_SC_Filter_input);
  struct wd_spark_extension begun;
  enum wd_status status = wd_spark_begin_appended(
      lowering, lambda, WD_SPARK_APPEND, lambda->columns, lambda->wanted.count,
      "f", &begun);

  if (status == WD_OK)
    status = wd_spark_lower_node(lowering, node->left, LAMBDA_INPUT);
  wd_spark_end_extension(lowering, &begun);
  wd_sc_end(writer, relation);
  wd_spark_put_text(lowering, WD_SC_Filter_condition, "f0");
  wd_sc_end(writer, filter);
  wd_sc_end(writer, filter_relation);
  return status;
}

static enum wd_status
lower_filter(struct wd_spark_lowering *lowering,
             const struct wd_plan_node *node)
{
  size_t project = wd_sc_begin(lowering->writer, WD_SC_Relation_project);
  enum wd_status status = put_answers(lowering, node);

  for (uint32_t i = 0; i < node->schema.count; i++) {
    char name[16];

    snprintf(name, sizeof name, "c%u", i);
    wd_spark_put_named(lowering, WD_SC_Project_expressions, name, name);
  }
  if (node->schema.count == 0)
    wd_spark_put_named(lowering, WD_SC_Project_expressions, "TRUE", "z");
  wd_sc_end(lowering->writer, project);
  return status;
}

/* A map's own columns stand behind the rows; a projection puts those that pass
 * by and those in their places. */
static enum wd_status
lower_passing_map(struct wd_spark_lowering *lowering,
                  const struct wd_plan_node *node)
{
  const struct wd_lambda *lambda = node->lambda.bound.lambda;
  struct wd_sc_writer *writer = lowering->writer;
  size_t project = wd_sc_begin(writer, WD_SC_Relation_project);
  size_t relation = wd_sc_begin(writer, WD_SC_Project_input);
  struct wd_spark_extension begun;
  uint32_t own = 0;
  enum wd_status status = wd_spark_begin_appended(
      lowering, lambda, WD_SPARK_APPEND, lambda->columns, lambda->wanted.count,
      "p", &begun);

  if (status == WD_OK)
    status = wd_spark_lower_node(lowering, node->left, LAMBDA_INPUT);
  wd_spark_end_extension(lowering, &begun);
  wd_sc_end(writer, relation);
  for (uint32_t i = 0; i < node->schema.count; i++) {
    bool passes = lambda->passed[i] != WD_LAMBDA_OWN;
    char from[16], to[16];

    snprintf(from, sizeof from, passes ? "c%u" : "p%u",
             passes ? lambda->passed[i] : own++);
    snprintf(to, sizeof to, "c%u", i);
    wd_spark_put_named(lowering, WD_SC_Project_expressions, from, to);
  }
  wd_sc_end(writer, project);
  return status;
}

enum wd_status
wd_spark_lower_lambda(struct wd_spark_lowering *lowering,
                      const struct wd_plan_node *node)
{
  enum wd_status status = check_types(lowering, node->lambda.bound.lambda);

  if (status != WD_OK)
    return status;
  switch (node->lambda.role) {
  case WD_ROLE_FILTER:
    return lower_filter(lowering, node);
  case WD_ROLE_MAP:
  case WD_ROLE_SCALAR:
    return node->lambda.bound.passed ? lower_passing_map(lowering, node)
                                     : lower_rows(lowering, node);
  case WD_ROLE_FLAT_MAP:
  case WD_ROLE_PARTITION:
  case WD_ROLE_FOR_EACH:
  case WD_ROLE_GROUP:
    return lower_rows(lowering, node);
  default:
    return wd_fail(lowering->error, WD_UNSUPPORTED,
                   "the engine spark does not run lambdas of the role %s yet",
                   wd_role_name(node->lambda.role));
  }
}

enum wd_status
wd_spark_lower_co_group(struct wd_spark_lowering *lowering,
                        const struct wd_plan_node *node)
{
  const struct wd_lambda *lambda = node->lambda.bound.lambda;
  struct wd_sc_writer *writer = lowering->writer;
  uint32_t keys = node->lambda.key_count;
  struct side left = {.input = node->left,
                      .count = lambda->input.count,
                      .key_count = keys,
                      .keys = node->lambda.keys,
                      .key_types = node->lambda.key_types};
  struct side right = {.input = node->right,
                       .count = lambda->right.count,
                       .key_count = keys,
                       .keys = node->lambda.right_keys,
                       .key_types = node->lambda.key_types};
  struct wd_spark_extension begun;
  enum wd_status status = check_types(lowering, lambda);

  if (status != WD_OK)
    return status;
  begun = wd_spark_begin_extension(lowering, WD_SC_Relation_extension,
                                   "wasidata.Lambda");
  status = put_side(lowering, LAMBDA_INPUT, &left);
  if (status == WD_OK)
    status = put_side(lowering, LAMBDA_RIGHT, &right);
  if (status == WD_OK)
    status = wd_spark_put_closure(lowering, LAMBDA_CLOSURE, lambda);
  if (status == WD_OK)
    status = put_output(lowering, &lambda->output, "c");
  wd_sc_put_int(writer, LAMBDA_COLUMNS, lambda->input.count);
  wd_sc_put_int(writer, LAMBDA_RIGHT_COLUMNS, lambda->right.count);
  wd_sc_put_int(writer, LAMBDA_MODE, WD_SPARK_CO_GROUPS);
  wd_sc_put_int(writer, LAMBDA_KEYS, keys);
  wd_spark_end_extension(lowering, &begun);
  return status;
}

enum wd_status
wd_spark_lower_generate(struct wd_spark_lowering *lowering,
                        const struct wd_plan_node *node)
{
  const struct wd_lambda *lambda = node->lambda.bound.lambda;
  struct wd_spark_extension begun;
  enum wd_status status = check_types(lowering, lambda);

  if (status != WD_OK)
    return status;
  begun = wd_spark_begin_extension(lowering, WD_SC_Relation_extension,
                                   "wasidata.Lambda");
  status = wd_spark_put_closure(lowering, LAMBDA_CLOSURE, lambda);
  if (status == WD_OK)
    status = put_output(lowering, &lambda->output, "c");
  wd_sc_put_int(lowering->writer, LAMBDA_MODE, WD_SPARK_TABLE);
  wd_sc_put_int(lowering->writer, LAMBDA_PARTITIONS, lambda->partitions);
  wd_sc_put_int(lowering->writer, LAMBDA_ROWS, (int64_t)lambda->rows);
  wd_spark_end_extension(lowering, &begun);
  return status;
}

static enum wd_status
put_arguments(struct wd_spark_lowering *lowering,
              const struct wd_measure *measure)
{
  const struct wd_lambda *lambda = measure->bound.lambda;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < lambda->wanted.count && status == WD_OK; i++)
    status = wd_spark_put_expression(
        lowering, LAMBDA_ARGUMENTS,
        measure->arguments[lambda->columns ? lambda->columns[i] : i]);
  if (status == WD_OK && measure->filter)
    status = wd_spark_put_expression(lowering, LAMBDA_FILTER, measure->filter);
  return status;
}

enum wd_status
wd_spark_put_lambda_measure(struct wd_spark_lowering *lowering, uint32_t field,
                            const struct wd_measure *measure, const char *name)
{
  const struct wd_lambda *lambda = measure->bound.lambda;
  struct wd_sc_writer *writer = lowering->writer;
  size_t expression = wd_sc_begin(writer, field);
  size_t alias = wd_sc_begin(writer, WD_SC_Expression_alias);
  size_t inner = wd_sc_begin(writer, WD_SC_Expression_Alias_expr);
  struct wd_spark_extension begun = wd_spark_begin_extension(
      lowering, WD_SC_Expression_extension, "wasidata.Aggregate");
  enum wd_status status = check_types(lowering, lambda);

  if (status == WD_OK && measure->distinct)
    status = wd_fail(lowering->error, WD_UNSUPPORTED,
                     "the engine spark does not have %s(distinct …) yet: take "
                     "the distinct rows before",
                     measure->name);
  if (status == WD_OK && lambda->constant_count)
    status = wd_fail(lowering->error, WD_UNSUPPORTED,
                     "the engine spark does not tell the aggregate %s which "
                     "arguments are constants yet: run on duckdb",
                     measure->name);
  if (status == WD_OK)
    status = put_arguments(lowering, measure);
  if (status == WD_OK)
    status = wd_spark_put_closure(lowering, LAMBDA_CLOSURE, lambda);
  wd_sc_put_int(writer, LAMBDA_COLUMNS, lambda->wanted.count);
  wd_spark_end_extension(lowering, &begun);
  wd_sc_end(writer, inner);
  wd_sc_put_text(writer, WD_SC_Expression_Alias_name, name);
  wd_sc_end(writer, alias);
  wd_sc_end(writer, expression);
  return status;
}
