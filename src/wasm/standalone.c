#include "wasm/standalone.h"

#include <string.h>

#include "wasm/image_internal.h"
#include "wasm/module_internal.h"
#include "wasm/reader.h"
#include "wasm/standalone_data.h"

#define WASM_PAGE 65536u
#define NO_INDEX UINT32_MAX

/* The name that LLVM's linker gives the global with the stack's top. */
static const char stack_pointer[] = "__stack_pointer";

/* Of the name section: names of globals
 * (https://github.com/WebAssembly/extended-name-section). */
#define NAMES_OF_GLOBALS 7

struct writing {
  const struct wd_image *image;
  const struct wd_outline *outline;
  struct wd_buf *buf;
  struct wd_buf segments; /* items of the new data segments */
  uint32_t segment_count;
  bool data_written;
};

static uint32_t
named_stack_pointer(const struct wd_outline *outline)
{
  struct wd_reader names = {outline->names,
                            outline->names + outline->names_size, false};

  while (outline->names && names.at != names.end) {
    uint8_t id = wd_reader_byte(&names);
    struct wd_reader part = wd_reader_part(&names, wd_reader_u32(&names));
    uint32_t count = id == NAMES_OF_GLOBALS ? wd_reader_u32(&part) : 0;

    for (uint32_t i = 0; i < count && !part.bad; i++) {
      uint32_t index = wd_reader_u32(&part);
      uint32_t size;
      const uint8_t *name = wd_reader_bytes(&part, &size);

      if (!part.bad && size == sizeof stack_pointer - 1 &&
          memcmp(name, stack_pointer, size) == 0)
        return index;
    }
  }
  return NO_INDEX;
}

/* The value that an i32 global begins with in the program's file. */
static bool
first_value(const struct wd_module *module, uint32_t index, uint64_t *out_value)
{
  struct wd_reader reader = {module->bytes + 8, module->bytes + module->size,
                             false};

  while (reader.at != reader.end) {
    uint8_t id = wd_reader_byte(&reader);
    struct wd_reader body = wd_reader_part(&reader, wd_reader_u32(&reader));
    uint32_t own = module->outline.imported_globals;

    if (id != WD_SECTION_GLOBAL || index < own)
      continue;
    for (uint32_t i = wd_reader_u32(&body); i > 0 && !body.bad; i--, own++) {
      uint8_t type = wd_reader_byte(&body);

      if (type == 0x63 || type == 0x64)
        wd_reader_s64(&body);
      wd_reader_byte(&body);
      if (wd_constant_read(&body, out_value) && own == index)
        return !body.bad;
    }
  }
  return false;
}

/* Where the memory begins that anybody can see. With the stack at its very
 * bottom and all data above, what lies below the stack's top is dead: workers
 * begin there, and main never comes back. */
static uint64_t
live_begin(const struct wd_image *image)
{
  const struct wd_module *module = image->module;
  const struct wd_module_info *info = &module->outline.info;
  uint32_t index = named_stack_pointer(&module->outline);
  uint64_t first;

  if (index == NO_INDEX || info->segment_count == 0 ||
      !first_value(module, index, &first))
    return 0;
  for (uint32_t i = 0; i < info->segment_count; i++)
    if (info->segments[i].offset < first)
      return 0;
  for (uint32_t i = 0; i < image->global_count; i++)
    if (info->globals[i].index == index && info->globals[i].type == 0x7f) {
      uint32_t top = (uint32_t)image->globals[i].of.i32;

      return top <= first ? top : 0;
    }
  return 0;
}

static void
write_body(struct wd_buf *to, uint8_t id, const struct wd_buf *body)
{
  wd_buf_putc(to, (char)id);
  wd_write_u32(to, (uint32_t)body->length);
  wd_buf_append(to, body);
}

static void
write_memory(struct writing *writing, struct wd_buf *to, struct wd_reader *body)
{
  wd_write_u32(to, wd_reader_u32(body)); /* how many: one */
  wd_write_u32(to, wd_reader_u32(body)); /* flags */
  wd_reader_u32(body);
  wd_write_u32(to, (uint32_t)(writing->image->contents.size / WASM_PAGE));
  wd_buf_add(to, body->at, wd_reader_left(body));
}

static void
write_value(struct wd_buf *to, uint8_t type, const wasmtime_val_t *value)
{
  switch (type) {
  case 0x7f:
    wd__write_const(to, 0x41, value->of.i32);
    break;
  case 0x7e:
    wd__write_const(to, 0x42, value->of.i64);
    break;
  case 0x7d:
    wd_buf_putc(to, 0x43);
    wd_buf_add(to, &value->of.f32, 4);
    break;
  case 0x7c:
    wd_buf_putc(to, 0x44);
    wd_buf_add(to, &value->of.f64, 8);
    break;
  default:
    wd_buf_add(to, "\xfd\x0c", 2);
    wd_buf_add(to, &value->of.v128, 16);
  }
  wd_buf_putc(to, 0x0b);
}

/* Mutable globals begin with what they held. */
static void
write_globals(struct writing *writing, struct wd_buf *to,
              struct wd_reader *body)
{
  const struct wd_image *image = writing->image;
  const struct wd_global_info *infos = writing->outline->info.globals;
  uint32_t index = writing->outline->imported_globals, next = 0;
  uint32_t count = wd_reader_u32(body);

  wd_write_u32(to, count);
  for (uint32_t i = 0; i < count; i++, index++) {
    const uint8_t *begin = body->at, *expression;
    uint8_t type = wd_reader_byte(body);
    uint64_t value;

    if (type == 0x63 || type == 0x64)
      wd_reader_s64(body);
    wd_reader_byte(body);
    expression = body->at;
    wd_constant_read(body, &value);
    if (next < image->global_count && infos[next].index == index) {
      wd_buf_add(to, begin, (size_t)(expression - begin));
      write_value(to, type, &image->globals[next++]);
    } else {
      wd_buf_add(to, begin, (size_t)(body->at - begin));
    }
  }
}

static bool
is_beginning(const uint8_t *name, uint32_t size)
{
  static const char *const names[] = {"_start", "_initialize"};

  for (int i = 0; i < 2; i++)
    if (size == strlen(names[i]) && memcmp(name, names[i], size) == 0)
      return true;
  return false;
}

/* All but what begins the program, and without its wrappers: these would
 * begin it too. */
static void
write_exports(struct writing *writing, struct wd_buf *to,
              struct wd_reader *body)
{
  const uint32_t *unwrapped = writing->outline->unwrapped;
  uint32_t count = wd_reader_u32(body), kept = 0;
  struct wd_buf items;

  wd_buf_init(&items, to->mem, to->maximum);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t size, index;
    const uint8_t *name = wd_reader_bytes(body, &size);
    uint8_t kind = wd_reader_byte(body);

    index = wd_reader_u32(body);
    if (is_beginning(name, size))
      continue;
    if (unwrapped && unwrapped[i] != NO_INDEX)
      index = unwrapped[i];
    wd_write_u32(&items, size);
    wd_buf_add(&items, name, size);
    wd_buf_putc(&items, (char)kind);
    wd_write_u32(&items, index);
    kept++;
  }
  wd_write_u32(to, kept);
  wd_buf_append(to, &items);
  wd_buf_fini(&items);
}

/* The program's own segments keep their numbers, as the code may name them;
 * those that were active are empty now. `body` NULL: it has none. */
static void
write_data(struct writing *writing, struct wd_buf *to, struct wd_reader *body)
{
  uint32_t count = body ? wd_reader_u32(body) : 0;

  wd_write_u32(to, count + writing->segment_count);
  for (uint32_t i = 0; i < count; i++)
    wd_segment_disarm(body, to);
  wd_buf_append(to, &writing->segments);
  writing->data_written = true;
}

static void
write_section(struct writing *writing, uint8_t id, struct wd_reader *body)
{
  struct wd_buf *buf = writing->buf;
  struct wd_buf to;

  wd_buf_init(&to, buf->mem, buf->maximum);
  switch (id) {
  case WD_SECTION_MEMORY:
    write_memory(writing, &to, body);
    break;
  case WD_SECTION_GLOBAL:
    write_globals(writing, &to, body);
    break;
  case WD_SECTION_EXPORT:
    write_exports(writing, &to, body);
    break;
  case WD_SECTION_DATA_COUNT:
    wd_write_u32(&to, wd_reader_u32(body) + writing->segment_count);
    break;
  case WD_SECTION_DATA:
    write_data(writing, &to, body);
    break;
  default:
    wd_buf_add(&to, body->at, wd_reader_left(body));
  }
  write_body(buf, id, &to);
  wd_buf_fini(&to);
}

/* The names of functions, for backtraces; other custom sections are left
 * out. */
static void
write_names(struct writing *writing)
{
  struct wd_buf body;

  if (!writing->outline->names)
    return;
  wd_buf_init(&body, writing->buf->mem, writing->buf->maximum);
  wd_write_u32(&body, 4);
  wd_buf_puts(&body, "name");
  wd_buf_add(&body, writing->outline->names, writing->outline->names_size);
  write_body(writing->buf, WD_SECTION_CUSTOM, &body);
  wd_buf_fini(&body);
}

/* The bytes were read before (outline.c): they are in bounds. */
static void
write_sections(struct writing *writing)
{
  const struct wd_module *module = writing->image->module;
  struct wd_reader reader = {module->bytes + 8, module->bytes + module->size,
                             false};

  wd_buf_add(writing->buf, module->bytes, 8);
  while (reader.at != reader.end) {
    uint8_t id = wd_reader_byte(&reader);
    struct wd_reader body = wd_reader_part(&reader, wd_reader_u32(&reader));

    if (id != WD_SECTION_CUSTOM && id != WD_SECTION_START)
      write_section(writing, id, &body);
  }
  if (!writing->data_written)
    write_section(writing, WD_SECTION_DATA, NULL);
  write_names(writing);
}

enum wd_status
wd_image_standalone(const struct wd_image *image, struct wd_buf *buf,
                    struct wd_error *error)
{
  struct writing writing = {
      .image = image,
      .outline = &image->module->outline,
      .buf = buf,
  };
  enum wd_status status;

  wd_buf_init(&writing.segments, buf->mem, buf->maximum);
  status = wd__standalone_segments(image, live_begin(image), &writing.segments,
                                   &writing.segment_count, error);
  if (!status)
    write_sections(&writing);
  wd_buf_fini(&writing.segments);
  if (status || !buf->failed)
    return status;
  if (!buf->full)
    return wd_fail_memory(error);
  return wd_fail(error, WD_LIMIT_EXCEEDED,
                 "the program's memory is too large for a module: more than "
                 "%zu bytes of it and its code are in use",
                 buf->maximum);
}
