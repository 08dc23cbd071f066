// Counts the words of a text: maximal runs of ASCII letters, lower-cased; the
// most frequent first, equal ones in the order of the alphabet.
//
//   wasi-data run --table 'lines=books/' wordcount.wasm
//   wasi-data run --table 'lines=books/' --sink counts=counts.parquet
//     wordcount.wasm
//
// Shows flat_map: a function that turns a row into any number of rows.
// Grouping, sorting and writing are the engine's.
#include <algorithm>

#include <wasidata.hpp>

struct Line {
  std::string_view line;
  WD_ROW(line)
};

struct Word {
  std::string_view word;
  WD_ROW(word)
};

static bool
is_letter(char c)
{
  return static_cast<unsigned char>((c | 0x20) - 'a') < 26;
}

static void
words(const Line &row, wd::Emit<Word> emit)
{
  static std::string word;
  auto at = row.line.begin(), end = row.line.end();
  while ((at = std::find_if(at, end, is_letter)) != end) {
    word.clear();
    for (; at != end && is_letter(*at); ++at)
      word += static_cast<char>(*at | 0x20);
    emit({word});
  }
}

int
main()
{
  wd::read("lines")
      .flat_map(words)
      .group_by("word")
      .aggregate("count(*) as count")
      .sort("count desc", "word")
      .write_or_show("counts");
}
