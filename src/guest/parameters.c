/* `with-parameters`: values that the program gives to `$name`. */
#include <string.h>

#include "guest/internal.h"

/* The bytes of a string or a binary, copied. */
static enum wd_status
read_bytes(const struct wd_span *buffers, struct wd_arena *arena,
           struct wd_literal *out, struct wd_error *error)
{
  int32_t ends[2];
  char *copy;

  memcpy(ends, buffers[1].data, sizeof ends);
  out->value.bytes.length = (size_t)(ends[1] - ends[0]);
  copy = wd_arena_alloc(arena, out->value.bytes.length + 1);
  if (!copy)
    return wd_fail_memory(error);
  if (out->value.bytes.length)
    memcpy(copy, buffers[2].data + ends[0], out->value.bytes.length);
  out->value.bytes.data = copy;
  return WD_OK;
}

static int64_t
read_signed(const uint8_t *data, uint32_t width)
{
  uint64_t value = 0;
  unsigned unused = 64 - 8 * width;

  memcpy(&value, data, width);
  return (int64_t)(value << unused) >> unused;
}

static enum wd_status
refuse(const struct wd_column *column, struct wd_error *error)
{
  char text[96];

  return wd_fail(error, WD_UNSUPPORTED,
                 "the parameter $%.64s is %s: parameters of this type are "
                 "not supported",
                 column->name, wd_type_text(&column->type, text, sizeof text));
}

static enum wd_status
read_value(const struct wd_column *column, const struct wd_span *buffers,
           struct wd_arena *arena, struct wd_literal *out,
           struct wd_error *error)
{
  const struct wd_type *type = &column->type;
  const uint8_t *data;
  float single;

  /* A nested one may be without any buffer of its own. */
  if (type->child_count)
    return refuse(column, error);
  data = buffers[1].data;
  switch (type->id) {
  case WD_TYPE_BOOL:
    out->value.boolean = wd_bit(data, 0);
    return WD_OK;
  case WD_TYPE_I8:
  case WD_TYPE_I16:
  case WD_TYPE_I32:
  case WD_TYPE_I64:
  case WD_TYPE_DATE:
  case WD_TYPE_TIMESTAMP:
    out->value.integer = read_signed(data, wd_type_width(type));
    return WD_OK;
  case WD_TYPE_U8:
  case WD_TYPE_U16:
  case WD_TYPE_U32:
  case WD_TYPE_U64:
    memcpy(&out->value.natural, data, wd_type_width(type));
    return WD_OK;
  case WD_TYPE_F32:
    memcpy(&single, data, sizeof single);
    out->value.real = (double)single;
    return WD_OK;
  case WD_TYPE_F64:
    memcpy(&out->value.real, data, sizeof out->value.real);
    return WD_OK;
  case WD_TYPE_DECIMAL:
    memcpy(&out->value.decimal, data, sizeof out->value.decimal);
    return WD_OK;
  case WD_TYPE_STRING:
  case WD_TYPE_BINARY:
    return read_bytes(buffers, arena, out, error);
  default:
    return refuse(column, error);
  }
}

static enum wd_status
read_parameters(const struct wd_schema *schema, const struct wd_batch *batch,
                struct wd_arena *arena, struct wd_parameters *out,
                struct wd_error *error)
{
  struct wd_parameter *items =
      wd_arena_array(arena, schema->count, sizeof *items);
  uint32_t buffer = 0;
  enum wd_status status = WD_OK;

  if (!items)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < schema->count && status == WD_OK; i++) {
    const struct wd_column *column = &schema->columns[i];

    items[i].name = column->name;
    items[i].type = column->type;
    items[i].value.null = wd_value_null(schema, batch, i, 0);
    for (uint32_t k = 0; k < i; k++)
      if (strcmp(items[k].name, column->name) == 0)
        return wd_fail(error, WD_INVALID_ARGUMENT,
                       "the parameter $%.64s is there twice", column->name);
    /* Nested ones are refused, so that each has buffers of its own only. */
    if (!items[i].value.null || column->type.child_count)
      status = read_value(column, batch->buffers + buffer, arena,
                          &items[i].value, error);
    buffer += wd_type_buffers(&column->type);
  }
  *out = (struct wd_parameters){.count = schema->count, .items = items};
  return status;
}

/* Copies the values into the relation. */
static enum wd_status
take_parameters(const struct wd_abi_parameters *from,
                struct wd_relation *relation, struct wd_error *error)
{
  struct wd_batch batch = wd_abi_batch_view_of(&from->values);
  struct wd_schema schema;
  enum wd_status status =
      wd_abi_schema_parse(&from->schema, &relation->arena, &schema, error);

  if (status == WD_OK)
    status = wd_schema_check_carried(&schema, error);
  if (status == WD_OK)
    status = wd_batch_check(&schema, &batch, 1, error);
  return status == WD_OK ? read_parameters(&schema, &batch, &relation->arena,
                                           &relation->parameters, error)
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
  return wd_program_finish(program,
                           take_parameters(&args->parameters, relation, error),
                           relation, out, error);
}

void
wd_guest_parameters(struct wd_abi_handlers *handlers)
{
  handlers->datasets_dataset_with_parameters = on_with_parameters;
}
