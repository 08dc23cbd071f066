#include "plan/signature.h"

#include <string.h>

#include "plan/coerce.h"
#include "plan/literal.h"

#define VARIABLES "xyn"

/* One try of one overload. */
struct match {
  struct wd_arena *arena;
  bool exact;
  bool short_of_memory;
  bool bound[sizeof VARIABLES];
  struct wd_type types[sizeof VARIABLES];
};

static int
variable(char letter)
{
  const char *at = letter ? strchr(VARIABLES, letter) : NULL;

  return at ? (int)(at - VARIABLES) : -1;
}

/* Past one operand: a letter, or a bracket and what it is of. */
static const char *
skip(const char *at)
{
  while (*at == '[')
    at++;
  return *at == '{' ? skip(skip(at + 1)) : at + 1;
}

static struct wd_type
letter_type(char letter)
{
  switch (letter) {
  case 's':
  case 'k':
    return wd_type_of(WD_TYPE_STRING);
  case 'B':
    return wd_type_of(WD_TYPE_BINARY);
  case 'o':
    return wd_type_of(WD_TYPE_BOOL);
  case 'i':
    return wd_type_of(WD_TYPE_I32);
  case 'l':
    return wd_type_of(WD_TYPE_I64);
  case 'f':
    return wd_type_of(WD_TYPE_F64);
  case 'd':
    return wd_type_of(WD_TYPE_DATE);
  case 'h':
    return (struct wd_type){.id = WD_TYPE_TIME, .unit = WD_UNIT_US};
  case 'v':
    return wd_type_of(WD_TYPE_INTERVAL);
  case 'n':
    return wd_type_of(WD_TYPE_I64);
  case 't':
    return wd_type_timestamp(WD_UNIT_US, NULL);
  case 'z':
    return wd_type_timestamp(WD_UNIT_US, "UTC");
  default:
    return wd_type_of(WD_TYPE_NULL);
  }
}

static const struct wd_type *
child_type(const struct wd_type *type, uint32_t index)
{
  if (type->child_count == 0)
    return NULL;
  if (type->id != WD_TYPE_MAP)
    return &type->children[0].type;
  return index < type->children[0].type.child_count
             ? &type->children[0].type.children[index].type
             : NULL;
}

/* Whether a variable may stand for a type. */
static bool
may_be(char letter, const struct wd_type *type)
{
  switch (letter) {
  case 'n':
    return wd_type_is_integer(type);
  default:
    return true;
  }
}

static void
bind_variable(struct match *match, int index, const struct wd_type *type,
              const struct wd_literal *literal)
{
  struct wd_type *bound = &match->types[index];
  struct wd_literal value;
  struct wd_type common;

  if (type->id == WD_TYPE_NULL || !may_be(VARIABLES[index], type))
    return;
  if (!match->bound[index]) {
    *bound = *type;
    match->bound[index] = true;
  } else if (!(literal && wd_literal_convert(type, literal, bound, &value)) &&
             wd_type_common(bound, type, &common)) {
    *bound = common;
  }
}

/* Gives the variables of an operand the types that it has there. */
static void
bind(struct match *match, const char *at, const struct wd_type *type,
     const struct wd_literal *literal)
{
  const struct wd_type *child;
  int index = variable(*at);

  if (index >= 0) {
    bind_variable(match, index, type, literal);
    return;
  }
  if (*at == '[' &&
      (type->id == WD_TYPE_LIST || type->id == WD_TYPE_FIXED_LIST))
    bind(match, at + 1, child_type(type, 0), NULL);
  if (*at != '{' || type->id != WD_TYPE_MAP)
    return;
  child = child_type(type, 0);
  if (child)
    bind(match, at + 1, child, NULL);
  child = child_type(type, 1);
  if (child)
    bind(match, skip(at + 1), child, NULL);
}

static struct wd_type
instantiate(struct match *match, const char *at);

static struct wd_type
list_type(struct match *match, const char *at)
{
  struct wd_type item = instantiate(match, at + 1), type;

  if (match->short_of_memory ||
      !wd_type_list(&item, true, match->arena, &type)) {
    match->short_of_memory = true;
    return wd_type_of(WD_TYPE_NULL);
  }
  return type;
}

static struct wd_type
map_type(struct match *match, const char *at)
{
  struct wd_type key = instantiate(match, at + 1);
  struct wd_type value = instantiate(match, skip(at + 1)), type;

  if (match->short_of_memory ||
      !wd_type_map(&key, &value, match->arena, &type)) {
    match->short_of_memory = true;
    return wd_type_of(WD_TYPE_NULL);
  }
  return type;
}

/* The type that a place of the signature has now. */
static struct wd_type
instantiate(struct match *match, const char *at)
{
  int index = variable(*at);

  if (index >= 0 && match->bound[index])
    return match->types[index];
  if (*at == '[')
    return list_type(match, at);
  return *at == '{' ? map_type(match, at) : letter_type(*at);
}

/* How much it costs to cast an operand of another type; -1: it cannot be. */
static int
cost_of_cast(const struct wd_signature_operand *operand,
             const struct wd_type *wanted)
{
  const struct wd_type *type = &operand->type;
  struct wd_literal value;
  struct wd_type common;

  if (type->id == WD_TYPE_NULL)
    return 1;
  if (wanted->extension)
    return operand->literal && type->id == WD_TYPE_STRING ? 2 : -1;
  if (type->extension)
    return -1;
  if (operand->literal &&
      wd_literal_convert(type, operand->literal, wanted, &value))
    return 2;
  if (wd_type_common(wanted, type, &common) && wd_type_equal(&common, wanted))
    return 2;
  if (wd_type_is_integer(type) && wd_type_is_integer(wanted))
    return 3;
  if (wd_type_is_numeric(type) && wanted->id == WD_TYPE_F64)
    return 3;
  if (type->id == WD_TYPE_STRING && wanted->id == WD_TYPE_BINARY)
    return 4;
  return -1;
}

bool
wd_signature_takes(const struct wd_signature_operand *operand,
                   const struct wd_type *wanted)
{
  return wd_type_alike(&operand->type, wanted) ||
         cost_of_cast(operand, wanted) >= 0;
}

/* How much it costs to make one of the other: -1: it cannot be. */
static int
cost_of(const struct match *match, const struct wd_signature_operand *operand,
        char letter, const struct wd_type *wanted)
{
  if (letter == 'k' && !operand->literal)
    return -1;
  if (wd_type_equal(&operand->type, wanted))
    return 0;
  return match->exact ? -1 : cost_of_cast(operand, wanted);
}

/* Where the operand of an index is written; NULL: there are not so many. */
static const char *
operand_at(const char *overload, uint32_t index)
{
  const char *at = overload, *last = NULL;

  for (uint32_t i = 0;; i++) {
    while (*at == '?')
      at++;
    if (*at == '*')
      return last;
    if (*at == '>')
      return NULL;
    if (i == index)
      return at;
    last = at;
    at = skip(at);
  }
}

static uint32_t
overload_least(const char *overload)
{
  uint32_t count = 0;

  for (const char *at = overload; *at != '>' && *at != '?' && *at != '*';
       at = skip(at))
    count++;
  return count;
}

static uint32_t
overload_most(const char *overload)
{
  uint32_t count = 0;

  for (const char *at = overload; *at != '>';) {
    if (*at == '*')
      return WD_FUNCTION_MANY;
    if (*at == '?') {
      at++;
      continue;
    }
    at = skip(at);
    count++;
  }
  return count;
}

/* The sum of the costs; -1: it does not fit. */
static int
try_overload(struct match *match, const char *overload, uint32_t count,
             const struct wd_signature_operand *operands,
             struct wd_type *wanted, struct wd_signature_match *out)
{
  const char *result = strchr(overload, '>') + 1;
  int total = 0;

  if (count < overload_least(overload) || count > overload_most(overload))
    return -1;
  for (uint32_t i = 0; i < count; i++)
    if (!operands[i].literal)
      bind(match, operand_at(overload, i), &operands[i].type, NULL);
  for (uint32_t i = 0; i < count; i++)
    if (operands[i].literal)
      bind(match, operand_at(overload, i), &operands[i].type,
           operands[i].literal);
  for (uint32_t i = 0; i < count; i++) {
    const char *at = operand_at(overload, i);
    int cost;

    wanted[i] = instantiate(match, at);
    if (wd_type_alike(&operands[i].type, &wanted[i]))
      wanted[i] = operands[i].type;
    cost = cost_of(match, &operands[i], *at, &wanted[i]);
    if (cost < 0)
      return -1;
    total += cost;
  }
  out->result = instantiate(match, result);
  result = skip(result);
  out->always_null = *result == '!';
  out->never_null = *result == '.';
  return match->short_of_memory ? -1 : total;
}

static const char *
next_overload(const char *overload)
{
  const char *bar = strchr(overload, '|');

  return bar ? bar + 1 : NULL;
}

bool
wd_signature_find(const char *signature, uint32_t count,
                  const struct wd_signature_operand *operands, bool exact,
                  struct wd_arena *arena, struct wd_type *out_wanted,
                  struct wd_signature_match *out_match, bool *out_short)
{
  struct wd_type *wanted = wd_arena_array(arena, count, sizeof *wanted);
  int best = -1;

  *out_short = !wanted;
  for (const char *overload = signature; overload && !*out_short;
       overload = next_overload(overload)) {
    struct match match = {.arena = arena, .exact = exact};
    struct wd_signature_match found;
    int cost = try_overload(&match, overload, count, operands, wanted, &found);

    *out_short = match.short_of_memory;
    if (cost < 0 || (best >= 0 && cost >= best))
      continue;
    best = cost;
    *out_match = found;
    if (count)
      memcpy(out_wanted, wanted, count * sizeof *wanted);
  }
  return best >= 0 && !*out_short;
}

void
wd_signature_arity(const char *signature, uint32_t *out_least,
                   uint32_t *out_most)
{
  *out_least = WD_FUNCTION_MANY;
  *out_most = 0;
  for (; signature; signature = next_overload(signature)) {
    uint32_t least = overload_least(signature), most = overload_most(signature);

    if (least < *out_least)
      *out_least = least;
    if (most > *out_most)
      *out_most = most;
  }
}

static void
print_operand(const char *at, struct wd_buf *buf)
{
  struct wd_type type;

  switch (*at) {
  case '[':
    wd_buf_puts(buf, "list<");
    print_operand(at + 1, buf);
    wd_buf_putc(buf, '>');
    return;
  case '{':
    wd_buf_puts(buf, "map<");
    print_operand(at + 1, buf);
    wd_buf_puts(buf, ", ");
    print_operand(skip(at + 1), buf);
    wd_buf_putc(buf, '>');
    return;
  case 'x':
  case 'y':
    wd_buf_putc(buf, *at == 'x' ? 'T' : 'U');
    return;
  case 'n':
    wd_buf_puts(buf, "integer");
    return;
  case 'k':
    wd_buf_puts(buf, "a text");
    return;
  default:
    type = letter_type(*at);
    wd_type_print(&type, buf);
  }
}

static void
print_overload(const char *overload, const char *name, struct wd_buf *buf)
{
  uint32_t optional = 0;

  wd_buf_printf(buf, "%s(", name);
  for (const char *at = overload, *comma = ""; *at != '>';) {
    if (*at == '?') {
      wd_buf_puts(buf, " [");
      optional++;
      at++;
      continue;
    }
    if (*at == '*') {
      wd_buf_puts(buf, " ...");
      at++;
      continue;
    }
    wd_buf_puts(buf, comma);
    print_operand(at, buf);
    at = skip(at);
    comma = ", ";
  }
  while (optional--)
    wd_buf_putc(buf, ']');
  wd_buf_putc(buf, ')');
}

void
wd_signature_describe(const char *signature, const char *name,
                      struct wd_buf *buf)
{
  for (const char *overload = signature; overload;) {
    const char *next = next_overload(overload);

    if (overload != signature)
      wd_buf_puts(buf, next ? ", " : " and ");
    print_overload(overload, name, buf);
    overload = next;
  }
}
