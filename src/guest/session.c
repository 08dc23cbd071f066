#include "guest/session.h"

#include <string.h>
#include <strings.h>

#include "guest/internal.h"

/* Statements of one text. */
#define STATEMENTS_MAX 100000u

/* A statement while it runs. */
struct running {
  struct wd_program *program;
  struct wd_arena arena;
  struct wd_error *error;
};

/* ---- Reading ------------------------------------------------------------- */

static enum wd_status
find_end(struct wd_program *program, const char *text, size_t length,
         struct wd_sql_end *out_end, struct wd_error *error)
{
  struct wd_engine *engine;
  enum wd_status status = wd_program_engine(program, &engine, error);

  return status == WD_OK
             ? engine->functions->sql_end(engine, text, length, out_end, error)
             : status;
}

/* A list that grows. */
struct list {
  struct wd_arena *arena;
  struct wd_statement *items;
  uint32_t count, room;
};

static enum wd_status
add(struct list *list, const char *text, size_t length, struct wd_error *error)
{
  if (list->count == STATEMENTS_MAX)
    return wd_fail(error, WD_LIMIT_EXCEEDED, "more than %u statements",
                   STATEMENTS_MAX);
  if (list->count == list->room) {
    uint32_t room = list->room ? list->room * 2 : 4;
    struct wd_statement *grown =
        wd_arena_array(list->arena, room, sizeof *grown);

    if (!grown)
      return wd_fail_memory(error);
    if (list->count)
      memcpy(grown, list->items, list->count * sizeof *grown);
    list->items = grown;
    list->room = room;
  }
  return wd_statement_read(text, length, list->arena,
                           &list->items[list->count++], error);
}

enum wd_status
wd_session_read(struct wd_program *program, const char *text, size_t length,
                struct wd_arena *arena, struct wd_statements *out_statements,
                struct wd_error *error)
{
  struct list list = {.arena = arena};
  struct wd_sql_end end = {WD_SQL_ENDED, 0};
  enum wd_status status = WD_OK;

  if (length > WD_SQL_SCRIPT_MAX)
    return wd_fail(error, WD_LIMIT_EXCEEDED, "a text of more than %zu MiB",
                   WD_SQL_SCRIPT_MAX >> 20);
  if (memchr(text, 0, length))
    return wd_fail(error, WD_INVALID_PLAN, "the text has a NUL in it");
  while (status == WD_OK && length && end.state == WD_SQL_ENDED) {
    status = find_end(program, text, length, &end, error);
    if (status == WD_OK && end.state != WD_SQL_BLANK)
      status = add(&list, text, end.length, error);
    if (status != WD_OK && list.count > 1)
      wd_error_prefix(error, "statement %u", list.count);
    text += end.length;
    length -= end.length;
  }
  *out_statements = (struct wd_statements){list.count, list.items};
  return status;
}

enum wd_status
wd_session_is_whole(struct wd_program *program, const char *text, size_t length,
                    bool *out_whole, struct wd_error *error)
{
  struct wd_sql_end end = {WD_SQL_ENDED, 0};
  enum wd_status status = WD_OK;

  *out_whole = true;
  while (status == WD_OK && length && end.state == WD_SQL_ENDED) {
    status = find_end(program, text, length, &end, error);
    text += end.length;
    length -= end.length;
    *out_whole = end.state != WD_SQL_OPEN;
  }
  return status;
}

/* ---- Queries ------------------------------------------------------------- */

static enum wd_status
make_query(struct running *running, const char *text, size_t length,
           struct wd_relation **out, struct wd_error *error)
{
  const struct wd_program_query query = {
      .text = {text, length < UINT32_MAX ? (uint32_t)length : UINT32_MAX}};
  enum wd_status status =
      wd_program_query(running->program, &query, &running->arena, out, error);

  if (status != WD_OK)
    wd_error_prefix(error, "sql");
  return status;
}

/* A statement whose plan was printed has done all that it was to do. */
static enum wd_status
explained(struct running *running, enum wd_status status)
{
  if (!running->program->stopped)
    return status;
  running->program->stopped = false;
  wd_error_clear(running->error);
  return WD_OK;
}

/* Waits for what a statement started. */
static enum wd_status
finish_job(struct running *running, struct wd_program_job *job)
{
  enum wd_status status = wd_job_wait(job->job, -1, running->error);

  wd_program_release(running->program, job);
  /* It was told. */
  wd_error_clear(&running->program->write_error);
  return status;
}

static enum wd_status
write_query(struct running *running, struct wd_relation *relation,
            const struct wd_grant *grant)
{
  struct wd_abi_list_tuple_string_string options;
  struct wd_sink *sink;
  struct wd_program_job *job;
  enum wd_status status = wd_program_sink_options(NULL, grant, &running->arena,
                                                  &options, running->error);

  if (status == WD_OK)
    status = wd_sink_open(grant, WD_WRITE_OVERWRITE,
                          running->program->options.mem, &sink, running->error);
  if (status == WD_OK)
    status = wd_program_start(running->program,
                              &(struct wd_program_action){
                                  .relation = relation,
                                  .sink = sink,
                                  .format = grant->format,
                                  .options = &options,
                              },
                              &job, running->error);
  return status == WD_OK ? finish_job(running, job) : status;
}

static enum wd_status
run_query(struct running *running, const char *text, size_t length,
          const struct wd_grant *sink)
{
  struct wd_relation *relation;
  enum wd_status status =
      make_query(running, text, length, &relation, running->error);

  if (status != WD_OK)
    return status;
  status = sink ? write_query(running, relation, sink)
                : wd_program_show(running->program, relation, running->error);
  wd_relation_unref(relation);
  return explained(running, status);
}

/* ---- What there is, as rows ---------------------------------------------- */

static void
put_quoted(struct wd_buf *buf, const char *text, char quote)
{
  wd_buf_putc(buf, quote);
  for (; *text; text++) {
    if (*text == quote)
      wd_buf_putc(buf, quote);
    wd_buf_putc(buf, *text);
  }
  wd_buf_putc(buf, quote);
}

/* Rows of two texts, as a query. */
struct listing {
  struct wd_buf sql;
  uint32_t count;
};

static void
list_row(struct listing *listing, const char *left, const char *right)
{
  wd_buf_puts(&listing->sql, listing->count ? ", (" : "(");
  wd_buf_printf(&listing->sql, "%u, ", listing->count++);
  put_quoted(&listing->sql, left, '\'');
  wd_buf_puts(&listing->sql, ", ");
  put_quoted(&listing->sql, right, '\'');
  wd_buf_putc(&listing->sql, ')');
}

static void
list_begin(struct running *running, struct listing *listing, const char *left,
           const char *right)
{
  listing->count = 0;
  wd_buf_init(&listing->sql, running->program->options.mem, WD_SQL_TEXT_MAX);
  wd_buf_printf(&listing->sql, "SELECT \"%s\", \"%s\" FROM (VALUES ", left,
                right);
}

/* `order`: the columns that it is sorted by; `names`: of all. */
static enum wd_status
list_end(struct running *running, struct listing *listing, const char *names,
         const char *order)
{
  struct wd_buf *sql = &listing->sql;
  enum wd_status status = WD_OK;

  if (listing->count == 0)
    wd_buf_puts(sql, "(0, '', '')");
  wd_buf_printf(sql, ") AS l(%s) WHERE %s ORDER BY %s", names,
                listing->count ? "true" : "false", order);
  if (sql->failed)
    status = wd_fail_memory(running->error);
  if (status == WD_OK)
    status = run_query(running, wd_buf_text(sql), sql->length, NULL);
  wd_buf_fini(sql);
  return status;
}

static enum wd_status
show_tables(struct running *running)
{
  const struct wd_grants *grants = running->program->options.grants;
  struct listing listing;

  list_begin(running, &listing, "table", "from");
  for (uint32_t i = 0; i < grants->table_count; i++)
    list_row(&listing, grants->tables[i].name, grants->tables[i].location);
  for (const struct wd_program_table *table = running->program->tables; table;
       table = table->next)
    list_row(&listing, table->name, "(made here)");
  return list_end(running, &listing, "n, \"table\", \"from\"", "\"table\"");
}

static void
list_function(void *env, struct wd_named *function)
{
  struct wd_buf arguments;

  wd_buf_init(&arguments, NULL, 4096);
  if (function->typed)
    wd_schema_print(&function->arguments, &arguments);
  else
    wd_buf_puts(&arguments, "any");
  if (function->variadic)
    wd_buf_puts(&arguments, " …");
  list_row(env, function->name, wd_buf_text(&arguments));
  wd_buf_fini(&arguments);
}

static enum wd_status
show_functions(struct running *running)
{
  struct listing listing;

  list_begin(running, &listing, "function", "arguments");
  if (running->program->functions)
    wd_registry_each(running->program->functions, list_function, &listing);
  return list_end(running, &listing, "n, \"function\", \"arguments\"",
                  "\"function\"");
}

/* The columns of a query, in the running's arena. */
static enum wd_status
find_columns(struct running *running, struct wd_relation *relation,
             struct wd_schema *out)
{
  struct wd_plan plan;
  struct wd_pool *pool = NULL;
  enum wd_status status = wd_program_plan(running->program, relation, 0, &plan,
                                          &pool, running->error);

  if (status != WD_OK)
    return status;
  status =
      wd_schema_copy(&plan.root->schema, &running->arena, out, running->error);
  wd_plan_fini(&plan);
  wd_pool_unref(pool);
  return status;
}

static enum wd_status
show_columns(struct running *running, const struct wd_schema *schema)
{
  struct listing listing;

  list_begin(running, &listing, "column", "type");
  for (uint32_t i = 0; i < schema->count; i++) {
    struct wd_buf type;

    wd_buf_init(&type, running->program->options.mem, 1u << 20);
    wd_type_print(&schema->columns[i].type, &type);
    list_row(&listing, schema->columns[i].name, wd_buf_text(&type));
    wd_buf_fini(&type);
  }
  return list_end(running, &listing, "n, \"column\", \"type\"", "n");
}

static enum wd_status
describe(struct running *running, const struct wd_statement *statement)
{
  const char *text = statement->query;
  size_t length = statement->length;
  struct wd_relation *relation;
  struct wd_schema schema;
  struct wd_buf from;
  enum wd_status status;

  wd_buf_init(&from, running->program->options.mem, WD_SQL_TEXT_MAX);
  if (statement->name) {
    wd_buf_printf(&from, "FROM %.*s", (int)length, text);
    text = wd_buf_text(&from);
    length = from.length;
  }
  status = make_query(running, text, length, &relation, running->error);
  wd_buf_fini(&from);
  if (status != WD_OK)
    return status;
  status = find_columns(running, relation, &schema);
  wd_relation_unref(relation);
  return status == WD_OK ? show_columns(running, &schema) : status;
}

/* ---- Tables of the session ----------------------------------------------- */

/* Names fold case: the table that is meant. */
static const struct wd_program_table *
find_table(const struct running *running, const char *name)
{
  const struct wd_program_table *table = running->program->tables;

  while (table && strcasecmp(table->name, name) != 0)
    table = table->next;
  return table;
}

static struct wd_text
text_of(const char *name)
{
  return (struct wd_text){name, (uint32_t)strlen(name)};
}

static enum wd_status
refuse_granted(const struct running *running, const char *name)
{
  const struct wd_grants *grants = running->program->options.grants;

  for (uint32_t i = 0; i < grants->table_count; i++)
    if (strcasecmp(grants->tables[i].name, name) == 0)
      return wd_fail(running->error, WD_INVALID_PLAN,
                     "sql: '%.100s' is a table that was granted: it is only "
                     "read",
                     grants->tables[i].name);
  return WD_OK;
}

static enum wd_status
fill(struct running *running, struct wd_relation *rows, const char *name,
     enum wd_write_mode mode)
{
  struct wd_program_job *job;
  enum wd_status status = wd_program_make_table(
      running->program, rows, text_of(name), mode, &job, running->error);

  return status == WD_OK ? finish_job(running, job) : status;
}

static enum wd_status
create(struct running *running, const struct wd_statement *statement)
{
  const struct wd_program_table *there = find_table(running, statement->name);
  const char *name =
      there ? wd_arena_strdup(&running->arena, there->name) : statement->name;
  struct wd_relation *rows;
  enum wd_status status = refuse_granted(running, statement->name);

  if (status == WD_OK && !name)
    status = wd_fail_memory(running->error);
  if (status == WD_OK && there && !statement->replace && !statement->lenient)
    status = wd_fail(running->error, WD_INVALID_PLAN,
                     "sql: there is a table '%.100s' already: write CREATE OR "
                     "REPLACE TABLE",
                     name);
  if (status == WD_OK)
    status = make_query(running, statement->query, statement->length, &rows,
                        running->error);
  if (status != WD_OK)
    return status;
  status =
      fill(running, rows, name,
           there && statement->lenient ? WD_WRITE_IGNORE : WD_WRITE_OVERWRITE);
  wd_relation_unref(rows);
  return status;
}

static enum wd_status
drop(struct running *running, const struct wd_statement *statement)
{
  const struct wd_program_table *there = find_table(running, statement->name);
  enum wd_status status = refuse_granted(running, statement->name);

  if (status != WD_OK || (!there && statement->lenient))
    return status;
  if (there && wd_program_drop_table(running->program, text_of(there->name)))
    return WD_OK;
  return wd_fail(running->error, WD_INVALID_PLAN,
                 "sql: there is no table '%.100s' that was made here",
                 statement->name);
}

/* ---- INSERT -------------------------------------------------------------- */

/* The column of the query that a column of the table is filled from; count:
 * none. */
static uint32_t
source_of(const struct wd_statement *statement, const char *name, uint32_t at)
{
  if (statement->column_count == 0)
    return at;
  for (uint32_t i = 0; i < statement->column_count; i++)
    if (strcasecmp(statement->columns[i], name) == 0)
      return i;
  return statement->column_count;
}

static enum wd_status
check_columns(const struct running *running,
              const struct wd_statement *statement,
              const struct wd_schema *table, const struct wd_schema *rows)
{
  uint32_t wanted =
      statement->column_count ? statement->column_count : table->count;

  for (uint32_t i = 0; i < statement->column_count; i++) {
    uint32_t known = 0;

    while (known < table->count &&
           strcasecmp(table->columns[known].name, statement->columns[i]) != 0)
      known++;
    for (uint32_t k = 0; k < i; k++)
      if (strcasecmp(statement->columns[k], statement->columns[i]) == 0)
        known = table->count;
    if (known == table->count)
      return wd_fail(running->error, WD_INVALID_PLAN,
                     "sql: INSERT: the table has no column '%.100s', or it "
                     "stands there twice",
                     statement->columns[i]);
  }
  if (rows->count == wanted)
    return WD_OK;
  return wd_fail(running->error, WD_INVALID_PLAN,
                 "sql: INSERT: the query has %u columns, the table takes %u",
                 rows->count, wanted);
}

/* A value for a column of the table, as an expression over the query. */
static enum wd_status
parse_value(const struct running *running, const struct wd_column *column,
            const struct wd_column *source, struct wd_arena *arena,
            struct wd_named_syntax *out)
{
  const char *ignored;
  struct wd_buf text;
  enum wd_status status;

  wd_buf_init(&text, running->program->options.mem, 1u << 20);
  wd_buf_puts(&text, "cast(");
  if (source)
    put_quoted(&text, source->name, '"');
  else
    wd_buf_puts(&text, "null");
  wd_buf_puts(&text, " as ");
  wd_type_print(&column->type, &text);
  wd_buf_putc(&text, ')');
  out->name = wd_arena_strdup(arena, column->name);
  status = text.failed || !out->name
               ? wd_fail_memory(running->error)
               : wd_syntax_parse(wd_buf_text(&text), text.length, arena,
                                 &out->syntax, &ignored, running->error);
  wd_buf_fini(&text);
  return status;
}

/* The query's rows with the columns of the table. */
static enum wd_status
fit(const struct running *running, const struct wd_statement *statement,
    struct wd_relation *rows, const struct wd_schema *from,
    const struct wd_schema *table, struct wd_relation **out)
{
  struct wd_relation *relation =
      wd_relation_new(running->program->options.mem, WD_REL_SELECT, rows, NULL);
  struct wd_named_syntax *values;
  enum wd_status status = WD_OK;

  if (!relation)
    return wd_fail_memory(running->error);
  values = wd_arena_array(&relation->arena, table->count, sizeof *values);
  if (!values)
    status = wd_fail_memory(running->error);
  for (uint32_t i = 0; status == WD_OK && i < table->count; i++) {
    uint32_t source = source_of(statement, table->columns[i].name, i);

    status = parse_value(running, &table->columns[i],
                         source < from->count ? &from->columns[source] : NULL,
                         &relation->arena, &values[i]);
  }
  relation->select.count = table->count;
  relation->select.expressions = values;
  if (status == WD_OK)
    *out = relation;
  else
    wd_relation_unref(relation);
  return status;
}

static enum wd_status
insert_rows(struct running *running, const struct wd_statement *statement,
            const struct wd_program_table *table, struct wd_relation *rows)
{
  const char *name = wd_arena_strdup(&running->arena, table->name);
  struct wd_schema from, to;
  struct wd_relation *fitted = NULL;
  enum wd_status status = name ? find_columns(running, table->relation, &to)
                               : wd_fail_memory(running->error);

  if (status == WD_OK)
    status = find_columns(running, rows, &from);
  if (status == WD_OK)
    status = check_columns(running, statement, &to, &from);
  if (status == WD_OK)
    status = fit(running, statement, rows, &from, &to, &fitted);
  if (status != WD_OK)
    return status;
  status = fill(running, fitted, name, WD_WRITE_APPEND);
  wd_relation_unref(fitted);
  return status;
}

static enum wd_status
insert(struct running *running, const struct wd_statement *statement)
{
  const struct wd_program_table *table = find_table(running, statement->name);
  struct wd_relation *rows;
  enum wd_status status = refuse_granted(running, statement->name);

  if (status == WD_OK && !table)
    status = wd_fail(running->error, WD_INVALID_PLAN,
                     "sql: there is no table '%.100s' that was made here: "
                     "CREATE TABLE %.100s AS query makes it",
                     statement->name, statement->name);
  if (status == WD_OK)
    status = make_query(running, statement->query, statement->length, &rows,
                        running->error);
  if (status != WD_OK)
    return status;
  status = insert_rows(running, statement, table, rows);
  wd_relation_unref(rows);
  return status;
}

/* ---- Running ------------------------------------------------------------- */

static enum wd_status
run(struct running *running, const struct wd_statement *statement,
    const struct wd_grant *sink)
{
  switch (statement->kind) {
  case WD_STATEMENT_CREATE:
    return create(running, statement);
  case WD_STATEMENT_INSERT:
    return insert(running, statement);
  case WD_STATEMENT_DROP:
    return drop(running, statement);
  case WD_STATEMENT_SHOW_TABLES:
    return show_tables(running);
  case WD_STATEMENT_SHOW_FUNCTIONS:
    return show_functions(running);
  case WD_STATEMENT_DESCRIBE:
    return describe(running, statement);
  case WD_STATEMENT_EXPLAIN:
  case WD_STATEMENT_QUERY:
  case WD_STATEMENT_COUNT:
    break;
  }
  return run_query(running, statement->query, statement->length, sink);
}

enum wd_status
wd_session_run(struct wd_program *program, const struct wd_statement *statement,
               const struct wd_grant *sink, struct wd_error *error)
{
  struct running running = {.program = program, .error = error};
  enum wd_status status;

  if (wd_program_cancelled(program))
    return wd_fail(error, WD_CANCELLED, "cancelled");
  wd_arena_init(&running.arena, program->options.mem, 0);
  status = run(&running, statement, sink);
  wd_arena_fini(&running.arena);
  return status;
}

void
wd_session_resume(struct wd_program *program)
{
  pthread_mutex_lock(&program->lock);
  program->cancelled = false;
  pthread_mutex_unlock(&program->lock);
}
