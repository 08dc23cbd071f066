/* Functions by name: what a program registered for its expressions.
 *
 * Names are words of the language, folded to lower case; what the language
 * itself calls so cannot be registered, nor a name twice. Nothing is ever
 * taken out, so that what was found stays. One thread at a time.
 */
#ifndef WD_PLAN_REGISTRY_H
#define WD_PLAN_REGISTRY_H

#include "plan/relation.h"

/* How many functions one program may register. */
#define WD_REGISTRY_MAX 100000u

enum wd_named_kind {
  WD_NAMED_SCALAR,    /* a value for each row */
  WD_NAMED_AGGREGATE, /* a value for each group of rows */
  WD_NAMED_TABLE,     /* rows: out of nothing, for each row, over a relation */
};

/* A function of the program's. */
struct wd_named {
  const char *name; /* in lower case */
  enum wd_named_kind kind;
  struct wd_closure closure;
  bool typed; /* false: any arguments, its bind decides */
  struct wd_schema arguments;
  bool variadic; /* the last argument may be given any number of times */
  bool strict;   /* null for any null argument, without being called */
  bool deterministic;
};

/* What it is bound for, where it is called with columns. */
static inline enum wd_role
wd_named_role(const struct wd_named *function)
{
  return function->kind == WD_NAMED_AGGREGATE ? WD_ROLE_AGGREGATE
         : function->kind == WD_NAMED_TABLE   ? WD_ROLE_LATERAL
                                              : WD_ROLE_SCALAR;
}

#define WD_REGISTRY_NAME_MAX 128u

struct wd_registry;

/* NULL: out of memory. */
struct wd_registry *
wd_registry_new(struct wd_mem *mem);

/* Also for NULL. */
void
wd_registry_free(struct wd_registry *registry);

/* Copies the function; its name need not be folded or end with a zero.
 * WD_INVALID_ARGUMENT when it is no word, or taken. */
enum wd_status
wd_registry_add(struct wd_registry *registry, const char *name, size_t length,
                const struct wd_named *function, struct wd_error *error);

/* Case folded; NULL when there is none. */
const struct wd_named *
wd_registry_find(const struct wd_registry *registry, const char *name,
                 size_t length);

/* Visits all functions, in no order. */
void
wd_registry_each(struct wd_registry *registry,
                 void (*visit)(void *env, struct wd_named *function),
                 void *env);

/* Betters a suggestion for a wrong name (suggest.h). */
void
wd_registry_suggest(const struct wd_registry *registry, const char *name,
                    size_t length, const char **best, unsigned *distance);

#endif
