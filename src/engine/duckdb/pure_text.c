/* Texts: integers that are written in them, and how much two differ. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "engine/duckdb/decimals.h"
#include "engine/duckdb/pure_run.h"

/* Decimal digits with a sign and blanks around, nothing else. */
static bool
parse_integer(const char *text, size_t length, wd_int128 *out_value)
{
  uint8_t precision;
  int8_t scale;

  while (length && *text == ' ') {
    text++;
    length--;
  }
  while (length && text[length - 1] == ' ')
    length--;
  return wd_decimal_parse(text, length, out_value, &precision, &scale) &&
         scale == 0 && !memchr(text, '.', length);
}

static void
fail_integer(duckdb_function_info info, const char *text, size_t length)
{
  char shown[64], message[128];

  wd_text_clean(shown, sizeof shown, text, length);
  snprintf(message, sizeof message, "'%s' is not an integer", shown);
  duckdb_scalar_function_set_error(info, message);
}

void
wd__pure_parse(duckdb_function_info info, duckdb_data_chunk input,
               duckdb_vector output)
{
  const struct wd_duck_pure *pure = duckdb_scalar_function_get_extra_info(info);
  duckdb_vector vector = duckdb_data_chunk_get_vector(input, 0);
  duckdb_string_t *in = duckdb_vector_get_data(vector);
  const uint64_t *valid = duckdb_vector_get_validity(vector);
  void *out = duckdb_vector_get_data(output);
  idx_t rows = duckdb_data_chunk_get_size(input);

  for (idx_t row = 0; row < rows; row++) {
    wd_int128 value = 0;
    bool null = is_null(valid, row);

    if (!null && !parse_integer(duckdb_string_t_data(&in[row]),
                                duckdb_string_t_length(in[row]), &value)) {
      if (pure->key.kind == WD_DUCK_PURE_INTEGER) {
        fail_integer(info, duckdb_string_t_data(&in[row]),
                     duckdb_string_t_length(in[row]));
        return;
      }
      null = true;
    }
    if (null)
      set_null(output, row);
    else
      wd_duck_decimal_put(out, 38, row, value);
  }
}

/* So many letters are compared with each other at most. */
#define DISTANCE_MAX 65536

/* The code points of a text, one a cell; returns how many. */
static size_t
letters_of(const char *text, size_t length, uint32_t *out_letters)
{
  size_t count = 0;

  for (size_t at = 0; at < length;) {
    size_t size = wd_utf8_step((const uint8_t *)text + at, length - at);
    uint32_t letter = 0;

    for (size_t i = 0; i < size; i++)
      letter = letter << 8 | (uint8_t)text[at + i];
    out_letters[count++] = letter;
    at += size ? size : length;
  }
  return count;
}

/* One row of the table after the other; `row` has n + 1 cells. */
static int64_t
distance_of(const uint32_t *a, size_t m, const uint32_t *b, size_t n,
            uint32_t *row)
{
  for (size_t k = 0; k <= n; k++)
    row[k] = (uint32_t)k;
  for (size_t i = 1; i <= m; i++) {
    uint32_t corner = row[0];

    row[0] = (uint32_t)i;
    for (size_t k = 1; k <= n; k++) {
      uint32_t best = corner + (a[i - 1] != b[k - 1]);

      corner = row[k];
      if (row[k - 1] + 1 < best)
        best = row[k - 1] + 1;
      if (corner + 1 < best)
        best = corner + 1;
      row[k] = best;
    }
  }
  return row[n];
}

/* NULL: computed. Else what is wrong. */
static const char *
distance(duckdb_string_t *left, duckdb_string_t *right, int64_t *out_value)
{
  size_t m = duckdb_string_t_length(*left), n = duckdb_string_t_length(*right);
  uint32_t *cells;

  if (m > DISTANCE_MAX || n > DISTANCE_MAX)
    return "levenshtein takes texts of at most 65536 bytes";
  cells = malloc((m + 2 * n + 1) * sizeof *cells);
  if (!cells)
    return "out of memory";
  m = letters_of(duckdb_string_t_data(left), m, cells);
  n = letters_of(duckdb_string_t_data(right), n, cells + m);
  *out_value = distance_of(cells, m, cells + m, n, cells + m + n);
  free(cells);
  return NULL;
}

void
wd__pure_distance(duckdb_function_info info, duckdb_data_chunk input,
                  duckdb_vector output)
{
  duckdb_vector left = duckdb_data_chunk_get_vector(input, 0);
  duckdb_vector right = duckdb_data_chunk_get_vector(input, 1);
  duckdb_string_t *a = duckdb_vector_get_data(left);
  duckdb_string_t *b = duckdb_vector_get_data(right);
  const uint64_t *a_valid = duckdb_vector_get_validity(left);
  const uint64_t *b_valid = duckdb_vector_get_validity(right);
  int64_t *out = duckdb_vector_get_data(output);
  idx_t rows = duckdb_data_chunk_get_size(input);

  for (idx_t row = 0; row < rows; row++) {
    const char *wrong;

    if (is_null(a_valid, row) || is_null(b_valid, row)) {
      set_null(output, row);
      continue;
    }
    wrong = distance(&a[row], &b[row], &out[row]);
    if (wrong) {
      duckdb_scalar_function_set_error(info, wrong);
      return;
    }
  }
}
