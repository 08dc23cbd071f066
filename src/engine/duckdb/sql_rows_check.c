/* Calls of the program's functions that a query has, table functions above
 * all: how they are called. */
#include <string.h>

#include "engine/duckdb/sql_rows.h"

const struct wd_named *
wd__sql_find(const struct wd_sql_check *check, const struct wd_sql_value *call)
{
  const char *name = wd_sql_string(call, "function_name");

  /* Before functions that stand for syntax DuckDB's parser puts `main.`. */
  if (!check->functions || *wd_sql_string(call, "schema") ||
      *wd_sql_string(call, "catalog"))
    return NULL;
  return wd_registry_find(check->functions, name, strlen(name));
}

struct wd_sql_found *
wd__sql_add_call(struct wd_sql_check *check, const struct wd_sql_value *value,
                 const struct wd_named *function)
{
  struct wd_sql_found **link = &check->calls;

  if (check->call_count == WD_SQL_CALLS_MAX) {
    wd_sql_fail(check, value, WD_LIMIT_EXCEEDED,
                "the query calls functions of the program at more than "
                "%u places",
                WD_SQL_CALLS_MAX);
    return NULL;
  }
  while (*link)
    link = &(*link)->next;
  *link = wd_arena_alloc(check->arena, sizeof **link);
  if (!*link) {
    wd_fail_memory(check->error);
    return NULL;
  }
  (*link)->function = function;
  (*link)->value = value;
  (*link)->over_window = strcmp(wd_sql_string(value, "class"), "WINDOW") == 0;
  ((struct wd_sql_value *)(uintptr_t)value)->call = ++check->call_count;
  return *link;
}

/* Whether DuckDB can compute it while it plans. */
static bool
is_constant(const struct wd_sql_check *check, const struct wd_sql_value *value)
{
  static const char *const others[] = {
      "COLUMN_REF", "SUBQUERY", "STAR", "POSITIONAL_REFERENCE", "WINDOW", NULL};
  const char *class = wd_sql_string(value, "class");

  for (uint32_t i = 0; others[i]; i++)
    if (strcmp(class, others[i]) == 0)
      return false;
  if (strcmp(class, "FUNCTION") == 0 && wd__sql_find(check, value))
    return false;
  for (const struct wd_sql_value *item = value->first; item; item = item->next)
    if (!is_constant(check, item))
      return false;
  return true;
}

static bool
is_table(const struct wd_sql_value *argument)
{
  return strcmp(wd_sql_string(argument, "class"), "SUBQUERY") == 0 &&
         strcmp(wd_sql_string(argument, "subquery_type"), "SCALAR") == 0;
}

/* The one argument that is a table, or NULL. */
static enum wd_status
find_table(struct wd_sql_check *check, const struct wd_sql_value *call,
           const struct wd_named *function, const struct wd_sql_value **out)
{
  const struct wd_sql_value *argument = wd_sql_member(call, "children")->first;

  *out = NULL;
  for (; argument; argument = argument->next) {
    if (!is_table(argument))
      continue;
    if (*out)
      return wd_sql_fail(check, argument, WD_UNSUPPORTED,
                         "%s is given two tables: a table function is over one",
                         function->name);
    *out = argument;
  }
  return WD_OK;
}

static enum wd_status
walk_arguments(struct wd_sql_check *check, const struct wd_sql_value *call,
               const struct wd_sql_value *table,
               const struct wd_named *function, bool *out_constant)
{
  const struct wd_sql_value *argument = wd_sql_member(call, "children")->first;
  enum wd_status status = WD_OK;

  *out_constant = true;
  for (; argument && status == WD_OK; argument = argument->next) {
    if (argument == table) {
      check->elsewhere++;
      status = wd__sql_walk(check, argument);
      check->elsewhere--;
      continue;
    }
    *out_constant = *out_constant && is_constant(check, argument);
    if (table && !*out_constant)
      return wd_sql_fail(check, argument, WD_INVALID_PLAN,
                         "%s: beside a table, arguments must be constants",
                         function->name);
    /* Calls in arguments come first: they are bound first. */
    status = wd__sql_walk(check, argument);
  }
  return status;
}

enum wd_status
wd__sql_check_rows(struct wd_sql_check *check, const struct wd_sql_value *from,
                   const struct wd_named *function)
{
  const struct wd_sql_value *call = wd_sql_member(from, "function");
  const struct wd_sql_value *table;
  struct wd_sql_found *found;
  bool constant;
  enum wd_status status = find_table(check, call, function, &table);

  if (status == WD_OK &&
      strcmp(wd_sql_string(from, "with_ordinality"), "WITH_ORDINALITY") == 0)
    status = wd_sql_fail(check, from, WD_UNSUPPORTED,
                         "%s: table functions of the program's have no "
                         "WITH ORDINALITY",
                         function->name);
  if (status == WD_OK)
    status = walk_arguments(check, call, table, function, &constant);
  if (status != WD_OK || !check->check_functions || check->elsewhere)
    return status;
  found = wd__sql_add_call(check, call, function);
  if (!found)
    return check->error->status;
  found->lateral = !constant;
  found->inside = check->inside > 0;
  found->table = table;
  found->scope = check->scope;
  return WD_OK;
}
