/* Measures: `sum(price * qty) as total`, and aggregators over columns. */
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "internal.h"

/* Where the last ` as ` outside of quotes and brackets stands, or the end. */
static const char *
find_as(const char *text)
{
  const char *found = NULL;
  int depth = 0;
  for (const char *c = text; *c; c++) {
    if (*c == '\'' || *c == '"') {
      const char *end = strchr(c + 1, *c);
      if (!end)
        break;
      c = end;
    }
    depth += *c == '(';
    depth -= *c == ')';
    if (depth == 0 && c > text && isspace((unsigned char)c[-1]) &&
        strncasecmp(c, "as", 2) == 0 && isspace((unsigned char)c[2]))
      found = c;
  }
  return found ? found : text + strlen(text);
}

static wd_str
trimmed(const char *start, const char *end)
{
  while (start < end && isspace((unsigned char)*start))
    start++;
  while (start < end && isspace((unsigned char)end[-1]))
    end--;
  return (wd_str){start, (uint32_t)(end - start)};
}

/* Takes a quoted name out of its quotes. */
static wd_str
unquoted(wd_str name)
{
  if (name.size < 2 || name.data[0] != '"' || name.data[name.size - 1] != '"')
    return name;
  char *text = wd__arena_take(&wd__scratch, name.size);
  uint32_t size = 0;
  for (uint32_t i = 1; i + 1 < name.size; i++) {
    text[size++] = name.data[i];
    i += name.data[i] == '"' && name.data[i + 1] == '"';
  }
  return (wd_str){text, size};
}

static void
expression_measure(struct wire_measure *to, const char *text)
{
  const char *as = find_as(text);
  to->expression = trimmed(text, as);
  to->name = to->expression;
  if (*as)
    to->name = unquoted(trimmed(as + 2, as + strlen(as)));
}

/* The closures of aggregators are added to the list. */
static bool
measure_to_wire(struct wire_measure *to, const wd_measure *from,
                struct wd__closure **closures)
{
  memset(to, 0, sizeof *to);
  if (from->function) {
    struct wd__closure *closure = wd__closure_of_aggregator(from->function);
    if (!closure)
      return false;
    closure->next = *closures;
    *closures = closure;
    to->what = 1;
    to->lambda.function = wd__closure_to_wire(closure);
    to->lambda.arguments = wd__strings(from->arguments);
  } else if (from->expression) {
    expression_measure(to, from->expression);
  }
  if (from->name)
    to->name = wd_str_of(from->name);
  if (!to->name.size) {
    wd__raise(WD_INVALID_ARGUMENT, "a measure has neither name nor expression");
    return false;
  }
  to->has_filter = from->filter != NULL;
  if (from->filter)
    to->filter = wd_str_of(from->filter);
  return true;
}

static wd_dataset
aggregate(struct wd__node *from, const wd_measure *measures, size_t count)
{
  struct result_handle result;
  struct wd__closure *closures = NULL;
  if (!from)
    return (wd_dataset){NULL};
  wd__begin();
  struct wire_measure *list =
      wd__arena_take(&wd__scratch, count * sizeof *list);
  for (size_t i = 0; i < count; i++)
    if (!measure_to_wire(list + i, measures + i, &closures)) {
      while (closures) {
        struct wd__closure *next = closures->next;
        wd__closure_free(closures);
        closures = next;
      }
      return (wd_dataset){NULL};
    }
  if (from->grouped)
    abi_aggregate(from->handle, list, (uint32_t)count, &result);
  else
    abi_aggregate_all(from->handle, list, (uint32_t)count, &result);
  return (wd_dataset){wd__node_new(&result, false, &from, 1, closures)};
}

static wd_dataset
aggregate_list(struct wd__node *from, const char *const *texts)
{
  size_t count = 0;
  while (texts[count])
    count++;
  wd_measure *measures = wd__new(count * sizeof *measures);
  for (size_t i = 0; i < count; i++)
    measures[i].expression = texts[i];
  wd_dataset made = aggregate(from, measures, count);
  free(measures);
  return made;
}

wd_dataset
wd_aggregate_list(wd_grouped from, const char *const *measures)
{
  return aggregate_list(from.id, measures);
}

wd_dataset
wd_aggregate_all_list(wd_dataset from, const char *const *measures)
{
  return aggregate_list(from.id, measures);
}

wd_dataset
wd_aggregate_by(wd_grouped from, const wd_measure *measures, size_t count)
{
  return aggregate(from.id, measures, count);
}

wd_dataset
wd_aggregate_all_by(wd_dataset from, const wd_measure *measures, size_t count)
{
  return aggregate(from.id, measures, count);
}
