#include "lambda/manifest.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "wasm/reader.h"

#define TEXT_MAX (4u << 20)
#define HASH_LINE (sizeof "sha256 " - 1 + 64 + 1)

static const char section_name[] = "wasi:data/lambda";
static const char first_line[] = "wasi-data lambda 1\n";

/* A text that may hold anything: its length, then itself. */
static void
put_text(struct wd_buf *buf, const char *key, const char *text, size_t length)
{
  wd_buf_printf(buf, "%s %zu\n", key, length);
  wd_buf_add(buf, text, length);
  wd_buf_putc(buf, '\n');
}

static void
put_schema(struct wd_buf *buf, const char *key, const struct wd_schema *schema)
{
  struct wd_buf text;

  wd_buf_init(&text, buf->mem, buf->maximum);
  wd_schema_print_whole(schema, &text);
  wd_buf_printf(buf, "%s %zu\n", key, text.length);
  wd_buf_append(buf, &text);
  wd_buf_putc(buf, '\n');
  wd_buf_fini(&text);
}

static void
put_manifest(struct wd_buf *buf, const struct wd_manifest *manifest)
{
  wd_buf_puts(buf, first_line);
  put_text(buf, "program", manifest->program, strlen(manifest->program));
  put_text(buf, "name", manifest->name, strlen(manifest->name));
  wd_buf_printf(buf, "role %u\nfunction %" PRIu32 "\nstate %" PRIu32 "\n",
                (unsigned)manifest->role, manifest->function, manifest->state);
  wd_buf_printf(buf, "typed %d\nbound %d\nvariadic %d\nstrict %d\n",
                manifest->typed, manifest->bound, manifest->variadic,
                manifest->strict);
  wd_buf_printf(buf, "deterministic %d\n", manifest->deterministic);
  put_schema(buf, "input", &manifest->input);
  put_schema(buf, "output", &manifest->output);
}

enum wd_status
wd_manifest_write(const struct wd_manifest *manifest, struct wd_buf *module,
                  struct wd_hash *out_hash, struct wd_error *error)
{
  struct wd_buf text, head;
  char hex[65];

  wd_buf_init(&text, module->mem, TEXT_MAX);
  wd_buf_init(&head, module->mem, 64);
  put_manifest(&text, manifest);
  wd_write_u32(&head, sizeof section_name - 1);
  wd_buf_puts(&head, section_name);
  wd_buf_putc(module, 0);
  wd_write_u32(module, (uint32_t)(head.length + text.length + HASH_LINE));
  wd_buf_append(module, &head);
  wd_buf_append(module, &text);
  wd_buf_fini(&text);
  wd_buf_fini(&head);
  if (!module->failed) {
    *out_hash = wd_hash_of(module->data, module->length);
    wd_hash_text(out_hash, hex);
    wd_buf_printf(module, "sha256 %s\n", hex);
  }
  if (!module->failed)
    return WD_OK;
  if (!module->full)
    return wd_fail_memory(error);
  return wd_fail(error, WD_LIMIT_EXCEEDED,
                 "a module of more than %zu bytes, or a manifest of more "
                 "than %u, is not written",
                 module->maximum, TEXT_MAX);
}

/* The body of the custom section after its name, when there is one.
 * *out_last: nothing comes behind it. */
static bool
find_section(const uint8_t *bytes, size_t size, struct wd_reader *out_body,
             bool *out_last)
{
  struct wd_reader reader = {bytes + 8, bytes + size, false};

  while (reader.at != reader.end) {
    uint8_t id = wd_reader_byte(&reader);
    struct wd_reader body = wd_reader_part(&reader, wd_reader_u32(&reader));
    uint32_t length;
    const uint8_t *name;

    if (id != 0)
      continue;
    name = wd_reader_bytes(&body, &length);
    if (!body.bad && length == sizeof section_name - 1 &&
        memcmp(name, section_name, length) == 0) {
      *out_body = body;
      *out_last = reader.at == reader.end;
      return true;
    }
  }
  return false;
}

/* Whether the file is as it was written: the last line says so of all before
 * it. */
static bool
is_whole(const uint8_t *bytes, size_t size, const struct wd_reader *body)
{
  struct wd_hash hash;
  char line[HASH_LINE + 1] = "sha256 ";

  if (wd_reader_left(body) < HASH_LINE)
    return false;
  hash = wd_hash_of(bytes, size - HASH_LINE);
  wd_hash_text(&hash, line + 7);
  line[HASH_LINE - 1] = '\n';
  return memcmp(bytes + size - HASH_LINE, line, HASH_LINE) == 0;
}

/* The reader of a manifest's lines. */
struct lines {
  const char *at;
  const char *end;
  struct wd_arena *arena;
  bool bad;
};

static bool
take_word(struct lines *lines, const char *word)
{
  size_t length = strlen(word);

  if ((size_t)(lines->end - lines->at) < length ||
      memcmp(lines->at, word, length) != 0) {
    lines->bad = true;
    return false;
  }
  lines->at += length;
  return true;
}

/* `key number\n`, in the one way to write it. */
static uint32_t
take_number(struct lines *lines, const char *key, uint32_t most)
{
  uint64_t number = 0;
  const char *begin;

  if (lines->bad || !take_word(lines, key) || !take_word(lines, " "))
    return 0;
  begin = lines->at;
  while (lines->at < lines->end && *lines->at >= '0' && *lines->at <= '9' &&
         number <= most)
    number = number * 10 + (uint64_t)(*lines->at++ - '0');
  if (lines->at == begin || number > most ||
      (*begin == '0' && lines->at - begin > 1))
    lines->bad = true;
  return !lines->bad && take_word(lines, "\n") ? (uint32_t)number : 0;
}

static const char *
take_text(struct lines *lines, const char *key, size_t *out_length)
{
  uint32_t length = take_number(lines, key, TEXT_MAX);
  const char *text = lines->at;

  *out_length = length;
  if (lines->bad || length > (size_t)(lines->end - lines->at)) {
    lines->bad = true;
    return NULL;
  }
  lines->at += length;
  return take_word(lines, "\n") ? text : NULL;
}

/* UTF-8 without zeros, copied. */
static const char *
take_name(struct lines *lines, const char *key)
{
  size_t length;
  const char *text = take_text(lines, key, &length);

  if (!text || memchr(text, 0, length) ||
      !wd_utf8_valid((const uint8_t *)text, length)) {
    lines->bad = true;
    return "";
  }
  return wd_arena_strndup(lines->arena, text, length);
}

static enum wd_status
take_schema(struct lines *lines, const char *key, struct wd_schema *out_schema,
            struct wd_error *error)
{
  size_t length;
  const char *text = take_text(lines, key, &length);

  *out_schema = (struct wd_schema){0, NULL};
  if (!text || length == 0)
    return WD_OK;
  return wd_schema_parse(text, length, lines->arena, out_schema, error);
}

static enum wd_status
parse(struct lines *lines, struct wd_manifest *manifest, struct wd_error *error)
{
  enum wd_status status;

  take_word(lines, first_line);
  manifest->program = take_name(lines, "program");
  manifest->name = take_name(lines, "name");
  manifest->role = (enum wd_role)take_number(lines, "role", WD_ROLE_LATERAL);
  manifest->function = take_number(lines, "function", UINT32_MAX);
  manifest->state = take_number(lines, "state", UINT32_MAX);
  manifest->typed = take_number(lines, "typed", 1);
  manifest->bound = take_number(lines, "bound", 1);
  manifest->variadic = take_number(lines, "variadic", 1);
  manifest->strict = take_number(lines, "strict", 1);
  manifest->deterministic = take_number(lines, "deterministic", 1);
  status = take_schema(lines, "input", &manifest->input, error);
  if (status == WD_OK)
    status = take_schema(lines, "output", &manifest->output, error);
  if (status == WD_OK && (!manifest->program || !manifest->name))
    status = wd_fail_memory(error);
  if (status == WD_OK)
    status = wd_schema_check_carried(&manifest->input, error);
  if (status == WD_OK)
    status = wd_schema_check_carried(&manifest->output, error);
  return status;
}

static bool
makes_sense(const struct lines *lines, const struct wd_manifest *manifest)
{
  return !lines->bad && lines->at == lines->end &&
         (manifest->typed || manifest->input.count == 0) &&
         (manifest->bound || manifest->output.count == 0) &&
         (!manifest->variadic || manifest->input.count > 0);
}

enum wd_status
wd_manifest_read(const struct wd_module *module, struct wd_arena *arena,
                 bool *out_found, struct wd_manifest *out_manifest,
                 struct wd_error *error)
{
  size_t size;
  const uint8_t *bytes = wd_module_bytes(module, &size);

  return wd_manifest_parse(bytes, size, wd_module_info(module)->name, arena,
                           out_found, out_manifest, error);
}

enum wd_status
wd_manifest_parse(const uint8_t *bytes, size_t size, const char *name,
                  struct wd_arena *arena, bool *out_found,
                  struct wd_manifest *out_manifest, struct wd_error *error)
{
  struct wd_error cause = {0};
  struct wd_reader body;
  struct lines lines = {.arena = arena};
  bool last;
  enum wd_status status;

  *out_found = find_section(bytes, size, &body, &last);
  if (!*out_found)
    return WD_OK;
  if (!last || !is_whole(bytes, size, &body))
    return wd_fail(error, WD_BAD_MODULE,
                   "%s: the module was altered after it was extracted: its "
                   "hash is another one; extract it again",
                   name);
  lines.at = (const char *)body.at;
  lines.end = (const char *)body.end - HASH_LINE;
  *out_manifest = (struct wd_manifest){0};
  status = parse(&lines, out_manifest, &cause);
  if (status == WD_OK && makes_sense(&lines, out_manifest))
    return WD_OK;
  if (status == WD_NO_MEMORY)
    return wd_error_pass(error, &cause);
  return wd_fail(error, WD_BAD_MODULE,
                 "%s: the manifest cannot be read%s%s; was it written by "
                 "another version?",
                 name, cause.message[0] ? ": " : "", cause.message);
}
