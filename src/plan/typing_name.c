/* Names: columns, variables of lambdas, parameters. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "plan/suggest.h"
#include "plan/typer.h"

static enum wd_status
fail(struct typer *typer, const struct wd_syntax *syntax, enum wd_status status,
     const char *message)
{
  return wd_source_fail(syntax->source, syntax->start, status, typer->error,
                        "%s", message);
}

const char *
wd_schema_names(const struct wd_schema *schema, char *text, size_t size)
{
  size_t used = 0;

  text[0] = '\0';
  for (uint32_t i = 0; i < schema->count; i++) {
    const char *name = schema->columns[i].name;
    size_t length = strlen(name);

    if (length + used + 24 > size) {
      snprintf(text + used, size - used, "%s... (%u in all)", i ? ", " : "",
               schema->count);
      break;
    }
    used +=
        (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", name);
  }
  return text;
}

static void
suggest_column(const struct wd_schema *schema, const char *name,
               const char **best, unsigned *distance)
{
  for (uint32_t i = 0; schema && i < schema->count; i++)
    wd_suggest(name, strlen(name), schema->columns[i].name, best, distance);
}

static enum wd_status
fail_unknown(struct typer *typer, const struct wd_syntax *syntax)
{
  const struct wd_scope *scope = &typer->scope;
  const struct wd_schema *schema =
      syntax->side == WD_SIDE_RIGHT ? scope->right : scope->left;
  bool both = scope->right && syntax->side == WD_SIDE_NONE;
  const char *best = NULL;
  unsigned distance = 0;
  char names[240], more[160] = "", hint[112] = "";

  suggest_column(schema, syntax->name, &best, &distance);
  if (both)
    suggest_column(scope->right, syntax->name, &best, &distance);
  wd_schema_names(schema, names, sizeof names);
  if (both) {
    memcpy(more, " and ", 6);
    wd_schema_names(scope->right, more + 5, sizeof more - 5);
  }
  if (best)
    snprintf(hint, sizeof hint, " (did you mean %.64s?)", best);
  else if (syntax->quoted)
    snprintf(hint, sizeof hint, " (text is written in single quotes)");
  if (schema->count == 0 && !both)
    return wd_source_fail(
        syntax->source, syntax->start, WD_INVALID_PLAN, typer->error,
        "unknown column '%.100s': there are no columns", syntax->name);
  return wd_source_fail(syntax->source, syntax->start, WD_INVALID_PLAN,
                        typer->error,
                        "unknown column '%.100s'%s; the columns are: %s%s",
                        syntax->name, hint, names, more);
}

static enum wd_status
fail_ambiguous(struct typer *typer, const struct wd_syntax *syntax)
{
  return wd_source_fail(
      syntax->source, syntax->start, WD_INVALID_PLAN, typer->error,
      "column '%.100s' is ambiguous: more than one has that name; %s",
      syntax->name,
      typer->scope.right && syntax->side == WD_SIDE_NONE
          ? "write left. or right. before it"
          : "rename one of them in a select before");
}

static enum wd_status
new_column(struct typer *typer, const struct wd_syntax *syntax,
           const struct wd_column *column, uint32_t index,
           const struct wd_expression **out)
{
  struct wd_expression *node;
  enum wd_status status =
      wd__new_expression(typer, syntax, WD_EXPR_COLUMN, 0, NULL, &node);

  if (status != WD_OK)
    return status;
  node->column = index;
  node->type = column->type;
  node->nullable = column->nullable;
  *out = node;
  return WD_OK;
}

/* Outside of aggregate calls there are only the keys. */
static enum wd_status
type_key(struct typer *typer, const struct wd_syntax *syntax,
         const struct wd_expression **out)
{
  const struct wd_schema *keys = typer->scope.aggregation->keys;
  int found = wd_schema_find(keys, syntax->name, strlen(syntax->name));
  char names[240];

  if (found >= 0)
    return new_column(typer, syntax, &keys->columns[found], (uint32_t)found,
                      out);
  if (found == -2)
    return fail_ambiguous(typer, syntax);
  if (wd_schema_find(typer->scope.left, syntax->name, strlen(syntax->name)) ==
      -1)
    return fail_unknown(typer, syntax);
  return wd_source_fail(
      syntax->source, syntax->start, WD_INVALID_PLAN, typer->error,
      "column '%.100s' must be in an aggregate such as sum(...); %s%s",
      syntax->name,
      keys->count ? "outside there are only the keys: " : "there are no keys",
      wd_schema_names(keys, names, sizeof names));
}

/* SQL's words for the time, which are written without brackets, too. */
static bool
is_current(const struct wd_syntax *syntax, enum wd_function *out_function)
{
  return !syntax->quoted && syntax->side == WD_SIDE_NONE &&
         (strcasecmp(syntax->name, "current_date") == 0 ||
          strcasecmp(syntax->name, "current_timestamp") == 0 ||
          strcasecmp(syntax->name, "localtimestamp") == 0) &&
         wd_function_find(syntax->name, strlen(syntax->name), out_function);
}

enum wd_status
wd__type_column(struct typer *typer, const struct wd_syntax *syntax,
                const struct wd_expression **out)
{
  const struct wd_scope *scope = &typer->scope;
  enum wd_function function;
  size_t length = strlen(syntax->name);
  int left = -1, right = -1;

  for (const struct variable *variable = typer->variables;
       variable && syntax->side == WD_SIDE_NONE; variable = variable->outer)
    if (strcmp(variable->name, syntax->name) == 0) {
      *out = variable->expression;
      return WD_OK;
    }
  if (syntax->side != WD_SIDE_NONE && !scope->right)
    return fail(typer, syntax, WD_INVALID_PLAN,
                "left. and right. are only known in a join's condition");
  if (scope->aggregation)
    return type_key(typer, syntax, out);
  if (syntax->side != WD_SIDE_RIGHT)
    left = wd_schema_find(scope->left, syntax->name, length);
  if (scope->right && syntax->side != WD_SIDE_LEFT)
    right = wd_schema_find(scope->right, syntax->name, length);
  if (left == -2 || right == -2 || (left >= 0 && right >= 0))
    return fail_ambiguous(typer, syntax);
  if (left >= 0)
    return new_column(typer, syntax, &scope->left->columns[left],
                      (uint32_t)left, out);
  if (right >= 0)
    return new_column(typer, syntax, &scope->right->columns[right],
                      scope->left->count + (uint32_t)right, out);
  if (is_current(syntax, &function))
    return wd__type_function(typer, syntax, function, 0, NULL, out);
  return fail_unknown(typer, syntax);
}

static const struct wd_parameter *
find_parameter(const struct wd_parameters *parameters, const char *name)
{
  const struct wd_parameter *found = NULL;

  for (; parameters && !found; parameters = parameters->outer) {
    for (uint32_t i = 0; i < parameters->count; i++)
      if (strcmp(parameters->items[i].name, name) == 0)
        return &parameters->items[i];
    if (parameters->other)
      found =
          parameters->outer ? find_parameter(parameters->outer, name) : NULL;
    if (parameters->other && !found)
      return find_parameter(parameters->other, name);
  }
  return found;
}

/* A parameter is the literal of its value. */
enum wd_status
wd__type_parameter(struct typer *typer, const struct wd_syntax *syntax,
                   const struct wd_expression **out)
{
  const struct wd_parameter *parameter =
      find_parameter(typer->scope.parameters, syntax->name);
  const char *best = NULL;
  unsigned distance = 0;
  struct wd_expression *node;
  enum wd_status status;

  if (!parameter) {
    for (const struct wd_parameters *p = typer->scope.parameters; p;
         p = p->outer)
      for (uint32_t i = 0; i < p->count; i++)
        wd_suggest(syntax->name, strlen(syntax->name), p->items[i].name, &best,
                   &distance);
    return wd_source_fail(
        syntax->source, syntax->start, WD_INVALID_PLAN, typer->error,
        "unknown parameter $%.64s%s%.64s%s; bind it by with-parameters on a "
        "data set that this one is made of",
        syntax->name, best ? " (did you mean $" : "", best ? best : "",
        best ? "?)" : "");
  }
  if (parameter->array)
    return wd__type_value(typer, syntax, parameter->array, 0, out);
  status = wd__new_expression(typer, syntax, WD_EXPR_LITERAL, 0, NULL, &node);
  if (status != WD_OK)
    return status;
  node->type = parameter->type;
  node->literal = parameter->value;
  node->nullable = parameter->value.null;
  *out = node;
  return WD_OK;
}
