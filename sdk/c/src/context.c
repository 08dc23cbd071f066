/* Where a call is running, and functions by name. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

void
wd_log(enum wd_level level, const char *format, ...)
{
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (size < 0)
    return;
  if ((size_t)size >= sizeof text)
    size = sizeof text - 1;
  abi_log(level, text, (uint32_t)size);
}

void
wd_counter_add(const char *name, uint64_t delta)
{
  abi_counter(name, (uint32_t)strlen(name), delta);
}

uint64_t
wd_job_id(void)
{
  return abi_job_id();
}

uint32_t
wd_partition_index(void)
{
  return abi_partition();
}

uint32_t
wd_partition_count(void)
{
  return abi_partitions();
}

uint32_t
wd_attempt(void)
{
  return abi_attempt();
}

/* A copy of a schema that ends with `...`, without that; NULL: it does not. */
static char *
without_dots(const char *arguments)
{
  size_t size = strlen(arguments);
  while (size && arguments[size - 1] == ' ')
    size--;
  if (size < 3 || memcmp(arguments + size - 3, "...", 3) != 0)
    return NULL;
  char *text = wd__copy_of(arguments, size + 1);
  text[size - 3] = 0;
  return text;
}

bool
wd__register(wd__register_import *import, const char *name,
             const char *arguments, struct wd__closure *closure)
{
  struct result_none result;
  struct wd__fault fault;
  if (!closure)
    return false;
  wd__begin();
  struct wire_list fields = {NULL, 0};
  struct wd__schema *schema = wd__schema_new();
  char *text = NULL;
  bool variadic = arguments && (text = without_dots(arguments));
  bool good = !arguments ||
              wd__schema_parse(schema, variadic ? text : arguments, &fault);
  free(text);
  if (good) {
    fields = wd__schema_to_wire(&wd__scratch, &schema->schema);
    struct wire_lambda lambda = wd__closure_to_wire(closure);
    import(name, (uint32_t)strlen(name), lambda.function, lambda.state,
           arguments != NULL, fields.data, fields.count, variadic,
           (closure->promises & WD_STRICT) != 0,
           (closure->promises & WD_DETERMINISTIC) != 0, &result);
    good = !result.failed;
    if (!good)
      wd__raise_wire(&result.error);
  } else {
    wd__raise(fault.code, "%s", fault.message);
  }
  wd__schema_free(schema);
  if (!good)
    wd__closure_free(closure);
  return good;
}

bool
wd_register_scalar(const char *name, const char *arguments,
                   const wd_lambda *lambda)
{
  return wd__register(abi_register_scalar, name, arguments,
                      wd__closure_new(lambda));
}

bool
wd_register_aggregate(const char *name, const char *arguments,
                      const wd_aggregator *aggregator)
{
  return wd__register(abi_register_aggregate, name, arguments,
                      wd__closure_of_aggregator(aggregator));
}
