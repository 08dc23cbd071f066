#include "abi/guest.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum wd_status
wd_abi_fault(const struct wd_abi_site *site, struct wd_error *error,
             const char *format, ...)
{
  enum wd_status status =
      site->function->call ? WD_INVALID_ARGUMENT : WD_LAMBDA_FAILED;
  char text[512];
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (site->part)
    return wd_fail_at(error, WD_ORIGIN_GUEST, status, "%s, parameter '%s': %s",
                      site->function->label, site->part, text);
  return wd_fail_at(error, WD_ORIGIN_GUEST, status, "%s, result: %s",
                    site->function->label, text);
}

const uint64_t wd_abi_nowhere[1];

enum wd_status
wd_abi_range_fault(const struct wd_abi_guest *guest,
                   const struct wd_abi_site *site, uint32_t pointer,
                   uint64_t count, uint32_t size, uint32_t align,
                   struct wd_error *error)
{
  if (pointer & (align - 1))
    return wd_abi_fault(site, error,
                        "pointer 0x%" PRIx32 " is not a multiple of %" PRIu32,
                        pointer, align);
  return wd_abi_fault(
      site, error,
      "pointer 0x%" PRIx32 " + %" PRIu64 " × %" PRIu32
      " is outside of the program's memory (%" PRIu64 " bytes)",
      pointer, count, size,
      atomic_load_explicit(guest->memory_size, memory_order_relaxed));
}

enum wd_status
wd_abi_allocate(const struct wd_abi_guest *guest,
                const struct wd_abi_site *site, uint32_t align, uint64_t size,
                uint32_t *out_pointer, struct wd_error *error)
{
  enum wd_status status;
  uint32_t pointer;
  uint8_t *address;

  if (size == 0) {
    *out_pointer = align;
    return WD_OK;
  }
  if (size > UINT32_MAX)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "%s: %" PRIu64 " bytes do not fit into a program's memory",
                   site->function->label, size);
  status = guest->allocate(guest->env, align, (uint32_t)size, &pointer, error);
  if (status)
    return status;
  if (pointer == 0)
    return wd_abi_fault(
        site, error, "cabi_realloc gave no memory for %" PRIu64 " bytes", size);
  status = wd_abi_range(guest, site, pointer, size, 1, align, &address, error);
  if (status) {
    wd_error_prefix(error, "cabi_realloc");
    return status;
  }
  *out_pointer = pointer;
  return WD_OK;
}

enum wd_status
wd_abi_write(const struct wd_abi_guest *guest, const struct wd_abi_site *site,
             uint32_t pointer, const void *data, uint64_t size, uint64_t room,
             struct wd_error *error)
{
  uint8_t *address = NULL;
  enum wd_status status;

  if (room == 0)
    return WD_OK;
  status = wd_abi_range(guest, site, pointer, room, 1, 1, &address, error);
  if (status)
    return status;
  assert(address);
  if (size)
    memcpy(address, data, size);
  memset(address + size, 0, room - size);
  return WD_OK;
}
