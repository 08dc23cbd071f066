#include "engine/duckdb/sql_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/duckdb/sql_functions.h"
#include "engine/duckdb/sql_rows.h"

static bool
is_one_of(const char *word, const char *const *words)
{
  while (*words && strcmp(*words, word) != 0)
    words++;
  return *words != NULL;
}

enum wd_status
wd_sql_fail(const struct wd_sql_check *check, const struct wd_sql_value *value,
            enum wd_status status, const char *format, ...)
{
  const struct wd_sql_value *place =
      value ? wd_sql_member(value, "query_location") : NULL;
  char message[400];
  size_t at;
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  at = place ? (size_t)strtoull(place->start, NULL, 10) : SIZE_MAX;
  if (at > check->rewritten->length)
    return wd_fail(check->error, status, "%s", message);
  return wd_source_fail(check->source, wd_sql_written_at(check->rewritten, at),
                        status, check->error, "%s", message);
}

static enum wd_status
walk_items(struct wd_sql_check *check, const struct wd_sql_value *in)
{
  enum wd_status status = WD_OK;

  for (const struct wd_sql_value *item = in->first; item && status == WD_OK;
       item = item->next)
    status = wd__sql_walk(check, item);
  return status;
}

static enum wd_status
walk_inside(struct wd_sql_check *check, const struct wd_sql_value *in)
{
  enum wd_status status;

  check->inside++;
  status = walk_items(check, in);
  check->inside--;
  return status;
}

/* ---- Tables -------------------------------------------------------------- */

static const struct wd_sql_scope *
find_visible(const struct wd_sql_check *check, const char *name)
{
  const struct wd_sql_scope *scope = check->scope;

  while (scope && strcasecmp(scope->name, name) != 0)
    scope = scope->outer;
  return scope;
}

static enum wd_status
use_table(struct wd_sql_check *check, const char *name)
{
  struct wd_sql_table **link = &check->tables;

  while (*link && strcasecmp((*link)->name, name) != 0)
    link = &(*link)->next;
  if (!*link) {
    *link = wd_arena_alloc(check->arena, sizeof **link);
    if (!*link)
      return wd_fail_memory(check->error);
    (*link)->name = name;
    check->table_count++;
  }
  if (check->elsewhere)
    return WD_OK;
  (*link)->uses++;
  (*link)->inside = (*link)->inside || check->inside;
  return WD_OK;
}

static enum wd_status
check_table(struct wd_sql_check *check, const struct wd_sql_value *table)
{
  const char *name = wd_sql_string(table, "table_name");
  const char *schema = wd_sql_string(table, "schema_name");
  const char *catalog = wd_sql_string(table, "catalog_name");
  const struct wd_sql_value *at = wd_sql_member(table, "at_clause");
  const struct wd_sql_scope *visible = find_visible(check, name);

  /* `recurring.r` is the whole of a recursive r so far. */
  if (strcasecmp(schema, "recurring") == 0 && !*catalog && visible &&
      !check->elsewhere)
    return walk_items(check, table);
  if (*schema || *catalog)
    return wd_sql_fail(check, table, WD_INVALID_PLAN,
                       "'%s%s%.60s.%.100s' is no table here: tables are the "
                       "query's inputs, the program's own and granted ones, "
                       "without schemas",
                       catalog, *catalog ? "." : "", schema, name);
  if (at && at->kind == WD_SQL_OBJECT)
    return wd_sql_fail(check, table, WD_INVALID_PLAN,
                       "AT: tables have no versions here");
  if (check->elsewhere && visible && visible->defining)
    return wd_sql_fail(check, table, WD_UNSUPPORTED,
                       "a table function cannot be over '%.100s' while that is "
                       "recursive",
                       name);
  if (!visible) {
    enum wd_status status = use_table(check, name);

    if (status != WD_OK)
      return status;
  }
  return walk_items(check, table);
}

/* DuckDB computes the operands of a table function while it plans. */
static enum wd_status
check_constant(struct wd_sql_check *check, const struct wd_sql_value *call)
{
  uint32_t before = check->call_count;
  enum wd_status status = walk_items(check, wd_sql_member(call, "children"));

  if (status == WD_OK && check->call_count != before)
    status = wd_sql_fail(check, call, WD_INVALID_PLAN,
                         "the operands of a table function cannot be computed "
                         "by the program's functions");
  return status;
}

static enum wd_status
check_table_function(struct wd_sql_check *check,
                     const struct wd_sql_value *table)
{
  const struct wd_sql_value *call = wd_sql_member(table, "function");
  const char *name = wd_sql_string(call, "function_name");
  const struct wd_named *own = call ? wd__sql_find(check, call) : NULL;

  if (own && own->kind == WD_NAMED_TABLE)
    return wd__sql_check_rows(check, table, own);
  if (!call || *wd_sql_string(call, "schema") ||
      *wd_sql_string(call, "catalog") || !wd_sql_table_function_known(name))
    return wd_sql_fail(check, call, WD_INVALID_PLAN,
                       "the table function '%.100s' is not one that a query "
                       "may call: it could reach what was not granted",
                       name);
  return check_constant(check, call);
}

/* ---- Expressions -------------------------------------------------------- */

/* `main.` is what DuckDB's parser puts before functions that stand for
 * syntax: those are never the program's. */
static enum wd_status
check_function(struct wd_sql_check *check, const struct wd_sql_value *call)
{
  const char *name = wd_sql_string(call, "function_name");
  const char *schema = wd_sql_string(call, "schema");
  const struct wd_named *own = wd__sql_find(check, call);
  enum wd_status status;

  if (!check->check_functions)
    return walk_items(check, call);
  if (own && own->kind == WD_NAMED_TABLE)
    return wd_sql_fail(check, call, WD_INVALID_PLAN,
                       "%s is a table function: it stands in FROM", own->name);
  if (own) {
    /* Calls in its operands come first: they are bound first. */
    status = walk_items(check, call);
    if (status == WD_OK && !check->elsewhere)
      status =
          wd__sql_add_call(check, call, own) ? WD_OK : check->error->status;
    return status;
  }
  if (*wd_sql_string(call, "catalog") ||
      (*schema && strcmp(schema, "main") != 0) || !wd_sql_function_known(name))
    return wd_sql_fail(check, call, WD_INVALID_PLAN,
                       "'%.100s' is no function that a query may call: it is "
                       "neither the program's nor one of those that only "
                       "compute (docs/sql.md)",
                       name);
  return walk_items(check, call);
}

static enum wd_status
check_parameter(const struct wd_sql_check *check,
                const struct wd_sql_value *parameter)
{
  const char *name = wd_sql_string(parameter, "identifier");

  if (*name >= '0' && *name <= '9')
    return wd_sql_fail(check, parameter, WD_INVALID_PLAN,
                       "parameters have names here: write $name");
  return WD_OK;
}

static enum wd_status
check_expression(struct wd_sql_check *check, const struct wd_sql_value *value,
                 const char *class)
{
  static const char *const plain[] = {
      "BETWEEN",    "CASE",     "CAST",       "COLLATE",
      "COLUMN_REF", "CONSTANT", "COMPARISON", "CONJUNCTION",
      "OPERATOR",   "LAMBDA",   "STAR",       "POSITIONAL_REFERENCE",
      NULL};

  if (strcmp(class, "CONSTANT") == 0)
    return WD_OK;
  if (strcmp(class, "FUNCTION") == 0)
    return check_function(check, value);
  /* Of the window functions only aggregates are the program's. */
  if (strcmp(class, "WINDOW") == 0)
    return check_function(check, value);
  if (strcmp(class, "SUBQUERY") == 0)
    return walk_inside(check, value);
  if (strcmp(class, "PARAMETER") == 0)
    return check_parameter(check, value);
  if (is_one_of(class, plain))
    return walk_items(check, value);
  return wd_sql_fail(check, value, WD_INVALID_PLAN,
                     "expressions of the kind %.40s are refused", class);
}

/* ---- Queries ------------------------------------------------------------- */

/* `name AS (query)`; *out: the scope with it. */
static enum wd_status
walk_cte(struct wd_sql_check *check, const struct wd_sql_value *entry,
         struct wd_sql_scope *out)
{
  const struct wd_sql_value *value = wd_sql_member(entry, "value");
  const struct wd_sql_value *query = wd_sql_member(value, "query");
  const struct wd_sql_value *node = wd_sql_member(query, "node");
  bool recursive =
      strcmp(wd_sql_string(node, "type"), "RECURSIVE_CTE_NODE") == 0;
  enum wd_status status;

  if (++check->ctes > WD_SQL_CTES_MAX)
    return wd_sql_fail(check, NULL, WD_LIMIT_EXCEEDED,
                       "the query has more than %u common table expressions",
                       WD_SQL_CTES_MAX);
  if (!query)
    return wd_sql_fail(check, NULL, WD_INVALID_PLAN,
                       "WITH: a common table expression must be a query");
  *out = (struct wd_sql_scope){check->scope, wd_sql_string(entry, "key"), entry,
                               recursive};
  if (recursive)
    check->scope = out;
  status = walk_inside(check, value);
  out->defining = false;
  check->scope = out;
  return status;
}

static void
note_order(struct wd_sql_check *check, const struct wd_sql_value *node)
{
  const struct wd_sql_value *modifiers = wd_sql_member(node, "modifiers");
  const struct wd_sql_value *one = modifiers ? modifiers->first : NULL;

  for (; one; one = one->next)
    check->orders = check->orders || strcmp(wd_sql_string(one, "type"),
                                            "DISTINCT_MODIFIER") != 0;
}

static enum wd_status
walk_query(struct wd_sql_check *check, const struct wd_sql_value *node)
{
  const struct wd_sql_value *map =
      wd_sql_member(wd_sql_member(node, "cte_map"), "map");
  const struct wd_sql_scope *outer = check->scope;
  enum wd_status status = WD_OK;

  if (++check->queries > WD_SQL_QUERIES_MAX)
    return wd_sql_fail(check, NULL, WD_LIMIT_EXCEEDED,
                       "the query has more than %u SELECTs in it",
                       WD_SQL_QUERIES_MAX);
  note_order(check, node);
  for (const struct wd_sql_value *entry = map ? map->first : NULL;
       entry && status == WD_OK; entry = entry->next) {
    struct wd_sql_scope *scope = wd_arena_alloc(check->arena, sizeof *scope);

    status =
        scope ? walk_cte(check, entry, scope) : wd_fail_memory(check->error);
  }
  for (const struct wd_sql_value *member = node->first;
       member && status == WD_OK; member = member->next)
    if (strcmp(member->key, "cte_map") != 0)
      status = wd__sql_walk(check, member);
  check->scope = outer;
  return status;
}

/* What is no expression: queries, tables, what sorts and limits. */
static enum wd_status
check_part(struct wd_sql_check *check, const struct wd_sql_value *value,
           const char *type)
{
  static const char *const queries[] = {"SELECT_NODE", "SET_OPERATION_NODE",
                                        "RECURSIVE_CTE_NODE", "CTE_NODE", NULL};
  static const char *const plain[] = {"SUBQUERY",
                                      "JOIN",
                                      "EMPTY",
                                      "EXPRESSION_LIST",
                                      "ORDER_MODIFIER",
                                      "LIMIT_MODIFIER",
                                      "LIMIT_PERCENT_MODIFIER",
                                      "DISTINCT_MODIFIER",
                                      "ORDER_DEFAULT",
                                      "ASCENDING",
                                      "DESCENDING",
                                      NULL};

  if (is_one_of(type, queries))
    return walk_query(check, value);
  if (strcmp(type, "BASE_TABLE") == 0)
    return check_table(check, value);
  if (strcmp(type, "TABLE_FUNCTION") == 0)
    return check_table_function(check, value);
  if (strcmp(type, "PIVOT") == 0)
    return walk_inside(check, value);
  if (strcmp(type, "SHOW_REF") == 0)
    return wd_sql_fail(check, value, WD_INVALID_PLAN,
                       "DESCRIBE, SHOW and SUMMARIZE are refused: a query is a "
                       "SELECT");
  if (is_one_of(type, plain))
    return walk_items(check, value);
  return wd_sql_fail(check, value, WD_INVALID_PLAN,
                     "parts of the kind %.40s are refused", type);
}

enum wd_status
wd__sql_walk(struct wd_sql_check *check, const struct wd_sql_value *value)
{
  const struct wd_sql_value *class, *type;

  if (value->kind != WD_SQL_OBJECT)
    return walk_items(check, value);
  /* Types name nothing but types. */
  if (value->key && strcmp(value->key, "cast_type") == 0)
    return WD_OK;
  class = wd_sql_member(value, "class");
  type = wd_sql_member(value, "type");
  if (class)
    return check_expression(check, value, wd_sql_string(value, "class"));
  if (type && type->kind == WD_SQL_STRING)
    return check_part(check, value, type->text);
  /* A constant's value. */
  if (type && wd_sql_member(value, "is_null"))
    return WD_OK;
  return walk_items(check, value);
}

/* The query of the one statement. */
static enum wd_status
find_query(const struct wd_sql_check *check, const struct wd_sql_value *root,
           const struct wd_sql_value **out_node)
{
  const struct wd_sql_value *statements = wd_sql_member(root, "statements");
  const struct wd_sql_value *first = statements ? statements->first : NULL;

  *out_node = wd_sql_member(first, "node");
  if (!first)
    return wd_sql_fail(check, NULL, WD_INVALID_PLAN,
                       "the text has no statement in it");
  if (first->next)
    return wd_sql_fail(
        check, NULL, WD_INVALID_PLAN,
        "the text has several statements: a query is one SELECT");
  return *out_node ? WD_OK
                   : wd_sql_fail(check, NULL, WD_INTERNAL,
                                 "DuckDB's syntax tree has no query");
}

static bool
is_sorted(const struct wd_sql_value *node)
{
  const struct wd_sql_value *modifiers = wd_sql_member(node, "modifiers");
  const struct wd_sql_value *one = modifiers ? modifiers->first : NULL;

  while (one && strcmp(wd_sql_string(one, "type"), "ORDER_MODIFIER") != 0)
    one = one->next;
  return one != NULL;
}

enum wd_status
wd_sql_check(struct wd_sql_check *check, const struct wd_sql_value *root)
{
  const struct wd_sql_value *node;
  enum wd_status status = find_query(check, root, &node);

  if (status == WD_OK)
    status = wd__sql_walk(check, node);
  if (status == WD_OK)
    check->ordered = is_sorted(node);
  return status;
}
