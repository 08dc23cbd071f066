#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "wasm/reader.h"
#include "wasm/rewrite.h"

#define WASM_PAGE 65536u
#define WASM_PAGES_MAX 65536u
#define NAME_MAX_BYTES 100000u

/* Types of values as they are written. */
enum {
  TYPE_I32 = 0x7f,
  TYPE_I64 = 0x7e,
  TYPE_F32 = 0x7d,
  TYPE_F64 = 0x7c,
  TYPE_V128 = 0x7b,
  TYPE_FUNCREF = 0x70,
  TYPE_EXTERNREF = 0x6f,
  TYPE_REF = 0x64,
  TYPE_REF_NULL = 0x63,
  TYPE_FUNCTION = 0x60,
};

/* What the parts of reading share. */
struct scan {
  const uint8_t *bytes;
  const uint8_t *end;
  const char *name;
  struct wd_arena *arena;
  struct wd_outline *outline;
  struct wd_error *error;
};

#define REFUSE(scan, ...)                                                      \
  (wd_fail((scan)->error, WD_BAD_MODULE, __VA_ARGS__),                         \
   wd_error_prefix((scan)->error, "%s", (scan)->name), WD_BAD_MODULE)

int
wd_section_rank(uint8_t id)
{
  static const uint8_t ranks[] = {
      [WD_SECTION_TYPE] = 1,        [WD_SECTION_IMPORT] = 2,
      [WD_SECTION_FUNCTION] = 3,    [WD_SECTION_TABLE] = 4,
      [WD_SECTION_MEMORY] = 5,      [WD_SECTION_TAG] = 6,
      [WD_SECTION_GLOBAL] = 7,      [WD_SECTION_EXPORT] = 8,
      [WD_SECTION_START] = 9,       [WD_SECTION_ELEMENT] = 10,
      [WD_SECTION_DATA_COUNT] = 11, [WD_SECTION_CODE] = 12,
      [WD_SECTION_DATA] = 13,
  };

  return id < sizeof ranks ? ranks[id] : 0;
}

static const char *
type_name(uint8_t type)
{
  switch (type) {
  case TYPE_I32:
    return "i32";
  case TYPE_I64:
    return "i64";
  case TYPE_F32:
    return "f32";
  case TYPE_F64:
    return "f64";
  case TYPE_V128:
    return "v128";
  case TYPE_FUNCREF:
    return "funcref";
  case TYPE_EXTERNREF:
    return "externref";
  default:
    return "ref";
  }
}

static uint8_t
read_type(struct wd_reader *reader)
{
  uint8_t type = wd_reader_byte(reader);

  if (type == TYPE_REF || type == TYPE_REF_NULL)
    wd_reader_s64(reader);
  return type;
}

static void
print_types(struct wd_reader *reader, bool always_grouped, struct wd_buf *text)
{
  uint32_t count = wd_reader_count(reader);
  bool grouped = always_grouped || count != 1;

  wd_buf_puts(text, grouped ? "(" : "");
  for (uint32_t i = 0; i < count && !reader->bad; i++)
    wd_buf_printf(text, "%s%s", i ? " " : "", type_name(read_type(reader)));
  wd_buf_puts(text, grouped ? ")" : "");
}

/* The text of a function's type, NULL when memory is short. The type itself
 * was walked before: it is in bounds. */
static const char *
signature(struct scan *scan, uint32_t type)
{
  struct wd_reader reader = {scan->outline->types[type], scan->end, false};
  struct wd_buf text;
  const char *copy = NULL;

  wd_buf_init(&text, scan->arena->mem, 65536);
  print_types(&reader, true, &text);
  wd_buf_puts(&text, " -> ");
  print_types(&reader, false, &text);
  if (!text.failed)
    copy = wd_arena_strdup(scan->arena, wd_buf_text(&text));
  wd_buf_fini(&text);
  return copy;
}

static enum wd_status
read_name(struct scan *scan, struct wd_reader *reader, const char *what,
          uint32_t index, const char **out_name)
{
  uint32_t size;
  const uint8_t *bytes = wd_reader_bytes(reader, &size);

  if (reader->bad)
    return REFUSE(scan, "malformed: %s %" PRIu32 " is cut off", what, index);
  if (size > NAME_MAX_BYTES)
    return REFUSE(scan, "%s %" PRIu32 " has a name of %" PRIu32 " bytes", what,
                  index, size);
  if (memchr(bytes, 0, size) || !wd_utf8_valid(bytes, size))
    return REFUSE(scan, "the name of %s %" PRIu32 " is not valid text", what,
                  index);
  *out_name = wd_arena_strndup(scan->arena, (const char *)bytes, size);
  return *out_name ? WD_OK : wd_fail_memory(scan->error);
}

static enum wd_status
read_function_types(struct scan *scan, struct wd_reader *reader)
{
  struct wd_outline *outline = scan->outline;
  uint32_t count = wd_reader_count(reader);

  outline->types = wd_arena_array(scan->arena, count, sizeof *outline->types);
  if (!outline->types)
    return wd_fail_memory(scan->error);
  outline->type_count = count;
  for (uint32_t i = 0; i < count && !reader->bad; i++) {
    if (wd_reader_byte(reader) != TYPE_FUNCTION && !reader->bad)
      return REFUSE(scan,
                    "type %" PRIu32 " is not a function: garbage "
                    "collected types are not supported",
                    i);
    outline->types[i] = reader->at;
    for (int side = 0; side < 2; side++) {
      uint32_t values = wd_reader_count(reader);

      if (values > 1000)
        return REFUSE(scan, "type %" PRIu32 " has %" PRIu32 " values", i,
                      values);
      while (values-- && !reader->bad)
        read_type(reader);
    }
  }
  return WD_OK;
}

static void
skip_limits(struct wd_reader *reader)
{
  uint8_t flags = wd_reader_byte(reader);

  wd_reader_u64(reader);
  if (flags & 1)
    wd_reader_u64(reader);
  if (flags & 8)
    wd_reader_u32(reader);
}

static enum wd_status
read_import_item(struct scan *scan, struct wd_reader *reader, uint32_t index,
                 struct wd_extern *import)
{
  struct wd_outline *outline = scan->outline;
  uint8_t kind = wd_reader_byte(reader);
  uint32_t type;

  switch (kind) {
  case WD_EXTERN_FUNCTION:
    type = wd_reader_u32(reader);
    if (reader->bad || type >= outline->type_count)
      return REFUSE(scan, "malformed: type of import %" PRIu32, index);
    outline->functions[outline->function_count++] = type;
    import->signature = signature(scan, type);
    if (!import->signature)
      return wd_fail_memory(scan->error);
    break;
  case WD_EXTERN_TABLE:
    read_type(reader);
    skip_limits(reader);
    outline->table_count++;
    break;
  case WD_EXTERN_MEMORY:
    return REFUSE(scan,
                  "it imports its memory (%s.%s); build it so that it has a "
                  "memory of its own",
                  import->module, import->name);
  case WD_EXTERN_GLOBAL:
    read_type(reader);
    wd_reader_byte(reader);
    outline->imported_globals++;
    break;
  case WD_EXTERN_TAG:
    wd_reader_byte(reader);
    wd_reader_u32(reader);
    break;
  default:
    return REFUSE(scan, "malformed: import %" PRIu32 " is of unknown kind %u",
                  index, kind);
  }
  import->kind = (enum wd_extern_kind)kind;
  return WD_OK;
}

static enum wd_status
read_imports(struct scan *scan, struct wd_reader *reader)
{
  struct wd_outline *outline = scan->outline;
  uint32_t count = wd_reader_count(reader);
  struct wd_extern *imports =
      wd_arena_array(scan->arena, count, sizeof *imports);
  enum wd_status status;

  outline->functions =
      wd_arena_array(scan->arena, count, sizeof *outline->functions);
  if (!imports || !outline->functions)
    return wd_fail_memory(scan->error);
  for (uint32_t i = 0; i < count; i++) {
    status = read_name(scan, reader, "import", i, &imports[i].module);
    if (!status)
      status = read_name(scan, reader, "import", i, &imports[i].name);
    if (!status)
      status = read_import_item(scan, reader, i, &imports[i]);
    if (status)
      return status;
  }
  outline->info.imports = imports;
  outline->info.import_count = count;
  outline->imported_functions = outline->function_count;
  outline->imported_tables = outline->table_count;
  return WD_OK;
}

static enum wd_status
read_functions(struct scan *scan, struct wd_reader *reader)
{
  struct wd_outline *outline = scan->outline;
  uint32_t count = wd_reader_count(reader);
  uint32_t imported = outline->imported_functions;
  uint32_t *functions =
      wd_arena_array(scan->arena, (size_t)imported + count, sizeof *functions);

  if (!functions)
    return wd_fail_memory(scan->error);
  for (uint32_t i = 0; i < imported; i++)
    functions[i] = outline->functions[i];
  for (uint32_t i = 0; i < count; i++) {
    uint32_t type = wd_reader_u32(reader);

    if (reader->bad || type >= outline->type_count)
      return REFUSE(scan, "malformed: type of function %" PRIu32, imported + i);
    functions[imported + i] = type;
  }
  outline->functions = functions;
  outline->function_count = imported + count;
  return WD_OK;
}

static enum wd_status
read_tables(struct scan *scan, struct wd_reader *reader)
{
  scan->outline->table_count += wd_reader_count(reader);
  reader->at = reader->end;
  return WD_OK;
}

static enum wd_status
read_memories(struct scan *scan, struct wd_reader *reader)
{
  struct wd_outline *outline = scan->outline;
  uint32_t count = wd_reader_count(reader);
  uint8_t flags;
  uint64_t pages;

  if (count > 1)
    return REFUSE(scan, "it has %" PRIu32 " memories; one is supported", count);
  if (count == 0)
    return WD_OK;
  flags = wd_reader_byte(reader);
  if (flags & 2)
    return REFUSE(scan, "its memory is shared: threads are not supported");
  if (flags & 4)
    return REFUSE(scan, "its memory has 64 bit addresses (memory64); build "
                        "it for wasm32");
  if (flags & 8)
    return REFUSE(scan, "its memory has a page size of its own");
  if (flags > 1)
    return REFUSE(scan, "malformed: unknown kind of memory %u", flags);
  pages = wd_reader_u64(reader);
  if (pages > WASM_PAGES_MAX)
    return REFUSE(scan, "malformed: a memory of %" PRIu64 " pages", pages);
  outline->info.memory_minimum = pages * WASM_PAGE;
  if (flags & 1) {
    pages = wd_reader_u64(reader);
    if (pages > WASM_PAGES_MAX)
      return REFUSE(scan, "malformed: a memory of %" PRIu64 " pages", pages);
    outline->info.memory_maximum = pages * WASM_PAGE;
  }
  outline->memory_count = 1;
  return WD_OK;
}

static enum wd_status
read_globals(struct scan *scan, struct wd_reader *reader)
{
  struct wd_outline *outline = scan->outline;
  uint32_t count = wd_reader_count(reader);
  struct wd_global_info *globals =
      wd_arena_array(scan->arena, count, sizeof *globals);
  uint32_t mutable_count = 0;

  if (!globals)
    return wd_fail_memory(scan->error);
  for (uint32_t i = 0; i < count && !reader->bad; i++) {
    uint32_t index = outline->imported_globals + i;
    uint8_t type = read_type(reader);
    uint8_t changes = wd_reader_byte(reader);
    uint64_t value;

    wd_constant_read(reader, &value);
    if (reader->bad || changes > 1)
      return REFUSE(scan, "malformed: global %" PRIu32, index);
    if (!changes)
      continue;
    if (type < TYPE_V128 || type > TYPE_I32)
      return REFUSE(scan,
                    "global %" PRIu32 " is a mutable %s, which a memory "
                    "image cannot carry",
                    index, type_name(type));
    globals[mutable_count++] = (struct wd_global_info){index, type};
  }
  outline->info.globals = globals;
  outline->info.global_count = mutable_count;
  return WD_OK;
}

static enum wd_status
read_export_item(struct scan *scan, struct wd_reader *reader, uint32_t index,
                 struct wd_extern *export)
{
  struct wd_outline *outline = scan->outline;
  uint8_t kind = wd_reader_byte(reader);
  uint32_t item = wd_reader_u32(reader);

  if (reader->bad || kind > WD_EXTERN_TAG)
    return REFUSE(scan, "malformed: export %" PRIu32, index);
  if (strncmp(export->name, "__wd_", 5) == 0)
    return REFUSE(scan,
                  "export '%.64s': names beginning with __wd_ are "
                  "reserved",
                  export->name);
  export->kind = (enum wd_extern_kind)kind;
  outline->export_functions[index] = UINT32_MAX;
  if (kind == WD_EXTERN_MEMORY)
    outline->memory_exported = true;
  if (kind != WD_EXTERN_FUNCTION)
    return WD_OK;
  if (item >= outline->function_count)
    return REFUSE(scan,
                  "malformed: export %" PRIu32 " is function %" PRIu32
                  " of %" PRIu32,
                  index, item, outline->function_count);
  outline->export_functions[index] = item;
  export->signature = signature(scan, outline->functions[item]);
  return export->signature ? WD_OK : wd_fail_memory(scan->error);
}

static enum wd_status
read_exports(struct scan *scan, struct wd_reader *reader)
{
  struct wd_outline *outline = scan->outline;
  uint32_t count = wd_reader_count(reader);
  struct wd_extern *exports =
      wd_arena_array(scan->arena, count, sizeof *exports);
  enum wd_status status;

  outline->export_functions =
      wd_arena_array(scan->arena, count, sizeof *outline->export_functions);
  if (!exports || !outline->export_functions)
    return wd_fail_memory(scan->error);
  for (uint32_t i = 0; i < count; i++) {
    status = read_name(scan, reader, "export", i, &exports[i].name);
    if (!status)
      status = read_export_item(scan, reader, i, &exports[i]);
    if (status)
      return status;
  }
  outline->info.exports = exports;
  outline->info.export_count = count;
  return WD_OK;
}

static enum wd_status
read_start(struct scan *scan, struct wd_reader *reader)
{
  struct wd_outline *outline = scan->outline;

  outline->start_function = wd_reader_u32(reader);
  if (outline->start_function >= outline->function_count)
    return REFUSE(
        scan, "malformed: the start function is number %" PRIu32 " of %" PRIu32,
        outline->start_function, outline->function_count);
  outline->info.has_start = true;
  return WD_OK;
}

static enum wd_status
read_active_segment(struct scan *scan, struct wd_reader *reader, uint32_t flags,
                    uint32_t index, struct wd_segment *segment)
{
  uint64_t minimum = scan->outline->info.memory_minimum;
  uint32_t size;
  const uint8_t *bytes;

  if (flags == 2 && wd_reader_u32(reader) != 0)
    return REFUSE(scan, "data segment %" PRIu32 " is for a second memory",
                  index);
  if (!wd_constant_read(reader, &segment->offset) && !reader->bad)
    return REFUSE(scan,
                  "the offset of data segment %" PRIu32 " is not "
                  "constant; position-independent code (PIC) is not "
                  "supported",
                  index);
  bytes = wd_reader_bytes(reader, &size);
  if (reader->bad)
    return REFUSE(scan, "malformed: data segment %" PRIu32, index);
  segment->position = (size_t)(bytes - scan->bytes);
  segment->size = size;
  if (segment->offset > minimum || size > minimum - segment->offset)
    return REFUSE(scan,
                  "data segment %" PRIu32 " (%" PRIu32 " bytes at %" PRIu64
                  ") lies outside of the memory of %" PRIu64 " bytes",
                  index, size, segment->offset, minimum);
  return WD_OK;
}

static enum wd_status
read_data(struct scan *scan, struct wd_reader *reader)
{
  struct wd_outline *outline = scan->outline;
  uint32_t count = wd_reader_count(reader);
  struct wd_segment *segments =
      wd_arena_array(scan->arena, count, sizeof *segments);
  uint32_t active = 0;
  enum wd_status status;

  if (!segments)
    return wd_fail_memory(scan->error);
  for (uint32_t i = 0; i < count && !reader->bad; i++) {
    uint32_t flags = wd_reader_u32(reader);
    uint32_t size;

    if (flags > 2)
      return REFUSE(scan, "malformed: data segment %" PRIu32, i);
    if (flags == 1) {
      wd_reader_bytes(reader, &size);
      continue;
    }
    status = read_active_segment(scan, reader, flags, i, &segments[active]);
    if (status)
      return status;
    active++;
  }
  outline->info.segments = segments;
  outline->info.segment_count = active;
  return WD_OK;
}

static void
read_custom(struct scan *scan, struct wd_reader *reader)
{
  uint32_t size;
  const uint8_t *name = wd_reader_bytes(reader, &size);

  if (size == 4 && memcmp(name, "name", 4) == 0) {
    scan->outline->names = reader->at;
    scan->outline->names_size = wd_reader_left(reader);
  }
  reader->at = reader->end;
}

static enum wd_status
read_section(struct scan *scan, uint8_t id, struct wd_reader *body)
{
  switch (id) {
  case WD_SECTION_CUSTOM:
    read_custom(scan, body);
    return WD_OK;
  case WD_SECTION_TYPE:
    return read_function_types(scan, body);
  case WD_SECTION_IMPORT:
    return read_imports(scan, body);
  case WD_SECTION_FUNCTION:
    return read_functions(scan, body);
  case WD_SECTION_TABLE:
    return read_tables(scan, body);
  case WD_SECTION_MEMORY:
    return read_memories(scan, body);
  case WD_SECTION_GLOBAL:
    return read_globals(scan, body);
  case WD_SECTION_EXPORT:
    return read_exports(scan, body);
  case WD_SECTION_START:
    return read_start(scan, body);
  case WD_SECTION_DATA:
    return read_data(scan, body);
  case WD_SECTION_CODE:
    scan->outline->code = body->at;
    scan->outline->code_size = wd_reader_left(body);
    /* fall through */
  default:
    body->at = body->end;
    return WD_OK;
  }
}

static enum wd_status
read_sections(struct scan *scan, struct wd_reader *reader)
{
  int last = 0;

  while (reader->at != reader->end) {
    uint8_t id = wd_reader_byte(reader);
    struct wd_reader body = wd_reader_part(reader, wd_reader_u32(reader));
    int rank = wd_section_rank(id);
    enum wd_status status;

    if (reader->bad)
      return REFUSE(scan, "truncated in section %u", id);
    if (id != WD_SECTION_CUSTOM && rank == 0)
      return REFUSE(scan, "malformed: unknown section %u", id);
    if (rank && rank <= last)
      return REFUSE(scan, "malformed: section %u is out of order", id);
    if (rank)
      last = rank;
    status = read_section(scan, id, &body);
    if (status)
      return status;
    if (body.bad || body.at != body.end)
      return REFUSE(scan, "malformed: section %u", id);
  }
  return WD_OK;
}

static enum wd_status
check_header(struct scan *scan, size_t size)
{
  const uint8_t *bytes = scan->bytes;

  if (size < 4 || memcmp(bytes, "\0asm", 4) != 0)
    return REFUSE(scan, "not a WebAssembly file");
  if (size < 8)
    return REFUSE(scan, "truncated: the file has %zu bytes", size);
  if (bytes[6] == 1)
    return REFUSE(scan, "a component; give the core module that it was made "
                        "from");
  if (memcmp(bytes + 4, "\1\0\0\0", 4) != 0)
    return REFUSE(scan, "unknown version of the WebAssembly format");
  return WD_OK;
}

static enum wd_status
name_globals(struct scan *scan)
{
  struct wd_outline *outline = scan->outline;
  uint32_t count = outline->info.global_count;

  outline->global_exports =
      wd_arena_array(scan->arena, count, sizeof *outline->global_exports);
  if (!outline->global_exports)
    return wd_fail_memory(scan->error);
  for (uint32_t i = 0; i < count; i++) {
    const char *name = wd_arena_printf(scan->arena, "__wd_g%" PRIu32,
                                       outline->info.globals[i].index);

    if (!name)
      return wd_fail_memory(scan->error);
    outline->global_exports[i] = name;
  }
  return WD_OK;
}

enum wd_status
wd_outline_read(const uint8_t *bytes, size_t size, const char *name,
                struct wd_arena *arena, struct wd_outline *out_outline,
                struct wd_error *error)
{
  struct scan scan = {.bytes = bytes,
                      .end = bytes + size,
                      .name = name,
                      .arena = arena,
                      .outline = out_outline,
                      .error = error};
  struct wd_reader reader = {bytes, bytes + size, false};
  enum wd_status status;

  memset(out_outline, 0, sizeof *out_outline);
  out_outline->info.memory_maximum = UINT64_MAX;
  status = check_header(&scan, size);
  if (status)
    return status;
  wd_reader_skip(&reader, 8);
  status = read_sections(&scan, &reader);
  if (!status && out_outline->memory_count == 0)
    status = REFUSE(&scan, "it has no memory");
  return status ? status : name_globals(&scan);
}
