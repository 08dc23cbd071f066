/* Relations: what the builder made, call by call, untyped.
 *
 * Immutable and shared: a data set's handle holds a reference, a relation
 * holds its inputs. Expressions are parsed (syntax errors show at once), names
 * and types are looked at when a plan is made of it (plan.h), because lambdas
 * are bound on memory as of the action. Counting is atomic; any thread.
 */
#ifndef WD_PLAN_RELATION_H
#define WD_PLAN_RELATION_H

#include "arrow/batch.h"
#include "base/hash.h"
#include "base/role.h"
#include "plan/expression.h"
#include "plan/syntax.h"

enum wd_relation_kind {
  WD_REL_READ,
  WD_REL_VALUES,
  WD_REL_RANGE,
  WD_REL_GENERATE,
  WD_REL_SELECT,
  WD_REL_FILTER,
  WD_REL_LAMBDA, /* map, filter, flat-map, map-partitions: by role */
  WD_REL_AGGREGATE,
  WD_REL_REDUCE,
  WD_REL_JOIN,
  WD_REL_SORT,
  WD_REL_LIMIT,
  WD_REL_MAP_GROUPS,
  WD_REL_CO_MAP_GROUPS, /* left, right */
  WD_REL_REPARTITION,
  WD_REL_SORT_WITHIN, /* each partition: uses `sort` */
  WD_REL_CACHE,
  WD_REL_WITH_COLUMN,
  WD_REL_DROP_COLUMNS,
  WD_REL_RENAME,
  WD_REL_DISTINCT,
  WD_REL_SET,
  WD_REL_SAMPLE,
  WD_REL_ROW_INDEX,
  WD_REL_UNPIVOT,
  WD_REL_ZIP,
  WD_REL_PARAMETERS,
  WD_REL_DESCRIBE,
  WD_REL_EXPLODE,
  WD_REL_WRITTEN, /* a plan of its own, in another form */
};

/* As the WIT's enum `join-kind`, in its order. */
enum wd_join_kind {
  WD_JOIN_INNER,
  WD_JOIN_LEFT,
  WD_JOIN_RIGHT,
  WD_JOIN_FULL,
  WD_JOIN_SEMI,
  WD_JOIN_ANTI,
  WD_JOIN_CROSS,
  WD_JOIN_AS_OF,
  WD_JOIN_AS_OF_LEFT,
};

/* As the WIT's enum `set-operation`, in its order. */
enum wd_set_operation {
  WD_SET_UNION_ALL,
  WD_SET_UNION_DISTINCT,
  WD_SET_INTERSECT_ALL,
  WD_SET_INTERSECT_DISTINCT,
  WD_SET_EXCEPT_ALL,
  WD_SET_EXCEPT_DISTINCT,
};

/* A program that a written plan carries: code and memory. Its parts are not
 * trusted, but they have these hashes. */
struct wd_carried {
  struct wd_hash hash; /* of all of it */
  const char *code;
  size_t code_size;
  const char *image;
  size_t image_size; /* 0: memory as the code begins with it */
  uint32_t argument_count;
  const char *const *arguments;
  uint64_t job; /* as whose its lambdas run; 0: the job that they are in */
};

/* A function of a program and its state, and whose: opaque. It is the program
 * that made the relation, which the binder knows, or a struct wd_carried. */
struct wd_closure {
  const void *program;
  uint32_t function;
  uint32_t state;
};

struct wd_named_syntax {
  const char *name; /* NULL: the default name */
  const struct wd_syntax *syntax;
};

struct wd_sort_syntax {
  const struct wd_syntax *syntax;
  bool descending;
  bool nulls_first;
};

struct wd_measure_syntax {
  const char *name;
  bool is_lambda;
  const struct wd_syntax *syntax; /* an aggregate call */
  struct wd_closure closure;
  uint32_t argument_count;
  const struct wd_syntax *const *arguments;
  const struct wd_syntax *filter; /* or NULL */
};

/* The keys of one side of a grouping. */
struct wd_keys_syntax {
  uint32_t count;
  const struct wd_named_syntax *keys;
};

/* One of the grouping sets: which of the keys it has. */
struct wd_key_set {
  uint32_t count;
  const uint32_t *keys;
};

struct wd_option {
  const char *name;
  const char *value;
};

struct wd_renaming {
  const char *from;
  const char *to;
};

struct wd_written_input {
  const char *name;
  struct wd_relation *relation;
};

struct planner; /* planner.h */
struct wd_plan_node;

struct wd_relation {
  enum wd_relation_kind kind;
  atomic_uint references;
  struct wd_arena arena; /* all that is said below */
  struct wd_relation *left;
  struct wd_relation *right;
  struct wd_relation *dead; /* the next that is to be freed */
  union {
    struct {
      const char *name;
      uint32_t option_count;
      const struct wd_option *options;
    } read;
    struct {
      struct wd_schema schema;
      uint32_t batch_count;
      struct wd_rows *batches;
    } values;
    struct {
      int64_t start, end, step;
    } range;
    struct {
      struct wd_closure closure;
      uint32_t partitions; /* that the program asks for */
      struct wd_schema arguments;
      struct wd_rows values; /* one row of them; none without arguments */
    } generate;
    struct {
      uint32_t count;
      const struct wd_named_syntax *expressions;
    } select;
    const struct wd_syntax *filter;
    struct {
      enum wd_role role;
      struct wd_closure closure;
    } lambda;
    struct {
      uint32_t key_count;
      const struct wd_named_syntax *keys;
      uint32_t set_count; /* none: all keys */
      const struct wd_key_set *sets;
      const struct wd_syntax *pivot; /* or NULL */
      uint32_t value_count;          /* of the pivot */
      const struct wd_named_syntax *values;
      uint32_t measure_count;
      const struct wd_measure_syntax *measures;
    } aggregate;
    struct {
      uint32_t key_count;
      const struct wd_named_syntax *keys;
      struct wd_closure closure;
    } reduce;
    struct {
      enum wd_join_kind kind;
      const struct wd_syntax *on; /* or NULL */
      uint32_t using_count;
      const char *const *using_columns;
    } join;
    struct {
      uint32_t count;
      const struct wd_sort_syntax *keys;
    } sort;
    struct {
      uint64_t count, offset;
    } limit;
    struct {
      struct wd_keys_syntax left;
      struct wd_keys_syntax right; /* of a co-map-groups */
      struct wd_closure closure;
    } groups;
    struct {
      uint32_t count;
      uint32_t column_count; /* none: evenly */
      const char *const *columns;
    } repartition;
    struct {
      /* What an engine keeps the rows in (engine.h: struct wd_stored), and
       * what gives it back when the relation goes. */
      void *stored;
      void (*release)(void *stored);
    } cache;
    struct wd_named_syntax with_column;
    struct {
      uint32_t count;
      const char *const *list;
    } names; /* drop-columns, distinct, describe */
    struct {
      uint32_t count;
      const struct wd_renaming *list;
    } rename;
    struct {
      enum wd_set_operation operation;
      bool by_name;
    } set;
    struct {
      double fraction;
      bool replacement;
      uint64_t seed;
    } sample;
    const char *row_index; /* the new column's name */
    struct {
      const char *column;
      bool outer;
      const char *position; /* or NULL */
    } explode;
    struct {
      uint32_t count;
      const char *const *columns;
      const char *name;
      const char *value;
    } unpivot;
    struct wd_parameters parameters;
    struct {
      const char *what;     /* what it is called in an error's trace */
      const void *plan;     /* in the relation's arena */
      uint32_t input_count; /* what the plan can read by names of its own */
      struct wd_written_input *inputs; /* each holds a reference */
      enum wd_status (*make)(const struct wd_relation *relation,
                             struct planner *planner,
                             const struct wd_plan_node **out_node);
    } written;
  };
};

/* An empty relation of a kind over its inputs (each may be NULL; references
 * are taken). The caller fills the rest from the relation's own arena before
 * anybody else sees it. NULL: out of memory. */
struct wd_relation *
wd_relation_new(struct wd_mem *mem, enum wd_relation_kind kind,
                struct wd_relation *left, struct wd_relation *right);

/* Gives a relation of the kind WRITTEN its inputs; takes references. */
enum wd_status
wd_relation_take_inputs(struct wd_relation *relation, uint32_t count,
                        const struct wd_written_input *inputs,
                        struct wd_error *error);

struct wd_relation *
wd_relation_ref(struct wd_relation *relation);

/* Without recursion: chains may be long. */
void
wd_relation_unref(struct wd_relation *relation);

#endif
