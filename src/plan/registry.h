/* Functions and types by name: what a program registered for its expressions.
 *
 * Names of functions are words of the language, folded to lower case; what the
 * language itself calls so cannot be registered, nor a name twice. But of
 * functions that take a named type there may be several of a name, with other
 * types of arguments, and they may be called as functions and operators of the
 * language are (overloads). Nothing is ever taken out, so that what was found
 * stays. One thread at a time.
 */
#ifndef WD_PLAN_REGISTRY_H
#define WD_PLAN_REGISTRY_H

#include "plan/relation.h"

/* How many functions one program may register. */
#define WD_REGISTRY_MAX 100000u

/* How many types. */
#define WD_REGISTRY_TYPES 1000u

enum wd_named_kind {
  WD_NAMED_SCALAR,    /* a value for each row */
  WD_NAMED_AGGREGATE, /* a value for each group of rows */
  WD_NAMED_TABLE,     /* rows: out of nothing, for each row, over a relation */
  /* Operations of a type, which no text calls by name. */
  WD_NAMED_TO_TEXT,
  WD_NAMED_FROM_TEXT,
  WD_NAMED_SORT_KEYS,
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
  struct wd_column result;         /* of from-text: what it makes */
  const struct wd_named *overload; /* the next of this name; NULL: no more */
};

/* A type of the program's. */
struct wd_named_type {
  const char *name;
  struct wd_type type; /* with the name */
  bool has_operations; /* false: those of what it is stored as */
  struct wd_named to_text, from_text, sort_keys;
  const void *program; /* whose it is */
  const struct wd_named_type *next;
};

/* What it is bound for, where it is called with columns. */
static inline enum wd_role
wd_named_role(const struct wd_named *function)
{
  static const enum wd_role roles[] = {
      [WD_NAMED_SCALAR] = WD_ROLE_SCALAR,
      [WD_NAMED_AGGREGATE] = WD_ROLE_AGGREGATE,
      [WD_NAMED_TABLE] = WD_ROLE_LATERAL,
      [WD_NAMED_TO_TEXT] = WD_ROLE_TO_TEXT,
      [WD_NAMED_FROM_TEXT] = WD_ROLE_FROM_TEXT,
      [WD_NAMED_SORT_KEYS] = WD_ROLE_SORT_KEYS,
  };

  return roles[function->kind];
}

/* Whether an argument has a named type. */
static inline bool
wd_named_takes_type(const struct wd_named *function)
{
  for (uint32_t i = 0; function->typed && i < function->arguments.count; i++)
    if (function->arguments.columns[i].type.extension)
      return true;
  return false;
}

/* The type of an argument; the last one's of those that follow it. */
static inline const struct wd_type *
wd_named_argument(const struct wd_named *function, uint32_t index)
{
  uint32_t count = function->arguments.count;

  return &function->arguments.columns[index < count ? index : count - 1].type;
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

/* Case folded; NULL when there is none. Overloads: the first one, or, when it
 * is called as something of the language is, none. */
const struct wd_named *
wd_registry_find(const struct wd_registry *registry, const char *name,
                 size_t length);

/* The first overload of a name, also of one of the language's; the others
 * follow by `overload`. NULL: there is none. */
const struct wd_named *
wd_registry_overloads(const struct wd_registry *registry, const char *name,
                      size_t length);

/* Adds a type, which says its name; operations NULL: those of its storage.
 * WD_INVALID_ARGUMENT when the name is taken, by the language too, or when
 * another program says that it is stored otherwise; of one that says the same
 * the operations are this one's from now on. */
enum wd_status
wd_registry_add_type(struct wd_registry *registry, const struct wd_type *type,
                     const struct wd_closure *operations, const void *program,
                     struct wd_error *error);

/* By its name, exactly, or case folded when no other is so; NULL: none. */
const struct wd_named_type *
wd_registry_type(const struct wd_registry *registry, const char *name);

/* The first of all types; the others follow by `next`. NULL: none. */
const struct wd_named_type *
wd_registry_types(const struct wd_registry *registry);

/* WD_TYPE_MISMATCH, naming `what` and the column, when a column's type has a
 * registered name, but is stored otherwise. The registry may be NULL. */
enum wd_status
wd_registry_check(const struct wd_registry *registry,
                  const struct wd_schema *schema, const char *what,
                  struct wd_error *error);

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
