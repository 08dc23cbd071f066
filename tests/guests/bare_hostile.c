/* A program that misbehaves as its argument says, without the SDK.
 *
 * main builds `range(0, 1000)`, puts a lambda on it whose kind the mode's
 * prefix tells (filter_, flat_, part_, agg_, red_, else a map), over groups or
 * numbered partitions or pairs of groups when a second argument says `group`,
 * `number` or `pair`, writes the result to the sink `out`, and ends with 0
 * without waiting: what went wrong is the host's to tell. Modes that start with
 * main_ misbehave in main. */
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

static char mode[64];
static char whole[16]; /* what partition lambdas see as a whole */
static int spoiled;    /* cabi_realloc misbehaves from now on */
static uint32_t binds, parts;
static struct result area;

static int
is(const char *name)
{
  return strcmp(mode, name) == 0;
}

static int
starts(const char *prefix)
{
  return strncmp(mode, prefix, strlen(prefix)) == 0;
}

static uint32_t
at(const void *pointer)
{
  return (uint32_t)pointer;
}

static list
text(const char *chars)
{
  return (list){at(chars), strlen(chars)};
}

static uint32_t
memory_end(void)
{
  return __builtin_wasm_memory_size(0) << 16;
}

static void *
page(size_t size)
{
  void *block = calloc(1, size + 16);

  if (!block)
    __builtin_trap();
  return (void *)((at(block) + 15) & ~15u);
}

/* ---- Traps -------------------------------------------------------------- */

static volatile int zero;
static volatile uint32_t sink;

__attribute__((noinline)) static uint32_t
recurse(uint32_t depth)
{
  volatile char room[256];

  room[depth & 255] = (char)depth;
  if (depth == 0xffffffffu)
    return 0;
  return recurse(depth + 1) + (uint32_t)room[(depth + 1) & 255];
}

static void
misbehave(const char *what)
{
  typedef double wrong(double);

  if (strcmp(what, "trap") == 0)
    __builtin_trap();
  if (strcmp(what, "recursion") == 0)
    sink = recurse(0);
  if (strcmp(what, "divide") == 0)
    sink = (uint32_t)(7 / zero);
  if (strcmp(what, "load") == 0)
    sink = *(volatile uint32_t *)0xfffffff0u;
  if (strcmp(what, "indirect") == 0)
    sink = (uint32_t)((wrong *)(uintptr_t)1)(1);
  if (strcmp(what, "table") == 0)
    sink = (uint32_t)((wrong *)(uintptr_t)60000)(1);
  if (strcmp(what, "exit") == 0)
    _Exit(0);
  if (strcmp(what, "exit7") == 0)
    _Exit(7);
  if (strcmp(what, "abort") == 0)
    abort();
  if (strcmp(what, "fail") == 0)
    fail(at("said \xff by the lambda \x1b[31m"), 27);
  if (strcmp(what, "fail_out") == 0)
    fail(0xfffffff0u, 100);
  if (strcmp(what, "log_out") == 0)
    log_line(1, memory_end() - 4, 100);
  if (strcmp(what, "dataset") == 0) {
    struct result out;
    range(0, 1, 1, &out);
  }
  if (strcmp(what, "say") == 0)
    fail(at("said by the program"), 19);
  if (strncmp(what, "memory", 6) == 0) {
    do
      sink = at(malloc(1 << 20));
    while (sink);
    if (strcmp(what, "memory_trap") == 0)
      __builtin_trap();
  }
  if (strcmp(what, "loop") == 0)
    for (;;)
      sink++;
  if (strcmp(what, "spin") == 0)
    for (;;)
      ;
}

/* ---- Batches ------------------------------------------------------------ */

static const char *
format(void)
{
  if (starts("utf8_") || starts("offsets_"))
    return "u";
  if (starts("decimal_"))
    return "d:5,2";
  if (starts("filter_"))
    return is("filter_type") ? "l" : "b";
  return "l";
}

static list
buffer(size_t size)
{
  return (list){at(page(size)), (size + 7) / 8};
}

static void
set(uint32_t pointer, uint32_t index, uint32_t value)
{
  ((uint32_t *)pointer)[index] = value;
}

/* Zeroes (or `x`) without nulls. */
static struct batch
good(const char *type, uint32_t rows)
{
  struct node *node = page(sizeof *node);
  list *buffers = page(3 * sizeof *buffers);
  struct batch batch = {rows, {at(node), 1}, {at(buffers), 2}};

  *node = (struct node){rows, 0};
  buffers[0] = (list){8, 0};
  if (type[0] == 'u' || type[0] == 'z') {
    buffers[1] = buffer((rows + 1) * 4);
    buffers[2] = buffer(rows);
    batch.buffers.count = 3;
    for (uint32_t i = 0; i <= rows; i++)
      set(buffers[1].data, i, i);
    memset((void *)buffers[2].data, 'x', rows);
  } else {
    buffers[1] = buffer(rows * (type[0] == 'd' ? 16 : 8));
  }
  return batch;
}

static void
spoil(struct batch *batch)
{
  struct node *node = (struct node *)batch->nodes.data;
  list *buffers = (list *)batch->buffers.data;
  list validity = buffer(batch->rows / 8 + 1);

  memset((void *)validity.data, 0xff, validity.count * 8);
  if (is("nodes_out"))
    batch->nodes.data = memory_end() - 4;
  if (is("nodes_odd"))
    batch->nodes.data += 1;
  if (is("nodes_wrap"))
    batch->nodes = (list){0xfffffff8u, 0x20000001u};
  if (is("nodes_none"))
    batch->nodes.count = 0;
  if (is("nodes_many"))
    batch->nodes.count = 2;
  if (is("buffers_out"))
    batch->buffers.data = memory_end();
  if (is("buffers_odd"))
    batch->buffers.data += 2;
  if (is("buffers_few"))
    batch->buffers.count = 1;
  if (is("buffers_many"))
    batch->buffers.count = 0xffffffffu;
  if (is("buffer_out"))
    buffers[1].data = memory_end() - 16;
  if (is("buffer_odd"))
    buffers[1].data += 4;
  if (is("buffer_wrap"))
    buffers[1].count = 0x20000000u;
  if (is("buffer_short"))
    buffers[1].count -= 1;
  if (is("buffer_none"))
    buffers[1].count = 0;
  if (is("validity_short"))
    buffers[0] = (list){validity.data, 1}, node->nulls = 1;
  if (is("nulls_lie"))
    buffers[0] = validity, node->nulls = 3;
  if (is("nulls_hidden"))
    buffers[0] = validity, *(uint8_t *)validity.data = 0xfe;
  if (is("nulls_many"))
    buffers[0] = validity, node->nulls = batch->rows + 1;
  if (is("nulls_missing"))
    node->nulls = 1;
  if (is("strict_null"))
    buffers[0] = validity, node->nulls = 1, *(uint8_t *)validity.data = 0xfe;
  if (is("rows_few"))
    *batch = good("l", batch->rows - 1);
  if (is("rows_many"))
    *batch = good("l", batch->rows + 1);
  if (is("rows_huge"))
    batch->rows = node->length = 0xffffffffu;
  if (is("rows_node"))
    node->length--;
  if (is("offsets_fall"))
    set(buffers[1].data, 3, 9), set(buffers[1].data, 4, 5);
  if (is("offsets_start"))
    set(buffers[1].data, 0, 1);
  if (is("offsets_past"))
    set(buffers[1].data, batch->rows, batch->rows * 4);
  if (is("offsets_negative"))
    set(buffers[1].data, 0, 0x80000000u);
  if (is("offsets_short"))
    buffers[1].count = 1;
  if (is("offsets_none"))
    buffers[1].count = 0;
  if (is("utf8_bad"))
    *(uint8_t *)(buffers[2].data + 2) = 0xff;
  if (is("utf8_surrogate"))
    memcpy((void *)buffers[2].data, "\xed\xa0\x80", 3),
        set(buffers[1].data, 1, 3), set(buffers[1].data, 2, 3);
  if (is("utf8_cut")) /* two bytes of one character in two values */
    memcpy((void *)buffers[2].data, "\xc3\xa9", 2);
  if (is("decimal_beyond"))
    set(buffers[1].data, 0, 100000);
}

/* ---- Results ------------------------------------------------------------ */

static const void *
give_error(uint8_t code, list message)
{
  area.failed = 1;
  area.as.error = (struct told){code, message, {0, 0}};
  return &area;
}

static const void *
give_batch(uint32_t rows)
{
  area.failed = 0;
  area.as.batch = good(format(), rows);
  spoil(&area.as.batch);
  return &area;
}

/* An area that lies; NULL: another thing is wrong. */
static const void *
wrong_area(void)
{
  if (is("area_tag"))
    area.failed = 7;
  else if (is("area_out"))
    return (void *)0xfffffff0u;
  else if (is("area_edge"))
    return (void *)(memory_end() - 4);
  else if (is("area_odd"))
    return (const char *)&area + 1;
  else if (is("error_empty"))
    return give_error(8, (list){0, 0});
  else if (is("error_plain"))
    return give_error(8, text("the lambda says no to row 17"));
  else if (is("error_code"))
    return give_error(200, text("an unknown kind of error"));
  else if (is("error_limit"))
    return give_error(6, text("a limit of the lambda's own"));
  else if (is("error_cancelled"))
    return give_error(7, text("it says that it was cancelled"));
  else if (is("error_internal"))
    return give_error(11, text("it says that the host failed"));
  else if (is("error_out"))
    return give_error(8, (list){memory_end() - 2, 1000});
  else if (is("error_invalid"))
    return give_error(8, text("bad \xff\xfe bytes \x1b[2J \xc2\x9b"));
  else if (is("error_huge")) {
    char *huge = malloc(10 << 20);

    memset(huge, 'm', 10 << 20);
    return give_error(8, (list){at(huge), 10 << 20});
  } else
    return NULL;
  return &area;
}

/* ---- Exports ------------------------------------------------------------ */

__attribute__((export_name("cabi_realloc"), used)) void *
cabi_realloc(void *old, size_t old_size, size_t align, size_t size)
{
  struct result out;

  (void)old_size;
  if (spoiled) {
    const char *how = mode + (starts("main_") ? 13 : 8);

    if (strcmp(how, "null") == 0)
      return NULL;
    if (strcmp(how, "odd") == 0)
      return (char *)page(size + 8) + 1;
    if (strcmp(how, "out") == 0)
      return (void *)memory_end();
    if (strcmp(how, "wrap") == 0)
      return (void *)0xfffffff8u;
    if (strcmp(how, "stack") == 0)
      return (void *)16;
    if (strcmp(how, "trap") == 0)
      __builtin_trap();
    if (strcmp(how, "import") == 0)
      range(0, 1, 1, &out);
    if (strcmp(how, "log") == 0)
      log_line(1, at("inside"), 6);
    if (strcmp(how, "grow") == 0)
      __builtin_wasm_memory_grow(0, 16);
  }
  return old ? realloc(old, size) : align > 8 ? page(size) : malloc(size);
}

static struct field
field_of(const char *name, const char *type)
{
  return (struct field){
      .name = text(name), .format = text(type), .nullable = !is("strict_null")};
}

static void
bind_schema(struct binding *binding)
{
  static struct field fields[3];

  fields[0] = field_of("out", format());
  binding->fields = (list){at(fields), 1};
  if (is("bind_garbage"))
    fields[0].format = text("q?!");
  if (is("bind_long_format"))
    fields[0].format = (list){at(memset(page(1 << 20), 'l', 1 << 20)), 1 << 20};
  if (is("bind_list")) {
    fields[0].format = text("+l");
    fields[0].children = 1;
    fields[1] = field_of("item", "tDu");
    binding->fields.count = 2;
  }
  if (is("bind_children"))
    fields[0].children = 0xfffffff0u;
  if (is("bind_decimal"))
    fields[0].format = text("d:500,2");
  if (is("bind_name"))
    fields[0].name = text("bad \xff name");
  if (is("bind_same")) {
    fields[1] = fields[0];
    binding->fields.count = 2;
  }
  if (is("bind_none"))
    binding->fields.count = 0;
  if (is("bind_wrap"))
    binding->fields = (list){8, 0x06666667u};
  if (is("bind_million")) {
    struct field *many = page(1000000 * sizeof *many);

    for (uint32_t i = 0; i < 1000000; i++)
      many[i] = fields[0];
    binding->fields = (list){at(many), 1000000};
  }
  if (starts("red_"))
    fields[0] = (struct field){text("id"), text("l"), 0, 0, {0}, {0}};
  if (is("red_schema"))
    fields[0].format = text("g");
}

static void
bind_columns(struct binding *binding)
{
  static uint32_t columns[4] = {0, 0, 0, 0};

  binding->columns = (list){at(columns), 1};
  binding->has_columns = starts("bind_columns_") || is("pair_columns");
  if (is("bind_columns_out"))
    columns[0] = 7;
  if (is("bind_columns_many"))
    binding->columns.count = 4;
  if (is("bind_columns_wrap"))
    binding->columns.count = 0x40000001u;
  if (is("bind_columns_tag"))
    binding->has_columns = 9;
}

EXPORT("bind")
const void *
bind(uint32_t function, uint32_t state, uint32_t role, list *fields,
     uint32_t field_count, uint32_t *keys, uint32_t key_count, void *constants,
     uint32_t constant_count)
{
  struct binding binding = {.handle = 77};

  (void)function, (void)state, (void)role, (void)fields, (void)field_count;
  (void)keys, (void)key_count, (void)constants, (void)constant_count;
  binds++;
  if (starts("bind_do_"))
    misbehave(mode + 8);
  if (is("bind_error"))
    return give_error(5, text("no such shape of input"));
  if (is("bind_area"))
    return (void *)0xfffffffcu;
  bind_schema(&binding);
  bind_columns(&binding);
  area.failed = 0;
  area.as.binding = binding;
  spoiled = starts("realloc_");
  return &area;
}

EXPORT("map")
const void *
do_map(uint32_t handle, uint32_t rows, void *nodes, uint32_t node_count,
       void *buffers, uint32_t buffer_count)
{
  const void *wrong = wrong_area();

  (void)handle, (void)nodes, (void)node_count;
  (void)buffers, (void)buffer_count;
  if (wrong)
    return wrong;
  if (starts("do_"))
    misbehave(mode + 3);
  if (is("count_names"))
    for (int i = 0; i < 10000; i++) {
      char name[80];

      snprintf(name, sizeof name, "counter %d of very many of them %040d", i,
               i);
      count(name, strlen(name), 1);
    }
  return give_batch(rows);
}

static const void *
give_part(void)
{
  area.failed = 0;
  area.as.expanded.output = good("l", is("flat_empty") ? 0 : 3);
  area.as.expanded.more = is("flat_empty")     ? 1
                          : is("flat_forever") ? 1
                          : is("flat_more")    ? 2
                                               : ++parts % 4 != 0;
  if (is("flat_rows"))
    area.as.expanded.output.rows = 4;
  if (is("flat_next_trap") && parts > 1)
    __builtin_trap();
  return &area;
}

EXPORT("flat-map")
const void *
do_flat_map(uint32_t handle, uint32_t rows, void *nodes, uint32_t node_count,
            void *buffers, uint32_t buffer_count)
{
  (void)handle, (void)rows, (void)nodes, (void)node_count;
  (void)buffers, (void)buffer_count;
  return give_part();
}

EXPORT("flat-map-next")
const void *
flat_map_next(uint32_t handle)
{
  (void)handle;
  return give_part();
}

static const void *
give_states(uint32_t rows)
{
  area.failed = 0;
  area.as.batch = good("z", rows);
  if (is("agg_few"))
    area.as.batch = good("z", rows + 1);
  if (is("agg_type"))
    area.as.batch = good("l", rows);
  if (is("agg_offsets"))
    set(((list *)area.as.batch.buffers.data)[1].data, rows, 1u << 30);
  return &area;
}

EXPORT("update")
const void *
update(uint32_t handle, uint32_t states, void *nodes, uint32_t node_count,
       void *buffers, uint32_t buffer_count, uint32_t *groups,
       uint32_t group_count, uint32_t rows, void *row_nodes,
       uint32_t row_node_count, void *row_buffers, uint32_t row_buffer_count)
{
  (void)handle, (void)nodes, (void)node_count, (void)buffers;
  (void)buffer_count, (void)groups, (void)group_count, (void)rows;
  (void)row_nodes, (void)row_node_count, (void)row_buffers;
  (void)row_buffer_count;
  if (is("agg_update_trap"))
    __builtin_trap();
  return give_states(states);
}

EXPORT("combine")
const void *
combine(uint32_t handle, uint32_t rows, void *nodes, uint32_t node_count,
        void *buffers, uint32_t buffer_count, uint32_t other_rows,
        void *other_nodes, uint32_t other_node_count, void *other_buffers,
        uint32_t other_buffer_count)
{
  (void)handle, (void)nodes, (void)node_count, (void)buffers;
  (void)buffer_count, (void)other_rows, (void)other_nodes;
  (void)other_node_count, (void)other_buffers, (void)other_buffer_count;
  return give_states(rows);
}

EXPORT("finish")
const void *
finish(uint32_t handle, uint32_t rows, void *nodes, uint32_t node_count,
       void *buffers, uint32_t buffer_count)
{
  (void)handle, (void)nodes, (void)node_count;
  (void)buffers, (void)buffer_count;
  if (is("agg_finish_trap"))
    __builtin_trap();
  area.failed = 0;
  area.as.batch = good("l", is("agg_finish_rows") ? rows + 2 : rows);
  return &area;
}

EXPORT("open-partition")
const void *
open_partition(uint32_t handle, uint32_t index)
{
  (void)handle, (void)index;
  if (is("part_open_error"))
    return give_error(8, text("this partition stays shut"));
  area.failed = 0;
  area.as.handle = 99;
  return &area;
}

EXPORT("push-partition")
const void *
push_partition(uint32_t cursor, uint32_t some, uint32_t rows, void *nodes,
               uint32_t node_count, void *buffers, uint32_t buffer_count)
{
  (void)cursor, (void)rows, (void)nodes, (void)node_count;
  (void)buffers, (void)buffer_count;
  if (is("part_push_error"))
    return give_error(8, text("indigestible rows"));
  if (is("part_end_trap") && !some)
    __builtin_trap();
  parts = 1;
  area.failed = 0;
  return &area;
}

EXPORT("next-partition")
const void *
next_partition(uint32_t cursor)
{
  (void)cursor;
  area.failed = 0;
  area.as.option.some = is("part_next_tag") ? 5 : is("part_empty") ? 1 : parts;
  area.as.option.batch = good("l", is("part_empty") ? 0 : 2);
  if (is("part_rows"))
    area.as.option.batch.nodes.count = 0;
  parts = 0;
  return &area;
}

EXPORT("close-partition")
const void *
close_partition(uint32_t cursor)
{
  (void)cursor;
  if (is("part_close_trap"))
    __builtin_trap();
  if (is("part_close_error"))
    return give_error(8, text("the door is jammed"));
  area.failed = 0;
  return &area;
}

/* Pairs of groups: what partitions do, by other names. */

EXPORT_PAIR("bind-co-group")
const void *
bind_pair(uint32_t function, uint32_t state, list *left, uint32_t left_count,
          uint32_t *left_keys, uint32_t left_key_count, list *right,
          uint32_t right_count, uint32_t *right_keys, uint32_t right_key_count)
{
  (void)right, (void)right_count, (void)right_keys, (void)right_key_count;
  return bind(function, state, 0, left, left_count, left_keys, left_key_count,
              NULL, 0);
}

EXPORT_PAIR("open-co-group")
const void *
open_pair(uint32_t handle)
{
  return open_partition(handle, 0);
}

EXPORT_PAIR("push-left")
const void *
push_left(uint32_t cursor, uint32_t some, uint32_t rows, void *nodes,
          uint32_t node_count, void *buffers, uint32_t buffer_count)
{
  if (is("pair_left_trap") && !some)
    __builtin_trap();
  if (is("part_end_trap"))
    some = 1; /* at the end of the right */
  return push_partition(cursor, some, rows, nodes, node_count, buffers,
                        buffer_count);
}

EXPORT_PAIR("push-right")
const void *
push_right(uint32_t cursor, uint32_t some, uint32_t rows, void *nodes,
           uint32_t node_count, void *buffers, uint32_t buffer_count)
{
  if (is("pair_right_error"))
    return give_error(4, text("the right is not right"));
  if (is("pair_right_area"))
    return (void *)0xfffffff0u;
  return push_partition(cursor, some, rows, nodes, node_count, buffers,
                        buffer_count);
}

EXPORT_PAIR("next-co-group")
const void *
next_pair(uint32_t cursor)
{
  const void *result = next_partition(cursor);

  if (is("pair_type"))
    area.as.option.batch = good("u", 2);
  if (is("pair_nodes"))
    area.as.option.batch.nodes = (list){0xfffffff8u, 1};
  return result;
}

EXPORT_PAIR("close-co-group")
const void *
close_pair(uint32_t cursor)
{
  return close_partition(cursor);
}

POST("map")
void
post_map(const void *result)
{
  (void)result;
  if (is("post_trap"))
    __builtin_trap();
  if (is("post_exit"))
    _Exit(0);
}

/* ---- main --------------------------------------------------------------- */

/* Says what an import told, and ends. */
static void
check(const struct result *out, const char *call)
{
  if (!out->failed)
    return;
  fprintf(stderr, "guest: %s: code %u: %.*s\n", call, out->as.error.code,
          (int)out->as.error.message.count,
          (const char *)out->as.error.message.data);
  exit(125);
}

static uint32_t
source(void)
{
  struct result out;

  range(0, 1000, 1, &out);
  check(&out, "range");
  return out.as.handle;
}

/* So that a write is under way until it is cancelled. */
static uint32_t
endless(void)
{
  struct result out;

  range(0, INT64_MAX, 1, &out);
  check(&out, "range");
  return out.as.handle;
}

/* A partition lambda by threads, groups or numbers. */
static void
over_parts(uint32_t from, struct result *out)
{
  list key = text("id % 7 as k");

  if (strcmp(whole, "group") == 0) {
    group_by(from, &key, 1, out);
    check(out, "group");
    map_groups(out->as.handle, 1, 2, out);
  } else if (strcmp(whole, "pair") == 0) {
    uint32_t left;

    group_by(from, &key, 1, out);
    check(out, "group");
    left = out->as.handle;
    group_by(from, &key, 1, out);
    check(out, "group");
    co_map_groups(left, out->as.handle, 1, 2, out);
  } else if (strcmp(whole, "number") == 0) {
    repartition(from, 5, 8, 0, out);
    check(out, "repartition");
    map_partitions(out->as.handle, 1, 2, out);
  } else {
    map_partitions(from, 1, 2, out);
  }
}

static uint32_t
lambda_over(uint32_t from)
{
  struct result out;
  struct {
    list name;
    uint8_t kind;
    uint32_t function, state;
    list arguments;
    uint8_t has_filter;
    list filter;
  } measure = {{0}, 1, 1, 2, {0}, 0, {0}};
  list argument = text("id");

  measure.name = text("total");
  measure.arguments = (list){at(&argument), 1};
  if (starts("filter_"))
    filter(from, 1, 2, &out);
  else if (starts("flat_"))
    flat_map(from, 1, 2, &out);
  else if (starts("part_") || *whole)
    over_parts(from, &out);
  else if (starts("agg_"))
    aggregate(from, &measure, 1, &out);
  else if (starts("red_"))
    reduce(from, 1, 2, &out);
  else
    map(from, 1, 2, &out);
  check(&out, "build");
  return out.as.handle;
}

static void
write_out(uint32_t from)
{
  struct result out;

  write_to(from, "out", 3, 1, NULL, 0, NULL, 0, &out);
  check(&out, "write");
}

static void
main_handles(void)
{
  uint32_t from = source(), other = source();
  struct result out;

  collect(from, NULL, 0, &out);
  check(&out, "collect");
  if (is("main_forged"))
    lambda_over(123456);
  if (is("main_zero"))
    lambda_over(0);
  if (is("main_max"))
    lambda_over(0xffffffffu);
  if (is("main_kind"))
    lambda_over(out.as.handle);
  if (is("main_kind_job"))
    next_batch(other, &out);
  if (is("main_stale") || is("main_stale_reused"))
    drop(other);
  if (is("main_stale_reused"))
    source();
  if (starts("main_stale"))
    lambda_over(other);
  if (is("main_drop_twice"))
    drop(other), drop(other);
  if (is("main_drop_kind"))
    drop_job(from);
}

static void
main_arguments(void)
{
  uint32_t from = source();
  struct result out;

  if (is("main_string_out"))
    read_table(memory_end() - 2, 100, 0, 0, &out);
  if (is("main_string_utf8"))
    read_table(at("l\xffnes"), 5, 0, 0, &out), check(&out, "read");
  if (is("main_not_granted"))
    read_table(at("nope"), 4, 0, 0, &out), check(&out, "read");
  if (is("main_list_out"))
    select_columns(from, memory_end() - 8, 5, &out);
  if (is("main_list_odd"))
    select_columns(from, 17, 1, &out);
  if (is("main_list_wrap"))
    select_columns(from, 8, 0x20000001u, &out);
  if (is("main_area_out"))
    range(0, 1, 1, (struct result *)(memory_end() - 4));
  if (is("main_area_odd"))
    range(0, 1, 1, (struct result *)((char *)&out + 1));
  if (is("main_enum"))
    join(from, from, 99, 0, "", 0, &out);
  if (is("main_tag"))
    join(from, from, 0, 9, "", 0, &out);
}

static void
main_create(void)
{
  struct field field = {text("s"), text("u"), 1, 0, {0}, {0}};
  struct batch batch = good("u", 10);
  list *buffers = (list *)batch.buffers.data;
  struct result out;

  if (is("main_create_offsets"))
    set(buffers[1].data, 4, 1);
  if (is("main_create_utf8"))
    *(uint8_t *)(buffers[2].data + 2) = 0xff;
  if (is("main_create_rows"))
    batch.rows = 11;
  if (is("main_create_buffer"))
    buffers[1].count = 0x20000000u;
  if (is("main_create_format"))
    field.format = text("+s");
  create(at(&field), 1, at(&batch), 1, &out);
  check(&out, "create");
}

int
main(int argument_count, char **arguments)
{
  struct result out;

  snprintf(mode, sizeof mode, "%s", argument_count > 1 ? arguments[1] : "good");
  snprintf(whole, sizeof whole, "%s", argument_count > 2 ? arguments[2] : "");
  if (starts("main_do_"))
    misbehave(mode + 8);
  if (starts("main_create_"))
    main_create();
  if (starts("main_realloc_")) {
    uint32_t from = source();

    spoiled = 1;
    schema_of(from, &out);
    spoiled = 0;
    check(&out, "schema");
    return 3;
  }
  if (starts("main_write_")) {
    write_out(endless());
    misbehave(mode + 11);
  } else if (starts("main_")) {
    main_handles();
    main_arguments();
    return 0;
  }
  write_out(lambda_over(source()));
  return 0;
}
