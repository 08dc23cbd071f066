#include "engine/granted.h"

#include <string.h>

#include "io/format.h"

const char *
wd_setting(const struct wd_settings *settings, const char *name)
{
  const char *value = wd_grant_option(settings->grant, name);

  for (uint32_t i = 0; !value && i < settings->count; i++)
    if (strcmp(settings->options[i].name, name) == 0)
      value = settings->options[i].value;
  return value;
}

static enum wd_status
check_format(const struct wd_grant *grant, const char *value,
             struct wd_error *error)
{
  if (wd_format_of(value) == grant->format)
    return WD_OK;
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "table '%s' is granted as %s; it cannot be read as '%s'",
                 grant->name, wd_format_name(grant->format), value);
}

enum wd_status
wd_settings_make(const struct wd_grant *grant, const struct wd_option *options,
                 uint32_t count, struct wd_arena *arena,
                 struct wd_settings *out_settings, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  *out_settings = (struct wd_settings){grant, 0, NULL};
  out_settings->options =
      wd_arena_array(arena, count, sizeof *out_settings->options);
  if (!out_settings->options)
    return wd_fail_memory(error);
  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    struct wd_grant_option *option =
        &out_settings->options[out_settings->count];

    if (strcmp(options[i].name, "format") == 0) {
      status = check_format(grant, options[i].value, error);
      continue;
    }
    option->name = options[i].name;
    status = wd_format_option(grant->format, WD_TABLE, options[i].name,
                              options[i].value, arena, &option->value, error);
    out_settings->count++;
  }
  return status;
}

enum wd_status
wd_text_schema(struct wd_arena *arena, struct wd_schema *out_schema,
               struct wd_error *error)
{
  struct wd_column *column = wd_arena_alloc(arena, sizeof *column);

  if (!column)
    return wd_fail_memory(error);
  *column =
      (struct wd_column){.name = "line", .type = wd_type_of(WD_TYPE_STRING)};
  *out_schema = (struct wd_schema){1, column};
  return WD_OK;
}
