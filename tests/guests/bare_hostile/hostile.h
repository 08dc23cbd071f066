/* A program that misbehaves as its argument says, without the SDK.
 *
 * main builds `range(0, 1000)`, puts a lambda on it whose kind the mode's
 * prefix tells (filter_, flat_, part_, agg_, red_, table_, else a map), over
 * groups or numbered partitions or pairs of groups when a second argument says
 * `group`, `number` or `pair`, or over nothing when it says `scan`, writes the
 * result to the sink `out`, and ends with 0 without waiting: what went wrong is
 * the host's to tell. Modes that start with main_ misbehave in main. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT(interface, name)                                                \
  __attribute__((import_module("wasi:data/" interface "@0.1.0"),               \
                 import_name(name)))
#define EXPORT(name)                                                           \
  __attribute__((export_name("wasi:data/lambdas@0.1.0#" name), used))
#define EXPORT_PAIR(name)                                                      \
  __attribute__((export_name("wasi:data/co-groups@0.1.0#" name), used))
#define EXPORT_TABLE(name)                                                     \
  __attribute__((export_name("wasi:data/tables@0.1.0#" name), used))
#define POST(name)                                                             \
  __attribute__((export_name("cabi_post_wasi:data/lambdas@0.1.0#" name), used))

typedef struct {
  uint32_t data, count;
} list;

struct node {
  uint32_t length, nulls;
};

struct batch {
  uint32_t rows;
  list nodes, buffers;
};

struct told {
  uint8_t code;
  list message, origin;
};

struct field {
  list name, format;
  uint8_t nullable;
  uint32_t children;
  list metadata, dictionary;
};

struct binding {
  uint32_t handle;
  list fields;
  uint8_t has_columns;
  list columns;
  uint8_t properties;
};

/* A result of any import or export that can fail, but for counts. */
struct result {
  uint8_t failed;
  union {
    uint32_t handle;
    list text;
    struct told error;
    struct batch batch;
    struct binding binding;
    struct {
      struct batch output;
      uint8_t more;
    } expanded;
    struct {
      uint8_t some;
      struct batch batch;
    } option;
  } as;
};

IMPORT("datasets", "range")
void
range(int64_t start, int64_t end, int64_t step, struct result *out);
IMPORT("datasets", "read")
void
read_table(uint32_t name, uint32_t size, uint32_t options, uint32_t count,
           struct result *out);
IMPORT("datasets", "create")
void
create(uint32_t fields, uint32_t field_count, uint32_t batches,
       uint32_t batch_count, struct result *out);
IMPORT("datasets", "[method]dataset.map")
void
map(uint32_t self, uint32_t function, uint32_t state, struct result *out);
IMPORT("datasets", "[method]dataset.filter-lambda")
void
filter(uint32_t self, uint32_t function, uint32_t state, struct result *out);
IMPORT("datasets", "[method]dataset.flat-map")
void
flat_map(uint32_t self, uint32_t function, uint32_t state, struct result *out);
IMPORT("datasets", "[method]dataset.map-partitions")
void
map_partitions(uint32_t self, uint32_t function, uint32_t state,
               struct result *out);
IMPORT("datasets", "[method]dataset.repartition")
void
repartition(uint32_t self, uint32_t partitions, uint32_t columns,
            uint32_t count, struct result *out);
IMPORT("datasets", "[method]dataset.group-by")
void
group_by(uint32_t self, const void *keys, uint32_t count, struct result *out);
IMPORT("datasets", "[method]grouped.map-groups")
void
map_groups(uint32_t self, uint32_t function, uint32_t state,
           struct result *out);
IMPORT("datasets", "[method]grouped.co-map-groups")
void
co_map_groups(uint32_t self, uint32_t other, uint32_t function, uint32_t state,
              struct result *out);
IMPORT("datasets", "[method]dataset.reduce")
void
reduce(uint32_t self, uint32_t function, uint32_t state, struct result *out);
IMPORT("datasets", "[method]dataset.aggregate")
void
aggregate(uint32_t self, const void *measures, uint32_t count,
          struct result *out);
IMPORT("datasets", "[method]dataset.join")
void
join(uint32_t self, uint32_t right, uint32_t kind, uint32_t condition,
     const void *items, uint32_t count, struct result *out);
IMPORT("datasets", "[method]dataset.select")
void
select_columns(uint32_t self, uint32_t items, uint32_t count,
               struct result *out);
IMPORT("datasets", "[method]dataset.schema")
void
schema_of(uint32_t self, struct result *out);
IMPORT("datasets", "[method]dataset.collect")
void
collect(uint32_t self, const void *options, uint32_t count, struct result *out);
IMPORT("datasets", "[method]dataset.write")
void
write_to(uint32_t self, const char *sink, uint32_t size, uint32_t mode,
         const void *columns, uint32_t column_count, const void *options,
         uint32_t option_count, struct result *out);
IMPORT("datasets", "[resource-drop]dataset") void drop(uint32_t self);
IMPORT("jobs", "[method]job.next-batch")
void
next_batch(uint32_t self, struct result *out);
IMPORT("jobs", "[resource-drop]job") void drop_job(uint32_t self);
IMPORT("context", "fail") void fail(uint32_t text, uint32_t size);
IMPORT("context", "log")
void
log_line(uint32_t level, uint32_t text, uint32_t size);
IMPORT("context", "count")
void
count(const char *name, uint32_t size, uint64_t delta);
extern char mode[64];
extern char whole[16]; /* what partition lambdas see as a whole */
extern int spoiled;    /* cabi_realloc misbehaves from now on */
extern uint32_t binds;
extern struct result area; /* of every export */

static inline int
is(const char *name)
{
  return strcmp(mode, name) == 0;
}

static inline int
starts(const char *prefix)
{
  return strncmp(mode, prefix, strlen(prefix)) == 0;
}

static inline uint32_t
at(const void *pointer)
{
  return (uint32_t)pointer;
}

static inline list
text(const char *chars)
{
  return (list){at(chars), strlen(chars)};
}

static inline uint32_t
memory_end(void)
{
  return __builtin_wasm_memory_size(0) << 16;
}

static inline void *
page(size_t size)
{
  void *block = calloc(1, size + 16);

  if (!block)
    __builtin_trap();
  return (void *)((at(block) + 15) & ~15u);
}
/* traps.c: does what the rest of a mode says. */
void
misbehave(const char *what);

/* batches.c: the type of the column that comes out. */
const char *
format(void);

list
buffer(size_t size);

void
set(uint32_t pointer, uint32_t index, uint32_t value);

/* Zeroes (or `x`) without nulls. */
struct batch
good(const char *type, uint32_t rows);

void
spoil(struct batch *batch);

/* nested.c: for modes that start with nested_. */
list
nested_fields(void);

struct batch
nested_batch(uint32_t rows);

/* lateral.c: for modes that start with table_. */
void
table_functions(uint32_t from, struct result *out);

const void *
bind_lateral(uint32_t partitions);

/* results.c */
const void *
give_error(uint8_t code, list message);

const void *
give_batch(uint32_t rows);

/* An area that lies; NULL: another thing is wrong. */
const void *
wrong_area(void);

/* tables.c: rows of a table function. */
void
generate(struct result *out);

/* exports.c */
struct field
field_of(const char *name, const char *type);

const void *
bind(uint32_t function, uint32_t state, uint32_t role, list *fields,
     uint32_t field_count, uint32_t *keys, uint32_t key_count, void *constants,
     uint32_t constant_count);

const void *
open_partition(uint32_t handle, uint32_t index);

const void *
push_partition(uint32_t cursor, uint32_t some, uint32_t rows, void *nodes,
               uint32_t node_count, void *buffers, uint32_t buffer_count);

const void *
next_partition(uint32_t cursor);

const void *
close_partition(uint32_t cursor);

#endif
