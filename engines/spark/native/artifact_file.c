#include "artifact_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A memory and what is around it. */
#define ARTIFACT_MAX (((size_t)4 << 30) + ((size_t)64 << 20))

#define PIECE 65536

static enum wd_status
fail(const char *name, const char *what, struct wd_error *error)
{
  return wd_fail(error, WD_IO, "the artifact '%s' %s", name, what);
}

/* Reads the file piece by piece into the stream. */
static enum wd_status
inflate_file(FILE *file, z_stream *stream, const char *name,
             struct wd_error *error)
{
  uint8_t piece[PIECE];
  int result = Z_OK;

  while (result == Z_OK) {
    if (stream->avail_in == 0) {
      stream->avail_in = (uInt)fread(piece, 1, sizeof piece, file);
      stream->next_in = piece;
    }
    if (stream->avail_in == 0)
      return fail(name, "is not complete", error);
    result = inflate(stream, Z_NO_FLUSH);
  }
  return result == Z_STREAM_END ? WD_OK : fail(name, "is damaged", error);
}

static enum wd_status
inflate_pieces(FILE *file, uint64_t size, struct wd_buf *bytes,
               const char *name, struct wd_error *error)
{
  z_stream stream = {.next_in = NULL};
  enum wd_status status;

  /* The whole of it at once: zlib counts what is left in 32 bits. */
  if (size > UINT32_MAX)
    return fail(name, "is larger than 4 GiB", error);
  stream.next_out = wd_buf_reserve(bytes, size);
  stream.avail_out = (uInt)size;
  if (!stream.next_out || inflateInit(&stream) != Z_OK)
    return wd_fail_memory(error);
  status = inflate_file(file, &stream, name, error);
  inflateEnd(&stream);
  if (status == WD_OK && stream.avail_out)
    status = fail(name, "is shorter than it says", error);
  bytes->length = size - stream.avail_out;
  return status;
}

enum wd_status
wd_artifact_read(const char *folder, const char *name, struct wd_buf *out_bytes,
                 struct wd_error *error)
{
  char path[4096];
  uint64_t size = 0;
  FILE *file;
  enum wd_status status;

  wd_buf_init(out_bytes, NULL, ARTIFACT_MAX);
  if (strchr(name, '/'))
    return fail(name, "has a name that is none", error);
  snprintf(path, sizeof path, "%s/%s", folder, name);
  file = fopen(path, "rbe");
  if (!file)
    return wd_fail(error, WD_NOT_FOUND,
                   "the artifact '%s' did not arrive at the executor: %s: %s; "
                   "run the program again, which sends it again",
                   name, path, strerror(errno));
  if (fread(&size, 1, sizeof size, file) != sizeof size)
    status = fail(name, "is not complete", error);
  else
    status = inflate_pieces(file, size, out_bytes, name, error);
  fclose(file);
  return status;
}
