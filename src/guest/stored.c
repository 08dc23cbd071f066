/* Handlers of `datasets` that keep rows: caches, and tables of the program's
 * own. */

#include <string.h>
#include <strings.h>

#include "guest/internal.h"

static void
release_stored(void *stored)
{
  const struct wd_engine *engine = ((struct wd_stored *)stored)->engine;

  engine->functions->stored_unref(stored);
}

/* A relation over what is kept; takes the reference. */
static struct wd_relation *
stored_relation(struct wd_program *program, struct wd_relation *input,
                struct wd_stored *stored)
{
  struct wd_relation *relation =
      wd_relation_new(program->options.mem, WD_REL_CACHE, input, NULL);

  if (!relation) {
    release_stored(stored);
    return NULL;
  }
  relation->cache.stored = stored;
  relation->cache.release = release_stored;
  return relation;
}

static enum wd_status
on_cache(struct wd_abi_call *call,
         const struct wd_abi_datasets_dataset_cache_args *args, uint32_t *out,
         struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_engine *engine;
  struct wd_stored *stored;
  enum wd_status status = wd_program_engine(program, &engine, error);

  if (status == WD_OK)
    status = engine->functions->stored_new(
        engine, args->storage == WD_ABI_DATASETS_STORAGE_DISK, &stored, error);
  if (status != WD_OK)
    return status;
  return wd_program_give(
      program,
      stored_relation(program, wd_program_dataset(program, args->self), stored),
      out, error);
}

/* ---- Tables -------------------------------------------------------------- */

static struct wd_program_table *
find_table(struct wd_program *program, struct wd_text name)
{
  struct wd_program_table *table = program->tables;

  while (table && (strlen(table->name) != name.length ||
                   memcmp(table->name, name.data, name.length) != 0))
    table = table->next;
  return table;
}

static struct wd_program_table *
find_folded(struct wd_program *program, struct wd_text name)
{
  struct wd_program_table *table = program->tables;

  while (table && (strlen(table->name) != name.length ||
                   strncasecmp(table->name, name.data, name.length) != 0))
    table = table->next;
  return table;
}

static void
drop_relation(struct wd_relation *relation)
{
  if (relation)
    wd_relation_unref(relation);
}

static void
free_table(struct wd_program *program, struct wd_program_table *table)
{
  struct wd_mem *mem = program->options.mem;
  struct wd_program_table **link = &program->tables;

  while (*link != table)
    link = &(*link)->next;
  *link = table->next;
  drop_relation(table->relation);
  drop_relation(table->coming);
  wd_mem_free(mem, table->name, strlen(table->name) + 1);
  wd_mem_free(mem, table, sizeof *table);
}

void
wd_program_free_tables(struct wd_program *program)
{
  while (program->tables)
    free_table(program, program->tables);
}

/* The job has ended: what was to come is there, or will never be. */
static void
settle(struct wd_program *program, struct wd_program_table *table, bool good)
{
  table->job = NULL;
  if (good && table->coming) {
    drop_relation(table->relation);
    table->relation = table->coming;
  } else {
    drop_relation(table->coming);
  }
  table->coming = NULL;
  if (!table->relation)
    free_table(program, table);
}

void
wd_program_settle_tables(struct wd_program *program, struct wd_program_job *job)
{
  struct wd_program_table *next;

  for (struct wd_program_table *table = program->tables; table; table = next) {
    next = table->next;
    if (table->job == job) {
      struct wd_job_progress progress;

      wd_job_progress(job->job, &progress);
      settle(program, table, progress.state == WD_JOB_SUCCEEDED);
    }
  }
}

/* Waits for the job that makes a table or adds to it, if there is one. */
static enum wd_status
await(struct wd_program *program, struct wd_program_table *table,
      struct wd_error *error)
{
  enum wd_status status;

  if (!table->job)
    return WD_OK;
  status = wd_job_wait(table->job->job, -1, error);
  if (status != WD_OK)
    wd_error_prefix(error, "the job that was to make the table '%.100s'",
                    table->name);
  settle(program, table, status == WD_OK);
  return status;
}

enum wd_status
wd_program_table(struct wd_program *program, struct wd_text name, bool folded,
                 struct wd_relation **out_relation, struct wd_error *error)
{
  struct wd_program_table *table = find_table(program, name);
  struct wd_error failure = {0};

  *out_relation = NULL;
  if (!table && folded)
    table = find_folded(program, name);
  if (!table)
    return WD_OK;
  if (await(program, table, &failure) != WD_OK) {
    /* A table that was there before is as it was. */
    table = find_table(program, name);
    if (!table && folded)
      table = find_folded(program, name);
    if (!table)
      return wd_error_pass(error, &failure);
  }
  *out_relation = wd_relation_ref(table->relation);
  return WD_OK;
}

static enum wd_status
check_name(struct wd_program *program, struct wd_text name,
           struct wd_error *error)
{
  const struct wd_grant *grant;

  if (name.length == 0 || memchr(name.data, 0, name.length))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "temp-table: a table needs a name, without NUL");
  if (wd_grants_table(program->options.grants, name.data, name.length, &grant,
                      NULL) == WD_OK)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "temp-table: '%.*s' is a table that was granted; choose "
                   "another name",
                   (int)name.length, name.data);
  return WD_OK;
}

static enum wd_status
new_table(struct wd_program *program, struct wd_text name,
          struct wd_program_table **out_table, struct wd_error *error)
{
  struct wd_mem *mem = program->options.mem;
  struct wd_program_table *table = wd_mem_calloc(mem, 1, sizeof *table);
  char *copy = wd_mem_alloc(mem, (size_t)name.length + 1);

  if (!table || !copy) {
    wd_mem_free(mem, table, sizeof *table);
    wd_mem_free(mem, copy, (size_t)name.length + 1);
    return wd_fail_memory(error);
  }
  memcpy(copy, name.data, name.length);
  copy[name.length] = '\0';
  table->name = copy;
  table->next = program->tables;
  program->tables = table;
  *out_table = table;
  return WD_OK;
}

/* Starts the job that makes the table, or adds to it. */
static enum wd_status
fill_table(struct wd_program *program, struct wd_relation *rows,
           struct wd_program_table *table, bool append,
           struct wd_program_job **out_job, struct wd_error *error)
{
  struct wd_engine *engine;
  struct wd_stored *stored = NULL;
  enum wd_status status = wd_program_engine(program, &engine, error);

  if (status == WD_OK && append)
    stored = engine->functions->stored_ref(table->relation->cache.stored);
  else if (status == WD_OK)
    status = engine->functions->stored_new(engine, false, &stored, error);
  if (status == WD_OK && !append) {
    table->coming =
        stored_relation(program, NULL, engine->functions->stored_ref(stored));
    if (!table->coming)
      status = wd_fail_memory(error);
  }
  if (status != WD_OK) {
    if (stored)
      engine->functions->stored_unref(stored);
    return status;
  }
  status =
      wd_program_start(program,
                       &(struct wd_program_action){
                           .relation = rows, .into = stored, .append = append},
                       out_job, error);
  if (status == WD_OK) {
    table->job = *out_job;
  } else if (table->coming) {
    wd_relation_unref(table->coming);
    table->coming = NULL;
  }
  return status;
}

/* `ignore`, and the table is there: a job that has nothing to do. */
static enum wd_status
nothing_to_do(struct wd_program *program, struct wd_relation *rows,
              struct wd_program_job **out_job, struct wd_error *error)
{
  struct wd_relation *nothing =
      wd_relation_new(program->options.mem, WD_REL_LIMIT, rows, NULL);
  enum wd_status status;

  if (!nothing)
    return wd_fail_memory(error);
  status = wd_program_start(
      program, &(struct wd_program_action){.relation = nothing, .silent = true},
      out_job, error);
  wd_relation_unref(nothing);
  return status;
}

enum wd_status
wd_program_make_table(struct wd_program *program, struct wd_relation *rows,
                      struct wd_text name, enum wd_write_mode mode,
                      struct wd_program_job **out_job, struct wd_error *error)
{
  struct wd_program_table *table = find_table(program, name);
  struct wd_error ignored = {0};
  enum wd_status status = WD_OK;

  /* What another job left undone is its own failure. */
  if (table && await(program, table, &ignored) != WD_OK)
    table = find_table(program, name);
  if (table && mode == WD_WRITE_CREATE)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "temp-table: the table '%.100s' exists already: write with "
                   "overwrite",
                   table->name);
  if (table && mode == WD_WRITE_IGNORE)
    return nothing_to_do(program, rows, out_job, error);
  if (table)
    return fill_table(program, rows, table, mode == WD_WRITE_APPEND, out_job,
                      error);
  status = new_table(program, name, &table, error);
  if (status == WD_OK)
    status = fill_table(program, rows, table, false, out_job, error);
  if (status != WD_OK && table)
    settle(program, table, false);
  return status;
}

bool
wd_program_drop_table(struct wd_program *program, struct wd_text name)
{
  struct wd_program_table *table = find_table(program, name);
  struct wd_error ignored = {0};

  if (table && await(program, table, &ignored) != WD_OK)
    table = find_table(program, name);
  if (table)
    free_table(program, table);
  return table != NULL;
}

static enum wd_status
on_temp_table(struct wd_abi_call *call,
              const struct wd_abi_datasets_dataset_temp_table_args *args,
              uint32_t *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_program_job *job;
  enum wd_status status = check_name(program, args->name, error);

  if (status == WD_OK && args->mode == WD_ABI_DATASETS_WRITE_MODE_UPSERT)
    status = wd_fail(error, WD_UNSUPPORTED,
                     "temp-table: tables cannot be written with upsert in this "
                     "version: use create, overwrite, append or ignore");
  if (status == WD_OK)
    status = wd_program_make_table(
        program, wd_program_dataset(program, args->self), args->name,
        (enum wd_write_mode)args->mode, &job, error);
  if (status == WD_OK)
    status = wd_program_hold(program, job, out, error);
  if (program->stopped)
    call->trap = true;
  return status;
}

void
wd_guest_stored(struct wd_abi_handlers *handlers)
{
  handlers->datasets_dataset_cache = on_cache;
  handlers->datasets_dataset_temp_table = on_temp_table;
}
