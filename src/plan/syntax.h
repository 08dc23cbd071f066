/* The text language of expressions: text to syntax tree.
 *
 * Grammar and meaning: docs/expressions.md. The tree keeps positions, so that
 * errors can show the text with a caret. Trees are immutable in an arena and
 * hold no types: names are resolved when the plan is typed (typing.h).
 * Hostile texts: at most 64 KiB, 4,096 nodes, depth 200.
 */
#ifndef WD_PLAN_SYNTAX_H
#define WD_PLAN_SYNTAX_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "plan/function.h"

struct wd_syntax;

/* One expression, with an optional `as name` (*out_name NULL without; out_name
 * NULL: `as` is refused). WD_INVALID_PLAN, WD_UNSUPPORTED or
 * WD_LIMIT_EXCEEDED, with the text and a caret below the message. */
enum wd_status
wd_syntax_parse(const char *text, size_t length, struct wd_arena *arena,
                const struct wd_syntax **out_syntax, const char **out_name,
                struct wd_error *error);

/* Whether it is a lone `*`. */
bool
wd_syntax_is_star(const struct wd_syntax *syntax);

/* The name that the result has without `as`: the column's own name for a lone
 * column, else the text of the expression as it was written (blanks folded). */
const char *
wd_syntax_default_name(const struct wd_syntax *syntax);

/* A function over two expressions that were parsed; NULL: out of memory. */
const struct wd_syntax *
wd_syntax_pair(enum wd_function function, const struct wd_syntax *left,
               const struct wd_syntax *right, struct wd_arena *arena);

/* `$name`, which was never a text; NULL: out of memory. */
const struct wd_syntax *
wd_syntax_parameter(const char *name, struct wd_arena *arena);

/* Prints it in canonical form. */
void
wd_syntax_print(const struct wd_syntax *syntax, struct wd_buf *buf);

#endif
