/* Stages: the part of a plan below a map_partitions.
 *
 * It runs as a query of its own, on a thread and a connection of its own; its
 * top is a sink function that pushes batches into the lambda's partitions
 * (one cursor for each worker) and what these give into a queue. The queue is
 * the source of the rest of the plan. When the upstream query has ended its
 * thread ends the partitions of all workers, then the queue. Groups and
 * partitions by number have no sink: their rows are fetched (runs.h).
 *
 * What reads a queue is begun when that is full, or has all that it will have:
 * DuckDB's threads would wait for rows in it, and be missed by the stage.
 */
#ifndef WD_ENGINE_DUCKDB_STAGE_H
#define WD_ENGINE_DUCKDB_STAGE_H

#include "engine/duckdb/call.h"
#include "engine/duckdb/queue.h"
#include "engine/duckdb/source.h"

struct wd_duck_cursor;

struct wd_duck_stage {
  struct wd_duck_source source; /* first: the queue's end */
  bool runs;        /* groups or partitions by number (runs.h), no sink */
  uint32_t numbers; /* how many partitions; 0: groups, or a sink's */
  struct wd_duck_stage *next; /* of the query; those above come first */
  struct wd_duck_call *call;
  const struct wd_duck_fill *fill; /* that it is a part of; NULL: the query */
  const struct wd_duck_stage
      *above; /* that reads it; NULL: the query or fill */
  const char *sql;
  bool ordered; /* preserve_insertion_order */
  duckdb_connection connection;
  pthread_t thread;
  bool started;
  struct wd_duck_queue queue;
  duckdb_logical_type *types; /* of the chunks in the queue */
  pthread_mutex_t lock;       /* cursors */
  struct wd_duck_cursor *cursors;
  uint32_t cursor_count;
};

/* For a lambda whose call is in its slot already. */
enum wd_status
wd_duck_stage_new(struct wd_query *query, struct wd_duck_call *call,
                  struct wd_duck_stage **out_stage, struct wd_error *error);

enum wd_status
wd_duck_stage_start(struct wd_duck_stage *stage, struct wd_error *error);

/* Waits until what reads these stages may begin: those of a fill (NULL: of the
 * query) below a stage (NULL: below none). */
void
wd_duck_stages_settle(struct wd_query *query, const struct wd_duck_fill *fill,
                      const struct wd_duck_stage *above);

/* Makes its query and its consumer stop soon. Any thread. */
void
wd_duck_stage_stop(struct wd_duck_stage *stage);

/* Waits for its thread; it was stopped or has ended. */
void
wd_duck_stage_join(struct wd_duck_stage *stage);

/* Whether the rest of the plan wants no more rows. */
bool
wd_duck_stage_is_closed(struct wd_duck_stage *stage);

/* Columns of the chunks in the queue. */
uint32_t
wd_duck_stage_width(const struct wd_duck_stage *stage);

#endif
