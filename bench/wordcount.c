#include "wordcount.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS_MAX 64

/* count 0: empty. Words stay where they are in the text. */
struct entry {
  uint64_t hash;
  const char *word;
  uint32_t size;
  uint32_t count;
};

struct table {
  struct entry *entries;
  uint64_t slots, used; /* slots: a power of two */
};

struct part {
  pthread_t thread;
  const char *text, *end;
  struct table table;
};

static void *
allocate(uint64_t size)
{
  void *memory = calloc(1, size);

  if (!memory) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  return memory;
}

static void
table_grow(struct table *table)
{
  uint64_t slots = table->slots ? table->slots * 2 : 1 << 17;
  struct entry *entries = allocate(slots * sizeof *entries);

  for (uint64_t i = 0; i < table->slots; i++) {
    uint64_t at = table->entries[i].hash & (slots - 1);

    if (!table->entries[i].count)
      continue;
    while (entries[at].count)
      at = (at + 1) & (slots - 1);
    entries[at] = table->entries[i];
  }
  free(table->entries);
  table->entries = entries;
  table->slots = slots;
}

static void
table_add(struct table *table, const char *word, uint32_t size, uint64_t hash,
          uint32_t count)
{
  uint64_t at = hash & (table->slots - 1);
  struct entry *entry;

  while ((entry = table->entries + at)->count) {
    if (entry->hash == hash && entry->size == size &&
        memcmp(entry->word, word, size) == 0) {
      entry->count += count;
      return;
    }
    at = (at + 1) & (table->slots - 1);
  }
  *entry = (struct entry){hash, word, size, count};
  if (++table->used * 2 > table->slots)
    table_grow(table);
}

static void *
count_part(void *data)
{
  struct part *part = data;
  const char *at = part->text;

  table_grow(&part->table);
  while (at < part->end) {
    uint64_t hash = 1469598103934665603u;
    const char *start = at;
    unsigned char byte;

    while (at < part->end && (byte = (unsigned char)*at) > ' ') {
      hash = (hash ^ byte) * 1099511628211u;
      at++;
    }
    if (at > start)
      table_add(&part->table, start, (uint32_t)(at - start), hash ^ hash >> 29,
                1);
    at++;
  }
  return NULL;
}

static char *
read_file(const char *path, size_t *out_size)
{
  int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat about;
  char *text;
  size_t size = 0;

  if (file < 0 || fstat(file, &about) != 0) {
    perror(path);
    exit(1);
  }
  text = malloc((size_t)about.st_size + 1);
  while (text && size < (size_t)about.st_size) {
    ssize_t got = read(file, text + size, (size_t)about.st_size - size);

    if (got <= 0) {
      perror(path);
      exit(1);
    }
    size += (size_t)got;
  }
  close(file);
  *out_size = size;
  return text;
}

/* Cuts the text between words. */
static void
cut(struct part *parts, unsigned count, const char *text, size_t size)
{
  const char *end = text + size, *at = text;

  for (unsigned i = 0; i < count; i++) {
    parts[i].text = at;
    at = i + 1 == count ? end : text + size / count * (i + 1);
    while (at < end && (unsigned char)*at > ' ')
      at++;
    parts[i].end = at;
  }
}

static int
compare(const void *a, const void *b)
{
  const struct entry *x = *(struct entry *const *)a;
  const struct entry *y = *(struct entry *const *)b;
  uint32_t size = x->size < y->size ? x->size : y->size;
  int order;

  if (x->count != y->count)
    return x->count < y->count ? 1 : -1;
  order = memcmp(x->word, y->word, size);
  return order ? order : (x->size > y->size) - (x->size < y->size);
}

static void
sort(const struct table *table, uint64_t *out_rows, uint64_t *out_sum)
{
  struct entry **order = allocate((table->used + 1) * sizeof *order);
  uint64_t rows = 0, sum = 0;

  for (uint64_t i = 0; i < table->slots; i++)
    if (table->entries[i].count) {
      order[rows++] = table->entries + i;
      sum += table->entries[i].count;
    }
  qsort(order, rows, sizeof *order, compare);
  free(order);
  *out_rows = rows;
  *out_sum = sum;
}

void
wordcount(const char *path, unsigned threads, uint64_t *out_rows,
          uint64_t *out_sum)
{
  struct part parts[THREADS_MAX] = {0};
  unsigned count = threads < THREADS_MAX ? threads : THREADS_MAX;
  size_t size;
  char *text = read_file(path, &size);

  cut(parts, count, text, size);
  for (unsigned i = 1; i < count; i++)
    if (pthread_create(&parts[i].thread, NULL, count_part, parts + i) != 0)
      exit(1);
  count_part(parts);
  for (unsigned i = 1; i < count; i++) {
    pthread_join(parts[i].thread, NULL);
    for (uint64_t k = 0; k < parts[i].table.slots; k++) {
      const struct entry *entry = parts[i].table.entries + k;

      if (entry->count)
        table_add(&parts->table, entry->word, entry->size, entry->hash,
                  entry->count);
    }
    free(parts[i].table.entries);
  }
  sort(&parts->table, out_rows, out_sum);
  free(parts->table.entries);
  free(text);
}
