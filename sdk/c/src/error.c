/* Failures of calls, and of lambdas. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

static enum wd_on_error on_error;
static char message[2048];
static char origin[512];
static wd_error last = {WD_INTERNAL, message, origin};
static bool failed;

enum wd_on_error
wd_on_error(enum wd_on_error what)
{
  enum wd_on_error was = on_error;
  on_error = what;
  return was;
}

const wd_error *
wd_last_error(void)
{
  return failed ? &last : NULL;
}

void
wd_clear_error(void)
{
  failed = false;
}

_Noreturn void
wd_exit_with(const wd_error *error)
{
  fflush(stdout);
  fprintf(stderr, "wasi-data: %s\n", error->message);
  for (const char *line = error->origin; *line; line += *line == '\n') {
    size_t size = strcspn(line, "\n");
    fprintf(stderr, "  %.*s\n", (int)size, line);
    line += size;
  }
  exit(125);
}

static void
raised(enum wd_code code)
{
  last.code = code;
  failed = true;
  if (on_error != WD_RETURN)
    wd_exit_with(&last);
}

void
wd__raise(enum wd_code code, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  origin[0] = 0;
  raised(code);
}

void
wd__raise_wire(const struct wire_error *error)
{
  snprintf(message, sizeof message, "%.*s", WD_PRINT(error->message));
  snprintf(origin, sizeof origin, "%.*s", WD_PRINT(error->origin));
  raised((enum wd_code)error->code);
}

bool
wd__fault(struct wd__fault *fault, enum wd_code code, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(fault->message, sizeof fault->message, format, arguments);
  va_end(arguments);
  fault->code = code;
  return false;
}

void
wd__list(struct wd__listed *list, const char *name, enum wd_type type)
{
  static const char more[] = " ...";
  char *end = list->text + list->size;
  size_t room = sizeof list->text - sizeof more - list->size;
  if (list->full)
    return;
  int size = snprintf(end, room, "%s%s %s", list->size ? ", " : "", name,
                      wd__type_name(type));
  list->full = size < 0 || (size_t)size >= room;
  if (list->full)
    memcpy(end, more, sizeof more);
  else
    list->size += (size_t)size;
}

_Noreturn void
wd_fail(const char *format, ...)
{
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (size < 0)
    size = 0;
  if ((size_t)size >= sizeof text)
    size = sizeof text - 1;
  fflush(NULL);
  abi_fail(text, (uint32_t)size);
  __builtin_trap(); /* not reached: the host does not return */
}

void
wd__type_error(const wd_column *columns, uint32_t count, uint32_t column,
               enum wd_type type)
{
  if (column >= count)
    wd_fail("there is no column %u: the rows have %u columns", column, count);
  wd_fail("column %u, '%s', is %s and was used as %s", column,
          columns[column].name, wd__type_name(columns[column].type),
          wd__type_name(type));
}
