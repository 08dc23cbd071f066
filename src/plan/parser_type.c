/* Types in a text: casts, and texts that are cast. */
#include <string.h>

#include "plan/parser.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Types that are written with `<…>`, which is no comparison then. */
static const char *const bracketed[] = {
    "decimal",
    "numeric",
    "timestamp",
    "timestamp_tz",
    "timestamptz",
    "precision_timestamp",
    "precision_timestamp_tz",
    "time",
    "duration",
    "fixedbinary",
    "list",
    "fixedlist",
    "struct",
    "map",
    "enum",
    "union",
};

/* The end of a type's name and what it has in brackets. */
static size_t
name_end(const struct parser *p, bool in_cast)
{
  const struct wd_source *source = p->source;
  struct wd_token next = wd__parse_peek(p);
  bool angled = is_symbol(&next, WD_SYMBOL(0, '<')) ||
                is_symbol(&next, WD_SYMBOL('<', '='));
  bool known = in_cast;
  int depth = 0;

  for (size_t i = 0; i < COUNT(bracketed); i++)
    known = known || is_word(p, bracketed[i]);
  if (!is_symbol(&next, WD_SYMBOL(0, '(')) &&
      !(angled && known && (in_cast || next.start == p->token.end)))
    return p->token.end;
  for (size_t at = next.start; at < source->length; at++) {
    char c = source->text[at];

    depth += c == '(' || c == '<';
    depth -= c == ')' || c == '>';
    if (depth == 0)
      return at + 1;
  }
  return p->token.end;
}

/* The end of a type's text that begins with the current token. Only in a cast
 * do `[]` and `[3]` belong to it: elsewhere they ask for an element. */
static size_t
type_end(const struct parser *p, bool in_cast)
{
  const struct wd_source *source = p->source;
  size_t end = name_end(p, in_cast);

  for (size_t at = end; in_cast && at < source->length; at++) {
    char c = source->text[at];

    if (c == ']')
      end = at + 1;
    else if (!strchr(" \t\r\n[0123456789", c))
      break;
  }
  return end;
}

/* A name that the program may have registered, which is known when the
 * expression is typed: the type of a null with it. */
static enum wd_status
parse_named(struct parser *p, struct wd_type *out_type)
{
  const char *name;
  enum wd_status status = wd__parse_name(p, &name);

  *out_type = wd_type_of(WD_TYPE_NULL);
  out_type->extension = name;
  return status;
}

/* Whether it is a name alone, of no type of the language's. */
static bool
at_named(const struct parser *p)
{
  struct wd_token next = wd__parse_peek(p);
  struct wd_error ignored = {.status = WD_OK};
  struct wd_type type;

  if (p->token.kind == WD_TOKEN_QUOTED)
    return true;
  if (is_symbol(&next, WD_SYMBOL(0, '<')) ||
      is_symbol(&next, WD_SYMBOL(0, '(')) ||
      is_symbol(&next, WD_SYMBOL(0, '[')))
    return false;
  for (size_t i = 0; i < COUNT(bracketed); i++)
    if (is_word(p, bracketed[i]))
      return false;
  return wd_type_parse(token_text(p), p->token.end - p->token.start, p->arena,
                       &type, &ignored) == WD_INVALID_ARGUMENT;
}

static enum wd_status
parse_type(struct parser *p, bool in_cast, struct wd_type *out_type)
{
  struct wd_error error = {.status = WD_OK};
  size_t start = p->token.start, end;
  char text[64];

  if (p->token.kind != WD_TOKEN_NAME &&
      !(in_cast && p->token.kind == WD_TOKEN_QUOTED))
    return wd__parse_expected(p, "a type");
  if (in_cast && at_named(p))
    return parse_named(p, out_type);
  end = type_end(p, in_cast);
  if (wd_type_parse(p->source->text + start, end - start, p->arena, out_type,
                    &error) != WD_OK) {
    if (error.status == WD_NO_MEMORY)
      return wd_error_pass(p->error, &error);
    return wd_source_fail(p->source, start,
                          error.status == WD_UNSUPPORTED ? WD_UNSUPPORTED
                                                         : WD_INVALID_PLAN,
                          p->error, "%s", error.message);
  }
  if (!wd_type_carried(out_type) || out_type->id == WD_TYPE_NULL)
    return wd_source_fail(p->source, start, WD_UNSUPPORTED, p->error,
                          "casts to %s are not supported",
                          wd_type_text(out_type, text, sizeof text));
  p->token.end = end;
  return wd__parse_advance(p);
}

enum wd_status
wd__parse_cast_of(struct parser *p, size_t start,
                  const struct wd_syntax *operand, bool try_cast, bool in_cast,
                  const struct wd_syntax **out)
{
  struct list list = {0};
  struct wd_syntax *node;
  enum wd_status status = wd__parse_add(p, &list, operand);

  if (status == WD_OK)
    status = wd__parse_node(p, WD_SYNTAX_CAST, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->try_cast = try_cast;
  *out = node;
  return parse_type(p, in_cast, &node->type);
}

/* `cast(x as type)`, at the word. */
enum wd_status
wd__parse_cast(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  bool try_cast = is_word(p, "try_cast");
  const struct wd_syntax *operand;
  enum wd_status status = wd__parse_advance(p);

  if (status == WD_OK)
    status = wd__parse_symbol(p, '(');
  if (status == WD_OK)
    status = wd__parse_expression(p, &operand);
  if (status == WD_OK)
    status = wd__parse_word(p, "as");
  if (status == WD_OK)
    status = wd__parse_cast_of(p, start, operand, try_cast, true, out);
  return status == WD_OK ? wd__parse_symbol(p, ')') : status;
}

/* Whether a type and a text of it begin here: `time '…'`, `timestamp<9> '…'`.
 */
bool
wd__at_typed_text(const struct parser *p)
{
  size_t end = name_end(p, false);
  struct wd_token token;
  struct wd_type type;

  return wd_lex(p->source, end, &token, NULL) == WD_OK &&
         token.kind == WD_TOKEN_STRING &&
         wd_type_parse(p->source->text + p->token.start, end - p->token.start,
                       p->arena, &type, NULL) == WD_OK;
}

/* A text that is cast, at its type. */
enum wd_status
wd__parse_typed_text(struct parser *p, const struct wd_syntax **out)
{
  size_t start = p->token.start;
  const struct wd_syntax *text = NULL;
  struct list list = {0};
  struct wd_syntax *node;
  struct wd_type type;
  enum wd_status status = parse_type(p, false, &type);

  if (status == WD_OK)
    status = wd__parse_text(p, &text);
  if (status == WD_OK)
    status = wd__parse_add(p, &list, text);
  if (status == WD_OK)
    status = wd__parse_node(p, WD_SYNTAX_CAST, start, &list, &node);
  if (status != WD_OK)
    return status;
  node->type = type;
  *out = node;
  return WD_OK;
}
