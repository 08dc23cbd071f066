/* What the files that write plans share. Fields are written in the order of
 * their numbers. */
#ifndef WD_SUBSTRAIT_WRITER_H
#define WD_SUBSTRAIT_WRITER_H

#include "base/hash.h"
#include "base/wire.h"
#include "plan/plan.h"
#include "substrait/proto.h"
#include "substrait/write.h"

/* How deep relations and expressions lie in each other before one is written
 * apart (PlanRel.detached_rels): readers bound the levels of a message. */
#define WD_WRITE_DEPTH 100u

/* Extensions that functions and types are of. */
#define WD_URN_STANDARD "extension:io.substrait:"
#define WD_URN_OURS "extension:org.wasidata:functions"
#define WD_URN_TYPES "extension:org.wasidata:types"
#define WD_URN_LAMBDAS "extension:org.wasidata:lambdas"

/* In front of the names of our messages in an Any. */
#define WD_URL_OURS "type.googleapis.com/wasidata.v1."

/* Texts that are declared once each; the anchor is the place, from 1. */
struct declared {
  uint32_t urn; /* the anchor of its extension */
  const char *name;
  struct declared *next;
};

struct declarations {
  uint32_t count;
  struct declared *first, **end;
};

/* A message that was written apart. */
struct piece {
  struct piece *next;
  const char *data;
  size_t length;
};

struct pieces {
  uint32_t count;
  struct piece *first, **end;
};

/* A subquery that is being written, and the variables of a lambda. */
struct within {
  const struct within *outer;
  uint32_t number;
};

struct carried;

struct writer {
  struct wd_buf *buf;
  struct wd_arena *arena;
  const struct wd_substrait_options *options;
  struct wd_error *error;
  enum wd_status status; /* the first failure; what follows is for nothing */
  uint32_t depth;
  struct declarations urns, functions, types;
  struct pieces relations, expressions; /* detached */
  const struct within *subqueries;      /* the nearest first */
  const struct within *lambdas;         /* by their first variables */
  struct carried *carried;              /* NULL: no lambda yet */
};

/* Keeps the first failure. */
void
wd__write_fail(struct writer *w, enum wd_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An integer that is not 0, which is what one that is missing means. */
void
wd__write_int(struct writer *w, uint32_t field, int64_t value);

/* The numbers from, from + 1 … in one field. */
void
wd__write_numbers(struct writer *w, uint32_t field, uint32_t count,
                  const uint32_t *numbers);

/* The anchor of a function of an extension, of a type of one. */
uint32_t
wd__declare_function(struct writer *w, const char *urn, const char *name);

uint32_t
wd__declare_type(struct writer *w, const char *urn, const char *name);

/* Begins a relation or expression, apart when it lies too deep; `end` writes
 * where it is then. */
struct place {
  struct wd_buf *outside; /* NULL: it is not apart */
  struct wd_buf inside;
  size_t begun;
};

void
wd__write_begin(struct writer *w, uint32_t field, struct place *place);

void
wd__write_end(struct writer *w, uint32_t field, struct place *place,
              struct pieces *pieces, uint32_t ordinal_field);

/* write_type.c */

/* `named`: a list of names beside it has those of structs' fields. */
void
wd__write_type(struct writer *w, uint32_t field, const struct wd_type *type,
               bool nullable, bool named);

/* A Type.List. */
void
wd__write_list_type(struct writer *w, uint32_t field,
                    const struct wd_type *type);

void
wd__write_schema(struct writer *w, uint32_t field,
                 const struct wd_schema *schema);

/* The names of columns and of the fields in them. */
void
wd__write_names(struct writer *w, uint32_t field,
                const struct wd_schema *schema);

/* The kind of a type in a function's name: `i64`, `str`. */
const char *
wd__type_kind(const struct wd_type *type);

/* write_expression.c */
void
wd__write_expression(struct writer *w, uint32_t field,
                     const struct wd_expression *expression);

/* A reference to a column of the input. */
void
wd__write_column(struct writer *w, uint32_t field, uint32_t column);

/* The same as a FieldReference. */
void
wd__write_reference(struct writer *w, uint32_t field, uint32_t column);

void
wd__write_i64(struct writer *w, uint32_t field, int64_t value);

void
wd__write_sort(struct writer *w, uint32_t field,
               const struct wd_expression *expression, bool descending,
               bool nulls_first);

/* write_literal.c */
void
wd__write_literal(struct writer *w, uint32_t field,
                  const struct wd_expression *literal);

/* write_function.c: which function of which extension a call is. */
enum form_kind { FORM_SCALAR, FORM_AGGREGATE };

struct form {
  uint32_t anchor;
  const char *options; /* of the standard's, by commas; "": none */
};

/* By the kinds of the arguments. */
void
wd__find_form(struct writer *w, enum form_kind kind, const char *name,
              const char *extension, uint32_t count, const char *const *kinds,
              struct form *out);

void
wd__write_option(struct writer *w, uint32_t field, const char *name,
                 const char *value);

/* Of the form's options those that say what is done here. */
void
wd__write_options(struct writer *w, uint32_t field, const struct form *form,
                  const char *name, bool whole);

void
wd__write_call(struct writer *w, const struct wd_expression *call);

void
wd__write_value_argument(struct writer *w, uint32_t field,
                         const struct wd_expression *value);

/* The function of an aggregate, and of which distribution it says that it is
 * (NULL: nothing). Its name. */
const char *
wd__write_aggregate(struct writer *w, enum wd_aggregate_function function,
                    uint32_t count, const struct wd_expression *const *values,
                    struct form *out_form, const char **out_distribution);

void
wd__write_measure(struct writer *w, uint32_t field,
                  const struct wd_measure *measure);

/* write_window.c */
void
wd__write_window(struct writer *w, const struct wd_expression *call);

/* write_relation.c */
void
wd__write_relation(struct writer *w, uint32_t field,
                   const struct wd_plan_node *node);

/* RelCommon: the columns that come out; NULL: all. */
void
wd__write_common(struct writer *w, uint32_t count, const uint32_t *columns);

/* write_extension.c: relations of our own. */

/* An Any that holds one of our messages, up to what is in it. */
struct detail {
  size_t any, value;
};

struct detail
wd__write_detail(struct writer *w, uint32_t field, const char *message);

void
wd__write_detail_end(struct writer *w, const struct detail *detail);

void
wd__write_extension(struct writer *w, const struct wd_plan_node *node);

/* Rows that are constants as a virtual table; false: these are none. */
bool
wd__write_constant(struct writer *w, const struct wd_plan_node *node);

/* The same for rows that the program made. */
bool
wd__write_values(struct writer *w, const struct wd_plan_node *node);

/* Tables and rows. */
void
wd__write_source(struct writer *w, const struct wd_plan_node *node);

/* write_lambda.c */

/* The name of a lambda's function, `sha256-…`, and its hash: the program
 * travels with the plan from now on. `arguments`: what they are called. */
struct lambda_use {
  struct wd_lambda *lambda;
  enum wd_role role;
  const struct wd_closure *closure;
  const struct wd_schema *arguments; /* NULL: none are named */
  bool strict, deterministic;
  const char *name;               /* or NULL */
  const struct wd_schema *result; /* of from-text; else NULL */
};

const uint8_t *
wd__write_use(struct writer *w, const struct lambda_use *use);

uint32_t
wd__declare_lambda(struct writer *w, const struct lambda_use *use);

/* Plan.advanced_extensions */
void
wd__write_carried(struct writer *w);

/* write_sql.c */
void
wd__write_sql(struct writer *w, const struct wd_plan_node *node);

#endif
