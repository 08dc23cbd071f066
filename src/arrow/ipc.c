#include "arrow/ipc.h"

#include <errno.h>
#include <string.h>

#include "nanoarrow/nanoarrow.h"
#include "nanoarrow/nanoarrow_ipc.h"

/* nanoarrow reads a batch through views of arrays; of an array itself only
 * the number of buffers. */
struct column_view {
  struct ArrowArrayView view;
  struct ArrowArray array;
};

struct wd_ipc_writer {
  struct wd_mem *mem;
  struct wd_arena arena;
  struct wd_schema schema;
  wd_ipc_write *write;
  void *env;
  struct ArrowIpcWriter writer;
  struct ArrowArrayView root;
  struct column_view *columns;
  struct wd_error *error; /* of the call that is running */
  bool file;
  bool broken;
  bool ended;
};

static ArrowErrorCode
stream_write(struct ArrowIpcOutputStream *stream, const void *data,
             int64_t size, int64_t *out_size, struct ArrowError *unused)
{
  struct wd_ipc_writer *writer = stream->private_data;

  (void)unused;
  if (writer->write(writer->env, data, (size_t)size, writer->error) != WD_OK)
    return EIO;
  *out_size = size;
  return NANOARROW_OK;
}

static void
stream_release(struct ArrowIpcOutputStream *stream)
{
  stream->release = NULL;
}

/* nanoarrow's answer as ours; what the callback reported goes first. */
static enum wd_status
finish(struct wd_ipc_writer *writer, ArrowErrorCode code,
       const struct ArrowError *error)
{
  struct wd_error *to = writer->error;

  writer->error = NULL;
  if (code == NANOARROW_OK)
    return WD_OK;
  writer->broken = true;
  if (to && to->status != WD_OK)
    return to->status;
  if (code == ENOMEM)
    return wd_fail_memory(to);
  return wd_fail(to, code == EIO ? WD_IO : WD_INTERNAL,
                 "cannot write an Arrow stream: %s",
                 error->message[0] ? error->message : strerror(code));
}

static ArrowErrorCode
set_metadata(struct ArrowSchema *schema, const struct wd_column *column)
{
  struct ArrowBuffer buffer;
  ArrowErrorCode code = ArrowMetadataBuilderInit(&buffer, NULL);

  for (uint32_t i = 0; code == NANOARROW_OK && i < column->metadata_count; i++)
    code = ArrowMetadataBuilderAppend(
        &buffer, ArrowCharView(column->metadata[2 * i]),
        ArrowCharView(column->metadata[2 * i + 1]));
  if (code == NANOARROW_OK)
    code = ArrowSchemaSetMetadata(schema, (const char *)buffer.data);
  ArrowBufferReset(&buffer);
  return code;
}

static ArrowErrorCode
fill_column(struct ArrowSchema *schema, const struct wd_column *column,
            struct wd_arena *arena)
{
  const char *format = wd_type_format(&column->type, arena);
  ArrowErrorCode code = format ? ArrowSchemaSetFormat(schema, format) : ENOMEM;

  if (code == NANOARROW_OK)
    code = ArrowSchemaSetName(schema, column->name);
  if (code == NANOARROW_OK && column->metadata_count)
    code = set_metadata(schema, column);
  schema->flags = column->nullable ? ARROW_FLAG_NULLABLE : 0;
  return code;
}

static ArrowErrorCode
fill_schema(struct ArrowSchema *schema, const struct wd_schema *from,
            struct wd_arena *arena)
{
  ArrowErrorCode code = ArrowSchemaSetTypeStruct(schema, from->count);

  for (uint32_t i = 0; code == NANOARROW_OK && i < from->count; i++)
    code = fill_column(schema->children[i], &from->columns[i], arena);
  return code;
}

static enum wd_status
write_schema(struct wd_ipc_writer *writer, struct wd_error *error)
{
  struct ArrowSchema schema;
  struct ArrowError reason = {{0}};
  ArrowErrorCode code;

  writer->error = error;
  ArrowSchemaInit(&schema);
  code = fill_schema(&schema, &writer->schema, &writer->arena);
  if (code == NANOARROW_OK && writer->file)
    code = ArrowIpcWriterStartFile(&writer->writer, &reason);
  if (code == NANOARROW_OK)
    code = ArrowIpcWriterWriteSchema(&writer->writer, &schema, &reason);
  ArrowSchemaRelease(&schema);
  return finish(writer, code, &reason);
}

/* The views, as far as they are the same for every batch. */
static bool
prepare_views(struct wd_ipc_writer *writer)
{
  uint32_t count = writer->schema.count;
  struct ArrowArrayView **children =
      wd_arena_array(&writer->arena, count, sizeof(void *));

  writer->columns =
      wd_arena_array(&writer->arena, count, sizeof *writer->columns);
  if (!children || !writer->columns)
    return false;
  for (uint32_t i = 0; i < count; i++) {
    struct column_view *column = &writer->columns[i];

    column->array.n_buffers = wd_type_buffers(&writer->schema.columns[i].type);
    column->view.array = &column->array;
    children[i] = &column->view;
  }
  writer->root.storage_type = NANOARROW_TYPE_STRUCT;
  writer->root.n_children = count;
  writer->root.children = children;
  return true;
}

static enum wd_status
init_writer(struct wd_ipc_writer *writer, const struct wd_schema *schema,
            struct wd_error *error)
{
  struct ArrowIpcOutputStream stream = {stream_write, stream_release, writer};
  enum wd_status status =
      wd_schema_copy(schema, &writer->arena, &writer->schema, error);

  if (status != WD_OK)
    return status;
  if (!prepare_views(writer) ||
      ArrowIpcWriterInit(&writer->writer, &stream) != NANOARROW_OK)
    return wd_fail_memory(error);
  return write_schema(writer, error);
}

static enum wd_status
begin(struct wd_mem *mem, const struct wd_schema *schema, bool file,
      wd_ipc_write *write, void *env, struct wd_ipc_writer **out_writer,
      struct wd_error *error)
{
  struct wd_ipc_writer *writer;
  enum wd_status status = wd_schema_check_carried(schema, error);

  *out_writer = NULL;
  if (status != WD_OK)
    return status;
  writer = wd_mem_calloc(mem, 1, sizeof *writer);
  if (!writer)
    return wd_fail_memory(error);
  writer->mem = mem;
  writer->write = write;
  writer->env = env;
  writer->file = file;
  wd_arena_init(&writer->arena, mem, 0);
  status = init_writer(writer, schema, error);
  if (status == WD_OK)
    *out_writer = writer;
  else
    wd_ipc_writer_free(writer);
  return status;
}

enum wd_status
wd_ipc_writer_begin(struct wd_mem *mem, const struct wd_schema *schema,
                    wd_ipc_write *write, void *env,
                    struct wd_ipc_writer **out_writer, struct wd_error *error)
{
  return begin(mem, schema, false, write, env, out_writer, error);
}

enum wd_status
wd_ipc_writer_begin_file(struct wd_mem *mem, const struct wd_schema *schema,
                         wd_ipc_write *write, void *env,
                         struct wd_ipc_writer **out_writer,
                         struct wd_error *error)
{
  return begin(mem, schema, true, write, env, out_writer, error);
}

/* Points the views at a batch's buffers, without what pads them. */
static void
view_batch(struct wd_ipc_writer *writer, const struct wd_batch *batch)
{
  const struct wd_span *span = batch->buffers;

  writer->root.length = batch->rows;
  for (uint32_t i = 0; i < writer->schema.count; i++) {
    struct column_view *column = &writer->columns[i];
    const struct wd_type *type = &writer->schema.columns[i].type;
    uint32_t count = wd_type_buffers(type);

    column->view.length = batch->nodes[i].length;
    column->view.null_count = batch->nodes[i].null_count;
    for (uint32_t k = 0; k < count; k++) {
      column->view.buffer_views[k].data.data = span[k].data;
      column->view.buffer_views[k].size_bytes =
          (int64_t)wd_buffer_need(type, batch->nodes[i].length, span, k);
    }
    span += count;
  }
}

static enum wd_status
write_view(struct wd_ipc_writer *writer, const struct ArrowArrayView *view,
           struct wd_error *error)
{
  struct ArrowError reason = {{0}};

  if (writer->broken || writer->ended)
    return wd_fail(error, WD_IO, "the Arrow stream has %s before",
                   writer->broken ? "failed" : "ended");
  writer->error = error;
  return finish(writer,
                ArrowIpcWriterWriteArrayView(&writer->writer, view, &reason),
                &reason);
}

enum wd_status
wd_ipc_writer_write(struct wd_ipc_writer *writer, const struct wd_batch *batch,
                    struct wd_error *error)
{
  view_batch(writer, batch);
  return write_view(writer, &writer->root, error);
}

enum wd_status
wd_ipc_writer_end(struct wd_ipc_writer *writer, struct wd_error *error)
{
  enum wd_status status = write_view(writer, NULL, error);
  struct ArrowError reason = {{0}};

  if (status == WD_OK && writer->file) {
    writer->error = error;
    status = finish(
        writer, ArrowIpcWriterFinalizeFile(&writer->writer, &reason), &reason);
  }
  if (status == WD_OK)
    writer->ended = true;
  return status;
}

void
wd_ipc_writer_free(struct wd_ipc_writer *writer)
{
  if (!writer)
    return;
  if (writer->writer.private_data)
    ArrowIpcWriterReset(&writer->writer);
  wd_arena_fini(&writer->arena);
  wd_mem_free(writer->mem, writer, sizeof *writer);
}
