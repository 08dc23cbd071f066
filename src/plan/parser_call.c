/* Calls, and the windows that they are over. */
#include <string.h>

#include "plan/parser.h"

/* Of a lambda in a text. */
#define VARIABLES_MAX 2

static bool
is_name(const struct wd_token *token)
{
  return token->kind == WD_TOKEN_NAME || token->kind == WD_TOKEN_QUOTED;
}

/* Whether a lambda begins here: `x ->`, `(x, y) ->`. */
static bool
at_lambda(const struct parser *p)
{
  bool bracket = at_symbol(p, '(');
  struct wd_token token = bracket ? wd__parse_peek(p) : p->token;
  struct wd_error ignored;

  while (is_name(&token)) {
    if (wd_lex(p->source, token.end, &token, &ignored) != WD_OK)
      return false;
    if (!bracket)
      return is_symbol(&token, WD_SYMBOL('-', '>'));
    if (is_symbol(&token, WD_SYMBOL(0, ')')))
      return wd_lex(p->source, token.end, &token, &ignored) == WD_OK &&
             is_symbol(&token, WD_SYMBOL('-', '>'));
    if (!is_symbol(&token, WD_SYMBOL(0, ',')) ||
        wd_lex(p->source, token.end, &token, &ignored) != WD_OK)
      return false;
  }
  return false;
}

/* `x`, `(x, y)`: the variables. */
static enum wd_status
parse_variables(struct parser *p, const char **names, uint32_t *out_count)
{
  bool bracket = at_symbol(p, '(');
  enum wd_status status = bracket ? wd__parse_advance(p) : WD_OK;

  for (*out_count = 0; status == WD_OK;) {
    if (*out_count == VARIABLES_MAX)
      return wd__parse_fail(p, p->token.start,
                            "a lambda has one or two variables");
    status = wd__parse_name(p, &names[(*out_count)++]);
    if (status != WD_OK || !bracket || !at_symbol(p, ','))
      break;
    status = wd__parse_advance(p);
  }
  return status == WD_OK && bracket ? wd__parse_symbol(p, ')') : status;
}

/* `x -> expression`. */
static enum wd_status
parse_lambda(struct parser *p, struct list *list)
{
  size_t start = p->token.start;
  const char **names = wd_arena_array(p->arena, VARIABLES_MAX, sizeof *names);
  const struct wd_syntax *body;
  struct list operand = {0};
  struct wd_syntax *node;
  uint32_t count = 0;
  enum wd_status status =
      names ? parse_variables(p, names, &count) : wd_fail_memory(p->error);

  if (status == WD_OK)
    status = wd__parse_advance(p);
  if (status == WD_OK)
    status = wd__parse_expression(p, &body);
  if (status == WD_OK)
    status = wd__parse_add(p, &operand, body);
  if (status == WD_OK)
    status = wd__parse_node(p, WD_SYNTAX_LAMBDA, start, &operand, &node);
  if (status != WD_OK)
    return status;
  node->names = names;
  node->name_count = count;
  return wd__parse_add(p, list, node);
}

/* An argument, perhaps with its name: `name => value`. */
static enum wd_status
parse_argument(struct parser *p, struct list *list)
{
  size_t start = p->token.start;
  struct wd_token next = wd__parse_peek(p);
  bool named = is_symbol(&next, WD_SYMBOL('=', '>'));
  const struct wd_syntax *argument;
  const char *name = NULL;
  struct list value = {0};
  struct wd_syntax *node;
  enum wd_status status = WD_OK;

  if (at_lambda(p))
    return parse_lambda(p, list);
  if (named)
    status = wd__parse_name(p, &name);
  if (status == WD_OK && named)
    status = wd__parse_advance(p);
  if (status == WD_OK)
    status = wd__parse_expression(p, &argument);
  if (status == WD_OK && named) {
    status = wd__parse_add(p, &value, argument);
    if (status == WD_OK)
      status = wd__parse_node(p, WD_SYNTAX_NAMED, start, &value, &node);
    if (status != WD_OK)
      return status;
    node->name = name;
    argument = node;
  }
  return status == WD_OK ? wd__parse_add(p, list, argument) : status;
}

/* The arguments of a call, after its opening bracket. */
static enum wd_status
parse_arguments(struct parser *p, struct list *list, bool *out_distinct,
                bool *out_star)
{
  struct wd_token next = wd__parse_peek(p);
  enum wd_status status = WD_OK;

  *out_distinct = *out_star = false;
  if (at_symbol(p, ')'))
    return wd__parse_advance(p);
  if (at_symbol(p, '*') && is_symbol(&next, WD_SYMBOL(0, ')'))) {
    *out_star = true;
    status = wd__parse_advance(p);
    return status == WD_OK ? wd__parse_advance(p) : status;
  }
  if (is_word(p, "distinct")) {
    *out_distinct = true;
    status = wd__parse_advance(p);
  }
  while (status == WD_OK) {
    status = parse_argument(p, list);
    if (status != WD_OK || !at_symbol(p, ','))
      break;
    status = wd__parse_advance(p);
  }
  return status == WD_OK ? wd__parse_symbol(p, ')') : status;
}

static char *
lower_name(struct parser *p)
{
  char *name =
      wd_arena_strndup(p->arena, token_text(p), p->token.end - p->token.start);

  for (char *c = name; c && *c; c++)
    if (*c >= 'A' && *c <= 'Z')
      *c = (char)(*c + ('a' - 'A'));
  return name;
}

enum wd_status
wd__parse_call_of(struct parser *p, const char *name, size_t start,
                  const struct wd_syntax *a, const struct wd_syntax *b,
                  const struct wd_syntax **out)
{
  struct list list = {0};
  struct wd_syntax *node;
  enum wd_status status = wd__parse_add(p, &list, a);

  if (status == WD_OK && b)
    status = wd__parse_add(p, &list, b);
  if (status == WD_OK)
    status = wd__parse_node(p, WD_SYNTAX_CALL, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->name = name;
  *out = node;
  return WD_OK;
}

/* `if(condition, a [, b])` is a case. */
static enum wd_status
new_if(struct parser *p, size_t start, const struct list *list,
       const struct wd_syntax **out)
{
  struct wd_syntax *node;
  enum wd_status status;

  if (list->count < 2 || list->count > 3)
    return wd__parse_fail(p, start,
                          "if takes a condition and one or two "
                          "values: if(x > 0, 'yes', 'no')");
  status = wd__parse_node(p, WD_SYNTAX_CASE, start, list, &node);
  if (status != WD_OK)
    return status;
  node->has_else = list->count == 3;
  *out = node;
  return WD_OK;
}

/* `filter (where …)`, at the word. */
static enum wd_status
parse_filter(struct parser *p, struct list *list)
{
  const struct wd_syntax *condition;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = wd__parse_symbol(p, '(');
  if (status == WD_OK && is_word(p, "where"))
    status = wd__parse_advance(p);
  if (status == WD_OK)
    status = wd__parse_expression(p, &condition);
  if (status == WD_OK)
    status = wd__parse_add(p, list, condition);
  return status == WD_OK ? wd__parse_symbol(p, ')') : status;
}

/* Expressions with commas between, after `… by`. */
static enum wd_status
parse_partitions(struct parser *p, struct list *list, uint32_t *out_count)
{
  uint32_t before = list->count;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = wd__parse_word(p, "by");
  while (status == WD_OK) {
    const struct wd_syntax *item;

    status = wd__parse_expression(p, &item);
    if (status == WD_OK)
      status = wd__parse_add(p, list, item);
    if (status != WD_OK || !at_symbol(p, ','))
      break;
    status = wd__parse_advance(p);
  }
  *out_count = list->count - before;
  return status;
}

/* Nulls come last, unless told. */
static enum wd_status
parse_key(struct parser *p, struct list *list, struct wd_window_key *out_key)
{
  const struct wd_syntax *item;
  enum wd_status status = wd__parse_expression(p, &item);

  if (status == WD_OK)
    status = wd__parse_add(p, list, item);
  *out_key = (struct wd_window_key){.descending = false};
  if (status == WD_OK && (is_word(p, "asc") || is_word(p, "desc"))) {
    out_key->descending = is_word(p, "desc");
    status = wd__parse_advance(p);
  }
  if (status != WD_OK || !is_word(p, "nulls"))
    return status;
  status = wd__parse_advance(p);
  if (status != WD_OK)
    return status;
  out_key->nulls_first = is_word(p, "first");
  if (!out_key->nulls_first && !is_word(p, "last"))
    return wd__parse_expected(p, "first or last");
  return wd__parse_advance(p);
}

static enum wd_status
parse_keys(struct parser *p, struct list *list, struct wd_window_shape *window)
{
  struct wd_window_key keys[64], *copy;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = wd__parse_word(p, "by");
  while (status == WD_OK) {
    if (window->keys == sizeof keys / sizeof *keys)
      return wd__parse_fail(p, p->token.start, "a window has at most 64 keys");
    status = parse_key(p, list, &keys[window->keys++]);
    if (status != WD_OK || !at_symbol(p, ','))
      break;
    status = wd__parse_advance(p);
  }
  if (status != WD_OK)
    return status;
  copy = wd_arena_array(p->arena, window->keys, sizeof *copy);
  if (!copy)
    return wd_fail_memory(p->error);
  memcpy(copy, keys, window->keys * sizeof *copy);
  window->sorts = copy;
  return WD_OK;
}

/* `unbounded preceding`, `3 following`, `current row`. */
static enum wd_status
parse_frame_end(struct parser *p, struct list *list,
                enum wd_frame_end_kind *out_kind)
{
  bool unbounded = is_word(p, "unbounded");
  const struct wd_syntax *offset;
  enum wd_status status = WD_OK;

  if (is_word(p, "current")) {
    *out_kind = WD_FRAME_CURRENT_ROW;
    status = wd__parse_advance(p);
    return status == WD_OK ? wd__parse_word(p, "row") : status;
  }
  if (unbounded)
    status = wd__parse_advance(p);
  else
    status = wd__parse_operand(p, &offset);
  if (status == WD_OK && !unbounded)
    status = wd__parse_add(p, list, offset);
  if (status != WD_OK)
    return status;
  if (is_word(p, "preceding"))
    *out_kind = unbounded ? WD_FRAME_UNBOUNDED_PRECEDING : WD_FRAME_PRECEDING;
  else if (is_word(p, "following"))
    *out_kind = unbounded ? WD_FRAME_UNBOUNDED_FOLLOWING : WD_FRAME_FOLLOWING;
  else
    return wd__parse_expected(p, "preceding or following");
  return wd__parse_advance(p);
}

static enum wd_status
parse_frame(struct parser *p, struct list *list, struct wd_frame *frame)
{
  size_t start = p->token.start;
  bool between;
  enum wd_status status;

  frame->unit = is_word(p, "rows")    ? WD_FRAME_ROWS
                : is_word(p, "range") ? WD_FRAME_RANGE
                                      : WD_FRAME_GROUPS;
  frame->end = WD_FRAME_CURRENT_ROW;
  status = wd__parse_advance(p);
  between = status == WD_OK && is_word(p, "between");
  if (between)
    status = wd__parse_advance(p);
  if (status == WD_OK)
    status = parse_frame_end(p, list, &frame->start);
  if (status == WD_OK && between) {
    status = wd__parse_word(p, "and");
    if (status == WD_OK)
      status = parse_frame_end(p, list, &frame->end);
  }
  if (status == WD_OK && (frame->start > frame->end ||
                          frame->start == WD_FRAME_UNBOUNDED_FOLLOWING ||
                          frame->end == WD_FRAME_UNBOUNDED_PRECEDING))
    return wd__parse_fail(p, start, "the frame ends before it starts");
  return status;
}

/* `(partition by … order by … rows …)`, after `over`. */
static enum wd_status
parse_window(struct parser *p, struct list *list,
             struct wd_window_shape *window)
{
  enum wd_status status = wd__parse_symbol(p, '(');

  if (status == WD_OK && is_word(p, "partition"))
    status = parse_partitions(p, list, &window->partitions);
  if (status == WD_OK && is_word(p, "order"))
    status = parse_keys(p, list, window);
  if (status == WD_OK &&
      (is_word(p, "rows") || is_word(p, "range") || is_word(p, "groups")))
    status = parse_frame(p, list, &window->frame);
  if (status == WD_OK && !at_symbol(p, ')'))
    return wd__parse_expected(p, "partition by, order by, rows, range, groups "
                                 "or ')'");
  return status == WD_OK ? wd__parse_advance(p) : status;
}

/* `ignore nulls` or `respect nulls`, if it is there. */
static enum wd_status
parse_nulls(struct parser *p, bool *out_ignore)
{
  struct wd_token next = wd__parse_peek(p);
  bool ignore = is_word(p, "ignore");
  enum wd_status status;

  if ((!ignore && !is_word(p, "respect")) ||
      !wd_token_is(p->source, &next, "nulls"))
    return WD_OK;
  *out_ignore = ignore;
  status = wd__parse_advance(p);
  return status == WD_OK ? wd__parse_advance(p) : status;
}

/* What may follow on the arguments: *out_window NULL when nothing does. */
static enum wd_status
parse_tail(struct parser *p, struct list *list,
           const struct wd_window_shape **out_window)
{
  struct wd_window_shape window = {.arguments = list->count}, *copy;
  struct wd_token next = wd__parse_peek(p);
  bool bracket = is_symbol(&next, WD_SYMBOL(0, '('));
  enum wd_status status = parse_nulls(p, &window.ignore_nulls);

  *out_window = NULL;
  if (status == WD_OK && is_word(p, "filter") && bracket) {
    window.has_filter = true;
    status = parse_filter(p, list);
  }
  if (status == WD_OK && is_word(p, "over")) {
    window.over = true;
    status = wd__parse_advance(p);
    if (status == WD_OK)
      status = parse_window(p, list, &window);
  }
  if (status != WD_OK ||
      !(window.over || window.has_filter || window.ignore_nulls))
    return status;
  copy = wd_arena_alloc(p->arena, sizeof *copy);
  if (!copy)
    return wd_fail_memory(p->error);
  *copy = window;
  *out_window = copy;
  return WD_OK;
}

enum wd_status
wd__parse_call(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  char *name = lower_name(p);
  const struct wd_window_shape *window = NULL;
  struct list list = {0};
  bool distinct, star;
  struct wd_syntax *node;
  enum wd_status status =
      name ? wd__parse_advance(p) : wd_fail_memory(p->error);

  if (status == WD_OK)
    status = wd__parse_advance(p);
  if (status == WD_OK)
    status = parse_arguments(p, &list, &distinct, &star);
  if (status == WD_OK && !distinct && !star &&
      (strcmp(name, "if") == 0 || strcmp(name, "iff") == 0))
    return new_if(p, start, &list, out);
  if (status == WD_OK)
    status = parse_tail(p, &list, &window);
  if (status == WD_OK)
    status = wd__parse_node(p, window ? WD_SYNTAX_WINDOW : WD_SYNTAX_CALL,
                            start, &list, &node);
  if (status != WD_OK)
    return status;
  node->name = name;
  node->distinct = distinct;
  node->star = star;
  node->window = window;
  *out = node;
  return WD_OK;
}
