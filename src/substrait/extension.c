/* The functions that a plan declares, and what calls of them are given. */
#include <stdlib.h>
#include <string.h>

#include "substrait/translate.h"

static int
compare_anchors(const void *left, const void *right)
{
  const struct extension *a = left, *b = right;

  return (a->anchor > b->anchor) - (a->anchor < b->anchor);
}

/* The text of a URN or URI with an anchor; NULL: there is none. */
static const struct wd_value *
find_text(const struct wd_message *plan, uint32_t list, uint32_t anchor_field,
          uint32_t text_field, int64_t anchor)
{
  for (const struct wd_value *value = wd_message_find(plan, list); value;
       value = wd_value_next(value))
    if (wd_message_integer(value->message, anchor_field) == anchor)
      return wd_message_find(value->message, text_field);
  return NULL;
}

static bool
ends_with(const char *text, const char *end)
{
  size_t a = strlen(text), b = strlen(end);

  return a >= b && strcmp(text + a - b, end) == 0;
}

/* `functions_x` of `extension:io.substrait:functions_x`, of
 * `/functions_x.yaml` and of the standard's address of it. Another text stays
 * as it is: none of its functions is known. */
static enum wd_status
name_extension(const struct translator *t, const struct wd_value *value,
               struct extension *extension)
{
  static const char urn[] = "extension:io.substrait:";
  static const char ours[] = "extension:org.wasidata:functions";
  static const char lambdas[] = "extension:org.wasidata:lambdas";
  const char *text, *slash;
  char *name;
  enum wd_status status = wd__text(t, value, &text);

  if (status != WD_OK)
    return status;
  slash = strrchr(text, '/');
  extension->ours = strcmp(text, ours) == 0;
  extension->lambda = strcmp(text, lambdas) == 0;
  extension->extension = text;
  if (strncmp(text, urn, sizeof urn - 1) == 0)
    extension->extension = text + sizeof urn - 1;
  else if (ends_with(text, ".yaml") &&
           (!slash || slash == text || strstr(text, "substrait-io/substrait")))
    extension->extension = slash ? slash + 1 : text;
  if (!ends_with(extension->extension, ".yaml"))
    return WD_OK;
  name = wd_arena_strdup(t->arena, extension->extension);
  if (!name)
    return wd_fail_memory(t->error);
  name[strlen(name) - 5] = '\0';
  extension->extension = name;
  return WD_OK;
}

/* In which extension a function is, if the plan says so. */
static enum wd_status
place(const struct translator *t, const struct wd_message *function,
      struct extension *extension)
{
  const struct wd_value *urn = wd_message_find(
      function,
      WD_SS_SimpleExtensionDeclaration_ExtensionFunction_extension_urn_reference);
  const struct wd_value *uri = wd_message_find(
      function,
      WD_SS_SimpleExtensionDeclaration_ExtensionFunction_extension_uri_reference);
  bool urns = wd_message_find(t->plan, WD_SS_Plan_extension_urns);
  bool uris = wd_message_find(t->plan, WD_SS_Plan_extension_uris);
  const struct wd_value *text = NULL;

  /* DataFusion refers to none by the largest number. */
  if (!urns && !uris && (!urn || urn->natural == UINT32_MAX) && !uri)
    return WD_OK;
  if (urns)
    text = find_text(t->plan, WD_SS_Plan_extension_urns,
                     WD_SS_SimpleExtensionURN_extension_urn_anchor,
                     WD_SS_SimpleExtensionURN_urn, urn ? urn->integer : 0);
  if (!text && uris)
    text = find_text(t->plan, WD_SS_Plan_extension_uris,
                     WD_SS_SimpleExtensionURI_extension_uri_anchor,
                     WD_SS_SimpleExtensionURI_uri, uri ? uri->integer : 0);
  if (!text)
    return wd_message_fail(function, WD_INVALID_PLAN, t->error,
                           "the plan does not declare the extension that this "
                           "function refers to");
  return name_extension(t, text, extension);
}

static enum wd_status
read_one(const struct translator *t, const struct wd_message *function,
         struct extension *extension)
{
  const struct wd_value *name = wd_message_find(
      function, WD_SS_SimpleExtensionDeclaration_ExtensionFunction_name);
  char *colon;
  enum wd_status status;

  if (!name)
    return wd__missing(t, function, "the name");
  extension->anchor = (uint32_t)wd_message_integer(
      function,
      WD_SS_SimpleExtensionDeclaration_ExtensionFunction_function_anchor);
  status = wd__text(t, name, &extension->name);
  if (status != WD_OK)
    return status;
  colon = strchr(extension->name, ':');
  if (colon)
    *colon = '\0';
  return place(t, function, extension);
}

static enum wd_status
check_anchors(const struct translator *t)
{
  for (uint32_t i = 1; i < t->extension_count; i++)
    if (t->extensions[i].anchor == t->extensions[i - 1].anchor)
      return wd_fail(t->error, WD_INVALID_PLAN,
                     "extensions: two functions have the anchor %u",
                     t->extensions[i].anchor);
  return WD_OK;
}

enum wd_status
wd__read_extensions(struct translator *t)
{
  uint32_t count = wd_message_count(t->plan, WD_SS_Plan_extensions);
  enum wd_status status = WD_OK;

  t->extensions = wd_arena_array(t->arena, count, sizeof *t->extensions);
  if (!t->extensions)
    return wd_fail_memory(t->error);
  for (const struct wd_value *value =
           wd_message_find(t->plan, WD_SS_Plan_extensions);
       value && status == WD_OK; value = wd_value_next(value)) {
    const struct wd_message *function = wd_message_sub(
        value->message, WD_SS_SimpleExtensionDeclaration_extension_function);

    if (function)
      status = read_one(t, function, &t->extensions[t->extension_count++]);
  }
  if (status != WD_OK)
    return status;
  t->bare = !wd_message_find(t->plan, WD_SS_Plan_extension_urns) &&
            !wd_message_find(t->plan, WD_SS_Plan_extension_uris);
  if (t->extension_count)
    qsort(t->extensions, t->extension_count, sizeof *t->extensions,
          compare_anchors);
  return check_anchors(t);
}

enum wd_status
wd__find_extension(const struct translator *t, const struct wd_message *where,
                   int64_t anchor, const struct extension **out)
{
  struct extension key = {.anchor = (uint32_t)anchor};

  *out = t->extension_count ? bsearch(&key, t->extensions, t->extension_count,
                                      sizeof *t->extensions, compare_anchors)
                            : NULL;
  if (*out)
    return WD_OK;
  return wd_message_fail(where, WD_INVALID_PLAN, t->error,
                         "the plan does not declare the function %lld",
                         (long long)anchor);
}

static enum wd_status
read_argument(struct translator *t, const struct view *view,
              const struct wd_message *argument, struct arguments *out)
{
  const struct wd_value *kind = argument->values;

  if (!kind)
    return wd__missing(t, argument, "the argument");
  switch (kind->field->number) {
  case WD_SS_FunctionArgument_enum:
    return wd__text(t, kind, &out->enums[out->count]);
  case WD_SS_FunctionArgument_value:
    return wd__expression(t, view, kind->message, &out->values[out->count]);
  default:
    return wd__unsupported(t, argument, "a type as an argument");
  }
}

/* The older form: expressions, among which enumerations are. */
static enum wd_status
read_old_argument(struct translator *t, const struct view *view,
                  const struct wd_message *expression, struct arguments *out)
{
  const struct wd_message *word =
      wd_message_sub(expression, WD_SS_Expression_enum);
  const struct wd_value *specified =
      word ? wd_message_find(word, WD_SS_Expression_Enum_specified) : NULL;

  if (specified)
    return wd__text(t, specified, &out->enums[out->count]);
  if (word)
    return wd__unsupported(t, word, "an option that is not specified");
  return wd__expression(t, view, expression, &out->values[out->count]);
}

enum wd_status
wd__arguments(struct translator *t, const struct view *view,
              const struct wd_message *call, uint32_t field, uint32_t old_field,
              struct arguments *out)
{
  bool old = !wd_message_find(call, field);
  uint32_t number = old ? old_field : field;
  uint32_t count = wd_message_count(call, number);
  enum wd_status status = WD_OK;

  *out = (struct arguments){
      .values = wd_arena_array(t->arena, count, sizeof *out->values),
      .enums = wd_arena_array(t->arena, count, sizeof *out->enums)};
  if (!out->values || !out->enums)
    return wd_fail_memory(t->error);
  if (!old && old_field && wd_message_find(call, old_field))
    return wd_message_fail(call, WD_INVALID_PLAN, t->error,
                           "both arguments and args are there");
  for (const struct wd_value *value = wd_message_find(call, number);
       value && status == WD_OK; value = wd_value_next(value)) {
    status = old ? read_old_argument(t, view, value->message, out)
                 : read_argument(t, view, value->message, out);
    out->count++;
  }
  return status;
}
