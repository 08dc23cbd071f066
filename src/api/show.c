#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "api/internal.h"

enum wd_status
wd_run_take(void *env, const void *data, size_t length, struct wd_error *error)
{
  struct wd_run *run = env;
  const struct wd_wasi_output *output = &run->output;
  char last = length ? ((const char *)data)[length - 1] : '\n';
  enum wd_status status;

  if (output->around)
    output->around(output->around_env, false, last);
  status = wd_output_take_fd(&run->output_fd, data, length, error);
  if (output->around)
    output->around(output->around_env, true, last);
  return status;
}

/* Runs a job whose rows nobody is to see. */
static enum wd_status
drain(struct wd_job *job, struct wd_error *error)
{
  enum wd_status status = WD_OK;
  bool has = true;

  while (status == WD_OK && has) {
    struct wd_rows rows = {0};

    status = wd_job_next(job, &rows, &has, error);
    wd_rows_fini(&rows);
  }
  return status;
}

/* Prints batch by batch. */
static enum wd_status
copy(struct wd_job *job, struct wd_output *output, struct wd_error *error)
{
  enum wd_status status = wd_output_begin(output, wd_job_schema(job), error);
  bool has = true;

  while (status == WD_OK && has) {
    struct wd_rows rows = {0};

    status = wd_job_next(job, &rows, &has, error);
    if (status == WD_OK && has)
      status = wd_output_write(output, &rows.batch, error);
    wd_rows_fini(&rows);
  }
  return status == WD_OK ? wd_output_end(output, error) : status;
}

/* Columns that one value of a box may take on this terminal. */
static uint32_t
value_width(int fd)
{
  struct winsize size;

  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
    return 60;
  return size.ws_col / 2;
}

enum wd_status
wd_run_show(void *env, struct wd_job *job, struct wd_error *error)
{
  struct wd_run *run = env;
  bool terminal = isatty(run->output_fd) == 1;
  struct wd_output *output;
  enum wd_status status;

  /* The output is the plan's. */
  if (run->explain)
    return drain(job, error);
  status = wd_output_new(
      &(struct wd_output_options){
          .format = run->format,
          .terminal = terminal,
          .value_width = terminal ? value_width(run->output_fd) : 0,
          .take = wd_run_take,
          .env = run,
      },
      &run->mem, &output, error);

  if (status != WD_OK)
    return status;
  status = copy(job, output, error);
  wd_output_free(output);
  return status;
}
