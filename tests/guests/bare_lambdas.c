/* Lambdas without the SDK for the unit tests of src/lambda: the number of the
 * function says what it does (tests/unit/lambda_help.h has the same list).
 * main calls datasets.range, in which the test freezes the image. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wasi/api.h>

#define IMPORT(interface, name)                                                \
  __attribute__((import_module("wasi:data/" interface "@0.1.0"),               \
                 import_name(name)))
#define EXPORT(name)                                                           \
  __attribute__((export_name("wasi:data/lambdas@0.1.0#" name), used))

enum function {
  F_ADD = 1, /* adds what the state points to, in place */
  F_RANDOM,
  F_FAIL,
  F_SAY, /* counts, logs and prints */
  F_TRAP,
  F_SPIN,
  F_CLOCK,
  F_PLACE,  /* row 0: the partition, row 1: the job */
  F_SECOND, /* wants the second column alone */
  F_BINDS,  /* how often this instance has bound */
  F_FICKLE, /* another answer at the second bind */
  F_EVEN,   /* a filter */
  F_RANGE,  /* calls datasets.range */
  F_SUM,
  F_FAIL_CLOSE,
  F_PASS,      /* column 1 passes by, then one of its own */
  F_PASS_FAR,  /* a column that there is not */
  F_PASS_TEXT, /* what is no number */
  F_PASS_TYPE, /* as another type */
  F_PASS_NULL, /* as not null */
};

typedef struct {
  void *data;
  uint32_t count;
} list;

struct node {
  uint32_t length, nulls;
};

struct batch {
  uint32_t rows;
  struct node *nodes;
  uint32_t node_count;
  list *buffers;
  uint32_t buffer_count;
};

/* A batch as five parameters, and put together again. */
#define BATCH(name)                                                            \
  uint32_t name##_rows, struct node *name##_nodes, uint32_t name##_count,      \
      list *name##_buffers, uint32_t name##_buffer_count
#define TAKE(name)                                                             \
  struct batch name = {name##_rows, name##_nodes, name##_count,                \
                       name##_buffers, name##_buffer_count}

struct field {
  list name, format;
  uint8_t nullable;
  uint32_t children;
  list metadata, dictionary;
};

struct result {
  uint8_t failed;
  union {
    uint32_t cursor;
    struct batch batch;
    struct {
      uint8_t code;
      list message, origin;
    } error;
    struct {
      struct batch batch;
      uint8_t more;
    } expanded;
    struct {
      uint8_t some;
      struct batch batch;
    } option;
    struct {
      uint32_t handle;
      list fields;
      uint8_t has_columns;
      list columns;
      uint8_t properties;
    } binding;
  } as;
};

IMPORT("datasets", "range")
void
range(int64_t start, int64_t end, int64_t step, void *out);
IMPORT("context", "log")
void
host_log(uint32_t level, const char *text, uint32_t size);
IMPORT("context", "count")
void
host_count(const char *name, uint32_t size, uint64_t delta);
IMPORT("context", "job-id") uint64_t job_id(void);
IMPORT("context", "partition") uint32_t partition(void);

static struct result area;
static uint32_t binds;
static int64_t *states[64]; /* by function: what it captured */
static int64_t captured = 100;

/* Memory is never given back: an instance does not live long. */
__attribute__((export_name("cabi_realloc"), used)) void *
cabi_realloc(void *old, size_t old_size, size_t align, size_t size)
{
  (void)old, (void)old_size;
  return aligned_alloc(align < 8 ? 8 : align, (size + 7) & ~7u);
}

static list
text(const char *chars)
{
  return (list){(void *)chars, strlen(chars)};
}

/* Two columns come out, of which the first passes by. */
static void
pass(uint32_t function, struct field own)
{
  static list pair[2];
  static struct field fields[2];

  pair[0] = text("wasi:data/passes");
  pair[1] = text(function == F_PASS_FAR    ? "7"
                 : function == F_PASS_TEXT ? "1x"
                                           : "1");
  fields[0] = fields[1] = own;
  fields[0].name = text("passed");
  fields[0].format = text(function == F_PASS_TYPE ? "u" : "l");
  fields[0].nullable = function != F_PASS_NULL;
  fields[0].metadata = (list){pair, 1};
  area.as.binding.fields = (list){fields, 2};
}

EXPORT("bind")
const struct result *
bind(uint32_t function, int64_t *state, uint32_t role, struct field *fields,
     uint32_t field_count, void *keys, uint32_t key_count, void *constants,
     uint32_t constant_count)
{
  static struct field out;
  static uint32_t second = 1;

  (void)role, (void)keys, (void)key_count, (void)constants;
  (void)constant_count;
  binds++;
  states[function] = state;
  out = (struct field){text("out"), text(function == F_EVEN ? "b" : "l"),
                       1,           0,
                       {NULL, 0},   {NULL, 0}};
  area.failed = 0;
  area.as.binding.handle = function;
  area.as.binding.fields = (list){&out, 1};
  area.as.binding.has_columns = function == F_SECOND;
  area.as.binding.columns = (list){&second, 1};
  area.as.binding.properties = function == F_ADD ? 5 : 0;
  if (function == F_ADD)
    area.as.binding.fields = (list){fields, field_count};
  if (function >= F_PASS)
    pass(function, out);
  if (function == F_FICKLE && binds > 1)
    out.name = text("other");
  return &area;
}

static struct batch
column(uint32_t rows, int64_t *values)
{
  struct node *node = malloc(sizeof *node);
  list *buffers = calloc(2, sizeof *buffers);

  *node = (struct node){rows, 0};
  buffers[0] = (list){(void *)8, 0};
  buffers[1] = (list){values, rows};
  return (struct batch){rows, node, 1, buffers, 2};
}

static const struct result *
fail(const char *message)
{
  area.failed = 1;
  area.as.error.code = 8;
  area.as.error.message = text(message);
  area.as.error.origin = text("row 7");
  return &area;
}

static void
fill(uint32_t function, struct batch in, int64_t *out)
{
  int64_t *from = in.rows ? in.buffers[1].data : out;

  for (uint32_t i = 0; i < in.rows; i++)
    out[i] = function == F_BINDS ? binds : from[i];
  if (function == F_RANDOM && __wasi_random_get((uint8_t *)out, in.rows * 8))
    __builtin_trap();
  if (function == F_CLOCK &&
      __wasi_clock_time_get(0, 1, (__wasi_timestamp_t *)out))
    __builtin_trap();
  if (function == F_PLACE) {
    out[0] = partition();
    out[1] = (int64_t)job_id();
  }
}

static void
say(uint32_t rows)
{
  host_count("rows seen", 9, rows);
  host_log(1, "a \x1b[31mlogged\x9b line", 19);
  printf("printed %u\nand half", rows);
  fflush(stdout);
}

EXPORT("map")
const struct result *
map(uint32_t handle, BATCH(in))
{
  TAKE(in);
  volatile uint32_t spins = 0;
  int64_t *out = calloc(in.rows + 2, 8);

  if (handle == F_FAIL)
    return fail("row 7 is not to my taste");
  if (handle == F_TRAP)
    __builtin_trap();
  while (handle == F_SPIN)
    spins++;
  if (handle == F_SAY)
    say(in.rows);
  if (handle == F_RANGE)
    range(0, 1, 1, &area);
  area.failed = 0;
  if (handle == F_ADD) {
    int64_t *values = in.buffers[1].data;

    for (uint32_t i = 0; i < in.rows; i++)
      values[i] += *states[handle];
    area.as.batch = in;
    return &area;
  }
  fill(handle, in, out);
  area.as.batch = column(in.rows, out);
  if (handle == F_EVEN) {
    uint8_t *bits = calloc(in.rows / 8 + 9, 1);

    for (uint32_t i = 0; i < in.rows; i++)
      bits[i / 8] |= (uint8_t)((out[i] % 2 == 0) << i % 8);
    area.as.batch.buffers[1] = (list){bits, (in.rows + 63) / 64};
  }
  return &area;
}

/* Each row of the last batch once, then again, and again: three parts. */
static struct batch kept;
static uint32_t part;

static const struct result *
give_part(void)
{
  area.failed = 0;
  area.as.expanded.batch = kept;
  area.as.expanded.more = ++part < 3;
  return &area;
}

EXPORT("flat-map")
const struct result *
flat_map(uint32_t handle, BATCH(in))
{
  TAKE(in);
  if (handle == F_FAIL)
    return fail("not flat");
  kept = in;
  part = 0;
  return give_part();
}

EXPORT("flat-map-next")
const struct result *
flat_map_next(uint32_t handle)
{
  (void)handle;
  return give_part();
}

/* A state is an i64 sum. */
static int64_t
state_of(struct batch states, uint32_t row)
{
  const uint8_t *validity = states.buffers[0].data;
  const int32_t *offsets = states.buffers[1].data;
  int64_t value = 0;

  if (states.buffers[0].count && !(validity[row / 8] >> row % 8 & 1))
    return 0;
  if (offsets[row + 1] - offsets[row] != 8)
    __builtin_trap();
  memcpy(&value, (char *)states.buffers[2].data + offsets[row], 8);
  return value;
}

static const struct result *
give_states(uint32_t rows, int64_t *values)
{
  struct node *node = malloc(sizeof *node);
  list *buffers = calloc(3, sizeof *buffers);
  int32_t *offsets = calloc(rows + 2, 4);

  for (uint32_t i = 0; i <= rows; i++)
    offsets[i] = (int32_t)i * 8;
  *node = (struct node){rows, 0};
  buffers[0] = (list){(void *)8, 0};
  buffers[1] = (list){offsets, (rows + 2) / 2};
  buffers[2] = (list){values, rows};
  area.failed = 0;
  area.as.batch = (struct batch){rows, node, 1, buffers, 3};
  return &area;
}

EXPORT("update")
const struct result *
update(uint32_t handle, BATCH(before), uint32_t *groups, uint32_t group_count,
       BATCH(in))
{
  TAKE(before);
  TAKE(in);
  int64_t *sums = calloc(before.rows + 1, 8);
  const int64_t *values = in.buffers[1].data;

  if (handle == F_FAIL)
    return fail("no update");
  for (uint32_t i = 0; i < before.rows; i++)
    sums[i] = state_of(before, i);
  for (uint32_t i = 0; i < in.rows; i++)
    sums[group_count ? groups[i] : 0] += values[i];
  return give_states(before.rows, sums);
}

EXPORT("combine")
const struct result *
combine(uint32_t handle, BATCH(left), BATCH(right))
{
  TAKE(left);
  TAKE(right);
  int64_t *sums = calloc(left.rows + 1, 8);

  (void)handle;
  for (uint32_t i = 0; i < left.rows; i++)
    sums[i] = state_of(left, i) + state_of(right, i);
  return give_states(left.rows, sums);
}

EXPORT("finish")
const struct result *
finish(uint32_t handle, BATCH(in))
{
  TAKE(in);
  int64_t *out = calloc(in.rows + 1, 8);

  (void)handle;
  for (uint32_t i = 0; i < in.rows; i++)
    out[i] = state_of(in, i);
  area.failed = 0;
  area.as.batch = column(in.rows, out);
  return &area;
}

/* A partition gives one row at its end: the sum of what it saw, or, for
 * F_RANDOM, one for each push: random numbers. */
static struct {
  uint32_t function;
  int64_t sum;
  int ready;
} cursors[64];

static uint32_t opened;

EXPORT("open-partition")
const struct result *
open_partition(uint32_t handle, uint32_t index)
{
  (void)index;
  if (handle == F_FAIL)
    return fail("not today");
  cursors[opened].function = handle;
  area.failed = 0;
  area.as.cursor = opened++;
  return &area;
}

EXPORT("push-partition")
const struct result *
push_partition(uint32_t cursor, uint32_t some, BATCH(in))
{
  TAKE(in);
  const int64_t *values = some && in.rows ? in.buffers[1].data : NULL;

  for (uint32_t i = 0; some && i < in.rows; i++)
    cursors[cursor].sum += values[i];
  if (cursors[cursor].function == F_PLACE)
    cursors[cursor].sum = partition();
  cursors[cursor].ready = !some || cursors[cursor].function == F_RANDOM;
  area.failed = 0;
  return &area;
}

EXPORT("next-partition")
const struct result *
next_partition(uint32_t cursor)
{
  int64_t *out = malloc(8);

  *out = cursors[cursor].sum;
  if (cursors[cursor].function == F_RANDOM &&
      __wasi_random_get((uint8_t *)out, 8))
    __builtin_trap();
  area.failed = 0;
  area.as.option.some = (uint8_t)cursors[cursor].ready;
  area.as.option.batch = column(1, out);
  cursors[cursor].ready = 0;
  return &area;
}

EXPORT("close-partition")
const struct result *
close_partition(uint32_t cursor)
{
  if (cursors[cursor].function == F_FAIL_CLOSE)
    return fail("stuck");
  area.failed = 0;
  return &area;
}

int
main(void)
{
  /* Where the state is, for the test. */
  range((int64_t)(uintptr_t)&captured, 0, 1, &area);
  captured = 1;
  return 0;
}
