/* Actions and jobs. */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

/* A job and the batch that was read last, which lives in its own arena. */
struct wd__job {
  uint32_t handle;
  unsigned serial;
  struct wd__job *next;
  struct wd__schema *schema; /* NULL: not asked for yet */
  struct wd__arena arena;
  wd_column *columns;
  wd_batch batch;
  wd_row row;
  bool in_batch;
};

/* The newest first. */
static struct wd__job *jobs;

/* Images must not hold output that is still to be written. */
static void
action_begin(void)
{
  fflush(NULL);
  wd__begin();
}

static wd_job
job_new(const struct result_handle *result)
{
  if (result->failed) {
    wd__raise_wire(&result->error);
    return (wd_job){NULL};
  }
  struct wd__job *job = wd__new(sizeof *job);
  job->handle = result->handle;
  job->serial = wd__serial();
  job->next = jobs;
  jobs = job;
  return (wd_job){job};
}

static void
job_close(struct wd__job *job)
{
  abi_job_drop(job->handle);
  wd__columns_free(job->columns, job->schema ? job->schema->schema.count : 0);
  wd__schema_free(job->schema);
  wd__arena_free(&job->arena);
  free(job);
}

void
wd_job_drop(wd_job job)
{
  for (struct wd__job **at = &jobs; job.id && *at; at = &(*at)->next)
    if (*at == job.id) {
      *at = job.id->next;
      job_close(job.id);
      return;
    }
}

void
wd__jobs_drop_since(unsigned mark)
{
  while (jobs && jobs->serial > mark) {
    struct wd__job *job = jobs;
    jobs = job->next;
    job_close(job);
  }
}

/* ---- Reading rows */

/* A schema that was asked of the host; NULL (raised) on failure. */
static struct wd__schema *
schema_take(const struct result_list *result)
{
  if (result->failed) {
    wd__raise_wire(&result->error);
    return NULL;
  }
  struct wd__schema *schema = wd__schema_new();
  wd__schema_from_wire(schema, result->list.data, result->list.count);
  return schema;
}

/* Columns for reading batches of a schema. */
static wd_column *
columns_new(const struct wd__schema *schema)
{
  wd_column *columns = wd__new((schema->schema.count + 1) * sizeof *columns);
  for (uint32_t i = 0; i < schema->schema.count; i++) {
    const wd_field *f = schema->fields + i;
    const wd_field *unknown = wd__field_unknown(f);
    if (unknown) {
      wd__columns_free(columns, i);
      wd__raise(WD_UNSUPPORTED,
                "column '%s' has a type that C programs do not read yet (Arrow "
                "format '%s'): leave it out by select, or cast it",
                f->name, unknown->timezone);
      return NULL;
    }
    columns[i] = wd__column_of(f);
  }
  return columns;
}

const wd_schema *
wd_job_schema(wd_job handle)
{
  struct wd__job *job = handle.id;
  struct result_list result;
  if (!job)
    return NULL;
  if (!job->schema) {
    wd__begin();
    abi_job_schema(job->handle, &result);
    job->schema = schema_take(&result);
  }
  return job->schema ? &job->schema->schema : NULL;
}

static bool
job_describe(struct wd__job *job)
{
  if (!job->columns && wd_job_schema((wd_job){job}))
    job->columns = columns_new(job->schema);
  return job->columns != NULL;
}

/* Reads the batch of a result into columns. */
static bool
batch_take(const struct result_batch *result, const struct wd__schema *schema,
           wd_column *columns, wd_batch *out_batch)
{
  struct wd__fault fault;
  uint32_t count = schema->schema.count;
  *out_batch = (wd_batch){result->batch.rows, count, columns};
  if (wd__batch_decode(&result->batch, columns, count, &fault))
    return true;
  wd__raise(fault.code, "%s", fault.message);
  return false;
}

const wd_batch *
wd_next_batch(wd_job handle)
{
  struct wd__job *job = handle.id;
  struct result_batch result;
  if (!job || !job_describe(job))
    return NULL;
  job->in_batch = false;
  wd__arena_reset(&wd__scratch);
  wd__arena_swap(&wd__input, &job->arena);
  abi_next_batch(job->handle, &result);
  bool good = !result.failed && result.some &&
              batch_take(&result, job->schema, job->columns, &job->batch);
  struct wd__arena filled = wd__input;
  wd__input = job->arena;
  job->arena = filled;
  if (result.failed)
    wd__raise_wire(&result.error);
  if (!good)
    return NULL;
  job->row = wd_row_of(&job->batch, 0);
  return &job->batch;
}

const wd_row *
wd_next_row(wd_job handle)
{
  struct wd__job *job = handle.id;
  if (!job)
    return NULL;
  if (job->in_batch && ++job->row.index < job->batch.rows)
    return &job->row;
  do {
    if (!wd_next_batch(handle))
      return NULL;
  } while (!job->batch.rows);
  job->in_batch = true;
  return &job->row;
}

/* ---- Actions */

wd_job
wd_collect(wd_dataset from)
{
  struct result_handle result;
  if (!from.id)
    return (wd_job){NULL};
  action_begin();
  abi_collect(from.id->handle, NULL, 0, &result);
  return job_new(&result);
}

/* Waits for a job and forgets it. */
static bool
job_finish(wd_job job)
{
  bool good = wd_wait(job);
  wd_job_drop(job);
  return good;
}

bool
wd_show(wd_dataset from)
{
  struct result_handle result;
  if (!from.id)
    return false;
  action_begin();
  abi_show(from.id->handle, NULL, 0, &result);
  return job_finish(job_new(&result));
}

uint64_t
wd_count(wd_dataset from)
{
  struct result_count result;
  if (!from.id)
    return UINT64_MAX;
  action_begin();
  abi_count(from.id->handle, &result);
  if (!result.failed)
    return result.count;
  wd__raise_wire(&result.error);
  return UINT64_MAX;
}

const wd_row *
wd_first(wd_dataset from)
{
  static struct wd__schema *schema;
  static wd_column *columns;
  static wd_batch batch;
  static wd_row row;
  struct result_list described;
  struct result_batch result;
  if (!from.id)
    return NULL;
  action_begin();
  abi_schema(from.id->handle, &described);
  wd__columns_free(columns, schema ? schema->schema.count : 0);
  wd__schema_free(schema);
  columns = NULL;
  schema = schema_take(&described);
  if (!schema || !(columns = columns_new(schema)))
    return NULL;
  wd__begin();
  abi_first(from.id->handle, &result);
  if (result.failed) {
    wd__raise_wire(&result.error);
    return NULL;
  }
  if (!result.some || !batch_take(&result, schema, columns, &batch))
    return NULL;
  row = wd_row_of(&batch, 0);
  return &row;
}

wd_job
wd_write(wd_dataset from, const char *sink, enum wd_write_mode mode)
{
  return wd_write_list(from, sink, mode, NULL, NULL);
}

wd_job
wd_write_list(wd_dataset from, const char *sink, enum wd_write_mode mode,
              const char *const *partition_by, const char *const *options)
{
  struct result_handle result;
  struct wire_list pairs;
  action_begin();
  if (!from.id || !wd__pairs(options, &pairs))
    return (wd_job){NULL};
  struct wire_list columns = wd__strings(partition_by);
  abi_write(from.id->handle, sink, (uint32_t)strlen(sink), mode, columns.data,
            columns.count, pairs.data, pairs.count, &result);
  return job_new(&result);
}

/* Starts a write; false when the sink is not granted. */
static bool
write_start(wd_dataset from, const char *sink, enum wd_write_mode mode,
            wd_job *out_job)
{
  struct result_handle result;
  action_begin();
  abi_write(from.id->handle, sink, (uint32_t)strlen(sink), mode, NULL, 0, NULL,
            0, &result);
  if (result.failed && result.error.code == WD_NOT_GRANTED)
    return false;
  *out_job = job_new(&result);
  return true;
}

bool
wd_write_if_granted(wd_dataset from, const char *sink, enum wd_write_mode mode)
{
  wd_job job;
  return from.id && write_start(from, sink, mode, &job) && job_finish(job);
}

bool
wd_write_or_show(wd_dataset from, const char *sink)
{
  wd_job job;
  if (!from.id)
    return false;
  return write_start(from, sink, WD_OVERWRITE, &job) ? job_finish(job)
                                                     : wd_show(from);
}

wd_job
wd_temp_table(wd_dataset from, const char *name, enum wd_write_mode mode)
{
  struct result_handle result;
  if (!from.id)
    return (wd_job){NULL};
  action_begin();
  abi_temp_table(from.id->handle, name, (uint32_t)strlen(name), mode, &result);
  return job_new(&result);
}

wd_job
wd_for_each_partition(wd_dataset from, const wd_partition_fn *functions,
                      const void *env, size_t env_size)
{
  return wd_for_each(from, &(wd_lambda){.partition = functions,
                                        .env = env,
                                        .env_size = env_size,
                                        .output = ""});
}

wd_job
wd_for_each(wd_dataset from, const wd_lambda *lambda)
{
  struct result_handle result;
  if (!from.id)
    return (wd_job){NULL};
  if (!lambda->partition) {
    wd__raise(WD_INVALID_ARGUMENT, "a for-each lambda is a partition's");
    return (wd_job){NULL};
  }
  struct wd__closure *closure = wd__closure_new(lambda);
  if (!closure)
    return (wd_job){NULL};
  action_begin();
  struct wire_lambda wire = wd__closure_to_wire(closure);
  abi_for_each_partition(from.id->handle, wire.function, wire.state, &result);
  /* The action has its image: main does not need the closure any more. */
  wd__closure_free(closure);
  return job_new(&result);
}

/* ---- Jobs */

static wd_progress
progress_of(const struct wire_progress *p)
{
  return (wd_progress){(enum wd_state)p->state,
                       p->rows_in,
                       p->rows_out,
                       p->bytes_in,
                       p->bytes_out,
                       p->fraction};
}

wd_progress
wd_progress_of(wd_job job)
{
  struct wire_progress progress;
  if (!job.id)
    return (wd_progress){.state = WD_FAILED, .fraction = -1};
  abi_job_progress(job.id->handle, &progress);
  return progress_of(&progress);
}

uint64_t
wd_counter(wd_job job, const char *name)
{
  struct wire_list list;
  wd_str wanted = wd_str_of(name);
  if (!job.id)
    return 0;
  wd__begin();
  abi_job_figures(job.id->handle, &list);
  const struct wire_figure *figures = list.data;
  for (uint32_t i = 0; i < list.count; i++)
    if (wd_str_equal(figures[i].stage, wd_str_of("counters")) &&
        wd_str_equal(figures[i].name, wanted))
      return figures[i].value;
  return 0;
}

static wd_progress
wait_for(wd_job job, bool timeout, uint64_t milliseconds)
{
  struct result_progress result;
  if (!job.id)
    return (wd_progress){.state = WD_FAILED, .fraction = -1};
  wd__begin();
  abi_wait(job.id->handle, timeout, milliseconds, &result);
  if (!result.failed)
    return progress_of(&result.progress);
  wd__raise_wire(&result.error);
  bool stopped = result.error.code == WD_CANCELLED;
  return (wd_progress){.state = stopped ? WD_STOPPED : WD_FAILED,
                       .fraction = -1};
}

bool
wd_wait(wd_job job)
{
  return wait_for(job, false, 0).state == WD_SUCCEEDED;
}

wd_progress
wd_wait_for(wd_job job, uint64_t milliseconds)
{
  return wait_for(job, true, milliseconds);
}

void
wd_cancel(wd_job job)
{
  if (job.id)
    abi_cancel(job.id->handle);
}

/* ---- What a data set is */

wd_schema *
wd_schema_of(wd_dataset from)
{
  struct result_list result;
  if (!from.id)
    return NULL;
  wd__begin();
  abi_schema(from.id->handle, &result);
  struct wd__schema *schema = schema_take(&result);
  wd_schema *flat = schema ? wd__schema_flat(&schema->schema) : NULL;
  wd__schema_free(schema);
  return flat;
}

char *
wd_explain(wd_dataset from, const char *format)
{
  struct result_list result;
  if (!from.id)
    return NULL;
  wd__begin();
  struct wire_pair option = {wd_str_of("format"), wd_str_of(format)};
  abi_explain(from.id->handle, &option, 1, &result);
  if (!result.failed)
    return wd_str_copy((wd_str){result.list.data, result.list.count});
  wd__raise_wire(&result.error);
  return NULL;
}

void *
wd_to_plan(wd_dataset from, size_t *out_size)
{
  struct result_list result;
  *out_size = 0;
  if (!from.id)
    return NULL;
  wd__begin();
  abi_to_plan(from.id->handle, &result);
  if (result.failed) {
    wd__raise_wire(&result.error);
    return NULL;
  }
  *out_size = result.list.count;
  return wd__copy_of(result.list.data, result.list.count);
}
