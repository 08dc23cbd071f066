/* Syntax trees back to JSON, and marked SQL to SQL. */
#include <stdlib.h>
#include <string.h>

#include "arrow/json.h"
#include "engine/duckdb/sql.h"
#include "engine/duckdb/sql_rows.h"

struct writer {
  const struct wd_duck_sql_marks *marks;
  struct wd_buf *buf;
};

static enum wd_status
write_value(const struct writer *writer, const struct wd_sql_value *value);

/* `{"class":"FUNCTION",` … up to its operands. */
static void
open_function(const struct wd_sql_value *from, struct wd_buf *buf)
{
  const struct wd_sql_value *place = wd_sql_member(from, "query_location");
  const struct wd_sql_value *alias = wd_sql_member(from, "alias");

  wd_buf_puts(buf, "{\"class\":\"FUNCTION\",\"type\":\"FUNCTION\",\"alias\":");
  if (alias)
    wd_buf_add(buf, alias->start, alias->length);
  else
    wd_buf_puts(buf, "\"\"");
  wd_buf_puts(buf, ",\"query_location\":");
  if (place)
    wd_buf_add(buf, place->start, place->length);
  else
    wd_buf_puts(buf, "0");
}

static void
close_function(struct wd_buf *buf)
{
  wd_buf_puts(buf, ",\"filter\":null,\"order_bys\":{\"type\":\"ORDER_MODIFIER\""
                   ",\"orders\":[]},\"distinct\":false,\"is_operator\":false,"
                   "\"export_state\":false,\"catalog\":\"\"}");
}

static enum wd_status
write_parameter(const struct writer *writer, const struct wd_sql_value *value)
{
  const struct wd_duck_sql_marks *marks = writer->marks;
  const char *name = wd_sql_string(value, "identifier");
  uint32_t i = 0;

  while (i < marks->parameter_count &&
         strcmp(marks->parameters[i].name, name) != 0)
    i++;
  if (i == marks->parameter_count)
    return wd_sql_fail(marks->check, value, WD_INVALID_PLAN,
                       "the parameter $%.64s has no value", name);
  open_function(value, writer->buf);
  wd_buf_printf(writer->buf,
                ",\"function_name\":\"%sp%u\",\"schema\":\"\",\"children\":[]",
                marks->mark, i);
  close_function(writer->buf);
  return WD_OK;
}

/* An operand without its name, which is the function's business. */
static enum wd_status
write_operand(const struct writer *writer, const struct wd_sql_value *operand)
{
  struct wd_sql_value *alias = wd_sql_member(operand, "alias"), kept;
  enum wd_status status;

  if (!alias)
    return write_value(writer, operand);
  kept = *alias;
  alias->start = "\"\"";
  alias->length = 2;
  status = write_value(writer, operand);
  *alias = kept;
  return status;
}

static const struct wd_sql_value *
operand_at(const struct wd_sql_value *operands, uint32_t index)
{
  const struct wd_sql_value *operand = operands->first;

  while (index--)
    operand = operand->next;
  return operand;
}

/* Those that the function wants, in its order. */
static enum wd_status
write_wanted(const struct writer *writer, const struct wd_sql_call *call,
             const struct wd_sql_value *operands)
{
  const struct wd_bound *bound = &call->named.bound;
  uint32_t count =
      bound->all_columns ? call->argument_count : bound->column_count;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    uint32_t argument = bound->all_columns ? i : bound->columns[i];

    wd_buf_puts(writer->buf, i ? "," : "");
    status =
        write_operand(writer, operand_at(operands, call->arguments[argument]));
  }
  return status;
}

/* But for the table that a table function is over. */
static enum wd_status
write_all(const struct writer *writer, const struct wd_sql_value *operands,
          const struct wd_sql_value *table)
{
  bool first = true;
  enum wd_status status = WD_OK;

  for (const struct wd_sql_value *operand = operands->first;
       operand && status == WD_OK; operand = operand->next) {
    if (operand == table)
      continue;
    wd_buf_puts(writer->buf, first ? "" : ",");
    first = false;
    status = write_operand(writer, operand);
  }
  return status;
}

static const struct wd_sql_found *
found_of(const struct wd_sql_check *check, uint32_t call)
{
  const struct wd_sql_found *found = check->calls;

  while (--call)
    found = found->next;
  return found;
}

/* The probe of a call; an aggregate's is below one of DuckDB's, where its
 * operands are what they would be. */
static enum wd_status
write_probed(const struct writer *writer, const struct wd_sql_value *call,
             const struct wd_sql_value *operands, bool below)
{
  enum wd_status status;

  if (below) {
    wd_buf_puts(writer->buf, "{\"class\":\"FUNCTION\",\"type\":\"FUNCTION\","
                             "\"alias\":\"\",\"query_location\":0");
    wd_buf_printf(writer->buf,
                  ",\"function_name\":\"wd_probe_%u\","
                  "\"schema\":\"\",\"children\":[",
                  call->call - 1);
  }
  status = write_all(writer, operands,
                     found_of(writer->marks->check, call->call)->table);
  if (below) {
    wd_buf_putc(writer->buf, ']');
    close_function(writer->buf);
  }
  return status;
}

static enum wd_status
write_operands(const struct writer *writer, const struct wd_sql_value *call,
               const struct wd_sql_value *operands, bool aggregate)
{
  enum wd_status status;

  wd_buf_putc(writer->buf, '[');
  if (writer->marks->bound[call->call - 1])
    status =
        write_wanted(writer, &writer->marks->calls[call->call - 1], operands);
  else
    status = write_probed(writer, call, operands, aggregate);
  wd_buf_putc(writer->buf, ']');
  return status;
}

/* A filter that leaves out rows with a null, for a strict aggregate. */
static enum wd_status
write_filter(const struct writer *writer, const struct wd_sql_value *call,
             const struct wd_sql_value *filter)
{
  const struct wd_sql_value *operands = wd_sql_member(call, "children");
  enum wd_status status = WD_OK;

  wd_buf_puts(writer->buf,
              "{\"class\":\"CONJUNCTION\",\"type\":\"CONJUNCTION_AND\","
              "\"alias\":\"\",\"query_location\":0,\"children\":[");
  if (filter->kind == WD_SQL_OBJECT)
    status = write_value(writer, filter);
  for (const struct wd_sql_value *operand = operands->first;
       operand && status == WD_OK; operand = operand->next) {
    wd_buf_puts(
        writer->buf,
        operand == operands->first && filter->kind != WD_SQL_OBJECT ? "" : ",");
    wd_buf_puts(writer->buf,
                "{\"class\":\"OPERATOR\",\"type\":\"OPERATOR_IS_NOT_NULL\","
                "\"alias\":\"\",\"query_location\":0,\"children\":[");
    status = write_operand(writer, operand);
    wd_buf_puts(writer->buf, "]}");
  }
  wd_buf_puts(writer->buf, "]}");
  return status;
}

static bool
is_word(const struct wd_sql_value *window, const char *key, const char *word)
{
  return strcmp(wd_sql_string(window, key), word) == 0;
}

/* Whether all rows of a partition see the same frame. */
static bool
is_whole(const struct wd_sql_value *window)
{
  const struct wd_sql_value *orders = wd_sql_member(window, "orders");
  bool peers = orders && !orders->first;

  return orders &&
         (is_word(window, "start", "UNBOUNDED_PRECEDING") ||
          (peers && is_word(window, "start", "CURRENT_ROW_RANGE"))) &&
         (is_word(window, "end", "UNBOUNDED_FOLLOWING") ||
          (peers && is_word(window, "end", "CURRENT_ROW_RANGE")));
}

/* The frame of a whole partition in other words (WD_DUCK_ALL_ROWS); false: the
 * member is none of the frame's. */
static bool
write_whole(const struct wd_sql_value *member, struct wd_buf *buf)
{
  if (strcmp(member->key, "start") == 0)
    return wd_buf_puts(buf, "\"UNBOUNDED_PRECEDING\"");
  if (strcmp(member->key, "end") == 0)
    return wd_buf_puts(buf, "\"EXPR_FOLLOWING_ROWS\"");
  if (strcmp(member->key, "end_expr") != 0)
    return false;
  return wd_buf_puts(
      buf,
      "{\"class\":\"CONSTANT\",\"type\":\"VALUE_CONSTANT\",\"alias\":"
      "\"\",\"query_location\":0,\"value\":{\"type\":{\"id\":\"BIGINT\","
      "\"type_info\":null},\"is_null\":false,\"value\":" WD_DUCK_ALL_ROWS "}}");
}

static bool
is_filter(const char *key)
{
  return strcmp(key, "filter") == 0 || strcmp(key, "filter_expr") == 0;
}

static enum wd_status
write_named(const struct writer *writer, const struct wd_sql_value *call)
{
  bool bound = writer->marks->bound[call->call - 1];
  bool aggregate = found_of(writer->marks->check, call->call)->function->kind ==
                   WD_NAMED_AGGREGATE;
  bool whole = aggregate && is_whole(call);
  bool filters = bound && aggregate && wd_sql_member(call, "children")->first &&
                 writer->marks->calls[call->call - 1].named.bound.strict;
  enum wd_status status = WD_OK;

  wd_buf_putc(writer->buf, '{');
  for (const struct wd_sql_value *member = call->first;
       member && status == WD_OK; member = member->next) {
    wd_buf_printf(writer->buf, "%s\"%s\":", member == call->first ? "" : ",",
                  member->key);
    if (strcmp(member->key, "children") == 0)
      status = write_operands(writer, call, member, aggregate);
    else if (whole && write_whole(member, writer->buf))
      continue;
    else if (filters && is_filter(member->key))
      status = write_filter(writer, call, member);
    else if (strcmp(member->key, "function_name") != 0)
      status = write_value(writer, member);
    else if (bound)
      wd_buf_printf(writer->buf, "\"%sf%u\"", writer->marks->mark,
                    call->call - 1);
    else if (aggregate)
      wd_buf_puts(writer->buf, "\"any_value\"");
    else
      wd_buf_printf(writer->buf, "\"wd_probe_%u\"", call->call - 1);
  }
  wd_buf_putc(writer->buf, '}');
  return status;
}

/* Whether there is an argument that the function does not look at. */
static bool
leaves_out(const struct wd_sql_call *call)
{
  for (uint32_t i = 0; i < call->argument_count; i++)
    if (!wd_bound_wants(&call->named.bound, i))
      return true;
  return false;
}

/* Arguments that a strict function does not look at make it null too: CASE
 * WHEN argument IS NULL THEN NULL … ELSE call END. */
static enum wd_status
write_call(const struct writer *writer, const struct wd_sql_value *call)
{
  const struct wd_sql_call *bound = &writer->marks->calls[call->call - 1];
  const struct wd_sql_value *operands = wd_sql_member(call, "children");
  const struct wd_sql_value *alias = wd_sql_member(call, "alias");
  bool first = true;
  enum wd_status status = WD_OK;

  if (!writer->marks->bound[call->call - 1] ||
      bound->function->kind == WD_NAMED_AGGREGATE ||
      !bound->named.bound.strict || !leaves_out(bound))
    return write_named(writer, call);
  wd_buf_puts(writer->buf, "{\"class\":\"CASE\",\"type\":\"CASE_EXPR\","
                           "\"query_location\":0,\"alias\":");
  wd_buf_add(writer->buf, alias->start, alias->length);
  wd_buf_puts(writer->buf, ",\"case_checks\":[");
  for (uint32_t i = 0; i < bound->argument_count && status == WD_OK; i++) {
    if (wd_bound_wants(&bound->named.bound, i))
      continue;
    wd_buf_puts(writer->buf, first ? "" : ",");
    first = false;
    wd_buf_puts(writer->buf,
                "{\"when_expr\":{\"class\":\"OPERATOR\",\"type\":"
                "\"OPERATOR_IS_NULL\",\"alias\":\"\",\"query_location\":0,"
                "\"children\":[");
    status = write_operand(writer, operand_at(operands, bound->arguments[i]));
    wd_buf_puts(writer->buf,
                "]},\"then_expr\":{\"class\":\"CONSTANT\",\"type\":"
                "\"VALUE_CONSTANT\",\"alias\":\"\",\"query_location\":0,"
                "\"value\":{\"type\":{\"id\":\"NULL\",\"type_info\":null},"
                "\"is_null\":true}}}");
  }
  wd_buf_puts(writer->buf, "],\"else_expr\":");
  if (status == WD_OK)
    status = write_named(writer, call);
  wd_buf_putc(writer->buf, '}');
  return status;
}

/* A member as it is, after a comma. */
static void
write_member(const struct wd_sql_value *object, const char *key,
             struct wd_buf *buf)
{
  const struct wd_sql_value *member = wd_sql_member(object, key);

  wd_buf_printf(buf, ",\"%s\":", key);
  if (member)
    wd_buf_add(buf, member->start, member->length);
  else
    wd_buf_puts(buf, "null");
}

/* What a reference to a table begins with: its name is the function's when it
 * has none. */
static void
open_reference(const struct wd_sql_found *found,
               const struct wd_sql_value *from, const char *type,
               struct wd_buf *buf)
{
  const char *alias = wd_sql_string(from, "alias");

  wd_buf_printf(buf, "{\"type\":\"%s\",\"alias\":", type);
  alias = *alias ? alias : found->function->name;
  wd_json_string(alias, strlen(alias), buf);
  write_member(from, "sample", buf);
  write_member(from, "query_location", buf);
  write_member(from, "column_name_alias", buf);
}

/* `(SELECT unnest(call, max_depth := 2))` */
static enum wd_status
write_unnested(const struct writer *writer, const struct wd_sql_value *call)
{
  struct wd_buf *buf = writer->buf;
  enum wd_status status;

  wd_buf_puts(buf, ",\"subquery\":{\"node\":{\"type\":\"SELECT_NODE\","
                   "\"modifiers\":[],\"cte_map\":{\"map\":[]},"
                   "\"select_list\":[{\"class\":\"FUNCTION\",\"type\":"
                   "\"FUNCTION\",\"alias\":\"\",\"query_location\":0,"
                   "\"function_name\":\"unnest\",\"schema\":\"\","
                   "\"children\":[");
  status = write_call(writer, call);
  wd_buf_puts(buf, ",{\"class\":\"CONSTANT\",\"type\":\"VALUE_CONSTANT\","
                   "\"alias\":\"max_depth\",\"query_location\":0,\"value\":"
                   "{\"type\":{\"id\":\"INTEGER\",\"type_info\":null},"
                   "\"is_null\":false,\"value\":2}}]");
  close_function(buf);
  wd_buf_puts(buf, "],\"from_table\":{\"type\":\"EMPTY\",\"alias\":\"\","
                   "\"sample\":null,\"query_location\":0},\"where_clause\":"
                   "null,\"group_expressions\":[],\"group_sets\":[],"
                   "\"aggregate_handling\":\"STANDARD_HANDLING\",\"having\":"
                   "null,\"sample\":null,\"qualify\":null},"
                   "\"named_param_map\":[]}}");
  return status;
}

/* A table function of the program's: one more table, or lists, unnested. */
static enum wd_status
write_rows(const struct writer *writer, const struct wd_sql_value *from,
           const struct wd_sql_value *call)
{
  const struct wd_sql_found *found = found_of(writer->marks->check, call->call);
  bool table = writer->marks->bound[call->call - 1] && wd__sql_is_table(found);

  open_reference(found, from, table ? "BASE_TABLE" : "SUBQUERY", writer->buf);
  if (!table)
    return write_unnested(writer, call);
  wd_buf_printf(writer->buf,
                ",\"schema_name\":\"\",\"table_name\":\"%st%u\","
                "\"catalog_name\":\"\",\"at_clause\":null}",
                writer->marks->mark, call->call - 1);
  return WD_OK;
}

static enum wd_status
write_value(const struct writer *writer, const struct wd_sql_value *value)
{
  bool object = value->kind == WD_SQL_OBJECT;
  const struct wd_sql_value *called = wd_sql_member(value, "function");
  enum wd_status status = WD_OK;

  if (called && called->call)
    return write_rows(writer, value, called);
  if (object && value->call)
    return write_call(writer, value);
  if (object && strcmp(wd_sql_string(value, "class"), "PARAMETER") == 0)
    return write_parameter(writer, value);
  if (!object && value->kind != WD_SQL_ARRAY) {
    wd_buf_add(writer->buf, value->start, value->length);
    return WD_OK;
  }
  wd_buf_putc(writer->buf, object ? '{' : '[');
  for (const struct wd_sql_value *item = value->first; item && status == WD_OK;
       item = item->next) {
    wd_buf_puts(writer->buf, item == value->first ? "" : ",");
    if (object) {
      wd_json_string(item->key, strlen(item->key), writer->buf);
      wd_buf_putc(writer->buf, ':');
    }
    status = write_value(writer, item);
  }
  wd_buf_putc(writer->buf, object ? '}' : ']');
  return status;
}

enum wd_status
wd_duck_sql_write(const struct wd_duck_sql_marks *marks,
                  const struct wd_sql_value *root, struct wd_buf *buf)
{
  const struct writer writer = {marks, buf};

  return write_value(&writer, root);
}

enum wd_status
wd_duck_sql_expand(const char *text, const char *mark,
                   enum wd_status (*call)(void *env, uint32_t index,
                                          struct wd_buf *buf),
                   enum wd_status (*parameter)(void *env, uint32_t index,
                                               struct wd_buf *buf),
                   void *env, struct wd_buf *buf)
{
  size_t length = strlen(mark);
  enum wd_status status = WD_OK;

  while (status == WD_OK) {
    const char *at = strstr(text, mark);
    char *end;
    uint32_t index;

    if (!at) {
      wd_buf_puts(buf, text);
      break;
    }
    wd_buf_add(buf, text, (size_t)(at - text));
    if (at[length] == 't') { /* a table, which is called so */
      wd_buf_add(buf, at, length + 1);
      text = at + length + 1;
      continue;
    }
    index = (uint32_t)strtoul(at + length + 1, &end, 10);
    if (at[length] == 'f') {
      status = call(env, index, buf);
    } else {
      status = parameter(env, index, buf);
      end += 2; /* the brackets */
    }
    text = end;
  }
  return status;
}
