#include <wasidata.hpp>
#include <wasidata/tables.hpp>

struct Word {
  std::string_view word;
  WD_ROW(word)
};

struct Count {
  std::int64_t count;
  WD_ROW(count)
};

struct Number {
  std::int64_t n;
  WD_ROW(n)
};

struct Row {
  std::int64_t id;
  std::string_view word;
  WD_ROW(id, word)
};

struct Placed {
  std::int64_t id;
  std::string_view word;
  std::int64_t place;
  WD_ROW(id, word, place)
};

static void
words(std::string_view text, wd::Emit<Word> &emit)
{
  while (!text.empty()) {
    std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0)
      emit({text.substr(0, end)});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

int
main()
{
  wd::register_table("words", words);
  wd::register_source<Count>("numbers", 4,
                             [](Count c, std::uint32_t partition) {
                               return [n = std::int64_t{partition},
                                       c]() mutable -> std::optional<Number> {
                                 if (c.count >= 0 && n >= c.count)
                                   return {};
                                 n += 4;
                                 return Number{n - 4};
                               };
                             });
  wd::register_over<Count>("longest", [](Count c) {
    return [place = std::int64_t{0}, c](const Row &row,
                                        wd::Emit<Placed> &emit) mutable {
      if (place < c.count)
        emit({row.id, row.word, place++});
    };
  });
  wd::DataSet texts = wd::read("texts");
  texts.select({"id", "words(text) as word"}).sort({"id", "word"}).show();
  for (const char *text :
       {"select t.id, w.word from t left join words(t.text) w on true order by "
        "1, 2 nulls last",
        "select word from words('to be or') order by word",
        "select count(*) as n, cast(sum(n) as bigint) as s from numbers(1000)",
        "select count(*) as n from (select * from numbers(-1) limit 5)",
        "with w as (select t.id, x.word, length(x.word) as size from t, "
        "words(t.text) x) select id, word, place from longest(TABLE w "
        "PARTITION "
        "BY id ORDER BY (size DESC, word), 2) order by id, place"})
    wd::sql(text, {{"t", texts}}).show();
}
