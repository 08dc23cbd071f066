/* Named types: what main registers, and how the host calls their operations. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define WD__TYPE_NO_EXPORTS
#include "internal.h"
#include "wasidata_types.h"

enum operation { TO_TEXT, FROM_TEXT, SORT_KEY, OPERATIONS };

/* The function of an operation, and what it reads and writes: made when it is
 * first called. */
struct call {
  wd_map_fn *function;
  wd_column *input;
  wd_rows *out;
};

struct named {
  struct named *next;
  struct wd__schema *value; /* one field, `value` */
  void *env;
  struct call calls[OPERATIONS];
};

static struct named *types;

const wd_field *
wd__named_type(wd_str name)
{
  for (const struct named *type = types; type; type = type->next) {
    const char *is = type->value->fields->extension;
    if (strlen(is) == name.size && strncasecmp(is, name.data, name.size) == 0)
      return type->value->fields;
  }
  return NULL;
}

static struct wd__schema *
schema_of(const wd_field *field)
{
  struct wd__schema *schema = wd__schema_new();
  wd__schema_add(schema, field);
  return schema;
}

static void
prepare(struct named *type, enum operation operation)
{
  static const wd_field text = {
      .name = "text", .type = WD_STRING, .nullable = true};
  static const wd_field key = {
      .name = "key", .type = WD_BINARY, .nullable = true};
  struct call *call = type->calls + operation;
  const wd_field *value = type->value->fields;
  if (call->out)
    return;
  call->input = wd__new(sizeof *call->input);
  *call->input = wd__column_of(operation == FROM_TEXT ? &text : value);
  call->out = wd__rows_make(schema_of(operation == TO_TEXT     ? &text
                                      : operation == FROM_TEXT ? value
                                                               : &key));
}

const void *
wd__type_call(uint32_t state, int operation, uint32_t rows, const void *nodes,
              uint32_t node_count, const void *buffers, uint32_t buffer_count)
{
  static const char *const names[] = {"text", "value of a text", "order"};
  struct named *type = (struct named *)(uintptr_t)state;
  struct call *call = type->calls + operation;
  struct wire_batch from = {rows, nodes, node_count, buffers, buffer_count};
  struct wd__fault fault;
  wd__arena_reset(&wd__scratch);
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (!call->function) {
    wd__fault(&fault, WD_UNSUPPORTED, "the type '%s' has no %s of its own",
              type->value->fields->extension, names[operation]);
    return wd__result_error(&fault);
  }
  prepare(type, (enum operation)operation);
  if (!wd__batch_decode(&from, call->input, 1, &fault))
    return wd__result_error(&fault);
  wd__rows_reset(call->out);
  wd__rows_expect(call->out, rows, true);
  wd_batch in = {rows, 1, call->input};
  for (wd_row row = wd_row_of(&in, 0); row.index < rows; row.index++) {
    call->out->index = row.index;
    if (!wd_is_null(&row, 0))
      call->function(&row, call->out, type->env);
  }
  call->out->index = rows;
  return wd__result_batch(wd__rows_to_wire(call->out));
}

void
wd__type_post(void)
{
  wd__arena_reset(&wd__input);
}

static struct named *
named_new(const char *name, const char *storage,
          const wd_type_operations *operations, struct wd__fault *fault)
{
  struct named *type = wd__new(sizeof *type);
  size_t size = strlen(storage) + sizeof "value: ";
  char *text = wd__new(size);
  strcat(strcpy(text, "value: "), storage);
  type->value = wd__schema_new();
  bool good = wd__schema_parse(type->value, text, fault) &&
              (type->value->schema.count == 1 ||
               wd__fault(fault, WD_INVALID_ARGUMENT,
                         "a type is stored as one column: make them a struct"));
  free(text);
  if (!good) {
    wd__schema_free(type->value);
    free(type);
    return NULL;
  }
  type->value->fields->extension = wd__copy_of(name, strlen(name) + 1);
  if (operations) {
    type->calls[TO_TEXT].function = operations->to_text;
    type->calls[FROM_TEXT].function = operations->from_text;
    type->calls[SORT_KEY].function = operations->sort_key;
    type->env = operations->env_size
                    ? wd__copy_of(operations->env, operations->env_size)
                    : (void *)(uintptr_t)operations->env;
  }
  return type;
}

bool
wd_register_type(const char *name, const char *storage,
                 const wd_type_operations *operations)
{
  struct result_none result;
  struct wd__fault fault;
  wd__begin();
  struct named *type = named_new(name, storage, operations, &fault);
  if (!type) {
    wd__raise(fault.code, "%s", fault.message);
    return false;
  }
  struct wire_list fields =
      wd__schema_to_wire(&wd__scratch, &type->value->schema);
  abi_register_type(name, (uint32_t)strlen(name), fields.data, fields.count,
                    operations != NULL, 0, (uint32_t)(uintptr_t)type, &result);
  if (result.failed) {
    wd__raise_wire(&result.error);
    wd__schema_free(type->value);
    free(type);
    return false;
  }
  type->next = types;
  types = type;
  return true;
}

static char *
put_u64(char *to, uint64_t bits)
{
  for (int i = 0; i < 8; i++)
    to[i] = (char)(bits >> (56 - 8 * i));
  return to + 8;
}

char *
wd_key_i64(char *to, int64_t value)
{
  return put_u64(to, (uint64_t)value ^ UINT64_C(1) << 63);
}

/* IEEE 754 numbers sort as their bits do, negative ones the other way round. */
char *
wd_key_f64(char *to, double value)
{
  uint64_t bits;
  value = isnan(value) ? (double)NAN : value + 0.0; /* one NaN, one zero */
  memcpy(&bits, &value, sizeof bits);
  if (isnan(value))
    bits = UINT64_MAX;
  else
    bits = bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
  return put_u64(to, bits);
}

char *
wd_key_str(char *to, wd_str value)
{
  for (uint32_t i = 0; i < value.size; i++) {
    *to++ = value.data[i];
    if (!value.data[i])
      *to++ = 1;
  }
  *to++ = 0;
  *to++ = 0;
  return to;
}
