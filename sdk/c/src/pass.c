/* Columns that pass by a map: the host puts them into what comes out, the
 * function neither gets nor gives them (docs/abi.md). */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

bool
wd__may_pass(enum wd__kind kind)
{
  return kind == WD__MAP || kind == WD__MAP_BATCH || kind == WD__MAP_I64 ||
         kind == WD__MAP_F64;
}

/* Room for so many more. */
static void
passes_grow(wd_bind *bind, uint32_t more)
{
  uint32_t room = 2 * (bind->pass_count + more);
  struct wd__pass *grown;
  if (bind->pass_room - bind->pass_count >= more)
    return;
  grown = wd__new(room * sizeof *grown);
  if (bind->pass_count)
    memcpy(grown, bind->passes, bind->pass_count * sizeof *grown);
  free(bind->passes);
  bind->passes = grown;
  bind->pass_room = room;
}

void
wd_bind_pass(wd_bind *bind, uint32_t column)
{
  uint32_t count = bind->input->schema.count;
  if (column >= count)
    wd_fail("there is no column %u to pass: there are %u", column, count);
  passes_grow(bind, 1);
  bind->passes[bind->pass_count++] =
      (struct wd__pass){column, bind->output->schema.count};
}

void
wd__pass_all(wd_bind *bind)
{
  uint32_t count = bind->input->schema.count;
  passes_grow(bind, count);
  memmove(bind->passes + count, bind->passes,
          bind->pass_count * sizeof *bind->passes);
  for (uint32_t i = 0; i < count; i++)
    bind->passes[i] = (struct wd__pass){i, 0};
  bind->pass_count += count;
}

/* How many fields a column is, itself and what is in it. */
static uint32_t
fields_of(const struct wire_field *field)
{
  uint32_t count = 1;
  for (uint32_t i = 0; i < field->children; i++)
    count += fields_of(field + count);
  return count;
}

static struct wire_field *
copy_column(struct wire_field *to, const struct wire_field *from)
{
  uint32_t count = fields_of(from);
  memcpy(to, from, count * sizeof *to);
  return to + count;
}

/* Says of a field that it is the input's column of this number. */
static void
mark(struct wire_field *field, uint32_t column)
{
  uint32_t count = field->metadata.count;
  struct wire_pair *pairs =
      wd__arena_take(&wd__scratch, (count + 1) * sizeof *pairs);
  char *text = wd__arena_take(&wd__scratch, 16);
  snprintf(text, 16, "%u", column);
  if (count)
    memcpy(pairs, field->metadata.data, count * sizeof *pairs);
  pairs[count] =
      (struct wire_pair){wd_str_of("wasi:data/passes"), wd_str_of(text)};
  field->metadata = (struct wire_list){pairs, count + 1};
}

/* Where each column of the input begins. */
static const struct wire_field **
columns_of(const wd_bind *bind, const struct wire_field *input)
{
  uint32_t count = bind->input->schema.count;
  const struct wire_field **columns =
      wd__arena_take(&wd__scratch, (count + 1) * sizeof *columns);
  columns[0] = input;
  for (uint32_t i = 0; i < count; i++)
    columns[i + 1] = columns[i] + fields_of(columns[i]);
  return columns;
}

struct wire_list
wd__output_to_wire(const wd_bind *bind, const struct wire_field *input)
{
  struct wire_list own =
      wd__schema_to_wire(&wd__scratch, &bind->output->schema);
  const struct wire_field *next = own.data;
  const struct wire_field **columns = columns_of(bind, input);
  uint32_t count = own.count, given = 0;
  if (!bind->pass_count)
    return own;
  for (uint32_t i = 0; i < bind->pass_count; i++)
    count += fields_of(columns[bind->passes[i].column]);
  struct wire_field *fields =
      wd__arena_take(&wd__scratch, count * sizeof *fields);
  struct wire_field *to = fields;
  for (uint32_t i = 0; i < bind->pass_count; i++) {
    const struct wd__pass *pass = bind->passes + i;
    for (; given < pass->before; given++) {
      to = copy_column(to, next);
      next += fields_of(next);
    }
    struct wire_field *field = to;
    to = copy_column(to, columns[pass->column]);
    mark(field, pass->column);
  }
  for (; given < bind->output->schema.count; given++) {
    to = copy_column(to, next);
    next += fields_of(next);
  }
  return (struct wire_list){fields, count};
}
