/* Lambdas of programs that a plan carries: modules, programs and lambdas by
 * their hashes, which are checked before anything else is looked at. */
#include <string.h>

#include "base/wire.h"
#include "plan/typer.h"
#include "substrait/standard.h"
#include "substrait/translate.h"

struct lambda {
  const char *hash; /* 32 bytes */
  const struct wd_message *message;
  const struct wd_carried *program;
};

struct carriage {
  uint32_t module_count, program_count, lambda_count;
  const struct wd_message **modules;
  struct wd_carried *programs;
  struct lambda *lambdas;
};

/* The three have their hash in the same field. */
#define HASH WD_SS_wasidata_Program_hash

static enum wd_status
find_hash(const struct wd_message *message, const char **out,
          struct wd_error *error)
{
  const struct wd_value *hash = wd_message_find(message, HASH);

  if (!hash || hash->bytes.length != sizeof(struct wd_hash))
    return wd_message_fail(message, WD_INVALID_PLAN, error,
                           "a hash of 32 bytes is missing");
  *out = hash->bytes.data;
  return WD_OK;
}

static enum wd_status
check_hash(const struct wd_message *message, const void *data, size_t length,
           struct wd_error *error)
{
  struct wd_hash own = wd_hash_of(data, length);
  const char *said = NULL;
  enum wd_status status = find_hash(message, &said, error);

  if (status != WD_OK || memcmp(said, own.bytes, sizeof own) == 0)
    return status;
  return wd_message_fail(message, WD_INVALID_PLAN, error,
                         "this has another hash than it says: the plan is "
                         "damaged");
}

/* The message's bytes without the hash, as our writer has them. */
static void
encode(const struct wd_message *message, struct wd_buf *buf)
{
  const struct wd_proto_type *type = &wd_proto_types[message->type];

  for (uint32_t i = 0; i < type->count; i++)
    for (const struct wd_value *value =
             wd_message_find(message, type->fields[i].number);
         value && value->field->number != HASH; value = wd_value_next(value)) {
      if (value->field->kind == WD_PROTO_BYTES ||
          value->field->kind == WD_PROTO_STRING)
        wd_wire_bytes(buf, value->field->number, value->bytes.data,
                      value->bytes.length);
      else
        wd_wire_int(buf, value->field->number, value->integer);
    }
}

static enum wd_status
check_message(const struct wd_message *message, struct wd_arena *arena,
              struct wd_error *error)
{
  struct wd_buf buf;
  enum wd_status status;

  wd_buf_init(&buf, arena->mem, wd__limits.bytes);
  encode(message, &buf);
  status = buf.failed
               ? wd_fail_memory(error)
               : check_hash(message, wd_buf_text(&buf), buf.length, error);
  wd_buf_fini(&buf);
  return status;
}

/* The bytes of a field that is a hash of another message. */
static const char *
refer(const struct wd_message *message, uint32_t field)
{
  const struct wd_value *value = wd_message_find(message, field);

  return value && value->bytes.length == sizeof(struct wd_hash)
             ? value->bytes.data
             : NULL;
}

static enum wd_status
read_modules(struct carriage *carriage, const struct wd_message *all,
             struct wd_error *error)
{
  enum wd_status status = WD_OK;

  for (const struct wd_value *value =
           wd_message_find(all, WD_SS_wasidata_Lambdas_modules);
       value && status == WD_OK; value = wd_value_next(value)) {
    const struct wd_value *code =
        wd_message_find(value->message, WD_SS_wasidata_Module_code);

    if (!code)
      return wd_message_fail(value->message, WD_INVALID_PLAN, error,
                             "the code is missing");
    status =
        check_hash(value->message, code->bytes.data, code->bytes.length, error);
    carriage->modules[carriage->module_count++] = value->message;
  }
  return status;
}

static enum wd_status
copy_arguments(const struct wd_message *message, struct wd_arena *arena,
               struct wd_carried *program, struct wd_error *error)
{
  uint32_t count = wd_message_count(message, WD_SS_wasidata_Program_arguments);
  const char **arguments = wd_arena_array(arena, count, sizeof *arguments);

  if (!arguments)
    return wd_fail_memory(error);
  for (const struct wd_value *value =
           wd_message_find(message, WD_SS_wasidata_Program_arguments);
       value; value = wd_value_next(value)) {
    const char *text =
        wd_arena_strndup(arena, value->bytes.data, value->bytes.length);

    if (!text)
      return wd_fail_memory(error);
    arguments[program->argument_count++] = text;
  }
  program->arguments = arguments;
  return WD_OK;
}

static enum wd_status
read_program(const struct carriage *carriage, const struct wd_message *message,
             struct wd_arena *arena, struct wd_carried *out,
             struct wd_error *error)
{
  const char *module = refer(message, WD_SS_wasidata_Program_module);
  const struct wd_value *image =
      wd_message_find(message, WD_SS_wasidata_Program_image);
  const struct wd_value *code = NULL;
  const char *hash = NULL;
  enum wd_status status = check_message(message, arena, error);

  if (status == WD_OK)
    status = find_hash(message, &hash, error);
  if (status != WD_OK)
    return status;
  memcpy(out->hash.bytes, hash, sizeof out->hash);
  for (uint32_t i = 0; module && i < carriage->module_count; i++)
    if (memcmp(refer(carriage->modules[i], HASH), module,
               sizeof(struct wd_hash)) == 0)
      code = wd_message_find(carriage->modules[i], WD_SS_wasidata_Module_code);
  if (!code)
    return wd_message_fail(message, WD_INVALID_PLAN, error,
                           "the plan does not carry the program's code");
  out->code = code->bytes.data;
  out->code_size = code->bytes.length;
  out->image = image ? image->bytes.data : "";
  out->image_size = image ? image->bytes.length : 0;
  out->job = (uint64_t)wd_message_integer(message, WD_SS_wasidata_Program_job);
  return copy_arguments(message, arena, out, error);
}

static enum wd_status
read_programs(struct carriage *carriage, const struct wd_message *all,
              struct wd_arena *arena, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  for (const struct wd_value *value =
           wd_message_find(all, WD_SS_wasidata_Lambdas_programs);
       value && status == WD_OK; value = wd_value_next(value))
    status =
        read_program(carriage, value->message, arena,
                     &carriage->programs[carriage->program_count++], error);
  return status;
}

static enum wd_status
read_lambda(struct carriage *carriage, const struct wd_message *message,
            struct wd_arena *arena, struct wd_error *error)
{
  struct lambda *lambda = &carriage->lambdas[carriage->lambda_count++];
  const char *program = refer(message, WD_SS_wasidata_Lambda_program);
  enum wd_status status = check_message(message, arena, error);

  if (status == WD_OK)
    status = find_hash(message, &lambda->hash, error);
  lambda->message = message;
  for (uint32_t i = 0; program && i < carriage->program_count; i++)
    if (memcmp(carriage->programs[i].hash.bytes, program,
               sizeof(struct wd_hash)) == 0)
      lambda->program = &carriage->programs[i];
  if (status == WD_OK && !lambda->program)
    return wd_message_fail(message, WD_INVALID_PLAN, error,
                           "the plan does not carry the lambda's program");
  return status;
}

static enum wd_status
read_all(struct carriage *carriage, const struct wd_message *all,
         struct wd_arena *arena, struct wd_error *error)
{
  enum wd_status status;

  carriage->modules = wd_arena_array(
      arena, wd_message_count(all, WD_SS_wasidata_Lambdas_modules),
      sizeof *carriage->modules);
  carriage->programs = wd_arena_array(
      arena, wd_message_count(all, WD_SS_wasidata_Lambdas_programs),
      sizeof *carriage->programs);
  carriage->lambdas = wd_arena_array(
      arena, wd_message_count(all, WD_SS_wasidata_Lambdas_lambdas),
      sizeof *carriage->lambdas);
  if (!carriage->modules || !carriage->programs || !carriage->lambdas)
    return wd_fail_memory(error);
  status = read_modules(carriage, all, error);
  if (status == WD_OK)
    status = read_programs(carriage, all, arena, error);
  for (const struct wd_value *value =
           wd_message_find(all, WD_SS_wasidata_Lambdas_lambdas);
       value && status == WD_OK; value = wd_value_next(value))
    status = read_lambda(carriage, value->message, arena, error);
  return status;
}

enum wd_status
wd__read_carriage(const struct wd_message *plan, struct wd_arena *arena,
                  const struct carriage **out, struct wd_error *error)
{
  static const char ours[] = WD_URL_OURS "Lambdas";
  const struct wd_message *extension =
      wd_message_sub(plan, WD_SS_Plan_advanced_extensions);
  const struct wd_message *any =
      extension ? wd_message_sub(extension, WD_SS_AdvancedExtension_enhancement)
                : NULL;
  const struct wd_value *url =
      any ? wd_message_find(any, WD_SS_Any_type_url) : NULL;
  const struct wd_value *bytes =
      any ? wd_message_find(any, WD_SS_Any_value) : NULL;
  const struct wd_message *all;
  struct carriage *carriage;
  enum wd_status status;

  if (!url || !bytes || url->bytes.length != sizeof ours - 1 ||
      memcmp(url->bytes.data, ours, sizeof ours - 1) != 0)
    return WD_OK;
  carriage = wd_arena_alloc(arena, sizeof *carriage);
  if (!carriage)
    return wd_fail_memory(error);
  status = wd_proto_decode_value(bytes, WD_SS_wasidata_Lambdas, &wd__limits,
                                 arena, &all, error);
  if (status == WD_OK)
    status = read_all(carriage, all, arena, error);
  *out = carriage;
  return status;
}

/* ---- Their uses */

static const struct lambda *
find(const struct translator *t, const void *hash)
{
  for (uint32_t i = 0; t->carriage && i < t->carriage->lambda_count; i++)
    if (memcmp(t->carriage->lambdas[i].hash, hash, sizeof(struct wd_hash)) == 0)
      return &t->carriage->lambdas[i];
  return NULL;
}

static enum wd_status
use(const struct translator *t, const struct lambda *lambda,
    const struct wd_message *where, enum wd_role role, struct wd_closure *out)
{
  if (!lambda)
    return wd_message_fail(where, WD_INVALID_PLAN, t->error,
                           "the plan does not carry this lambda");
  if (wd_message_integer(lambda->message, WD_SS_wasidata_Lambda_role) !=
      wd__role_number(role))
    return wd_message_fail(where, WD_INVALID_PLAN, t->error,
                           "the lambda is of another kind than a %s",
                           wd_role_name(role));
  *out =
      (struct wd_closure){.program = lambda->program,
                          .function = (uint32_t)wd_message_integer(
                              lambda->message, WD_SS_wasidata_Lambda_function),
                          .state = (uint32_t)wd_message_integer(
                              lambda->message, WD_SS_wasidata_Lambda_state)};
  return WD_OK;
}

enum wd_status
wd__carried_closure(struct translator *t, const struct wd_message *where,
                    enum wd_role role, struct wd_closure *out)
{
  const char *hash = refer(where, WD_SS_wasidata_Map_lambda);

  return use(t, hash ? find(t, hash) : NULL, where, role, out);
}

/* By the name of its function: `sha256-` and the hash. */
static const struct lambda *
find_named(const struct translator *t, const char *name)
{
  static const char prefix[] = "sha256-";

  if (strncmp(name, prefix, sizeof prefix - 1) != 0)
    return NULL;
  for (uint32_t i = 0; t->carriage && i < t->carriage->lambda_count; i++) {
    struct wd_hash hash;
    char text[65];

    memcpy(hash.bytes, t->carriage->lambdas[i].hash, sizeof hash);
    wd_hash_text(&hash, text);
    if (strcmp(text, name + sizeof prefix - 1) == 0)
      return &t->carriage->lambdas[i];
  }
  return NULL;
}

/* What the lambda's arguments are called: as many as it is given. */
static enum wd_status
name_arguments(const struct translator *t, const struct lambda *lambda,
               const struct wd_message *where, uint32_t count,
               const char ***out)
{
  const char **names = wd_arena_array(t->arena, count, sizeof *names);
  const struct wd_value *name =
      wd_message_find(lambda->message, WD_SS_wasidata_Lambda_arguments);
  enum wd_status status = WD_OK;

  if (!names)
    return wd_fail_memory(t->error);
  if (wd_message_count(lambda->message, WD_SS_wasidata_Lambda_arguments) !=
      count)
    return wd_message_fail(where, WD_INVALID_PLAN, t->error,
                           "the lambda has another number of arguments than "
                           "%u",
                           count);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    status = wd__text(t, name, &names[i]);
    name = wd_value_next(name);
  }
  *out = names;
  return status;
}

/* What can be called in an expression. A table function's call is the list of
 * its rows there. */
static const enum wd_named_kind callable[] = {
    WD_NAMED_SCALAR, WD_NAMED_TABLE, WD_NAMED_TO_TEXT, WD_NAMED_FROM_TEXT,
    WD_NAMED_SORT_KEYS};

static enum wd_named_kind
kind_of(const struct lambda *lambda)
{
  for (size_t i = 0; lambda && i < sizeof callable / sizeof *callable; i++) {
    const struct wd_named named = {.kind = callable[i]};

    if (wd_message_integer(lambda->message, WD_SS_wasidata_Lambda_role) ==
        wd__role_number(wd_named_role(&named)))
      return callable[i];
  }
  return WD_NAMED_SCALAR;
}

/* What from-text makes. */
static enum wd_status
read_result(const struct translator *t, const struct wd_message *message,
            struct wd_named *out)
{
  const struct wd_value *result =
      wd_message_find(message, WD_SS_wasidata_Lambda_result);
  struct wd_schema schema = {0, NULL};
  struct wd_error local = {.status = WD_OK};
  enum wd_status status = WD_OK;

  if (out->kind != WD_NAMED_FROM_TEXT)
    return WD_OK;
  if (result)
    status = wd_schema_parse(result->bytes.data, result->bytes.length, t->arena,
                             &schema, &local);
  if (status == WD_NO_MEMORY)
    return wd_fail_memory(t->error);
  if (status != WD_OK || schema.count != 1)
    return wd_message_fail(message, WD_INVALID_PLAN, t->error,
                           "what makes values of texts has one column as its "
                           "result%s%s",
                           status == WD_OK ? "" : ": ",
                           status == WD_OK ? "" : local.message);
  out->result = schema.columns[0];
  return WD_OK;
}

static enum wd_status
read_named(const struct translator *t, const struct lambda *lambda,
           struct wd_named *out)
{
  enum wd_status status;

  const struct wd_value *name =
      wd_message_find(lambda->message, WD_SS_wasidata_Lambda_name);

  out->name = "lambda";
  out->kind = kind_of(lambda);
  out->strict =
      wd_message_integer(lambda->message, WD_SS_wasidata_Lambda_strict);
  out->deterministic =
      wd_message_integer(lambda->message, WD_SS_wasidata_Lambda_deterministic);
  status = read_result(t, lambda->message, out);
  return status == WD_OK && name ? wd__text(t, name, &out->name) : status;
}

enum wd_status
wd__lambda_function(struct translator *t, const struct wd_message *where,
                    const struct extension *extension,
                    const struct arguments *arguments,
                    const struct wd_expression **out)
{
  const struct lambda *lambda = find_named(t, extension->name);
  struct wd_error local;
  struct typer typer = {.scope = {.named = &t->planner->named},
                        .arena = t->arena,
                        .error = &local};
  struct typed *operands =
      wd_arena_array(t->arena, arguments->count, sizeof *operands);
  static const struct wd_syntax leaf = {.kind = WD_SYNTAX_TYPED};
  struct wd_named function = {.kind = kind_of(lambda)};
  const char **names = NULL;
  enum wd_status status =
      use(t, lambda, where, wd_named_role(&function), &function.closure);

  if (!operands)
    return wd_fail_memory(t->error);
  if (status == WD_OK)
    status = read_named(t, lambda, &function);
  if (status == WD_OK)
    status = name_arguments(t, lambda, where, arguments->count, &names);
  for (uint32_t i = 0; status == WD_OK && i < arguments->count; i++) {
    if (!arguments->values[i])
      return wd__unsupported(t, where, "a word as an argument of a lambda");
    operands[i] = (struct typed){arguments->values[i], &leaf};
  }
  if (status != WD_OK)
    return status;
  wd_error_clear(&local);
  status = wd__type_named_over(&typer, &function, arguments->count, operands,
                               names, out);
  /* Binding tells its errors to the planner. */
  if (status == WD_OK || local.status == WD_OK)
    return status;
  return wd_message_fail(where, status, t->error, "%s", local.message);
}

enum wd_status
wd__lambda_measure(struct translator *t, const struct wd_message *where,
                   const struct extension *extension,
                   struct wd_measure *measure)
{
  const struct lambda *lambda = find_named(t, extension->name);
  uint32_t count = measure->argument_count;
  struct wd_column *columns = wd_arena_array(t->arena, count, sizeof *columns);
  const struct wd_schema schema = {count, columns};
  const char **names = NULL;
  enum wd_status status =
      use(t, lambda, where, WD_ROLE_AGGREGATE, &measure->closure);

  if (!columns)
    return wd_fail_memory(t->error);
  if (status == WD_OK)
    status = name_arguments(t, lambda, where, count, &names);
  if (status != WD_OK)
    return status;
  for (uint32_t i = 0; i < count; i++)
    columns[i] =
        (struct wd_column){.name = names[i],
                           .type = measure->arguments[i]->type,
                           .nullable = measure->arguments[i]->nullable};
  measure->role = WD_ROLE_AGGREGATE;
  status = wd__plan_bind(t->planner, &measure->closure, WD_ROLE_AGGREGATE,
                         &schema, NULL, 0, &measure->site, &measure->bound);
  if (status != WD_OK)
    return status;
  if (measure->bound.output.count != 1)
    return wd_message_fail(where, WD_TYPE_MISMATCH, t->error,
                           "an aggregate lambda must return one column, not %u",
                           measure->bound.output.count);
  measure->type = measure->bound.output.columns[0].type;
  measure->nullable = measure->bound.output.columns[0].nullable;
  return WD_OK;
}
