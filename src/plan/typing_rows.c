/* Calls of table functions where their rows are wanted. */
#include <string.h>
#include <strings.h>

#include "plan/typer.h"

/* The table function that a syntax calls; NULL: it is no call of one. */
static const struct wd_named *
find(const struct typer *typer, const struct wd_syntax *syntax)
{
  const struct wd_named *named;

  if (syntax->kind != WD_SYNTAX_CALL)
    return NULL;
  named = wd__find_named(typer, syntax->name);
  return named && named->kind == WD_NAMED_TABLE ? named : NULL;
}

enum wd_status
wd_expression_make_rows(const struct wd_syntax *syntax,
                        const struct wd_scope *scope, struct wd_arena *arena,
                        bool *out_is, bool *out_outer,
                        const struct wd_expression **out_expression,
                        struct wd_error *error)
{
  uint32_t variables = 0;
  struct typer typer = {.scope = *scope,
                        .variable_count = &variables,
                        .arena = arena,
                        .error = error};
  const struct wd_named *function = find(&typer, syntax);

  *out_outer = !function && syntax->kind == WD_SYNTAX_CALL &&
               syntax->count == 1 && strcasecmp(syntax->name, "outer") == 0;
  if (*out_outer) {
    syntax = syntax->operands[0];
    function = find(&typer, syntax);
  }
  *out_is = function != NULL;
  if (!function)
    return WD_OK;
  if (syntax->star || syntax->distinct)
    return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN, error,
                          "%s is a table function: it takes no '*' and no "
                          "distinct",
                          function->name);
  return wd__type_named(&typer, syntax, function, out_expression);
}

enum wd_status
wd_expression_make_field(const struct wd_expression *expression, uint32_t field,
                         struct wd_arena *arena,
                         const struct wd_expression **out_expression,
                         struct wd_error *error)
{
  static const struct wd_syntax none = {.kind = WD_SYNTAX_TYPED};
  const struct wd_column *from = &expression->type.children[field];
  struct typer typer = {.arena = arena, .error = error};
  const struct typed operand = {expression, &none};
  struct wd_expression *node;
  enum wd_status status =
      wd__new_expression(&typer, &none, WD_EXPR_FIELD, 1, &operand, &node);

  if (status != WD_OK)
    return status;
  node->column = field;
  node->type = from->type;
  node->nullable = expression->nullable || from->nullable;
  *out_expression = node;
  return WD_OK;
}
