/* Options of functions: what each asks for is done, or it is refused. */
#include <string.h>

#include "substrait/standard.h"
#include "substrait/translate.h"

enum effect {
  EFFECT_NONE, /* what is asked for is usual */
  EFFECT_SATURATE,
  EFFECT_SILENT,
  EFFECT_DOMAIN_NAN,
  EFFECT_DOMAIN_NULL,
  EFFECT_DOMAIN_ERROR,
  EFFECT_ZERO_NAN,
  EFFECT_ZERO_NULL,
  EFFECT_ZERO_ERROR,
  EFFECT_FLOOR,
  EFFECT_ROUNDING, /* and the mode, from here on in the order of the enum */
  EFFECT_ROUND_EVEN = EFFECT_ROUNDING + WD_ROUND_TIE_TO_ODD + 1,
  EFFECT_FOLD_CASE,
  EFFECT_IGNORE_NULLS,
  EFFECT_MULTILINE,
  EFFECT_DOTALL,
  EFFECT_LEFT_OF_BEGINNING,
  EFFECT_NULLS_FIRST,
  EFFECT_DESCENDING,
  EFFECT_DESCENDING_NULLS_FIRST,
};

/* Of which functions: a name, or one of these. */
static const char any[] = "",
                  searches[] = "like contains starts_with "
                               "ends_with strpos count_substring",
                  patterns[] = "regexp_match_substring regexp_strpos "
                               "regexp_count_substring regexp_replace "
                               "regexp_string_split",
                  overflows[] = "add subtract multiply divide negate abs "
                                "factorial",
                  wraps[] = "add subtract multiply divide negate abs",
                  inverses[] = "sqrt asin acos acosh atanh",
                  logarithms[] = "ln log10 log2 logb log1p",
                  reals[] = "add subtract multiply divide sqrt exp cos sin "
                            "tan cosh sinh tanh acos asin atan acosh asinh "
                            "atanh atan2 radians degrees ln log10 log2 logb "
                            "log1p std_dev variance corr median quantile "
                            "product",
                  trims[] = "trim ltrim rtrim";

/* NONE is what the standard called NULL before, FALSE of trims what its cases
 * have. A sum of real numbers and the like is rounded as IEEE 754 rounds. */
static const struct {
  const char *functions;
  const char *name;
  const char *value;
  enum effect effect;
} done[] = {
    {any, "overflow", "ERROR", EFFECT_NONE},
    {"count", "overflow", "SATURATE", EFFECT_NONE},
    {"count", "overflow", "SILENT", EFFECT_NONE},
    {"modulus", "overflow", "SATURATE", EFFECT_NONE},
    {"modulus", "overflow", "SILENT", EFFECT_NONE},
    {overflows, "overflow", "SATURATE", EFFECT_SATURATE},
    {wraps, "overflow", "SILENT", EFFECT_SILENT},
    {reals, "rounding", "TIE_TO_EVEN", EFFECT_NONE},
    {"round", "rounding", "TIE_AWAY_FROM_ZERO", EFFECT_NONE},
    {"round", "rounding", "TIE_TO_EVEN", EFFECT_ROUND_EVEN},
#define ROUNDING(mode)                                                         \
  {                                                                            \
    "round", "rounding", #mode, EFFECT_ROUNDING + WD_ROUND_##mode              \
  }
    ROUNDING(TRUNCATE),
    ROUNDING(CEILING),
    ROUNDING(FLOOR),
    ROUNDING(AWAY_FROM_ZERO),
    ROUNDING(TIE_DOWN),
    ROUNDING(TIE_UP),
    ROUNDING(TIE_TOWARDS_ZERO),
    ROUNDING(TIE_TO_ODD),
#undef ROUNDING
    {"divide", "on_division_by_zero", "LIMIT", EFFECT_NONE},
    {"divide", "on_division_by_zero", "NULL", EFFECT_ZERO_NULL},
    {"divide", "on_division_by_zero", "NONE", EFFECT_ZERO_NULL},
    {"divide", "on_division_by_zero", "ERROR", EFFECT_ZERO_ERROR},
    {"divide", "on_domain_error", "NAN", EFFECT_NONE},
    {"divide", "on_domain_error", "NULL", EFFECT_DOMAIN_NULL},
    {"divide", "on_domain_error", "ERROR", EFFECT_DOMAIN_ERROR},
    {"modulus", "on_domain_error", "NULL", EFFECT_ZERO_NULL},
    {"modulus", "on_domain_error", "NONE", EFFECT_ZERO_NULL},
    {"modulus", "on_domain_error", "ERROR", EFFECT_NONE},
    {"modulus", "division_type", "TRUNCATE", EFFECT_NONE},
    {"modulus", "division_type", "FLOOR", EFFECT_FLOOR},
    {inverses, "on_domain_error", "NAN", EFFECT_DOMAIN_NAN},
    {inverses, "on_domain_error", "NULL", EFFECT_DOMAIN_NULL},
    {inverses, "on_domain_error", "NONE", EFFECT_DOMAIN_NULL},
    {inverses, "on_domain_error", "ERROR", EFFECT_DOMAIN_ERROR},
    {"power", "complex_number_result", "NAN", EFFECT_DOMAIN_NAN},
    {"power", "complex_number_result", "ERROR", EFFECT_DOMAIN_ERROR},
    {logarithms, "on_domain_error", "NAN", EFFECT_DOMAIN_NAN},
    {logarithms, "on_domain_error", "NULL", EFFECT_DOMAIN_NULL},
    {logarithms, "on_domain_error", "NONE", EFFECT_DOMAIN_NULL},
    {logarithms, "on_domain_error", "ERROR", EFFECT_DOMAIN_ERROR},
    {logarithms, "on_log_zero", "MINUS_INFINITY", EFFECT_NONE},
    {logarithms, "on_log_zero", "NAN", EFFECT_ZERO_NAN},
    {logarithms, "on_log_zero", "ERROR", EFFECT_ZERO_ERROR},
    {any, "case_sensitivity", "CASE_SENSITIVE", EFFECT_NONE},
    {searches, "case_sensitivity", "CASE_INSENSITIVE", EFFECT_FOLD_CASE},
    {patterns, "case_sensitivity", "CASE_INSENSITIVE", EFFECT_FOLD_CASE},
    {patterns, "multiline", "MULTILINE_DISABLED", EFFECT_NONE},
    {patterns, "multiline", "MULTILINE_ENABLED", EFFECT_MULTILINE},
    {patterns, "dotall", "DOTALL_DISABLED", EFFECT_NONE},
    {patterns, "dotall", "DOTALL_ENABLED", EFFECT_DOTALL},
    {patterns, "lookaround", "LOOKAROUND_DISABLED", EFFECT_NONE},
    {any, "char_set", "UTF8", EFFECT_NONE},
    {any, "full_unicode", "TRUE", EFFECT_NONE},
    {"concat", "null_handling", "ACCEPT_NULLS", EFFECT_NONE},
    {"concat", "null_handling", "IGNORE_NULLS", EFFECT_IGNORE_NULLS},
    {"concat_ws", "null_handling", "IGNORE_NULLS", EFFECT_NONE},
    {"substring", "negative_start", "WRAP_FROM_END", EFFECT_NONE},
    {"substring", "negative_start", "LEFT_OF_BEGINNING",
     EFFECT_LEFT_OF_BEGINNING},
    {trims, "spaces_only", "FALSE", EFFECT_NONE},
    {trims, "spaces_only", "False", EFFECT_NONE},
    {"sort", "direction", "ASC_NULLS_LAST", EFFECT_NONE},
    {"sort", "direction", "ASC_NULLS_FIRST", EFFECT_NULLS_FIRST},
    {"sort", "direction", "DESC_NULLS_LAST", EFFECT_DESCENDING},
    {"sort", "direction", "DESC_NULLS_FIRST", EFFECT_DESCENDING_NULLS_FIRST},
};

/* Whether a word is in a list of words. */
static bool
has_word(const char *words, const char *word)
{
  size_t length = strlen(word);

  for (const char *at = words; *at; at += strcspn(at, " ")) {
    at += *at == ' ';
    if (strncmp(at, word, length) == 0 &&
        (at[length] == ' ' || at[length] == '\0'))
      return true;
  }
  return false;
}

static bool
find(const char *function, const char *name, const char *value,
     enum effect *out_effect)
{
  for (size_t i = 0; i < sizeof done / sizeof *done; i++)
    if ((done[i].functions == any || has_word(done[i].functions, function)) &&
        strcmp(done[i].name, name) == 0 && strcmp(done[i].value, value) == 0) {
      *out_effect = done[i].effect;
      return true;
    }
  return false;
}

static void
apply(enum effect effect, struct chosen *chosen)
{
  struct wd_call_options *call = &chosen->call;

  if (effect >= EFFECT_ROUNDING && effect < EFFECT_ROUND_EVEN) {
    call->rounding = (uint8_t)(effect - EFFECT_ROUNDING);
    return;
  }
  switch (effect) {
  case EFFECT_SATURATE:
  case EFFECT_SILENT:
    call->overflow =
        effect == EFFECT_SATURATE ? WD_OVERFLOW_SATURATE : WD_OVERFLOW_SILENT;
    break;
  case EFFECT_DOMAIN_NAN:
  case EFFECT_DOMAIN_NULL:
  case EFFECT_DOMAIN_ERROR:
    call->domain = (uint8_t)(effect - EFFECT_DOMAIN_NAN + WD_UNDEFINED_NAN);
    break;
  case EFFECT_ZERO_NAN:
  case EFFECT_ZERO_NULL:
  case EFFECT_ZERO_ERROR:
    call->zero = (uint8_t)(effect - EFFECT_ZERO_NAN + WD_UNDEFINED_NAN);
    break;
  case EFFECT_FLOOR:
    call->floor = true;
    break;
  case EFFECT_ROUND_EVEN:
    chosen->round_even = true;
    break;
  case EFFECT_FOLD_CASE:
    chosen->fold_case = true;
    break;
  case EFFECT_IGNORE_NULLS:
    chosen->ignore_nulls = true;
    break;
  case EFFECT_MULTILINE:
    chosen->multiline = true;
    break;
  case EFFECT_DOTALL:
    chosen->dotall = true;
    break;
  case EFFECT_LEFT_OF_BEGINNING:
    chosen->left_of_beginning = true;
    break;
  case EFFECT_NULLS_FIRST:
  case EFFECT_DESCENDING:
  case EFFECT_DESCENDING_NULLS_FIRST:
    call->nulls_first = effect != EFFECT_DESCENDING;
    chosen->descending = effect != EFFECT_NULLS_FIRST;
    break;
  default:
    break;
  }
}

const char *
wd__option_done(const char *function, const char *name)
{
  for (size_t i = 0; i < sizeof done / sizeof *done; i++)
    if (done[i].effect == EFFECT_NONE &&
        (done[i].functions == any || has_word(done[i].functions, function)) &&
        strcmp(done[i].name, name) == 0)
      return done[i].value;
  return NULL;
}

/* Options of our own functions say by numbers what wd_call_options holds. */
static const char *const own[] = {"overflow", "domain",  "zero",
                                  "rounding", "modulus", "nulls"};
static const uint8_t most[] = {WD_OVERFLOW_SILENT,
                               WD_UNDEFINED_ERROR,
                               WD_UNDEFINED_ERROR,
                               WD_ROUND_TIE_TO_ODD,
                               1,
                               1};

void
wd__own_options(struct wd_call_options options,
                void (*each)(void *to, const char *name, const char *value),
                void *to)
{
  const uint8_t values[] = {options.overflow, options.domain,
                            options.zero,     options.rounding,
                            options.floor,    options.nulls_first};

  for (size_t i = 0; i < sizeof values; i++) {
    const char digit[] = {(char)('0' + values[i]), '\0'};

    if (values[i])
      each(to, own[i], digit);
  }
}

static enum wd_status
choose_own(const struct translator *t, const struct wd_message *option,
           struct wd_call_options *options)
{
  const struct wd_value *name =
      wd_message_find(option, WD_SS_FunctionOption_name);
  const struct wd_value *value =
      wd_message_find(option, WD_SS_FunctionOption_preference);
  size_t i = 0, count = sizeof own / sizeof *own;
  uint8_t digit;

  while (name && i < count &&
         (name->bytes.length != strlen(own[i]) ||
          memcmp(name->bytes.data, own[i], name->bytes.length) != 0))
    i++;
  if (!name || i == count || !value || value->bytes.length != 1 ||
      value->bytes.data[0] < '1' || value->bytes.data[0] > '0' + most[i])
    return wd__unsupported(t, option, "an option of ours that is not known");
  digit = (uint8_t)(value->bytes.data[0] - '0');
  switch (i) {
  case 0:
    options->overflow = digit;
    break;
  case 1:
    options->domain = digit;
    break;
  case 2:
    options->zero = digit;
    break;
  case 3:
    options->rounding = digit;
    break;
  case 4:
    options->floor = true;
    break;
  default:
    options->nulls_first = true;
  }
  return WD_OK;
}

/* The first preference that is done. */
static enum wd_status
choose(const struct translator *t, const struct wd_message *option,
       const char *function, struct chosen *chosen)
{
  const struct wd_value *named =
      wd_message_find(option, WD_SS_FunctionOption_name);
  const char *name, *value = "";
  enum effect effect;
  enum wd_status status = named ? wd__text(t, named, &name)
                                : wd__missing(t, option, "the option's name");

  for (const struct wd_value *preference =
           wd_message_find(option, WD_SS_FunctionOption_preference);
       preference && status == WD_OK; preference = wd_value_next(preference)) {
    status = wd__text(t, preference, &value);
    if (status == WD_OK && find(function, name, value, &effect)) {
      apply(effect, chosen);
      return WD_OK;
    }
  }
  return status != WD_OK
             ? status
             : wd_message_fail(option, WD_UNSUPPORTED, t->error,
                               "%s with the option %s=%s is not run here",
                               function, name, value);
}

enum wd_status
wd__check_options(const struct translator *t, const struct wd_message *call,
                  uint32_t field, const char *function,
                  struct chosen *out_chosen)
{
  enum wd_status status = WD_OK;

  *out_chosen = (struct chosen){.fold_case = false};
  for (const struct wd_value *option = wd_message_find(call, field);
       option && status == WD_OK; option = wd_value_next(option))
    status = function ? choose(t, option->message, function, out_chosen)
                      : choose_own(t, option->message, &out_chosen->call);
  return status;
}

static enum wd_status
fail_option(struct translator *t, const struct wd_message *message,
            const struct extension *extension, const struct wd_expression *made)
{
  char text[96];

  return wd_message_fail(
      message, WD_UNSUPPORTED, t->error,
      "%s of %s with these options is not run here", extension->name,
      wd_type_text(&made->arguments[0]->type, text, sizeof text));
}

/* Whether a call's options are those of its function for such operands; what
 * is usual for them is left out. */
static bool
check_call_options(const struct wd_expression *made,
                   struct wd_call_options *options)
{
  bool whole = wd_type_is_integer(&made->type);
  bool real = made->type.id == WD_TYPE_F32 || made->type.id == WD_TYPE_F64;

  if (whole && made->function == WD_FN_DIVIDE)
    options->domain = WD_UNDEFINED_USUAL; /* there is no NaN */
  if (whole && options->zero == WD_UNDEFINED_ERROR)
    options->zero = WD_UNDEFINED_USUAL;
  if (options->overflow && !whole &&
      (made->type.id != WD_TYPE_DECIMAL || made->function == WD_FN_FACTORIAL ||
       options->overflow == WD_OVERFLOW_SILENT))
    return false;
  if (options->domain && !real)
    return false;
  return !options->zero || real || whole;
}

enum wd_status
wd__set_options(struct translator *t, const struct wd_message *message,
                const struct extension *extension, const struct chosen *chosen,
                const struct wd_expression **out)
{
  struct wd_call_options options = chosen->call;
  const struct wd_expression *made = *out;
  struct wd_expression *node;

  /* What needs no call cannot fail. */
  if (made->kind != WD_EXPR_CALL)
    return WD_OK;
  if (!check_call_options(made, &options))
    return fail_option(t, message, extension, made);
  if (wd_call_options_usual(options))
    return WD_OK;
  node = wd_arena_alloc(t->arena, sizeof *node);
  if (!node)
    return wd_fail_memory(t->error);
  *node = *made;
  node->options = options;
  node->nullable = made->nullable || options.domain == WD_UNDEFINED_NULL ||
                   options.zero == WD_UNDEFINED_NULL;
  *out = node;
  return WD_OK;
}
