/* Table functions for rows of arguments: modes that start with table_. */
#include "hostile.h"

IMPORT("functions", "register-table")
void
register_table(const char *name, uint32_t size, uint32_t function,
               uint32_t state, uint32_t has_arguments, const void *fields,
               uint32_t field_count, uint32_t variadic, uint32_t strict,
               uint32_t deterministic, struct result *out);

/* result<table-binding, error>: it has a u64 in it. */
static struct {
  uint8_t failed;
  union {
    struct {
      _Alignas(8) uint32_t handle;
      list fields;
      uint32_t partitions;
      uint64_t rows;
    } binding;
    struct told error;
  } as;
} bound;

/* result<lateral-rows, error> */
static struct {
  uint8_t failed;
  union {
    struct {
      struct batch output;
      list parents;
      uint8_t more;
    } rows;
    struct told error;
  } as;
} given;

void
table_functions(uint32_t from, struct result *out)
{
  list item = text("t(id) as r");

  register_table("t", 1, 1, 2, 0, NULL, 0, 0, 0, 0, out);
  if (is("table_twice"))
    register_table("T", 1, 1, 2, 0, NULL, 0, 0, 0, 0, out);
  if (is("table_name"))
    register_table("sum", 3, 1, 2, 0, NULL, 0, 0, 0, 0, out);
  if (is("table_variadic"))
    register_table("v", 1, 1, 2, 1, NULL, 0, 1, 0, 0, out);
  if (!out->failed)
    select_columns(from, at(&item), 1, out);
}

const void *
bind_lateral(uint32_t partitions)
{
  static struct field field;

  field = field_of("out", is("table_format") ? "q?!" : "l");
  bound.failed = is("table_bind_error");
  bound.as.binding.handle = 5;
  bound.as.binding.fields = (list){at(&field), !is("table_none")};
  bound.as.binding.partitions = partitions;
  bound.as.binding.rows = 0;
  if (bound.failed)
    bound.as.error = (struct told){2, text("no such arguments"), {0, 0}};
  return &bound;
}

/* Two rows for each row of arguments. */
static void
spoil_parents(uint32_t rows)
{
  uint32_t *parents = (uint32_t *)given.as.rows.parents.data;

  if (is("table_parents_few"))
    given.as.rows.parents.count--;
  if (is("table_parents_past"))
    parents[2 * rows - 1] = rows;
  if (is("table_parents_fall"))
    parents[1] = 1, parents[2] = 0;
  if (is("table_parents_out"))
    given.as.rows.parents.data = memory_end() - 4;
  if (is("table_parents_odd"))
    given.as.rows.parents.data++;
  if (is("table_parents_wrap"))
    given.as.rows.parents.count = 0x40000001u;
  if (is("table_type"))
    given.as.rows.output = good("u", 2 * rows);
  if (is("table_nodes"))
    given.as.rows.output.nodes = (list){0xfffffff8u, 1};
  if (is("table_more"))
    given.as.rows.more = 2;
}

EXPORT_TABLE("call-rows")
const void *
call_rows(uint32_t handle, uint32_t rows, void *nodes, uint32_t node_count,
          void *buffers, uint32_t buffer_count)
{
  uint32_t *parents = page(2 * rows * sizeof *parents);

  (void)handle, (void)nodes, (void)node_count, (void)buffers;
  (void)buffer_count;
  if (is("table_trap"))
    __builtin_trap();
  given.failed = is("table_error");
  if (given.failed) {
    given.as.error = (struct told){8, text("no rows today"), {0, 0}};
    return &given;
  }
  given.as.rows.output = good("l", 2 * rows);
  given.as.rows.more = is("table_empty") || is("table_endless");
  for (uint32_t i = 0; i < 2 * rows; i++)
    parents[i] = i / 2;
  given.as.rows.parents = (list){at(parents), 2 * rows};
  spoil_parents(rows);
  return &given;
}

EXPORT_TABLE("next-rows")
const void *
next_rows(uint32_t handle)
{
  static list parents;

  (void)handle;
  if (is("table_next_trap"))
    __builtin_trap();
  if (is("table_endless") && !parents.data) {
    uint32_t *last = page((4 << 20) / 8 * sizeof *last);

    for (uint32_t i = 0; i < (4 << 20) / 8; i++)
      last[i] = 999;
    parents = (list){at(last), (4 << 20) / 8};
    given.as.rows.output = good("l", parents.count);
  }
  if (is("table_empty"))
    given.as.rows.output = good("l", 0);
  given.as.rows.parents = parents;
  return &given;
}
