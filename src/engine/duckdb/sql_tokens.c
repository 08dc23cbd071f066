#include "engine/duckdb/sql_tokens.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum kind {
  KIND_END,
  KIND_WORD,   /* a name or a keyword */
  KIND_QUOTED, /* "a name" */
  KIND_OTHER,  /* a string, a number, a sign */
};

struct token {
  enum kind kind;
  size_t start;
  size_t end;
};

/* A part of the text [from, to), and what stands there instead. */
struct edit {
  size_t from;
  size_t to;
  const char *text;
};

struct rewriter {
  const char *text;
  size_t length;
  const struct wd_registry *functions;
  struct wd_arena *arena;
  const char *begin; /* `(SELECT mark FROM ` */
  struct wd_buf edits;
  struct wd_buf buf;
  size_t copied; /* of the text, to the buffer */
  size_t *work;  /* tokens that may still be read: calls in calls are reread */
  struct wd_sql_piece *pieces;
};

/* ---- Words (as PostgreSQL's lexer, which DuckDB's is) -------------------- */

static bool
begins_word(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (unsigned char)c >= 0x80;
}

static bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* After a comment, which may hold others; `at`: behind its begin. */
static size_t
skip_comment(const struct rewriter *r, size_t at)
{
  uint32_t depth = 1;

  while (at < r->length && depth) {
    if (strncmp(r->text + at, "*/", 2) == 0) {
      depth--;
      at += 2;
    } else if (strncmp(r->text + at, "/*", 2) == 0) {
      depth++;
      at += 2;
    } else {
      at++;
    }
  }
  return at;
}

static size_t
skip_blanks(const struct rewriter *r, size_t at)
{
  for (;;) {
    at += strspn(r->text + at, " \t\r\n\f\v");
    if (strncmp(r->text + at, "--", 2) == 0)
      at += strcspn(r->text + at, "\n");
    else if (strncmp(r->text + at, "/*", 2) == 0)
      at = skip_comment(r, at + 2);
    else
      return at;
  }
}

/* After a quote: quotes in it are doubled, or follow a backslash. */
static size_t
skip_quoted(const struct rewriter *r, size_t at, char quote, bool escapes)
{
  for (; at < r->length; at++) {
    if (escapes && r->text[at] == '\\') {
      at++;
    } else if (r->text[at] == quote) {
      if (r->text[at + 1] != quote)
        return at + 1;
      at++;
    }
  }
  return r->length;
}

/* `$$ … $$`, `$tag$ … $tag$`; else `$name` or `$1`. */
static size_t
skip_dollar(const struct rewriter *r, size_t at)
{
  size_t tag = at + 1;
  const char *end;

  while (begins_word(r->text[tag]) || (tag > at + 1 && is_digit(r->text[tag])))
    tag++;
  if (r->text[tag] != '$')
    return tag > at + 1 ? tag : at + 1;
  tag++;
  for (end = r->text + tag; (end = strchr(end, '$')); end++)
    if (strncmp(end, r->text + at, tag - at) == 0)
      return (size_t)(end - r->text) + (tag - at);
  return r->length;
}

static size_t
skip_word(const struct rewriter *r, size_t at)
{
  while (begins_word(r->text[at]) || is_digit(r->text[at]) ||
         r->text[at] == '$')
    at++;
  return at;
}

static struct token
read_token(const struct rewriter *r, size_t at)
{
  struct token token = {KIND_OTHER, skip_blanks(r, at), 0};
  char c = r->text[token.start];

  at = token.start;
  *r->work -= *r->work > 0;
  if (at >= r->length || *r->work == 0) {
    token.start = r->length;
    token.kind = KIND_END;
    token.end = r->length;
  } else if ((c == 'e' || c == 'E') && r->text[at + 1] == '\'') {
    token.end = skip_quoted(r, at + 2, '\'', true);
  } else if (begins_word(c)) {
    token.kind = KIND_WORD;
    token.end = skip_word(r, at);
  } else if (c == '"') {
    token.kind = KIND_QUOTED;
    token.end = skip_quoted(r, at + 1, '"', false);
  } else if (c == '\'') {
    token.end = skip_quoted(r, at + 1, '\'', false);
  } else if (c == '$') {
    token.end = skip_dollar(r, at);
  } else if (is_digit(c)) {
    token.end = skip_word(r, at);
  } else {
    token.end = at + 1;
  }
  return token;
}

static bool
is_sign(const struct rewriter *r, struct token token, char sign)
{
  return token.kind == KIND_OTHER && token.end == token.start + 1 &&
         r->text[token.start] == sign;
}

static bool
is_word(const struct rewriter *r, struct token token, const char *word)
{
  return token.kind == KIND_WORD && token.end - token.start == strlen(word) &&
         strncasecmp(r->text + token.start, word, strlen(word)) == 0;
}

/* The token that closes a bracket; `at`: behind the bracket. */
static struct token
find_close(const struct rewriter *r, size_t at)
{
  uint32_t depth = 1;
  struct token token;

  for (;;) {
    token = read_token(r, at);
    at = token.end;
    if (is_sign(r, token, '('))
      depth++;
    if (token.kind == KIND_END || (is_sign(r, token, ')') && --depth == 0))
      return token;
  }
}

/* ---- What is written instead --------------------------------------------- */

/* Appends the text up to `to`, from where the last piece ended. */
static bool
copy_until(struct rewriter *r, size_t to)
{
  struct wd_sql_piece *piece = wd_arena_alloc(r->arena, sizeof *piece);

  if (!piece)
    return false;
  *piece = (struct wd_sql_piece){r->pieces, r->buf.length, r->copied,
                                 to - r->copied};
  r->pieces = piece;
  wd_buf_add(&r->buf, r->text + r->copied, to - r->copied);
  r->copied = to;
  return true;
}

static int
compare_edits(const void *a, const void *b)
{
  const struct edit *left = a, *right = b;

  return left->from != right->from
             ? (left->from < right->from ? -1 : 1)
             : (left->to > right->to) - (left->to < right->to);
}

/* Those of arguments inside of arguments came later than theirs. */
static bool
write_edited(struct rewriter *r)
{
  struct edit *edits = (struct edit *)(void *)r->edits.data;
  size_t count = r->edits.length / sizeof *edits;

  if (count)
    qsort(edits, count, sizeof *edits, compare_edits);
  for (size_t i = 0; i < count; i++) {
    if (edits[i].from < r->copied)
      continue;
    if (!copy_until(r, edits[i].from))
      return false;
    wd_buf_puts(&r->buf, edits[i].text);
    r->copied = edits[i].to;
  }
  return copy_until(r, r->length);
}

/* `a, b` of `(a, b)`, or what stands until the argument's end or a word. */
struct span {
  size_t start;
  size_t end;
};

static bool
read_list(const struct rewriter *r, size_t *at, struct span *out)
{
  struct token token = read_token(r, *at);

  if (is_sign(r, token, '(')) {
    struct token close = find_close(r, token.end);

    *out = (struct span){token.end, close.start};
    *at = close.end;
    return close.kind != KIND_END;
  }
  out->start = token.start;
  out->end = token.start;
  while (token.kind != KIND_END && !is_sign(r, token, ',') &&
         !is_sign(r, token, ')') && !is_word(r, token, "order")) {
    out->end = *at = token.end;
    token = read_token(r, *at);
  }
  return out->end > out->start;
}

/* `PARTITION BY …`, `ORDER BY …`; false: it is there and is not understood. */
static bool
read_clause(const struct rewriter *r, size_t *at, const char *word,
            struct span *out)
{
  struct token token = read_token(r, *at), by;

  if (!is_word(r, token, word))
    return true;
  by = read_token(r, token.end);
  if (!is_word(r, by, "by"))
    return false;
  *at = by.end;
  return read_list(r, at, out);
}

/* `t`, `"T"`, `(t)`, `(SELECT …)`, behind TABLE. */
static bool
read_table(const struct rewriter *r, size_t *at, struct span *out)
{
  struct token token = read_token(r, *at), close, name;

  if (token.kind == KIND_WORD || token.kind == KIND_QUOTED) {
    *out = (struct span){token.start, token.end};
    *at = token.end;
    return true;
  }
  if (!is_sign(r, token, '('))
    return false;
  close = find_close(r, token.end);
  name = read_token(r, token.end);
  *at = close.end;
  *out = (struct span){token.start, close.end};
  if ((name.kind == KIND_WORD || name.kind == KIND_QUOTED) &&
      read_token(r, name.end).start == close.start)
    *out = (struct span){name.start, name.end};
  return close.kind != KIND_END;
}

static void
replace(struct rewriter *r, size_t from, size_t to, const char *text)
{
  const struct edit edit = {from, to, text};

  wd_buf_add(&r->edits, &edit, sizeof edit);
}

/* At an argument: rewrites what is around its parts when it is a table.
 * Answers where it ends then, and otherwise `at`. */
static size_t
rewrite_argument(struct rewriter *r, size_t at)
{
  struct token token = read_token(r, at), next = read_token(r, token.end);
  struct span table, keys = {0, 0}, order = {0, 0};
  size_t end, last;

  /* `name => `, `name := ` */
  if (token.kind == KIND_WORD &&
      (is_sign(r, next, '=') || is_sign(r, next, ':')))
    token = read_token(r, read_token(r, next.end).end);
  end = token.end;
  if (!is_word(r, token, "table") || !read_table(r, &end, &table) ||
      !read_clause(r, &end, "partition", &keys) ||
      !read_clause(r, &end, "order", &order))
    return at;
  next = read_token(r, end);
  if (!is_sign(r, next, ',') && !is_sign(r, next, ')'))
    return at;
  replace(r, token.start, table.start, r->begin);
  last = table.end;
  if (keys.end) {
    replace(r, last, keys.start, " GROUP BY ");
    last = keys.end;
  }
  if (order.end) {
    replace(r, last, order.start, " ORDER BY ");
    last = order.end;
  }
  replace(r, last, end, ")");
  return end;
}

static bool
is_table_function(const struct rewriter *r, struct token token)
{
  bool quoted = token.kind == KIND_QUOTED;
  const struct wd_named *function;

  if (token.kind != KIND_WORD && !quoted)
    return false;
  function = wd_registry_find(r->functions, r->text + token.start + quoted,
                              token.end - token.start - 2 * (size_t)quoted);
  return function && function->kind == WD_NAMED_TABLE;
}

/* The arguments of a call; `at`: behind its bracket. */
static void
rewrite_call(struct rewriter *r, size_t at)
{
  uint32_t depth = 1;
  bool begins = true;

  while (depth) {
    struct token token;

    if (begins && depth == 1)
      at = rewrite_argument(r, at);
    token = read_token(r, at);
    if (token.kind == KIND_END)
      return;
    at = token.end;
    begins = is_sign(r, token, ',');
    if (is_sign(r, token, '('))
      depth++;
    else if (is_sign(r, token, ')'))
      depth--;
  }
}

/* Arguments are looked at again as what they are: calls may be in them. */
static bool
rewrite(struct rewriter *r)
{
  struct token before = {KIND_OTHER, 0, 0}, token;
  size_t at = 0;

  for (;;) {
    token = read_token(r, at);
    if (token.kind == KIND_END)
      return !r->edits.failed && write_edited(r);
    at = token.end;
    if (is_sign(r, token, '(') && is_table_function(r, before))
      rewrite_call(r, at);
    before = token;
  }
}

static const char *
choose_mark(const char *text, struct wd_arena *arena)
{
  for (uint32_t i = 0;; i++) {
    const char *mark = wd_arena_printf(arena, "wd_rows_%u", i);

    if (!mark || !strstr(text, mark))
      return mark;
  }
}

enum wd_status
wd_sql_rewrite(const char *text, size_t length,
               const struct wd_registry *functions, const char *mark,
               struct wd_arena *arena, struct wd_sql_rewritten *out,
               struct wd_error *error)
{
  struct rewriter r = {
      .text = text, .length = length, .functions = functions, .arena = arena};
  size_t work = 16 * length + 4096;
  bool good;

  r.work = &work;
  *out = (struct wd_sql_rewritten){text, length, mark, NULL};
  if (!functions || mark)
    return WD_OK;
  mark = choose_mark(text, arena);
  r.begin = mark ? wd_arena_printf(arena, "(SELECT %s FROM ", mark) : NULL;
  wd_buf_init(&r.buf, arena->mem, SIZE_MAX / 2);
  wd_buf_init(&r.edits, arena->mem, SIZE_MAX / 2);
  good = r.begin && rewrite(&r) && !r.buf.failed;
  if (good && r.pieces->next) {
    out->length = r.buf.length;
    out->text = wd_arena_strndup(arena, wd_buf_text(&r.buf), r.buf.length);
    out->mark = mark;
    out->pieces = r.pieces;
    good = out->text != NULL;
  }
  wd_buf_fini(&r.edits);
  wd_buf_fini(&r.buf);
  return good ? WD_OK : wd_fail_memory(error);
}

size_t
wd_sql_written_at(const struct wd_sql_rewritten *rewritten, size_t at)
{
  const struct wd_sql_piece *piece = rewritten->pieces;

  if (!piece)
    return at;
  while (piece->next && piece->at > at)
    piece = piece->next;
  at -= piece->at;
  return piece->from + (at < piece->length ? at : piece->length);
}
