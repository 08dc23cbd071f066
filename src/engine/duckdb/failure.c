#include "engine/duckdb/failure.h"

#include <string.h>

struct kind {
  const char *prefix;
  enum wd_status status;
};

static const struct kind kinds[] = {
    {"INTERRUPT Error", WD_CANCELLED},
    {"Interrupt Error", WD_CANCELLED},
    {"Out of Memory Error", WD_LIMIT_EXCEEDED},
    {"IO Error", WD_IO},
    {"HTTP Error", WD_IO},
    {"Permission Error", WD_IO},
    {"Not implemented Error", WD_UNSUPPORTED},
    {"INTERNAL Error", WD_INTERNAL},
    {"FATAL Error", WD_INTERNAL},
};

/* The text after "Some Error: ", NULL when it does not begin so. */
static const char *
after_prefix(const char *message)
{
  const char *colon = strstr(message, " Error: ");

  if (!colon || colon - message > 32 ||
      memchr(message, '\n', (size_t)(colon - message)))
    return NULL;
  return colon + strlen(" Error: ");
}

/* The reader of JSON ends so: with settings of its own. A value is not of the
 * type that the lines before it have. */
static const char sampled[] = "Try increasing 'sample_size'";

/* DuckDB appends hints and positions in SQL that nobody wrote. */
static size_t
useful_length(const char *text)
{
  static const char *const ends[] = {
      "\n\nLINE ",        "\nLINE ", "\nStack Trace", "\nPotential Fixes",
      "\nPossible fixes", "\n\n",    sampled};
  size_t length = strlen(text);

  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    const char *end = strstr(text, ends[i]);

    if (end && (size_t)(end - text) < length && end > text)
      length = (size_t)(end - text);
  }
  while (length && (text[length - 1] == ' ' || text[length - 1] == '\n'))
    length--;
  return length;
}

/* The reader of csv names its file among the settings that follow the text;
 * false when there is none, or when the text has it. */
static bool
find_file(const char *message, const char *text, size_t text_length, char *file,
          size_t size)
{
  static const char mark[] = "\n  file = ";
  const char *at = strstr(message, mark);
  size_t length;

  if (!at)
    return false;
  at += strlen(mark);
  length = strcspn(at, "\n");
  if (length == 0 || length >= size || memmem(text, text_length, at, length))
    return false;
  memcpy(file, at, length);
  file[length] = '\0';
  return true;
}

enum wd_status
wd_duck_fail(struct wd_error *error, const char *message)
{
  enum wd_status status = WD_ENGINE_FAILED;
  char clean[sizeof((struct wd_error *)NULL)->message], file[512];
  const char *text;

  if (!message || !*message)
    message = "DuckDB failed without a message";
  text = after_prefix(message);
  if (text) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
      if (strncmp(message, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
        status = kinds[i].status;
  } else {
    text = message;
  }
  wd_text_clean(clean, sizeof clean, text, useful_length(text));
  for (char *c = clean; *c; c++)
    if (*c == '\n')
      *c = ' ';
  if (status == WD_CANCELLED)
    return wd_fail(error, status, "the query was cancelled");
  if (strstr(message, sampled))
    return wd_fail_at(error, WD_ORIGIN_ENGINE, status,
                      "%s: the lines before it have another type; say which "
                      "it shall be by the table's option columns=(name type, "
                      "...)",
                      clean);
  if (find_file(message, text, useful_length(text), file, sizeof file))
    return wd_fail_at(error, WD_ORIGIN_ENGINE, status, "'%s': %s", file, clean);
  return wd_fail_at(error, WD_ORIGIN_ENGINE, status, "%s", clean);
}

enum wd_status
wd_duck_fail_result(struct wd_error *error, duckdb_result *result)
{
  return wd_duck_fail(error, duckdb_result_error(result));
}
