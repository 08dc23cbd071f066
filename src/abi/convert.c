#include "abi/convert.h"

#include <stddef.h>
#include <string.h>

/* Two texts are key and value: a list of pairs is an array of texts. */
_Static_assert(sizeof(struct wd_abi_tuple_string_string) ==
                       2 * sizeof(struct wd_text) &&
                   offsetof(struct wd_abi_tuple_string_string, f1) ==
                       sizeof(struct wd_text),
               "a pair of strings is two texts");

/* X(status, code): the statuses that are told by a code of another name come
 * after the one that the code stands for. */
#define CODES(X)                                                               \
  X(NOT_GRANTED, NOT_GRANTED)                                                  \
  X(NOT_FOUND, NOT_FOUND)                                                      \
  X(INVALID_ARGUMENT, INVALID_ARGUMENT)                                        \
  X(INVALID_PLAN, INVALID_PLAN)                                                \
  X(TYPE_MISMATCH, TYPE_MISMATCH)                                              \
  X(UNSUPPORTED, UNSUPPORTED)                                                  \
  X(LIMIT_EXCEEDED, LIMIT_EXCEEDED)                                            \
  X(CANCELLED, CANCELLED)                                                      \
  X(LAMBDA_FAILED, LAMBDA_FAILED)                                              \
  X(ENGINE_FAILED, ENGINE_FAILED)                                              \
  X(IO, IO)                                                                    \
  X(INTERNAL, INTERNAL)

enum wd_abi_error_code
wd_abi_error_code_of(enum wd_status status)
{
  switch (status) {
#define CODE_CASE(status, code)                                                \
  case WD_##status:                                                            \
    return WD_ABI_ERROR_CODE_##code;
    CODES(CODE_CASE)
#undef CODE_CASE
  case WD_NO_MEMORY:
  case WD_TIMEOUT:
    return WD_ABI_ERROR_CODE_LIMIT_EXCEEDED;
  case WD_BAD_MODULE:
  case WD_TRAP:
    return WD_ABI_ERROR_CODE_LAMBDA_FAILED;
  case WD_OK:
    break;
  }
  return WD_ABI_ERROR_CODE_INTERNAL;
}

enum wd_status
wd_abi_status_of(enum wd_abi_error_code code)
{
  switch (code) {
#define STATUS_CASE(status, code)                                              \
  case WD_ABI_ERROR_CODE_##code:                                               \
    return WD_##status;
    CODES(STATUS_CASE)
#undef STATUS_CASE
  }
  return WD_INTERNAL;
}

/* A clean copy: what is told to a program must be UTF-8. */
static bool
copy_text(struct wd_arena *arena, const char *from, struct wd_text *to)
{
  size_t length = strlen(from);
  char *text = wd_arena_alloc(arena, length + 1);

  if (!text)
    return false;
  wd_text_clean(text, length + 1, from, length);
  *to = (struct wd_text){.data = text, .length = (uint32_t)strlen(text)};
  return true;
}

enum wd_status
wd_abi_error_make(const struct wd_error *from, struct wd_arena *arena,
                  struct wd_abi_error *out_told, struct wd_error *error)
{
  out_told->code = wd_abi_error_code_of(from->status);
  if (!copy_text(arena, from->message, &out_told->message) ||
      !copy_text(arena, from->trace, &out_told->origin))
    return wd_fail_memory(error);
  return WD_OK;
}

static void
to_field(const struct wd_abi_field *from, struct wd_field *to)
{
  *to = (struct wd_field){
      .name = from->name,
      .format = from->format,
      .nullable = from->nullable,
      .children = from->children,
      .metadata_count = from->metadata.length,
      .metadata = from->metadata.length ? &from->metadata.data->f0 : NULL,
      .dictionary_count = from->dictionary.length,
      .dictionary = from->dictionary.data,
  };
}

enum wd_status
wd_abi_schema_parse(const struct wd_abi_schema *from, struct wd_arena *arena,
                    struct wd_schema *out_schema, struct wd_error *error)
{
  uint32_t count = from->fields.length;
  struct wd_field *fields = wd_arena_array(arena, count, sizeof *fields);

  if (!fields)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < count; i++)
    to_field(&from->fields.data[i], &fields[i]);
  return wd_fields_parse(fields, count, arena, out_schema, error);
}

static void
from_field(const struct wd_field *from, struct wd_abi_field *to)
{
  *to = (struct wd_abi_field){
      .name = from->name,
      .format = from->format,
      .nullable = from->nullable,
      .children = from->children,
      .metadata = {.data = (const void *)from->metadata,
                   .length = from->metadata_count},
      .dictionary = {.data = from->dictionary,
                     .length = from->dictionary_count},
  };
}

enum wd_status
wd_abi_schema_make(const struct wd_schema *schema, struct wd_arena *arena,
                   struct wd_abi_schema *out_schema, struct wd_error *error)
{
  struct wd_field *fields;
  struct wd_abi_field *to;
  uint32_t count;
  enum wd_status status = wd_fields_make(schema, arena, &fields, &count, error);

  if (status)
    return status;
  to = wd_arena_array(arena, count, sizeof *to);
  if (!to)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < count; i++)
    from_field(&fields[i], &to[i]);
  out_schema->fields = (struct wd_abi_list_field){.data = to, .length = count};
  return WD_OK;
}

struct wd_batch
wd_abi_batch_view_of(const struct wd_abi_batch *batch)
{
  return (struct wd_batch){
      .rows = batch->rows,
      .node_count = batch->nodes.length,
      .buffer_count = batch->buffers.length,
      .nodes = batch->nodes.data,
      .buffers = batch->buffers.data,
  };
}

struct wd_abi_batch
wd_abi_batch_make(const struct wd_batch *batch)
{
  return (struct wd_abi_batch){
      .rows = batch->rows,
      .nodes = {.data = batch->nodes, .length = batch->node_count},
      .buffers = {.data = batch->buffers, .length = batch->buffer_count},
  };
}

enum wd_status
wd_abi_parameters_parse(const struct wd_abi_parameters *from,
                        struct wd_arena *arena, struct wd_schema *out_schema,
                        struct wd_batch *out_values, struct wd_error *error)
{
  enum wd_status status =
      wd_abi_schema_parse(&from->schema, arena, out_schema, error);

  if (!status)
    status = wd_schema_check_carried(out_schema, error);
  if (status)
    return status;
  *out_values = wd_abi_batch_view_of(&from->values);
  return wd_batch_check(out_schema, out_values, 1, error);
}
