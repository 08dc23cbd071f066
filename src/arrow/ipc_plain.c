#include "arrow/ipc_plain.h"

#include <string.h>

/* What a batch's column may have of bytes or elements: offsets are signed. */
#define OFFSETS_MAX INT32_MAX

enum wd_status
wd__ipc_format(const struct ArrowSchema *field, const char **out_format,
               struct wd_error *error)
{
  const struct ArrowSchema *values =
      field->dictionary ? field->dictionary : field;
  const char *format = values->format ? values->format : "";

  if (field->dictionary && (values->n_children || values->dictionary))
    return wd_fail(error, WD_UNSUPPORTED,
                   "column '%s' is dictionary-encoded with nested values, "
                   "which is not read in this version",
                   field->name ? field->name : "");
  *out_format = strcmp(format, "U") == 0    ? "u"
                : strcmp(format, "Z") == 0  ? "z"
                : strcmp(format, "+L") == 0 ? "+l"
                                            : format;
  return WD_OK;
}

bool
wd__ipc_is_foreign(const struct ArrowArrayView *view)
{
  return view->dictionary ||
         view->storage_type == NANOARROW_TYPE_LARGE_STRING ||
         view->storage_type == NANOARROW_TYPE_LARGE_BINARY ||
         view->storage_type == NANOARROW_TYPE_LARGE_LIST;
}

static enum wd_status
fail_damaged(struct wd_error *error, const char *what)
{
  return wd_fail(error, WD_IO, "it is damaged: %s", what);
}

/* Whole words, so that what is read by words is there. */
static void *
take_bytes(struct wd_arena *arena, uint64_t size)
{
  void *bytes = wd_arena_alloc(arena, (size_t)(size + 7) / 8 * 8 + 8);

  if (bytes)
    memset(bytes, 0, (size_t)(size + 7) / 8 * 8 + 8);
  return bytes;
}

/* Offsets of 64 bits as ones of 32. */
static enum wd_status
narrow_offsets(struct wd_arena *arena, const struct ArrowArrayView *view,
               struct wd_span *out_span, struct wd_error *error)
{
  const struct ArrowBufferView *from = &view->buffer_views[1];
  uint64_t count = (uint64_t)view->length + 1;
  int32_t *to;

  *out_span = (struct wd_span){NULL, 0};
  if (view->length == 0)
    return WD_OK;
  if (from->size_bytes < (int64_t)(count * sizeof(int64_t)))
    return fail_damaged(error, "offsets are missing");
  to = take_bytes(arena, count * sizeof *to);
  if (!to)
    return wd_fail_memory(error);
  for (uint64_t i = 0; i < count; i++) {
    if (from->data.as_int64[i] < 0)
      return fail_damaged(error, "an offset is below 0");
    if (from->data.as_int64[i] > OFFSETS_MAX)
      return wd_fail(error, WD_LIMIT_EXCEEDED,
                     "a batch has a column of more than 2 GiB; write it in "
                     "smaller batches");
    to[i] = (int32_t)from->data.as_int64[i];
  }
  *out_span = (struct wd_span){(uint8_t *)to, count * sizeof *to};
  return WD_OK;
}

static struct wd_span
span_of(const struct ArrowBufferView *view)
{
  return (struct wd_span){view->data.as_uint8, view->size_bytes > 0
                                                   ? (uint64_t)view->size_bytes
                                                   : 0};
}

/* A large string, binary or list, whose values stay where they are. */
static enum wd_status
narrow(struct wd_arena *arena, const struct ArrowArrayView *view,
       struct wd_node *node, struct wd_span *buffers, struct wd_error *error)
{
  *node = (struct wd_node){(uint32_t)view->length,
                           (uint32_t)ArrowArrayViewComputeNullCount(view)};
  buffers[0] = span_of(&view->buffer_views[0]);
  if (view->storage_type != NANOARROW_TYPE_LARGE_LIST)
    buffers[2] = span_of(&view->buffer_views[2]);
  return narrow_offsets(arena, view, &buffers[1], error);
}

/* Which value each element is, -1 for null; and the validity. */
static enum wd_status
take_indices(struct wd_arena *arena, const struct ArrowArrayView *view,
             struct wd_node *node, struct wd_span *out_validity,
             int64_t **out_indices, struct wd_error *error)
{
  uint32_t length = (uint32_t)view->length;
  int64_t *indices = wd_arena_array(arena, length, sizeof *indices);
  uint8_t *validity = take_bytes(arena, (length + 7u) / 8);
  uint32_t nulls = 0;

  if (!indices || !validity)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < length; i++) {
    int64_t at = ArrowArrayViewIsNull(view, i)
                     ? -1
                     : ArrowArrayViewGetIntUnsafe(view, i);

    if (at >= view->dictionary->length ||
        (at < 0 && !ArrowArrayViewIsNull(view, i)))
      return fail_damaged(error, "an index is outside of its dictionary");
    if (at >= 0 && ArrowArrayViewIsNull(view->dictionary, at))
      at = -1;
    indices[i] = at;
    if (at >= 0)
      validity[i / 8] |= (uint8_t)(1u << i % 8);
    nulls += at < 0;
  }
  *node = (struct wd_node){length, nulls};
  *out_validity =
      (struct wd_span){nulls ? validity : NULL, nulls ? (length + 7u) / 8 : 0};
  *out_indices = indices;
  return WD_OK;
}

static bool
has_offsets(enum ArrowType type)
{
  return type == NANOARROW_TYPE_STRING || type == NANOARROW_TYPE_BINARY ||
         type == NANOARROW_TYPE_LARGE_STRING ||
         type == NANOARROW_TYPE_LARGE_BINARY;
}

/* Strings and binaries. */
static enum wd_status
gather_bytes(struct wd_arena *arena, const struct ArrowArrayView *values,
             const int64_t *indices, uint32_t length, struct wd_span *buffers,
             struct wd_error *error)
{
  int32_t *offsets = take_bytes(arena, (length + 1ull) * sizeof *offsets);
  int64_t size = 0;
  uint8_t *data;

  if (!offsets)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < length; i++) {
    if (indices[i] >= 0)
      size += ArrowArrayViewGetBytesUnsafe(values, indices[i]).size_bytes;
    if (size > OFFSETS_MAX)
      return wd_fail(error, WD_LIMIT_EXCEEDED,
                     "a batch has a dictionary-encoded column of more than 2 "
                     "GiB; write it in smaller batches");
    offsets[i + 1] = (int32_t)size;
  }
  data = take_bytes(arena, (uint64_t)size);
  if (!data)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < length; i++) {
    struct ArrowBufferView bytes;

    if (indices[i] < 0)
      continue;
    bytes = ArrowArrayViewGetBytesUnsafe(values, indices[i]);
    if (bytes.size_bytes > 0)
      memcpy(data + offsets[i], bytes.data.data, (size_t)bytes.size_bytes);
  }
  buffers[0] =
      (struct wd_span){(uint8_t *)offsets, (length + 1ull) * sizeof *offsets};
  buffers[1] = (struct wd_span){data, (uint64_t)size};
  return WD_OK;
}

/* Values of one width; a bit is one, too. */
static enum wd_status
gather_fixed(struct wd_arena *arena, const struct ArrowArrayView *values,
             const int64_t *indices, uint32_t length, struct wd_span *out_span,
             struct wd_error *error)
{
  uint64_t bits = (uint64_t)values->layout.element_size_bits[1];
  uint64_t width = bits / 8, size = (length * bits + 7) / 8;
  const struct ArrowBufferView *from = &values->buffer_views[1];
  uint8_t *data = take_bytes(arena, size);

  if (!data)
    return wd_fail_memory(error);
  if (from->size_bytes < (int64_t)(((uint64_t)values->length * bits + 7) / 8))
    return fail_damaged(error, "values of a dictionary are missing");
  for (uint32_t i = 0; i < length; i++)
    if (indices[i] >= 0 && width)
      memcpy(data + i * width,
             from->data.as_uint8 + (uint64_t)indices[i] * width, width);
    else if (indices[i] >= 0 && ArrowBitGet(from->data.as_uint8, indices[i]))
      data[i / 8] |= (uint8_t)(1u << i % 8);
  *out_span = (struct wd_span){data, size};
  return WD_OK;
}

static enum wd_status
gather(struct wd_arena *arena, const struct ArrowArrayView *view,
       struct wd_node *node, struct wd_span *buffers, struct wd_error *error)
{
  const struct ArrowArrayView *values = view->dictionary;
  int64_t *indices = NULL;
  enum wd_status status =
      take_indices(arena, view, node, &buffers[0], &indices, error);

  if (status != WD_OK)
    return status;
  if (values->storage_type == NANOARROW_TYPE_NA)
    return fail_damaged(error, "a dictionary of nothing");
  if (has_offsets(values->storage_type))
    return gather_bytes(arena, values, indices, node->length, buffers + 1,
                        error);
  return gather_fixed(arena, values, indices, node->length, buffers + 1, error);
}

enum wd_status
wd__ipc_plain(struct wd_arena *arena, const struct ArrowArrayView *view,
              struct wd_node *out_node, struct wd_span *out_buffers,
              struct wd_error *error)
{
  return view->dictionary ? gather(arena, view, out_node, out_buffers, error)
                          : narrow(arena, view, out_node, out_buffers, error);
}
