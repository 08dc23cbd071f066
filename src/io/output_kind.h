/* Inside of io/output.h: what the writers of the formats share. */
#ifndef WD_IO_OUTPUT_KIND_H
#define WD_IO_OUTPUT_KIND_H

#include "io/output.h"

/* Of one piece of text or value. */
#define WD_OUTPUT_BYTES_MAX ((size_t)1 << 33)

/* Text is handed over when there is so much of it. */
#define WD_OUTPUT_PIECE ((size_t)64 << 10)

/* A format. begin, row and end append to output->text; a failed buffer is
 * noticed by the caller. batch replaces row; what is NULL does nothing. */
struct wd_output_kind {
  enum wd_status (*begin)(struct wd_output *output, struct wd_error *error);
  enum wd_status (*row)(struct wd_output *output, const struct wd_batch *batch,
                        uint32_t row, struct wd_error *error);
  enum wd_status (*batch)(struct wd_output *output,
                          const struct wd_batch *batch, struct wd_error *error);
  enum wd_status (*end)(struct wd_output *output, struct wd_error *error);
  void (*free)(struct wd_output *output);
};

struct wd_output {
  struct wd_output_options options;
  const struct wd_output_kind *kind;
  struct wd_mem *mem;
  struct wd_arena arena;
  struct wd_schema schema; /* in the arena */
  struct wd_buf text;      /* not yet taken */
  struct wd_buf value;     /* the value that is being written */
  struct wd_buf scratch;
  uint64_t rows; /* before the one that is being written */
  void *state;   /* of the kind */
  bool begun;
  bool broken;
};

extern const struct wd_output_kind wd__output_box;
extern const struct wd_output_kind wd__output_csv;
extern const struct wd_output_kind wd__output_json;
extern const struct wd_output_kind wd__output_jsonl;
extern const struct wd_output_kind wd__output_markdown;
extern const struct wd_output_kind wd__output_arrow;

/* Hands the text over. */
enum wd_status
wd__output_flush(struct wd_output *output, struct wd_error *error);

/* The value as wd_value_print has it, in output->value. */
void
wd__output_print(struct wd_output *output, const struct wd_batch *batch,
                 uint32_t column, uint32_t row);

#endif
