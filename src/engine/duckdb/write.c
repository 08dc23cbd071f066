#include "engine/duckdb/write.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct output {
  const char *path;
  int descriptor;
};

static enum wd_status
write_bytes(void *env, const void *data, size_t size, struct wd_error *error)
{
  const struct output *output = env;
  const char *at = data;

  while (size > 0) {
    ssize_t done = write(output->descriptor, at, size);

    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return wd_fail(error, WD_IO, "cannot write '%s': %s", output->path,
                     strerror(errno));
    at += done;
    size -= (size_t)done;
  }
  return WD_OK;
}

static enum wd_status
write_rows(struct wd_query *query, wd_duck_next *next,
           struct wd_ipc_writer *writer, struct wd_error *error)
{
  for (;;) {
    struct wd_rows rows = {0};
    bool has = false;
    enum wd_status status = next(query, &rows, &has, error);

    if (status == WD_OK && has)
      status = wd_ipc_writer_write(writer, &rows.batch, error);
    wd_rows_fini(&rows);
    if (status != WD_OK || !has)
      return status;
  }
}

enum wd_status
wd_duck_write_arrow(struct wd_query *query, wd_duck_next *next,
                    struct wd_error *error)
{
  struct output output = {query->write_path, -1};
  struct wd_ipc_writer *writer = NULL;
  enum wd_status status;

  output.descriptor =
      open(query->write_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (output.descriptor < 0)
    return wd_fail(error, WD_IO, "cannot write '%s': %s", query->write_path,
                   strerror(errno));
  status = (query->write_stream ? wd_ipc_writer_begin
                                : wd_ipc_writer_begin_file)(
      query->engine->mem, &query->schema, write_bytes, &output, &writer, error);
  if (status == WD_OK)
    status = write_rows(query, next, writer, error);
  if (status == WD_OK)
    status = wd_ipc_writer_end(writer, error);
  wd_ipc_writer_free(writer);
  if (close(output.descriptor) != 0 && status == WD_OK)
    status = wd_fail(error, WD_IO, "cannot write '%s': %s", query->write_path,
                     strerror(errno));
  return status;
}
