/* The source of Arrow files: each is read by one thread. */
#include <stdatomic.h>

#include "arrow/ipc_reader.h"
#include "engine/duckdb/columns.h"
#include "engine/duckdb/source.h"

struct arrow {
  struct wd_duck_source source;
  const char *table;
  const char *const *files;
  uint32_t count;
  atomic_uint next; /* file that nobody reads yet */
};

/* A thread's file, and what was read of its last batch. */
struct reading {
  struct wd_ipc_reader *reader; /* NULL: none is open */
  const char *file;
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
fail_file(const struct arrow *arrow, const char *file, enum wd_status status,
          struct wd_error *error)
{
  wd_error_prefix(error, "table '%s': '%s'", arrow->table, file);
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
  reading->file = arrow->files[i];
  reading->row = 0;
  reading->batch = (struct wd_batch){.rows = 0};
  status = wd_ipc_reader_open(arrow->source.mem, reading->file,
                              &reading->reader, error);
  if (status == WD_OK && !wd_schema_equal(wd_ipc_reader_schema(reading->reader),
                                          &arrow->source.schema))
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
  wd_duck_batch_read(&source->schema, &reading->batch, reading->row,
                     reading->row + left, vectors, 0);
  reading->row += left;
  *out_rows = left;
  return WD_OK;
}

static void
arrow_free(struct wd_duck_source *source)
{
  wd_mem_free(source->mem, source, sizeof(struct arrow));
}

static const struct wd_duck_source_functions arrow_functions = {
    .local_new = reading_new,
    .local_free = reading_free,
    .fill = arrow_fill,
    .free = arrow_free,
};

enum wd_status
wd_duck_arrow_new(struct wd_mem *mem, const char *table,
                  const struct wd_schema *schema, const char *const *files,
                  uint32_t file_count, uint32_t threads,
                  struct wd_duck_source **out_source, struct wd_error *error)
{
  struct arrow *arrow = wd_mem_calloc(mem, 1, sizeof *arrow);

  if (!arrow)
    return wd_fail_memory(error);
  arrow->source.functions = &arrow_functions;
  arrow->source.mem = mem;
  arrow->source.schema = *schema;
  arrow->source.max_threads = file_count < threads ? file_count : threads;
  arrow->table = table;
  arrow->files = files;
  arrow->count = file_count;
  atomic_init(&arrow->next, 0);
  *out_source = &arrow->source;
  return WD_OK;
}
