#include "abi/export.h"

#include <inttypes.h>
#include <string.h>

#include "abi/convert.h"
#include "abi/lift.h"
#include "abi/lower.h"

enum wd_status
wd_abi_arguments_lower(const struct wd_abi_function *function,
                       const struct wd_abi_guest *guest,
                       struct wd_arena *scratch, const void *args,
                       wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_abi_lower lower = {.guest = guest,
                               .arena = scratch,
                               .site = {.function = function},
                               .error = error};
  enum wd_status status = WD_OK;

  for (size_t i = 0; i < function->argument_count && !status; i++) {
    const struct wd_abi_part *part = &function->arguments[i];

    lower.site.part = part->name;
    status = wd_abi_lower_flat(
        &lower, part->type, (const uint8_t *)args + part->host_offset, &values);
  }
  return status;
}

/* Where the lists of a batch come from: allocations of their own, or what is
 * left of one block, whose pointers are multiples of 8. */
struct placing {
  const struct wd_abi_guest *guest;
  const struct wd_abi_site *site;
  uint32_t block; /* 0: there is none */
};

static uint64_t
words_of(uint64_t bytes)
{
  return bytes / 8 + (bytes % 8 != 0);
}

/* Takes the block for a whole batch, when the guest shares blocks. */
static enum wd_status
placing_begin(struct placing *placing, const struct wd_shape *shape,
              struct wd_error *error)
{
  uint64_t words = words_of((uint64_t)shape->node_count * sizeof *shape->nodes);

  placing->block = 0;
  if (!placing->guest->shares_blocks)
    return WD_OK;
  words +=
      words_of((uint64_t)shape->buffer_count * sizeof(struct wd_wire_list));
  for (uint32_t i = 0; i < shape->buffer_count; i++)
    words += words_of(shape->sizes[i]);
  return words ? wd_abi_allocate(placing->guest, placing->site, 8, words * 8,
                                 &placing->block, error)
               : WD_OK;
}

static enum wd_status
placing_take(struct placing *placing, uint32_t align, uint64_t size,
             uint32_t *out_pointer, struct wd_error *error)
{
  if (!placing->block || size == 0)
    return wd_abi_allocate(placing->guest, placing->site, align, size,
                           out_pointer, error);
  *out_pointer = placing->block;
  placing->block += (uint32_t)(words_of(size) * 8);
  return WD_OK;
}

static enum wd_status
place_buffers(struct placing *placing, const struct wd_shape *shape,
              struct wd_wire_list *pairs, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < shape->buffer_count && !status; i++) {
    uint64_t words = words_of(shape->sizes[i]);

    pairs[i].length = (uint32_t)words;
    status = placing_take(placing, 8, words * 8, &pairs[i].pointer, error);
  }
  return status;
}

/* Takes room for an array of the host's and copies it. */
static enum wd_status
place_array(struct placing *placing, const void *data, uint32_t count,
            uint32_t size, struct wd_wire_list *out_list,
            struct wd_error *error)
{
  uint64_t total = (uint64_t)count * size;
  enum wd_status status =
      placing_take(placing, 4, total, &out_list->pointer, error);

  out_list->length = count;
  return status ? status
                : wd_abi_write(placing->guest, placing->site, out_list->pointer,
                               data, total, total, error);
}

/* Zeroes the last words of all buffers, which their sizes may not fill. */
static enum wd_status
pad_buffers(const struct wd_abi_guest *guest, const struct wd_abi_site *site,
            const struct wd_shape *shape, const struct wd_wire_list *pairs,
            struct wd_error *error)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < shape->buffer_count && !status; i++)
    if (shape->sizes[i] % 8)
      status = wd_abi_write(guest, site,
                            pairs[i].pointer + (pairs[i].length - 1) * 8, NULL,
                            0, 8, error);
  return status;
}

enum wd_status
wd_abi_batch_place(const struct wd_abi_function *function,
                   const struct wd_abi_guest *guest, const char *parameter,
                   const struct wd_shape *shape, struct wd_wire_list *pairs,
                   struct wd_wire_batch *out_batch, uint8_t **out_places,
                   struct wd_error *error)
{
  struct wd_abi_site site = {.function = function, .part = parameter};
  struct placing placing = {.guest = guest, .site = &site};
  enum wd_status status = placing_begin(&placing, shape, error);

  out_batch->rows = shape->rows;
  if (!status)
    status = place_buffers(&placing, shape, pairs, error);
  if (!status)
    status = place_array(&placing, shape->nodes, shape->node_count,
                         sizeof *shape->nodes, &out_batch->nodes, error);
  if (!status)
    status = place_array(&placing, pairs, shape->buffer_count, sizeof *pairs,
                         &out_batch->buffers, error);
  if (!status)
    status = pad_buffers(guest, &site, shape, pairs, error);
  if (!status && out_places)
    status = wd_abi_batch_places(function, guest, parameter, shape, pairs,
                                 out_places, error);
  return status;
}

enum wd_status
wd_abi_batch_places(const struct wd_abi_function *function,
                    const struct wd_abi_guest *guest, const char *parameter,
                    const struct wd_shape *shape,
                    const struct wd_wire_list *pairs, uint8_t **out_places,
                    struct wd_error *error)
{
  struct wd_abi_site site = {.function = function, .part = parameter};
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < shape->buffer_count && !status; i++) {
    out_places[i] = NULL;
    if (pairs[i].length)
      status = wd_abi_range(guest, &site, pairs[i].pointer, pairs[i].length, 8,
                            8, &out_places[i], error);
  }
  return status;
}

/* A text of the program's for people; may be cut, never fails. */
static void
clean_text(const struct wd_abi_guest *guest, const struct wd_wire_list *text,
           char *to, size_t size)
{
  const uint8_t *memory = *guest->memory;
  uint64_t memory_size = atomic_load(guest->memory_size);

  to[0] = '\0';
  if (text->length && text->pointer <= memory_size &&
      text->length <= memory_size - text->pointer)
    wd_text_clean(to, size, (const char *)memory + text->pointer, text->length);
}

/* What kind of thing went wrong, as a lambda says; but that the job was
 * cancelled, or the engine or the host failed, is not for a lambda to say. */
static enum wd_status
status_by_guest(uint8_t code)
{
  switch (code) {
  case WD_ABI_ERROR_CODE_CANCELLED:
  case WD_ABI_ERROR_CODE_ENGINE_FAILED:
  case WD_ABI_ERROR_CODE_INTERNAL:
    return WD_LAMBDA_FAILED;
  default:
    return code < WD_ABI_ERROR_CODE_INTERNAL
               ? wd_abi_status_of((enum wd_abi_error_code)code)
               : WD_LAMBDA_FAILED;
  }
}

/* The error that an export returned, as ours. */
static enum wd_status
fail_by_guest(const struct wd_abi_function *function,
              const struct wd_abi_guest *guest, const uint8_t *payload,
              struct wd_error *error)
{
  struct wd_wire_error wire;
  char message[sizeof error->message], origin[1024];
  enum wd_status status;

  memcpy(&wire, payload, sizeof wire);
  clean_text(guest, &wire.message, message, sizeof message);
  clean_text(guest, &wire.origin, origin, sizeof origin);
  status = status_by_guest(wire.code);
  if (!message[0])
    return wd_fail_at(error, WD_ORIGIN_GUEST, status,
                      "%s failed without a message", function->label);
  wd_fail_at(error, WD_ORIGIN_GUEST, status, "%s", message);
  if (origin[0])
    wd_error_trace(error, "%s", origin);
  return status;
}

enum wd_status
wd_abi_result_view(const struct wd_abi_function *function,
                   const struct wd_abi_guest *guest,
                   const wasmtime_val_raw_t *values, const void **out_payload,
                   struct wd_error *error)
{
  struct wd_abi_site site = {.function = function};
  uint8_t *area;
  enum wd_status status =
      wd_abi_range(guest, &site, (uint32_t)values->i32, 1, function->area_size,
                   function->area_align, &area, error);

  if (status)
    return status;
  *out_payload = area + function->payload;
  if (!function->fallible || *area == 0)
    return WD_OK;
  if (*area == 1)
    return fail_by_guest(function, guest, *out_payload, error);
  return wd_abi_fault(&site, error, "case %u where there are 2", *area);
}

enum wd_status
wd_abi_result_lift(const struct wd_abi_function *function,
                   const struct wd_abi_guest *guest,
                   const wasmtime_val_raw_t *values, struct wd_arena *arena,
                   void *out, struct wd_error *error)
{
  struct wd_abi_lift lift = {.guest = guest,
                             .arena = arena,
                             .site = {.function = function},
                             .error = error};
  const void *payload;
  enum wd_status status;

  if (!function->area_size)
    return function->result
               ? wd_abi_lift_flat(&lift, function->result, &values, out)
               : WD_OK;
  status = wd_abi_result_view(function, guest, values, &payload, error);
  if (status || !function->result)
    return status;
  memset(out, 0, function->result->host_size);
  return wd_abi_lift_memory(&lift, function->result, payload, out);
}

static enum wd_status
view_buffers(const struct wd_abi_guest *guest, const struct wd_abi_site *site,
             const struct wd_wire_list *buffers, struct wd_span *spans,
             struct wd_error *error)
{
  uint8_t *pairs, *data;
  enum wd_status status =
      wd_abi_range(guest, site, buffers->pointer, buffers->length,
                   sizeof(struct wd_wire_list), 4, &pairs, error);

  for (uint32_t i = 0; !status && i < buffers->length; i++) {
    struct wd_wire_list pair;

    memcpy(&pair, pairs + (size_t)i * sizeof pair, sizeof pair);
    status = wd_abi_range(guest, site, pair.pointer, pair.length, 8, 8, &data,
                          error);
    if (!status)
      spans[i] = (struct wd_span){.data = pair.length ? data : NULL,
                                  .size = (uint64_t)pair.length * 8};
  }
  return status;
}

enum wd_status
wd_abi_batch_view(const struct wd_abi_function *function,
                  const struct wd_abi_guest *guest,
                  const struct wd_wire_batch *wire, struct wd_span *spans,
                  uint32_t capacity, struct wd_batch *out_batch,
                  struct wd_error *error)
{
  struct wd_abi_site site = {.function = function};
  uint8_t *nodes;
  enum wd_status status;

  if (wire->buffers.length != capacity)
    return wd_abi_fault(&site, error,
                        "%" PRIu32 " buffers, but the schema has %" PRIu32,
                        wire->buffers.length, capacity);
  status = wd_abi_range(guest, &site, wire->nodes.pointer, wire->nodes.length,
                        sizeof(struct wd_node), 4, &nodes, error);
  if (!status)
    status = view_buffers(guest, &site, &wire->buffers, spans, error);
  if (status)
    return status;
  *out_batch = (struct wd_batch){
      .rows = wire->rows,
      .node_count = wire->nodes.length,
      .buffer_count = wire->buffers.length,
      .nodes =
          wire->nodes.length ? (const struct wd_node *)(void *)nodes : NULL,
      .buffers = spans,
  };
  return WD_OK;
}

enum wd_status
wd_abi_option_batch_view(const struct wd_abi_function *function,
                         const struct wd_abi_guest *guest,
                         const struct wd_wire_option_batch *wire,
                         struct wd_span *spans, uint32_t capacity,
                         bool *out_some, struct wd_batch *out_batch,
                         struct wd_error *error)
{
  struct wd_abi_site site = {.function = function};

  if (wire->tag > 1)
    return wd_abi_fault(&site, error, "case %u where there are 2", wire->tag);
  *out_some = wire->tag == 1;
  return *out_some ? wd_abi_batch_view(function, guest, &wire->as.value, spans,
                                       capacity, out_batch, error)
                   : WD_OK;
}

enum wd_status
wd_abi_u32_view(const struct wd_abi_function *function,
                const struct wd_abi_guest *guest,
                const struct wd_wire_list *wire, const uint32_t **out_data,
                struct wd_error *error)
{
  struct wd_abi_site site = {.function = function};
  uint8_t *data;
  enum wd_status status = wd_abi_range(guest, &site, wire->pointer,
                                       wire->length, 4, 4, &data, error);

  *out_data = status || !wire->length ? NULL : (const uint32_t *)(void *)data;
  return status;
}
