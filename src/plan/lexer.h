/* Tokens of the text language. Pure functions over a source; any thread. */
#ifndef WD_PLAN_LEXER_H
#define WD_PLAN_LEXER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "plan/source.h"

enum wd_token_kind {
  WD_TOKEN_END,
  WD_TOKEN_NAME,   /* also keywords */
  WD_TOKEN_QUOTED, /* "…" */
  WD_TOKEN_NUMBER,
  WD_TOKEN_STRING, /* '…' */
  WD_TOKEN_BINARY, /* x'…' */
  WD_TOKEN_SYMBOL, /* symbol */
};

/* A symbol of one or two characters as a number; `<=>` and `<->` have numbers
 * too. */
#define WD_SYMBOL(first, second) ((uint16_t)((first) << 8 | (second)))
#define WD_SYMBOL_NULL_SAFE WD_SYMBOL('<', '?')
#define WD_SYMBOL_DISTANCE WD_SYMBOL('<', '!')

struct wd_token {
  enum wd_token_kind kind;
  uint16_t symbol;
  size_t start;
  size_t end;
};

/* Past blanks and comments: `-- … end of line`, and between slashes and stars.
 * A comment without an end is not passed. */
size_t
wd_lex_skip(const struct wd_source *source, size_t at);

/* The token at or after `at`. WD_INVALID_PLAN for what is none. */
enum wd_status
wd_lex(const struct wd_source *source, size_t at, struct wd_token *out_token,
       struct wd_error *error);

/* Whether it is this word (lower case), case folded. */
bool
wd_token_is(const struct wd_source *source, const struct wd_token *token,
            const char *word);

/* What stands between the quotes of a string or a quoted name, doubled quotes
 * made single; zero-terminated. NULL: out of memory. */
char *
wd_token_unquote(const struct wd_source *source, const struct wd_token *token,
                 struct wd_arena *arena, size_t *out_length);

/* Words that name no column unless they are quoted. */
bool
wd_word_reserved(const char *text, size_t length);

/* Whether a name can be written without quotes, reserved words apart. */
bool
wd_name_is_word(const char *name, size_t length);

/* Writes a column's name, quoted where it has to be. */
void
wd_name_print(const char *name, struct wd_buf *buf);

/* Whether a name, case folded, is a join's side: `left` or `right`. */
bool
wd_name_is_side(const char *name);

#endif
