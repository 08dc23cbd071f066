#include "arrow/ipc_reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arrow/fields.h"
#include "arrow/ipc_plain.h"
#include "arrow/ipc_probe.h"
#include "nanoarrow/nanoarrow.h"
#include "nanoarrow/nanoarrow_ipc.h"

/* How a file begins; a stream between two of these is in it. */
#define MAGIC "ARROW1\0"

#define FIELDS_MAX 100000

struct wd_ipc_reader {
  struct wd_mem *mem;
  struct wd_arena arena;
  struct wd_schema schema;
  struct ArrowArrayStream stream;
  struct ArrowArrayView view;
  struct ArrowArray array;
  struct wd_arena plain; /* of the last batch: what was written out */
  uint32_t node_count, buffer_count;
  struct wd_node *nodes;
  struct wd_span *buffers;
};

static enum wd_status
fail_reading(struct wd_error *error, int code, const char *reason)
{
  if (code == ENOMEM)
    return wd_fail_memory(error);
  return wd_fail(error, WD_IO, "it is no Arrow stream or file, or damaged: %s",
                 reason && *reason ? reason : strerror(code));
}

static struct wd_text
text_of(const char *text)
{
  return text ? (struct wd_text){text, (uint32_t)strlen(text)}
              : (struct wd_text){"", 0};
}

/* How many fields a schema has, its own not counted. */
static uint64_t
count_fields(const struct ArrowSchema *schema)
{
  uint64_t count = 0;

  for (int64_t i = 0; i < schema->n_children; i++)
    count += 1 + count_fields(schema->children[i]);
  return count;
}

static bool
take_text(const struct ArrowSchema *schema, const char *key,
          struct wd_text *out_pair)
{
  struct ArrowStringView value = ArrowCharView(NULL);

  if (ArrowMetadataGetValue(schema->metadata, ArrowCharView(key), &value) !=
          NANOARROW_OK ||
      !value.data || value.size_bytes > UINT32_MAX)
    return false;
  out_pair[0] = text_of(key);
  out_pair[1] = (struct wd_text){value.data, (uint32_t)value.size_bytes};
  return true;
}

/* Of the metadata only what names a type. */
static enum wd_status
take_extension(const struct ArrowSchema *schema, struct wd_arena *arena,
               struct wd_field *field, struct wd_error *error)
{
  struct wd_text *texts;

  if (!schema->metadata)
    return WD_OK;
  texts = wd_arena_array(arena, 4, sizeof *texts);
  if (!texts)
    return wd_fail_memory(error);
  field->metadata = texts;
  if (!take_text(schema, WD_EXTENSION_KEY, texts))
    return WD_OK;
  field->metadata_count = 1;
  if (take_text(schema, WD_EXTENSION_METADATA_KEY, texts + 2))
    field->metadata_count = 2;
  return WD_OK;
}

/* Depth first. */
static enum wd_status
take_fields(const struct ArrowSchema *schema, struct wd_arena *arena,
            struct wd_field *fields, uint32_t *at, struct wd_error *error)
{
  for (int64_t i = 0; i < schema->n_children; i++) {
    const struct ArrowSchema *child = schema->children[i];
    const char *format;
    enum wd_status status = wd__ipc_format(child, &format, error);

    if (status != WD_OK)
      return status;
    fields[*at] = (struct wd_field){
        .name = text_of(child->name),
        .format = text_of(format),
        .nullable = child->flags & ARROW_FLAG_NULLABLE,
        .children = (uint32_t)child->n_children,
    };
    status = take_extension(child, arena, &fields[(*at)++], error);
    if (status == WD_OK)
      status = take_fields(child, arena, fields, at, error);
    if (status != WD_OK)
      return status;
  }
  return WD_OK;
}

static enum wd_status
take_schema(struct wd_ipc_reader *reader, const struct ArrowSchema *schema,
            struct wd_error *error)
{
  uint64_t count = count_fields(schema);
  struct wd_field *fields;
  struct wd_schema parsed;
  uint32_t at = 0;
  enum wd_status status;

  if (count > FIELDS_MAX)
    return wd_fail(error, WD_LIMIT_EXCEEDED, "it has more than %d columns",
                   FIELDS_MAX);
  fields = wd_arena_array(&reader->arena, (size_t)count, sizeof *fields);
  if (!fields)
    return wd_fail_memory(error);
  status = take_fields(schema, &reader->arena, fields, &at, error);
  if (status == WD_OK)
    status = wd_fields_parse(fields, at, &reader->arena, &parsed, error);
  if (status == WD_OK)
    status = wd_schema_copy(&parsed, &reader->arena, &reader->schema, error);
  if (status == WD_OK)
    status = wd_schema_check_carried(&reader->schema, error);
  if (status != WD_OK)
    return status;
  wd_schema_shape(&reader->schema, &reader->node_count, &reader->buffer_count);
  reader->nodes =
      wd_arena_array(&reader->arena, reader->node_count, sizeof *reader->nodes);
  reader->buffers = wd_arena_array(&reader->arena, reader->buffer_count,
                                   sizeof *reader->buffers);
  return reader->nodes && reader->buffers ? WD_OK : wd_fail_memory(error);
}

static enum wd_status
read_schema(struct wd_ipc_reader *reader, struct wd_error *error)
{
  struct ArrowSchema schema = {.release = NULL};
  struct ArrowError reason = {{0}};
  int code = reader->stream.get_schema(&reader->stream, &schema);
  enum wd_status status;

  if (code)
    return fail_reading(error, code,
                        reader->stream.get_last_error(&reader->stream));
  status = take_schema(reader, &schema, error);
  if (status == WD_OK) {
    code = ArrowArrayViewInitFromSchema(&reader->view, &schema, &reason);
    if (code)
      status = fail_reading(error, code, reason.message);
  }
  ArrowSchemaRelease(&schema);
  return status;
}

/* Past the mark of a file, to the stream in it. */
static enum wd_status
open_input(const char *path, FILE **out_file, struct wd_error *error)
{
  char magic[8] = {0};
  FILE *file = fopen(path, "rbe");

  if (!file)
    return wd_fail(error, WD_IO, "%s", strerror(errno));
  if (fread(magic, 1, sizeof magic, file) != sizeof magic ||
      memcmp(magic, MAGIC, sizeof magic) != 0)
    rewind(file);
  *out_file = file;
  return WD_OK;
}

/* A reader of an input, which it takes over when code is 0. */
static enum wd_status
open_reader(struct wd_mem *mem, struct ArrowIpcInputStream *input, int code,
            struct wd_ipc_reader **out_reader, struct wd_error *error)
{
  struct wd_ipc_reader *reader = wd_mem_calloc(mem, 1, sizeof *reader);
  enum wd_status status = reader ? WD_OK : wd_fail_memory(error);

  if (!reader) {
    if (input->release)
      input->release(input);
    return status;
  }
  reader->mem = mem;
  wd_arena_init(&reader->arena, mem, 0);
  wd_arena_init(&reader->plain, mem, 0);
  if (!code)
    code = ArrowIpcArrayStreamReaderInit(&reader->stream, input, NULL);
  if (code)
    status = fail_reading(error, code, NULL);
  if (status == WD_OK)
    status = read_schema(reader, error);
  if (status != WD_OK) {
    wd_ipc_reader_free(reader);
    return status;
  }
  *out_reader = reader;
  return WD_OK;
}

static bool
has_dictionaries(const struct ArrowArrayView *view)
{
  bool has = view->dictionary != NULL;

  for (int64_t i = 0; !has && i < view->n_children; i++)
    has = has_dictionaries(view->children[i]);
  return has;
}

/* Ends the opening of a reader when its dictionaries cannot be read. `file`
 * (closed here; NULL: no memory) is at the beginning of the stream. */
static enum wd_status
check_dictionaries(struct wd_ipc_reader **in_out_reader, FILE *file,
                   struct wd_error *error)
{
  bool compressed = file && wd__ipc_is_compressed(file);
  enum wd_status status = file ? WD_OK : wd_fail_memory(error);

  if (compressed)
    status = wd_fail(error, WD_UNSUPPORTED,
                     "it has dictionary-encoded columns and is compressed, "
                     "which is not read in this version: write it without "
                     "compression, or the values themselves");
  if (file)
    fclose(file);
  if (status != WD_OK) {
    wd_ipc_reader_free(*in_out_reader);
    *in_out_reader = NULL;
  }
  return status;
}

enum wd_status
wd_ipc_reader_open(struct wd_mem *mem, const char *path,
                   struct wd_ipc_reader **out_reader, struct wd_error *error)
{
  struct ArrowIpcInputStream input = {.release = NULL};
  FILE *file;
  enum wd_status status = open_input(path, &file, error);

  if (status != WD_OK)
    return status;
  status =
      open_reader(mem, &input, ArrowIpcInputStreamInitFile(&input, file, 1),
                  out_reader, error);
  if (status != WD_OK || !has_dictionaries(&(*out_reader)->view))
    return status;
  file = NULL;
  status = open_input(path, &file, error);
  if (status == WD_OK)
    return check_dictionaries(out_reader, file, error);
  wd_ipc_reader_free(*out_reader);
  *out_reader = NULL;
  return status;
}

enum wd_status
wd_ipc_reader_open_bytes(struct wd_mem *mem, const void *data, size_t size,
                         struct wd_ipc_reader **out_reader,
                         struct wd_error *error)
{
  struct ArrowIpcInputStream input = {.release = NULL};
  struct ArrowBuffer buffer;
  enum wd_status status;
  int code;

  ArrowBufferInit(&buffer);
  code = ArrowBufferAppend(&buffer, data, (int64_t)size);
  if (!code)
    code = ArrowIpcInputStreamInitBuffer(&input, &buffer);
  if (code)
    ArrowBufferReset(&buffer);
  status = open_reader(mem, &input, code, out_reader, error);
  if (status != WD_OK || !has_dictionaries(&(*out_reader)->view))
    return status;
  return check_dictionaries(
      out_reader, fmemopen((void *)(uintptr_t)data, size, "rb"), error);
}

const struct wd_schema *
wd_ipc_reader_schema(const struct wd_ipc_reader *reader)
{
  return &reader->schema;
}

static enum wd_status
fail_shape(struct wd_error *error)
{
  return fail_reading(error, EINVAL, "a batch is not as its schema says");
}

/* The nulls and buffers of a view itself, as they are. */
static void
take_level(const struct ArrowArrayView *view, uint32_t count,
           struct wd_node *node, struct wd_span *buffers)
{
  *node = (struct wd_node){(uint32_t)view->length,
                           (uint32_t)(view->null_count < 0
                                          ? ArrowArrayViewComputeNullCount(view)
                                          : view->null_count)};
  for (uint32_t i = 0; i < count; i++) {
    struct ArrowBufferView from = view->buffer_views[i];

    buffers[i] =
        (struct wd_span){from.data.as_uint8,
                         from.size_bytes > 0 ? (uint64_t)from.size_bytes : 0};
  }
}

/* Nodes and buffers of what is below a view, depth first; an error when there
 * are others than the schema says. */
static enum wd_status
flatten(struct wd_ipc_reader *reader, const struct ArrowArrayView *view,
        const struct wd_type *type, uint32_t *node, uint32_t *buffer,
        struct wd_error *error)
{
  uint32_t buffers = wd_type_buffers(type);
  struct wd_node *at = &reader->nodes[*node];
  struct wd_span *spans = &reader->buffers[*buffer];
  enum wd_status status = WD_OK;

  if (*node >= reader->node_count || *buffer + buffers > reader->buffer_count ||
      view->offset != 0 || view->length > UINT32_MAX ||
      view->null_count > view->length)
    return fail_shape(error);
  *node += 1;
  *buffer += buffers;
  if (wd__ipc_is_foreign(view))
    status = wd__ipc_plain(&reader->plain, view, at, spans, error);
  else
    take_level(view, buffers, at, spans);
  if (view->n_children != (int64_t)type->child_count && type->child_count)
    return fail_shape(error);
  for (uint32_t i = 0; status == WD_OK && i < type->child_count; i++)
    status = flatten(reader, view->children[i], &type->children[i].type, node,
                     buffer, error);
  return status;
}

static enum wd_status
take_array(struct wd_ipc_reader *reader, struct wd_batch *out_batch,
           struct wd_error *error)
{
  struct ArrowError reason = {{0}};
  uint32_t node = 0, buffer = 0;
  int code = ArrowArrayViewSetArray(&reader->view, &reader->array, &reason);
  bool good = reader->view.n_children == (int64_t)reader->schema.count &&
              reader->array.length <= UINT32_MAX;
  enum wd_status status = WD_OK;

  if (code)
    return fail_reading(error, code, reason.message);
  if (!good)
    return fail_shape(error);
  for (uint32_t i = 0; status == WD_OK && i < reader->schema.count; i++)
    status = flatten(reader, reader->view.children[i],
                     &reader->schema.columns[i].type, &node, &buffer, error);
  if (status != WD_OK)
    return status;
  *out_batch = (struct wd_batch){
      .rows = (uint32_t)reader->array.length,
      .node_count = node,
      .buffer_count = buffer,
      .nodes = reader->nodes,
      .buffers = reader->buffers,
  };
  status = wd_batch_check(&reader->schema, out_batch, UINT32_MAX, error);
  if (status != WD_OK && status != WD_NO_MEMORY && error) {
    error->status = WD_IO;
    status = WD_IO;
  }
  return status;
}

enum wd_status
wd_ipc_reader_next(struct wd_ipc_reader *reader, struct wd_batch *out_batch,
                   bool *out_has, struct wd_error *error)
{
  struct wd_error local;
  int code;

  error = wd_error_or(error, &local);
  *out_has = false;
  wd_arena_fini(&reader->plain);
  wd_arena_init(&reader->plain, reader->mem, 0);
  if (reader->array.release)
    ArrowArrayRelease(&reader->array);
  code = reader->stream.get_next(&reader->stream, &reader->array);
  if (code)
    return fail_reading(error, code,
                        reader->stream.get_last_error(&reader->stream));
  if (!reader->array.release)
    return WD_OK;
  *out_has = true;
  return take_array(reader, out_batch, error);
}

void
wd_ipc_reader_free(struct wd_ipc_reader *reader)
{
  if (!reader)
    return;
  if (reader->array.release)
    ArrowArrayRelease(&reader->array);
  ArrowArrayViewReset(&reader->view);
  if (reader->stream.release)
    ArrowArrayStreamRelease(&reader->stream);
  wd_arena_fini(&reader->plain);
  wd_arena_fini(&reader->arena);
  wd_mem_free(reader->mem, reader, sizeof *reader);
}
