/* A task: one lambda of a plan at work on one partition, on a thread of its
 * own.
 *
 * A JVM's thread has a stack that Java's frames fill, and nobody knows how far;
 * guests run on a thread that this room makes, with a stack of known size. The
 * JVM's thread gives it a command, waits, and looks at what came out; it may
 * look away while it waits, to see whether it was told to stop. So two threads
 * use a task, but never at once, except for wd_task_kill, which any may call.
 */
#ifndef WD_SPARK_TASK_H
#define WD_SPARK_TASK_H

#include "program.h"

struct wd_task;

enum wd_task_command {
  WD_TASK_START, /* given by wd_task_new */
  WD_TASK_CALL,  /* map, filter, flat-map: the input; partitions: pushes it */
  WD_TASK_END,   /* partitions: the end of the input */
  WD_TASK_RIGHT, /* co-groups: pushes the right */
  WD_TASK_RIGHT_END,
  WD_TASK_NEXT, /* more of the output */
  WD_TASK_OPEN, /* the next group, when the last is shut */
  WD_TASK_SHUT,
  WD_TASK_UPDATE, /* states, groups and input to states */
  WD_TASK_COMBINE,
  WD_TASK_FINISH, /* states to rows */
  WD_TASK_SCAN,   /* tables: the first rows of the partition */
  WD_TASK_QUIT,   /* given by wd_task_free */
};

/* Begins one; the closure is copied. Loading and binding go on in the task:
 * wait for it. */
enum wd_status
wd_task_new(struct wd_sc_view closure, const char *folder, uint32_t partition,
            uint32_t partitions, struct wd_task **out_task,
            struct wd_error *error);

/* Ends it, which waits for its command. Also for NULL. */
void
wd_task_free(struct wd_task *task);

/* How many nodes and buffers a batch of that slot has, in the form that Spark
 * has for its types (engine/spark/carried.h). After the start. */
void
wd_task_shape(const struct wd_task *task, int slot, uint32_t *out_nodes,
              uint32_t *out_buffers);

/* Says where the batch of a slot lies, until the next command has ended. The
 * arrays are the task's to fill, as long as wd_task_shape says. */
struct wd_task_input {
  uint32_t rows;
  uint32_t node_count;
  uint32_t buffer_count;
  struct wd_node *nodes;
  uint64_t *sizes;
  const uint8_t **sources;
};

struct wd_task_input *
wd_task_input(struct wd_task *task, int slot);

/* The columns of a table function that are wanted, in this order; before the
 * scan. Without it, all are. WD_INVALID_ARGUMENT: it has no such column. */
enum wd_status
wd_task_columns(struct wd_task *task, const uint32_t *columns, uint32_t count,
                struct wd_error *error);

/* The groups of an update: for each row of the input the row of states. */
void
wd_task_groups(struct wd_task *task, const uint32_t *groups);

/* Gives a command to a task that has none. */
void
wd_task_run(struct wd_task *task, enum wd_task_command command);

/* Waits so long for its end; whether it ended. */
bool
wd_task_wait(struct wd_task *task, uint32_t milliseconds);

/* How the last command failed, or NULL. A task that failed can only be freed.
 */
const struct wd_error *
wd_task_failure(const struct wd_task *task);

/* What came out, NULL for nothing; until the next command. *out_more: a
 * WD_TASK_NEXT may give more. */
const struct wd_batch *
wd_task_output(const struct wd_task *task, bool *out_more);

/* Bytes of each buffer of the output that its rows need. */
void
wd_task_output_sizes(const struct wd_task *task, uint64_t *out_sizes);

/* Copies them, NaNs made canonical. */
void
wd_task_output_copy(const struct wd_task *task, const uint64_t *sizes,
                    uint8_t *const *places);

/* What lambdas of its program counted and said (program.h). After the start;
 * not while a command runs. */
void
wd_task_report(struct wd_task *task, struct wd_buf *buf);

/* Stops the guest; call it again while the command goes on. */
void
wd_task_kill(struct wd_task *task);

#endif
