#include "engine/spark/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/spark/describe.h"
#include "engine/spark/lambda.h"
#include "engine/spark/types.h"
#include "plan/registry.h"
#include "plan/source.h"

/* The jar's messages: engines/spark, SqlMessages.scala. */
enum {
  QUERY_TEXT = 2,
  QUERY_STEP,
  QUERY_TABLES,
  QUERY_PARAMETERS,
  QUERY_FUNCTIONS,
  QUERY_CALLS,
};
enum { TABLE_NAME = 1, TABLE_COLUMNS, TABLE_ROWS };
enum { PARAMETER_NAME = 1, PARAMETER_VALUE };
enum {
  CALL_INDEX = 1,
  CALL_OPERANDS,
  CALL_ARGUMENTS,
  CALL_RESULT,
  CALL_COLUMNS,
  CALL_STRICT,
  CALL_CLOSURE,
};
enum step { NAMES, BIND, RUN, END };

/* An operand without a name. */
#define UNNAMED "."

/* What is kept of a query: the program's functions that it names. Its calls are
 * those of `struct wd_sql` by the jar's numbers; one that is not bound yet has
 * no function. */
struct statement {
  uint32_t count;
  const struct wd_named **functions;
};

static enum wd_status
put_table(struct wd_spark_lowering *lowering, const struct wd_sql_input *input,
          enum step step)
{
  size_t table = wd_sc_begin(lowering->writer, QUERY_TABLES);
  enum wd_status status = wd_sql_check_names(input, lowering->error);

  wd_sc_put_text(lowering->writer, TABLE_NAME, input->name);
  if (status == WD_OK)
    status = wd_spark_put_ddl(lowering, TABLE_COLUMNS, &input->node->schema);
  if (status == WD_OK && step == RUN)
    status = wd_spark_lower_node(lowering, input->node, TABLE_ROWS);
  wd_sc_end(lowering->writer, table);
  if (status != WD_OK)
    wd_error_prefix(lowering->error, "table '%.100s'", input->name);
  return status;
}

static enum wd_status
put_parameter(struct wd_spark_lowering *lowering,
              const struct wd_sql_parameter *parameter)
{
  size_t message = wd_sc_begin(lowering->writer, QUERY_PARAMETERS);
  enum wd_status status;

  wd_sc_put_text(lowering->writer, PARAMETER_NAME, parameter->name);
  status = wd_spark_put_expression(lowering, PARAMETER_VALUE, parameter->value);
  wd_sc_end(lowering->writer, message);
  return status;
}

static enum wd_status
put_call(struct wd_spark_lowering *lowering, uint32_t index,
         const struct wd_sql_call *call, enum step step)
{
  struct wd_sc_writer *writer = lowering->writer;
  const struct wd_bound *bound = &call->named.bound;
  uint32_t count =
      bound->all_columns ? call->argument_count : bound->column_count;
  size_t message = wd_sc_begin(writer, QUERY_CALLS);
  enum wd_status status;

  wd_sc_put_int(writer, CALL_INDEX, index);
  for (uint32_t i = 0; i < call->argument_count; i++)
    wd_sc_put_int(writer, CALL_OPERANDS, call->arguments[i]);
  status = wd_spark_put_ddl(lowering, CALL_ARGUMENTS, &bound->lambda->input);
  if (status == WD_OK)
    status = wd_spark_put_ddl(lowering, CALL_RESULT, &bound->output);
  for (uint32_t i = 0; i < count; i++)
    wd_sc_put_int(writer, CALL_COLUMNS,
                  bound->all_columns ? i : bound->columns[i]);
  wd_sc_put_int(writer, CALL_STRICT, bound->strict);
  if (status == WD_OK && step == RUN)
    status = wd_spark_put_closure(lowering, CALL_CLOSURE, bound->lambda);
  wd_sc_end(writer, message);
  if (status != WD_OK)
    wd_error_prefix(lowering->error, "%.100s", call->function->name);
  return status;
}

static enum wd_status
put_functions(struct wd_spark_lowering *lowering, const struct wd_sql *sql,
              enum step step)
{
  const struct statement *statement = sql->statement;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; statement && i < statement->count; i++)
    wd_sc_put_text(lowering->writer, QUERY_FUNCTIONS,
                   statement->functions[i]->name);
  for (uint32_t i = 0; status == WD_OK && i < sql->call_count; i++)
    if (sql->calls[i].function)
      status = put_call(lowering, i, &sql->calls[i], step);
  return status;
}

/* The query as the content of a Relation. */
static enum wd_status
put_query(struct wd_spark_lowering *lowering, const struct wd_sql *sql,
          enum step step)
{
  struct wd_spark_extension begun = wd_spark_begin_extension(
      lowering, WD_SC_Relation_extension, "wasidata.Query");
  enum wd_status status = WD_OK;

  wd_sc_put_bytes(lowering->writer, QUERY_TEXT, sql->text, sql->length);
  wd_sc_put_int(lowering->writer, QUERY_STEP, step);
  for (uint32_t i = 0; status == WD_OK && i < sql->input_count; i++)
    status = put_table(lowering, &sql->inputs[i], step);
  for (uint32_t i = 0; status == WD_OK && i < sql->parameter_count; i++)
    status = put_parameter(lowering, &sql->parameters[i]);
  if (status == WD_OK)
    status = put_functions(lowering, sql, step);
  wd_spark_end_extension(lowering, &begun);
  return status;
}

/* The jar says where it is as `@bytes `. */
static enum wd_status
show_place(const struct wd_sql *sql, struct wd_error *error)
{
  const struct wd_source source = {sql->text, sql->length, sql->text};
  char message[sizeof error->message], *rest;
  enum wd_status status;
  size_t at;

  if (!error || *error->message != '@')
    return error ? error->status : WD_INVALID_PLAN;
  snprintf(message, sizeof message, "%s", error->message);
  at = (size_t)strtoull(message + 1, &rest, 10);
  status = error->status;
  wd_error_clear(error);
  return wd_source_fail(&source, at, status, error, "%.400s",
                        rest + (*rest == ' '));
}

struct answer {
  struct wd_arena *arena;
  struct wd_schema schema;
};

struct asked {
  const struct wd_sql *sql;
  enum step step;
};

static enum wd_status
put_asked(struct wd_spark_lowering *lowering, const void *env, uint32_t field)
{
  const struct asked *asked = env;
  size_t relation = wd_sc_begin(lowering->writer, field);
  enum wd_status status = put_query(lowering, asked->sql, asked->step);

  wd_sc_end(lowering->writer, relation);
  return status;
}

/* What the jar answers: columns that are structs. */
static enum wd_status
ask(struct wd_spark_engine *engine, const struct wd_sql *sql, enum step step,
    struct answer *answer, struct wd_error *error)
{
  const struct asked asked = {sql, step};
  enum wd_status status = wd_spark_describe(
      engine, put_asked, &asked, answer->arena, &answer->schema, error);

  return status == WD_OK ? WD_OK : show_place(sql, error);
}

/* What is in the struct of a name; nothing where it is not. */
static struct wd_schema
part(const struct answer *answer, const char *name)
{
  for (uint32_t i = 0; i < answer->schema.count; i++) {
    const struct wd_column *column = &answer->schema.columns[i];

    if (strcmp(column->name, name) == 0)
      return (struct wd_schema){column->type.child_count,
                                column->type.children};
  }
  return (struct wd_schema){0, NULL};
}

static bool
has(const struct answer *answer, const char *name)
{
  for (uint32_t i = 0; i < answer->schema.count; i++)
    if (strcmp(answer->schema.columns[i].name, name) == 0)
      return true;
  return false;
}

static enum wd_status
fail_answer(struct wd_error *error)
{
  return wd_fail_at(error, WD_ORIGIN_ENGINE, WD_ENGINE_FAILED,
                    "the server's jar answers what nobody asked");
}

enum wd_status
wd_spark_sql_end(struct wd_engine *engine, const char *text, size_t length,
                 struct wd_sql_end *out_end, struct wd_error *error)
{
  static const char *const states[] = {[WD_SQL_BLANK] = "blank",
                                       [WD_SQL_OPEN] = "open",
                                       [WD_SQL_ENDED] = "ended"};
  const struct wd_sql sql = {.text = text, .length = length};
  struct wd_arena arena;
  struct answer answer = {.arena = &arena};
  bool found = false;
  enum wd_status status;

  wd_arena_init(&arena, ((struct wd_spark_engine *)engine)->mem, 0);
  status = ask((struct wd_spark_engine *)engine, &sql, END, &answer, error);
  for (size_t i = 0; status == WD_OK && i < sizeof states / sizeof *states;
       i++) {
    struct wd_schema place = part(&answer, states[i]);

    if (place.count != 1)
      continue;
    out_end->state = (enum wd_sql_state)i;
    out_end->length = (size_t)strtoull(place.columns[0].name, NULL, 10);
    found = out_end->length <= length;
  }
  wd_arena_fini(&arena);
  return status != WD_OK || found ? status : fail_answer(error);
}

enum wd_status
wd_spark_sql_tables(struct wd_engine *engine, const char *text, size_t length,
                    const struct wd_registry *functions, struct wd_arena *arena,
                    uint32_t *out_count, const char *const **out_names,
                    struct wd_error *error)
{
  const struct wd_sql sql = {.text = wd_arena_strndup(arena, text, length),
                             .length = length};
  struct answer answer = {.arena = arena};
  struct wd_schema tables;
  const char **names;
  enum wd_status status;

  (void)functions;
  if (!sql.text)
    return wd_fail_memory(error);
  status = ask((struct wd_spark_engine *)engine, &sql, NAMES, &answer, error);
  if (status != WD_OK)
    return status;
  tables = part(&answer, "tables");
  names = wd_arena_array(arena, tables.count, sizeof *names);
  if (!names)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < tables.count; i++)
    names[i] = tables.columns[i].name;
  *out_count = tables.count;
  *out_names = names;
  return WD_OK;
}

/* A query while it is bound. */
struct binding {
  struct wd_spark_engine *engine;
  struct wd_sql *sql;
  const struct wd_named_binder *functions;
  struct wd_arena *arena;
  struct wd_error *error;
  struct statement *statement;
  struct wd_sql_call *calls;
};

/* Names that the program registered mean its functions. */
static enum wd_status
find_functions(struct binding *binding)
{
  const struct wd_registry *registry = binding->functions->functions;
  struct answer answer = {.arena = binding->arena};
  struct statement *statement = binding->statement;
  struct wd_schema called;
  enum wd_status status;

  if (!registry)
    return WD_OK;
  status = ask(binding->engine, binding->sql, NAMES, &answer, binding->error);
  called = part(&answer, "functions");
  statement->functions = wd_arena_array(binding->arena, called.count,
                                        sizeof *statement->functions);
  if (status == WD_OK && !statement->functions)
    return wd_fail_memory(binding->error);
  for (uint32_t i = 0; status == WD_OK && i < called.count; i++) {
    const char *name = called.columns[i].name;
    const struct wd_named *function =
        wd_registry_find(registry, name, strlen(name));

    if (function && function->kind != WD_NAMED_SCALAR)
      status = wd_fail(binding->error, WD_UNSUPPORTED,
                       "the engine spark calls functions of one row in SQL, "
                       "and %.100s is none: call it outside of the text",
                       name);
    if (function)
      statement->functions[statement->count++] = function;
  }
  return status;
}

/* Which of the calls the answer is about. */
static enum wd_status
find_call(const struct binding *binding, const struct answer *answer,
          const struct wd_named **out_function, uint32_t *out_index)
{
  struct wd_schema names = part(answer, "call");
  unsigned long index;
  char *end;

  *out_function = NULL;
  if (answer->schema.count != 2 || names.count != 1)
    return fail_answer(binding->error);
  index = strtoul(answer->schema.columns[1].name, &end, 10);
  if (*end || end == answer->schema.columns[1].name)
    return fail_answer(binding->error);
  if (index >= WD_SQL_CALLS_MAX)
    return wd_fail(binding->error, WD_LIMIT_EXCEEDED,
                   "the query calls functions of the program more than %u "
                   "times",
                   WD_SQL_CALLS_MAX);
  for (uint32_t i = 0; i < binding->statement->count; i++)
    if (strcmp(binding->statement->functions[i]->name, names.columns[0].name) ==
        0)
      *out_function = binding->statement->functions[i];
  if (!*out_function || binding->calls[index].function)
    return fail_answer(binding->error);
  *out_index = (uint32_t)index;
  return WD_OK;
}

/* Binds a call whose operands' types Spark has found. */
static enum wd_status
bind_call(struct binding *binding, const struct answer *answer)
{
  const struct wd_named *function;
  struct wd_sql_operands operands = {0};
  struct wd_column *columns;
  uint32_t index = 0;
  enum wd_status status = find_call(binding, answer, &function, &index);

  if (status != WD_OK)
    return status;
  operands.count = answer->schema.columns[1].type.child_count;
  columns = wd_arena_array(binding->arena, operands.count, sizeof *columns);
  if (!columns)
    return wd_fail_memory(binding->error);
  operands.columns = columns;
  for (uint32_t i = 0; i < operands.count; i++) {
    columns[i] = answer->schema.columns[1].type.children[i];
    if (strcmp(columns[i].name, UNNAMED) == 0)
      columns[i].name = NULL;
  }
  status =
      wd_sql_bind_call(binding->functions, function, &operands, binding->arena,
                       &binding->calls[index], binding->error);
  if (status == WD_OK && index >= binding->sql->call_count)
    binding->sql->call_count = index + 1;
  return status;
}

/* Until Spark knows the types of all. */
static enum wd_status
bind_all(struct binding *binding, struct answer *answer)
{
  for (;;) {
    enum wd_status status =
        ask(binding->engine, binding->sql, BIND, answer, binding->error);

    if (status == WD_OK && !has(answer, "call"))
      return WD_OK;
    if (status == WD_OK)
      status = bind_call(binding, answer);
    if (status != WD_OK)
      return status;
  }
}

enum wd_status
wd_spark_sql_bind(struct wd_engine *engine, struct wd_sql *sql,
                  const struct wd_sql_binder *binder, struct wd_arena *arena,
                  struct wd_error *error)
{
  struct answer answer = {.arena = arena};
  struct binding binding = {
      .engine = (struct wd_spark_engine *)engine,
      .sql = sql,
      .functions = binder->named,
      .arena = arena,
      .error = error,
      .statement = wd_arena_alloc(arena, sizeof *binding.statement),
      .calls = wd_arena_array(arena, WD_SQL_CALLS_MAX, sizeof *binding.calls),
  };
  enum wd_status status;

  if (!binding.statement || !binding.calls)
    return wd_fail_memory(error);
  status = find_functions(&binding);
  sql->statement = binding.statement;
  sql->calls = binding.calls;
  if (status == WD_OK)
    status = bind_all(&binding, &answer);
  if (status != WD_OK)
    return status;
  sql->schema = part(&answer, "columns");
  sql->ordered = has(&answer, "ordered");
  return sql->schema.count ? WD_OK : fail_answer(error);
}

enum wd_status
wd_spark_lower_sql(struct wd_spark_lowering *lowering,
                   const struct wd_plan_node *node)
{
  return put_query(lowering, node->sql, RUN);
}
