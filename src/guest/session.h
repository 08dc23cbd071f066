/* A session: statements of SQL, one after another, instead of a main.
 *
 * It is a program without a module (program.h). Queries are shown as main's
 * rows are, or written to a sink; tables that statements make are the
 * program's own and live as long as it.
 */
#ifndef WD_GUEST_SESSION_H
#define WD_GUEST_SESSION_H

#include "guest/program.h"
#include "guest/statement.h"

/* Statements that are run in one go, in an arena. */
struct wd_statements {
  uint32_t count;
  const struct wd_statement *list;
};

/* Reads all statements of a text before any is run. The text has no NUL and
 * outlives them. */
enum wd_status
wd_session_read(struct wd_program *program, const char *text, size_t length,
                struct wd_arena *arena, struct wd_statements *out_statements,
                struct wd_error *error);

/* Whether a text ends with a statement that is ended. */
enum wd_status
wd_session_is_whole(struct wd_program *program, const char *text, size_t length,
                    bool *out_whole, struct wd_error *error);

/* Runs one. `sink`: where the rows of a query go, NULL: they are shown. WD_OK
 * also when the plan was only explained. */
enum wd_status
wd_session_run(struct wd_program *program, const struct wd_statement *statement,
               const struct wd_grant *sink, struct wd_error *error);

/* What was cancelled before is past: the next statement runs. */
void
wd_session_resume(struct wd_program *program);

#endif
