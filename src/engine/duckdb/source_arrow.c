/* The source of Arrow files: each is read by one thread. */
#include <stdatomic.h>

#include "arrow/ipc_reader.h"
#include "engine/duckdb/columns.h"
#include "engine/duckdb/source.h"

struct arrow {
  struct wd_duck_source source;
  const char *table;
  struct wd_schema schema; /* of the files */
  bool numbered;           /* source.schema has a column more */
  const char *const *files;
  uint32_t count;
  atomic_uint next; /* file that nobody reads yet */
};

/* A thread's file, and what was read of its last batch. */
struct reading {
  struct wd_ipc_reader *reader; /* NULL: none is open */
  uint32_t file;
  struct wd_batch batch;
  uint32_t row;
};

static enum wd_status
reading_new(struct wd_duck_source *source, void **out_local,
            struct wd_error *error)
{
  struct reading *reading = wd_mem_calloc(source->mem, 1, sizeof *reading);

  *out_local = reading;
  return reading ? WD_OK : wd_fail_memory(error);
}

static void
reading_free(struct wd_duck_source *source, void *local)
{
  struct reading *reading = local;

  wd_ipc_reader_free(reading->reader);
  wd_mem_free(source->mem, reading, sizeof *reading);
}

static enum wd_status
fail_file(const struct arrow *arrow, uint32_t file, enum wd_status status,
          struct wd_error *error)
{
  wd_error_prefix(error, "table '%s': '%s'", arrow->table, arrow->files[file]);
  return status;
}

/* Opens the next file, which has the columns that the first one has. */
static enum wd_status
open_next(struct arrow *arrow, struct reading *reading, bool *out_has,
          struct wd_error *error)
{
  uint32_t i = atomic_fetch_add(&arrow->next, 1);
  enum wd_status status;

  *out_has = i < arrow->count;
  if (!*out_has)
    return WD_OK;
  reading->file = i;
  reading->row = 0;
  reading->batch = (struct wd_batch){.rows = 0};
  status = wd_ipc_reader_open(arrow->source.mem, arrow->files[i],
                              &reading->reader, error);
  if (status == WD_OK &&
      !wd_schema_equal(wd_ipc_reader_schema(reading->reader), &arrow->schema))
    status = wd_fail(error, WD_IO,
                     "it has other columns than the table's first file");
  return status == WD_OK ? WD_OK
                         : fail_file(arrow, reading->file, status, error);
}

/* Rows that are not handed out; false at the end of all files. */
static enum wd_status
find_rows(struct arrow *arrow, struct reading *reading, bool *out_has,
          struct wd_error *error)
{
  enum wd_status status = WD_OK;

  *out_has = true;
  while (status == WD_OK && *out_has && reading->row == reading->batch.rows) {
    bool more = false;

    if (reading->reader) {
      status =
          wd_ipc_reader_next(reading->reader, &reading->batch, &more, error);
      if (status != WD_OK)
        return fail_file(arrow, reading->file, status, error);
      reading->row = 0;
    }
    if (more)
      continue;
    wd_ipc_reader_free(reading->reader);
    reading->reader = NULL;
    reading->batch.rows = 0;
    status = open_next(arrow, reading, out_has, error);
  }
  return status;
}

static void
fill_number(uint32_t file, uint32_t rows, duckdb_vector vector)
{
  uint32_t *numbers = vector ? duckdb_vector_get_data(vector) : NULL;

  for (uint32_t i = 0; numbers && i < rows; i++)
    numbers[i] = file;
}

static enum wd_status
arrow_fill(struct wd_duck_source *source, void *local,
           const duckdb_vector *vectors, idx_t *out_rows,
           struct wd_error *error)
{
  struct arrow *arrow = (struct arrow *)source;
  struct reading *reading = local;
  uint32_t left;
  bool has;
  enum wd_status status = find_rows(arrow, reading, &has, error);

  *out_rows = 0;
  if (status != WD_OK || !has)
    return status;
  left = reading->batch.rows - reading->row;
  if (left > WD_DUCK_CHUNK)
    left = WD_DUCK_CHUNK;
  wd_duck_batch_read(&arrow->schema, &reading->batch, reading->row,
                     reading->row + left, vectors, 0);
  if (arrow->numbered)
    fill_number(reading->file, left, vectors[arrow->schema.count]);
  reading->row += left;
  *out_rows = left;
  return WD_OK;
}

static void
arrow_free(struct wd_duck_source *source)
{
  struct arrow *arrow = (struct arrow *)source;
  void *columns = (void *)(uintptr_t)source->schema.columns;

  if (arrow->numbered)
    wd_mem_free(source->mem, columns,
                source->schema.count * sizeof(struct wd_column));
  wd_mem_free(source->mem, source, sizeof *arrow);
}

static const struct wd_duck_source_functions arrow_functions = {
    .local_new = reading_new,
    .local_free = reading_free,
    .fill = arrow_fill,
    .free = arrow_free,
};

/* The schema with the file's number behind. */
static bool
add_number(struct wd_mem *mem, struct arrow *arrow)
{
  uint32_t count = arrow->schema.count;
  struct wd_column *columns = wd_mem_alloc(mem, (count + 1) * sizeof *columns);

  if (!columns)
    return false;
  for (uint32_t i = 0; i < count; i++)
    columns[i] = arrow->schema.columns[i];
  columns[count] =
      (struct wd_column){.name = "", .type = wd_type_of(WD_TYPE_U32)};
  arrow->source.schema = (struct wd_schema){count + 1, columns};
  arrow->numbered = true;
  return true;
}

enum wd_status
wd_duck_arrow_new(struct wd_mem *mem, const char *table,
                  const struct wd_schema *schema, const char *const *files,
                  uint32_t file_count, bool numbered, uint32_t threads,
                  struct wd_duck_source **out_source, struct wd_error *error)
{
  struct arrow *arrow = wd_mem_calloc(mem, 1, sizeof *arrow);

  if (!arrow)
    return wd_fail_memory(error);
  arrow->source.functions = &arrow_functions;
  arrow->source.mem = mem;
  arrow->source.schema = arrow->schema = *schema;
  arrow->source.max_threads = file_count < threads ? file_count : threads;
  arrow->table = table;
  arrow->files = files;
  arrow->count = file_count;
  atomic_init(&arrow->next, 0);
  if (numbered && !add_number(mem, arrow)) {
    arrow_free(&arrow->source);
    return wd_fail_memory(error);
  }
  *out_source = &arrow->source;
  return WD_OK;
}
