/* An inspection as text for people and as JSON. */
#include <inttypes.h>
#include <string.h>

#include "api/inspect.h"
#include "base/units.h"

static const char *
kind_name(enum wd_extern_kind kind)
{
  static const char *const names[] = {"function", "table", "memory", "global",
                                      "tag"};

  return names[kind];
}

static const char *
type_name(uint8_t type)
{
  static const char *const names[] = {"v128", "f64", "f32", "i64", "i32"};

  return type >= 0x7b && type <= 0x7f ? names[type - 0x7b] : "?";
}

static void
print_remarks(const struct wd_remarks *remarks, const char *title,
              struct wd_buf *buf)
{
  for (uint32_t i = 0; i < remarks->count; i++)
    wd_buf_printf(buf, "  %s: %s\n", title, remarks->texts[i]);
}

static void
print_memory(const struct wd_module_info *info, struct wd_buf *buf)
{
  char size[32];

  wd_buf_printf(buf, "memory: %s at the start, ",
                wd_size_print(info->memory_minimum, size, sizeof size));
  if (info->memory_maximum == UINT64_MAX)
    wd_buf_puts(buf, "no maximum\n");
  else
    wd_buf_printf(buf, "%s at most\n",
                  wd_size_print(info->memory_maximum, size, sizeof size));
  wd_buf_printf(buf, "data segments: %" PRIu32 "\n", info->segment_count);
  wd_buf_printf(buf, "start function: %s\n", info->has_start ? "yes" : "no");
  wd_buf_printf(buf, "mutable globals: %" PRIu32, info->global_count);
  for (uint32_t i = 0; i < info->global_count; i++)
    wd_buf_printf(buf, "%s%" PRIu32 " %s", i ? ", " : " (",
                  info->globals[i].index, type_name(info->globals[i].type));
  wd_buf_puts(buf, info->global_count ? ")\n" : "\n");
}

static void
print_item(const struct wd_extern *item, struct wd_buf *buf)
{
  const char *what = item->kind == WD_EXTERN_FUNCTION ? item->signature : NULL;

  wd_buf_printf(buf, "  %s%s%s %s\n", item->module ? item->module : "",
                item->module ? " " : "", item->name,
                what ? what : kind_name(item->kind));
}

static void
print_schema(const char *key, const struct wd_schema *schema, bool known,
             const char *more, struct wd_buf *buf)
{
  wd_buf_printf(buf, "  %s: ", key);
  if (known && schema->count == 0)
    wd_buf_puts(buf, "nothing");
  else if (known)
    wd_schema_print(schema, buf);
  else
    wd_buf_puts(buf, "what its bind says");
  wd_buf_printf(buf, "%s\n", more);
}

/* An extracted module: which lambda of which program it is. Its words are its
 * own, and cleaned. */
static void
print_manifest(const struct wd_manifest *manifest, struct wd_buf *buf)
{
  char shown[200];

  wd_buf_printf(buf, "  extracted from: %s\n",
                wd_text_clean(shown, sizeof shown, manifest->program,
                              strlen(manifest->program)));
  wd_buf_printf(buf, "  role: %s\n", wd_role_name(manifest->role));
  if (manifest->name[0])
    wd_buf_printf(buf, "  name: %s\n",
                  wd_text_clean(shown, sizeof shown, manifest->name,
                                strlen(manifest->name)));
  print_schema("takes", &manifest->input, manifest->typed,
               manifest->variadic ? " …" : "", buf);
  print_schema("gives", &manifest->output, manifest->bound, "", buf);
  if (manifest->strict || manifest->deterministic)
    wd_buf_printf(buf, "  promises: %s%s%s\n", manifest->strict ? "strict" : "",
                  manifest->strict && manifest->deterministic ? ", " : "",
                  manifest->deterministic ? "deterministic" : "");
}

void
wd_inspection_print_text(const struct wd_inspection *inspection,
                         struct wd_buf *buf)
{
  const struct wd_module_info *info = inspection->info;
  char hex[65];

  wd_hash_text(&info->hash, hex);
  wd_buf_printf(buf, "%s: %s%s\n", info->name,
                inspection->reasons.count ? "cannot " : "can ",
                inspection->extracted ? "be called (--function NAME=FILE)"
                                      : "run");
  print_remarks(&inspection->reasons, "error", buf);
  print_remarks(&inspection->notes, "note", buf);
  if (inspection->extracted && !inspection->reasons.count)
    print_manifest(&inspection->manifest, buf);
  wd_buf_printf(buf, "sha256: %s\n", hex);
  print_memory(info, buf);
  wd_buf_printf(buf, "imports: %" PRIu32 "\n", info->import_count);
  for (uint32_t i = 0; i < info->import_count; i++)
    print_item(&info->imports[i], buf);
  wd_buf_printf(buf, "exports: %" PRIu32 "\n", info->export_count);
  for (uint32_t i = 0; i < info->export_count; i++)
    print_item(&info->exports[i], buf);
}

/* A JSON string; control characters and what is no UTF-8 become '?'. */
static void
add_string(struct wd_buf *buf, const char *text)
{
  size_t size = strlen(text) + 1;
  char *clean = wd_mem_alloc(buf->mem, size);

  if (!clean) {
    buf->failed = true;
    return;
  }
  wd_text_clean(clean, size, text, size - 1);
  wd_buf_putc(buf, '"');
  for (const char *at = clean; *at; at++) {
    if (*at == '"' || *at == '\\')
      wd_buf_putc(buf, '\\');
    wd_buf_putc(buf, *at == '\n' ? ' ' : *at);
  }
  wd_buf_putc(buf, '"');
  wd_mem_free(buf->mem, clean, size);
}

static void
add_member(struct wd_buf *buf, const char *name, const char *text)
{
  wd_buf_printf(buf, "\"%s\":", name);
  if (text)
    add_string(buf, text);
  else
    wd_buf_puts(buf, "null");
}

static void
add_remarks(struct wd_buf *buf, const char *name,
            const struct wd_remarks *remarks)
{
  wd_buf_printf(buf, ",\n \"%s\":[", name);
  for (uint32_t i = 0; i < remarks->count; i++) {
    wd_buf_puts(buf, i ? ",\n  " : "\n  ");
    add_string(buf, remarks->texts[i]);
  }
  wd_buf_putc(buf, ']');
}

static void
add_items(struct wd_buf *buf, const char *name, const struct wd_extern *items,
          uint32_t count)
{
  wd_buf_printf(buf, ",\n \"%s\":[", name);
  for (uint32_t i = 0; i < count; i++) {
    wd_buf_puts(buf, i ? ",\n  {" : "\n  {");
    if (items[i].module) {
      add_member(buf, "module", items[i].module);
      wd_buf_putc(buf, ',');
    }
    add_member(buf, "name", items[i].name);
    wd_buf_printf(buf, ",\"kind\":\"%s\",", kind_name(items[i].kind));
    add_member(buf, "signature",
               items[i].kind == WD_EXTERN_FUNCTION ? items[i].signature : NULL);
    wd_buf_putc(buf, '}');
  }
  wd_buf_putc(buf, ']');
}

static void
add_memory(struct wd_buf *buf, const struct wd_module_info *info)
{
  wd_buf_printf(buf, ",\n \"memory\":{\"minimum\":%" PRIu64 ",\"maximum\":",
                info->memory_minimum);
  if (info->memory_maximum == UINT64_MAX)
    wd_buf_puts(buf, "null}");
  else
    wd_buf_printf(buf, "%" PRIu64 "}", info->memory_maximum);
  wd_buf_printf(buf, ",\n \"data_segments\":%" PRIu32, info->segment_count);
  wd_buf_printf(buf, ",\n \"start_function\":%s",
                info->has_start ? "true" : "false");
  wd_buf_puts(buf, ",\n \"mutable_globals\":[");
  for (uint32_t i = 0; i < info->global_count; i++)
    wd_buf_printf(buf, "%s{\"index\":%" PRIu32 ",\"type\":\"%s\"}",
                  i ? "," : "", info->globals[i].index,
                  type_name(info->globals[i].type));
  wd_buf_putc(buf, ']');
}

static void
add_schema(struct wd_buf *buf, const char *name, const struct wd_schema *schema,
           bool known)
{
  struct wd_buf text;

  wd_buf_init(&text, buf->mem, buf->maximum);
  if (known)
    wd_schema_print(schema, &text);
  wd_buf_putc(buf, ',');
  add_member(buf, name, known ? wd_buf_text(&text) : NULL);
  buf->failed |= text.failed;
  wd_buf_fini(&text);
}

static void
add_manifest(struct wd_buf *buf, const struct wd_inspection *inspection)
{
  const struct wd_manifest *manifest = &inspection->manifest;

  wd_buf_puts(buf, ",\n \"extracted\":");
  if (!inspection->extracted || inspection->reasons.count) {
    wd_buf_puts(buf, "null");
    return;
  }
  wd_buf_putc(buf, '{');
  add_member(buf, "program", manifest->program);
  wd_buf_putc(buf, ',');
  add_member(buf, "role", wd_role_name(manifest->role));
  wd_buf_putc(buf, ',');
  add_member(buf, "name", manifest->name[0] ? manifest->name : NULL);
  add_schema(buf, "input", &manifest->input, manifest->typed);
  add_schema(buf, "output", &manifest->output, manifest->bound);
  wd_buf_printf(buf, ",\"variadic\":%s,\"strict\":%s,\"deterministic\":%s}",
                manifest->variadic ? "true" : "false",
                manifest->strict ? "true" : "false",
                manifest->deterministic ? "true" : "false");
}

void
wd_inspection_print_json(const struct wd_inspection *inspection,
                         struct wd_buf *buf)
{
  const struct wd_module_info *info = inspection->info;
  char hex[65];

  wd_hash_text(&info->hash, hex);
  wd_buf_putc(buf, '{');
  add_member(buf, "file", info->name);
  wd_buf_printf(buf, ",\n \"runs\":%s",
                inspection->reasons.count || inspection->extracted ? "false"
                                                                   : "true");
  add_manifest(buf, inspection);
  add_remarks(buf, "errors", &inspection->reasons);
  add_remarks(buf, "notes", &inspection->notes);
  wd_buf_printf(buf, ",\n \"sha256\":\"%s\"", hex);
  add_memory(buf, info);
  add_items(buf, "imports", info->imports, info->import_count);
  add_items(buf, "exports", info->exports, info->export_count);
  wd_buf_puts(buf, "}\n");
}
