/* Looking into messages, and saying where something stands. */
#include <stdio.h>
#include <string.h>

#include "substrait/proto.h"

#ifdef __clang_analyzer__
#undef wd_message_fail
#endif

/* Most bytes of a path: messages may be nested deeply. */
#define PATH_MAX_BYTES 65536u

/* What of a path is shown: its beginning and its end. */
#define PATH_HEAD 160
#define PATH_TAIL 160

const struct wd_value *
wd_message_find(const struct wd_message *message, uint32_t number)
{
  const struct wd_value *value = message->values;

  while (value && value->field->number != number)
    value = value->next;
  return value;
}

const struct wd_value *
wd_value_next(const struct wd_value *value)
{
  const struct wd_proto_field *field = value->field;

  do
    value = value->next;
  while (value && value->field != field);
  return value;
}

uint32_t
wd_message_count(const struct wd_message *message, uint32_t number)
{
  uint32_t count = 0;

  for (const struct wd_value *value = message->values; value;
       value = value->next)
    count += value->field->number == number;
  return count;
}

const struct wd_message *
wd_message_sub(const struct wd_message *message, uint32_t number)
{
  const struct wd_value *value = wd_message_find(message, number);

  return value ? value->message : NULL;
}

int64_t
wd_message_integer(const struct wd_message *message, uint32_t number)
{
  const struct wd_value *value = wd_message_find(message, number);

  return value ? value->integer : 0;
}

static uint32_t
index_of(const struct wd_value *value)
{
  uint32_t index = 0;

  for (const struct wd_value *other =
           wd_message_find(value->owner, value->field->number);
       other && other != value; other = wd_value_next(other))
    index++;
  return index;
}

/* A reversed list of what leads to a value would need memory: each step up is
 * found from the value's depth instead, top first. */
static uint32_t
depth_of(const struct wd_value *value)
{
  uint32_t depth = 0;

  for (; value; value = value->owner->place)
    depth++;
  return depth;
}

void
wd_value_path(const struct wd_value *value, struct wd_buf *buf)
{
  for (uint32_t depth = depth_of(value); depth > 0; depth--) {
    const struct wd_value *step = value;

    for (uint32_t i = 1; i < depth; i++)
      step = step->owner->place;
    wd_buf_printf(buf, "%s%s", step->owner->place ? "." : "",
                  step->field->name);
    if (step->field->repeated)
      wd_buf_printf(buf, "[%u]", index_of(step));
  }
}

void
wd_message_path(const struct wd_message *message, struct wd_buf *buf)
{
  if (message->place)
    wd_value_path(message->place, buf);
  else
    wd_buf_puts(buf, "plan");
}

/* Long paths are cut in their middle. */
static enum wd_status
fail_at(struct wd_buf *path, enum wd_status status, struct wd_error *error,
        const char *format, va_list arguments)
{
  char text[640], clean[640];
  size_t length = path->length;

  vsnprintf(text, sizeof text, format, arguments);
  wd_text_clean(clean, sizeof clean, text, strnlen(text, sizeof text));
  if (path->failed)
    status = wd_fail(error, status, "%s", clean);
  else if (length <= PATH_HEAD + PATH_TAIL)
    status = wd_fail(error, status, "%s: %s", wd_buf_text(path), clean);
  else
    status = wd_fail(error, status, "%.*s...%s: %s", PATH_HEAD, path->data,
                     path->data + length - PATH_TAIL, clean);
  wd_buf_fini(path);
  return status;
}

enum wd_status
wd_message_fail(const struct wd_message *message, enum wd_status status,
                struct wd_error *error, const char *format, ...)
{
  struct wd_buf path;
  va_list arguments;

  wd_buf_init(&path, NULL, PATH_MAX_BYTES);
  wd_message_path(message, &path);
  va_start(arguments, format);
  status = fail_at(&path, status, error, format, arguments);
  va_end(arguments);
  return status;
}

enum wd_status
wd_value_fail(const struct wd_value *value, enum wd_status status,
              struct wd_error *error, const char *format, ...)
{
  struct wd_buf path;
  va_list arguments;

  wd_buf_init(&path, NULL, PATH_MAX_BYTES);
  wd_value_path(value, &path);
  va_start(arguments, format);
  status = fail_at(&path, status, error, format, arguments);
  va_end(arguments);
  return status;
}
