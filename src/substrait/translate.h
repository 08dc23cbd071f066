/* What the files that make plans of Substrait share. */
#ifndef WD_SUBSTRAIT_TRANSLATE_H
#define WD_SUBSTRAIT_TRANSLATE_H

#include "plan/planner.h"
#include "plan/syntax_tree.h"
#include "substrait/proto.h"

/* How deep relations and expressions may be in each other once references are
 * followed. */
#define WD_TRANSLATE_DEPTH 1000u

/* Caps for a plan, and for what is in it in another message's bytes. */
extern const struct wd_proto_limits wd__limits;

/* In front of the names of our messages (proto/wasi_data.proto). */
#define WD_URL_OURS "type.googleapis.com/wasidata.v1."

/* A function that the plan declares. */
struct extension {
  uint32_t anchor;
  const char *name;      /* without its signature: `add` of `add:i64_i64` */
  const char *extension; /* `functions_arithmetic`; NULL: the plan names none */
  bool ours;             /* of wasi-data's own extension */
  bool lambda;           /* the name is a lambda's hash */
};

/* A row around a subquery that expressions in it can look at. */
struct around {
  const struct wd_schema *schema;
  uint32_t number;
  uint32_t count, room;
  uint32_t *columns;
  struct around *outer;
};

struct lambda_scope; /* lambda.c */

struct translator {
  struct planner *planner;
  struct wd_arena *arena;
  struct wd_error *error;
  const struct wd_relation *relation; /* the one that holds the plan */
  const struct wd_message *plan;
  const struct wd_message *detached; /* the PlanRel whose parts are detached */
  uint32_t extension_count;
  struct extension *extensions; /* by anchor */
  bool datafusion; /* made the plan: what it writes otherwise than the standard
                    * is read as it means it */
  bool bare; /* no function is of a named extension: names are the producer's */
  uint32_t depth;
  struct around *around;           /* the nearest; NULL: not in a subquery */
  struct lambda_scope *lambda;     /* the nearest; NULL: not in a lambda */
  uint32_t variables;              /* of lambdas so far */
  const struct carriage *carriage; /* what the plan carries; NULL: nothing */
};

/* What expressions see. */
struct view {
  const struct wd_schema *schema;
  bool windows;    /* window functions may stand here */
  bool subqueries; /* so may subqueries */
  /* The columns are those of a row around the query that this is in. */
  struct around *from_inside;
};

/* Fails with the path: the part is none that is run here. */
enum wd_status
wd__unsupported(const struct translator *t, const struct wd_message *message,
                const char *what);

enum wd_status
wd__missing(const struct translator *t, const struct wd_message *message,
            const char *what);

#ifdef __clang_analyzer__ /* as of wd_fail */
#define wd__unsupported(t, message, what)                                      \
  ((wd__unsupported)(t, message, what), WD_UNSUPPORTED)
#define wd__missing(t, message, what)                                          \
  ((wd__missing)(t, message, what), WD_INVALID_PLAN)
#endif

/* The message in a field that must be there. */
enum wd_status
wd__need(const struct translator *t, const struct wd_message *message,
         uint32_t field, const char *what, const struct wd_message **out);

/* A field that must not be there: `what` is named. */
enum wd_status
wd__refuse(const struct translator *t, const struct wd_message *message,
           uint32_t field, const char *what);

/* Refuses enhancements: they change what a plan means. Hints pass. */
enum wd_status
wd__check_extension(const struct translator *t,
                    const struct wd_message *message, uint32_t field);

/* A text without NUL, in the arena. */
enum wd_status
wd__text(const struct translator *t, const struct wd_value *value,
         const char **out_text);

/* Which of the oneof's members is set: the first value that is one of its
 * fields and not one of `others` (ended by 0). */
const struct wd_value *
wd__member(const struct wd_message *message, const uint32_t *others);

enum wd_status
wd__enter(struct translator *t, const struct wd_message *message);

static inline void
wd__leave(struct translator *t)
{
  t->depth--;
}

/* type.c */
enum wd_status
wd__type_of(const struct translator *t, const struct wd_message *type,
            struct wd_type *out_type, bool *out_nullable);

/* The type that the plan declares with an anchor. */
enum wd_status
wd__defined_type(const struct translator *t, const struct wd_message *message,
                 int64_t anchor, struct wd_type *out);

/* The type of a Type.List or Type.Map itself. */
enum wd_status
wd__type_of_parts(const struct translator *t, const struct wd_message *parts,
                  struct wd_type *out_type);

/* The columns of a NamedStruct; names of what is nested are taken in turn. */
enum wd_status
wd__schema_of(const struct translator *t, const struct wd_message *named,
              struct wd_schema *out_schema);

/* mask.c */

/* Which columns, and which parts of them, come out, in which order. */
enum wd_status
wd__mask(struct translator *t, const struct wd_message *mask,
         const struct wd_plan_node **node);

/* A part of a struct, or of the columns of the schema, as a struct: of one
 * field only that field, if the mask does not want it otherwise. */
enum wd_status
wd__masked(struct translator *t, const struct wd_message *mask,
           const struct wd_schema *schema, const struct wd_expression *of,
           const struct wd_expression **out);

/* Gives the fields of a struct, and of structs in it, those of a type, by their
 * places. What is in lists and maps keeps its own. */
enum wd_status
wd__name_fields(struct translator *t, const struct wd_message *where,
                const struct wd_type *type, const struct wd_expression **value);

/* How many names a type takes in a list of names, itself not counted. */
uint32_t
wd__names_in(const struct wd_type *type);

/* Gives the fields of structs in a type their names, in turn, as many as there
 * are. */
enum wd_status
wd__take_names(const struct translator *t, struct wd_type *type,
               const struct wd_value **name);

/* Checks what a producer says that a result is; `type` may be NULL. */
enum wd_status
wd__check_claim(const struct translator *t, const struct wd_message *type,
                const struct wd_type *derived, const char *what);

/* literal.c */
enum wd_status
wd__literal(struct translator *t, const struct wd_message *literal,
            const struct wd_expression **out);

/* nested.c: of literals where the view is NULL. Literals and what is computed
 * are messages of the same fields. */
enum wd_status
wd__make_list(struct translator *t, const struct view *view,
              const struct wd_message *message,
              const struct wd_expression **out);

enum wd_status
wd__make_struct(struct translator *t, const struct view *view,
                const struct wd_message *message,
                const struct wd_expression **out);

enum wd_status
wd__make_map(struct translator *t, const struct view *view,
             const struct wd_message *message,
             const struct wd_expression **out);

/* A struct of values, its fields named f0, f1 … */
enum wd_status
wd__struct_of(struct translator *t, uint32_t count,
              const struct wd_expression *const *items,
              const struct wd_expression **out);

/* A list or a map without elements, of a Type.List or a Type.Map. */
enum wd_status
wd__make_empty(struct translator *t, const struct wd_message *type,
               const struct wd_expression **out);

enum wd_status
wd__nested(struct translator *t, const struct view *view,
           const struct wd_message *message, const struct wd_expression **out);

/* lambda.c */
enum wd_status
wd__lambda_parameter(const struct translator *t,
                     const struct wd_message *reference, uint32_t column,
                     const struct wd_message *where,
                     const struct wd_expression **out);

/* Whether a declared function takes a lambda. */
bool
wd__takes_lambda(const struct extension *named, enum wd_function *out_function);

enum wd_status
wd__lambda_call(struct translator *t, const struct view *view,
                const struct wd_message *call, enum wd_function function,
                bool ours, const struct wd_expression **out);

/* expression.c */
enum wd_status
wd__expression(struct translator *t, const struct view *view,
               const struct wd_message *message,
               const struct wd_expression **out);

enum wd_status
wd__predicate(struct translator *t, const struct view *view,
              const struct wd_message *message, const char *what,
              const struct wd_expression **out);

/* All expressions of a repeated field. */
enum wd_status
wd__expressions(struct translator *t, const struct view *view,
                const struct wd_message *message, uint32_t field,
                uint32_t *out_count, const struct wd_expression ***out);

/* Types a syntax node over operands that are typed; errors get the path. */
enum wd_status
wd__make(struct translator *t, const struct wd_message *where,
         const struct view *view, struct wd_syntax *syntax, uint32_t count,
         const struct wd_expression *const *operands,
         const struct wd_expression **out);

/* A function over operands. */
enum wd_status
wd__make_call(struct translator *t, const struct wd_message *where,
              enum wd_function function, uint32_t count,
              const struct wd_expression *const *operands,
              const struct wd_expression **out);

/* The same with operands that have names. */
enum wd_status
wd__make_named(struct translator *t, const struct wd_message *where,
               struct wd_syntax *syntax, uint32_t count,
               struct wd_syntax *named,
               const struct wd_expression *const *operands,
               const struct wd_expression **out);

enum wd_status
wd__make_cast(struct translator *t, const struct wd_message *where,
              const struct wd_expression *operand, const struct wd_type *type,
              const struct wd_expression **out);

/* The operands as leaves. */
enum wd_status
wd__leaves(struct translator *t, uint32_t count,
           const struct wd_expression *const *operands,
           const struct wd_syntax *const **out);

enum wd_status
wd__column(const struct translator *t, const struct wd_schema *schema,
           uint32_t column, const struct wd_expression **out);

/* A field of a struct. */
enum wd_status
wd__field(const struct translator *t, const struct wd_expression *of,
          uint32_t field, const struct wd_expression **out);

/* subquery.c */
enum wd_status
wd__subquery(struct translator *t, const struct view *view,
             const struct wd_message *message,
             const struct wd_expression **out);

/* A column of a row around. */
enum wd_status
wd__look_out(struct translator *t, struct around *around, uint32_t column,
             const struct wd_expression **out);

enum wd_status
wd__outer(struct translator *t, const struct wd_message *reference,
          uint32_t column, const struct wd_message *where,
          const struct wd_expression **out);

/* extension.c */
enum wd_status
wd__read_extensions(struct translator *t);

enum wd_status
wd__find_extension(const struct translator *t, const struct wd_message *where,
                   int64_t anchor, const struct extension **out);

/* The arguments of a call: values are typed, enumerations kept as texts (and
 * NULL in `values`). */
struct arguments {
  uint32_t count;
  const struct wd_expression **values;
  const char **enums; /* NULL where it is a value */
};

enum wd_status
wd__arguments(struct translator *t, const struct view *view,
              const struct wd_message *call, uint32_t field, uint32_t old_field,
              struct arguments *out);

/* What options ask for that is done otherwise than without them. */
struct chosen {
  struct wd_call_options call;
  bool fold_case;
  bool ignore_nulls;
  bool round_even;
  bool multiline, dotall; /* of regular expressions */
  bool left_of_beginning; /* of substring */
  bool descending;        /* of sort */
};

/* option.c: refuses options that are not what is done here. `function`: NULL
 * for one of our extension. */
enum wd_status
wd__check_options(const struct translator *t, const struct wd_message *call,
                  uint32_t field, const char *function,
                  struct chosen *out_chosen);

/* A copy of the call that was made, done as the options say, into *out, where
 * it is. */
enum wd_status
wd__set_options(struct translator *t, const struct wd_message *message,
                const struct extension *extension, const struct chosen *chosen,
                const struct wd_expression **out);

/* call.c */
enum wd_status
wd__scalar_call(struct translator *t, const struct view *view,
                const struct wd_message *call,
                const struct wd_expression **out);

/* window.c */
enum wd_status
wd__window_call(struct translator *t, const struct view *view,
                const struct wd_message *call, const struct wd_message *keys,
                const struct wd_expression **out);

/* What a call of an aggregate or window function is given, and by which
 * name its function is known here. */
struct called {
  const struct extension *extension;
  struct arguments arguments;
  const char *name;
  bool is_window; /* a function that needs a window */
  bool distinct;
  bool zero; /* null becomes 0 */
  /* Of windows of ours: the last argument is a filter, nulls are left out, the
   * frame is of groups. */
  bool filtered, ignore_nulls, groups;
};

/* The fields of an AggregateFunction, of a WindowFunction. */
struct call_fields {
  uint32_t function, arguments, old_arguments, options, phase, invocation;
};

/* phase.c */
bool
wd__is_whole_phase(int64_t phase);

/* What a call of an aggregate means in a phase that is not the whole. */
enum wd_status
wd__read_phase(const struct translator *t, const struct wd_message *message,
               int64_t phase, struct called *called);

enum wd_status
wd__read_call(struct translator *t, const struct view *view,
              const struct wd_message *message,
              const struct call_fields *fields, struct called *out);

/* A sort field's direction. */
enum wd_status
wd__direction(const struct translator *t, const struct wd_message *field,
              bool *out_descending, bool *out_nulls_first);

/* relation.c */
enum wd_status
wd__relation(struct translator *t, const struct wd_message *rel,
             const struct wd_plan_node **out);

enum wd_status
wd__filter(struct translator *t, const struct wd_plan_node *input,
           const struct wd_expression *predicate,
           const struct wd_plan_node **out);

/* A project of columns and more: [input's], then `count` expressions. */
enum wd_status
wd__project(struct translator *t, const struct wd_plan_node *input,
            uint32_t count, const struct wd_expression *const *expressions,
            const struct wd_plan_node **out);

/* The keys of a relation's or a call's sort fields. */
enum wd_status
wd__sort_keys(struct translator *t, const struct view *view,
              const struct wd_message *message, uint32_t field,
              uint32_t *out_count, const struct wd_sort_key **out);

/* The relation in a field, which must be there. */
enum wd_status
wd__input(struct translator *t, const struct wd_message *rel, uint32_t field,
          const struct wd_plan_node **out);

/* carried.c: lambdas of programs that the plan carries. */

/* Reads these and checks their hashes, once for a plan: what they point to is
 * in the arena and in the plan's bytes. NULL: the plan carries nothing, or
 * something that is not ours. */
enum wd_status
wd__read_carriage(const struct wd_message *plan, struct wd_arena *arena,
                  const struct carriage **out, struct wd_error *error);

enum wd_status
wd__lambda_function(struct translator *t, const struct wd_message *where,
                    const struct extension *extension,
                    const struct arguments *arguments,
                    const struct wd_expression **out);

/* The measure has its arguments already. */
enum wd_status
wd__lambda_measure(struct translator *t, const struct wd_message *where,
                   const struct extension *extension,
                   struct wd_measure *measure);

/* The closure that one of our messages names by its hash, in the field that
 * all have as their first. */
enum wd_status
wd__carried_closure(struct translator *t, const struct wd_message *where,
                    enum wd_role role, struct wd_closure *out);

/* own.c: relations and tables of ours. */

/* The message in an Any, decoded: one of proto/wasi_data.proto. */
enum wd_status
wd__detail(struct translator *t, const struct wd_message *any,
           const struct wd_message **out);

enum wd_status
wd__extension_rel(struct translator *t, const struct wd_message *rel,
                  const struct wd_plan_node **out);

enum wd_status
wd__extension_table(struct translator *t, const struct wd_message *read,
                    const struct wd_message *table,
                    const struct wd_plan_node **out);

/* How a table is read: the enhancement of a named table. */
enum wd_status
wd__read_options(struct translator *t, const struct wd_message *table,
                 struct wd_plan_node *node);

/* exchange.c */
enum wd_status
wd__exchange(struct translator *t, const struct wd_message *exchange,
             const struct wd_plan_node **out);

/* read.c, join.c, aggregate.c, set.c, expand.c */
enum wd_status
wd__read(struct translator *t, const struct wd_message *read,
         const struct wd_plan_node **out);

enum wd_status
wd__join(struct translator *t, const struct wd_message *join,
         const struct wd_plan_node **out);

enum wd_status
wd__cross(struct translator *t, const struct wd_message *cross,
          const struct wd_plan_node **out);

enum wd_status
wd__aggregate(struct translator *t, const struct wd_message *aggregate,
              const struct wd_plan_node **out);

enum wd_status
wd__set(struct translator *t, const struct wd_message *set,
        const struct wd_plan_node **out);

enum wd_status
wd__expand(struct translator *t, const struct wd_message *expand,
           const struct wd_plan_node **out);

enum wd_status
wd__window_rel(struct translator *t, const struct wd_message *window,
               const struct wd_plan_node **out);

#endif
