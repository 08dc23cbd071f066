#include "io/format.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "arrow/type.h"
#include "base/utf8.h"
#include "io/show.h"

const char *
wd_format_name(enum wd_format format)
{
  switch (format) {
  case WD_FORMAT_TEXT:
    return "text";
  case WD_FORMAT_CSV:
    return "csv";
  case WD_FORMAT_JSONL:
    return "jsonl";
  case WD_FORMAT_PARQUET:
    return "parquet";
  case WD_FORMAT_ARROW:
    return "arrow";
  case WD_FORMAT_JDBC:
    return "jdbc";
  case WD_FORMAT_UNKNOWN:
    break;
  }
  return "unknown";
}

/* Each is a name and an ending. */
static const struct {
  const char *name;
  enum wd_format format;
} names[] = {
    {"text", WD_FORMAT_TEXT},   {"txt", WD_FORMAT_TEXT},
    {"csv", WD_FORMAT_CSV},     {"tsv", WD_FORMAT_CSV},
    {"jsonl", WD_FORMAT_JSONL}, {"ndjson", WD_FORMAT_JSONL},
    {"json", WD_FORMAT_JSONL},  {"parquet", WD_FORMAT_PARQUET},
    {"arrow", WD_FORMAT_ARROW}, {"arrows", WD_FORMAT_ARROW},
};

static const char *const compressions[] = {"gz", "zst", "bz2", "xz", "zip"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool
equal(const char *word, const char *text, size_t length)
{
  return strlen(word) == length && strncasecmp(word, text, length) == 0;
}

static enum wd_format
find_name(const char *text, size_t length)
{
  for (size_t i = 0; i < COUNT(names); i++) {
    if (equal(names[i].name, text, length))
      return names[i].format;
  }
  return WD_FORMAT_UNKNOWN;
}

enum wd_format
wd_format_of(const char *name)
{
  return find_name(name, strlen(name));
}

/* The ending of text[0..length): what follows the last point of the last part
 * of the path, if something precedes the point. */
static const char *
find_ending(const char *path, size_t length, size_t *out_length)
{
  for (size_t i = length; i > 1 && path[i - 1] != '/'; i--) {
    if (path[i - 1] == '.' && path[i - 2] != '/') {
      *out_length = length - i;
      return path + i;
    }
  }
  return NULL;
}

static size_t
length_of(const char *path)
{
  size_t length = strlen(path);

  while (length > 1 && path[length - 1] == '/')
    length--;
  return length;
}

static const char *
compression_of(const char *path, size_t length)
{
  size_t ending_length;
  const char *ending = find_ending(path, length, &ending_length);

  for (size_t i = 0; ending && i < COUNT(compressions); i++) {
    if (equal(compressions[i], ending, ending_length))
      return compressions[i];
  }
  return NULL;
}

const char *
wd_format_compression(const char *path)
{
  return compression_of(path, length_of(path));
}

/* The ending that tells the format, without one of compression. */
static const char *
format_ending(const char *path, size_t *out_length)
{
  size_t length = length_of(path);
  const char *compression = compression_of(path, length);

  if (compression)
    length -= strlen(compression) + 1;
  return find_ending(path, length, out_length);
}

enum wd_format
wd_format_of_path(const char *path)
{
  size_t length;
  const char *ending = format_ending(path, &length);

  return ending ? find_name(ending, length) : WD_FORMAT_UNKNOWN;
}

const char *
wd_format_writes(enum wd_format format, const char *compression)
{
  if (format != WD_FORMAT_CSV && format != WD_FORMAT_JSONL)
    return NULL;
  return strcmp(compression, "gz") == 0    ? "gzip"
         : strcmp(compression, "zst") == 0 ? "zstd"
                                           : NULL;
}

bool
wd_format_reads(enum wd_format format, const char *compression)
{
  return wd_format_writes(format, compression) != NULL;
}

bool
wd_format_path_streams(const char *path)
{
  size_t length;
  const char *ending = find_ending(path, length_of(path), &length);

  return ending && equal("arrows", ending, length);
}

bool
wd_format_name_tabs(const char *name)
{
  return equal("tsv", name, strlen(name));
}

bool
wd_format_path_tabs(const char *path)
{
  size_t length;
  const char *ending = format_ending(path, &length);

  return ending && equal("tsv", ending, length);
}

/* What is being checked. */
struct option {
  enum wd_direction direction;
  const char *name;
  const char *value;
  struct wd_arena *arena;
};

typedef enum wd_status
check_option(const struct option *option, const char **out_value,
             struct wd_error *error);

static enum wd_status
refuse(const struct option *option, const char *may_be, struct wd_error *error)
{
  struct wd_shown value;

  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "option %s cannot be '%s': it is %s", option->name,
                 wd_show(&value, option->value), may_be);
}

static enum wd_status
check_header(const struct option *option, const char **out_value,
             struct wd_error *error)
{
  bool table = option->direction == WD_TABLE;

  if (strcmp(option->value, "true") == 0)
    *out_value = "true";
  else if (strcmp(option->value, "false") == 0)
    *out_value = "false";
  else if (table && strcmp(option->value, "auto") == 0)
    *out_value = "auto";
  else
    return refuse(option, table ? "true, false or auto" : "true or false",
                  error);
  return WD_OK;
}

static enum wd_status
check_boolean(const struct option *option, const char **out_value,
              struct wd_error *error)
{
  bool truth = strcmp(option->value, "true") == 0;

  if (!truth && strcmp(option->value, "false") != 0)
    return refuse(option, "true or false", error);
  *out_value = truth ? "true" : "false";
  return WD_OK;
}

static enum wd_status
check_delimiter(const struct option *option, const char **out_value,
                struct wd_error *error)
{
  static const struct {
    const char *word;
    const char *plain;
  } words[] = {{"tab", "\t"},      {"\\t", "\t"}, {"comma", ","},
               {"semicolon", ";"}, {"pipe", "|"}, {"space", " "}};
  size_t length = strlen(option->value);

  for (size_t i = 0; i < COUNT(words); i++) {
    if (strcmp(option->value, words[i].word) == 0) {
      *out_value = words[i].plain;
      return WD_OK;
    }
  }
  if (length == 0 || strpbrk(option->value, "\r\n\"") ||
      wd_utf8_step((const uint8_t *)option->value, length) != length)
    return refuse(
        option, "one character, or comma, tab, semicolon, pipe, space", error);
  *out_value = option->value;
  return WD_OK;
}

static enum wd_status
check_quote(const struct option *option, const char **out_value,
            struct wd_error *error)
{
  const char *value = option->value;

  if (strcmp(value, "none") == 0)
    value = "";
  if (strlen(value) > 1 || *value == '\r' || *value == '\n' || *value & 0x80)
    return refuse(option, "one ASCII character, or none", error);
  *out_value = value;
  return WD_OK;
}

static enum wd_status
check_null(const struct option *option, const char **out_value,
           struct wd_error *error)
{
  if (strpbrk(option->value, "\r\n") ||
      !wd_utf8_valid((const uint8_t *)option->value, strlen(option->value)))
    return refuse(option, "a text of one line", error);
  *out_value = option->value;
  return WD_OK;
}

/* The written form of a schema; round brackets around it are taken off. */
static enum wd_status
check_columns(const struct option *option, const char **out_value,
              struct wd_error *error)
{
  const char *text = option->value;
  size_t length = strlen(text);
  struct wd_schema schema;
  enum wd_status status;

  if (length >= 2 && text[0] == '(' && text[length - 1] == ')') {
    text++;
    length -= 2;
  }
  status = wd_schema_parse(text, length, option->arena, &schema, error);
  if (status == WD_OK)
    status = wd_schema_check_carried(&schema, error);
  if (status != WD_OK) {
    wd_error_prefix(error, "option columns");
    return status;
  }
  if (schema.count == 0)
    return refuse(option, "at least one 'name type'", error);
  *out_value = wd_arena_strndup(option->arena, text, length);
  return *out_value ? WD_OK : wd_fail_memory(error);
}

/* One of some words, which are their own plain values. */
static enum wd_status
check_word(const struct option *option, const char *const *words,
           const char *may_be, const char **out_value, struct wd_error *error)
{
  for (; *words; words++)
    if (strcasecmp(*words, option->value) == 0) {
      *out_value = *words;
      return WD_OK;
    }
  return refuse(option, may_be, error);
}

static enum wd_status
check_text_compression(const struct option *option, const char **out_value,
                       struct wd_error *error)
{
  static const char *const words[] = {"none", "gzip", "zstd", NULL};

  return check_word(option, words, "none, gzip or zstd", out_value, error);
}

static enum wd_status
check_parquet_compression(const struct option *option, const char **out_value,
                          struct wd_error *error)
{
  static const char *const words[] = {"none",    "snappy", "gzip", "zstd",
                                      "lz4_raw", "brotli", NULL};

  return check_word(option, words,
                    "none, snappy, gzip, zstd, lz4_raw or brotli", out_value,
                    error);
}

static enum wd_status
check_container(const struct option *option, const char **out_value,
                struct wd_error *error)
{
  static const char *const words[] = {"file", "stream", NULL};

  return check_word(option, words, "file or stream", out_value, error);
}

/* A number of digits, so that it is one in SQL. */
static enum wd_status
check_number(const struct option *option, uint64_t low, uint64_t high,
             const char *may_be, const char **out_value, struct wd_error *error)
{
  size_t length = strlen(option->value);
  uint64_t number = 0;

  if (length == 0 || length > 10 ||
      strspn(option->value, "0123456789") != length)
    return refuse(option, may_be, error);
  for (size_t i = 0; i < length; i++)
    number = number * 10 + (uint64_t)(option->value[i] - '0');
  if (number < low || number > high)
    return refuse(option, may_be, error);
  *out_value = option->value;
  return WD_OK;
}

static enum wd_status
check_level(const struct option *option, const char **out_value,
            struct wd_error *error)
{
  return check_number(option, 1, 22, "a number from 1 to 22, of zstd",
                      out_value, error);
}

static enum wd_status
check_row_group(const struct option *option, const char **out_value,
                struct wd_error *error)
{
  return check_number(option, 1, 1000000000,
                      "a number of rows from 1 to 1000000000", out_value,
                      error);
}

/* In the order in which messages list them. */
static const struct {
  enum wd_format format;
  const char *name;
  check_option *check;
  bool table;
  bool sink;
} options[] = {
    {WD_FORMAT_CSV, "header", check_header, true, true},
    {WD_FORMAT_CSV, "delimiter", check_delimiter, true, true},
    {WD_FORMAT_CSV, "quote", check_quote, true, true},
    {WD_FORMAT_CSV, "escape", check_quote, true, true},
    {WD_FORMAT_CSV, "null", check_null, true, true},
    {WD_FORMAT_CSV, "quoted-null", check_boolean, true, false},
    {WD_FORMAT_CSV, "columns", check_columns, true, false},
    {WD_FORMAT_CSV, "compression", check_text_compression, false, true},
    {WD_FORMAT_JSONL, "columns", check_columns, true, false},
    {WD_FORMAT_JSONL, "compression", check_text_compression, false, true},
    {WD_FORMAT_PARQUET, "compression", check_parquet_compression, false, true},
    {WD_FORMAT_PARQUET, "compression_level", check_level, false, true},
    {WD_FORMAT_PARQUET, "row_group_size", check_row_group, false, true},
    {WD_FORMAT_ARROW, "container", check_container, false, true},
    {WD_FORMAT_JDBC, "table", check_null, true, false},
    {WD_FORMAT_JDBC, "driver", check_null, true, false},
};

static bool
has_option(size_t i, enum wd_format format, enum wd_direction direction)
{
  return options[i].format == format &&
         (direction == WD_SINK ? options[i].sink : options[i].table);
}

static enum wd_status
refuse_unknown(enum wd_format format, enum wd_direction direction,
               const char *name, struct wd_error *error)
{
  const char *what = direction == WD_SINK ? "sink" : "table";
  char list[160] = "format";
  bool some = false;
  struct wd_shown shown;

  for (size_t i = 0; i < COUNT(options); i++)
    if (has_option(i, format, direction)) {
      size_t length = strlen(list);

      snprintf(list + length, sizeof list - length, ", %s", options[i].name);
      some = true;
    }
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "a %s %s has no option '%s': it has %s%s",
                 wd_format_name(format), what, wd_show(&shown, name),
                 some ? "" : "none but ", list);
}

enum wd_status
wd_format_option(enum wd_format format, enum wd_direction direction,
                 const char *name, const char *value, struct wd_arena *arena,
                 const char **out_value, struct wd_error *error)
{
  const struct option option = {direction, name, value, arena};

  for (size_t i = 0; i < COUNT(options); i++)
    if (has_option(i, format, direction) && strcmp(options[i].name, name) == 0)
      return options[i].check(&option, out_value, error);
  return refuse_unknown(format, direction, name, error);
}
