#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/functions.h"
#include "engine/duckdb/sql_read.h"
#include "engine/duckdb/sql_rows.h"
#include "engine/duckdb/tables.h"
#include "engine/duckdb/types.h"

/* ---- One value through one of DuckDB's functions ------------------------- */

enum wd_status
wd__sql_on_text(const struct wd_sql_reading *reading, const char *function,
                const char *text, size_t length, char **out)
{
  duckdb_prepared_statement prepared = NULL;
  duckdb_result result = {0};
  char sql[80];
  enum wd_status status = WD_OK;

  snprintf(sql, sizeof sql, "SELECT %s(CAST($1 AS VARCHAR))", function);
  if (duckdb_prepare(reading->connection, sql, &prepared) != DuckDBSuccess)
    status = wd_duck_fail(reading->error, duckdb_prepare_error(prepared));
  if (status == WD_OK &&
      duckdb_bind_varchar_length(prepared, 1, text, length) != DuckDBSuccess)
    status = wd_fail_memory(reading->error);
  if (status == WD_OK &&
      duckdb_execute_prepared(prepared, &result) != DuckDBSuccess)
    status = wd_duck_fail_result(reading->error, &result);
  if (status == WD_OK) {
    *out = duckdb_value_varchar(&result, 0, 0);
    if (!*out)
      status = wd_fail_memory(reading->error);
  }
  duckdb_destroy_result(&result);
  duckdb_destroy_prepare(&prepared);
  return status;
}

/* ---- Parsing ------------------------------------------------------------- */

/* What a statement that is no query begins with. */
static const char *
first_word(const char *text, char *word, size_t size)
{
  size_t length = 0;

  for (;;) {
    text += strspn(text, " \t\r\n\f\v;(");
    if (strncmp(text, "--", 2) == 0) {
      text += strcspn(text, "\n");
    } else if (strncmp(text, "/*", 2) == 0 && strstr(text + 2, "*/")) {
      text = strstr(text + 2, "*/") + 2;
    } else {
      break;
    }
  }
  while (length + 1 < size && ((text[length] | 32) >= 'a') &&
         ((text[length] | 32) <= 'z')) {
    word[length] = (char)(text[length] & ~32);
    length++;
  }
  word[length] = '\0';
  return length ? word : "this";
}

/* DuckDB could not parse it, or it is no query. */
static enum wd_status
fail_parse(const struct wd_sql_reading *reading)
{
  const char *message = wd_sql_string(reading->root, "error_message");
  const char *place = wd_sql_string(reading->root, "position");
  char word[24];

  if (strcmp(wd_sql_string(reading->root, "error_type"), "parser") == 0) {
    size_t at = *place ? (size_t)strtoull(place, NULL, 10) : 0;

    /* So says its parser when brackets are open. */
    if (strncmp(message, "memory exhausted", 16) == 0)
      message = "the query is nested too deep";

    at = wd_sql_written_at(&reading->rewritten, at);
    return wd_source_fail(&reading->source, at, WD_INVALID_PLAN, reading->error,
                          "%.300s", message);
  }
  if (strncasecmp(first_word(reading->source.text, word, sizeof word), "PIVOT",
                  5) == 0)
    return wd_fail(reading->error, WD_INVALID_PLAN,
                   "PIVOT needs the values that become columns: PIVOT … ON x "
                   "IN ('a', 'b')");
  return wd_fail(reading->error, WD_INVALID_PLAN,
                 "a query is one SELECT (or WITH, FROM, VALUES); statements of "
                 "the kind %s are refused",
                 first_word(reading->source.text, word, sizeof word));
}

/* Parses and checks. */
static enum wd_status
read_text(struct wd_sql_reading *reading)
{
  const struct wd_sql_value *failed;
  enum wd_status status = wd_sql_rewrite(
      reading->source.text, reading->source.length, reading->check.functions,
      reading->mark, &reading->scratch, &reading->rewritten, reading->error);

  if (status == WD_OK)
    status =
        wd__sql_on_text(reading, "json_serialize_sql", reading->rewritten.text,
                        reading->rewritten.length, &reading->json);
  if (status == WD_OK)
    status = wd_sql_tree_read(reading->json, &reading->scratch, &reading->root,
                              reading->error);
  if (status != WD_OK)
    return status;
  failed = wd_sql_member(reading->root, "error");
  if (failed && strncmp(failed->start, "true", 4) == 0)
    return fail_parse(reading);
  return wd_sql_check(&reading->check, reading->root);
}

static enum wd_status
connect(struct wd_sql_reading *reading)
{
  enum wd_status status = wd_duck_lock_down(reading->engine, reading->error);

  if (status == WD_OK && duckdb_connect(reading->engine->database,
                                        &reading->connection) != DuckDBSuccess)
    status = wd_fail_memory(reading->error);
  /* What is written by hand needs no more; what we generate does. */
  if (status == WD_OK)
    status = wd_duck_execute(reading->connection,
                             "SET max_expression_depth=1000", reading->error);
  return status;
}

static enum wd_status
open_reading(struct wd_sql_reading *reading, struct wd_engine *engine,
             const char *text, size_t length,
             const struct wd_registry *functions, struct wd_arena *arena,
             struct wd_error *error)
{
  *reading = (struct wd_sql_reading){.engine = (struct wd_duck_engine *)engine,
                                     .source = {text, length, text},
                                     .arena = arena,
                                     .error = error};
  wd_arena_init(&reading->scratch, reading->engine->mem, WD_DUCK_TREE_MAX);
  reading->check.arena = &reading->scratch;
  reading->check.error = error;
  reading->check.source = &reading->source;
  reading->check.rewritten = &reading->rewritten;
  reading->check.functions = functions;
  pthread_mutex_lock(&reading->engine->reading);
  return connect(reading);
}

static void
close_reading(struct wd_sql_reading *reading)
{
  duckdb_disconnect(&reading->connection);
  pthread_mutex_unlock(&reading->engine->reading);
  duckdb_free(reading->json);
  wd_arena_fini(&reading->scratch);
}

enum wd_status
wd_duck_sql_tables(struct wd_engine *engine, const char *text, size_t length,
                   const struct wd_registry *functions, struct wd_arena *arena,
                   uint32_t *out_count, const char *const **out_names,
                   struct wd_error *error)
{
  struct wd_sql_reading reading;
  const char *copy = wd_arena_strndup(arena, text, length);
  const char **names = NULL;
  uint32_t count = 0;
  enum wd_status status;

  if (!copy)
    return wd_fail_memory(error);
  status =
      open_reading(&reading, engine, copy, length, functions, arena, error);
  if (status == WD_OK)
    status = read_text(&reading);
  if (status == WD_OK)
    names = wd_arena_array(arena, reading.check.table_count, sizeof *names);
  for (const struct wd_sql_table *table = names ? reading.check.tables : NULL;
       table; table = table->next)
    names[count++] = wd_arena_strdup(arena, table->name);
  for (uint32_t i = 0; status == WD_OK && i < count; i++)
    if (!names[i])
      status = wd_fail_memory(error);
  if (status == WD_OK && !names)
    status = wd_fail_memory(error);
  close_reading(&reading);
  *out_count = count;
  *out_names = names;
  return status;
}

/* ---- Binding ------------------------------------------------------------- */

static enum wd_status
expand_call(void *env, uint32_t index, struct wd_buf *buf)
{
  const struct wd_sql_binding *binding = env;

  wd_buf_puts(buf, binding->slots[index].slot->name);
  return WD_OK;
}

static enum wd_status
expand_parameter(void *env, uint32_t index, struct wd_buf *buf)
{
  const struct wd_sql_binding *binding = env;
  struct wd_duck_lowering lowering = {.engine = binding->reading->engine,
                                      .arena = binding->reading->arena,
                                      .error = binding->reading->error};
  static const struct wd_duck_scope none = {.left = "t"};

  return wd_duck_lower_expression(
      &lowering, binding->sql->parameters[index].value, &none, buf);
}

enum wd_status
wd__sql_of_tree(const struct wd_sql_reading *reading, struct wd_buf *json,
                enum wd_status status, struct wd_arena *arena,
                const char **out_text)
{
  char *text = NULL;

  if (status == WD_OK && json->failed)
    status = wd_fail_memory(reading->error);
  if (status == WD_OK)
    status = wd__sql_on_text(reading, "json_deserialize_sql", wd_buf_text(json),
                             json->length, &text);
  wd_buf_fini(json);
  if (status != WD_OK)
    return status;
  *out_text = wd_arena_strdup(arena, text);
  duckdb_free(text);
  return *out_text ? WD_OK : wd_fail_memory(reading->error);
}

/* The text with marks, in the reading's scratch. */
static enum wd_status
mark_text(const struct wd_sql_binding *binding, const char **out_text)
{
  struct wd_sql_reading *reading = binding->reading;
  const struct wd_duck_sql_marks marks = {
      .mark = binding->mark,
      .check = &reading->check,
      .calls = binding->calls,
      .bound = binding->bound,
      .parameter_count = binding->sql->parameter_count,
      .parameters = binding->sql->parameters,
  };
  struct wd_buf json;

  wd_buf_init(&json, reading->engine->mem, WD_DUCK_TREE_MAX);
  return wd__sql_of_tree(reading, &json,
                         wd_duck_sql_write(&marks, reading->root, &json),
                         &reading->scratch, out_text);
}

/* Which of the slots a text names at a place; count: none. */
static uint32_t
slot_at(const struct wd_sql_binding *binding, const char *text)
{
  for (uint32_t i = 0; i < binding->count; i++) {
    const struct wd_duck_slot *slot = binding->slots[i].slot;
    size_t length = slot ? strlen(slot->name) : 0;

    if (slot && strncmp(text, slot->name, length) == 0 &&
        (text[length] < '0' || text[length] > '9'))
      return i;
  }
  return binding->count;
}

/* People know the program's functions by their own names. */
static void
restore_names(const struct wd_sql_binding *binding, const char *text,
              struct wd_buf *buf)
{
  while (*text) {
    uint32_t slot = slot_at(binding, text);

    if (slot == binding->count) {
      wd_buf_putc(buf, *text++);
      continue;
    }
    wd_buf_puts(buf, binding->found[slot]->function->name);
    text += strlen(binding->slots[slot].slot->name);
  }
}

static enum wd_status
restore_column_names(const struct wd_sql_binding *binding,
                     struct wd_schema *schema)
{
  struct wd_buf buf;
  enum wd_status status = WD_OK;

  wd_buf_init(&buf, binding->reading->engine->mem, WD_DUCK_SQL_MAX);
  for (uint32_t i = 0; i < schema->count && status == WD_OK; i++) {
    struct wd_column *column =
        (struct wd_column *)(uintptr_t)&schema->columns[i];

    wd_buf_clear(&buf);
    restore_names(binding, column->name, &buf);
    column->name = wd_arena_strdup(binding->reading->arena, wd_buf_text(&buf));
    if (buf.failed || !column->name)
      status = wd_fail_memory(binding->reading->error);
  }
  wd_buf_fini(&buf);
  return status;
}

/* What DuckDB says of a text is about the text. */
static enum wd_status
fail_prepare(const struct wd_sql_binding *binding, const char *message)
{
  struct wd_error *error = binding->reading->error;
  struct wd_buf buf;
  enum wd_status status;

  wd_buf_init(&buf, binding->reading->engine->mem, 1 << 20);
  restore_names(binding, message ? message : "", &buf);
  status = wd_duck_fail(error, buf.failed ? message : wd_buf_text(&buf));
  wd_buf_fini(&buf);
  if (status == WD_ENGINE_FAILED && error)
    error->status = status = WD_INVALID_PLAN;
  return status;
}

/* Plans what is known so far; probed->hit: a probe was met. */
static enum wd_status
prepare(struct wd_sql_binding *binding, const char *text,
        struct wd_duck_probed *probed, duckdb_prepared_statement *out_prepared)
{
  struct wd_sql_reading *reading = binding->reading;
  struct wd_buf sql;
  enum wd_status status;

  wd_buf_init(&sql, reading->engine->mem, WD_DUCK_SQL_MAX);
  status = wd_duck_sql_expand(text, binding->mark, expand_call,
                              expand_parameter, binding, &sql);
  if (status == WD_OK && sql.failed)
    status = wd_duck_buf_failure(&sql, reading->error);
  if (status == WD_OK) {
    reading->engine->probed = probed;
    if (duckdb_prepare(reading->connection, wd_buf_text(&sql), out_prepared) !=
            DuckDBSuccess &&
        !probed->hit)
      status = fail_prepare(binding, duckdb_prepare_error(*out_prepared));
    reading->engine->probed = NULL;
  }
  wd_buf_fini(&sql);
  return status;
}

static bool
is_distinct(const struct wd_sql_value *call)
{
  const struct wd_sql_value *distinct = wd_sql_member(call, "distinct");

  return distinct && strncmp(distinct->start, "true", 4) == 0;
}

/* How the program's function is called here. */
static enum wd_status
check_use(const struct wd_sql_binding *binding,
          const struct wd_sql_found *found)
{
  const struct wd_sql_check *check = &binding->reading->check;
  const struct wd_sql_value *value = found->value;
  const struct wd_sql_value *sorted = wd_sql_member(value, "arg_orders");
  const struct wd_sql_value *filter =
      wd_sql_member(value, found->over_window ? "filter_expr" : "filter");

  if (!sorted)
    sorted = wd_sql_member(wd_sql_member(value, "order_bys"), "orders");
  if (found->function->kind == WD_NAMED_AGGREGATE) {
    /* DuckDB 1.5 crashes on it. */
    if (sorted && sorted->first)
      return wd_sql_fail(check, value, WD_UNSUPPORTED,
                         "%s(… order by …): aggregates of the program's take "
                         "rows in no order",
                         found->function->name);
    if (found->over_window && is_distinct(value))
      return wd_sql_fail(check, value, WD_UNSUPPORTED,
                         "%s(distinct …) over a window: aggregates of the "
                         "program's take no distinct there",
                         found->function->name);
    return WD_OK;
  }
  if (found->over_window || (sorted && sorted->first) || is_distinct(value) ||
      (filter && filter->kind == WD_SQL_OBJECT))
    return wd_sql_fail(check, value, WD_INVALID_PLAN,
                       "%s is a function of one row: it takes no distinct, "
                       "order, filter or window",
                       found->function->name);
  return WD_OK;
}

/* Names of operands stand in the tree, which a call outlives. */
static enum wd_status
name_operands(const struct wd_sql_reading *reading,
              const struct wd_sql_found *found,
              struct wd_sql_operands *operands)
{
  const struct wd_sql_value *children = wd_sql_member(found->value, "children");
  struct wd_column *columns = (struct wd_column *)(uintptr_t)operands->columns;
  const struct wd_sql_value *child = children ? children->first : NULL;

  for (uint32_t i = 0; child && i < operands->count; child = child->next) {
    const char *name = wd_sql_string(child, "alias");

    if (child == found->table)
      continue;
    columns[i].name = NULL;
    if (*name && !(columns[i].name = wd_arena_strdup(reading->arena, name)))
      return wd_fail_memory(reading->error);
    i++;
  }
  return WD_OK;
}

/* A function of these types, while the query is planned; it cannot run. */
static enum wd_status
take_slot(const struct wd_sql_binding *binding, const struct wd_sql_call *call,
          bool aggregate, struct wd_duck_call *slot)
{
  struct wd_sql_reading *reading = binding->reading;
  enum wd_status status;

  *slot = (struct wd_duck_call){.mem = reading->engine->mem,
                                .lambda = call->named.bound.lambda};
  status = wd_duck_slot_take(reading->engine,
                             aggregate ? WD_DUCK_AGGREGATE : WD_DUCK_MAP, slot,
                             reading->error);
  if (status == WD_OK)
    atomic_store(&slot->slot->call, NULL);
  return status;
}

static enum wd_status
bind_probed(struct wd_sql_binding *binding, struct wd_duck_probed *probed)
{
  const struct wd_sql_found *found = binding->found[probed->call];
  struct wd_sql_reading *reading = binding->reading;
  struct wd_sql_call *call = &binding->calls[probed->call];
  enum wd_status status = WD_OK;

  if (probed->error.status != WD_OK)
    return wd_error_pass(reading->error, &probed->error);
  status = name_operands(reading, found, &probed->operands);
  if (status == WD_OK && wd__sql_is_table(found)) {
    status = wd__sql_bind_rows(binding, found, probed);
    binding->bound[probed->call] = status == WD_OK;
    return status;
  }
  if (status == WD_OK)
    status = wd_sql_bind_call(binding->binder->named, found->function,
                              &probed->operands, reading->arena, call,
                              reading->error);
  if (status == WD_OK && !call->named.bound.all_columns &&
      is_distinct(found->value))
    status = wd_sql_fail(&reading->check, found->value, WD_UNSUPPORTED,
                         "distinct needs an aggregate that looks at all of its "
                         "arguments");
  if (status == WD_OK)
    status = wd_duck_schema_check(&call->named.bound.output, reading->error);
  if (status == WD_OK)
    status =
        take_slot(binding, call, found->function->kind == WD_NAMED_AGGREGATE,
                  &binding->slots[probed->call]);
  call->over_window = found->over_window;
  binding->bound[probed->call] = status == WD_OK;
  return status;
}

/* A text that is nowhere in the query: what stands between marks is ours. */
static const char *
choose_mark(const struct wd_sql_reading *reading)
{
  for (uint32_t i = 0;; i++) {
    const char *mark = wd_arena_printf(reading->arena, "wd%u_", i);

    if (!mark || !strstr(reading->json, mark))
      return mark;
  }
}

/* Until no probe is met: then the columns are known. */
static enum wd_status
bind_all(struct wd_sql_binding *binding, const char **out_text,
         struct wd_schema *out_schema)
{
  struct wd_sql_reading *reading = binding->reading;
  enum wd_status status = WD_OK;

  for (;;) {
    struct wd_duck_probed probed = {.arena = reading->arena};
    duckdb_prepared_statement prepared = NULL;

    status = mark_text(binding, out_text);
    if (status == WD_OK)
      status = prepare(binding, *out_text, &probed, &prepared);
    if (status == WD_OK && !probed.hit)
      status = wd_duck_prepared_schema(prepared, reading->arena, out_schema,
                                       reading->error);
    duckdb_destroy_prepare(&prepared);
    if (status == WD_OK && probed.hit)
      status = bind_probed(binding, &probed);
    wd_duck_probed_fini(&probed);
    if (status != WD_OK || !probed.hit)
      return status;
  }
}

static const struct wd_sql_table *
find_table(const struct wd_sql_check *check, const char *name)
{
  const struct wd_sql_table *table = check->tables;

  while (table && strcasecmp(table->name, name) != 0)
    table = table->next;
  return table;
}

/* Tables that only queries of table functions read are tables of theirs. */
static void
keep_read(struct wd_sql_binding *binding)
{
  struct wd_sql *sql = binding->sql;
  uint32_t count = 0;

  for (uint32_t i = 0; i < sql->input_count; i++) {
    const struct wd_sql_table *table =
        find_table(&binding->reading->check, sql->inputs[i].name);

    if (table && table->uses)
      binding->inputs[count++] = sql->inputs[i];
  }
  sql->inputs = binding->inputs;
  sql->input_count = binding->named_inputs = count;
}

static enum wd_status
open_binding(struct wd_sql_binding *binding)
{
  struct wd_sql_reading *reading = binding->reading;
  struct wd_sql *sql = binding->sql;
  uint32_t count = reading->check.call_count, i = 0;
  enum wd_status status =
      wd_duck_probes_need(reading->engine, count, reading->error);

  binding->found =
      wd_arena_array(&reading->scratch, count, sizeof(struct wd_sql_found *));
  binding->calls =
      wd_arena_array(reading->arena, count, sizeof *binding->calls);
  binding->slots =
      wd_arena_array(&reading->scratch, count, sizeof *binding->slots);
  binding->bound =
      wd_arena_array(&reading->scratch, count, sizeof *binding->bound);
  binding->inputs =
      wd_arena_array(reading->arena, (size_t)sql->input_count + count,
                     sizeof *binding->inputs);
  binding->inside =
      wd_arena_array(&reading->scratch, count, sizeof *binding->inside);
  binding->mark = choose_mark(reading);
  if (status == WD_OK && (!binding->found || !binding->calls ||
                          !binding->inputs || !binding->inside ||
                          !binding->slots || !binding->bound || !binding->mark))
    status = wd_fail_memory(reading->error);
  for (const struct wd_sql_found *found = reading->check.calls;
       status == WD_OK && found; found = found->next) {
    binding->found[i++] = found;
    status = check_use(binding, found);
  }
  binding->count = count;
  if (status == WD_OK)
    keep_read(binding);
  return status;
}

static void
close_binding(struct wd_sql_binding *binding)
{
  for (uint32_t i = 0; binding->slots && i < binding->count; i++)
    if (binding->slots[i].slot)
      wd_duck_slot_give_back(binding->reading->engine, binding->slots[i].slot);
}

/* Whether an input may be read more than once. */
static bool
is_shared(const struct wd_sql_binding *binding, uint32_t input)
{
  const struct wd_sql_table *table;

  if (input >= binding->named_inputs)
    return binding->inside[input - binding->named_inputs];
  table =
      find_table(&binding->reading->check, binding->sql->inputs[input].name);
  return table && (table->uses > 1 || table->inside);
}

static enum wd_status
keep_statement(const struct wd_sql_binding *binding, const char *text,
               struct wd_sql *sql)
{
  const struct wd_sql_reading *reading = binding->reading;
  struct wd_duck_sql *kept = wd_arena_alloc(reading->arena, sizeof *kept);
  bool *shared =
      wd_arena_array(reading->arena, sql->input_count, sizeof *shared);

  if (!kept || !shared)
    return wd_fail_memory(reading->error);
  for (uint32_t i = 0; i < sql->input_count; i++)
    shared[i] = is_shared(binding, i);
  *kept = (struct wd_duck_sql){
      .text = wd_arena_strdup(reading->arena, text),
      .mark = binding->mark,
      .orders = reading->check.orders,
      .shared = shared,
  };
  sql->statement = kept;
  sql->ordered = reading->check.ordered;
  sql->call_count = binding->count;
  sql->calls = binding->calls;
  return kept->text ? WD_OK : wd_fail_memory(reading->error);
}

static enum wd_status
bind_query(struct wd_sql_reading *reading, struct wd_sql *sql,
           const struct wd_sql_binder *binder)
{
  struct wd_sql_binding binding = {
      .reading = reading, .sql = sql, .binder = binder};
  const char *text;
  enum wd_status status = read_text(reading);

  if (status == WD_OK)
    status = wd__sql_make_views(reading, sql);
  if (status == WD_OK)
    status = open_binding(&binding);
  if (status == WD_OK)
    status = bind_all(&binding, &text, &sql->schema);
  if (status == WD_OK)
    status = restore_column_names(&binding, &sql->schema);
  if (status == WD_OK)
    status = keep_statement(&binding, text, sql);
  close_binding(&binding);
  return status;
}

enum wd_status
wd_duck_sql_bind(struct wd_engine *engine, struct wd_sql *sql,
                 const struct wd_sql_binder *binder, struct wd_arena *arena,
                 struct wd_error *error)
{
  struct wd_sql_reading reading;
  enum wd_status status = open_reading(&reading, engine, sql->text, sql->length,
                                       binder->named->functions, arena, error);

  reading.mark = sql->mark;
  reading.check.check_functions = true;
  if (status == WD_OK)
    status = bind_query(&reading, sql, binder);
  close_reading(&reading);
  return status;
}
