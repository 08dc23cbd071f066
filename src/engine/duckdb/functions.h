/* Registered functions and their slots.
 *
 * DuckDB's C API fixes a function's types when it is registered and cannot
 * drop it. So a function is registered once per kind, signature and ordinal,
 * and reaches a lambda through its slot, which a query fills when it is
 * lowered and empties when it ends. Names are `wd_<kind>_<number>`; guests'
 * text never names functions. An empty slot that is called fails the query.
 */
#ifndef WD_ENGINE_DUCKDB_FUNCTIONS_H
#define WD_ENGINE_DUCKDB_FUNCTIONS_H

#include "engine/duckdb/call.h"

enum wd_duck_kind {
  WD_DUCK_MAP,       /* map, filter, scalar: a value or a STRUCT */
  WD_DUCK_FLAT_MAP,  /* a LIST on the first row of the chunk, or partition */
  WD_DUCK_SINK,      /* partitions; a BOOLEAN that nobody reads */
  WD_DUCK_AGGREGATE, /* a value or a STRUCT */
  WD_DUCK_BARRIER,   /* true; keeps DuckDB from moving what is around it */
};

struct wd_duck_slot {
  struct wd_duck_slot *next; /* of the engine; slots are never freed before */
  enum wd_duck_kind kind;
  char name[24];
  char *signature;
  bool taken;                          /* under the engine's lock */
  _Atomic(struct wd_duck_call *) call; /* NULL: empty */
};

/* Takes a slot for the call's lambda and fills it. */
enum wd_status
wd_duck_slot_take(struct wd_duck_engine *engine, enum wd_duck_kind kind,
                  struct wd_duck_call *call, struct wd_error *error);

/* Empties it. No engine thread may be in its function. */
void
wd_duck_slot_give_back(struct wd_duck_engine *engine,
                       struct wd_duck_slot *slot);

/* At the engine's end, after the database was closed. */
void
wd_duck_slots_free(struct wd_duck_engine *engine);

/* How many functions are registered. For tests. */
uint32_t
wd_duck_slots_count(struct wd_duck_engine *engine);

/* What is registered for the kinds. */
void
wd_duck_map_run(duckdb_function_info info, duckdb_data_chunk input,
                duckdb_vector output);

void
wd_duck_flat_map_run(duckdb_function_info info, duckdb_data_chunk input,
                     duckdb_vector output);

void
wd_duck_sink_run(duckdb_function_info info, duckdb_data_chunk input,
                 duckdb_vector output);

void
wd_duck_barrier_run(duckdb_function_info info, duckdb_data_chunk input,
                    duckdb_vector output);

/* Sets the functions of an aggregate. */
void
wd_duck_aggregate_define(duckdb_aggregate_function function);

#endif
