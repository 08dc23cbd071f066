/* `sql`: a query in the engine's own words over data sets by name. */
#include <string.h>
#include <strings.h>

#include "guest/internal.h"
#include "plan/sql.h"

/* The tables of a query while they are gathered: each holds a reference. */
struct tables {
  uint32_t count;
  struct wd_written_input *items;
};

static void
drop_tables(struct tables *tables)
{
  for (uint32_t i = 0; i < tables->count; i++)
    wd_relation_unref(tables->items[i].relation);
}

static enum wd_status
check_text(struct wd_text text, struct wd_error *error)
{
  if (text.length > WD_SQL_TEXT_MAX)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "the text has %u bytes; a query has at most %zu: hand over "
                   "values as parameters or as a data set",
                   text.length, WD_SQL_TEXT_MAX);
  if (memchr(text.data, 0, text.length))
    return wd_fail(error, WD_INVALID_PLAN, "the text has a NUL in it");
  return WD_OK;
}

static enum wd_status
check_dialect(const struct wd_engine *engine, struct wd_text dialect,
              struct wd_error *error)
{
  const char *name = engine->functions->name;
  char clean[64];

  if (dialect.length == 0 || (dialect.length == strlen(name) &&
                              memcmp(dialect.data, name, dialect.length) == 0))
    return WD_OK;
  return wd_fail(
      error, WD_INVALID_PLAN,
      "the text is in the dialect '%s', the program runs on %s",
      wd_text_clean(clean, sizeof clean, dialect.data, dialect.length), name);
}

/* The data sets that the program hands over, by name: SQL folds case. */
static enum wd_status
take_inputs(struct wd_abi_call *call,
            const struct wd_abi_list_tuple_string_borrow_dataset *from,
            struct wd_program_query *query, struct wd_error *error)
{
  struct wd_written_input *inputs =
      wd_arena_array(call->arena, from->length, sizeof *inputs);
  enum wd_status status = inputs ? WD_OK : wd_fail_memory(error);

  for (uint32_t i = 0; status == WD_OK && i < from->length; i++) {
    inputs[i].relation =
        wd_program_dataset(wd_program_of(call), from->data[i].f1);
    status = wd_guest_name(call->arena, from->data[i].f0, "an input",
                           &inputs[i].name, error);
    for (uint32_t k = 0; status == WD_OK && k < i; k++)
      if (strcasecmp(inputs[i].name, inputs[k].name) == 0)
        status = wd_fail(error, WD_INVALID_ARGUMENT,
                         "two inputs have the name '%.100s'", inputs[i].name);
  }
  query->input_count = from->length;
  query->inputs = inputs;
  return status;
}

/* A granted table, as it is or with case folded. */
static enum wd_status
read_granted(struct wd_program *program, const char *name,
             struct wd_relation **out, struct wd_error *error)
{
  const struct wd_grants *grants = program->options.grants;
  const struct wd_grant *grant;
  struct wd_relation *relation;
  enum wd_status status =
      wd_grants_table(grants, name, strlen(name), &grant, NULL);

  for (uint32_t i = 0; status != WD_OK && i < grants->table_count; i++)
    if (strcasecmp(grants->tables[i].name, name) == 0) {
      grant = &grants->tables[i];
      status = WD_OK;
    }
  if (status != WD_OK)
    return wd_grants_table(grants, name, strlen(name), &grant, error);
  relation = wd_relation_new(program->options.mem, WD_REL_READ, NULL, NULL);
  if (!relation)
    return wd_fail_memory(error);
  relation->read.name = wd_arena_strdup(&relation->arena, grant->name);
  *out = relation;
  if (relation->read.name)
    return WD_OK;
  wd_relation_unref(relation);
  return wd_fail_memory(error);
}

/* What a name of the text means: an input, a table of the program's own, one
 * that was granted. */
static enum wd_status
find_table(struct wd_program *program, const char *name,
           const struct wd_program_query *query, struct wd_relation **out,
           struct wd_error *error)
{
  struct wd_text text = {name, (uint32_t)strlen(name)};
  enum wd_status status;

  for (uint32_t i = 0; i < query->input_count; i++)
    if (strcasecmp(query->inputs[i].name, name) == 0) {
      *out = wd_relation_ref(query->inputs[i].relation);
      return WD_OK;
    }
  status = wd_program_table(program, text, true, out, error);
  return status == WD_OK && !*out ? read_granted(program, name, out, error)
                                  : status;
}

static enum wd_status
find_tables(struct wd_program *program, struct wd_engine *engine,
            const struct wd_program_query *query, struct wd_arena *arena,
            struct tables *tables, struct wd_error *error)
{
  const char *const *found;
  uint32_t count;
  enum wd_status status = engine->functions->sql_tables(
      engine, query->text.data, query->text.length, program->functions, arena,
      &count, &found, error);

  if (status != WD_OK)
    return status;
  tables->items = wd_arena_array(arena, count, sizeof *tables->items);
  if (!tables->items)
    return wd_fail_memory(error);
  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    tables->items[i].name = found[i];
    status =
        find_table(program, found[i], query, &tables->items[i].relation, error);
    tables->count += status == WD_OK;
  }
  return status;
}

enum wd_status
wd_program_query(struct wd_program *program,
                 const struct wd_program_query *query, struct wd_arena *arena,
                 struct wd_relation **out_relation, struct wd_error *error)
{
  struct tables tables = {0, NULL};
  struct wd_engine *engine;
  enum wd_status status = check_text(query->text, error);

  if (status == WD_OK)
    status = wd_program_engine(program, &engine, error);
  if (status == WD_OK)
    status = check_dialect(engine, query->dialect, error);
  if (status == WD_OK)
    status = find_tables(program, engine, query, arena, &tables, error);
  if (status == WD_OK)
    status = wd_sql_relation(program->options.mem, query->text.data,
                             query->text.length, tables.count, tables.items,
                             out_relation, error);
  drop_tables(&tables);
  return status;
}

static enum wd_status
make_relation(struct wd_abi_call *call,
              const struct wd_abi_datasets_sql_args *args,
              struct wd_relation **out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_program_query query = {.text = args->text,
                                   .dialect = args->dialect};
  enum wd_status status = take_inputs(call, &args->inputs, &query, error);

  if (status == WD_OK)
    status = wd_program_query(program, &query, call->arena, out, error);
  if (status == WD_OK && args->parameters.some)
    status = wd_guest_take_parameters(&args->parameters.value, &(*out)->arena,
                                      wd_sql_parameters(*out), error);
  return status;
}

static enum wd_status
on_sql(struct wd_abi_call *call, const struct wd_abi_datasets_sql_args *args,
       uint32_t *out, struct wd_error *error)
{
  struct wd_relation *relation = NULL;
  enum wd_status status = make_relation(call, args, &relation, error);

  if (status != WD_OK)
    wd_error_prefix(error, "sql");
  if (!relation)
    return status;
  return wd_program_finish(wd_program_of(call), status, relation, out, error);
}

void
wd_guest_sql(struct wd_abi_handlers *handlers)
{
  handlers->datasets_sql = on_sql;
}
