#include "abi/lift.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"

/* How every struct wd_abi_list_… begins. */
struct any_list {
  const void *data;
  uint32_t length;
};

_Static_assert(sizeof(struct any_list) == sizeof(struct wd_abi_list_field) &&
                   sizeof(struct any_list) == sizeof(struct wd_text),
               "lists have one form");

/* An arena near its limit refuses less than it has left: its blocks. */
#define ARENA_SLACK ((size_t)65536 + 64)

static enum wd_status
take(const struct wd_abi_lift *lift, uint64_t count, uint64_t size, void **out)
{
  struct wd_arena *arena = lift->arena;
  size_t total;

  *out = wd_arena_array(arena, count, size);
  if (*out)
    return WD_OK;
  if (arena->limit && (__builtin_mul_overflow(count, size, &total) ||
                       total + ARENA_SLACK > arena->limit - arena->total))
    return wd_fail_at(lift->error, WD_ORIGIN_GUEST, WD_LIMIT_EXCEEDED,
                      "%s: more than %zu bytes would have to be copied out of "
                      "the program",
                      lift->site.function->label, arena->limit);
  return wd_fail_memory(lift->error);
}

static enum wd_status
lift_string(const struct wd_abi_lift *lift, uint32_t pointer, uint32_t length,
            struct wd_text *to)
{
  uint8_t *from;
  void *copy;
  enum wd_status status = wd_abi_range(lift->guest, &lift->site, pointer,
                                       length, 1, 1, &from, lift->error);

  if (!status)
    status = take(lift, (uint64_t)length + 1, 1, &copy);
  if (status)
    return status;
  if (length)
    memcpy(copy, from, length);
  if (!wd_utf8_valid(copy, length))
    return wd_abi_fault(&lift->site, lift->error,
                        "the string at 0x%" PRIx32 " is not UTF-8", pointer);
  *to = (struct wd_text){.data = copy, .length = length};
  return WD_OK;
}

enum wd_status
wd_abi_lift_elements(const struct wd_abi_lift *lift,
                     const struct wd_abi_type *element, uint32_t pointer,
                     uint32_t length, const void **out_data)
{
  uint8_t *from;
  void *copy;
  enum wd_status status =
      wd_abi_range(lift->guest, &lift->site, pointer, length, element->size,
                   element->align, &from, lift->error);

  *out_data = NULL;
  if (status || length == 0)
    return status;
  status = take(lift, length, element->host_size, &copy);
  if (status)
    return status;
  if (element->plain)
    memcpy(copy, from, (size_t)length * element->size);
  for (size_t i = 0; i < length && !element->plain && !status; i++)
    status = wd_abi_lift_memory(lift, element, from + i * element->size,
                                (uint8_t *)copy + i * element->host_size);
  *out_data = copy;
  return status;
}

static enum wd_status
lift_buffer(const struct wd_abi_lift *lift, uint32_t pointer, uint32_t length,
            struct wd_span *to)
{
  uint8_t *from;
  void *copy = NULL;
  enum wd_status status = wd_abi_range(lift->guest, &lift->site, pointer,
                                       length, 8, 8, &from, lift->error);

  if (!status && length)
    status = take(lift, length, 8, &copy);
  if (status)
    return status;
  if (length)
    memcpy(copy, from, (size_t)length * 8);
  *to = (struct wd_span){.data = copy, .size = (uint64_t)length * 8};
  return WD_OK;
}

/* What is a pointer and a length at the ABI. */
static enum wd_status
lift_pair(const struct wd_abi_lift *lift, const struct wd_abi_type *type,
          uint32_t pointer, uint32_t length, void *to)
{
  struct any_list list = {.length = length};
  enum wd_status status;

  if (type->kind == WD_ABI_STRING)
    return lift_string(lift, pointer, length, to);
  if (type->kind == WD_ABI_BUFFER)
    return lift_buffer(lift, pointer, length, to);
  status =
      wd_abi_lift_elements(lift, type->element, pointer, length, &list.data);
  memcpy(to, &list, sizeof list);
  return status;
}

static enum wd_status
lift_enum(const struct wd_abi_lift *lift, const struct wd_abi_type *type,
          uint32_t value, void *to)
{
  if (value >= type->count)
    return wd_abi_fault(&lift->site, lift->error,
                        "case %" PRIu32 " where there are %" PRIu32, value,
                        type->count);
  memcpy(to, &value, sizeof value);
  return WD_OK;
}

static enum wd_status
lift_char(const struct wd_abi_lift *lift, uint32_t value, void *to)
{
  if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
    return wd_abi_fault(&lift->site, lift->error,
                        "0x%" PRIx32 " is no character", value);
  memcpy(to, &value, sizeof value);
  return WD_OK;
}

static enum wd_status
lift_handle(const struct wd_abi_lift *lift, const struct wd_abi_type *type,
            uint32_t value, void *to)
{
  const struct wd_abi_guest *guest = lift->guest;

  if (!guest->holds ||
      !guest->holds(guest->env, (enum wd_abi_resource)type->count, value))
    return wd_abi_fault(&lift->site, lift->error,
                        "the program holds no handle %" PRIu32
                        " (dropped, or never given)",
                        value);
  memcpy(to, &value, sizeof value);
  return WD_OK;
}

/* Scalars whose bits arrive as a number; both core values and memory hold
 * them little-endian. The canonical ABI takes every number but 0 as true and
 * ignores flags that are not there. */
static enum wd_status
lift_scalar(const struct wd_abi_lift *lift, const struct wd_abi_type *type,
            uint64_t bits, void *to)
{
  uint32_t value = (uint32_t)bits;

  switch (type->kind) {
  case WD_ABI_BOOL:
    *(bool *)to = value != 0;
    return WD_OK;
  case WD_ABI_CHAR:
    return lift_char(lift, value, to);
  case WD_ABI_ENUM:
    return lift_enum(lift, type, value, to);
  case WD_ABI_FLAGS:
    value &= (uint32_t)(((uint64_t)1 << type->count) - 1);
    memcpy(to, &value, sizeof value);
    return WD_OK;
  case WD_ABI_OWN:
  case WD_ABI_BORROW:
    return lift_handle(lift, type, value, to);
  default:
    memcpy(to, &bits, type->size);
    return WD_OK;
  }
}

/* Writes a variant's tag or an option's bool. */
static enum wd_status
lift_tag(const struct wd_abi_lift *lift, const struct wd_abi_type *type,
         uint32_t tag, void *to)
{
  if (type->kind == WD_ABI_VARIANT || tag >= type->count)
    return lift_enum(lift, type, tag, to);
  *(bool *)to = tag == 1;
  return WD_OK;
}

static enum wd_status
flat_cases(const struct wd_abi_lift *lift, const struct wd_abi_type *type,
           const wasmtime_val_raw_t **values, uint8_t *to)
{
  const wasmtime_val_raw_t *payload = *values + 1;
  uint32_t tag = (uint32_t)(*values)->i32;
  enum wd_status status = lift_tag(lift, type, tag, to);
  const struct wd_abi_part *part;

  if (status)
    return status;
  *values += type->flat;
  part = &type->parts[tag];
  return part->type ? wd_abi_lift_flat(lift, part->type, &payload,
                                       to + part->host_offset)
                    : WD_OK;
}

enum wd_status
wd_abi_lift_flat(const struct wd_abi_lift *lift, const struct wd_abi_type *type,
                 const wasmtime_val_raw_t **values, void *to)
{
  const wasmtime_val_raw_t *value = *values;
  enum wd_status status = WD_OK;
  uint64_t bits = 0;

  switch (type->kind) {
  case WD_ABI_STRING:
  case WD_ABI_BUFFER:
  case WD_ABI_LIST:
    *values += 2;
    return lift_pair(lift, type, (uint32_t)value[0].i32, (uint32_t)value[1].i32,
                     to);
  case WD_ABI_RECORD:
    for (uint32_t i = 0; i < type->count && !status; i++)
      status = wd_abi_lift_flat(lift, type->parts[i].type, values,
                                (uint8_t *)to + type->parts[i].host_offset);
    return status;
  case WD_ABI_VARIANT:
  case WD_ABI_OPTION:
    return flat_cases(lift, type, values, to);
  default:
    *values += 1;
    memcpy(&bits, value, type->size < 4 ? 4 : type->size);
    return lift_scalar(lift, type, bits, to);
  }
}

static enum wd_status
memory_cases(const struct wd_abi_lift *lift, const struct wd_abi_type *type,
             const uint8_t *from, uint8_t *to)
{
  enum wd_status status = lift_tag(lift, type, *from, to);
  const struct wd_abi_part *part;

  if (status)
    return status;
  part = &type->parts[*from];
  return part->type ? wd_abi_lift_memory(lift, part->type, from + part->offset,
                                         to + part->host_offset)
                    : WD_OK;
}

enum wd_status
wd_abi_lift_memory(const struct wd_abi_lift *lift,
                   const struct wd_abi_type *type, const uint8_t *from,
                   void *to)
{
  enum wd_status status = WD_OK;
  uint64_t bits = 0;
  uint32_t pair[2];

  switch (type->kind) {
  case WD_ABI_STRING:
  case WD_ABI_BUFFER:
  case WD_ABI_LIST:
    memcpy(pair, from, sizeof pair);
    return lift_pair(lift, type, pair[0], pair[1], to);
  case WD_ABI_RECORD:
    for (uint32_t i = 0; i < type->count && !status; i++)
      status = wd_abi_lift_memory(lift, type->parts[i].type,
                                  from + type->parts[i].offset,
                                  (uint8_t *)to + type->parts[i].host_offset);
    return status;
  case WD_ABI_VARIANT:
  case WD_ABI_OPTION:
    return memory_cases(lift, type, from, to);
  default:
    memcpy(&bits, from, type->size);
    return lift_scalar(lift, type, bits, to);
  }
}
