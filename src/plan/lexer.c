#include "plan/lexer.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"

static const char *const reserved[] = {
    "and", "as",   "between", "case", "distinct", "else", "end",  "false", "in",
    "is",  "like", "not",     "null", "or",       "then", "true", "when",
};

static const uint16_t pairs[] = {
    WD_SYMBOL('<', '='), WD_SYMBOL('>', '='), WD_SYMBOL('<', '>'),
    WD_SYMBOL('!', '='), WD_SYMBOL('=', '='), WD_SYMBOL('|', '|'),
    WD_SYMBOL(':', ':'), WD_SYMBOL('/', '/'), WD_SYMBOL('<', '<'),
    WD_SYMBOL('>', '>'), WD_SYMBOL('-', '>'), WD_SYMBOL('=', '>'),
};

static bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Characters past ASCII that are blanks, punctuation or operators, and would
 * hide in a name: what word processors make of quotes and blanks. */
static bool
is_disguised(uint32_t point)
{
  return (point < 0xc0 && point != 0xaa && point != 0xb5 && point != 0xba) ||
         point == 0xd7 || point == 0xf7 ||
         (point >= 0x2000 && point < 0x2070) ||
         (point >= 0x3000 && point < 0x3004) || point == 0xfeff;
}

static uint32_t
decode(const uint8_t *text, size_t size)
{
  uint32_t point = text[0] & (size == 1 ? 0x7fu : 0x7fu >> size);

  for (size_t i = 1; i < size; i++)
    point = point << 6 | (text[i] & 0x3f);
  return point;
}

/* Length of the name character at a place, 0 when there is none. */
static size_t
name_step(const char *text, size_t length, bool first)
{
  size_t size = wd_utf8_step((const uint8_t *)text, length);
  char c = size ? *text : '\0';

  if (size > 1)
    return is_disguised(decode((const uint8_t *)text, size)) ? 0 : size;
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (!first && is_digit(c));
}

static size_t
name_end(const struct wd_source *source, size_t at)
{
  size_t size = name_step(source->text + at, source->length - at, true);

  while (size) {
    at += size;
    size = name_step(source->text + at, source->length - at, false);
  }
  return at;
}

static size_t
digits_end(const struct wd_source *source, size_t at)
{
  while (at < source->length && is_digit(source->text[at]))
    at++;
  return at;
}

static enum wd_status
lex_number(const struct wd_source *source, struct wd_token *token,
           struct wd_error *error)
{
  const char *text = source->text; /* zero-terminated */
  size_t at = digits_end(source, token->start);

  token->kind = WD_TOKEN_NUMBER;
  if (text[at] == '.') {
    if (!is_digit(text[at + 1]))
      return wd_source_fail(source, at, WD_INVALID_PLAN, error,
                            "a number's point must be followed by digits");
    at = digits_end(source, at + 1);
  }
  if (text[at] == 'e' || text[at] == 'E') {
    size_t digits = at + 1 + (text[at + 1] == '+' || text[at + 1] == '-');

    if (is_digit(text[digits]))
      at = digits_end(source, digits);
  }
  if (name_step(text + at, source->length - at, false))
    return wd_source_fail(source, token->start, WD_INVALID_PLAN, error,
                          "'%.*s' is neither a number nor a name",
                          (int)(name_end(source, at) - token->start < 60
                                    ? name_end(source, at) - token->start
                                    : 60),
                          text + token->start);
  token->end = at;
  return WD_OK;
}

/* From the opening quote on. */
static enum wd_status
lex_quoted(const struct wd_source *source, size_t at, struct wd_token *token,
           struct wd_error *error)
{
  char quote = source->text[at];

  for (at++; at < source->length; at++) {
    if (source->text[at] != quote)
      continue;
    if (source->text[at + 1] != quote) {
      token->end = at + 1;
      return WD_OK;
    }
    at++;
  }
  return wd_source_fail(source, token->start, WD_INVALID_PLAN, error,
                        "the %s that begins here has no closing %c",
                        quote == '"' ? "name" : "text", quote);
}

static enum wd_status
lex_symbol(const struct wd_source *source, struct wd_token *token,
           struct wd_error *error)
{
  const char *at = source->text + token->start;
  size_t size;

  token->kind = WD_TOKEN_SYMBOL;
  if (at[0] == '<' && at[1] == '=' && at[2] == '>') {
    token->symbol = WD_SYMBOL_NULL_SAFE;
    token->end = token->start + 3;
    return WD_OK;
  }
  if (at[0] == '<' && at[1] == '-' && at[2] == '>') {
    token->symbol = WD_SYMBOL_DISTANCE;
    token->end = token->start + 3;
    return WD_OK;
  }
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    if (WD_SYMBOL((uint8_t)at[0], (uint8_t)at[1]) == pairs[i]) {
      token->symbol = pairs[i];
      token->end = token->start + 2;
      return WD_OK;
    }
  if (strchr("+-*/%<>=(),.$&|~[]{}:", *at) && !(at[0] == '&' && at[1] == '&')) {
    token->symbol = WD_SYMBOL(0, (uint8_t)*at);
    token->end = token->start + 1;
    return WD_OK;
  }
  size = wd_utf8_step((const uint8_t *)at, source->length - token->start);
  return wd_source_fail(source, token->start, WD_INVALID_PLAN, error,
                        "unexpected '%.*s'%s", (int)size, at,
                        *at == '!'   ? "; to negate, write: not"
                        : *at == '&' ? "; write: and"
                        : *at == '^'
                            ? "; write power(x, y), or bitwise_xor(x, y)"
                        : *at == ';' ? "; one expression is one text"
                        : size > 1 ? "; quotes are ' for text and \" for names"
                                   : "");
}

size_t
wd_lex_skip(const struct wd_source *source, size_t at)
{
  const char *text = source->text; /* zero-terminated */

  for (;;) {
    while (at < source->length && strchr(" \t\r\n", text[at]))
      at++;
    if (text[at] == '-' && text[at + 1] == '-') {
      while (at < source->length && text[at] != '\n')
        at++;
    } else if (text[at] == '/' && text[at + 1] == '*') {
      const char *end = strstr(text + at + 2, "*/");

      if (!end)
        return at;
      at = (size_t)(end - text) + 2;
    } else {
      return at;
    }
  }
}

enum wd_status
wd_lex(const struct wd_source *source, size_t at, struct wd_token *out_token,
       struct wd_error *error)
{
  const char *text = source->text;
  char c, next;

  at = wd_lex_skip(source, at);
  *out_token = (struct wd_token){.start = at, .end = at};
  if (at == source->length)
    return WD_OK;
  c = text[at];
  next = text[at + 1];
  if (c == '/' && next == '*')
    return wd_source_fail(source, at, WD_INVALID_PLAN, error,
                          "the comment that begins here has no closing */");
  if (is_digit(c) || (c == '.' && is_digit(next)))
    return lex_number(source, out_token, error);
  if (c == '\'' || c == '"') {
    out_token->kind = c == '"' ? WD_TOKEN_QUOTED : WD_TOKEN_STRING;
    return lex_quoted(source, at, out_token, error);
  }
  if ((c == 'x' || c == 'X') && next == '\'') {
    out_token->kind = WD_TOKEN_BINARY;
    return lex_quoted(source, at + 1, out_token, error);
  }
  out_token->end = name_end(source, at);
  if (out_token->end > at) {
    out_token->kind = WD_TOKEN_NAME;
    return WD_OK;
  }
  return lex_symbol(source, out_token, error);
}

bool
wd_token_is(const struct wd_source *source, const struct wd_token *token,
            const char *word)
{
  size_t length = strlen(word);

  return token->kind == WD_TOKEN_NAME && token->end - token->start == length &&
         strncasecmp(source->text + token->start, word, length) == 0;
}

char *
wd_token_unquote(const struct wd_source *source, const struct wd_token *token,
                 struct wd_arena *arena, size_t *out_length)
{
  const char *text = source->text;
  size_t at = token->start + (token->kind == WD_TOKEN_BINARY);
  char quote = text[at], *copy = wd_arena_alloc(arena, token->end - at);
  size_t length = 0;

  if (!copy)
    return NULL;
  for (at++; at < token->end - 1; at++) {
    copy[length++] = text[at];
    at += text[at] == quote;
  }
  *out_length = length;
  return copy;
}

bool
wd_word_reserved(const char *text, size_t length)
{
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
    if (strlen(reserved[i]) == length &&
        strncasecmp(reserved[i], text, length) == 0)
      return true;
  return false;
}

bool
wd_name_is_word(const char *name, size_t length)
{
  const struct wd_source source = {.text = name, .length = length};

  return length && name_end(&source, 0) == length;
}

void
wd_name_print(const char *name, struct wd_buf *buf)
{
  if (wd_name_is_word(name, strlen(name)) &&
      !wd_word_reserved(name, strlen(name))) {
    wd_buf_puts(buf, name);
    return;
  }
  wd_buf_putc(buf, '"');
  for (; *name; name++) {
    if (*name == '"')
      wd_buf_putc(buf, '"');
    wd_buf_putc(buf, *name);
  }
  wd_buf_putc(buf, '"');
}

bool
wd_name_is_side(const char *name)
{
  return strcasecmp(name, "left") == 0 || strcasecmp(name, "right") == 0;
}
