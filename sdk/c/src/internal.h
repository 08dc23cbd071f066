/* What the files of the SDK share. */
#ifndef WD_SDK_INTERNAL_H
#define WD_SDK_INTERNAL_H

#include "abi.h"

#define WD__TABLE_NO_EXPORTS
#include "wasidata_tables.h"

/* ---- Memory (arena.c) */

/* A bump allocator that is emptied as a whole and keeps its memory. */
struct wd__arena {
  struct wd__chunk *chunks; /* the newest first */
  uint8_t *at;
  uint8_t *end;
};

/* Where cabi_realloc allocates: what the host hands over lives here until the
 * next import, the end of the call of a lambda, or until someone takes the
 * arena away (wd__arena_swap). Empty whenever an import is called, so that
 * images hold an empty one. */
extern struct wd__arena wd__input;

/* What is in there is not needed any more: the next allocation of the host's
 * empties it. A call that says so needs no cabi_post_. */
extern bool wd__input_spent;

/* For one call of the API or of a lambda. */
extern struct wd__arena wd__scratch;

/* Aligned to 16. Fails the program (wd_fail) when memory is short, as all
 * allocation here does. */
void *
wd__arena_take(struct wd__arena *arena, size_t size);

void
wd__arena_reset(struct wd__arena *arena);

/* Frees the memory too. */
void
wd__arena_free(struct wd__arena *arena);

/* Exchanges two arenas and empties the first. */
void
wd__arena_swap(struct wd__arena *first, struct wd__arena *second);

/* Heap; zeroed. */
void *
wd__new(size_t size);

void *
wd__copy_of(const void *data, size_t size);

/* ---- Errors (error.c) */

/* Records a failure, and ends the program if it is to. */
void
wd__raise(enum wd_code code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void
wd__raise_wire(const struct wire_error *error);

/* An error in the making, for functions that main and lambdas use. */
struct wd__fault {
  enum wd_code code;
  char message[512];
};

/* Returns false. */
bool
wd__fault(struct wd__fault *fault, enum wd_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What there is, for messages: "a i64, b string", cut when it is long. */
struct wd__listed {
  char text[400];
  size_t size;
  bool full;
};

void
wd__list(struct wd__listed *list, const char *name, enum wd_type type);

/* ---- Schemas (schema.c, schema_wire.c) */

/* Owned, in one piece of heap each: fields, names, zones. */
struct wd__schema {
  wd_schema schema;
  bool star; /* the text began with `*` */
  uint32_t room;
  wd_field *fields;
};

struct wd__schema *
wd__schema_new(void);

void
wd__schema_free(struct wd__schema *schema);

/* Copies name and zone. */
void
wd__schema_add(struct wd__schema *schema, const wd_field *field);

/* Adds what a text says. */
bool
wd__schema_parse(struct wd__schema *schema, const char *text,
                 struct wd__fault *fault);

/* Splits `a, b c, "d e"`; NULL-ended, in the arena. */
bool
wd__names_parse(struct wd__arena *arena, const char *text,
                const char *const **out_names, struct wd__fault *fault);

/* Adds the fields that a host says. */
void
wd__schema_from_wire(struct wd__schema *schema, const struct wire_field *fields,
                     uint32_t count);

/* In the arena. */
struct wire_list
wd__schema_to_wire(struct wd__arena *arena, const wd_schema *schema);

const char *
wd__type_name(enum wd_type type);

uint32_t
wd__type_width(enum wd_type type);

/* ---- Fields and columns as trees (field.c) */

/* Deep, on the heap. */
void
wd__field_copy(wd_field *to, const wd_field *from);

void
wd__field_free(const wd_field *field);

/* In one piece of heap. */
wd_schema *
wd__schema_flat(const wd_schema *from);

/* The field of WD_OTHER in it, NULL: none. */
const wd_field *
wd__field_unknown(const wd_field *field);

/* wd_column.width. */
uint32_t
wd__field_width(const wd_field *field);

/* A column without its places; names and words stay the field's. */
wd_column
wd__column_of(const wd_field *field);

wd_column *
wd__columns_copy(const wd_column *columns, uint32_t count);

void
wd__columns_free(wd_column *columns, uint32_t count);

/* Whether they are of the same type, names of children apart. */
bool
wd__column_is(const wd_column *column, const wd_field *field);

/* Buffers of a column's own. */
uint32_t
wd__type_buffers(enum wd_type type);

/* Adds how many nodes and buffers they have. */
void
wd__columns_shape(const wd_column *columns, uint32_t count, uint32_t *nodes,
                  uint32_t *buffers);

/* ---- Batches (batch.c) */

/* Fills the places of columns from a batch of their types. What it adds lives
 * in wd__input, as the batch. */
bool
wd__batch_decode(const struct wire_batch *batch, wd_column *columns,
                 uint32_t count, struct wd__fault *fault);

/* ---- Rows that are written (rows.c) */

/* About how large a part of an output is. */
#define WD__PART_BYTES (4u << 20)

/* Takes the schema over. */
wd_rows *
wd__rows_make(struct wd__schema *schema);

/* Empty again. */
void
wd__rows_reset(wd_rows *rows);

/* Whether a part of an output is large enough to be handed over. */
bool
wd__rows_full(const wd_rows *rows);

/* nested.c: goes to row `index`; those skipped are null, those after it are
 * forgotten. */
void
wd__rows_seek(wd_rows *rows, uint32_t index);

/* nested.c: makes a list's offsets, a fixed list's elements, a struct's fields
 * complete for so many rows. */
void
wd__nested_end(wd_rows *rows, uint32_t column, uint32_t length);

/* Makes the current row of a nested column null. */
void
wd__nested_null(wd_rows *rows, uint32_t column);

/* How many rows it has. */
uint32_t
wd__rows_length(const wd_rows *rows);

struct wd__out *
wd__out_column(wd_rows *rows, uint32_t column);

/* Ends of rows before `row` that nobody set. */
void
wd__ends_fill(struct wd__out *o, uint32_t row);

/* Room for so many rows, which wd_out_… hands out. */
void
wd__rows_expect(wd_rows *rows, uint32_t size, bool fixed);

/* The batch; valid until the rows are changed. */
struct wire_batch
wd__rows_to_wire(wd_rows *rows);

/* Packs bytes of 0 and 1 to bits; returns how many are 1. `bits` has room for
 * whole words of 64. */
uint32_t
wd__pack(const uint8_t *bytes, uint32_t count, uint8_t *bits);

/* ---- Data sets (dataset.c) */

struct wd__closure;

struct wd__release {
  struct wd__release *next;
  void (*release)(void *);
  void *memory;
};

/* A data set or a grouped one. Lives while its handle is open or a node that
 * was made from it lives. */
struct wd__node {
  uint32_t handle;
  bool grouped;
  bool open;
  uint32_t references; /* by nodes */
  unsigned serial;
  uint32_t input_count;
  struct wd__node **inputs;
  struct wd__closure *closures;
  struct wd__release *releases;
  struct wd__node *next;
  struct wd__node *previous;
};

/* Begins a call of the API: the arenas are empty after it. */
void
wd__begin(void);

/* The node for what an import returned, NULL if it failed (raised). */
struct wd__node *
wd__node_new(const struct result_handle *result, bool grouped,
             struct wd__node *const *inputs, uint32_t input_count,
             struct wd__closure *closures);

/* Strings of a NULL-ended list, in the scratch arena. */
struct wire_list
wd__strings(const char *const *list);

/* Pairs of them; false (raised) when one has no partner. */
bool
wd__pairs(const char *const *list, struct wire_list *out_pairs);

struct wire_list
wd__inputs(const char *const *names, const wd_dataset *inputs);

/* The next serial number; jobs have them too. */
unsigned
wd__serial(void);

/* Drops the jobs made since the mark. */
void
wd__jobs_drop_since(unsigned mark);

/* ---- Functions by name (context.c) */

typedef void
wd__register_import(address text, uint32_t size, uint32_t function,
                    uint32_t state, uint32_t has_arguments, address fields,
                    uint32_t field_count, uint32_t variadic, uint32_t strict,
                    uint32_t deterministic, struct result_none *out);

/* Takes the closure over, which stays until the program's end; NULL: it failed
 * already. */
bool
wd__register(wd__register_import *import, const char *name,
             const char *arguments, struct wd__closure *closure);

/* ---- Lambdas (lambda.c) */

enum wd__kind {
  WD__MAP,
  WD__FILTER,
  WD__FLAT_MAP,
  WD__MAP_BATCH,
  WD__FILTER_BATCH,
  WD__FLAT_MAP_BATCH,
  WD__MAP_I64,
  WD__MAP_F64,
  WD__PARTITION,
  WD__REDUCE,
  WD__AGGREGATE,
  WD__CO_GROUP,
  WD__TABLE,
};

/* What a pair of groups has beside a partition's functions. */
struct wd__pair {
  void (*open)(void *state, void *env);
  void (*row)(void *state, const wd_row *row, wd_rows *out, void *env);
  void (*batch)(void *state, const wd_batch *in, wd_rows *out, void *env);
  void (*bind)(wd_bind *left, wd_bind *right, void *env);
};

/* What `state` of a lambda points to; `function` is the program's function. */
struct wd__closure {
  struct wd__closure *next;
  enum wd__kind kind;
  union {
    wd_map_fn *map;
    wd_filter_fn *filter;
    wd_batch_fn *batch;
    wd_filter_batch_fn *filter_batch;
    wd_i64_fn *i64;
    wd_f64_fn *f64;
    wd_reduce_fn *reduce;
    uint32_t address;
  } function;
  wd_partition_fn partition;
  wd_aggregator aggregator;
  wd_generator generator;
  wd_flat_map_fn *rows;      /* of a table function, as all three: */
  uint32_t table_partitions; /* 0: as many as the host likes */
  bool has_generator, has_relation;
  struct wd__pair pair; /* of groups: beside the partition's, the left's */
  void *env;
  size_t env_size;           /* 0: env is the program's */
  struct wd__schema *output; /* NULL: the input's, or what bind says */
  char *columns;             /* text of the wanted ones, or NULL */
  char *column;              /* WD__MAP_I64, WD__MAP_F64: the input */
  void (*bind)(wd_bind *, void *);
  unsigned promises;
};

/* NULL (raised) when the lambda is not right. */
struct wd__closure *
wd__closure_new(const wd_lambda *lambda);

struct wd__closure *
wd__closure_of_aggregator(const wd_aggregator *aggregator);

/* A lambda over pairs of groups; its `partition` is for the left's rows and has
 * no `open`. */
struct wd__closure *
wd__closure_of_pair(const wd_partition_fn *left, const struct wd__pair *pair,
                    const void *env, size_t env_size, const char *output);

/* A table function. */
struct wd__closure *
wd__closure_of_table(const wd_table_function *function);

void
wd__closure_free(struct wd__closure *closure);

struct wire_lambda
wd__closure_to_wire(struct wd__closure *closure);

/* ---- Bindings (bind.c) */

/* An input column that comes out as it came in, and how many of the columns
 * that the function gives stand before it. */
struct wd__pass {
  uint32_t column, before;
};

struct wd_bind {
  struct wd__closure *closure;
  void *env;
  struct wd__schema *input;
  struct wd__schema *output; /* without the columns that are passed */
  struct wd__pass *passes;   /* in the order in which they come out */
  uint32_t pass_count, pass_room;
  uint32_t *keys; /* of a group, in the input */
  uint32_t key_count;
  const struct wire_constant *constants; /* until bind returns */
  uint32_t constant_count;
  uint32_t *wanted; /* indices of input columns */
  uint32_t wanted_count;
  uint32_t known_count; /* columns at the end that are arguments: not in rows */
  bool all;             /* wanted is every column */
  bool whole;           /* every column comes, whatever is asked for */
  bool refused;         /* the bind function says so: */
  struct wd__fault refusal;
  uint32_t argument; /* WD__MAP_I64, WD__MAP_F64: the input's column */
};

/* A lambda bound to an input schema: what a handle is. */
struct wd__binding {
  struct wd_bind bind;
  wd_column *columns; /* of the input batches */
  uint32_t column_count;
  wd_rows *out; /* NULL for partitions, whose cursors have their own */
  /* flat-map: the input that is being expanded. */
  struct wd__arena held;
  wd_batch in;
  uint32_t next_row;
  uint32_t *parents; /* of a table function: whose rows those of `out` are */
  uint32_t parent_room;
  struct wd__cursor *free_cursors;
  struct wd__binding *right; /* of a pair of groups; this is the left's */
  struct wd__layout *layout; /* reduce */
};

/* Whether lambdas of a kind give a row for each row. */
bool
wd__may_pass(enum wd__kind kind);

/* Passes every column of the input, in front of all others. */
void
wd__pass_all(wd_bind *bind);

/* What comes out: the columns that pass, as the host said them, and those that
 * the function gives. */
struct wire_list
wd__output_to_wire(const wd_bind *bind, const struct wire_field *input);

/* For the columns that a host says; nothing is decided yet. */
struct wd__binding *
wd__binding_new(struct wd__closure *closure, const struct wire_field *fields,
                uint32_t count);

/* Fills it in from what the closure and its bind function say. */
bool
wd__binding_decide(struct wd__binding *binding, struct wd__fault *fault);

/* The columns that batches will have. */
bool
wd__binding_columns(struct wd__binding *binding, struct wd__fault *fault);

/* A batch of a binding's columns, decoded into them. */
bool
wd__binding_decode(struct wd__binding *binding, wd_column *columns,
                   const struct wire_batch *from, wd_batch *out_batch,
                   struct wd__fault *fault);

/* partition.c: an open partition, group or pair of groups. */
struct wd__cursor *
wd__cursor_new(struct wd__binding *binding);

struct export_result *
wd__cursor_push(struct wd__cursor *cursor, bool right, bool some,
                const struct wire_batch *batch);

struct export_result *
wd__cursor_next(struct wd__cursor *cursor);

struct export_result *
wd__cursor_close(struct wd__cursor *cursor);

/* reduce.c: how rows of the columns lie in a state; `out` are rows of such
 * columns, for nested values that are made. */
struct wd__layout *
wd__layout_new(const wd_column *columns, uint32_t count, wd_rows *out);

/* ---- One nested value as bytes (value.c); a multiple of 8, aligned so. */

/* The first row of a column alone. */
struct wire_batch
wd__row_to_wire(wd_rows *rows, uint32_t column);

/* The column's first row can be set again. */
void
wd__row_forget(wd_rows *rows, uint32_t column);

size_t
wd__value_size(const struct wire_batch *value);

void
wd__value_write(const struct wire_batch *value, uint8_t *to);

/* Lays a column of the value's type over it, as long as it lies there and the
 * call lasts. */
void
wd__value_read(const uint8_t *from, wd_column *column);

/* ---- States of aggregates (aggregate.c, reduce.c) */

/* A batch of states: one binary column. */
struct wd__states {
  uint32_t count;
  const uint8_t *validity; /* NULL: none is null */
  const int32_t *offsets;
  uint8_t *data;
};

static inline bool
wd__state_null(const struct wd__states *states, uint32_t i)
{
  return (states->validity && !wd__bit(states->validity, i)) ||
         states->offsets[i + 1] == states->offsets[i];
}

/* Whether all are there, each of this size: then they are an array. */
bool
wd__states_packed(const struct wd__states *states, size_t size);

/* An array of states of one size as a batch; valid: a byte each, NULL: all. */
struct wire_batch
wd__states_to_wire(const void *data, size_t size, uint32_t count,
                   const uint8_t *valid);

/* The same for states that begin at offsets[i]. */
struct wire_batch
wd__bytes_to_wire(const void *data, const int32_t *offsets, uint32_t count,
                  const uint8_t *valid);

/* groups may be NULL: all rows belong to the first state. */
bool
wd__reduce_update(struct wd__binding *binding, const struct wd__states *states,
                  const uint32_t *groups, const wd_batch *in,
                  struct wire_batch *out_states, struct wd__fault *fault);

bool
wd__reduce_combine(struct wd__binding *binding, const struct wd__states *left,
                   const struct wd__states *right,
                   struct wire_batch *out_states, struct wd__fault *fault);

bool
wd__reduce_finish(struct wd__binding *binding, const struct wd__states *states,
                  struct wd__fault *fault);

/* ---- Named types (types.c) */

/* A type of this name that was registered, as a field; NULL: there is none.
 * Case is folded. */
const wd_field *
wd__named_type(wd_str name);

/* ---- Results of exports (export.c) */

#define EXPORT(name)                                                           \
  __attribute__((export_name("wasi:data/lambdas@0.1.0#" name)))
#define EXPORT_POST(name)                                                      \
  __attribute__((export_name("cabi_post_wasi:data/lambdas@0.1.0#" name)))

struct wire_binding {
  uint32_t handle;
  struct wire_list output;
  bool has_columns;
  struct wire_list columns;
  uint8_t promises;
};

/* Every result<…, error> of an export. */
struct export_result {
  bool failed;
  union {
    struct wire_error error;
    struct wire_binding binding;
    struct wire_batch batch;
    struct {
      struct wire_batch output;
      bool more;
    } expanded;
    uint32_t cursor;
    struct {
      bool some;
      struct wire_batch batch;
    } option;
  };
};

_Static_assert(offsetof(struct export_result, expanded.more) == 24, "expanded");
_Static_assert(offsetof(struct export_result, binding.promises) == 28,
               "binding");

struct export_result *
wd__result_error(const struct wd__fault *fault);

struct export_result *
wd__result_batch(struct wire_batch batch);

struct export_result *
wd__result_expanded(struct wire_batch batch, bool more);

/* NULL: none. */
struct export_result *
wd__result_option(const struct wire_batch *batch);

struct export_result *
wd__result_cursor(uint32_t cursor);

struct export_result *
wd__result_none(void);

struct export_result *
wd__result_binding(const struct wire_binding *binding);

#endif
