/* Typed expressions as text. */
#include <string.h>

#include "plan/coerce.h"
#include "plan/lexer.h"
#include "plan/plan.h"
#include "plan/syntax_tree.h"

struct printer {
  const struct wd_schema *left;
  const struct wd_schema *right; /* of a join, else NULL */
  struct wd_buf *buf;
};

static void
print(const struct printer *p, const struct wd_expression *expression,
      enum wd_level least);

/* Of a parameter's value: a sign before a number would be part of it. */
static bool
negates_literal(const struct wd_expression *expression)
{
  const struct wd_expression *operand = expression->arguments[0];

  return operand->kind == WD_EXPR_LITERAL &&
         wd_literal_is_number(&operand->type, &operand->literal);
}

static enum wd_level
level_of(const struct wd_expression *expression)
{
  enum wd_level level;

  if (expression->kind == WD_EXPR_IN ||
      (expression->kind == WD_EXPR_SUBQUERY && expression->argument_count))
    return WD_LEVEL_COMPARE;
  if (expression->kind == WD_EXPR_LITERAL &&
      wd_literal_negative(&expression->type, &expression->literal))
    return WD_LEVEL_UNARY;
  if (expression->kind != WD_EXPR_CALL ||
      !wd_call_options_usual(expression->options))
    return WD_LEVEL_PRIMARY;
  if (expression->argument_count > 1 &&
      wd_operator_sign(expression->function, &level))
    return level;
  switch (expression->function) {
  case WD_FN_NOT:
    return WD_LEVEL_NOT;
  case WD_FN_NEGATE:
    return negates_literal(expression) ? WD_LEVEL_PRIMARY : WD_LEVEL_UNARY;
  case WD_FN_IS_NULL:
  case WD_FN_IS_NOT_NULL:
  case WD_FN_IS_DISTINCT_FROM:
  case WD_FN_IS_NOT_DISTINCT_FROM:
  case WD_FN_LIKE:
  case WD_FN_ILIKE:
    return WD_LEVEL_COMPARE;
  default:
    return WD_LEVEL_PRIMARY;
  }
}

static void
print_list(const struct printer *p, const struct wd_expression *expression,
           uint32_t from, const char *between, enum wd_level least)
{
  for (uint32_t i = from; i < expression->argument_count; i++) {
    if (i > from)
      wd_buf_puts(p->buf, between);
    print(p, expression->arguments[i], least);
  }
}

static void
print_infix(const struct printer *p, const struct wd_expression *expression,
            const char *sign, enum wd_level level)
{
  bool left = wd_level_is_left(level);

  if (expression->function == WD_FN_DIVIDE &&
      wd_type_is_integer(&expression->type))
    sign = "//";
  print(p, expression->arguments[0], left ? level : level + 1);
  for (uint32_t i = 1; i < expression->argument_count; i++) {
    wd_buf_printf(p->buf, " %s ", sign);
    print(p, expression->arguments[i], level + 1);
  }
}

static void
print_comparison(const struct printer *p,
                 const struct wd_expression *expression)
{
  print(p, expression->arguments[0], WD_LEVEL_OPERAND);
  switch (expression->function) {
  case WD_FN_IS_NULL:
    wd_buf_puts(p->buf, " is null");
    return;
  case WD_FN_IS_NOT_NULL:
    wd_buf_puts(p->buf, " is not null");
    return;
  case WD_FN_IS_DISTINCT_FROM:
    wd_buf_puts(p->buf, " is distinct from ");
    break;
  case WD_FN_IS_NOT_DISTINCT_FROM:
    wd_buf_puts(p->buf, " is not distinct from ");
    break;
  case WD_FN_ILIKE:
    wd_buf_puts(p->buf, " ilike ");
    break;
  default:
    wd_buf_puts(p->buf, " like ");
    break;
  }
  print(p, expression->arguments[1], WD_LEVEL_OPERAND);
  if (expression->argument_count == 3) {
    wd_buf_puts(p->buf, " escape ");
    print(p, expression->arguments[2], WD_LEVEL_OPERAND);
  }
}

static void
print_struct(const struct printer *p, const struct wd_expression *expression)
{
  wd_buf_puts(p->buf, "struct(");
  for (uint32_t i = 0; i < expression->argument_count; i++) {
    wd_buf_puts(p->buf, i ? ", " : "");
    wd_name_print(expression->type.children[i].name, p->buf);
    wd_buf_puts(p->buf, " => ");
    print(p, expression->arguments[i], WD_LEVEL_OR);
  }
  wd_buf_putc(p->buf, ')');
}

static void
print_call(const struct printer *p, const struct wd_expression *expression)
{
  enum wd_level level;
  const char *sign = wd_operator_sign(expression->function, &level);
  const char *field = wd_extract_field(expression->function);

  if (!wd_call_options_usual(expression->options)) {
    wd_buf_printf(p->buf, "%s(", wd_function_name(expression->function));
    print_list(p, expression, 0, ", ", WD_LEVEL_OR);
    wd_call_options_print(expression->options, p->buf);
    wd_buf_putc(p->buf, ')');
  } else if (sign && expression->argument_count > 1) {
    print_infix(p, expression, sign, level);
  } else if (field) {
    wd_buf_printf(p->buf, "extract(%s from ", field);
    print(p, expression->arguments[0], WD_LEVEL_OR);
    wd_buf_putc(p->buf, ')');
  } else if (expression->function == WD_FN_NOT) {
    wd_buf_puts(p->buf, "not ");
    print(p, expression->arguments[0], WD_LEVEL_NOT);
  } else if (expression->function == WD_FN_NEGATE &&
             !negates_literal(expression)) {
    wd_buf_putc(p->buf, '-');
    print(p, expression->arguments[0], WD_LEVEL_PRIMARY);
  } else if (level_of(expression) == WD_LEVEL_COMPARE) {
    print_comparison(p, expression);
  } else if (expression->function == WD_FN_STRUCT) {
    print_struct(p, expression);
  } else {
    wd_buf_printf(p->buf, "%s(", wd_function_name(expression->function));
    print_list(p, expression, 0, ", ", WD_LEVEL_OR);
    wd_buf_putc(p->buf, ')');
  }
}

static void
print_column(const struct printer *p, const struct wd_expression *expression)
{
  uint32_t column = expression->column;
  const struct wd_schema *schema = p->left;

  if (p->right) {
    bool right = column >= p->left->count;

    wd_buf_puts(p->buf, right ? "right." : "left.");
    if (right) {
      schema = p->right;
      column -= p->left->count;
    }
  }
  wd_name_print(schema->columns[column].name, p->buf);
}

static void
print_case(const struct printer *p, const struct wd_expression *expression)
{
  uint32_t i = 0;

  wd_buf_puts(p->buf, "case");
  for (; i + 1 < expression->argument_count; i += 2) {
    wd_buf_puts(p->buf, " when ");
    print(p, expression->arguments[i], WD_LEVEL_OR);
    wd_buf_puts(p->buf, " then ");
    print(p, expression->arguments[i + 1], WD_LEVEL_OR);
  }
  if (i < expression->argument_count) {
    wd_buf_puts(p->buf, " else ");
    print(p, expression->arguments[i], WD_LEVEL_OR);
  }
  wd_buf_puts(p->buf, " end");
}

struct printer_items {
  const struct printer *printer;
  const struct wd_expression *expression;
};

static void
print_item(void *env, uint32_t index, enum wd_level least)
{
  struct printer_items *items = env;

  print(items->printer, items->expression->arguments[index], least);
}

static void
print_window(const struct printer *p, const struct wd_expression *expression)
{
  const struct wd_window *window = expression->window;
  struct printer_items items = {p, expression};
  bool star = window->aggregate && !expression->named &&
              window->aggregate_function == WD_AGG_COUNT_STAR;

  wd_buf_puts(p->buf, expression->named ? expression->named->name
                      : window->aggregate
                          ? wd_aggregate_name(window->aggregate_function)
                          : wd_window_name(window->function));
  wd_buf_puts(p->buf, star ? "(*" : window->distinct ? "(distinct " : "(");
  for (uint32_t i = 0; i < window->shape.arguments; i++) {
    if (i)
      wd_buf_puts(p->buf, ", ");
    print(p, expression->arguments[i], WD_LEVEL_OR);
  }
  wd_buf_putc(p->buf, ')');
  wd_window_print(&window->shape, print_item, &items, p->buf);
}

static void
print_field(const struct printer *p, const struct wd_expression *expression)
{
  const struct wd_expression *of = expression->arguments[0];
  bool brackets =
      (of->kind == WD_EXPR_COLUMN && !p->right &&
       wd_name_is_side(p->left->columns[of->column].name)) ||
      (of->kind == WD_EXPR_VARIABLE &&
       wd_name_is_side(
           of->variables->names[of->column - of->variables->first]));

  wd_buf_puts(p->buf, brackets ? "(" : "");
  print(p, of, WD_LEVEL_PRIMARY);
  wd_buf_puts(p->buf, brackets ? ")." : ".");
  wd_name_print(of->type.children[expression->column].name, p->buf);
}

/* By its number: the query itself is shown below the node. */
static void
print_subquery(const struct printer *p, const struct wd_expression *expression)
{
  static const char *const words[] = {
      [WD_SUBQUERY_SCALAR] = "",   [WD_SUBQUERY_EXISTS] = "exists ",
      [WD_SUBQUERY_IN] = " in ",   [WD_SUBQUERY_ANY] = " any ",
      [WD_SUBQUERY_ALL] = " all ",
  };
  const struct wd_subquery *subquery = expression->subquery;
  enum wd_level level;

  print_list(p, expression, 0, ", ", WD_LEVEL_OPERAND);
  if (subquery->kind == WD_SUBQUERY_ANY || subquery->kind == WD_SUBQUERY_ALL)
    wd_buf_printf(p->buf, " %s",
                  wd_operator_sign(subquery->comparison, &level));
  wd_buf_printf(p->buf, "%s(subquery %u)", words[subquery->kind],
                subquery->number);
}

/* A call, or an operator with brackets. */
static void
print_named(const struct printer *p, const struct wd_expression *call)
{
  const char *name = call->named->name;
  bool sign = strpbrk(name, "+-*/%|<") != NULL;

  if (sign && call->argument_count == 2) {
    wd_buf_putc(p->buf, '(');
    print(p, call->arguments[0], WD_LEVEL_PRIMARY);
    wd_buf_printf(p->buf, " %s ", name);
    print(p, call->arguments[1], WD_LEVEL_PRIMARY);
    wd_buf_putc(p->buf, ')');
    return;
  }
  wd_name_print(name, p->buf);
  wd_buf_putc(p->buf, '(');
  print_list(p, call, 0, ", ", WD_LEVEL_OR);
  wd_buf_putc(p->buf, ')');
}

static void
print_bare(const struct printer *p, const struct wd_expression *expression)
{
  switch (expression->kind) {
  case WD_EXPR_COLUMN:
    print_column(p, expression);
    break;
  case WD_EXPR_LITERAL:
    wd_literal_print(&expression->type, &expression->literal, p->buf);
    break;
  case WD_EXPR_CALL:
    print_call(p, expression);
    break;
  case WD_EXPR_CAST:
    wd_buf_puts(p->buf, expression->try_cast ? "try_cast(" : "cast(");
    print(p, expression->arguments[0], WD_LEVEL_OR);
    wd_buf_puts(p->buf, " as ");
    wd_type_print(&expression->type, p->buf);
    wd_buf_putc(p->buf, ')');
    break;
  case WD_EXPR_CASE:
    print_case(p, expression);
    break;
  case WD_EXPR_WINDOW:
    print_window(p, expression);
    break;
  case WD_EXPR_FIELD:
    print_field(p, expression);
    break;
  case WD_EXPR_LAMBDA:
    wd_lambda_print(expression->variables->names, expression->variables->count,
                    p->buf);
    print(p, expression->arguments[0], WD_LEVEL_OR);
    break;
  case WD_EXPR_VARIABLE:
    wd_name_print(expression->variables->names[expression->column -
                                               expression->variables->first],
                  p->buf);
    break;
  case WD_EXPR_NAMED:
    print_named(p, expression);
    break;
  case WD_EXPR_SUBQUERY:
    print_subquery(p, expression);
    break;
  case WD_EXPR_OUTER:
    wd_buf_printf(p->buf, "outer_%u.c%u", expression->around,
                  expression->column);
    break;
  case WD_EXPR_IN:
    print(p, expression->arguments[0], WD_LEVEL_OPERAND);
    wd_buf_puts(p->buf, " in (");
    print_list(p, expression, 1, ", ", WD_LEVEL_OR);
    wd_buf_putc(p->buf, ')');
    break;
  }
}

static void
print(const struct printer *p, const struct wd_expression *expression,
      enum wd_level least)
{
  bool brackets = level_of(expression) < least;

  if (brackets)
    wd_buf_putc(p->buf, '(');
  print_bare(p, expression);
  if (brackets)
    wd_buf_putc(p->buf, ')');
}

void
wd_expression_print_join(const struct wd_expression *expression,
                         const struct wd_schema *left,
                         const struct wd_schema *right, struct wd_buf *buf)
{
  struct printer printer = {left, right, buf};

  print(&printer, expression, WD_LEVEL_OR);
}

void
wd_expression_print(const struct wd_expression *expression,
                    const struct wd_schema *schema, struct wd_buf *buf)
{
  wd_expression_print_join(expression, schema, NULL, buf);
}
