#include "io/output.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "io/output_kind.h"
#include "io/show.h"

static const struct {
  const char *name;
  enum wd_output_format format;
} names[] = {
    {"box", WD_OUTPUT_BOX},      {"csv", WD_OUTPUT_CSV},
    {"json", WD_OUTPUT_JSON},    {"jsonl", WD_OUTPUT_JSONL},
    {"ndjson", WD_OUTPUT_JSONL}, {"markdown", WD_OUTPUT_MARKDOWN},
    {"arrow", WD_OUTPUT_ARROW},  {"parquet", WD_OUTPUT_PARQUET},
};

enum wd_status
wd_output_format_of(const char *name, enum wd_output_format *out_format,
                    struct wd_error *error)
{
  struct wd_shown shown;

  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(names[i].name, name) == 0) {
      *out_format = names[i].format;
      return WD_OK;
    }
  }
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "output format '%s' is not known: one of box, csv, json, "
                 "jsonl, markdown, arrow, parquet",
                 wd_show(&shown, name));
}

static const struct wd_output_kind *
kind_of(enum wd_output_format format)
{
  switch (format) {
  case WD_OUTPUT_BOX:
    return &wd__output_box;
  case WD_OUTPUT_CSV:
    return &wd__output_csv;
  case WD_OUTPUT_JSON:
    return &wd__output_json;
  case WD_OUTPUT_JSONL:
    return &wd__output_jsonl;
  case WD_OUTPUT_MARKDOWN:
    return &wd__output_markdown;
  case WD_OUTPUT_ARROW:
    return &wd__output_arrow;
  case WD_OUTPUT_PARQUET:
    break;
  }
  return NULL;
}

enum wd_status
wd_output_new(const struct wd_output_options *options, struct wd_mem *mem,
              struct wd_output **out_output, struct wd_error *error)
{
  const struct wd_output_kind *kind = kind_of(options->format);
  struct wd_output *output;

  *out_output = NULL;
  if (!kind)
    return wd_fail(error, WD_UNSUPPORTED,
                   "parquet cannot be written to a stream: the engine writes "
                   "it to a file");
  output = wd_mem_calloc(mem, 1, sizeof *output);
  if (!output)
    return wd_fail_memory(error);
  output->options = *options;
  if (output->options.value_width == 1)
    output->options.value_width = 2;
  output->kind = kind;
  output->mem = mem;
  wd_arena_init(&output->arena, mem, 0);
  wd_buf_init(&output->text, mem, WD_OUTPUT_BYTES_MAX);
  wd_buf_init(&output->value, mem, WD_OUTPUT_BYTES_MAX);
  wd_buf_init(&output->scratch, mem, WD_OUTPUT_BYTES_MAX);
  *out_output = output;
  return WD_OK;
}

void
wd_output_free(struct wd_output *output)
{
  if (!output)
    return;
  if (output->kind->free)
    output->kind->free(output);
  wd_buf_fini(&output->text);
  wd_buf_fini(&output->value);
  wd_buf_fini(&output->scratch);
  wd_arena_fini(&output->arena);
  wd_mem_free(output->mem, output, sizeof *output);
}

uint64_t
wd_output_rows(const struct wd_output *output)
{
  return output->rows;
}

static bool
is_failed(const struct wd_output *output)
{
  return output->text.failed || output->value.failed || output->scratch.failed;
}

enum wd_status
wd__output_flush(struct wd_output *output, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  if (is_failed(output))
    return wd_fail_memory(error);
  if (output->text.length)
    status = output->options.take(output->options.env, output->text.data,
                                  output->text.length, error);
  wd_buf_clear(&output->text);
  return status;
}

/* A buffer that failed stays so until the caller notices. */
static void
reuse(struct wd_buf *buf)
{
  if (!buf->failed)
    wd_buf_clear(buf);
}

void
wd__output_print(struct wd_output *output, const struct wd_batch *batch,
                 uint32_t column, uint32_t row)
{
  reuse(&output->value);
  reuse(&output->scratch);
  wd_value_print(&output->schema, batch, column, row, &output->value);
}

/* Ends a call: what is left goes out, and a failure is remembered. */
static enum wd_status
finish(struct wd_output *output, enum wd_status status, struct wd_error *error)
{
  if (status == WD_OK)
    status = wd__output_flush(output, error);
  output->broken = status != WD_OK;
  return status;
}

static enum wd_status
fail_broken(struct wd_error *error)
{
  return wd_fail(error, WD_IO, "output failed before");
}

enum wd_status
wd_output_begin(struct wd_output *output, const struct wd_schema *schema,
                struct wd_error *error)
{
  enum wd_status status;

  assert(!output->begun);
  output->begun = true;
  status = wd_schema_check_carried(schema, error);
  if (status == WD_OK)
    status = wd_schema_copy(schema, &output->arena, &output->schema, error);
  if (status == WD_OK && output->kind->begin)
    status = output->kind->begin(output, error);
  return finish(output, status, error);
}

static enum wd_status
write_rows(struct wd_output *output, const struct wd_batch *batch,
           struct wd_error *error)
{
  enum wd_status status = WD_OK;

  for (uint32_t row = 0; status == WD_OK && row < batch->rows; row++) {
    status = output->kind->row(output, batch, row, error);
    output->rows++;
    if (status == WD_OK &&
        (output->text.length >= WD_OUTPUT_PIECE || is_failed(output)))
      status = wd__output_flush(output, error);
  }
  return status;
}

enum wd_status
wd_output_write(struct wd_output *output, const struct wd_batch *batch,
                struct wd_error *error)
{
  enum wd_status status;

  assert(output->begun);
  if (output->broken)
    return fail_broken(error);
  if (output->kind->row) {
    status = write_rows(output, batch, error);
  } else {
    status = output->kind->batch(output, batch, error);
    output->rows += batch->rows;
  }
  return finish(output, status, error);
}

enum wd_status
wd_output_end(struct wd_output *output, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  assert(output->begun);
  if (output->broken)
    return fail_broken(error);
  if (output->kind->end)
    status = output->kind->end(output, error);
  return finish(output, status, error);
}

/* A descriptor that does not block (a terminal that somebody shares) is
 * waited for. */
static bool
is_passing(int fd, int number)
{
  struct pollfd wait = {.fd = fd, .events = POLLOUT};

  if (number == EINTR)
    return true;
  if (number != EAGAIN)
    return false;
  return poll(&wait, 1, -1) >= 0 || errno == EINTR;
}

enum wd_status
wd_output_take_fd(void *env, const void *data, size_t length,
                  struct wd_error *error)
{
  int fd = *(const int *)env;
  const char *at = data;

  while (length) {
    ssize_t written = write(fd, at, length);

    if (written >= 0) {
      at += written;
      length -= (size_t)written;
    } else if (errno == EPIPE) {
      return wd_fail(error, WD_IO, "output is closed");
    } else if (!is_passing(fd, errno)) {
      return wd_fail(error, WD_IO, "cannot write the output: %s",
                     strerror(errno));
    }
  }
  return WD_OK;
}
