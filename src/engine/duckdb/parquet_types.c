#include "engine/duckdb/parquet_types.h"

#include <string.h>

#include "arrow/ipc.h"
#include "arrow/ipc_reader.h"
#include "base/base64.h"
#include "engine/duckdb/tables.h"

#define SCHEMA_KEY "ARROW:schema"

/* Most bytes of a schema. */
#define SCHEMA_MAX ((size_t)16 << 20)

static bool
has_named(const struct wd_column *columns, uint32_t count)
{
  bool has = false;

  for (uint32_t i = 0; !has && i < count; i++)
    has = columns[i].type.extension ||
          has_named(columns[i].type.children, columns[i].type.child_count);
  return has;
}

/* As files have them: null or not, fixed lists as lists. */
static const struct wd_column *
loosen(const struct wd_column *columns, uint32_t count, struct wd_arena *arena)
{
  struct wd_column *copies = wd_arena_array(arena, count, sizeof *copies);
  bool made = copies != NULL;

  for (uint32_t i = 0; made && i < count; i++) {
    struct wd_type *type = &copies[i].type;

    copies[i] = columns[i];
    copies[i].nullable = true;
    if (type->id == WD_TYPE_FIXED_LIST)
      type->id = WD_TYPE_LIST;
    if (type->child_count)
      type->children = loosen(type->children, type->child_count, arena);
    made = !type->child_count || type->children;
    if (made && type->id == WD_TYPE_MAP) {
      struct wd_column *entries = (struct wd_column *)(uintptr_t)type->children;

      entries->nullable = false;
      ((struct wd_column *)(uintptr_t)entries->type.children)->nullable = false;
    }
  }
  return made ? copies : NULL;
}

static enum wd_status
take_message(void *env, const void *data, size_t size, struct wd_error *error)
{
  return wd_buf_add(env, data, size) ? WD_OK : wd_fail_memory(error);
}

enum wd_status
wd_duck_parquet_named(const struct wd_schema *schema, struct wd_mem *mem,
                      struct wd_arena *arena, struct wd_buf *buf,
                      struct wd_error *error)
{
  struct wd_schema loose = {schema->count, NULL};
  struct wd_ipc_writer *writer = NULL;
  struct wd_buf message;
  enum wd_status status;

  if (!has_named(schema->columns, schema->count))
    return WD_OK;
  loose.columns = loosen(schema->columns, schema->count, arena);
  if (!loose.columns)
    return wd_fail_memory(error);
  wd_buf_init(&message, mem, SCHEMA_MAX);
  status =
      wd_ipc_writer_begin(mem, &loose, take_message, &message, &writer, error);
  wd_ipc_writer_free(writer);
  if (status == WD_OK) {
    wd_buf_puts(buf, ", KV_METADATA {'" SCHEMA_KEY "': '");
    wd_base64_encode(message.data, message.length, buf);
    wd_buf_puts(buf, "'}");
  }
  wd_buf_fini(&message);
  return status;
}

/* Whether both are stored alike, whatever may be null. */
static bool
stored_alike(const struct wd_type *a, const struct wd_type *b)
{
  struct wd_type x = wd_type_storage(a), y = wd_type_storage(b);

  if (a->child_count != b->child_count)
    return false;
  for (uint32_t i = 0; i < a->child_count; i++)
    if (strcmp(a->children[i].name, b->children[i].name) != 0 ||
        !stored_alike(&a->children[i].type, &b->children[i].type))
      return false;
  x.child_count = y.child_count = 0;
  if (x.id == WD_TYPE_BINARY && y.id == WD_TYPE_FIXED_BINARY)
    return true;
  return wd_type_equal(&x, &y);
}

/* Types that were just made are nobody else's. */
static void
name_types(const struct wd_column *columns, uint32_t count,
           const struct wd_schema *said, struct wd_arena *arena)
{
  for (uint32_t i = 0; i < count; i++) {
    struct wd_type *type = &((struct wd_column *)(uintptr_t)columns)[i].type;
    int found = wd_schema_find(said, columns[i].name, strlen(columns[i].name));
    const struct wd_type *from = found < 0 ? NULL : &said->columns[found].type;

    if (!from || !stored_alike(type, from))
      continue;
    if (type->child_count)
      name_types(type->children, type->child_count,
                 &(struct wd_schema){from->child_count, from->children}, arena);
    if (!from->extension)
      continue;
    type->extension = wd_arena_strdup(arena, from->extension);
    if (from->extension_metadata)
      type->extension_metadata =
          wd_arena_strdup(arena, from->extension_metadata);
  }
}

static void
take_schema(struct wd_mem *mem, const char *text, size_t length,
            struct wd_arena *arena, struct wd_schema *schema)
{
  size_t room = length / 4 * 3 + 3;
  uint8_t *bytes = wd_mem_alloc(mem, room);
  struct wd_ipc_reader *reader = NULL;
  struct wd_error ignored = {0};
  size_t size;

  if (!bytes)
    return;
  size = wd_base64_decode(text, length, bytes, room);
  if (wd_ipc_reader_open_bytes(mem, bytes, size, &reader, &ignored) == WD_OK)
    name_types(schema->columns, schema->count, wd_ipc_reader_schema(reader),
               arena);
  wd_ipc_reader_free(reader);
  wd_mem_free(mem, bytes, room);
}

/* The value is a BLOB. */
static void
take_answer(struct wd_duck_engine *engine, duckdb_result *answer,
            struct wd_arena *arena, struct wd_schema *schema)
{
  duckdb_data_chunk chunk = duckdb_fetch_chunk(*answer);

  if (chunk && duckdb_data_chunk_get_size(chunk)) {
    duckdb_string_t *value =
        duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));

    if (duckdb_string_t_length(*value) <= SCHEMA_MAX / 3 * 4)
      take_schema(engine->mem, duckdb_string_t_data(value),
                  duckdb_string_t_length(*value), arena, schema);
  }
  duckdb_destroy_data_chunk(&chunk);
}

void
wd_duck_parquet_name_types(struct wd_duck_engine *engine, const char *file,
                           struct wd_arena *arena, struct wd_schema *schema)
{
  duckdb_result answer;
  struct wd_buf sql;

  wd_buf_init(&sql, engine->mem, 1 << 20);
  wd_buf_puts(&sql, "SELECT value FROM parquet_kv_metadata(");
  wd_duck_write_path(file, &sql);
  wd_buf_puts(&sql, ") WHERE key = '" SCHEMA_KEY "'::BLOB");
  pthread_mutex_lock(&engine->lock);
  if (!sql.failed) {
    if (duckdb_query(engine->connection, wd_buf_text(&sql), &answer) ==
        DuckDBSuccess)
      take_answer(engine, &answer, arena, schema);
    duckdb_destroy_result(&answer);
  }
  pthread_mutex_unlock(&engine->lock);
  wd_buf_fini(&sql);
}
