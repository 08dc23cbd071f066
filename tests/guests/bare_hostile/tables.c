/* Table functions that are sources: what partitions do, by other names. Modes
 * that start with scan_ are their own; those that start with rows_ pass
 * arguments that are wrong. */
#include "hostile.h"

IMPORT("datasets", "generate")
void
generate_rows(uint32_t function, uint32_t state, uint32_t has_arguments,
              const void *fields, uint32_t field_count, uint32_t rows,
              uint32_t nodes, uint32_t node_count, uint32_t buffers,
              uint32_t buffer_count, uint32_t partitions, struct result *out);

void
generate(struct result *out)
{
  struct field field = {text("n"), text("l"), 1, 0, {0}, {0}};
  struct batch row = good("l", is("rows_many") ? 2 : 1);
  uint32_t fields = is("rows_fields") ? 0x10000000u : 1;

  if (is("rows_none"))
    row.rows = 0;
  if (is("rows_nodes"))
    row.nodes = (list){memory_end() - 4, 1};
  if (is("rows_type"))
    field.format = text("u");
  if (is("rows_format"))
    field.format = text("?");
  generate_rows(1, 2, starts("rows_") ? 1 + is("rows_tag") : 0, &field, fields,
                row.rows, row.nodes.data, row.nodes.count, row.buffers.data,
                row.buffers.count, is("scan_no_partition") ? 0 : 3, out);
}

EXPORT_TABLE("bind-table")
const void *
bind_table(uint32_t function, uint32_t state, uint32_t role, list *fields,
           uint32_t field_count, void *constants, uint32_t constant_count,
           uint32_t partitions)
{
  /* As struct result, but for the alignment of the value. */
  static struct {
    uint8_t failed;
    union {
      struct {
        uint32_t handle;
        list fields;
        uint32_t partitions;
        uint64_t rows;
      } binding;
      struct told error;
    } as;
  } area_of_tables;
  const struct result *made = bind(function, state, role, fields, field_count,
                                   NULL, 0, constants, constant_count);

  if (starts("table_"))
    return bind_lateral(partitions);
  if (made != &area)
    return made;
  area_of_tables.failed = made->failed;
  if (made->failed) {
    area_of_tables.as.error = made->as.error;
    return &area_of_tables;
  }
  area_of_tables.as.binding.handle = made->as.binding.handle;
  area_of_tables.as.binding.fields = made->as.binding.fields;
  area_of_tables.as.binding.partitions = is("scan_partitions_none") ? 0
                                         : is("scan_partitions_many")
                                             ? 0xffffffffu
                                             : partitions;
  area_of_tables.as.binding.rows = is("scan_rows_lie") ? UINT64_MAX : 6;
  return &area_of_tables;
}

EXPORT_TABLE("open-scan")
const void *
open_scan(uint32_t handle, uint32_t partition, uint32_t *columns,
          uint32_t count)
{
  const void *opened;

  (void)columns, (void)count;
  if (is("scan_open_area"))
    return (void *)0xfffffff0u;
  if (is("scan_open_trap"))
    __builtin_trap();
  opened = open_partition(handle, partition);
  if (opened == &area && !area.failed)
    push_partition(99, 1, 0, NULL, 0, NULL, 0); /* there is something to give */
  return opened;
}

EXPORT_TABLE("next-scan")
const void *
next_scan(uint32_t cursor)
{
  const void *result = next_partition(cursor);

  if (is("scan_endless"))
    area.as.option.some = 1;
  if (is("scan_type"))
    area.as.option.batch = good("u", 2);
  if (is("scan_nodes"))
    area.as.option.batch.nodes = (list){0xfffffff8u, 1};
  if (is("scan_huge"))
    area.as.option.batch.rows = UINT32_MAX;
  if (is("scan_error"))
    return give_error(4, text("no more of this"));
  return result;
}

EXPORT_TABLE("close-scan")
const void *
close_scan(uint32_t cursor)
{
  return close_partition(cursor);
}
