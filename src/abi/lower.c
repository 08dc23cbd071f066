#include "abi/lower.h"

#include <string.h>

#include "base/utf8.h"

struct any_list {
  const void *data;
  uint32_t length;
};

/* Allocates `room` bytes and copies `size`; zeroes follow. */
static enum wd_status
place(const struct wd_abi_lower *lower, uint32_t align, const void *data,
      uint64_t size, uint64_t room, uint32_t *out_pointer)
{
  enum wd_status status = wd_abi_allocate(lower->guest, &lower->site, align,
                                          room, out_pointer, lower->error);

  return status ? status
                : wd_abi_write(lower->guest, &lower->site, *out_pointer, data,
                               size, room, lower->error);
}

static enum wd_status
lower_string(const struct wd_abi_lower *lower, const struct wd_text *text,
             struct wd_wire_list *to)
{
  if (!wd_utf8_valid((const uint8_t *)text->data, text->length))
    return wd_fail(lower->error, WD_INTERNAL,
                   "%s: a string for the program is not UTF-8",
                   lower->site.function->label);
  to->length = text->length;
  return place(lower, 1, text->data, text->length, text->length, &to->pointer);
}

static enum wd_status
lower_buffer(const struct wd_abi_lower *lower, const struct wd_span *span,
             struct wd_wire_list *to)
{
  uint64_t words = span->size / 8 + (span->size % 8 != 0);

  /* More than 32 bits are refused by the allocation. */
  to->length = (uint32_t)words;
  return place(lower, 8, span->data, span->size, words * 8, &to->pointer);
}

static enum wd_status
lower_list(const struct wd_abi_lower *lower, const struct wd_abi_type *element,
           const struct any_list *list, struct wd_wire_list *to)
{
  uint64_t size = (uint64_t)list->length * element->size;
  enum wd_status status = WD_OK;
  uint8_t *image;

  to->length = list->length;
  if (element->plain)
    return place(lower, element->align, list->data, size, size, &to->pointer);
  image = wd_arena_alloc(lower->arena, size);
  if (!image)
    return wd_fail_memory(lower->error);
  for (size_t i = 0; i < list->length && !status; i++)
    status = wd_abi_lower_memory(
        lower, element, (const uint8_t *)list->data + i * element->host_size,
        image + i * element->size);
  return status ? status
                : place(lower, element->align, image, size, size, &to->pointer);
}

static enum wd_status
lower_pair(const struct wd_abi_lower *lower, const struct wd_abi_type *type,
           const void *from, struct wd_wire_list *to)
{
  struct any_list list;

  if (type->kind == WD_ABI_STRING)
    return lower_string(lower, from, to);
  if (type->kind == WD_ABI_BUFFER)
    return lower_buffer(lower, from, to);
  memcpy(&list, from, sizeof list);
  return lower_list(lower, type->element, &list, to);
}

/* A scalar's bits, with the sign extended; bools and enums as numbers. */
static uint64_t
scalar_bits(const struct wd_abi_type *type, const void *from)
{
  uint64_t bits = 0;

  if (type->kind == WD_ABI_BOOL)
    return *(const bool *)from;
  if (type->kind == WD_ABI_S8)
    return (uint64_t) * (const int8_t *)from;
  if (type->kind == WD_ABI_S16)
    return (uint64_t) * (const int16_t *)from;
  memcpy(&bits, from, type->host_size);
  return bits;
}

static uint32_t
tag_of(const struct wd_abi_type *type, const void *from)
{
  uint32_t tag;

  if (type->kind == WD_ABI_OPTION)
    return *(const bool *)from;
  memcpy(&tag, from, sizeof tag);
  return tag;
}

static enum wd_status
flat_cases(const struct wd_abi_lower *lower, const struct wd_abi_type *type,
           const uint8_t *from, wasmtime_val_raw_t **values)
{
  wasmtime_val_raw_t *payload = *values + 1;
  uint32_t tag = tag_of(type, from);
  const struct wd_abi_part *part = &type->parts[tag];

  memset(*values, 0, type->flat * sizeof **values);
  (*values)->i64 = tag;
  *values += type->flat;
  return part->type ? wd_abi_lower_flat(lower, part->type,
                                        from + part->host_offset, &payload)
                    : WD_OK;
}

enum wd_status
wd_abi_lower_flat(const struct wd_abi_lower *lower,
                  const struct wd_abi_type *type, const void *from,
                  wasmtime_val_raw_t **values)
{
  enum wd_status status = WD_OK;
  struct wd_wire_list pair = {0};
  wasmtime_val_raw_t *to = *values;

  switch (type->kind) {
  case WD_ABI_STRING:
  case WD_ABI_BUFFER:
  case WD_ABI_LIST:
    status = lower_pair(lower, type, from, &pair);
    to[0].i64 = pair.pointer;
    to[1].i64 = pair.length;
    *values += 2;
    return status;
  case WD_ABI_RECORD:
    for (uint32_t i = 0; i < type->count && !status; i++)
      status = wd_abi_lower_flat(
          lower, type->parts[i].type,
          (const uint8_t *)from + type->parts[i].host_offset, values);
    return status;
  case WD_ABI_VARIANT:
  case WD_ABI_OPTION:
    return flat_cases(lower, type, from, values);
  default:
    to->i64 = (int64_t)scalar_bits(type, from);
    *values += 1;
    return WD_OK;
  }
}

static enum wd_status
memory_cases(const struct wd_abi_lower *lower, const struct wd_abi_type *type,
             const uint8_t *from, uint8_t *image)
{
  uint32_t tag = tag_of(type, from);
  const struct wd_abi_part *part = &type->parts[tag];

  *image = (uint8_t)tag;
  return part->type
             ? wd_abi_lower_memory(lower, part->type, from + part->host_offset,
                                   image + part->offset)
             : WD_OK;
}

enum wd_status
wd_abi_lower_memory(const struct wd_abi_lower *lower,
                    const struct wd_abi_type *type, const void *from,
                    uint8_t *image)
{
  enum wd_status status = WD_OK;
  struct wd_wire_list pair = {0};
  uint64_t bits;

  switch (type->kind) {
  case WD_ABI_STRING:
  case WD_ABI_BUFFER:
  case WD_ABI_LIST:
    status = lower_pair(lower, type, from, &pair);
    memcpy(image, &pair, sizeof pair);
    return status;
  case WD_ABI_RECORD:
    for (uint32_t i = 0; i < type->count && !status; i++)
      status = wd_abi_lower_memory(lower, type->parts[i].type,
                                   (const uint8_t *)from +
                                       type->parts[i].host_offset,
                                   image + type->parts[i].offset);
    return status;
  case WD_ABI_VARIANT:
  case WD_ABI_OPTION:
    return memory_cases(lower, type, from, image);
  default:
    bits = scalar_bits(type, from);
    memcpy(image, &bits, type->size);
    return WD_OK;
  }
}
