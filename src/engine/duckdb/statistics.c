#include "engine/duckdb/statistics.h"

#include <string.h>
#include <sys/stat.h>

#include "engine/duckdb/failure.h"
#include "engine/duckdb/lower.h"

/* More files than these, and it begins anew. */
#define FILES_MAX 64

/* Most columns that are asked for at once. */
#define COLUMNS_MAX 256

struct wd_duck_statistics {
  struct wd_duck_statistics *next;
  char *file;
  struct stat stat;
  struct wd_arena arena;
  struct wd_schema schema;
  wd_uint128 *most; /* of each column, UNKNOWN ones too; NULL: not asked */
};

#define UNKNOWN (~(wd_uint128)0)

static void
free_one(struct wd_duck_engine *engine, struct wd_duck_statistics *one)
{
  wd_arena_fini(&one->arena);
  wd_mem_free(engine->mem, one, sizeof *one);
}

void
wd_duck_statistics_free(struct wd_duck_engine *engine)
{
  while (engine->statistics) {
    struct wd_duck_statistics *one = engine->statistics;

    engine->statistics = one->next;
    free_one(engine, one);
  }
  engine->statistics_count = 0;
}

static bool
is_of(const struct wd_duck_statistics *one, const char *file,
      const struct stat *stat)
{
  return strcmp(one->file, file) == 0 && one->stat.st_dev == stat->st_dev &&
         one->stat.st_ino == stat->st_ino &&
         one->stat.st_size == stat->st_size &&
         one->stat.st_mtim.tv_sec == stat->st_mtim.tv_sec &&
         one->stat.st_mtim.tv_nsec == stat->st_mtim.tv_nsec;
}

/* Under the lock. */
static struct wd_duck_statistics *
find(struct wd_duck_engine *engine, const char *file)
{
  struct wd_duck_statistics *one = engine->statistics;
  struct stat found;

  if (stat(file, &found) != 0)
    return NULL;
  while (one && !is_of(one, file, &found))
    one = one->next;
  return one;
}

bool
wd_duck_statistics_schema(struct wd_duck_engine *engine, const char *file,
                          struct wd_arena *arena, struct wd_schema *out_schema)
{
  const struct wd_duck_statistics *one;
  bool found;

  pthread_mutex_lock(&engine->lock);
  one = find(engine, file);
  found = one && wd_schema_copy(&one->schema, arena, out_schema, NULL) == WD_OK;
  pthread_mutex_unlock(&engine->lock);
  return found;
}

static struct wd_duck_statistics *
new_one(struct wd_duck_engine *engine, const char *file,
        const struct wd_schema *schema)
{
  struct wd_duck_statistics *one = wd_mem_calloc(engine->mem, 1, sizeof *one);

  if (!one)
    return NULL;
  wd_arena_init(&one->arena, engine->mem, 0);
  one->file = wd_arena_strdup(&one->arena, file);
  if (one->file && stat(file, &one->stat) == 0 &&
      wd_schema_copy(schema, &one->arena, &one->schema, NULL) == WD_OK)
    return one;
  free_one(engine, one);
  return NULL;
}

void
wd_duck_statistics_keep(struct wd_duck_engine *engine, const char *file,
                        const struct wd_schema *schema)
{
  struct wd_duck_statistics *one;

  pthread_mutex_lock(&engine->lock);
  if (engine->statistics_count == FILES_MAX)
    wd_duck_statistics_free(engine);
  one = find(engine, file) ? NULL : new_one(engine, file, schema);
  if (one) {
    one->next = engine->statistics;
    engine->statistics = one;
    engine->statistics_count++;
  }
  pthread_mutex_unlock(&engine->lock);
}

static bool
is_asked(const struct wd_schema *schema, uint32_t column)
{
  const struct wd_type *type = &schema->columns[column].type;

  return column < COLUMNS_MAX &&
         (type->id == WD_TYPE_DECIMAL || wd_type_is_integer(type));
}

/* stats(column) is a text, the same for each row. */
static bool
write_question(const struct wd_schema *schema, const char *reader,
               struct wd_buf *buf)
{
  const char *comma = "SELECT ";

  for (uint32_t i = 0; i < schema->count; i++) {
    if (!is_asked(schema, i))
      continue;
    wd_buf_printf(buf, "%sstats(t.", comma);
    wd_duck_quote(schema->columns[i].name, strlen(schema->columns[i].name), '"',
                  buf);
    wd_buf_putc(buf, ')');
    comma = ", ";
  }
  return wd_buf_printf(buf, " FROM %s AS t LIMIT 1", reader);
}

/* After a word, up to what comes then: a decimal of this scale. */
static bool
read_bound(const char *text, const char *word, const char *end, int8_t scale,
           wd_uint128 *out_size)
{
  const char *begin = strstr(text, word), *stop;
  wd_int128 value;
  uint8_t precision;
  int8_t found;

  if (!begin)
    return false;
  begin += strlen(word);
  stop = strstr(begin, end);
  if (!stop ||
      !wd_decimal_parse(begin, (size_t)(stop - begin), &value, &precision,
                        &found) ||
      found != scale)
    return false;
  *out_size = value < 0 ? -(wd_uint128)value : (wd_uint128)value;
  return true;
}

/* `[Min: 901.00, Max: 104949.50][Has Null: …]` */
static wd_uint128
read_answer(const char *text, int8_t scale)
{
  wd_uint128 least, most;

  if (!read_bound(text, "[Min: ", ", Max: ", scale, &least) ||
      !read_bound(text, ", Max: ", "]", scale, &most))
    return UNKNOWN;
  return least > most ? least : most;
}

static void
take_answers(duckdb_result *answers, const struct wd_schema *schema,
             wd_uint128 *most)
{
  duckdb_data_chunk chunk = duckdb_fetch_chunk(*answers);
  idx_t answer = 0;

  for (uint32_t i = 0; chunk && i < schema->count; i++) {
    duckdb_vector vector;
    duckdb_string_t *text;
    char copy[256];

    if (!is_asked(schema, i))
      continue;
    vector = duckdb_data_chunk_get_vector(chunk, answer++);
    text = duckdb_vector_get_data(vector);
    if (!wd_duck_is_valid(duckdb_vector_get_validity(vector), 0) ||
        duckdb_string_t_length(*text) >= sizeof copy)
      continue;
    memcpy(copy, duckdb_string_t_data(text), duckdb_string_t_length(*text));
    copy[duckdb_string_t_length(*text)] = '\0';
    most[i] = read_answer(copy, schema->columns[i].type.scale);
  }
  duckdb_destroy_data_chunk(&chunk);
}

static void
ask(struct wd_duck_engine *engine, const char *reader,
    const struct wd_schema *schema, wd_uint128 *most)
{
  duckdb_result answers;
  struct wd_buf sql;

  wd_buf_init(&sql, engine->mem, 1 << 20);
  if (write_question(schema, reader, &sql) && !sql.failed) {
    if (duckdb_query(engine->connection, wd_buf_text(&sql), &answers) ==
        DuckDBSuccess)
      take_answers(&answers, schema, most);
    duckdb_destroy_result(&answers);
  }
  wd_buf_fini(&sql);
}

void
wd_duck_statistics_find(struct wd_duck_engine *engine, const char *file,
                        const char *reader, const struct wd_schema *schema,
                        wd_uint128 *most)
{
  uint32_t count = schema->count;
  struct wd_duck_statistics *one;

  pthread_mutex_lock(&engine->lock);
  one = find(engine, file);
  if (one && !one->most && wd_schema_equal(&one->schema, schema)) {
    one->most = wd_arena_array(&one->arena, count, sizeof *one->most);
    if (one->most) {
      memset(one->most, 0xff, count * sizeof *one->most);
      ask(engine, reader, schema, one->most);
    }
  }
  if (one && one->most && wd_schema_equal(&one->schema, schema))
    for (uint32_t i = 0; i < count; i++)
      if (one->most[i] != UNKNOWN)
        most[i] = one->most[i];
  pthread_mutex_unlock(&engine->lock);
}
