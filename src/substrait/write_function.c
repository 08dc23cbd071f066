/* Which function of which extension a call is: the standard's, when it
 * declares one for these kinds of arguments, else ours. */
#include <stdio.h>
#include <string.h>

#include "substrait/standard.h"
#include "substrait/writer.h"

/* Longest name of a function with the kinds of its arguments. */
#define NAME_MAX_BYTES 400

#define ARGUMENTS_MAX 32u

/* The functions of the standard (scripts/substrait-functions). */
static const struct {
  const char *extension;
  const char *name;
  const char *forms;
} standard[] = {
#define X(extension, name, forms) {extension, name, forms},
#include "substrait/standard.inc"
#undef X
};

static bool
is_kind(const char *kind, size_t length, const char *given)
{
  return (length == 3 && memcmp(kind, "any", 3) == 0) ||
         (strlen(given) == length && memcmp(kind, given, length) == 0);
}

/* Whether the kinds `i64_any` (`bool*`: any number of the last one), `length`
 * long, are those of the arguments. */
static bool
matches(const char *form, size_t length, uint32_t count,
        const char *const *kinds)
{
  bool many = length && form[length - 1] == '*';
  const char *at = form, *end = form + length - many, *last = NULL;
  size_t last_length = 0;
  uint32_t i = 0;

  for (; at < end && i < count; i++) {
    const char *stop = memchr(at, '_', (size_t)(end - at));

    last = at;
    last_length = (size_t)((stop ? stop : end) - at);
    if (!is_kind(last, last_length, kinds[i]))
      return false;
    at = stop ? stop + 1 : end;
  }
  if (at < end)
    return false;
  for (; many && i < count && is_kind(last, last_length, kinds[i]); i++)
    continue;
  return i == count;
}

/* The form among `i8_i8,i16_i16;overflow fp32_fp32` that the arguments have. */
static bool
find_kinds(const char *forms, uint32_t count, const char *const *kinds,
           const char **out_form, size_t *out_length, const char **out_options,
           size_t *out_options_length)
{
  const char *group = forms;

  while (group) {
    const char *next = strchr(group, ' ');
    size_t length = next ? (size_t)(next - group) : strlen(group);
    const char *options = memchr(group, ';', length);
    const char *end = options ? options : group + length, *at = group;

    *out_options = options ? options + 1 : "";
    *out_options_length = options ? (size_t)(group + length - *out_options) : 0;
    do {
      const char *stop = memchr(at, ',', (size_t)(end - at));

      *out_form = at;
      *out_length = (size_t)((stop ? stop : end) - at);
      if (matches(at, *out_length, count, kinds))
        return true;
      at = stop ? stop + 1 : NULL;
    } while (at);
    group = next ? next + 1 : NULL;
  }
  return false;
}

static bool
is_of(enum form_kind kind, const char *extension, const char *wanted)
{
  static const char prefix[] = "functions_";
  size_t length = strlen(wanted);
  const char *rest = extension + sizeof prefix - 1;

  if (kind == FORM_AGGREGATE)
    return wd__is_aggregate_extension(extension);
  return strncmp(rest, wanted, length) == 0 &&
         (rest[length] == '\0' || strcmp(rest + length, "_decimal") == 0);
}

static void
declare_ours(struct writer *w, const char *urn, const char *name,
             uint32_t count, const char *const *kinds, struct form *out)
{
  char text[NAME_MAX_BYTES];
  size_t used = (size_t)snprintf(text, sizeof text, "%s:", name);

  for (uint32_t i = 0; i < count && used + 16 < sizeof text; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
                             i ? "_" : "", kinds[i]);
  *out = (struct form){wd__declare_function(w, urn, text), ""};
}

void
wd__find_form(struct writer *w, enum form_kind kind, const char *name,
              const char *extension, uint32_t count, const char *const *kinds,
              struct form *out)
{
  for (size_t i = 0; i < sizeof standard / sizeof *standard; i++) {
    const char *form, *options;
    size_t length, options_length;
    char urn[96], text[NAME_MAX_BYTES];

    if (strcmp(standard[i].name, name) != 0 ||
        !is_of(kind, standard[i].extension, extension) ||
        !find_kinds(standard[i].forms, count, kinds, &form, &length, &options,
                    &options_length))
      continue;
    if (length && form[length - 1] == '*')
      length--;
    snprintf(urn, sizeof urn, WD_URN_STANDARD "%s", standard[i].extension);
    snprintf(text, sizeof text, "%s:%.*s", name, (int)length, form);
    out->anchor = wd__declare_function(w, urn, text);
    out->options = wd_arena_strndup(w->arena, options, options_length);
    if (!out->options)
      wd__write_fail(w, WD_NO_MEMORY, "memory");
    return;
  }
  declare_ours(w, WD_URN_OURS, name, count, kinds, out);
}

uint32_t
wd__declare_lambda(struct writer *w, const struct lambda_use *use)
{
  const char *kinds[ARGUMENTS_MAX];
  const uint8_t *hash = wd__write_use(w, use);
  const struct wd_schema *arguments = use->arguments;
  uint32_t count =
      arguments->count < ARGUMENTS_MAX ? arguments->count : ARGUMENTS_MAX;
  struct wd_hash copy;
  struct form form;
  char name[80] = "sha256-";

  if (!hash)
    return 0;
  memcpy(copy.bytes, hash, sizeof copy.bytes);
  wd_hash_text(&copy, name + strlen(name));
  for (uint32_t i = 0; i < count; i++)
    kinds[i] = wd__type_kind(&arguments->columns[i].type);
  declare_ours(w, WD_URN_LAMBDAS, name, count, kinds, &form);
  return form.anchor;
}

void
wd__write_option(struct writer *w, uint32_t field, const char *name,
                 const char *value)
{
  size_t option = wd_wire_begin(w->buf, field);

  wd_wire_text(w->buf, WD_SS_FunctionOption_name, name);
  wd_wire_text(w->buf, WD_SS_FunctionOption_preference, value);
  wd_wire_end(w->buf, option);
}

void
wd__write_options(struct writer *w, uint32_t field, const struct form *form,
                  const char *name, bool whole)
{
  const char *at = form->options;

  while (at && *at && w->status == WD_OK) {
    const char *stop = strchr(at, ',');
    size_t length = stop ? (size_t)(stop - at) : strlen(at);
    char option[64];
    const char *value;

    snprintf(option, sizeof option, "%.*s", (int)length, at);
    value = wd__option_done(name, option);
    /* What becomes of numbers without a limit is no matter of whole ones. */
    if (value && !(whole && strcmp(option, "overflow") != 0))
      wd__write_option(w, field, option, value);
    at = stop ? stop + 1 : NULL;
  }
}
