#include "wasm/signature.h"

#include <string.h>

#define VALUES_MAX 64

static const char *
letter_name(char letter)
{
  switch (letter) {
  case 'i':
    return "i32";
  case 'l':
    return "i64";
  case 'f':
    return "f32";
  default:
    return "f64";
  }
}

static void
append(char *text, size_t size, const char *more)
{
  size_t used = strlen(text);
  size_t length = strlen(more);

  if (used + length < size)
    memcpy(text + used, more, length + 1);
}

static void
print_letters(char *text, size_t size, const char *letters, bool grouped)
{
  append(text, size, grouped ? "(" : "");
  for (const char *letter = letters; *letter; letter++) {
    append(text, size, letter > letters ? " " : "");
    append(text, size, letter_name(*letter));
  }
  append(text, size, grouped ? ")" : "");
}

char *
wd_signature_print(const char *parameters, const char *results, char *out_text,
                   size_t size)
{
  out_text[0] = '\0';
  print_letters(out_text, size, parameters, true);
  append(out_text, size, " -> ");
  print_letters(out_text, size, results, strlen(results) != 1);
  return out_text;
}

bool
wd_signature_is(const char *signature, const char *parameters,
                const char *results)
{
  char text[1024];

  return strcmp(signature, wd_signature_print(parameters, results, text,
                                              sizeof text)) == 0;
}

/* The kinds of "i32 i64" up to `end`; their count, or -1. */
static int
parse(const char *at, const char *end, wasm_valkind_t kinds[VALUES_MAX])
{
  static const char letters[] = "ilfd";
  static const wasm_valkind_t known[] = {WASM_I32, WASM_I64, WASM_F32,
                                         WASM_F64};
  int count = 0;

  while (at < end) {
    size_t i = 0;

    while (i < 4 && strncmp(at, letter_name(letters[i]), 3) != 0)
      i++;
    if (i == 4 || count == VALUES_MAX)
      return -1;
    kinds[count++] = known[i];
    at += 3;
    if (at < end && *at++ != ' ')
      return -1;
  }
  return count;
}

static void
fill(wasm_valtype_vec_t *types, const wasm_valkind_t *kinds, int count)
{
  wasm_valtype_vec_new_uninitialized(types, (size_t)count);
  for (int i = 0; i < count; i++)
    types->data[i] = wasm_valtype_new(kinds[i]);
}

wasm_functype_t *
wd_signature_type(const char *signature)
{
  const char *close = strchr(signature, ')');
  const char *result = close + strlen(") -> ");
  const char *end = signature + strlen(signature);
  wasm_valkind_t kinds[2][VALUES_MAX];
  wasm_valtype_vec_t parameters;
  wasm_valtype_vec_t results;
  int counts[2];

  if (*result == '(') {
    result++;
    end--;
  }
  counts[0] = parse(signature + 1, close, kinds[0]);
  counts[1] = parse(result, end, kinds[1]);
  if (counts[0] < 0 || counts[1] < 0)
    return NULL;
  fill(&parameters, kinds[0], counts[0]);
  fill(&results, kinds[1], counts[1]);
  return wasm_functype_new(&parameters, &results);
}
