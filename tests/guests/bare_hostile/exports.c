/* The exports of lambdas. */
#include "hostile.h"

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

struct field
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
  if (starts("nested_"))
    binding.fields = nested_fields();
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

static uint32_t parts;

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
