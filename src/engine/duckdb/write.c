#include "engine/duckdb/write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
  char path[8192];
  int descriptor;
  struct wd_ipc_writer *writer;
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
fail_path(const struct output *output, struct wd_error *error)
{
  return wd_fail(error, WD_IO, "cannot write '%s': %s", output->path,
                 strerror(errno));
}

/* Opens the path for writing. */
static enum wd_status
begin(struct wd_query *query, struct output *output, struct wd_error *error)
{
  output->descriptor =
      open(output->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (output->descriptor < 0)
    return fail_path(output, error);
  return (query->write_stream ? wd_ipc_writer_begin : wd_ipc_writer_begin_file)(
      query->engine->mem, &query->schema, write_bytes, output, &output->writer,
      error);
}

/* Ends and closes what is open, if anything is. */
static enum wd_status
end(struct output *output, enum wd_status status, struct wd_error *error)
{
  if (status == WD_OK && output->writer)
    status = wd_ipc_writer_end(output->writer, error);
  wd_ipc_writer_free(output->writer);
  output->writer = NULL;
  if (output->descriptor >= 0 && close(output->descriptor) != 0 &&
      status == WD_OK)
    status = fail_path(output, error);
  output->descriptor = -1;
  return status;
}

/* Makes the folders of the path that are not there, from its byte `from` on. */
static enum wd_status
make_folders(struct output *output, size_t from, struct wd_error *error)
{
  for (char *at = output->path + from; (at = strchr(at, '/')); at++) {
    int done;

    *at = '\0';
    done = mkdir(output->path, 0777);
    if (done != 0 && errno != EEXIST)
      return fail_path(output, error);
    *at = '/';
  }
  return WD_OK;
}

/* Goes to the file of the rows that were fetched last, unless it is there. */
static enum wd_status
change(struct wd_query *query, struct output *output, struct wd_error *error)
{
  char path[sizeof output->path];
  enum wd_status status;

  if (snprintf(path, sizeof path, "%s/%s/%s", query->write_path,
               query->write_folders, query->write_ending) >= (int)sizeof path)
    return wd_fail(error, WD_IO,
                   "the path of the partition '%.200s' is too long",
                   query->write_folders);
  if (output->writer && strcmp(path, output->path) == 0)
    return WD_OK;
  status = end(output, WD_OK, error);
  memcpy(output->path, path, sizeof path);
  if (status == WD_OK)
    status = make_folders(output, strlen(query->write_path) + 1, error);
  return status == WD_OK ? begin(query, output, error) : status;
}

static enum wd_status
write_rows(struct wd_query *query, wd_duck_next *next, struct output *output,
           struct wd_error *error)
{
  for (;;) {
    struct wd_rows rows = {0};
    bool has = false;
    enum wd_status status = next(query, &rows, &has, error);

    if (status == WD_OK && has && query->write_ending)
      status = change(query, output, error);
    if (status == WD_OK && has)
      status = wd_ipc_writer_write(output->writer, &rows.batch, error);
    wd_rows_fini(&rows);
    if (status != WD_OK || !has)
      return status;
  }
}

/* A folder, which may be empty in the end, or the one file. */
static enum wd_status
begin_all(struct wd_query *query, struct output *output, struct wd_error *error)
{
  if (snprintf(output->path, sizeof output->path, "%s", query->write_path) >=
      (int)sizeof output->path)
    return wd_fail(error, WD_IO, "the path '%.200s' is too long",
                   query->write_path);
  if (!query->write_ending)
    return begin(query, output, error);
  if (mkdir(output->path, 0777) != 0 && errno != EEXIST)
    return fail_path(output, error);
  return WD_OK;
}

enum wd_status
wd_duck_write_arrow(struct wd_query *query, wd_duck_next *next,
                    struct wd_error *error)
{
  struct output output = {.descriptor = -1};
  enum wd_status status = begin_all(query, &output, error);

  if (status == WD_OK)
    status = write_rows(query, next, &output, error);
  return end(&output, status, error);
}

static const char *
text_of(const duckdb_string_t *string, size_t *out_size)
{
  *out_size = duckdb_string_t_length(*string);
  return duckdb_string_t_data((duckdb_string_t *)(uintptr_t)string);
}

enum wd_status
wd_duck_write_folders(struct wd_query *query, idx_t *io_to,
                      struct wd_error *error)
{
  const duckdb_string_t *texts = duckdb_vector_get_data(
      duckdb_data_chunk_get_vector(query->chunk, query->schema.count));
  size_t size, other;
  const char *text = text_of(&texts[query->chunk_from], &size);
  idx_t to = query->chunk_from + 1;

  if (size >= sizeof query->write_folders)
    return wd_fail(error, WD_IO,
                   "the path of the partition '%.200s' is too long", text);
  memcpy(query->write_folders, text, size);
  query->write_folders[size] = '\0';
  while (to < *io_to) {
    const char *next = text_of(&texts[to], &other);

    if (other != size || memcmp(next, text, size) != 0)
      break;
    to++;
  }
  *io_to = to;
  return WD_OK;
}
