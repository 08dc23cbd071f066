/* Runs: how a stage hands groups, and partitions by number, to its lambda.
 *
 * The stage's query gives rows in which those of a run follow each other (it
 * sorts, and spills when it must). Consumers, one for each engine thread, take
 * chunks in turn; whoever takes a run's beginning takes all of it, slice by
 * slice, so that a run may be larger than memory. Columns of the query: the
 * lambda's (a co-group's: left, then right), then what tells runs apart.
 */
#ifndef WD_ENGINE_DUCKDB_RUNS_H
#define WD_ENGINE_DUCKDB_RUNS_H

#include "engine/duckdb/stage.h"

/* Runs the query to its end and hands all of it over. WD_CANCELLED when the
 * rest of the plan wants no more rows. The stage's thread. */
enum wd_status
wd_duck_runs_run(struct wd_duck_stage *stage, struct wd_error *error);

#endif
