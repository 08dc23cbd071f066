/* What the files that make plans share. */
#ifndef WD_PLAN_PLANNER_H
#define WD_PLAN_PLANNER_H

#include <assert.h>

#include "plan/typing.h"

struct planner {
  struct wd_arena *arena;
  const struct wd_binder *binder;
  struct wd_error *error;
  uint32_t sites;
  uint32_t nodes;
  uint32_t subqueries;
  uint32_t overs; /* table functions over queries */
  int64_t now;    /* microseconds since 1970, of all that is planned */
  struct wd_named_binder named; /* over this planner */
  uint32_t depth;               /* of the relation that is planned */
};

/* What expressions over a node's rows see. */
static inline struct wd_scope
wd__plan_scope(const struct planner *planner, const struct wd_plan_node *input)
{
  assert(input);
  return (struct wd_scope){.left = &input->schema,
                           .parameters = input->parameters,
                           .named = &planner->named,
                           .now = planner->now};
}

/* A node of a kind over its inputs (each may be NULL), to be filled. */
enum wd_status
wd__plan_node(struct planner *planner, enum wd_node_kind kind,
              const struct wd_plan_node *left, const struct wd_plan_node *right,
              struct wd_plan_node **out_node);

/* Plans a relation that one refers to otherwise than as its left or right. */
enum wd_status
wd__plan_relation(struct planner *planner, const struct wd_relation *relation,
                  const struct wd_plan_node **out_node);

/* Binds a closure at the next site and checks what comes out: carried types,
 * distinct names, columns in range. */
enum wd_status
wd__plan_bind(struct planner *planner, const struct wd_closure *closure,
              enum wd_role role, const struct wd_schema *input,
              const uint32_t *keys, uint32_t key_count, uint32_t *out_site,
              struct wd_bound *out_bound);

/* A project of some expressions under these names. */
enum wd_status
wd__plan_project(struct planner *planner, const struct wd_plan_node *input,
                 uint32_t count, const struct wd_expression *const *expressions,
                 const char *const *names,
                 const struct wd_plan_node **out_node);

/* The key of a named type's own order in the place of a column or another
 * expression over a node's rows; NULL: it has none. */
enum wd_status
wd__plan_order(struct planner *planner, const struct wd_plan_node *input,
               const struct wd_expression *expression,
               const struct wd_expression **out_key);

/* WD_UNSUPPORTED for keys that have one, where rows of equal keys must be
 * together and the key itself is not computed. `what` is done with them. */
enum wd_status
wd__plan_check_order(struct planner *planner, const struct wd_plan_node *input,
                     const struct wd_expression *expression, const char *what);

/* The same for a column. */
enum wd_status
wd__plan_check_column_order(struct planner *planner,
                            const struct wd_plan_node *input, uint32_t column,
                            const char *what);

/* The name of a result: as it was given, the column's, or the text. */
const char *
wd__plan_name(const struct wd_named_syntax *named,
              const struct wd_expression *expression,
              const struct wd_schema *input);

/* The column of a name; `where` says whose columns they are in the error that
 * there is none, or more than one. */
enum wd_status
wd__plan_find(struct planner *planner, const struct wd_schema *schema,
              const char *where, const char *name, uint32_t *out_column);

/* Whether a column has exactly this name. */
bool
wd__plan_has_name(const struct wd_schema *schema, const char *name);

/* More columns than there may be are an error. */
enum wd_status
wd__plan_check_width(struct planner *planner, uint64_t count);

/* Columns that come from elsewhere: carried types, distinct names. */
enum wd_status
wd__plan_check_columns(struct planner *planner, const struct wd_schema *schema,
                       const char *what);

/* The columns of a schema as expressions, and their names. */
enum wd_status
wd__plan_all_columns(struct planner *planner, const struct wd_schema *schema,
                     const struct wd_expression **expressions,
                     const char **names);

enum wd_status
wd__plan_select(struct planner *planner, const struct wd_relation *relation,
                const struct wd_plan_node *input,
                const struct wd_plan_node **out_node);

/* with-column, drop-columns, rename. */
enum wd_status
wd__plan_columns(struct planner *planner, const struct wd_relation *relation,
                 const struct wd_plan_node *input,
                 const struct wd_plan_node **out_node);

/* distinct and the set operations. */
enum wd_status
wd__plan_distinct(struct planner *planner, const struct wd_relation *relation,
                  const struct wd_plan_node *input,
                  const struct wd_plan_node **out_node);

enum wd_status
wd__plan_set(struct planner *planner, const struct wd_relation *relation,
             const struct wd_plan_node *left, const struct wd_plan_node *right,
             const struct wd_plan_node **out_node);

/* sample, with-row-index, zip-with. */
enum wd_status
wd__plan_rows(struct planner *planner, const struct wd_relation *relation,
              const struct wd_plan_node *left, const struct wd_plan_node *right,
              const struct wd_plan_node **out_node);

enum wd_status
wd__plan_explode(struct planner *planner, const struct wd_relation *relation,
                 const struct wd_plan_node *input,
                 const struct wd_plan_node **out_node);

/* The same of a column by its place, without a position. */
enum wd_status
wd__plan_explode_column(struct planner *planner,
                        const struct wd_plan_node *input, uint32_t column,
                        bool outer, const struct wd_plan_node **out_node);

enum wd_status
wd__plan_unpivot(struct planner *planner, const struct wd_relation *relation,
                 const struct wd_plan_node *input,
                 const struct wd_plan_node **out_node);

enum wd_status
wd__plan_aggregate(struct planner *planner, const struct wd_relation *relation,
                   const struct wd_plan_node *input,
                   const struct wd_plan_node **out_node);

/* The name of a measure's result. */
const char *
wd__plan_measure_name(const struct wd_measure_syntax *syntax);

/* An aggregation without keys, of measures that were added. */
enum wd_status
wd__plan_measures(struct planner *planner, const struct wd_plan_node *input,
                  const struct wd_aggregation *aggregation,
                  const struct wd_plan_node **out_node);

/* The measures of a pivot: each once for each value. */
enum wd_status
wd__plan_pivot(struct planner *planner, const struct wd_relation *relation,
               uint32_t *out_count,
               const struct wd_measure_syntax **out_measures);

enum wd_status
wd__plan_describe(struct planner *planner, const struct wd_relation *relation,
                  const struct wd_plan_node *input,
                  const struct wd_plan_node **out_node);

enum wd_status
wd__plan_reduce(struct planner *planner, const struct wd_relation *relation,
                const struct wd_plan_node *input,
                const struct wd_plan_node **out_node);

/* The same by keys that are typed, whose columns have this schema; keys stand
 * beside the row. */
enum wd_status
wd__plan_reduce_by(struct planner *planner, const struct wd_plan_node *input,
                   const struct wd_closure *closure,
                   const struct wd_schema *schema,
                   const struct wd_expression *const *keys,
                   const struct wd_plan_node **out_node);

/* Checks the condition of an as-of join; `left`: columns of the left side. */
enum wd_status
wd__plan_check_as_of(struct planner *planner,
                     const struct wd_expression *condition, uint32_t left);

enum wd_status
wd__plan_join(struct planner *planner, const struct wd_relation *relation,
              const struct wd_plan_node *left, const struct wd_plan_node *right,
              const struct wd_plan_node **out_node);

/* Lambdas over groups, partitions by number and the data that is kept
 * (plan_groups.c). */
enum wd_status
wd__plan_map_groups(struct planner *planner, const struct wd_relation *relation,
                    const struct wd_plan_node *input,
                    const struct wd_plan_node **out_node);

enum wd_status
wd__plan_co_map_groups(struct planner *planner,
                       const struct wd_relation *relation,
                       const struct wd_plan_node *left,
                       const struct wd_plan_node *right,
                       const struct wd_plan_node **out_node);

/* Binds the lambda of a co-group whose keys are there, and gives it its
 * columns; checks that the keys' types are those in which they compare. */
enum wd_status
wd__plan_bind_pair(struct planner *planner, struct wd_plan_node *node);

enum wd_status
wd__plan_check_keys(struct planner *planner, const struct wd_plan_node *node);

enum wd_status
wd__plan_repartition(struct planner *planner,
                     const struct wd_relation *relation,
                     const struct wd_plan_node *input,
                     const struct wd_plan_node **out_node);

/* A query whose text, tables and parameters are there (plan_sql.c). */
enum wd_status
wd__plan_sql(struct planner *planner, struct wd_sql *sql,
             const struct wd_plan_node **out_node);

/* The rows of a table function (plan_generate.c). */
enum wd_status
wd__plan_generate(struct planner *planner, const struct wd_relation *relation,
                  const struct wd_plan_node **out_node);

enum wd_status
wd__plan_table_function(struct planner *planner, const char *name,
                        const struct wd_closure *closure,
                        const struct wd_schema *arguments,
                        const struct wd_batch *values, uint32_t partitions,
                        const struct wd_plan_node **out_node);

/* Sets *out_node when the rows are there; NULL: the input must be planned. */
enum wd_status
wd__plan_stored(struct planner *planner, const struct wd_relation *relation,
                const struct wd_plan_node **out_node);

enum wd_status
wd__plan_cache(struct planner *planner, const struct wd_relation *relation,
               const struct wd_plan_node *input,
               const struct wd_plan_node **out_node);

/* Checks what a lambda says comes out: carried types, distinct names, at
 * least one column but for `for-each`. */
enum wd_status
wd__plan_check_output(struct planner *planner, enum wd_role role,
                      const struct wd_schema *output);

#endif
