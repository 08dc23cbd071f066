/* Queries in an engine's SQL, as a step of a plan.
 *
 * The engine reads the text, nobody else: it says which tables it names, what
 * comes out, and which of the program's functions it calls. Lives in the
 * plan's arena.
 */
#ifndef WD_PLAN_SQL_H
#define WD_PLAN_SQL_H

#include "plan/plan.h"

struct wd_named_binder; /* typing.h */

/* Longest text of a query. */
#define WD_SQL_TEXT_MAX ((size_t)1 << 20)

/* Most calls of the program's functions in one query. */
#define WD_SQL_CALLS_MAX 256u

/* Longest text of several statements. */
#define WD_SQL_SCRIPT_MAX ((size_t)64 << 20)

enum wd_sql_state {
  WD_SQL_BLANK, /* nothing but blanks and comments */
  WD_SQL_OPEN,  /* a statement, which may go on */
  WD_SQL_ENDED, /* a statement and its semicolon */
};

/* What a text begins with. */
struct wd_sql_end {
  enum wd_sql_state state;
  size_t length; /* of that, in bytes */
};

/* A table of the query's: a data set. */
struct wd_sql_input {
  const char *name;
  const struct wd_plan_node *node;
};

/* The value of `$name`. */
struct wd_sql_parameter {
  const char *name;
  const struct wd_expression *value; /* without columns */
};

/* A call of one of the program's functions. */
struct wd_sql_call {
  const struct wd_named *function;
  struct wd_named_call named;
  bool over_window;
  /* The operand of each argument of the function, in its order. */
  uint32_t argument_count;
  const uint32_t *arguments;
};

/* What a call of a table function is over: the rows of a query that has the
 * same tables and parameters. */
struct wd_sql_over {
  const char *text;
  size_t length;
  const char *mark;   /* the engine's own, as of struct wd_sql */
  uint32_t key_count; /* names of columns: the rows of equal ones are given
                       * together; none: all rows */
  const char *const *keys;
  uint32_t sort_count; /* the order in which they are given; none: any */
  const struct wd_sql_sort {
    const char *name;
    bool descending;
    bool nulls_first;
  } * sorts;
};

/* What the engine asks for while it reads a query. */
struct wd_sql_binder {
  const struct wd_named_binder *named; /* functions of one row, aggregates */
  void *env;
  /* The rows of a table function whose arguments are known: `values` is one row
   * of them. `over`: NULL for those out of nothing. */
  enum wd_status (*rows)(void *env, const struct wd_named *function,
                         const struct wd_schema *arguments,
                         const struct wd_batch *values,
                         const struct wd_sql_over *over,
                         const struct wd_plan_node **out_node);
};

struct wd_sql {
  const char *text; /* as it was written */
  size_t length;
  const char *mark;    /* of a text that the engine wrote: its own; else NULL */
  const char *dialect; /* NULL: that of the engine, whose binder says it then */
  uint32_t input_count; /* the engine leaves out what the text itself does not
                         * read, and adds the rows of table functions */
  const struct wd_sql_input *inputs;
  uint32_t parameter_count;
  const struct wd_sql_parameter *parameters;
  bool calls_program; /* its functions of one row, tables, aggregates */
  /* What the engine found: */
  struct wd_schema schema;
  bool ordered; /* the rows come in an order that the text says */
  uint32_t call_count;
  const struct wd_sql_call *calls;
  const void *statement; /* the engine's own */
};

/* What a program says of a query, in a relation's arena. */
struct wd_sql_text {
  const char *text;
  size_t length;
  struct wd_parameters parameters;
};

/* A relation over tables by name; references to them are taken, the text is
 * checked already. */
enum wd_status
wd_sql_relation(struct wd_mem *mem, const char *text, size_t length,
                uint32_t count, const struct wd_written_input *inputs,
                struct wd_relation **out_relation, struct wd_error *error);

/* The parameters of such a relation, to be filled from its arena. */
struct wd_parameters *
wd_sql_parameters(struct wd_relation *relation);

/* SQL finds columns with case folded: WD_INVALID_PLAN where it cannot tell two
 * of a table apart. */
enum wd_status
wd_sql_check_names(const struct wd_sql_input *input, struct wd_error *error);

/* Types of the operands of a call, as the engine found them. */
struct wd_sql_operands {
  uint32_t count;
  const struct wd_column *columns; /* name: of a named operand, else NULL */
  const bool *known;               /* NULL: none is */
  const struct wd_literal *values; /* of those that are known */
};

/* The arguments that the operands of a call are: count, names and types are
 * checked as in expressions. *out_places: the operand of each argument. */
enum wd_status
wd_sql_arguments(const struct wd_named *function,
                 const struct wd_sql_operands *operands, struct wd_arena *arena,
                 struct wd_schema *out_arguments, const uint32_t **out_places,
                 struct wd_error *error);

/* The same, and binds. */
enum wd_status
wd_sql_bind_call(const struct wd_named_binder *binder,
                 const struct wd_named *function,
                 const struct wd_sql_operands *operands, struct wd_arena *arena,
                 struct wd_sql_call *out_call, struct wd_error *error);

#endif
