/* Counts the words of a text: maximal runs of ASCII letters, lower-cased; the
 * most frequent first, equal ones in the order of the alphabet.
 *
 *   wasi-data run --table 'lines=books/' wordcount.wasm
 *   wasi-data run --table 'lines=books/' --sink counts=counts.parquet
 *     wordcount.wasm
 *
 * Shows wd_flat_map: a C function that turns a row into any number of rows.
 * Grouping, sorting and writing are the engine's.
 */
#include <wasidata.h>

static bool
is_letter(char c)
{
  return (unsigned char)((c | 0x20) - 'a') < 26;
}

static void
emit_word(wd_rows *out, wd_str word)
{
  char *copy = wd_set_str(out, 0, word);
  for (uint32_t i = 0; i < word.size; i++)
    copy[i] |= 0x20;
  wd_emit(out);
}

static void
words(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_str line = wd_get_str(row, 0);
  uint32_t at = 0;
  while (at < line.size) {
    uint32_t start = at;
    while (at < line.size && is_letter(line.data[at]))
      at++;
    if (at > start)
      emit_word(out, (wd_str){line.data + start, at - start});
    else
      at++;
  }
}

int
main(void)
{
  wd_dataset lines = wd_select(wd_read("lines"), "line");
  wd_dataset all = wd_flat_map(lines, words, NULL, 0, "word: string not null");
  wd_dataset counts =
      wd_aggregate(wd_group_by(all, "word"), "count(*) as count");
  wd_write_or_show(wd_sort(counts, "count desc", "word"), "counts");
}
