#include "engine/duckdb/sql_rows.h"

#include <string.h>
#include <strings.h>

#include "arrow/json.h"
#include "engine/duckdb/columns.h"
#include "engine/duckdb/failure.h"
#include "engine/duckdb/sql_read.h"
#include "engine/duckdb/types.h"

/* ---- Arguments ----------------------------------------------------------- */

/* SELECT CAST($1 AS …) AS c0, … */
static enum wd_status
prepare_values(const struct wd_sql_reading *reading,
               const struct wd_schema *arguments,
               duckdb_prepared_statement *out_prepared)
{
  struct wd_buf sql;
  enum wd_status status = WD_OK;

  wd_buf_init(&sql, reading->engine->mem, WD_DUCK_SQL_MAX);
  wd_buf_puts(&sql, "SELECT ");
  for (uint32_t i = 0; i < arguments->count; i++) {
    wd_buf_printf(&sql, "%sCAST($%u AS ", i ? ", " : "", i + 1);
    wd_duck_type_sql(&arguments->columns[i].type, &sql);
    wd_buf_printf(&sql, ") AS c%u", i);
  }
  if (sql.failed)
    status = wd_duck_buf_failure(&sql, reading->error);
  else if (duckdb_prepare(reading->connection, wd_buf_text(&sql),
                          out_prepared) != DuckDBSuccess)
    status = wd_duck_fail(reading->error, duckdb_prepare_error(*out_prepared));
  wd_buf_fini(&sql);
  return status;
}

static enum wd_status
check_values(const struct wd_sql_reading *reading,
             const struct wd_sql_found *found,
             const struct wd_duck_probed *probed,
             const struct wd_schema *arguments, const uint32_t *places)
{
  for (uint32_t i = 0; i < arguments->count; i++) {
    duckdb_value value = probed->values[places[i]];

    if (!value)
      return wd_sql_fail(&reading->check, found->value, WD_INVALID_PLAN,
                         "%s: the argument '%.48s' cannot be computed before "
                         "the query runs",
                         found->function->name, arguments->columns[i].name);
    if (found->function->strict && duckdb_is_null_value(value))
      return wd_sql_fail(&reading->check, found->value, WD_INVALID_PLAN,
                         "%s: the argument '%.48s' is null, which it does not "
                         "take",
                         found->function->name, arguments->columns[i].name);
  }
  return WD_OK;
}

/* The values of the arguments, in their types. */
static enum wd_status
compute_values(const struct wd_sql_reading *reading,
               const struct wd_duck_probed *probed,
               const struct wd_schema *arguments, const uint32_t *places,
               struct wd_batch *out_values)
{
  duckdb_prepared_statement prepared = NULL;
  duckdb_result result = {0};
  duckdb_data_chunk chunk = NULL;
  enum wd_status status;

  *out_values = (struct wd_batch){.rows = 1};
  if (arguments->count == 0)
    return WD_OK;
  status = prepare_values(reading, arguments, &prepared);
  for (uint32_t i = 0; status == WD_OK && i < arguments->count; i++)
    if (duckdb_bind_value(prepared, i + 1, probed->values[places[i]]) !=
        DuckDBSuccess)
      status = wd_duck_fail(reading->error, duckdb_prepare_error(prepared));
  if (status == WD_OK &&
      duckdb_execute_prepared(prepared, &result) != DuckDBSuccess)
    status = wd_duck_fail_result(reading->error, &result);
  if (status == WD_OK)
    chunk = duckdb_fetch_chunk(result);
  if (status == WD_OK)
    status = chunk
                 ? wd_duck_row_take(reading->engine->mem, chunk, arguments,
                                    reading->arena, out_values, reading->error)
                 : wd_fail(reading->error, WD_INTERNAL, "a row is missing");
  duckdb_destroy_data_chunk(&chunk);
  duckdb_destroy_result(&result);
  duckdb_destroy_prepare(&prepared);
  return status;
}

/* ---- What it is over ------------------------------------------------------
 */

/* The name that a column of PARTITION BY or ORDER BY is. */
static enum wd_status
column_name(const struct wd_sql_reading *reading,
            const struct wd_sql_found *found,
            const struct wd_sql_value *expression, const char *where,
            const char **out_name)
{
  const struct wd_sql_value *names = wd_sql_member(expression, "column_names");
  const struct wd_sql_value *last = names ? names->first : NULL;

  while (last && last->next)
    last = last->next;
  if (!last || last->kind != WD_SQL_STRING)
    return wd_sql_fail(&reading->check, found->value, WD_INVALID_PLAN,
                       "%s: %s takes columns of the table by their names",
                       found->function->name, where);
  *out_name = wd_arena_strdup(reading->arena, last->text);
  return *out_name ? WD_OK : wd_fail_memory(reading->error);
}

static uint32_t
count_items(const struct wd_sql_value *list)
{
  uint32_t count = 0;

  for (const struct wd_sql_value *item = list ? list->first : NULL; item;
       item = item->next)
    count++;
  return count;
}

static enum wd_status
take_keys(const struct wd_sql_reading *reading,
          const struct wd_sql_found *found, const struct wd_sql_value *node,
          struct wd_sql_over *over)
{
  const struct wd_sql_value *list = wd_sql_member(node, "group_expressions");
  uint32_t i = 0;
  const char **keys =
      wd_arena_array(reading->arena, count_items(list), sizeof *keys);
  enum wd_status status = keys ? WD_OK : wd_fail_memory(reading->error);

  for (const struct wd_sql_value *item = list ? list->first : NULL;
       item && status == WD_OK; item = item->next)
    status = column_name(reading, found, item, "PARTITION BY", &keys[i++]);
  if (status == WD_OK && strcmp(wd_sql_string(node, "aggregate_handling"),
                                "STANDARD_HANDLING") != 0)
    status = wd_sql_fail(&reading->check, found->value, WD_INVALID_PLAN,
                         "%s: PARTITION BY takes columns of the table by their "
                         "names",
                         found->function->name);
  over->key_count = i;
  over->keys = keys;
  return status;
}

static enum wd_status
take_sorts(const struct wd_sql_reading *reading,
           const struct wd_sql_found *found, const struct wd_sql_value *node,
           struct wd_sql_over *over)
{
  const struct wd_sql_value *modifiers = wd_sql_member(node, "modifiers");
  const struct wd_sql_value *orders =
      modifiers ? wd_sql_member(modifiers->first, "orders") : NULL;
  uint32_t i = 0;
  struct wd_sql_sort *sorts =
      wd_arena_array(reading->arena, count_items(orders), sizeof *sorts);
  enum wd_status status = sorts ? WD_OK : wd_fail_memory(reading->error);

  for (const struct wd_sql_value *item = orders ? orders->first : NULL;
       item && status == WD_OK; item = item->next) {
    sorts[i].descending =
        strcmp(wd_sql_string(item, "type"), "DESCENDING") == 0;
    sorts[i].nulls_first =
        strcmp(wd_sql_string(item, "null_order"), "NULLS_FIRST") == 0;
    status = column_name(reading, found, wd_sql_member(item, "expression"),
                         "ORDER BY", &sorts[i++].name);
  }
  over->sort_count = i;
  over->sorts = sorts;
  return status;
}

/* Whether TABLE was written: the select list is the mark. */
static bool
is_marked(const struct wd_sql_reading *reading, const struct wd_sql_value *node)
{
  const struct wd_sql_value *list = wd_sql_member(node, "select_list");
  const struct wd_sql_value *names =
      list ? wd_sql_member(list->first, "column_names") : NULL;

  return reading->rewritten.mark && names && names->first &&
         names->first->kind == WD_SQL_STRING && !names->first->next &&
         strcmp(names->first->text, reading->rewritten.mark) == 0;
}

static bool
is_within(const struct wd_sql_value *value, const struct wd_sql_value *outer)
{
  return value->start >= outer->start &&
         value->start < outer->start + outer->length;
}

/* Outer ones first: they may be used in inner ones. */
static enum wd_status
write_scope(const struct wd_sql_reading *reading,
            const struct wd_sql_found *found, const struct wd_sql_scope *scope,
            struct wd_buf *buf)
{
  enum wd_status status;

  if (!scope)
    return WD_OK;
  for (const struct wd_sql_scope *outer = scope->outer; outer;
       outer = outer->outer)
    if (strcasecmp(outer->name, scope->name) == 0)
      return wd_sql_fail(&reading->check, found->value, WD_UNSUPPORTED,
                         "'%.100s' is defined twice around a table function; "
                         "rename one",
                         scope->name);
  status = write_scope(reading, found, scope->outer, buf);
  /* A recursive one in which the call itself stands. */
  if (status != WD_OK || is_within(found->value, scope->entry))
    return status;
  wd_buf_add(buf, scope->entry->start, scope->entry->length);
  wd_buf_putc(buf, ',');
  return WD_OK;
}

/* The common table expressions that the query sees, then its own. */
static enum wd_status
write_ctes(const struct wd_sql_reading *reading,
           const struct wd_sql_found *found, const struct wd_sql_value *own,
           struct wd_buf *buf)
{
  const struct wd_sql_value *map = wd_sql_member(own, "map");
  enum wd_status status;

  wd_buf_puts(buf, "{\"map\":[");
  status = write_scope(reading, found, found->scope, buf);
  for (const struct wd_sql_value *entry = map ? map->first : NULL; entry;
       entry = entry->next) {
    wd_buf_add(buf, entry->start, entry->length);
    wd_buf_putc(buf, ',');
  }
  if (buf->length && buf->data[buf->length - 1] == ',')
    buf->length--;
  wd_buf_puts(buf, "]}");
  return status;
}

static enum wd_status
write_node(const struct wd_sql_reading *reading,
           const struct wd_sql_found *found, const struct wd_sql_value *node,
           bool marked, struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  wd_buf_putc(buf, '{');
  for (const struct wd_sql_value *member = node->first;
       member && status == WD_OK; member = member->next) {
    const char *key = member->key;

    wd_buf_printf(buf, "%s\"%s\":", member == node->first ? "" : ",", key);
    if (strcmp(key, "cte_map") == 0)
      status = write_ctes(reading, found, member, buf);
    else if (marked && strcmp(key, "select_list") == 0)
      wd_buf_puts(buf,
                  "[{\"class\":\"STAR\",\"type\":\"STAR\",\"alias\":\"\","
                  "\"query_location\":0,\"relation_name\":\"\",\"exclude_list\""
                  ":[],\"replace_list\":[],\"columns\":false,\"expr\":null,"
                  "\"qualified_exclude_list\":[],\"rename_list\":[]}]");
    else if (marked && (strcmp(key, "modifiers") == 0 ||
                        strcmp(key, "group_expressions") == 0 ||
                        strcmp(key, "group_sets") == 0))
      wd_buf_puts(buf, "[]");
    else
      wd_buf_add(buf, member->start, member->length);
  }
  wd_buf_putc(buf, '}');
  return status;
}

/* The statement's parameters, which the query may use. */
static void
write_parameters(const struct wd_sql_reading *reading, struct wd_buf *buf)
{
  const struct wd_sql_value *statements =
      wd_sql_member(reading->root, "statements");
  const struct wd_sql_value *map =
      wd_sql_member(statements->first, "named_param_map");

  wd_buf_puts(buf, ",\"named_param_map\":");
  if (map)
    wd_buf_add(buf, map->start, map->length);
  else
    wd_buf_puts(buf, "[]");
}

enum wd_status
wd__sql_over(const struct wd_sql_reading *reading,
             const struct wd_sql_found *found, struct wd_sql_over *out_over)
{
  const struct wd_sql_value *node =
      wd_sql_member(wd_sql_member(found->table, "subquery"), "node");
  bool marked = is_marked(reading, node);
  struct wd_buf json;
  enum wd_status status = WD_OK;

  *out_over = (struct wd_sql_over){.mark = NULL};
  if (reading->rewritten.mark &&
      !(out_over->mark =
            wd_arena_strdup(reading->arena, reading->rewritten.mark)))
    return wd_fail_memory(reading->error);
  if (marked)
    status = take_keys(reading, found, node, out_over);
  if (marked && status == WD_OK)
    status = take_sorts(reading, found, node, out_over);
  if (status != WD_OK)
    return status;
  wd_buf_init(&json, reading->engine->mem, WD_DUCK_TREE_MAX);
  wd_buf_puts(&json, "{\"error\":false,\"statements\":[{\"node\":");
  status = write_node(reading, found, node, marked, &json);
  write_parameters(reading, &json);
  wd_buf_puts(&json, "}]}");
  status =
      wd__sql_of_tree(reading, &json, status, reading->arena, &out_over->text);
  if (status == WD_OK)
    out_over->length = strlen(out_over->text);
  return status;
}

/* ---- One more table -------------------------------------------------------
 */

static enum wd_status
add_input(struct wd_sql_binding *binding, const struct wd_sql_found *found,
          const struct wd_plan_node *node)
{
  struct wd_sql_reading *reading = binding->reading;
  struct wd_sql *sql = binding->sql;
  uint32_t at = sql->input_count;
  struct wd_sql_input *input = &binding->inputs[at];

  input->node = node;
  input->name = wd_arena_printf(reading->arena, "%st%u", binding->mark,
                                found->value->call - 1);
  if (!input->name)
    return wd_fail_memory(reading->error);
  binding->inside[at - binding->named_inputs] = found->inside;
  sql->input_count++;
  return wd__sql_make_view(reading, input);
}

enum wd_status
wd__sql_bind_rows(struct wd_sql_binding *binding,
                  const struct wd_sql_found *found,
                  const struct wd_duck_probed *probed)
{
  struct wd_sql_reading *reading = binding->reading;
  const struct wd_plan_node *node;
  const uint32_t *places;
  struct wd_schema arguments;
  struct wd_batch values;
  struct wd_sql_over over;
  enum wd_status status =
      wd_sql_arguments(found->function, &probed->operands, reading->arena,
                       &arguments, &places, reading->error);

  if (status == WD_OK)
    status = check_values(reading, found, probed, &arguments, places);
  if (status == WD_OK)
    status = compute_values(reading, probed, &arguments, places, &values);
  if (status == WD_OK && found->table)
    status = wd__sql_over(reading, found, &over);
  if (status == WD_OK)
    status =
        binding->binder->rows(binding->binder->env, found->function, &arguments,
                              &values, found->table ? &over : NULL, &node);
  return status == WD_OK ? add_input(binding, found, node) : status;
}
