#include "plan/syntax.h"

#include "plan/lexer.h"
#include "plan/syntax_tree.h"

static void
print(const struct wd_syntax *syntax, enum wd_level least, struct wd_buf *buf);

bool
wd_syntax_is_star(const struct wd_syntax *syntax)
{
  return syntax->kind == WD_SYNTAX_STAR;
}

const char *
wd_syntax_default_name(const struct wd_syntax *syntax)
{
  return syntax->kind == WD_SYNTAX_COLUMN || syntax->kind == WD_SYNTAX_FIELD
             ? syntax->name
             : syntax->source->folded;
}

static enum wd_level
level_of(const struct wd_syntax *syntax)
{
  enum wd_level level;

  switch (syntax->kind) {
  case WD_SYNTAX_LITERAL:
    return wd_literal_negative(&syntax->type, &syntax->literal)
               ? WD_LEVEL_UNARY
               : WD_LEVEL_PRIMARY;
  case WD_SYNTAX_IN:
  case WD_SYNTAX_BETWEEN:
    return WD_LEVEL_COMPARE;
  case WD_SYNTAX_OPERATOR:
    break;
  default:
    return WD_LEVEL_PRIMARY;
  }
  if (wd_operator_sign(syntax->function, &level))
    return level;
  if (wd_extract_field(syntax->function))
    return WD_LEVEL_PRIMARY;
  if (syntax->function == WD_FN_NOT)
    return WD_LEVEL_NOT;
  return syntax->function == WD_FN_NEGATE ? WD_LEVEL_UNARY : WD_LEVEL_COMPARE;
}

static void
print_list(const struct wd_syntax *syntax, uint32_t from, const char *between,
           enum wd_level least, struct wd_buf *buf)
{
  for (uint32_t i = from; i < syntax->count; i++) {
    if (i > from)
      wd_buf_puts(buf, between);
    print(syntax->operands[i], least, buf);
  }
}

/* Signs between operands: the first may be of the same level when operators
 * associate to the left. */
static void
print_infix(const struct wd_syntax *syntax, const char *sign,
            enum wd_level level, struct wd_buf *buf)
{
  bool left = wd_level_is_left(level);

  print(syntax->operands[0], left ? level : level + 1, buf);
  for (uint32_t i = 1; i < syntax->count; i++) {
    wd_buf_printf(buf, " %s ", syntax->integer_divide ? "//" : sign);
    print(syntax->operands[i], level + 1, buf);
  }
}

static void
print_comparison(const struct wd_syntax *syntax, struct wd_buf *buf)
{
  print(syntax->operands[0], WD_LEVEL_OPERAND, buf);
  switch (syntax->function) {
  case WD_FN_IS_NULL:
    wd_buf_puts(buf, " is null");
    return;
  case WD_FN_IS_NOT_NULL:
    wd_buf_puts(buf, " is not null");
    return;
  case WD_FN_IS_DISTINCT_FROM:
    wd_buf_puts(buf, " is distinct from ");
    break;
  case WD_FN_IS_NOT_DISTINCT_FROM:
    wd_buf_puts(buf, " is not distinct from ");
    break;
  case WD_FN_ILIKE:
    wd_buf_puts(buf, syntax->negated ? " not ilike " : " ilike ");
    break;
  default:
    wd_buf_puts(buf, syntax->negated ? " not like " : " like ");
    break;
  }
  print(syntax->operands[1], WD_LEVEL_OPERAND, buf);
  if (syntax->count == 3) {
    wd_buf_puts(buf, " escape ");
    print(syntax->operands[2], WD_LEVEL_OPERAND, buf);
  }
}

static void
print_operator(const struct wd_syntax *syntax, struct wd_buf *buf)
{
  enum wd_level level;
  const char *sign = wd_operator_sign(syntax->function, &level);
  const char *field = wd_extract_field(syntax->function);

  if (sign) {
    print_infix(syntax, sign, level, buf);
  } else if (field) {
    wd_buf_printf(buf, "extract(%s from ", field);
    print(syntax->operands[0], WD_LEVEL_OR, buf);
    wd_buf_putc(buf, ')');
  } else if (syntax->function == WD_FN_NOT) {
    wd_buf_puts(buf, "not ");
    print(syntax->operands[0], WD_LEVEL_NOT, buf);
  } else if (syntax->function == WD_FN_NEGATE) {
    wd_buf_putc(buf, '-');
    print(syntax->operands[0], WD_LEVEL_PRIMARY, buf);
  } else {
    print_comparison(syntax, buf);
  }
}

static void
print_call(const struct wd_syntax *syntax, struct wd_buf *buf)
{
  wd_buf_puts(buf, syntax->name);
  wd_buf_puts(buf, syntax->star ? "(*" : syntax->distinct ? "(distinct " : "(");
  print_list(syntax, 0, ", ", WD_LEVEL_OR, buf);
  wd_buf_putc(buf, ')');
}

static const char *
frame_end_text(enum wd_frame_end_kind kind)
{
  switch (kind) {
  case WD_FRAME_UNBOUNDED_PRECEDING:
    return "unbounded preceding";
  case WD_FRAME_PRECEDING:
    return " preceding";
  case WD_FRAME_CURRENT_ROW:
    return "current row";
  case WD_FRAME_FOLLOWING:
    return " following";
  default:
    return "unbounded following";
  }
}

static void
print_keys(const struct wd_window_shape *window, uint32_t at,
           void (*item)(void *env, uint32_t index, enum wd_level least),
           void *env, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < window->keys; i++) {
    wd_buf_puts(buf, i ? ", " : "order by ");
    item(env, at + i, WD_LEVEL_OR);
    if (window->sorts[i].descending)
      wd_buf_puts(buf, " desc");
    if (window->sorts[i].nulls_first)
      wd_buf_puts(buf, " nulls first");
  }
}

static void
print_frame(const struct wd_window_shape *window, uint32_t at,
            void (*item)(void *env, uint32_t index, enum wd_level least),
            void *env, struct wd_buf *buf)
{
  static const char *const units[] = {"", "rows", "range", "groups"};
  const struct wd_frame *frame = &window->frame;

  wd_buf_printf(buf, "%s between ", units[frame->unit]);
  if (wd_frame_has_offset(frame->start))
    item(env, at++, WD_LEVEL_OPERAND);
  wd_buf_printf(buf, "%s and ", frame_end_text(frame->start));
  if (wd_frame_has_offset(frame->end))
    item(env, at, WD_LEVEL_OPERAND);
  wd_buf_puts(buf, frame_end_text(frame->end));
}

static void
print_over(const struct wd_window_shape *window, uint32_t at,
           void (*item)(void *env, uint32_t index, enum wd_level least),
           void *env, struct wd_buf *buf)
{
  const char *blank = "";

  wd_buf_puts(buf, " over (");
  for (uint32_t i = 0; i < window->partitions; i++) {
    wd_buf_puts(buf, i ? ", " : "partition by ");
    item(env, at++, WD_LEVEL_OR);
    blank = " ";
  }
  if (window->keys) {
    wd_buf_puts(buf, blank);
    print_keys(window, at, item, env, buf);
    at += window->keys;
    blank = " ";
  }
  if (window->frame.unit != WD_FRAME_NONE) {
    wd_buf_puts(buf, blank);
    print_frame(window, at, item, env, buf);
  }
  wd_buf_putc(buf, ')');
}

void
wd_window_print(const struct wd_window_shape *window,
                void (*item)(void *env, uint32_t index, enum wd_level least),
                void *env, struct wd_buf *buf)
{
  if (window->ignore_nulls)
    wd_buf_puts(buf, " ignore nulls");
  if (window->has_filter) {
    wd_buf_puts(buf, " filter (where ");
    item(env, window->arguments, WD_LEVEL_OR);
    wd_buf_putc(buf, ')');
  }
  if (window->over)
    print_over(window, window->arguments + window->has_filter, item, env, buf);
}

struct syntax_items {
  const struct wd_syntax *syntax;
  struct wd_buf *buf;
};

static void
print_item(void *env, uint32_t index, enum wd_level least)
{
  struct syntax_items *items = env;

  print(items->syntax->operands[index], least, items->buf);
}

static void
print_window(const struct wd_syntax *syntax, struct wd_buf *buf)
{
  struct syntax_items items = {syntax, buf};

  wd_buf_puts(buf, syntax->name);
  wd_buf_puts(buf, syntax->star ? "(*" : syntax->distinct ? "(distinct " : "(");
  for (uint32_t i = 0; i < syntax->window->arguments; i++) {
    if (i)
      wd_buf_puts(buf, ", ");
    print(syntax->operands[i], WD_LEVEL_OR, buf);
  }
  wd_buf_putc(buf, ')');
  wd_window_print(syntax->window, print_item, &items, buf);
}

static void
print_star(const struct wd_syntax *syntax, struct wd_buf *buf)
{
  bool replaced = false;

  wd_buf_putc(buf, '*');
  for (uint32_t i = 0; i < syntax->count; i++) {
    bool alias = syntax->operands[i]->kind == WD_SYNTAX_ALIAS;

    if (alias && !replaced)
      wd_buf_puts(buf, i ? ") replace (" : " replace (");
    else
      wd_buf_puts(buf, i ? ", " : " except (");
    replaced = alias;
    print(syntax->operands[i], WD_LEVEL_OR, buf);
  }
  if (syntax->count)
    wd_buf_putc(buf, ')');
}

static void
print_cast(const struct wd_syntax *syntax, struct wd_buf *buf)
{
  wd_buf_puts(buf, syntax->try_cast ? "try_cast(" : "cast(");
  print(syntax->operands[0], WD_LEVEL_OR, buf);
  wd_buf_puts(buf, " as ");
  wd_type_print(&syntax->type, buf);
  wd_buf_putc(buf, ')');
}

static void
print_case(const struct wd_syntax *syntax, struct wd_buf *buf)
{
  uint32_t i = 0, end = syntax->count - syntax->has_else;

  wd_buf_puts(buf, "case");
  if (syntax->has_subject) {
    wd_buf_putc(buf, ' ');
    print(syntax->operands[i++], WD_LEVEL_OR, buf);
  }
  for (; i < end; i += 2) {
    wd_buf_puts(buf, " when ");
    print(syntax->operands[i], WD_LEVEL_OR, buf);
    wd_buf_puts(buf, " then ");
    print(syntax->operands[i + 1], WD_LEVEL_OR, buf);
  }
  if (syntax->has_else) {
    wd_buf_puts(buf, " else ");
    print(syntax->operands[end], WD_LEVEL_OR, buf);
  }
  wd_buf_puts(buf, " end");
}

/* In brackets a column is no side of a join, and a number has no fraction. */
static void
print_field(const struct wd_syntax *syntax, struct wd_buf *buf)
{
  const struct wd_syntax *of = syntax->operands[0];
  bool brackets = of->kind == WD_SYNTAX_LITERAL ||
                  (of->kind == WD_SYNTAX_COLUMN && wd_name_is_side(of->name));

  wd_buf_puts(buf, brackets ? "(" : "");
  print(of, WD_LEVEL_PRIMARY, buf);
  wd_buf_puts(buf, brackets ? ")." : ".");
  wd_name_print(syntax->name, buf);
}

void
wd_lambda_print(const char *const *names, uint32_t count, struct wd_buf *buf)
{
  wd_buf_puts(buf, count == 1 ? "" : "(");
  for (uint32_t i = 0; i < count; i++) {
    wd_buf_puts(buf, i ? ", " : "");
    wd_name_print(names[i], buf);
  }
  wd_buf_puts(buf, count == 1 ? " -> " : ") -> ");
}

/* An expression with names before or after it. */
static void
print_named(const struct wd_syntax *syntax, struct wd_buf *buf)
{
  if (syntax->kind == WD_SYNTAX_LAMBDA) {
    wd_lambda_print(syntax->names, syntax->name_count, buf);
  } else if (syntax->kind == WD_SYNTAX_NAMED) {
    wd_name_print(syntax->name, buf);
    wd_buf_puts(buf, " => ");
  }
  print(syntax->operands[0], WD_LEVEL_OR, buf);
  if (syntax->kind == WD_SYNTAX_ALIAS) {
    wd_buf_puts(buf, " as ");
    wd_name_print(syntax->name, buf);
  }
}

static void
print_bare(const struct wd_syntax *syntax, struct wd_buf *buf)
{
  switch (syntax->kind) {
  case WD_SYNTAX_STAR:
    print_star(syntax, buf);
    break;
  case WD_SYNTAX_ALIAS:
  case WD_SYNTAX_LAMBDA:
  case WD_SYNTAX_NAMED:
    print_named(syntax, buf);
    break;
  case WD_SYNTAX_PARAMETER:
    wd_buf_putc(buf, '$');
    wd_name_print(syntax->name, buf);
    break;
  case WD_SYNTAX_WINDOW:
    print_window(syntax, buf);
    break;
  case WD_SYNTAX_COLUMN:
    if (syntax->side != WD_SIDE_NONE)
      wd_buf_puts(buf, syntax->side == WD_SIDE_LEFT ? "left." : "right.");
    wd_name_print(syntax->name, buf);
    break;
  case WD_SYNTAX_LITERAL:
    wd_literal_print(&syntax->type, &syntax->literal, buf);
    break;
  case WD_SYNTAX_OPERATOR:
    print_operator(syntax, buf);
    break;
  case WD_SYNTAX_CALL:
    print_call(syntax, buf);
    break;
  case WD_SYNTAX_CAST:
    print_cast(syntax, buf);
    break;
  case WD_SYNTAX_CASE:
    print_case(syntax, buf);
    break;
  case WD_SYNTAX_FIELD:
    print_field(syntax, buf);
    break;
  case WD_SYNTAX_IN:
    print(syntax->operands[0], WD_LEVEL_OPERAND, buf);
    wd_buf_puts(buf, syntax->negated ? " not in (" : " in (");
    print_list(syntax, 1, ", ", WD_LEVEL_OR, buf);
    wd_buf_putc(buf, ')');
    break;
  case WD_SYNTAX_TYPED:
    break;
  case WD_SYNTAX_BETWEEN:
    print(syntax->operands[0], WD_LEVEL_OPERAND, buf);
    wd_buf_puts(buf, syntax->negated ? " not between " : " between ");
    print_list(syntax, 1, " and ", WD_LEVEL_OPERAND, buf);
    break;
  }
}

static void
print(const struct wd_syntax *syntax, enum wd_level least, struct wd_buf *buf)
{
  bool brackets = level_of(syntax) < least;

  if (brackets)
    wd_buf_putc(buf, '(');
  print_bare(syntax, buf);
  if (brackets)
    wd_buf_putc(buf, ')');
}

void
wd_syntax_print(const struct wd_syntax *syntax, struct wd_buf *buf)
{
  print(syntax, WD_LEVEL_OR, buf);
}

const struct wd_syntax *
wd_syntax_pair(enum wd_function function, const struct wd_syntax *left,
               const struct wd_syntax *right, struct wd_arena *arena)
{
  struct wd_syntax *pair = wd_arena_alloc(arena, sizeof *pair);
  const struct wd_syntax **operands =
      wd_arena_array(arena, 2, sizeof *operands);

  if (!pair || !operands)
    return NULL;
  operands[0] = left;
  operands[1] = right;
  pair->kind = WD_SYNTAX_OPERATOR;
  pair->function = function;
  pair->depth = 1 + (left->depth > right->depth ? left->depth : right->depth);
  pair->start = left->start;
  pair->source = left->source;
  pair->count = 2;
  pair->operands = operands;
  return pair;
}

const struct wd_syntax *
wd_syntax_parameter(const char *name, struct wd_arena *arena)
{
  struct wd_syntax *parameter = wd_arena_alloc(arena, sizeof *parameter);

  if (!parameter)
    return NULL;
  parameter->kind = WD_SYNTAX_PARAMETER;
  parameter->name = name;
  parameter->depth = 1;
  return parameter;
}
