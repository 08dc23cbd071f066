#include "arrow/ipc.h"

#include <errno.h>
#include <string.h>

#include "arrow/array.h"
#include "arrow/fields.h"
#include "nanoarrow/nanoarrow.h"
#include "nanoarrow/nanoarrow_ipc.h"

/* nanoarrow reads a batch through views of arrays; of an array itself only
 * the number of buffers. One for each node of a batch, depth first. */
struct column_view {
  const struct wd_type *type;
  struct ArrowArrayView view;
  struct ArrowArray array;
  struct wd_rows words; /* of an enumeration: this batch's */
};

struct wd_ipc_writer {
  struct wd_mem *mem;
  struct wd_arena arena;
  struct wd_schema schema;
  wd_ipc_write *write;
  void *env;
  struct ArrowIpcWriter writer;
  struct ArrowArrayView root;
  uint32_t column_count; /* nodes */
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
set_metadata(struct ArrowSchema *schema, const struct wd_field *field)
{
  struct ArrowBuffer buffer;
  ArrowErrorCode code = ArrowMetadataBuilderInit(&buffer, NULL);

  for (uint32_t i = 0; code == NANOARROW_OK && i < field->metadata_count; i++) {
    const struct wd_text *pair = &field->metadata[2 * i];

    code = ArrowMetadataBuilderAppend(
        &buffer, (struct ArrowStringView){pair[0].data, pair[0].length},
        (struct ArrowStringView){pair[1].data, pair[1].length});
  }
  if (code == NANOARROW_OK)
    code = ArrowSchemaSetMetadata(schema, (const char *)buffer.data);
  ArrowBufferReset(&buffer);
  return code;
}

/* Fills a field and its children from *at on. Formats and names are
 * terminated: they are a type's. Dictionaries are not written by nanoarrow:
 * enumerations become their words. */
static ArrowErrorCode
fill_field(struct ArrowSchema *schema, const struct wd_field **at)
{
  const struct wd_field *field = (*at)++;
  ArrowErrorCode code = ArrowSchemaSetFormat(
      schema, field->dictionary_count ? "u" : field->format.data);

  if (code == NANOARROW_OK)
    code = ArrowSchemaSetName(schema, field->name.data);
  if (code == NANOARROW_OK && field->metadata_count)
    code = set_metadata(schema, field);
  schema->flags = field->nullable ? ARROW_FLAG_NULLABLE : 0;
  if (code == NANOARROW_OK && field->children)
    code = ArrowSchemaAllocateChildren(schema, field->children);
  for (uint32_t i = 0; code == NANOARROW_OK && i < field->children; i++) {
    ArrowSchemaInit(schema->children[i]);
    code = fill_field(schema->children[i], at);
  }
  return code;
}

static ArrowErrorCode
fill_schema(struct ArrowSchema *schema, const struct wd_schema *from,
            struct wd_arena *arena)
{
  ArrowErrorCode code = ArrowSchemaSetTypeStruct(schema, from->count);
  const struct wd_field *at;
  struct wd_field *fields;
  uint32_t count;

  if (wd_fields_make(from, arena, &fields, &count, NULL) != WD_OK)
    return ENOMEM;
  at = fields;
  for (uint32_t i = 0; code == NANOARROW_OK && i < from->count; i++)
    code = fill_field(schema->children[i], &at);
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

/* Links the views of children to those of their parents. */
static bool
prepare_children(struct wd_ipc_writer *writer, const struct wd_column *columns,
                 uint32_t count, struct ArrowArrayView *parent,
                 struct column_view **next)
{
  struct ArrowArrayView **children =
      wd_arena_array(&writer->arena, count, sizeof(void *));

  if (!children)
    return false;
  parent->n_children = count;
  parent->children = children;
  for (uint32_t i = 0; i < count; i++) {
    struct column_view *column = (*next)++;
    const struct wd_type *type = &columns[i].type;

    column->type = type;
    column->array.n_buffers =
        type->id == WD_TYPE_ENUM ? 3 : wd_type_buffers(type);
    column->view.array = &column->array;
    children[i] = &column->view;
    if (type->child_count &&
        !prepare_children(writer, type->children, type->child_count,
                          &column->view, next))
      return false;
  }
  return true;
}

/* The views, as far as they are the same for every batch. */
static bool
prepare_views(struct wd_ipc_writer *writer)
{
  const struct wd_schema *schema = &writer->schema;
  struct column_view *next;
  uint32_t buffers;

  wd_schema_shape(schema, &writer->column_count, &buffers);
  writer->columns = wd_arena_array(&writer->arena, writer->column_count,
                                   sizeof *writer->columns);
  next = writer->columns;
  writer->root.storage_type = NANOARROW_TYPE_STRUCT;
  return next && prepare_children(writer, schema->columns, schema->count,
                                  &writer->root, &next);
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

static void
point_at(struct column_view *column, uint32_t index, const void *data,
         uint64_t size)
{
  column->view.buffer_views[index].data.data = data;
  column->view.buffer_views[index].size_bytes = (int64_t)size;
}

/* The words of an enumeration as strings, in column->words. */
static enum wd_status
spell(struct wd_ipc_writer *writer, struct column_view *column,
      const struct wd_array *array, struct wd_error *error)
{
  struct wd_node node = *array->node;
  uint64_t sizes[3] = {array->buffers->size ? (node.length + 7u) / 8 : 0,
                       node.length ? (node.length + 1u) * 4ull : 0, 0};
  struct wd_shape shape = {node.length, 1, 3, &node, sizes};
  uint8_t **places;
  uint32_t *offsets, end = 0;
  enum wd_status status;

  for (uint32_t i = 0; i < node.length; i++)
    if (!wd_array_null(array, i))
      sizes[2] += strlen(wd_array_word(array, i));
  if (sizes[2] > INT32_MAX)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "the words of an enumeration have more than 2 GiB");
  wd_rows_fini(&column->words);
  status = wd_rows_new(writer->mem, &shape, &column->words, &places, error);
  if (status != WD_OK || node.length == 0)
    return status;
  if (sizes[0])
    memcpy(places[0], array->buffers->data, sizes[0]);
  offsets = (void *)places[1];
  offsets[0] = 0;
  for (uint32_t i = 0; i < node.length; i++) {
    const char *word = wd_array_null(array, i) ? "" : wd_array_word(array, i);
    uint32_t length = (uint32_t)strlen(word);

    if (length)
      memcpy(places[2] + end, word, length);
    end += length;
    offsets[i + 1] = end;
  }
  return WD_OK;
}

static enum wd_status
view_words(struct wd_ipc_writer *writer, struct column_view *column,
           const struct wd_node *node, const struct wd_span *spans,
           struct wd_error *error)
{
  const struct wd_array array = {column->type, node, spans};
  enum wd_status status = spell(writer, column, &array, error);

  for (uint32_t k = 0; status == WD_OK && k < 3; k++)
    point_at(column, k, column->words.batch.buffers[k].data,
             column->words.batch.buffers[k].size);
  return status;
}

/* Points the views at a batch's buffers, without what pads them. */
static enum wd_status
view_batch(struct wd_ipc_writer *writer, const struct wd_batch *batch,
           struct wd_error *error)
{
  const struct wd_span *span = batch->buffers;
  enum wd_status status = WD_OK;

  writer->root.length = batch->rows;
  for (uint32_t i = 0; status == WD_OK && i < writer->column_count; i++) {
    struct column_view *column = &writer->columns[i];
    const struct wd_type *type = column->type;
    const struct wd_node *node = &batch->nodes[i];
    uint32_t count = wd_type_buffers(type);

    column->view.length = node->length;
    column->view.null_count = node->null_count;
    if (type->id == WD_TYPE_ENUM)
      status = view_words(writer, column, node, span, error);
    else
      for (uint32_t k = 0; k < count; k++)
        point_at(column, k, span[k].data,
                 wd_buffer_need(type, node->length, span, k));
    span += count;
  }
  return status;
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
  enum wd_status status = view_batch(writer, batch, error);

  return status == WD_OK ? write_view(writer, &writer->root, error) : status;
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
  for (uint32_t i = 0; writer->columns && i < writer->column_count; i++)
    wd_rows_fini(&writer->columns[i].words);
  wd_arena_fini(&writer->arena);
  wd_mem_free(writer->mem, writer, sizeof *writer);
}
