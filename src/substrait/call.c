/* Calls of scalar functions: by their extension and name, or, where the plan
 * names no extensions, by the producer's name. */
#include <string.h>

#include "substrait/standard.h"
#include "substrait/translate.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct call {
  struct translator *t;
  const struct wd_message *message;
  const struct view *view;
  const struct extension *extension;
  struct arguments arguments;
  struct chosen chosen;
};

typedef enum wd_status
rewrite(struct call *call, const struct wd_expression **out);

static enum wd_status
fail_arguments(const struct call *call, const char *takes)
{
  return wd_message_fail(call->message, WD_INVALID_PLAN, call->t->error,
                         "%s takes %s", call->extension->name, takes);
}

static enum wd_status
make(struct call *call, enum wd_function function, uint32_t count,
     const struct wd_expression *const *operands,
     const struct wd_expression **out)
{
  return wd__make_call(call->t, call->message, function, count, operands, out);
}

/* `x between low and high` */
static enum wd_status
rewrite_between(struct call *call, const struct wd_expression **out)
{
  const struct wd_expression **v = call->arguments.values;
  const struct wd_expression *parts[2];
  enum wd_status status = WD_OK;

  if (call->arguments.count != 3)
    return fail_arguments(call, "a value and two bounds");
  for (int i = 0; i < 2 && status == WD_OK; i++) {
    const struct wd_expression *pair[] = {v[0], v[i + 1]};

    status = make(call, i ? WD_FN_LTE : WD_FN_GTE, 2, pair, &parts[i]);
  }
  return status == WD_OK ? make(call, WD_FN_AND, 2, parts, out) : status;
}

/* Of integers it is the whole part. */
static enum wd_status
rewrite_divide(struct call *call, const struct wd_expression **out)
{
  struct wd_syntax syntax = {.kind = WD_SYNTAX_OPERATOR,
                             .function = WD_FN_DIVIDE};
  const struct arguments *a = &call->arguments;

  syntax.integer_divide = a->count == 2 &&
                          wd_type_is_integer(&a->values[0]->type) &&
                          wd_type_is_integer(&a->values[1]->type);
  return wd__make(call->t, call->message, call->view, &syntax, a->count,
                  a->values, out);
}

static bool
is_text(const struct wd_expression *expression)
{
  return expression->kind == WD_EXPR_LITERAL &&
         expression->type.id == WD_TYPE_STRING && !expression->literal.null;
}

/* Substrait's patterns have no escape; DataFusion's have the backslash, and a
 * third argument that may be null. */
static enum wd_status
rewrite_like(struct call *call, const struct wd_expression **out)
{
  const struct arguments *a = &call->arguments;
  const struct wd_expression *operands[3] = {NULL};
  uint32_t count = a->count;
  bool fold =
      call->chosen.fold_case || strcmp(call->extension->name, "ilike") == 0;
  enum wd_status status = WD_OK;

  if (count < 2 || count > 3)
    return fail_arguments(call, "a text and a pattern");
  memcpy(operands, a->values, count * sizeof *operands);
  if (count == 3 && operands[2]->kind == WD_EXPR_LITERAL &&
      (operands[2]->literal.null ||
       operands[2]->literal.value.bytes.length == 0))
    count = 2;
  if (call->t->bare && count == 2 &&
      (!is_text(operands[1]) ||
       memchr(operands[1]->literal.value.bytes.data, '\\',
              operands[1]->literal.value.bytes.length))) {
    status = wd_expression_make_text("\\", call->t->arena, &operands[2],
                                     call->t->error);
    count = 3;
  }
  return status == WD_OK
             ? make(call, fold ? WD_FN_ILIKE : WD_FN_LIKE, count, operands, out)
             : status;
}

static const struct wd_expression *
make_integer(struct call *call, int64_t value)
{
  struct wd_expression *node = wd_arena_alloc(call->t->arena, sizeof *node);

  if (!node)
    return NULL;
  node->kind = WD_EXPR_LITERAL;
  node->size = 1;
  node->type = wd_type_of(WD_TYPE_I64);
  node->literal.value.integer = value;
  return node;
}

static enum wd_status
subtract_one(struct call *call, const struct wd_expression **out)
{
  const struct wd_expression *pair[] = {*out, make_integer(call, 1)};

  if (!pair[1])
    return wd_fail_memory(call->t->error);
  return make(call, WD_FN_SUBTRACT, 2, pair, out);
}

/* extract(component, [indexing,] x [, zone]) */
static enum wd_status
rewrite_extract(struct call *call, const struct wd_expression **out)
{
  const struct arguments *a = &call->arguments;
  uint32_t at = 1;
  bool from_zero = false;
  const struct wd_expression *operands[2];
  const struct component *component;
  enum wd_status status = WD_OK;

  if (a->count < 2 || !a->enums[0])
    return fail_arguments(call, "a component and a value");
  if (a->enums[at]) {
    from_zero = strcmp(a->enums[at], "ZERO") == 0;
    at++;
  }
  if (at >= a->count || a->enums[at])
    return fail_arguments(call, "a component and a value");
  operands[0] = a->values[at];
  if (at + 1 < a->count) {
    operands[1] = a->values[at + 1];
    if (!operands[1])
      return fail_arguments(call, "a component, a value and a time zone");
    status = make(call, WD_FN_AT_TIME_ZONE, 2, operands, &operands[0]);
  }
  component = wd__component_named(a->enums[0]);
  if (status == WD_OK && !component)
    return wd_message_fail(call->message, WD_UNSUPPORTED, call->t->error,
                           "extract of %s is not run here", a->enums[0]);
  if (status == WD_OK)
    status = make(call, component->function, 1, operands, out);
  return from_zero && status == WD_OK ? subtract_one(call, out) : status;
}

/* Ours: names as words, each before its value. */
static enum wd_status
rewrite_struct(struct call *call, const struct wd_expression **out)
{
  const struct arguments *a = &call->arguments;
  struct wd_syntax syntax = {.kind = WD_SYNTAX_CALL, .name = "struct"};
  uint32_t count = a->count / 2;
  struct wd_syntax *named =
      wd_arena_array(call->t->arena, count, sizeof *named);
  const struct wd_expression **values =
      wd_arena_array(call->t->arena, count, sizeof *values);

  if (!named || !values)
    return wd_fail_memory(call->t->error);
  for (uint32_t i = 0; i < a->count; i++)
    if (a->count % 2 || !a->enums[i] == !(i % 2))
      return fail_arguments(call, "names and values by turns");
  for (uint32_t i = 0; i < count; i++) {
    named[i] =
        (struct wd_syntax){.kind = WD_SYNTAX_NAMED, .name = a->enums[2 * i]};
    values[i] = a->values[2 * i + 1];
  }
  return wd__make_named(call->t, call->message, &syntax, count, named, values,
                        out);
}

/* DataFusion's: the component is a text, and days of the week count from 0. */
static enum wd_status
rewrite_date_part(struct call *call, const struct wd_expression **out)
{
  const struct arguments *a = &call->arguments;
  enum wd_function function;
  enum wd_status status;

  if (a->count != 2 || a->enums[0] || !is_text(a->values[0]) ||
      !wd_function_find(a->values[0]->literal.value.bytes.data,
                        a->values[0]->literal.value.bytes.length, &function))
    return fail_arguments(call, "a component as a text, and a value");
  if (function == WD_FN_EXTRACT_MILLISECOND ||
      function == WD_FN_EXTRACT_MICROSECOND)
    return wd__unsupported(call->t, call->message,
                           "date_part of parts of a second");
  status = make(call, function, 1, &a->values[1], out);
  return status == WD_OK && function == WD_FN_EXTRACT_SUNDAY_DAY_OF_WEEK
             ? subtract_one(call, out)
             : status;
}

/* DataFusion's leaves nulls out; the standard's does where an option says so.
 */
static enum wd_status
rewrite_concat(struct call *call, const struct wd_expression **out)
{
  struct arguments *a = &call->arguments;
  bool ignore = call->chosen.ignore_nulls || !call->extension->extension;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < a->count && ignore && status == WD_OK; i++) {
    const struct wd_expression *pair[2] = {a->values[i], NULL};

    status =
        wd_expression_make_text("", call->t->arena, &pair[1], call->t->error);
    if (status == WD_OK && a->values[i]->nullable)
      status = make(call, WD_FN_COALESCE, 2, pair, &a->values[i]);
  }
  return status == WD_OK ? make(call, WD_FN_CONCAT, a->count, a->values, out)
                         : status;
}

/* Options of regular expressions are flags at the start of the pattern. */
static enum wd_status
rewrite_pattern(struct call *call, const struct wd_expression **out)
{
  const struct arguments *a = &call->arguments;
  const struct chosen *chosen = &call->chosen;
  const struct wd_expression *pair[2];
  const char *flags;
  enum wd_function function;
  enum wd_status status;

  wd_function_find(call->extension->name, strlen(call->extension->name),
                   &function);
  if (a->count < 2 ||
      !(chosen->fold_case || chosen->multiline || chosen->dotall))
    return make(call, function, a->count, a->values, out);
  flags =
      wd_arena_printf(call->t->arena, "(?%s%s%s)", chosen->fold_case ? "i" : "",
                      chosen->multiline ? "m" : "", chosen->dotall ? "s" : "");
  if (!flags)
    return wd_fail_memory(call->t->error);
  pair[1] = a->values[1];
  status =
      wd_expression_make_text(flags, call->t->arena, &pair[0], call->t->error);
  if (status == WD_OK)
    status = make(call, WD_FN_CONCAT, 2, pair, &a->values[1]);
  return status == WD_OK ? make(call, function, a->count, a->values, out)
                         : status;
}

/* Texts are compared in lower case. */
static enum wd_status
rewrite_search(struct call *call, const struct wd_expression **out)
{
  const struct arguments *a = &call->arguments;
  enum wd_function function;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0;
       i < a->count && call->chosen.fold_case && status == WD_OK; i++)
    status = make(call, WD_FN_LOWER, 1, &a->values[i], &a->values[i]);
  if (status != WD_OK)
    return status;
  wd_function_find(call->extension->name, strlen(call->extension->name),
                   &function);
  return make(call, function, a->count, a->values, out);
}

static bool
is_integer(const struct wd_expression *expression, int64_t value)
{
  return expression->kind == WD_EXPR_LITERAL &&
         wd_type_is_integer(&expression->type) && !expression->literal.null &&
         expression->literal.value.integer == value;
}

/* regexp_replace(x, pattern, by [, position, occurrence]): all matches, which
 * is occurrence 0. */
static enum wd_status
rewrite_regexp_replace(struct call *call, const struct wd_expression **out)
{
  const struct arguments *a = &call->arguments;

  if (a->count != 3 && a->count != 5)
    return fail_arguments(call, "three texts, a position and an occurrence");
  if (a->count == 5 &&
      (!is_integer(a->values[3], 1) || !is_integer(a->values[4], 0)))
    return wd__unsupported(call->t, call->message,
                           "regexp_replace of some matches only");
  call->arguments.count = 3;
  return rewrite_pattern(call, out);
}

static enum wd_status
rewrite_sort(struct call *call, const struct wd_expression **out)
{
  return make(call,
              call->chosen.descending ? WD_FN_LIST_SORT_DESC : WD_FN_LIST_SORT,
              call->arguments.count, call->arguments.values, out);
}

static enum wd_status
rewrite_round(struct call *call, const struct wd_expression **out)
{
  return make(call, call->chosen.round_even ? WD_FN_ROUND_EVEN : WD_FN_ROUND,
              call->arguments.count, call->arguments.values, out);
}

/* Those of decimals, whose results are real numbers: a root of a negative
 * number is an error. */
static enum wd_status
rewrite_root(struct call *call, const struct wd_expression **out)
{
  uint8_t *domain = &call->chosen.call.domain;

  if (*domain == WD_UNDEFINED_USUAL &&
      strcmp(call->extension->extension, "functions_arithmetic_decimal") == 0)
    *domain = WD_UNDEFINED_ERROR;
  return make(call, WD_FN_SQRT, call->arguments.count, call->arguments.values,
              out);
}

/* From places left of the text, which are empty: of its part from
 * greatest(start, 1) to start + length. */
static enum wd_status
rewrite_substring(struct call *call, const struct wd_expression **out)
{
  const struct wd_type i64 = wd_type_of(WD_TYPE_I64);
  const struct wd_type i32 = wd_type_of(WD_TYPE_I32);
  struct arguments *a = &call->arguments;
  const struct wd_expression *one = make_integer(call, 1);
  const struct wd_expression *zero = make_integer(call, 0);
  const struct wd_expression *start = NULL, *end, *pair[2];
  enum wd_status status = WD_OK;

  if (!one || !zero)
    return wd_fail_memory(call->t->error);
  if (!call->chosen.left_of_beginning || a->count < 2 || a->count > 3)
    return make(call, WD_FN_SUBSTRING, a->count, a->values, out);
  for (uint32_t i = 1; i < a->count && status == WD_OK; i++)
    status = wd__make_cast(call->t, call->message, a->values[i], &i64,
                           &a->values[i]);
  pair[0] = a->values[1];
  pair[1] = one;
  if (status == WD_OK)
    status = make(call, WD_FN_GREATEST, 2, pair, &start);
  if (status == WD_OK && a->count == 3) {
    status = make(call, WD_FN_ADD, 2, &a->values[1], &end);
    pair[0] = end;
    pair[1] = start;
    if (status == WD_OK)
      status = make(call, WD_FN_SUBTRACT, 2, pair, &end);
    pair[0] = end;
    pair[1] = zero;
    if (status == WD_OK)
      status = make(call, WD_FN_GREATEST, 2, pair, &a->values[2]);
  }
  a->values[1] = start;
  for (uint32_t i = 1; i < a->count && status == WD_OK; i++)
    status = wd__make_cast(call->t, call->message, a->values[i], &i32,
                           &a->values[i]);
  return status == WD_OK ? make(call, WD_FN_SUBSTRING, a->count, a->values, out)
                         : status;
}

/* index_in(x, list): from 0, null where it is not there. */
static enum wd_status
rewrite_index(struct call *call, const struct wd_expression **out)
{
  const struct arguments *a = &call->arguments;
  const struct wd_expression *pair[2];
  enum wd_status status;

  if (a->count != 2)
    return fail_arguments(call, "a value and a list");
  pair[0] = a->values[1];
  pair[1] = a->values[0];
  status = make(call, WD_FN_LIST_POSITION, 2, pair, &pair[0]);
  pair[1] = make_integer(call, 0);
  if (!pair[1])
    return wd_fail_memory(call->t->error);
  if (status == WD_OK)
    status = make(call, WD_FN_NULLIF, 2, pair, out);
  return status == WD_OK ? subtract_one(call, out) : status;
}

/* A date and an interval of days are a timestamp in the standard, a date and
 * one of years stay a date. */
static enum wd_status
rewrite_temporal(struct call *call, const struct wd_expression **out)
{
  const struct wd_type timestamp = wd_type_timestamp(WD_UNIT_US, NULL);
  const struct arguments *a = &call->arguments;
  enum wd_function function = strcmp(call->extension->name, "subtract") == 0
                                  ? WD_FN_SUBTRACT
                                  : WD_FN_ADD;
  enum wd_status status = WD_OK;

  if (a->count == 2 && a->values[0]->type.id == WD_TYPE_DATE &&
      a->values[1]->type.id == WD_TYPE_INTERVAL &&
      a->values[1]->kind == WD_EXPR_LITERAL &&
      a->values[1]->literal.value.interval.months == 0)
    status = wd__make_cast(call->t, call->message, a->values[0], &timestamp,
                           &a->values[0]);
  return status == WD_OK ? make(call, function, a->count, a->values, out)
                         : status;
}

/* What a name means beyond the table of functions (plan/function.h). `bare`:
 * in plans that name no extensions; else in an extension. */
static const struct {
  const char *name;
  const char *extension;
  rewrite *rewrite;
} rewrites[] = {
    {"between", "comparison", rewrite_between},
    {"divide", "arithmetic", rewrite_divide},
    {"like", "string", rewrite_like},
    {"concat", "string", rewrite_concat},
    {"contains", "string", rewrite_search},
    {"starts_with", "string", rewrite_search},
    {"ends_with", "string", rewrite_search},
    {"strpos", "string", rewrite_search},
    {"count_substring", "string", rewrite_search},
    {"regexp_replace", "string", rewrite_regexp_replace},
    {"regexp_match_substring", "string", rewrite_pattern},
    {"regexp_strpos", "string", rewrite_pattern},
    {"regexp_count_substring", "string", rewrite_pattern},
    {"regexp_string_split", "string", rewrite_pattern},
    {"substring", "string", rewrite_substring},
    {"sort", "list", rewrite_sort},
    {"round", "rounding", rewrite_round},
    {"sqrt", "arithmetic", rewrite_root},
    {"index_in", "set", rewrite_index},
    {"extract", "datetime", rewrite_extract},
    {"add", "datetime", rewrite_temporal},
    {"subtract", "datetime", rewrite_temporal},
    {"divide", NULL, rewrite_divide},
    {"like", NULL, rewrite_like},
    {"ilike", NULL, rewrite_like},
    {"date_part", NULL, rewrite_date_part},
    {"concat", NULL, rewrite_concat},
};

/* Ours are what the table says, but for these. */
static const struct {
  const char *name;
  rewrite *rewrite;
} own[] = {
    {"divide", rewrite_divide},
    {"extract", rewrite_extract},
    {"struct", rewrite_struct},
};

/* Names of functions that are another one here. */
static const struct {
  const char *name;
  const char *extension;
  enum wd_function function;
} renamed[] = {
    {"multiply", "datetime", WD_FN_MULTIPLY},
    {"add_intervals", "datetime", WD_FN_ADD},
    {"lt", "datetime", WD_FN_LT},
    {"lte", "datetime", WD_FN_LTE},
    {"gt", "datetime", WD_FN_GT},
    {"gte", "datetime", WD_FN_GTE},
    {"assume_timezone", "datetime", WD_FN_AT_TIME_ZONE},
    {"local_timestamp", "datetime", WD_FN_AT_TIME_ZONE},
    {"string_split", "string", WD_FN_STRING_SPLIT},
    {"cardinality", "list", WD_FN_LIST_LENGTH},
    {"negative", NULL, WD_FN_NEGATE},
    {"str_concat", NULL, WD_FN_CONCAT},
    {"btrim", NULL, WD_FN_TRIM},
    {"signum", NULL, WD_FN_SIGN},
    {"to_timestamp_seconds", NULL, WD_FN_TIMESTAMP_SECONDS},
};

/* Whether a function that is in `extension` here is in the named one: those of
 * decimals have files of their own. */
static bool
is_in(const struct extension *named, const char *extension)
{
  static const char prefix[] = "functions_";
  const char *rest;
  size_t length = strlen(extension);

  if (!named->extension || named->lambda)
    return false;
  if (named->ours)
    return true;
  if (strcmp(named->extension, "unsigned_integers") == 0)
    return strcmp(extension, "arithmetic") == 0;
  if (strncmp(named->extension, prefix, sizeof prefix - 1) != 0)
    return false;
  rest = named->extension + sizeof prefix - 1;
  return strncmp(rest, extension, length) == 0 &&
         (rest[length] == '\0' || strcmp(rest + length, "_decimal") == 0);
}

static bool
is_named(const struct extension *named, const char *name, const char *extension)
{
  if (strcmp(named->name, name) != 0)
    return false;
  return extension ? is_in(named, extension) : !named->extension;
}

static bool
find_function(const struct extension *named, enum wd_function *out)
{
  for (size_t i = 0; i < COUNT(renamed); i++)
    if (is_named(named, renamed[i].name, renamed[i].extension)) {
      *out = renamed[i].function;
      return true;
    }
  if (!named->extension)
    return wd_function_find(named->name, strlen(named->name), out);
  for (int i = 0; i < WD_FN_SCALAR_COUNT; i++) {
    enum wd_function function = (enum wd_function)i;

    if (is_named(named, wd_function_name(function),
                 wd_function_extension(function))) {
      *out = function;
      return true;
    }
  }
  return false;
}

static enum wd_status
fail_unknown(const struct call *call)
{
  const struct extension *named = call->extension;

  if (!named->extension)
    return wd_message_fail(call->message, WD_UNSUPPORTED, call->t->error,
                           "the function '%s' is not known here", named->name);
  return wd_message_fail(call->message, WD_UNSUPPORTED, call->t->error,
                         "the function '%s' of '%s' is not known here",
                         named->name, named->extension);
}

static enum wd_status
check_values(const struct call *call)
{
  for (uint32_t i = 0; i < call->arguments.count; i++)
    if (call->arguments.enums[i])
      return wd_message_fail(call->message, WD_UNSUPPORTED, call->t->error,
                             "%s with the argument %s is not run here",
                             call->extension->name, call->arguments.enums[i]);
  return WD_OK;
}

static rewrite *
find_rewrite(const struct extension *named)
{
  for (size_t i = 0; i < COUNT(own) && named->ours; i++)
    if (strcmp(own[i].name, named->name) == 0)
      return own[i].rewrite;
  for (size_t i = 0; i < COUNT(rewrites) && !named->ours; i++)
    if (is_named(named, rewrites[i].name, rewrites[i].extension))
      return rewrites[i].rewrite;
  return NULL;
}

static enum wd_status
resolve(struct call *call, const struct wd_expression **out)
{
  enum wd_function function;
  rewrite *found = find_rewrite(call->extension);
  enum wd_status status = WD_OK;

  if (found && found != rewrite_extract && found != rewrite_struct)
    status = check_values(call);
  if (found)
    return status == WD_OK ? found(call, out) : status;
  if (!find_function(call->extension, &function))
    return fail_unknown(call);
  status = check_values(call);
  return status == WD_OK ? make(call, function, call->arguments.count,
                                call->arguments.values, out)
                         : status;
}

static enum wd_status
make_from_arguments(struct call *call, const struct wd_expression **out)
{
  enum wd_function function;
  enum wd_status status;

  if (wd__takes_lambda(call->extension, &function))
    return wd__lambda_call(call->t, call->view, call->message, function,
                           call->extension->ours, out);
  status =
      wd__arguments(call->t, call->view, call->message,
                    WD_SS_Expression_ScalarFunction_arguments,
                    WD_SS_Expression_ScalarFunction_args, &call->arguments);
  if (status == WD_OK && call->extension->lambda)
    return wd__lambda_function(call->t, call->message, call->extension,
                               &call->arguments, out);
  return status == WD_OK ? resolve(call, out) : status;
}

enum wd_status
wd__scalar_call(struct translator *t, const struct view *view,
                const struct wd_message *message,
                const struct wd_expression **out)
{
  struct call call = {.t = t, .message = message, .view = view};
  enum wd_status status = wd__find_extension(
      t, message,
      wd_message_integer(message,
                         WD_SS_Expression_ScalarFunction_function_reference),
      &call.extension);

  if (status == WD_OK)
    status = wd__check_options(
        t, message, WD_SS_Expression_ScalarFunction_options,
        call.extension->ours ? NULL : call.extension->name, &call.chosen);
  if (status == WD_OK)
    status = make_from_arguments(&call, out);
  if (status == WD_OK && !wd_call_options_usual(call.chosen.call))
    status = wd__set_options(t, message, call.extension, &call.chosen, out);
  if (status == WD_OK)
    status = wd__check_claim(
        t, wd_message_sub(message, WD_SS_Expression_ScalarFunction_output_type),
        &(*out)->type, call.extension->name);
  return status;
}
