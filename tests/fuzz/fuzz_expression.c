/* Whatever a program writes as an expression: it is parsed, printed, typed
 * against a schema of all carried types, and printed again. What is printed
 * reads as the same thing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/typing.h"

static const char columns[] =
    "a i32, b i64 not null, c i8, d u64, e fp32, f fp64, g decimal<10,2>, "
    "h date, i timestamp<6>, j timestamp_tz<6,UTC>, k string, l binary, "
    "m boolean, \"n o\" i16, p u8, xs list<i64>, ys list<list<string>>, "
    "s struct<a: i64, xs: list<i64>>, q map<string, i64>, v interval";

static const struct wd_parameter values[] = {
    {"p", {.id = WD_TYPE_I64}, {.value.integer = -7}, NULL},
    {"q", {.id = WD_TYPE_F32}, {.value.real = 0.5}, NULL},
    {"r", {.id = WD_TYPE_STRING}, {.null = true}, NULL},
};
static const struct wd_parameters parameters = {.count = 3, .items = values};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
  struct wd_arena arena;
  struct wd_schema schema;
  struct wd_error error;
};

static void
check(bool ok, const char *what, const char *a, const char *b)
{
  if (ok)
    return;
  fprintf(stderr, "%s\n  %s\n  %s\n", what, a, b);
  abort();
}

/* The text again, by syntax or by typed expression; NULL when it is refused
 * for its size. */
static const struct wd_syntax *
parse_again(struct fuzz *fuzz, const struct wd_buf *text)
{
  const struct wd_syntax *syntax;

  wd_error_clear(&fuzz->error);
  if (wd_syntax_parse(wd_buf_text(text), text->length, &fuzz->arena, &syntax,
                      NULL, &fuzz->error) == WD_OK)
    return syntax;
  check(fuzz->error.status == WD_LIMIT_EXCEEDED, "printed text is refused",
        wd_buf_text(text), fuzz->error.message);
  return NULL;
}

static void
fuzz_syntax(struct fuzz *fuzz, const struct wd_syntax *syntax)
{
  struct wd_buf first, second;

  wd_buf_init(&first, NULL, 1 << 22);
  wd_buf_init(&second, NULL, 1 << 22);
  wd_syntax_print(syntax, &first);
  syntax = parse_again(fuzz, &first);
  if (syntax) {
    wd_syntax_print(syntax, &second);
    check(strcmp(wd_buf_text(&first), wd_buf_text(&second)) == 0,
          "printed text differs", wd_buf_text(&first), wd_buf_text(&second));
  }
  wd_buf_fini(&first);
  wd_buf_fini(&second);
}

static void
fuzz_typed(struct fuzz *fuzz, const struct wd_syntax *syntax)
{
  struct wd_scope scope = {
      .left = &fuzz->schema, .parameters = &parameters, .windows = true};
  const struct wd_expression *expression, *again;
  struct wd_buf first, second;

  wd_error_clear(&fuzz->error);
  if (wd_expression_make(syntax, &scope, &fuzz->arena, &expression,
                         &fuzz->error) != WD_OK)
    return;
  wd_buf_init(&first, NULL, 1 << 22);
  wd_buf_init(&second, NULL, 1 << 22);
  wd_expression_print(expression, &fuzz->schema, &first);
  syntax = first.failed ? NULL : parse_again(fuzz, &first);
  if (syntax) {
    wd_error_clear(&fuzz->error);
    check(wd_expression_make(syntax, &scope, &fuzz->arena, &again,
                             &fuzz->error) == WD_OK ||
              fuzz->error.status == WD_LIMIT_EXCEEDED,
          "typed text is refused", wd_buf_text(&first), fuzz->error.message);
    if (fuzz->error.status == WD_OK) {
      wd_expression_print(again, &fuzz->schema, &second);
      check(strcmp(wd_buf_text(&first), wd_buf_text(&second)) == 0,
            "typed text differs", wd_buf_text(&first), wd_buf_text(&second));
      check(wd_type_equal(&expression->type, &again->type) &&
                expression->nullable == again->nullable,
            "types differ", wd_buf_text(&first), wd_buf_text(&second));
    }
  }
  wd_buf_fini(&first);
  wd_buf_fini(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct fuzz fuzz = {.schema = {0, NULL}};
  const struct wd_syntax *syntax;
  const char *name;

  wd_arena_init(&fuzz.arena, NULL, 0);
  if (wd_schema_parse(columns, sizeof columns - 1, &fuzz.arena, &fuzz.schema,
                      NULL) != WD_OK)
    abort();
  if (wd_syntax_parse((const char *)data, size, &fuzz.arena, &syntax, &name,
                      &fuzz.error) == WD_OK) {
    fuzz_syntax(&fuzz, syntax);
    fuzz_typed(&fuzz, syntax);
  }
  wd_arena_fini(&fuzz.arena);
  return 0;
}
