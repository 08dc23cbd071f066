#include "arrow/ipc_probe.h"

#include "nanoarrow/nanoarrow.h"
#include "nanoarrow/nanoarrow_ipc.h"

struct probe {
  FILE *file;
  struct ArrowIpcDecoder decoder;
  struct ArrowBuffer header;
};

static bool
read_bytes(struct probe *probe, int64_t count)
{
  if (count < 0 || ArrowBufferReserve(&probe->header, count) != NANOARROW_OK)
    return false;
  if (fread(probe->header.data + probe->header.size_bytes, 1, (size_t)count,
            probe->file) != (size_t)count)
    return false;
  probe->header.size_bytes += count;
  return true;
}

/* Reads and decodes the next message but for its body. Streams older than the
 * ones that could be compressed have shorter prefixes: they end here. */
static bool
next_message(struct probe *probe)
{
  struct ArrowBufferView view;
  int32_t prefix;

  probe->header.size_bytes = 0;
  if (!read_bytes(probe, 8))
    return false;
  view.data.data = probe->header.data;
  view.size_bytes = probe->header.size_bytes;
  if (ArrowIpcDecoderPeekHeader(&probe->decoder, view, &prefix, NULL) !=
          NANOARROW_OK ||
      prefix != 8 || !read_bytes(probe, probe->decoder.header_size_bytes - 8))
    return false;
  view.data.data = probe->header.data;
  view.size_bytes = probe->header.size_bytes;
  return ArrowIpcDecoderVerifyHeader(&probe->decoder, view, NULL) ==
             NANOARROW_OK &&
         ArrowIpcDecoderDecodeHeader(&probe->decoder, view, NULL) ==
             NANOARROW_OK;
}

/* Without it no record batch's header is decoded. */
static bool
set_schema(struct probe *probe)
{
  struct ArrowIpcDictionaryEncodings encodings;
  struct ArrowSchema schema;
  bool good;

  if (ArrowIpcDecoderDecodeSchemaWithDictionaries(
          &probe->decoder, &schema, &encodings, NULL) != NANOARROW_OK)
    return false;
  good = ArrowIpcDecoderSetSchemaWithDictionaries(
             &probe->decoder, &schema, &encodings, NULL) == NANOARROW_OK;
  ArrowIpcDictionaryEncodingsReset(&encodings);
  ArrowSchemaRelease(&schema);
  return good;
}

static bool
find_compression(struct probe *probe)
{
  if (!next_message(probe) ||
      probe->decoder.message_type != NANOARROW_IPC_MESSAGE_TYPE_SCHEMA ||
      !set_schema(probe))
    return false;
  while (next_message(probe)) {
    if (probe->decoder.message_type == NANOARROW_IPC_MESSAGE_TYPE_RECORD_BATCH)
      return probe->decoder.codec != NANOARROW_IPC_COMPRESSION_TYPE_NONE;
    if (probe->decoder.body_size_bytes < 0 ||
        fseeko(probe->file, probe->decoder.body_size_bytes, SEEK_CUR) != 0)
      return false;
  }
  return false;
}

bool
wd__ipc_is_compressed(FILE *file)
{
  struct probe probe = {.file = file};
  bool compressed;

  if (ArrowIpcDecoderInit(&probe.decoder) != NANOARROW_OK)
    return false;
  ArrowBufferInit(&probe.header);
  compressed = find_compression(&probe);
  ArrowBufferReset(&probe.header);
  ArrowIpcDecoderReset(&probe.decoder);
  return compressed;
}
