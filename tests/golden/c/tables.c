#include <wasidata_tables.h>

static void
words(const wd_row *row, wd_rows *out, void *env)
{
  wd_str text = wd_get_str(row, 0);
  uint32_t from = 0;
  (void)env;
  for (uint32_t i = 0; i <= text.size; i++) {
    if (i < text.size && text.data[i] != ' ')
      continue;
    if (i > from) {
      wd_set_str(out, 0, (wd_str){text.data + from, i - from});
      wd_emit(out);
    }
    from = i + 1;
  }
}

struct numbers {
  int64_t next, end;
};

static void
open(void *state, uint32_t partition, const wd_row *arguments, void *env)
{
  struct numbers *n = state;
  (void)env;
  n->next = partition;
  n->end = wd_get_i64(arguments, 0);
}

static bool
next(void *state, wd_rows *out, void *env)
{
  struct numbers *n = state;
  (void)env;
  if (n->end >= 0 && n->next >= n->end)
    return false;
  wd_set_i64(out, 0, n->next);
  wd_emit(out);
  n->next += 4;
  return true;
}

struct first {
  int64_t count;
  uint32_t id, word;
};

static void
first_bind(wd_bind *bind, void *env)
{
  struct first *first = env;
  wd_row known;
  wd_bind_constant(bind, wd_bind_input(bind)->count - 1, &known);
  first->count = wd_get_i64(&known, 0);
  first->id = wd_bind_column(bind, "id");
  first->word = wd_bind_column(bind, "word");
}

static void
first_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  int64_t *seen = state;
  const struct first *first = env;
  if (*seen == first->count)
    return;
  wd_copy(out, 0, row, first->id);
  wd_copy(out, 1, row, first->word);
  wd_set_i64(out, 2, (*seen)++);
  wd_emit(out);
}

static void
show(const char *text, wd_dataset texts)
{
  const char *names[] = {"t", NULL};
  wd_show(wd_sql(text, "", names, &texts));
}

int
main(void)
{
  static const wd_generator numbers = {
      .size = sizeof(struct numbers), .open = open, .next = next};
  static const wd_partition_fn first = {.size = sizeof(int64_t),
                                        .row = first_row};
  struct first env = {0};
  wd_register_table("words", "text: string",
                    &(wd_table_function){.rows = words,
                                         .output = "word: string",
                                         .promises = WD_STRICT});
  wd_register_table("numbers", "count: i64",
                    &(wd_table_function){.generate = &numbers,
                                         .partitions = 4,
                                         .output = "n: i64"});
  wd_register_table(
      "longest", "count: i64",
      &(wd_table_function){.relation = &first,
                           .bind = first_bind,
                           .env = &env,
                           .env_size = sizeof env,
                           .output = "id: i64, word: string, place: i64"});
  wd_dataset texts = wd_read("texts");
  wd_show(wd_sort(wd_select(texts, "id", "words(text) as word"), "id", "word"));
  show("select t.id, w.word from t left join words(t.text) w on true order by "
       "1, 2 nulls last",
       texts);
  show("select word from words('to be or') order by word", texts);
  show("select count(*) as n, cast(sum(n) as bigint) as s from numbers(1000)",
       texts);
  show("select count(*) as n from (select * from numbers(-1) limit 5)", texts);
  show("with w as (select t.id, x.word, length(x.word) as size from t, "
       "words(t.text) x) select id, word, place from longest(TABLE w PARTITION "
       "BY id ORDER BY (size DESC, word), 2) order by id, place",
       texts);
}
