/* An Arrow IPC stream, straight to the callback. */
#include "arrow/ipc.h"
#include "io/output_kind.h"

static enum wd_status
begin(struct wd_output *output, struct wd_error *error)
{
  struct wd_ipc_writer *writer = NULL;
  enum wd_status status =
      wd_ipc_writer_begin(output->mem, &output->schema, output->options.take,
                          output->options.env, &writer, error);

  output->state = writer;
  return status;
}

static enum wd_status
write_batch(struct wd_output *output, const struct wd_batch *batch,
            struct wd_error *error)
{
  return wd_ipc_writer_write(output->state, batch, error);
}

static enum wd_status
end(struct wd_output *output, struct wd_error *error)
{
  return wd_ipc_writer_end(output->state, error);
}

static void
free_state(struct wd_output *output)
{
  wd_ipc_writer_free(output->state);
}

const struct wd_output_kind wd__output_arrow = {
    .begin = begin,
    .batch = write_batch,
    .end = end,
    .free = free_state,
};
