/* Outputs: rows as text for people and for other programs, batch by batch.
 *
 * begin, write for each batch, end; the text goes to a callback, in pieces of
 * some 64 KiB and at the end of each call. The forms are described in
 * docs/grants.md. One thread at a time.
 */
#ifndef WD_IO_OUTPUT_H
#define WD_IO_OUTPUT_H

#include "arrow/batch.h"

enum wd_output_format {
  WD_OUTPUT_BOX,
  WD_OUTPUT_CSV,
  WD_OUTPUT_JSON,
  WD_OUTPUT_JSONL,
  WD_OUTPUT_MARKDOWN,
  WD_OUTPUT_ARROW,   /* an Arrow IPC stream */
  WD_OUTPUT_PARQUET, /* by an engine only */
};

/* Takes all bytes, or fills the error and returns its status. */
typedef enum wd_status
wd_output_take(void *env, const void *data, size_t length,
               struct wd_error *error);

/* A wd_output_take for a file descriptor; env points to the int. A reader
 * that went away is WD_IO, "output is closed"; SIGPIPE must be ignored. */
enum wd_status
wd_output_take_fd(void *env, const void *data, size_t length,
                  struct wd_error *error);

struct wd_output_options {
  enum wd_output_format format;
  /* The text is shown on a terminal: csv escapes control characters too (the
   * other text formats always do). */
  bool terminal;
  /* box: columns that a value may take, 2 at least; longer ones end in `…`.
   * 0: no limit. */
  uint32_t value_width;
  wd_output_take *take;
  void *env;
};

/* How many rows a box keeps until it knows how wide its columns are. */
#define WD_OUTPUT_BOX_ROWS 1000

struct wd_output;

/* By name: box, csv, json, jsonl, ndjson, markdown, arrow, parquet.
 * WD_INVALID_ARGUMENT lists them. */
enum wd_status
wd_output_format_of(const char *name, enum wd_output_format *out_format,
                    struct wd_error *error);

/* WD_UNSUPPORTED for parquet: a request's write_path is the way. */
enum wd_status
wd_output_new(const struct wd_output_options *options, struct wd_mem *mem,
              struct wd_output **out_output, struct wd_error *error);

/* Once, before all else; the schema is copied. */
enum wd_status
wd_output_begin(struct wd_output *output, const struct wd_schema *schema,
                struct wd_error *error);

/* The rows of a checked batch of that schema. After an error the output can
 * only be freed. */
enum wd_status
wd_output_write(struct wd_output *output, const struct wd_batch *batch,
                struct wd_error *error);

/* What follows the last row, and the rows that were kept. */
enum wd_status
wd_output_end(struct wd_output *output, struct wd_error *error);

/* How many rows were written so far. */
uint64_t
wd_output_rows(const struct wd_output *output);

/* Writes nothing. Also for NULL. */
void
wd_output_free(struct wd_output *output);

#endif
