/* Word count of the text table `lines`, in two ways: every word to the engine,
 * which groups, and a hash table for each partition. Words are runs of bytes
 * above the blank. */
#include "bench.h"
#include "texts.h"

struct entry {
  uint32_t hash, offset, size, count;
};

/* Open addressing; a count of 0 ends a search. The words are in `text`. */
struct counter {
  struct entry *entries;
  uint32_t slots, used; /* slots: a power of two */
  char *text;
  uint32_t length, room;
  uint32_t given; /* slots that were looked at for the output */
};

static void
counter_grow(struct counter *c)
{
  uint32_t slots = c->slots ? c->slots * 2 : 1 << 16;
  struct entry *entries = calloc(slots, sizeof *entries);
  for (uint32_t i = 0; i < c->slots; i++) {
    uint32_t at = c->entries[i].hash & (slots - 1);
    if (!c->entries[i].count)
      continue;
    while (entries[at].count)
      at = (at + 1) & (slots - 1);
    entries[at] = c->entries[i];
  }
  free(c->entries);
  c->entries = entries;
  c->slots = slots;
}

static uint32_t
counter_keep(struct counter *c, const char *word, uint32_t size)
{
  if (size > c->room - c->length) {
    c->room = 2 * (c->length + size) + (1 << 16);
    c->text = realloc(c->text, c->room);
  }
  memcpy(c->text + c->length, word, size);
  c->length += size;
  return c->length - size;
}

static void
counter_add(struct counter *c, const char *word, uint32_t size, uint32_t hash)
{
  uint32_t at = hash & (c->slots - 1);
  struct entry *entry;
  while ((entry = c->entries + at)->count) {
    if (entry->hash == hash && entry->size == size &&
        memcmp(c->text + entry->offset, word, size) == 0) {
      entry->count++;
      return;
    }
    at = (at + 1) & (c->slots - 1);
  }
  *entry = (struct entry){hash, counter_keep(c, word, size), size, 1};
  if (++c->used * 2 > c->slots)
    counter_grow(c);
}

static void
count_text(struct counter *c, const char *text, uint32_t at, uint32_t end)
{
  while (at < end) {
    uint64_t hash = 1469598103934665603;
    uint32_t start = at;
    uint8_t byte;
    while (at < end && (byte = (uint8_t)text[at]) > ' ') {
      hash = (hash ^ byte) * 1099511628211;
      at++;
    }
    if (at > start)
      counter_add(c, text + start, at - start, (uint32_t)(hash ^ hash >> 32));
    at++;
  }
}

static void
count(void *state, const wd_batch *in, wd_rows *out, void *env)
{
  struct counter *c = state;
  const wd_column *line = in->columns;
  (void)out;
  (void)env;
  if (!c->slots)
    counter_grow(c);
  for (uint32_t i = 0; i < in->rows; i++)
    count_text(c, line->values, (uint32_t)line->offsets[i],
               (uint32_t)line->offsets[i + 1]);
}

static bool
give(void *state, wd_rows *out, void *env)
{
  struct counter *c = state;
  (void)env;
  for (uint32_t most = 8192; most && c->given < c->slots; c->given++) {
    const struct entry *entry = c->entries + c->given;
    if (!entry->count)
      continue;
    wd_set_str(out, 0, (wd_str){c->text + entry->offset, entry->size});
    wd_set_i64(out, 1, entry->count);
    wd_emit(out);
    most--;
  }
  return c->given < c->slots;
}

static void
forget(void *state, void *env)
{
  struct counter *c = state;
  (void)env;
  free(c->entries);
  free(c->text);
}

static wd_dataset
make(const char *name)
{
  static const wd_partition_fn functions = {
      .size = sizeof(struct counter),
      .batch = count,
      .end = give,
      .close = forget,
  };
  wd_dataset lines = wd_select(wd_read("lines"), "line");
  wd_dataset words;
  const char *measure = "count(*) as n";
  if (strcmp(name, "flat_map") == 0) {
    words = wd_flat_map(lines, word_rows, NULL, 0, "w: string not null");
  } else if (strcmp(name, "partitions") == 0) {
    words = wd_map_partitions(lines, &functions, NULL, 0,
                              "w: string not null, n: i64 not null");
    measure = "sum(n) as n";
  } else {
    bench_unknown(name);
  }
  return wd_sort(wd_aggregate(wd_group_by(words, "w"), measure), "n desc", "w");
}

int
main(int argc, char **argv)
{
  return bench_run(argc, argv, make);
}
