/* Programs of an executor: code and memory that arrived as artifacts, loaded
 * once and shared by the tasks of the process.
 *
 * A program is known by the bytes of its message (closure.h), so tasks of the
 * same job meet in one pool. The few that were used last stay when no task uses
 * them, for the next stage or job. Any thread.
 */
#ifndef WD_SPARK_PROGRAM_H
#define WD_SPARK_PROGRAM_H

#include "engine/spark/closure.h"
#include "lambda/lambda.h"

struct wd_executor_program;

/* Finds or loads the program of a closure (its encoded message); artifacts lie
 * in the folder. One use is the caller's. */
enum wd_status
wd_executor_program_use(struct wd_sc_view closure, const char *folder,
                        struct wd_executor_program **out_program,
                        struct wd_error *error);

/* Ends a use. Also for NULL. */
void
wd_executor_program_leave(struct wd_executor_program *program);

/* Takes what its lambdas counted and said since the last time, in all tasks of
 * the process, and appends it: for each a letter (`c`, `s`), a number of 64
 * bits (the counter's, the stream's), a length of 32 bits, a text. */
void
wd_executor_program_report(struct wd_executor_program *program,
                           struct wd_buf *buf);

struct wd_pool *
wd_executor_program_pool(struct wd_executor_program *program);

/* The lambda of the closure, bound in a worker of the calling thread when no
 * task did it yet; stays as long as the use. WD_LAMBDA_FAILED when it answers
 * otherwise than when the plan was made. */
enum wd_status
wd_executor_program_lambda(struct wd_executor_program *program,
                           struct wd_sc_view closure,
                           const struct wd_lambda **out_lambda,
                           struct wd_error *error);

#endif
