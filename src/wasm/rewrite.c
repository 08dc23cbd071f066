#include "wasm/rewrite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wasm/reader.h"

static void
write_export(struct wd_buf *to, const char *name, enum wd_extern_kind kind,
             uint32_t index)
{
  size_t length = strlen(name);

  wd_write_u32(to, (uint32_t)length);
  wd_buf_add(to, name, length);
  wd_buf_putc(to, (char)kind);
  wd_write_u32(to, index);
}

static uint32_t
write_tables(struct wd_buf *to, const struct wd_outline *outline)
{
  for (uint32_t i = 0; i < outline->table_count; i++) {
    char name[32] = "__wd_table";

    if (i)
      snprintf(name, sizeof name, "__wd_table%" PRIu32, i);
    write_export(to, name, WD_EXTERN_TABLE, i);
  }
  return outline->table_count;
}

static uint32_t
write_unwrapped(struct wd_buf *to, const struct wd_outline *outline)
{
  uint32_t count = 0;

  for (uint32_t i = 0; outline->unwrapped && i < outline->info.export_count;
       i++) {
    char name[32];

    if (outline->unwrapped[i] == UINT32_MAX)
      continue;
    snprintf(name, sizeof name, "__wd_f%" PRIu32, i);
    write_export(to, name, WD_EXTERN_FUNCTION, outline->unwrapped[i]);
    count++;
  }
  return count;
}

/* Our own exports; returns how many. */
static uint32_t
write_exports(struct wd_buf *to, const struct wd_outline *outline)
{
  uint32_t count = outline->info.global_count;

  for (uint32_t i = 0; i < count; i++)
    write_export(to, outline->global_exports[i], WD_EXTERN_GLOBAL,
                 outline->info.globals[i].index);
  if (!outline->memory_exported) {
    write_export(to, "__wd_memory", WD_EXTERN_MEMORY, 0);
    count++;
  }
  if (outline->info.has_start) {
    write_export(to, "__wd_start", WD_EXTERN_FUNCTION, outline->start_function);
    count++;
  }
  count += write_tables(to, outline);
  return count + write_unwrapped(to, outline);
}

static void
write_section(struct wd_buf *to, uint8_t id, uint32_t count,
              const struct wd_buf *items)
{
  struct wd_buf head;

  wd_buf_init(&head, to->mem, 16);
  wd_write_u32(&head, count);
  wd_buf_putc(to, (char)id);
  wd_write_u32(to, (uint32_t)(head.length + items->length));
  wd_buf_append(to, &head);
  wd_buf_append(to, items);
  wd_buf_fini(&head);
}

/* The exports of `body` (NULL: none) and ours. */
static void
rewrite_exports(struct wd_buf *to, struct wd_reader *body,
                const struct wd_outline *outline)
{
  struct wd_buf items;
  uint32_t count = 0;

  wd_buf_init(&items, to->mem, to->maximum);
  if (body) {
    count = wd_reader_u32(body);
    wd_buf_add(&items, body->at, wd_reader_left(body));
  }
  count += write_exports(&items, outline);
  if (count)
    write_section(to, WD_SECTION_EXPORT, count, &items);
  wd_buf_fini(&items);
}

void
wd_segment_disarm(struct wd_reader *body, struct wd_buf *to)
{
  static const uint8_t empty[] = {1, 0};
  const uint8_t *begin = body->at;
  uint32_t flags = wd_reader_u32(body);
  uint64_t offset;
  uint32_t size;

  if (flags == 2)
    wd_reader_u32(body);
  if (flags != 1)
    wd_constant_read(body, &offset);
  wd_reader_bytes(body, &size);
  if (flags == 1)
    wd_buf_add(to, begin, (size_t)(body->at - begin));
  else
    wd_buf_add(to, empty, sizeof empty);
}

/* Indices and the count of segments stay. */
static void
rewrite_data(struct wd_buf *to, struct wd_reader *body)
{
  uint32_t count = wd_reader_u32(body);
  struct wd_buf items;

  wd_buf_init(&items, to->mem, to->maximum);
  for (uint32_t i = 0; i < count; i++)
    wd_segment_disarm(body, &items);
  write_section(to, WD_SECTION_DATA, count, &items);
  wd_buf_fini(&items);
}

static void
rewrite_section(struct wd_buf *to, uint8_t id, const uint8_t *begin,
                struct wd_reader *body, const struct wd_outline *outline)
{
  switch (id) {
  case WD_SECTION_EXPORT:
    rewrite_exports(to, body, outline);
    break;
  case WD_SECTION_START:
    break;
  case WD_SECTION_DATA:
    rewrite_data(to, body);
    break;
  default:
    wd_buf_add(to, begin, (size_t)(body->end - begin));
  }
}

enum wd_status
wd_rewrite(const uint8_t *bytes, size_t size, const struct wd_outline *outline,
           struct wd_mem *mem, struct wd_buf *out_buf, struct wd_error *error)
{
  struct wd_reader reader = {bytes + 8, bytes + size, false};
  int exports = wd_section_rank(WD_SECTION_EXPORT);
  bool exported = false;
  size_t more = 64 + 32 * ((size_t)outline->info.global_count +
                           outline->table_count + outline->info.export_count);

  wd_buf_init(out_buf, mem, size + more);
  wd_buf_add(out_buf, bytes, 8);
  while (reader.at != reader.end && !out_buf->failed) {
    const uint8_t *begin = reader.at;
    uint8_t id = wd_reader_byte(&reader);
    struct wd_reader body = wd_reader_part(&reader, wd_reader_u32(&reader));

    if (!exported && wd_section_rank(id) > exports)
      rewrite_exports(out_buf, NULL, outline);
    exported |= wd_section_rank(id) >= exports;
    rewrite_section(out_buf, id, begin, &body, outline);
  }
  if (!exported)
    rewrite_exports(out_buf, NULL, outline);
  if (!out_buf->failed)
    return WD_OK;
  wd_buf_fini(out_buf);
  return wd_fail_memory(error);
}
