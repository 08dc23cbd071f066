/* `with-parameters`: values that the program gives to `$name`. */
#include <string.h>

#include "guest/internal.h"
#include "plan/literal_array.h"

static enum wd_status
read_value(const struct wd_schema *schema, const struct wd_batch *batch,
           uint32_t column, struct wd_arena *arena, struct wd_parameter *out,
           struct wd_error *error)
{
  struct wd_array array = wd_array_of(schema, batch, column), *kept;
  const struct wd_literal null = {.null = true};

  out->value = null;
  if (wd_literal_carried(array.type, &null)) {
    out->value = wd_literal_from_array(&array, 0);
    return WD_OK;
  }
  kept = wd_arena_alloc(arena, sizeof *kept);
  if (!kept)
    return wd_fail_memory(error);
  *kept = array;
  out->array = kept;
  return WD_OK;
}

static enum wd_status
read_parameters(const struct wd_schema *schema, const struct wd_batch *batch,
                struct wd_arena *arena, struct wd_parameters *out,
                struct wd_error *error)
{
  struct wd_parameter *items =
      wd_arena_array(arena, schema->count, sizeof *items);
  enum wd_status status = WD_OK;

  if (!items)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < schema->count && status == WD_OK; i++) {
    const struct wd_column *column = &schema->columns[i];

    items[i].name = column->name;
    items[i].type = column->type;
    for (uint32_t k = 0; k < i; k++)
      if (strcmp(items[k].name, column->name) == 0)
        return wd_fail(error, WD_INVALID_ARGUMENT,
                       "the parameter $%.64s is there twice", column->name);
    status = read_value(schema, batch, i, arena, &items[i], error);
  }
  *out = (struct wd_parameters){.count = schema->count, .items = items};
  return status;
}

/* The guest's memory is not ours to keep. */
static enum wd_status
copy_batch(const struct wd_batch *from, struct wd_arena *arena,
           struct wd_batch *out, struct wd_error *error)
{
  struct wd_node *nodes =
      wd_arena_array(arena, from->node_count, sizeof *nodes);
  struct wd_span *buffers =
      wd_arena_array(arena, from->buffer_count, sizeof *buffers);

  if (!nodes || !buffers)
    return wd_fail_memory(error);
  if (from->node_count)
    memcpy(nodes, from->nodes, from->node_count * sizeof *nodes);
  for (uint32_t i = 0; i < from->buffer_count; i++) {
    uint8_t *data = wd_arena_alloc(arena, from->buffers[i].size + 8);

    if (!data)
      return wd_fail_memory(error);
    if (from->buffers[i].size)
      memcpy(data, from->buffers[i].data, from->buffers[i].size);
    buffers[i] = (struct wd_span){data, from->buffers[i].size};
  }
  *out = *from;
  out->nodes = nodes;
  out->buffers = buffers;
  return WD_OK;
}

enum wd_status
wd_guest_take_parameters(const struct wd_abi_parameters *from,
                         struct wd_arena *arena, struct wd_parameters *out,
                         struct wd_error *error)
{
  struct wd_batch batch = wd_abi_batch_view_of(&from->values);
  struct wd_schema schema;
  enum wd_status status =
      wd_abi_schema_parse(&from->schema, arena, &schema, error);

  if (status == WD_OK)
    status = wd_schema_check_carried(&schema, error);
  if (status == WD_OK)
    status = wd_batch_check(&schema, &batch, 1, error);
  if (status == WD_OK)
    status = copy_batch(&batch, arena, &batch, error);
  return status == WD_OK ? read_parameters(&schema, &batch, arena, out, error)
                         : status;
}

static enum wd_status
on_with_parameters(
    struct wd_abi_call *call,
    const struct wd_abi_datasets_dataset_with_parameters_args *args,
    uint32_t *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_relation *relation =
      wd_relation_new(program->options.mem, WD_REL_PARAMETERS,
                      wd_program_dataset(program, args->self), NULL);

  if (!relation)
    return wd_fail_memory(error);
  return wd_program_finish(
      program,
      wd_guest_take_parameters(&args->parameters, &relation->arena,
                               &relation->parameters, error),
      relation, out, error);
}

void
wd_guest_parameters(struct wd_abi_handlers *handlers)
{
  handlers->datasets_dataset_with_parameters = on_with_parameters;
}
