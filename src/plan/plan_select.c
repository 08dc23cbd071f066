/* select: expressions, and at most one table function, whose rows stand beside
 * them. */
#include "plan/planner.h"
#include "plan/star.h"

struct selection {
  struct planner *planner;
  const struct wd_plan_node *input;
  uint32_t count;
  const struct wd_expression **expressions;
  const char **names;
  bool has_rows; /* of a table function: a list of structs */
  bool outer;
  uint32_t rows;      /* which of the expressions */
  const char *prefix; /* that the item was named; or NULL */
};

static enum wd_status
count_items(struct planner *planner, const struct wd_relation *relation,
            const struct wd_plan_node *input, uint32_t *out_count)
{
  uint64_t count = 0;

  for (uint32_t i = 0; i < relation->select.count; i++) {
    const struct wd_syntax *syntax = relation->select.expressions[i].syntax;
    uint32_t columns = 1;
    enum wd_status status =
        wd_syntax_is_star(syntax)
            ? wd_star_count(syntax, &input->schema, &columns, planner->error)
            : WD_OK;

    if (status != WD_OK)
      return status;
    count += columns;
  }
  if (count == 0)
    return wd_fail(planner->error, WD_INVALID_PLAN,
                   "a select needs at least one expression");
  *out_count = (uint32_t)count;
  return wd__plan_check_width(planner, count);
}

static enum wd_status
add_star(struct selection *selection, const struct wd_named_syntax *item,
         const struct wd_scope *scope)
{
  struct planner *planner = selection->planner;
  uint32_t at = selection->count, count = 0;
  enum wd_status status;

  if (item->name)
    return wd_fail(planner->error, WD_INVALID_PLAN, "'*' cannot have a name");
  status = wd_star_count(item->syntax, &selection->input->schema, &count,
                         planner->error);
  if (status == WD_OK)
    status = wd_star_expand(item->syntax, scope, planner->arena,
                            selection->expressions + at, selection->names + at,
                            planner->error);
  selection->count += count;
  return status;
}

/* *out_is: the item was a call of a table function. */
static enum wd_status
add_rows(struct selection *selection, const struct wd_named_syntax *item,
         const struct wd_scope *scope, bool *out_is)
{
  struct planner *planner = selection->planner;
  uint32_t at = selection->count;
  bool outer;
  enum wd_status status = wd_expression_make_rows(
      item->syntax, scope, planner->arena, out_is, &outer,
      &selection->expressions[at], planner->error);

  if (status != WD_OK || !*out_is)
    return status;
  if (selection->has_rows)
    return wd_fail(planner->error, WD_INVALID_PLAN,
                   "a select calls one table function at most; select from "
                   "what the first one gives");
  selection->has_rows = true;
  selection->outer = outer;
  selection->rows = at;
  selection->prefix = item->name;
  selection->names[at] = "rows";
  selection->count++;
  return WD_OK;
}

/* One item: one column, all of the input, or a table function's rows. */
static enum wd_status
add_item(struct selection *selection, const struct wd_named_syntax *item)
{
  struct planner *planner = selection->planner;
  struct wd_scope scope = wd__plan_scope(planner, selection->input);
  uint32_t at = selection->count;
  bool done = false;
  enum wd_status status;

  scope.windows = true;
  if (wd_syntax_is_star(item->syntax))
    return add_star(selection, item, &scope);
  status = add_rows(selection, item, &scope, &done);
  if (status != WD_OK || done)
    return status;
  status = wd_expression_make(item->syntax, &scope, planner->arena,
                              &selection->expressions[at], planner->error);
  if (status == WD_OK)
    selection->names[at] = wd__plan_name(item, selection->expressions[at],
                                         &selection->input->schema);
  selection->count++;
  return status;
}

/* The name of a field of the rows: its own, after the item's. */
static const char *
name_field(const struct selection *selection, const struct wd_type *rows,
           uint32_t field)
{
  if (!selection->prefix)
    return rows->children[field].name;
  if (rows->child_count == 1)
    return selection->prefix;
  return wd_arena_printf(selection->planner->arena, "%s_%s", selection->prefix,
                         rows->children[field].name);
}

/* The fields of the struct at `rows` in its place. */
static enum wd_status
spread(const struct selection *selection, const struct wd_plan_node *input,
       const struct wd_plan_node **out_node)
{
  struct planner *planner = selection->planner;
  const struct wd_type *rows = &input->schema.columns[selection->rows].type;
  uint32_t count = selection->count - 1 + rows->child_count, at = 0;
  const struct wd_expression **expressions =
      wd_arena_array(planner->arena, count, sizeof *expressions);
  const char **names = wd_arena_array(planner->arena, count, sizeof *names);
  enum wd_status status = wd__plan_check_width(planner, count);

  if (!expressions || !names)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < selection->count && status == WD_OK; i++) {
    const struct wd_expression *column;

    status = wd_expression_make_column(&input->schema, i, planner->arena,
                                       &column, planner->error);
    if (i != selection->rows) {
      expressions[at] = column;
      names[at++] = selection->names[i];
      continue;
    }
    for (uint32_t k = 0; k < rows->child_count && status == WD_OK; k++) {
      status = wd_expression_make_field(column, k, planner->arena,
                                        &expressions[at], planner->error);
      names[at] = name_field(selection, rows, k);
      if (!names[at++])
        return wd_fail_memory(planner->error);
    }
  }
  if (status != WD_OK)
    return status;
  return wd__plan_project(planner, input, count, expressions, names, out_node);
}

enum wd_status
wd__plan_select(struct planner *planner, const struct wd_relation *relation,
                const struct wd_plan_node *input,
                const struct wd_plan_node **out_node)
{
  struct selection selection = {.planner = planner, .input = input};
  const struct wd_plan_node *node;
  uint32_t count = 0;
  enum wd_status status;

  if (!input)
    return wd_fail(planner->error, WD_INTERNAL, "a select of no input");
  status = count_items(planner, relation, input, &count);
  if (status != WD_OK)
    return status;
  selection.expressions =
      wd_arena_array(planner->arena, count, sizeof *selection.expressions);
  selection.names =
      wd_arena_array(planner->arena, count, sizeof *selection.names);
  if (!selection.expressions || !selection.names)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < relation->select.count && status == WD_OK; i++)
    status = add_item(&selection, &relation->select.expressions[i]);
  if (status == WD_OK)
    status = wd__plan_project(planner, input, count, selection.expressions,
                              selection.names, &node);
  if (status == WD_OK && selection.has_rows)
    status = wd__plan_explode_column(planner, node, selection.rows,
                                     selection.outer, &node);
  if (status == WD_OK && selection.has_rows)
    status = spread(&selection, node, &node);
  if (status == WD_OK)
    *out_node = node;
  return status;
}
