#include "io/grant.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "io/format.h"
#include "io/location.h"
#include "io/show.h"

#define FORMATS "text, csv, tsv, jsonl, parquet, arrow"
#define NAMES_SHOWN 12

/* Tables or sinks of a set. */
struct list {
  enum wd_direction direction;
  struct wd_grant **grants;
  uint32_t *count;
  uint32_t *capacity;
};

/* A grant on its way into a list. */
struct draft {
  struct wd_arena *arena;
  enum wd_direction direction;
  struct wd_grant grant;
  struct wd_grant_option *options;
  const char *format; /* the options' values */
  const char *credentials;
};

static const char *
noun(enum wd_direction direction)
{
  return direction == WD_SINK ? "sink" : "table";
}

void
wd_grants_init(struct wd_grants *grants, struct wd_mem *mem)
{
  *grants = (struct wd_grants){0};
  wd_arena_init(&grants->arena, mem, 0);
}

void
wd_grants_fini(struct wd_grants *grants)
{
  struct wd_mem *mem = grants->arena.mem;

  wd_arena_fini(&grants->arena);
  wd_grants_init(grants, mem);
}

const char *
wd_grant_option(const struct wd_grant *grant, const char *name)
{
  for (uint32_t i = 0; i < grant->option_count; i++) {
    if (strcmp(grant->options[i].name, name) == 0)
      return grant->options[i].value;
  }
  return NULL;
}

static const struct wd_grant *
find(const struct wd_grant *grants, uint32_t count, const char *name,
     size_t length)
{
  for (uint32_t i = 0; i < count; i++) {
    if (strlen(grants[i].name) == length &&
        memcmp(grants[i].name, name, length) == 0)
      return &grants[i];
  }
  return NULL;
}

/* Names appear in messages and in SQL: visible UTF-8. */
static enum wd_status
check_name(const char *name, struct wd_error *error)
{
  struct wd_shown shown;

  if (*name == '\0')
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "the name is empty: write NAME=LOCATION");
  if (!wd_utf8_valid((const uint8_t *)name, strlen(name)))
    return wd_fail(error, WD_INVALID_ARGUMENT, "name '%s' is not UTF-8",
                   wd_show(&shown, name));
  for (const char *at = name; *at; at++) {
    if ((unsigned char)*at < ' ' || *at == 0x7f)
      return wd_fail(error, WD_INVALID_ARGUMENT,
                     "name '%s' holds a control character",
                     wd_show(&shown, name));
  }
  return WD_OK;
}

/* The end of a group in round brackets that a text begins with; the text
 * itself when it begins with none or the group does not end. */
static const char *
skip_group(const char *text)
{
  int depth = 0;

  for (const char *at = text; *at; at++) {
    depth += (*at == '(') - (*at == ')');
    if (depth == 0)
      return at == text ? text : at + 1;
  }
  return text;
}

/* Takes what precedes the next single comma off *at; a doubled comma becomes
 * one, and commas in brackets after `option=` are plain. */
static char *
take_part(const char **at, bool is_option, struct wd_arena *arena)
{
  const char *from = *at;
  char *part = wd_arena_alloc(arena, strlen(from) + 1);
  char *to = part;
  bool in_name = is_option;

  if (!part)
    return NULL;
  while (*from) {
    if (*from == ',') {
      if (from[1] != ',')
        break;
      from++;
    }
    *to++ = *from;
    if (*from++ == '=' && in_name) {
      const char *end = skip_group(from);

      in_name = false;
      memcpy(to, from, (size_t)(end - from));
      to += end - from;
      from = end;
    }
  }
  *to = '\0';
  *at = *from ? from + 1 : NULL;
  return part;
}

/* Where the value of an option goes that is not the format's; NULL: it is. */
static const char **
own_option(struct draft *draft, const char *name)
{
  if (strcmp(name, "format") == 0)
    return &draft->format;
  if (strcmp(name, "credentials") == 0 && draft->grant.remote)
    return &draft->credentials;
  return NULL;
}

/* Splits `name=value` in place. */
static enum wd_status
add_option(struct draft *draft, char *part, struct wd_error *error)
{
  char *equals = strchr(part, '=');
  const char **own;
  struct wd_shown shown;

  if (!equals || equals == part)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "'%s' is no option: write option=value, and a comma in a "
                   "path twice",
                   wd_show(&shown, part));
  *equals = '\0';
  own = own_option(draft, part);
  if (own && !*own) {
    *own = equals + 1;
    return WD_OK;
  }
  draft->grant.options = draft->options;
  if (own || wd_grant_option(&draft->grant, part))
    return wd_fail(error, WD_INVALID_ARGUMENT, "option '%s' is given twice",
                   wd_show(&shown, part));
  draft->options[draft->grant.option_count++] =
      (struct wd_grant_option){part, equals + 1};
  return WD_OK;
}

static enum wd_status
parse_options(struct draft *draft, const char *at, struct wd_error *error)
{
  size_t most = 3; /* the first, and what an ending means */
  enum wd_status status = WD_OK;

  for (const char *c = at; c && *c; c++)
    most += *c == ',';
  draft->options = wd_arena_array(draft->arena, most, sizeof *draft->options);
  if (!draft->options)
    return wd_fail_memory(error);
  draft->grant.options = draft->options;
  while (at && status == WD_OK) {
    char *part = take_part(&at, true, draft->arena);

    if (!part)
      return wd_fail_memory(error);
    status = add_option(draft, part, error);
  }
  return status;
}

static enum wd_status
check_compression(const struct draft *draft, struct wd_error *error)
{
  const char *path = draft->grant.location;
  const char *compression = wd_format_compression(path);
  struct wd_shown shown;

  if (!compression)
    return WD_OK;
  if (draft->direction == WD_SINK &&
      wd_format_writes(draft->grant.format, compression))
    return WD_OK;
  if (draft->direction == WD_SINK)
    return wd_fail(error, WD_UNSUPPORTED,
                   "'%s': %s sinks are not compressed by %s: csv and jsonl "
                   "may end in .gz and .zst, parquet has the option "
                   "compression",
                   wd_show(&shown, path), wd_format_name(draft->grant.format),
                   compression);
  if (wd_format_reads(draft->grant.format, compression))
    return WD_OK;
  return wd_fail(error, WD_UNSUPPORTED,
                 "'%s': %s files compressed by %s are not read in this "
                 "version: unpack them (csv and jsonl may be .gz and .zst)",
                 wd_show(&shown, path), wd_format_name(draft->grant.format),
                 compression);
}

/* Where it is, and who it is read for. */
static enum wd_status
take_location(struct draft *draft, const char *location, struct wd_error *error)
{
  draft->grant.remote =
      draft->direction == WD_TABLE && wd_location_is_remote(location);
  if (!draft->grant.remote)
    return wd_location_path(location, draft->arena, &draft->grant.location,
                            error);
  draft->grant.location = location;
  return wd_location_check_remote(location, error);
}

static enum wd_status
check_credentials(struct draft *draft, struct wd_error *error)
{
  struct wd_shown shown;

  draft->grant.credentials = draft->credentials != NULL;
  if (!draft->credentials || strcmp(draft->credentials, "env") == 0)
    return WD_OK;
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "option credentials cannot be '%s': it is env, those of the "
                 "environment",
                 wd_show(&shown, draft->credentials));
}

/* What is read by JDBC says which table. */
static enum wd_status
check_jdbc(struct draft *draft, struct wd_error *error)
{
  draft->grant.format = WD_FORMAT_JDBC;
  if (draft->format)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "what is read by JDBC has no option format");
  if (wd_grant_option(&draft->grant, "table"))
    return WD_OK;
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "what is read by JDBC needs the option table, a table of that "
                 "database");
}

static enum wd_status
choose_format(struct draft *draft, struct wd_error *error)
{
  const char *path = draft->grant.location;
  struct wd_shown shown;

  if (draft->grant.remote && wd_location_is_jdbc(path))
    return check_jdbc(draft, error);
  if (draft->format) {
    draft->grant.format = wd_format_of(draft->format);
    if (draft->grant.format == WD_FORMAT_UNKNOWN)
      return wd_fail(error, WD_INVALID_ARGUMENT,
                     "format '%s' is not known: one of " FORMATS,
                     wd_show(&shown, draft->format));
  } else {
    draft->grant.format = wd_format_of_path(path);
    if (draft->grant.format == WD_FORMAT_UNKNOWN)
      return wd_fail(error, WD_INVALID_ARGUMENT,
                     "'%s' does not tell its format by its ending: add "
                     ",format= and one of " FORMATS,
                     wd_show(&shown, path));
  }
  if (draft->direction == WD_SINK && draft->grant.format == WD_FORMAT_TEXT)
    return wd_fail(error, WD_UNSUPPORTED,
                   "a sink cannot be text in this version: use one of csv, "
                   "tsv, jsonl, parquet, arrow");
  return check_compression(draft, error);
}

/* Adds an option, unless it was given. */
static void
imply(struct draft *draft, const char *name, const char *value)
{
  if (!wd_grant_option(&draft->grant, name))
    draft->options[draft->grant.option_count++] =
        (struct wd_grant_option){name, value};
}

/* What the ending of a sink's location means beyond the format. */
static void
imply_of_sink(struct draft *draft)
{
  const char *path = draft->grant.location;
  const char *compression = wd_format_compression(path);

  if (compression)
    imply(draft, "compression",
          wd_format_writes(draft->grant.format, compression));
  if (draft->grant.format == WD_FORMAT_ARROW && wd_format_path_streams(path))
    imply(draft, "container", "stream");
}

/* Options to their plain values, and what the format's name implies. */
static enum wd_status
check_options(struct draft *draft, struct wd_error *error)
{
  bool tabs = draft->format ? wd_format_name_tabs(draft->format)
                            : wd_format_path_tabs(draft->grant.location);

  for (uint32_t i = 0; i < draft->grant.option_count; i++) {
    struct wd_grant_option *option = &draft->options[i];
    enum wd_status status =
        wd_format_option(draft->grant.format, draft->direction, option->name,
                         option->value, draft->arena, &option->value, error);

    if (status != WD_OK)
      return status;
  }
  if (tabs)
    imply(draft, "delimiter", "\t");
  if (draft->direction == WD_SINK)
    imply_of_sink(draft);
  return WD_OK;
}

/* What follows the first '='. */
static enum wd_status
parse_place(struct draft *draft, const char *text, struct wd_error *error)
{
  char *location = take_part(&text, false, draft->arena);
  enum wd_status status;

  if (!location)
    return wd_fail_memory(error);
  status = take_location(draft, location, error);
  if (status == WD_OK)
    status = parse_options(draft, text, error);
  if (status == WD_OK)
    status = check_credentials(draft, error);
  if (status == WD_OK)
    status = choose_format(draft, error);
  if (status == WD_OK)
    status = check_options(draft, error);
  return status;
}

static enum wd_status
push(struct wd_arena *arena, const struct list *list,
     const struct wd_grant *grant, struct wd_error *error)
{
  if (*list->count == *list->capacity) {
    uint32_t capacity = *list->capacity ? *list->capacity * 2 : 8;
    struct wd_grant *moved = wd_arena_array(arena, capacity, sizeof *moved);

    if (!moved)
      return wd_fail_memory(error);
    if (*list->count)
      memcpy(moved, *list->grants, *list->count * sizeof *moved);
    *list->grants = moved;
    *list->capacity = capacity;
  }
  (*list->grants)[(*list->count)++] = *grant;
  return WD_OK;
}

static enum wd_status
add(struct wd_grants *grants, const struct list *list, const char *text,
    struct wd_error *error)
{
  struct draft draft = {.arena = &grants->arena, .direction = list->direction};
  const char *equals = strchr(text, '=');
  struct wd_shown shown;
  enum wd_status status;

  if (!equals)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "'%s' grants no %s: write NAME=LOCATION",
                   wd_show(&shown, text), noun(list->direction));
  draft.grant.name =
      wd_arena_strndup(&grants->arena, text, (size_t)(equals - text));
  if (!draft.grant.name)
    return wd_fail_memory(error);
  status = check_name(draft.grant.name, error);
  if (status != WD_OK)
    return status;
  wd_show(&shown, draft.grant.name);
  if (find(*list->grants, *list->count, draft.grant.name,
           strlen(draft.grant.name)))
    return wd_fail(error, WD_INVALID_ARGUMENT, "%s '%s' is granted twice",
                   noun(list->direction), shown.text);
  status = parse_place(&draft, equals + 1, error);
  if (status != WD_OK) {
    if (status != WD_NO_MEMORY)
      wd_error_prefix(error, "%s '%s'", noun(list->direction), shown.text);
    return status;
  }
  return push(&grants->arena, list, &draft.grant, error);
}

enum wd_status
wd_grants_add_table(struct wd_grants *grants, const char *text,
                    struct wd_error *error)
{
  const struct list list = {WD_TABLE, &grants->tables, &grants->table_count,
                            &grants->table_capacity};

  return add(grants, &list, text, error);
}

enum wd_status
wd_grants_add_sink(struct wd_grants *grants, const char *text,
                   struct wd_error *error)
{
  const struct list list = {WD_SINK, &grants->sinks, &grants->sink_count,
                            &grants->sink_capacity};

  return add(grants, &list, text, error);
}

/* `orders, lines and 3 more`, cut to what fits. */
static void
print_names(const struct wd_grant *grants, uint32_t count, char *text,
            size_t size)
{
  struct wd_shown shown;
  size_t used = 0;
  uint32_t i;

  text[0] = '\0';
  for (i = 0; i < count && i < NAMES_SHOWN; i++) {
    size_t length = strlen(wd_show(&shown, grants[i].name));

    if (used + length + 32 > size)
      break;
    used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
                             shown.text);
  }
  if (i < count)
    snprintf(text + used, size - used, " and %u more", count - i);
}

static enum wd_status
look_up(enum wd_direction direction, const struct wd_grant *grants,
        uint32_t count, const char *name, size_t length,
        const struct wd_grant **out_grant, struct wd_error *error)
{
  struct wd_shown shown;
  char names[500];

  *out_grant = find(grants, count, name, length);
  if (*out_grant)
    return WD_OK;
  wd_show_length(&shown, name, length);
  if (count == 0)
    return wd_fail(error, WD_NOT_GRANTED,
                   "%s '%s' is not granted; no %s is (--%s %s=LOCATION grants "
                   "it)",
                   noun(direction), shown.text, noun(direction),
                   noun(direction), shown.text);
  print_names(grants, count, names, sizeof names);
  return wd_fail(error, WD_NOT_GRANTED,
                 "%s '%s' is not granted; granted: %s (--%s %s=LOCATION "
                 "grants it)",
                 noun(direction), shown.text, names, noun(direction),
                 shown.text);
}

enum wd_status
wd_grants_table(const struct wd_grants *grants, const char *name, size_t length,
                const struct wd_grant **out_grant, struct wd_error *error)
{
  return look_up(WD_TABLE, grants->tables, grants->table_count, name, length,
                 out_grant, error);
}

enum wd_status
wd_grants_sink(const struct wd_grants *grants, const char *name, size_t length,
               const struct wd_grant **out_grant, struct wd_error *error)
{
  return look_up(WD_SINK, grants->sinks, grants->sink_count, name, length,
                 out_grant, error);
}
