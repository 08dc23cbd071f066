#include "engine/spark/closure.h"

#include <string.h>

#include "engine/spark/closure_values.h"

/* Fields of the messages; those of the program are read by the jar's
 * Messages.scala too. */
enum {
  CLOSURE_PROGRAM = 1,
  CLOSURE_FUNCTION,
  CLOSURE_STATE,
  CLOSURE_ROLE,
  CLOSURE_SITE,
  CLOSURE_INPUT,
  CLOSURE_KEYS,
  CLOSURE_RIGHT,
  CLOSURE_RIGHT_KEYS,
  CLOSURE_OUTPUT,
  CLOSURE_NAME,
  CLOSURE_CONSTANT,
  CLOSURE_PARTITIONS,
};

enum { CONSTANT_COLUMN = 1, CONSTANT_VALUE };

enum {
  PROGRAM_NAME = 1,
  PROGRAM_CODE,
  PROGRAM_IMAGE,
  PROGRAM_JOB,
  PROGRAM_TIME,
  PROGRAM_MEMORY_LIMIT,
  PROGRAM_ENVIRONMENT,
  PROGRAM_ARGUMENT,
};

/* The text of one schema. */
#define SCHEMA_TEXT_MAX (16u << 20)

static void
put_schema(struct wd_sc_writer *writer, uint32_t field,
           const struct wd_schema *schema)
{
  struct wd_buf buf;

  wd_buf_init(&buf, writer->buf.mem, SCHEMA_TEXT_MAX);
  wd_schema_print_whole(schema, &buf);
  if (buf.failed)
    writer->buf.failed = true;
  wd_sc_put_text(writer, field, wd_buf_text(&buf));
  wd_buf_fini(&buf);
}

static void
put_program(struct wd_sc_writer *writer, const struct wd_spark_program *program)
{
  size_t message = wd_sc_begin(writer, CLOSURE_PROGRAM);

  wd_sc_put_text(writer, PROGRAM_NAME, program->name);
  wd_sc_put_text(writer, PROGRAM_CODE, program->code);
  wd_sc_put_text(writer, PROGRAM_IMAGE, program->image);
  wd_sc_put_int(writer, PROGRAM_JOB, (int64_t)program->job);
  wd_sc_put_int(writer, PROGRAM_TIME, (int64_t)program->time_ns);
  wd_sc_put_int(writer, PROGRAM_MEMORY_LIMIT, (int64_t)program->memory_limit);
  for (uint32_t i = 0; i < program->environment_count; i++)
    wd_sc_put_text(writer, PROGRAM_ENVIRONMENT, program->environment[i]);
  for (uint32_t i = 0; i < program->argument_count; i++)
    wd_sc_put_text(writer, PROGRAM_ARGUMENT, program->arguments[i]);
  wd_sc_end(writer, message);
}

/* The schema of one column. */
static struct wd_schema
column_of(const struct wd_schema *schema, uint32_t column)
{
  return (struct wd_schema){1, &schema->columns[column]};
}

static void
put_constant(struct wd_sc_writer *writer, const struct wd_schema *input,
             const struct wd_lambda_constant *constant)
{
  size_t message = wd_sc_begin(writer, CLOSURE_CONSTANT);
  struct wd_schema schema = column_of(input, constant->column);

  wd_sc_put_int(writer, CONSTANT_COLUMN, constant->column);
  wd_spark_values_put(writer, CONSTANT_VALUE, &schema, &constant->value);
  wd_sc_end(writer, message);
}

void
wd_spark_closure_put(struct wd_sc_writer *writer, uint32_t field,
                     const struct wd_spark_closure *closure)
{
  size_t message = wd_sc_begin(writer, field);

  put_program(writer, &closure->program);
  wd_sc_put_int(writer, CLOSURE_FUNCTION, closure->function);
  wd_sc_put_int(writer, CLOSURE_STATE, closure->state);
  wd_sc_put_int(writer, CLOSURE_ROLE, closure->role);
  wd_sc_put_int(writer, CLOSURE_SITE, closure->site);
  put_schema(writer, CLOSURE_INPUT, &closure->input);
  for (uint32_t i = 0; i < closure->key_count; i++)
    wd_sc_put_int(writer, CLOSURE_KEYS, closure->keys[i]);
  put_schema(writer, CLOSURE_RIGHT, &closure->right);
  for (uint32_t i = 0; closure->right_keys && i < closure->key_count; i++)
    wd_sc_put_int(writer, CLOSURE_RIGHT_KEYS, closure->right_keys[i]);
  put_schema(writer, CLOSURE_OUTPUT, &closure->output);
  if (closure->name)
    wd_sc_put_text(writer, CLOSURE_NAME, closure->name);
  for (uint32_t i = 0; i < closure->constant_count; i++)
    put_constant(writer, &closure->input, &closure->constants[i]);
  wd_sc_put_int(writer, CLOSURE_PARTITIONS, closure->partitions);
  wd_sc_end(writer, message);
}

/* All fields of one number, in order. */
static uint32_t
count_fields(struct wd_sc_view message, uint32_t number)
{
  struct wd_sc_field field;
  uint32_t count = 0;

  while (wd_sc_next(&message, &field) == WD_SC_FIELD)
    count += field.number == number;
  return count;
}

static const char *
copy_text(struct wd_sc_view view, struct wd_arena *arena)
{
  return wd_arena_strndup(arena, view.data ? (const char *)view.data : "",
                          view.length);
}

static enum wd_status
read_texts(struct wd_sc_view message, uint32_t number, struct wd_arena *arena,
           uint32_t *out_count, const char *const **out_texts,
           struct wd_error *error)
{
  uint32_t count = count_fields(message, number), at = 0;
  const char **texts = wd_arena_array(arena, count, sizeof *texts);
  struct wd_sc_field field;

  if (!texts)
    return wd_fail_memory(error);
  while (wd_sc_next(&message, &field) == WD_SC_FIELD && at < count) {
    if (field.number != number)
      continue;
    texts[at] = copy_text(field.view, arena);
    if (!texts[at++])
      return wd_fail_memory(error);
  }
  *out_count = count;
  *out_texts = texts;
  return WD_OK;
}

static enum wd_status
read_numbers(struct wd_sc_view message, uint32_t number, struct wd_arena *arena,
             uint32_t *out_count, const uint32_t **out_numbers,
             struct wd_error *error)
{
  uint32_t count = count_fields(message, number), at = 0;
  uint32_t *numbers = wd_arena_array(arena, count, sizeof *numbers);
  struct wd_sc_field field;

  if (!numbers)
    return wd_fail_memory(error);
  while (wd_sc_next(&message, &field) == WD_SC_FIELD && at < count)
    if (field.number == number)
      numbers[at++] = (uint32_t)field.integer;
  *out_count = count;
  *out_numbers = numbers;
  return WD_OK;
}

static enum wd_status
read_schema(struct wd_sc_view message, uint32_t number, struct wd_arena *arena,
            struct wd_schema *out_schema, struct wd_error *error)
{
  struct wd_sc_view text = wd_sc_find(message, number);

  *out_schema = (struct wd_schema){0, NULL};
  if (text.length == 0)
    return WD_OK;
  return wd_schema_parse((const char *)text.data, text.length, arena,
                         out_schema, error);
}

static enum wd_status
read_program(struct wd_sc_view message, struct wd_arena *arena,
             struct wd_spark_program *program, struct wd_error *error)
{
  program->name = copy_text(wd_sc_find(message, PROGRAM_NAME), arena);
  program->code = copy_text(wd_sc_find(message, PROGRAM_CODE), arena);
  program->image = copy_text(wd_sc_find(message, PROGRAM_IMAGE), arena);
  if (!program->name || !program->code || !program->image)
    return wd_fail_memory(error);
  program->job = (uint64_t)wd_sc_find_int(message, PROGRAM_JOB, 0);
  program->time_ns = (uint64_t)wd_sc_find_int(message, PROGRAM_TIME, 0);
  program->memory_limit =
      (uint64_t)wd_sc_find_int(message, PROGRAM_MEMORY_LIMIT, 0);
  if (read_texts(message, PROGRAM_ENVIRONMENT, arena,
                 &program->environment_count, &program->environment,
                 error) != WD_OK)
    return WD_NO_MEMORY;
  return read_texts(message, PROGRAM_ARGUMENT, arena, &program->argument_count,
                    &program->arguments, error);
}

static enum wd_status
read_schemas(struct wd_sc_view message, struct wd_arena *arena,
             struct wd_spark_closure *closure, struct wd_error *error)
{
  enum wd_status status =
      read_schema(message, CLOSURE_INPUT, arena, &closure->input, error);

  if (status == WD_OK)
    status = read_schema(message, CLOSURE_RIGHT, arena, &closure->right, error);
  if (status == WD_OK)
    status =
        read_schema(message, CLOSURE_OUTPUT, arena, &closure->output, error);
  return status;
}

/* Keys must be columns, or what follows reads beyond them. */
static bool
are_columns(const uint32_t *keys, uint32_t count,
            const struct wd_schema *schema)
{
  for (uint32_t i = 0; i < count; i++)
    if (keys[i] >= schema->count)
      return false;
  return true;
}

static enum wd_status
read_keys(struct wd_sc_view message, struct wd_arena *arena,
          struct wd_spark_closure *closure, struct wd_error *error)
{
  bool pair = closure->role == WD_ROLE_CO_GROUP;
  uint32_t right = 0;
  enum wd_status status = read_numbers(
      message, CLOSURE_KEYS, arena, &closure->key_count, &closure->keys, error);

  if (status == WD_OK)
    status = read_numbers(message, CLOSURE_RIGHT_KEYS, arena, &right,
                          &closure->right_keys, error);
  if (status != WD_OK)
    return status;
  if ((pair && right != closure->key_count) ||
      !are_columns(closure->keys, closure->key_count, &closure->input) ||
      !are_columns(closure->right_keys, right, &closure->right))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "a closure's keys are not columns of its rows");
  return WD_OK;
}

static enum wd_status
read_constant(struct wd_sc_view message, const struct wd_schema *input,
              struct wd_arena *arena, struct wd_lambda_constant *constant,
              struct wd_error *error)
{
  uint64_t column = (uint64_t)wd_sc_find_int(message, CONSTANT_COLUMN, -1);
  struct wd_schema schema;

  if (column >= input->count)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "a closure's constant is of no column");
  constant->column = (uint32_t)column;
  schema = column_of(input, constant->column);
  return wd_spark_values_read(wd_sc_find(message, CONSTANT_VALUE), &schema,
                              arena, &constant->value, error);
}

static enum wd_status
read_constants(struct wd_sc_view message, struct wd_arena *arena,
               struct wd_spark_closure *closure, struct wd_error *error)
{
  uint32_t count = count_fields(message, CLOSURE_CONSTANT), at = 0;
  struct wd_lambda_constant *constants =
      wd_arena_array(arena, count, sizeof *constants);
  struct wd_sc_field field;
  enum wd_status status = constants ? WD_OK : wd_fail_memory(error);

  while (status == WD_OK && at < count &&
         wd_sc_next(&message, &field) == WD_SC_FIELD)
    if (field.number == CLOSURE_CONSTANT)
      status = read_constant(field.view, &closure->input, arena,
                             &constants[at++], error);
  closure->constant_count = count;
  closure->constants = constants;
  return status;
}

/* What only some roles have. */
static enum wd_status
read_rest(struct wd_sc_view message, struct wd_arena *arena,
          struct wd_spark_closure *closure, struct wd_error *error)
{
  struct wd_sc_view name = wd_sc_find(message, CLOSURE_NAME);
  enum wd_status status = read_constants(message, arena, closure, error);

  if (status == WD_OK && name.data) {
    closure->name = copy_text(name, arena);
    if (!closure->name)
      return wd_fail_memory(error);
  }
  closure->partitions =
      (uint32_t)wd_sc_find_int(message, CLOSURE_PARTITIONS, 0);
  return status;
}

enum wd_status
wd_spark_closure_read(struct wd_sc_view message, struct wd_arena *arena,
                      struct wd_spark_closure *out_closure,
                      struct wd_sc_view *out_program, struct wd_error *error)
{
  int64_t role = wd_sc_find_int(message, CLOSURE_ROLE, -1);
  enum wd_status status;

  *out_program = wd_sc_find(message, CLOSURE_PROGRAM);
  if (!wd_sc_is_message(message) || !out_program->data || role < 0 ||
      role > WD_ROLE_SORT_KEYS)
    return wd_fail(error, WD_INVALID_ARGUMENT, "the bytes are no closure");
  *out_closure = (struct wd_spark_closure){
      .function = (uint32_t)wd_sc_find_int(message, CLOSURE_FUNCTION, 0),
      .state = (uint32_t)wd_sc_find_int(message, CLOSURE_STATE, 0),
      .role = (enum wd_role)role,
      .site = (uint32_t)wd_sc_find_int(message, CLOSURE_SITE, 0),
  };
  status = read_program(*out_program, arena, &out_closure->program, error);
  if (status == WD_OK)
    status = read_schemas(message, arena, out_closure, error);
  if (status == WD_OK)
    status = read_keys(message, arena, out_closure, error);
  return status == WD_OK ? read_rest(message, arena, out_closure, error)
                         : status;
}
