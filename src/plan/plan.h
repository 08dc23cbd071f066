/* A plan: relations with names resolved and types known; what engines run.
 *
 * Made from a relation and a binder at an action (or for `schema`). All of it
 * lives in one arena, immutable after making. Types are Substrait's
 * (function.h), independent of any engine: an engine that computes another
 * type casts. A plan is a tree; a relation that is used twice is there twice.
 */
#ifndef WD_PLAN_PLAN_H
#define WD_PLAN_PLAN_H

#include "plan/expression.h"
#include "plan/registry.h"
#include "plan/relation.h"

struct wd_lambda; /* src/lambda; opaque here */
struct wd_sql;    /* sql.h */
struct wd_named_binder;
struct wd_sql_binder; /* sql.h */

/* What a binder makes of a closure at one place of a plan. */
struct wd_bound {
  struct wd_lambda *lambda;
  struct wd_schema output;
  /* A map's: for each column of `output` the input's that it is, as it came,
   * or UINT32_MAX for one that the lambda gives. NULL: it gives all. The
   * columns that it gives are in the order of `output`. */
  const uint32_t *passed;
  bool all_columns;
  uint32_t column_count; /* wanted input columns, in order */
  const uint32_t *columns;
  bool deterministic, total, strict;
  uint32_t partitions; /* of a table function: how many it has */
};

/* Whether that column of the input is wanted. */
static inline bool
wd_bound_wants(const struct wd_bound *bound, uint32_t column)
{
  for (uint32_t i = 0; !bound->all_columns && i < bound->column_count; i++)
    if (bound->columns[i] == column)
      return true;
  return bound->all_columns;
}

/* An argument of a function that is known when the function is bound: one row
 * of one column. */
struct wd_constant {
  uint32_t column; /* of the input: which argument */
  struct wd_batch value;
};

/* A call of a registered function; its arguments are the expression's (of one
 * over a window the first ones), of which it wants bound.columns. */
struct wd_named_call {
  const char *name;
  struct wd_closure closure;
  uint32_t site;
  struct wd_bound bound; /* strict, deterministic: promised in either way */
};

/* Caps: what a small program could otherwise make grow without end (a data set
 * joined with itself, again and again). */
#define WD_PLAN_NODES 10000u
#define WD_PLAN_DEPTH 1000u
#define WD_PLAN_COLUMNS 10000u
#define WD_PLAN_GROUPING_SETS 4096u

/* Most partitions of a repartition: each is a cursor of its own. */
#define WD_PLAN_PARTITIONS 1000000u

/* How often a sample with replacement may give a row, on average. */
#define WD_SAMPLE_FRACTION_MAX 100.0

struct wd_binder {
  void *env;
  /* The schema of a granted table. */
  enum wd_status (*table)(void *env, const char *name,
                          const struct wd_option *options, uint32_t count,
                          struct wd_arena *arena, struct wd_schema *out_schema,
                          struct wd_error *error);
  /* Binds a closure; `site` numbers the places of the plan from 0. */
  enum wd_status (*bind)(void *env, const struct wd_closure *closure,
                         enum wd_role role, const struct wd_schema *input,
                         const uint32_t *keys, uint32_t key_count,
                         uint32_t site, struct wd_arena *arena,
                         struct wd_bound *out_bound, struct wd_error *error);
  /* The same for a closure over the groups of equal keys of two inputs. */
  enum wd_status (*bind_pair)(void *env, const struct wd_closure *closure,
                              const struct wd_schema *left,
                              const uint32_t *left_keys,
                              const struct wd_schema *right,
                              const uint32_t *right_keys, uint32_t key_count,
                              uint32_t site, struct wd_arena *arena,
                              struct wd_bound *out_bound,
                              struct wd_error *error);
  /* Functions by name; NULL: there are none. */
  const struct wd_registry *functions;
  /* Binds one of them to arguments of these types. */
  enum wd_status (*bind_named)(void *env, const struct wd_named *function,
                               const struct wd_schema *input,
                               const struct wd_constant *constants,
                               uint32_t constant_count, uint32_t site,
                               struct wd_arena *arena,
                               struct wd_bound *out_bound,
                               struct wd_error *error);
  /* The same for a table function: `values` is one row of its arguments;
   * `name` is NULL for one that was not registered. */
  enum wd_status (*bind_table)(
      void *env, const char *name, const struct wd_closure *closure,
      const struct wd_schema *arguments, const struct wd_batch *values,
      uint32_t partitions, uint32_t site, struct wd_arena *arena,
      struct wd_bound *out_bound, struct wd_error *error);
  /* The same for one over a relation: behind its columns `input` has the
   * arguments, which are the constants. */
  enum wd_status (*bind_relation)(void *env, const struct wd_named *function,
                                  const struct wd_schema *input,
                                  const uint32_t *keys, uint32_t key_count,
                                  const struct wd_constant *constants,
                                  uint32_t constant_count, uint32_t site,
                                  struct wd_arena *arena,
                                  struct wd_bound *out_bound,
                                  struct wd_error *error);
  /* Reads a query in the engine's SQL: fills in what the engine finds. */
  enum wd_status (*sql)(void *env, struct wd_sql *sql,
                        const struct wd_sql_binder *binder,
                        struct wd_arena *arena, struct wd_error *error);
  /* Whether the rows of a cache are there already; their schema then. */
  enum wd_status (*stored)(void *env, void *stored, struct wd_arena *arena,
                           bool *out_filled, struct wd_schema *out_schema,
                           struct wd_error *error);
};

enum wd_node_kind {
  WD_NODE_READ,
  WD_NODE_VALUES,
  WD_NODE_RANGE,
  WD_NODE_GENERATE, /* a table function: uses `lambda` */
  WD_NODE_PROJECT,  /* expressions */
  WD_NODE_FILTER,   /* predicate */
  WD_NODE_LAMBDA,   /* map, filter, flat-map, map-partitions: by role */
  WD_NODE_AGGREGATE,
  WD_NODE_JOIN, /* output: left's columns, then right's (not semi, anti) */
  WD_NODE_SORT,
  WD_NODE_LIMIT,
  WD_NODE_CO_GROUP, /* lambda over the groups of left and right */
  WD_NODE_REPARTITION,
  WD_NODE_SORT_WITHIN, /* each partition: uses `sort` */
  WD_NODE_CACHE,       /* left is NULL when the rows are there already */
  WD_NODE_DISTINCT,
  WD_NODE_SET, /* the columns of both sides have the same types */
  WD_NODE_SAMPLE,
  WD_NODE_ROW_INDEX, /* the left's columns, then the index */
  WD_NODE_EXPAND,    /* so many rows for each row */
  WD_NODE_ZIP,       /* left's columns, then right's */
  WD_NODE_SQL,       /* a query in the engine's SQL over inputs by name */
  WD_NODE_EXPLODE,   /* [position,] items in the place of their list or map */
};

struct wd_sort_key {
  const struct wd_expression *expression;
  bool descending;
  bool nulls_first;
};

/* One result of an aggregation: a function over arguments, or a lambda (role
 * aggregate or reduce) over arguments; bound.columns are indices of arguments.
 * A lambda's output columns follow each other in the node's schema: one for an
 * aggregate, all of the row for a reduce. */
struct wd_measure {
  enum wd_aggregate_function function;
  const char *name; /* of one that the program registered; NULL: it is none */
  bool distinct;
  struct wd_bound bound; /* bound.lambda != NULL: a lambda */
  enum wd_role role;
  struct wd_closure closure; /* of a lambda */
  uint32_t site;
  uint32_t argument_count;
  const struct wd_expression *const *arguments;
  const struct wd_expression *filter; /* or NULL */
  /* Of a function that follows an order: the one of its rows. None: theirs. */
  uint32_t sort_count;
  const struct wd_sort_key *sorts;
  struct wd_type type; /* of a function's result */
  bool nullable;
};

/* Calls for each subquery in the expressions of a filter or a project; others
 * have none. */
void
wd_plan_each_subquery(const struct wd_plan_node *node,
                      void (*each)(void *env,
                                   const struct wd_subquery *subquery),
                      void *env);

/* An aggregate function over a window (call->window->aggregate) as a measure.
 */
struct wd_measure
wd_window_measure(const struct wd_expression *call);

/* (struct wd_node of arrow/batch.h is an array's length: a plan's node is a
 * struct wd_plan_node.) */
struct wd_plan_node {
  enum wd_node_kind kind;
  struct wd_schema schema; /* what comes out */
  const struct wd_plan_node *left;
  const struct wd_plan_node *right;
  const struct wd_parameters *parameters; /* known in expressions over it */
  union {
    struct {
      const char *name;
      uint32_t option_count;
      const struct wd_option *options;
    } read;
    struct {
      uint32_t batch_count;
      const struct wd_rows *batches; /* the relation's, kept by the plan */
    } values;
    struct {
      int64_t start, end, step;
    } range;
    struct {
      const struct wd_expression *const *expressions; /* schema.count */
    } project;
    const struct wd_expression *filter;
    struct {
      enum wd_role role;
      struct wd_closure closure;
      uint32_t site;
      struct wd_bound bound;
      uint32_t key_count; /* of a group, or of each side of a co-group */
      const uint32_t *keys;
      /* A co-group's: columns of the right, and the types in which keys are
       * compared. */
      const uint32_t *right_keys;
      const struct wd_type *key_types;
    } lambda;
    struct {
      uint32_t key_count; /* the first columns of the schema */
      const struct wd_expression *const *keys;
      uint32_t set_count; /* none: all keys; else each key is in one */
      const struct wd_key_set *sets;
      uint32_t measure_count;
      const struct wd_measure *measures;
      bool drop_empty; /* a reduce without keys: no row for no rows */
    } aggregate;
    struct {
      enum wd_join_kind kind;
      const struct wd_expression *condition; /* NULL: cross */
    } join;
    struct {
      uint32_t count;
      const struct wd_sort_key *keys;
    } sort;
    struct {
      uint64_t count, offset;
    } limit;
    struct {
      uint32_t count;
      uint32_t column_count; /* none: evenly */
      const uint32_t *columns;
    } repartition;
    void *stored; /* a cache's */
    const struct wd_sql *sql;
    struct {
      uint32_t count; /* 0: rows that are equal in all columns */
      const uint32_t *columns;
    } distinct;
    struct {
      uint32_t column;
      bool outer;
      bool has_position;
    } explode;
    enum wd_set_operation set;
    struct {
      double fraction;
      bool replacement;
      uint64_t seed;
    } sample;
    struct {
      uint32_t kept_count; /* columns of the left, which come first */
      const uint32_t *kept;
      uint32_t row_count;
      /* Row by row, schema.count - kept_count each. */
      const struct wd_expression *const *expressions;
    } expand;
  };
};

struct wd_plan {
  struct wd_arena arena;
  struct wd_relation *relation; /* a reference: values live there */
  const struct wd_plan_node *root;
  uint32_t site_count;
};

/* Resolves names, derives types, binds lambdas bottom-up. A name that is not
 * there is an error that lists what there is; columns of a type that is not
 * carried yet are refused by name (bind refuses what a lambda or a table
 * gives). On failure nothing is left in *out_plan. */
enum wd_status
wd_plan_make(struct wd_mem *mem, struct wd_relation *relation,
             const struct wd_binder *binder, struct wd_plan *out_plan,
             struct wd_error *error);

/* Also for a zeroed plan. Lambdas are the binder's business. */
void
wd_plan_fini(struct wd_plan *plan);

/* Forms of a plan for people and their tools, by what asks for them. */
#define WD_PLAN_FORMS(X)                                                       \
  X(WD_PLAN_TEXT, "text")       /* a tree: one node a line, two blanks a level \
                                 */                                            \
  X(WD_PLAN_JSON, "json")       /* its nodes and edges */                      \
  X(WD_PLAN_DOT, "dot")         /* for Graphviz */                             \
  X(WD_PLAN_MERMAID, "mermaid") /* a flowchart */                              \
  X(WD_PLAN_HTML, "html")       /* a page with the picture */

#define WD_PLAN_FORM_LIST "text, json, dot, mermaid, html"

enum wd_plan_form {
#define WD_X(form, name) form,
  WD_PLAN_FORMS(WD_X)
#undef WD_X
};

/* False: there is none of that name. */
bool
wd_plan_form_find(const char *name, size_t length, enum wd_plan_form *out_form);

/* One graph in all forms: the same nodes, in the same order. */
void
wd_plan_print(const struct wd_plan *plan, enum wd_plan_form form,
              struct wd_buf *buf);

#endif
