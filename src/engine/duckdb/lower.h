/* Lowering: a plan to SQL text.
 *
 * Columns are c0, c1 … at every step; each step is a query over the one below
 * it. What DuckDB computes in another type than the plan's is cast. Lambdas
 * become calls of functions whose slots are taken here, sources of rows get
 * their numbers here: all of it is the query's. Values are typed literals, not
 * parameters: DuckDB prunes files and row groups by constants that it sees.
 */
#ifndef WD_ENGINE_DUCKDB_LOWER_H
#define WD_ENGINE_DUCKDB_LOWER_H

#include "engine/duckdb/query.h"

/* How deep plans may be nested; DuckDB's planner recurses. */
#define WD_DUCK_DEPTH 1000

/* How many parts an expression may have as SQL: more than one that is written
 * can have, but some operands are there several times (`between`), and DuckDB
 * plans large ones for minutes. */
#define WD_DUCK_PARTS 10000

/* Most bytes of generated SQL. */
#define WD_DUCK_SQL_MAX (64u << 20)

/* The end of a frame that is all of a partition, for aggregates of ours: when
 * it knows that, DuckDB 1.5 hands them states that are not there. */
#define WD_DUCK_ALL_ROWS "4611686018427387903"

struct wd_duck_extent;
struct wd_duck_known_extents;

struct wd_duck_lowering {
  struct wd_duck_engine *engine;
  struct wd_query *query; /* NULL: the text is for people, nothing is taken */
  struct wd_arena *arena;
  struct wd_error *error;
  uint32_t lambdas; /* seen so far, to name them when nothing is taken */
  uint32_t depth;
  uint32_t parts; /* of the expression that is lowered */
  uint32_t nested;
  /* No column of the node that is lowered next is used: DuckDB would leave out
   * a lambda whose result nobody looks at. */
  bool idle;
  bool placed;        /* rows below the measures have their place as `t.i` */
  bool grouping_sets; /* their keys are columns `t.k0` … */
  /* The node that is lowered next shall give the number of each row's
   * partition as a column `b`, and rows in its order: it is a repartition, or
   * one reaches it (wd_duck_partitions). */
  bool numbered;
  /* Of the columns that the next expressions look at: what is below may hand
   * them on narrow (extent.h). NULL: they have their types. */
  const struct wd_duck_extent *extents;
  struct wd_duck_known_extents *known_extents;
  bool extents_failed; /* for lack of memory */
  const char *over; /* the window of the aggregate that is lowered, or NULL */
  /* Whose part of the query is lowered; NULL: its own. */
  const struct wd_duck_fill *fill;
  const struct wd_duck_stage *stage; /* the one that it is below, or NULL */
};

/* Appends the query of a node. */
enum wd_status
wd_duck_lower_node(struct wd_duck_lowering *lowering,
                   const struct wd_plan_node *node, struct wd_buf *buf);

/* The same for a whole plan; *out_ordered: whether rows have an order. */
enum wd_status
wd_duck_lower_plan(struct wd_duck_lowering *lowering,
                   const struct wd_plan *plan, struct wd_buf *buf,
                   bool *out_ordered);

/* A column of relation j<number>, one of those that are joined. */
struct wd_duck_place {
  uint32_t relation, column;
};

/* Appends an expression over the columns of one relation, or, for a join, of
 * two: columns from `left_count` on are those of the right one; or over
 * columns of any number of relations, by their places. */
struct wd_duck_scope {
  const char *left;  /* the relation's name */
  const char *right; /* NULL: one relation */
  uint32_t left_count;
  const struct wd_duck_place *places; /* one for each column, or NULL */
};

enum wd_status
wd_duck_lower_expression(struct wd_duck_lowering *lowering,
                         const struct wd_expression *expression,
                         const struct wd_duck_scope *scope, struct wd_buf *buf);

/* The same for one that may be narrow (extent.h). */
enum wd_status
wd_duck_lower_narrow(struct wd_duck_lowering *lowering,
                     const struct wd_expression *expression,
                     const struct wd_duck_scope *scope, struct wd_buf *buf);

/* Whether it is over a window, or has a part that is. */
bool
wd_duck_has_window(const struct wd_expression *expression);

/* Whether it looks at any column. */
bool
wd_duck_uses_columns(const struct wd_expression *expression);

/* An aggregate function as SQL, in the type of its result. */
enum wd_status
wd_duck_lower_measure(struct wd_duck_lowering *lowering,
                      const struct wd_measure *measure, struct wd_buf *buf);

/* The same for a lambda; a STRUCT when it gives no single column. */
enum wd_status
wd_duck_lower_lambda_measure(struct wd_duck_lowering *lowering,
                             const struct wd_measure *measure,
                             struct wd_buf *buf);

enum wd_status
wd_duck_lower_literal(const struct wd_type *type,
                      const struct wd_literal *literal, struct wd_buf *buf,
                      struct wd_error *error);

/* Why a buffer of SQL failed: no memory, or too much text. */
enum wd_status
wd_duck_buf_failure(const struct wd_buf *buf, struct wd_error *error);

/* Appends a text in quotes; any bytes but NUL. */
void
wd_duck_quote(const char *text, size_t length, char quote, struct wd_buf *buf);

/* Takes a slot for a lambda and gives the function's name. */
enum wd_status
wd_duck_lower_lambda(struct wd_duck_lowering *lowering, int kind,
                     const struct wd_lambda *lambda, bool wrapped,
                     struct wd_duck_call **out_call, const char **out_name);

/* Whether the engine can carry a lambda's columns. For a query. */
enum wd_status
wd_duck_lambda_check(const struct wd_duck_lowering *lowering,
                     const struct wd_lambda *lambda);

/* Appends `function(columns) AS <as> FROM what is below`. */
enum wd_status
wd_duck_lower_input(struct wd_duck_lowering *lowering,
                    const struct wd_plan_node *node, const char *name,
                    const char *as, struct wd_buf *buf);

/* Appends the keys of a sort, without words in front. */
enum wd_status
wd_duck_lower_sort_keys(struct wd_duck_lowering *lowering,
                        const struct wd_plan_node *node, struct wd_buf *buf);

/* Whether a node is a project that only chooses columns. */
bool
wd_duck_chooses_columns(const struct wd_plan_node *node);

/* Whether the rows that come out have an order that a sort gave them. */
bool
wd_duck_is_ordered(const struct wd_plan_node *node);

/* Appends `c0, c1 …` of a relation, each with the relation's name before it;
 * they count on from `first` in the result. */
void
wd_duck_write_columns(const char *relation, uint32_t count, uint32_t first,
                      struct wd_buf *buf);

/* Whether rows come to the node through a lambda that filters, or beside one:
 * what filters after it must stay after it, because its author may rely on the
 * lambda (and a lambda that fails for a row must fail). */
bool
wd_duck_is_guarded(const struct wd_plan_node *node);

/* The steps that have files of their own. */
enum wd_status
wd_duck_lower_read(struct wd_duck_lowering *lowering,
                   const struct wd_plan_node *node, struct wd_buf *buf);

enum wd_status
wd_duck_lower_filter(struct wd_duck_lowering *lowering,
                     const struct wd_plan_node *node, struct wd_buf *buf);

enum wd_status
wd_duck_lower_join(struct wd_duck_lowering *lowering,
                   const struct wd_plan_node *node, struct wd_buf *buf);

enum wd_status
wd_duck_lower_sql(struct wd_duck_lowering *lowering,
                  const struct wd_plan_node *node, struct wd_buf *buf);

enum wd_status
wd_duck_lower_aggregate(struct wd_duck_lowering *lowering,
                        const struct wd_plan_node *node, struct wd_buf *buf);

enum wd_status
wd_duck_lower_rows(struct wd_duck_lowering *lowering,
                   const struct wd_plan_node *node, struct wd_buf *buf);

/* What stands after its arguments; `more` is a condition as SQL, or NULL. */
enum wd_status
wd_duck_lower_measure_filter(struct wd_duck_lowering *lowering,
                             const struct wd_measure *measure, const char *more,
                             struct wd_buf *buf);

enum wd_status
wd_duck_lower_lambda_node(struct wd_duck_lowering *lowering,
                          const struct wd_plan_node *node, struct wd_buf *buf);

/* Partition lambdas, lambdas over groups and co-groups (lower_stage.c). */
enum wd_status
wd_duck_lower_partition_node(struct wd_duck_lowering *lowering,
                             const struct wd_plan_node *node,
                             struct wd_buf *buf);

enum wd_status
wd_duck_lower_group_node(struct wd_duck_lowering *lowering,
                         const struct wd_plan_node *node, struct wd_buf *buf);

/* How many partitions reach a lambda over the node's rows; 0: they were not
 * numbered, or what is below takes them apart. */
uint32_t
wd_duck_partitions(const struct wd_plan_node *node);

enum wd_status
wd_duck_lower_repartition(struct wd_duck_lowering *lowering,
                          const struct wd_plan_node *node, struct wd_buf *buf);

enum wd_status
wd_duck_lower_sort_within(struct wd_duck_lowering *lowering,
                          const struct wd_plan_node *node, struct wd_buf *buf);

/* Rows that are kept (lower_stored.c). */
enum wd_status
wd_duck_lower_cache(struct wd_duck_lowering *lowering,
                    const struct wd_plan_node *node, struct wd_buf *buf);

/* The statement that makes a table of the query, or adds to one. */
enum wd_status
wd_duck_lower_into(struct wd_duck_lowering *lowering,
                   const struct wd_request *request, const char *query,
                   char **out_sql);

/* Appends the rows below a filter or a project as t, with the names by which
 * its subqueries look at them, and, for `SELECT`, all columns but these. */
enum wd_status
wd_duck_lower_around(struct wd_duck_lowering *lowering,
                     const struct wd_plan_node *node, struct wd_buf *buf);

void
wd_duck_write_rest(const struct wd_plan_node *node, struct wd_buf *buf);

/* Appends `(query) AS name`. */
enum wd_status
wd_duck_lower_from(struct wd_duck_lowering *lowering,
                   const struct wd_plan_node *node, const char *name,
                   struct wd_buf *buf);

/* The file that is written, in a folder's case in it; checks the options of
 * Arrow, which is written without SQL. */
enum wd_status
wd_duck_lower_target(struct wd_duck_lowering *lowering,
                     const struct wd_request *request);

/* COPY (query) TO path, in the arena. */
enum wd_status
wd_duck_lower_write(struct wd_duck_lowering *lowering,
                    const struct wd_request *request,
                    const struct wd_schema *schema, const char *query,
                    char **out_sql);

/* The query's sql and schema, for a write of partitions that are not DuckDB's:
 * the columns that are in files, then the path of their folder, by which rows
 * are sorted. */
enum wd_status
wd_duck_lower_parts(struct wd_duck_lowering *lowering,
                    const struct wd_request *request, const char *sql);

#endif
