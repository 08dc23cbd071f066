/* Handlers of `datasets` that run something. */
#include <string.h>
#include <time.h>

#include "guest/internal.h"
#include "plan/typing.h"

static struct wd_program_job *
keep_job(struct wd_program *program, struct wd_job *job)
{
  struct wd_program_job *kept =
      wd_mem_calloc(program->options.mem, 1, sizeof *kept);

  if (!kept)
    return NULL;
  kept->job = job;
  pthread_mutex_lock(&program->lock);
  kept->next = program->jobs;
  program->jobs = kept;
  if (program->cancelled)
    wd_job_cancel(job);
  pthread_mutex_unlock(&program->lock);
  return kept;
}

static enum wd_status
start_job(struct wd_program *program, struct wd_job_options *options,
          struct wd_program_job **out_job, struct wd_error *error)
{
  struct wd_job *job;
  enum wd_status status = wd_job_start(options, &job, error);

  if (status != WD_OK)
    return status;
  *out_job = keep_job(program, job);
  if (*out_job)
    return WD_OK;
  wd_job_free(job);
  return wd_fail_memory(error);
}

/* Ends the program when it is only to be explained. */
static enum wd_status
tell_planned(struct wd_program *program, const struct wd_job_options *options,
             struct wd_error *error)
{
  const struct wd_program_options *told = &program->options;

  if (!told->planned ||
      !told->planned(told->env, options->id, &options->plan, options->engine))
    return WD_OK;
  program->stopped = true;
  return wd_fail(error, WD_CANCELLED, "the plan was explained");
}

/* The columns by which a write is partitioned: each once, and not all. */
static enum wd_status
find_partition_columns(const struct wd_abi_list_string *names,
                       struct wd_job_options *job, struct wd_error *error)
{
  const struct wd_schema *schema = &job->plan.root->schema;
  uint32_t *columns =
      wd_arena_array(&job->plan.arena, names->length, sizeof *columns);
  enum wd_status status = WD_OK;

  if (!columns)
    return wd_fail_memory(error);
  for (uint32_t i = 0; status == WD_OK && i < names->length; i++) {
    const char *name = wd_guest_text(&job->plan.arena, names->data[i]);

    status = name ? wd_schema_column(schema, "partition-by", name, &columns[i],
                                     error)
                  : wd_fail_memory(error);
    for (uint32_t k = 0; status == WD_OK && k < i; k++)
      if (columns[k] == columns[i])
        status = wd_fail(error, WD_INVALID_ARGUMENT,
                         "a write is partitioned by '%.100s' twice", name);
  }
  if (status == WD_OK && names->length && names->length == schema->count)
    status = wd_fail(error, WD_INVALID_ARGUMENT,
                     "a write cannot be partitioned by all of its columns: "
                     "the files would have none");
  job->partition_count = names->length;
  job->partition_columns = columns;
  return status;
}

/* Rows that are added to a table have its columns. */
static enum wd_status
check_appended(struct wd_job_options *job, struct wd_error *error)
{
  const struct wd_schema *schema = &job->plan.root->schema;
  struct wd_schema there = {0, NULL};
  struct wd_buf have, want;
  bool filled, same;
  enum wd_status status = job->engine->functions->stored_schema(
      job->into, &job->plan.arena, &filled, &there, error);

  if (status != WD_OK)
    return status;
  same = there.count == schema->count;
  for (uint32_t i = 0; same && i < there.count; i++)
    same = strcmp(there.columns[i].name, schema->columns[i].name) == 0 &&
           wd_type_equal(&there.columns[i].type, &schema->columns[i].type);
  if (same)
    return WD_OK;
  wd_buf_init(&have, job->mem, 400);
  wd_buf_init(&want, job->mem, 400);
  wd_schema_print(schema, &have);
  wd_schema_print(&there, &want);
  status = wd_fail(error, WD_TYPE_MISMATCH,
                   "the rows that are added have other columns than the table: "
                   "%s; the table has: %s",
                   wd_buf_text(&have), wd_buf_text(&want));
  wd_buf_fini(&have);
  wd_buf_fini(&want);
  return status;
}

/* Gives up what a job that is not started was to take over. */
static void
give_up(struct wd_job_options *job)
{
  wd_sink_abort(job->sink);
  if (job->into)
    job->engine->functions->stored_unref(job->into);
  if (job->plan.root) {
    wd_plan_fini(&job->plan);
    wd_pool_unref(job->pool);
  }
}

static enum wd_status
plan_and_start(struct wd_program *program,
               const struct wd_program_action *action,
               struct wd_program_job **out_job, struct wd_error *error)
{
  struct wd_job_options job = {
      .mem = program->options.mem,
      .id = ++program->job_count,
      .sink = action->sink,
      .format = action->format,
      .into = action->into,
      .append = action->append,
      .silent = action->silent,
  };
  enum wd_status status;

  wd_program_reap(program);
  if (program->options.registers) {
    program->stopped = true;
    give_up(&job);
    return wd_fail(error, WD_CANCELLED, "the functions were registered");
  }
  status = wd_program_engine(program, &job.engine, error);
  if (status == WD_OK)
    status = wd_program_plan(program, action->relation, job.id, &job.plan,
                             &job.pool, error);
  if (status != WD_OK) {
    give_up(&job);
    return status;
  }
  if (action->options) {
    job.option_count = action->options->length;
    status =
        wd_guest_options(action->options, &job.plan.arena, &job.options, error);
  }
  if (status == WD_OK && action->append)
    status = check_appended(&job, error);
  if (status == WD_OK && action->partition_by)
    status = find_partition_columns(action->partition_by, &job, error);
  if (status == WD_OK)
    status = tell_planned(program, &job, error);
  if (status == WD_OK)
    return start_job(program, &job, out_job, error);
  give_up(&job);
  return status;
}

/* Whatever came of it, the answer is written to the program's memory. */
enum wd_status
wd_program_start(struct wd_program *program,
                 const struct wd_program_action *action,
                 struct wd_program_job **out_job, struct wd_error *error)
{
  enum wd_status status = plan_and_start(program, action, out_job, error);
  enum wd_status settled;

  if (!program->instance)
    return status;
  settled =
      wd_instance_settle(program->instance, status == WD_OK ? error : NULL);
  return status == WD_OK ? settled : status;
}

/* An action that nobody runs when the program is only explained: its error
 * ends the program, also where it could be told. */
static enum wd_status
ended(struct wd_abi_call *call, enum wd_status status)
{
  if (wd_program_of(call)->stopped)
    call->trap = true;
  return status;
}

static enum wd_status
on_schema(struct wd_abi_call *call,
          const struct wd_abi_datasets_dataset_schema_args *args,
          struct wd_abi_schema *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_plan plan;
  struct wd_pool *pool = NULL;
  enum wd_status status = wd_program_plan(
      program, wd_program_dataset(program, args->self), 0, &plan, &pool, error);
  struct wd_schema copy;

  if (status != WD_OK)
    return status;
  status = wd_schema_copy(&plan.root->schema, call->arena, &copy, error);
  if (status == WD_OK)
    status = wd_abi_schema_make(&copy, call->arena, out, error);
  wd_plan_fini(&plan);
  wd_pool_unref(pool);
  return status;
}

static bool
text_is(struct wd_text text, const char *word)
{
  return text.length == strlen(word) &&
         memcmp(text.data, word, text.length) == 0;
}

static enum wd_status
print_plan(struct wd_program *program, const struct wd_plan *plan,
           const struct wd_abi_list_tuple_string_string *options,
           struct wd_buf *buf, struct wd_error *error)
{
  struct wd_text format = {"text", 4};
  enum wd_plan_form form;
  struct wd_engine *engine;

  for (uint32_t i = 0; i < options->length; i++) {
    if (!text_is(options->data[i].f0, "format"))
      return wd_fail(error, WD_INVALID_ARGUMENT,
                     "explain: unknown option '%.*s'; known: format",
                     (int)options->data[i].f0.length, options->data[i].f0.data);
    format = options->data[i].f1;
  }
  if (wd_plan_form_find(format.data, format.length, &form)) {
    wd_plan_print(plan, form, buf);
  } else if (text_is(format, "sql")) {
    if (wd_program_engine(program, &engine, error) != WD_OK)
      return WD_ENGINE_FAILED;
    return engine->functions->explain(engine, plan, buf, error);
  } else {
    return wd_fail(error, WD_UNSUPPORTED,
                   "explain: format '%.*s' is not there; there "
                   "are " WD_PLAN_FORM_LIST ", sql",
                   (int)format.length, format.data);
  }
  return WD_OK;
}

static enum wd_status
on_explain(struct wd_abi_call *call,
           const struct wd_abi_datasets_dataset_explain_args *args,
           struct wd_text *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_plan plan;
  struct wd_pool *pool = NULL;
  struct wd_buf buf;
  enum wd_status status = wd_program_plan(
      program, wd_program_dataset(program, args->self), 0, &plan, &pool, error);

  if (status != WD_OK)
    return status;
  wd_buf_init(&buf, program->options.mem, 16u << 20);
  status = print_plan(program, &plan, &args->options, &buf, error);
  if (status == WD_OK && !buf.failed) {
    out->data = wd_arena_strndup(call->arena, wd_buf_text(&buf), buf.length);
    out->length = (uint32_t)buf.length;
  }
  if (status == WD_OK && !out->data)
    status = wd_fail_memory(error);
  wd_buf_fini(&buf);
  wd_plan_fini(&plan);
  wd_pool_unref(pool);
  return status;
}

static enum wd_status
refuse_options(const char *action,
               const struct wd_abi_list_tuple_string_string *options,
               struct wd_error *error)
{
  if (options->length == 0)
    return WD_OK;
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "%s: unknown option '%.*s'; it has none", action,
                 (int)options->data[0].f0.length, options->data[0].f0.data);
}

/* A job whose rows are fetched. */
static enum wd_status
fetch_rows(struct wd_program *program, struct wd_relation *relation,
           struct wd_program_job **out_job, struct wd_error *error)
{
  return wd_program_start(program,
                          &(struct wd_program_action){.relation = relation},
                          out_job, error);
}

static enum wd_status
on_collect(struct wd_abi_call *call,
           const struct wd_abi_datasets_dataset_collect_args *args,
           uint32_t *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_program_job *job;
  enum wd_status status = refuse_options("collect", &args->options, error);

  if (status == WD_OK)
    status = fetch_rows(program, wd_program_dataset(program, args->self), &job,
                        error);
  if (status == WD_OK)
    status = wd_program_hold(program, job, out, error);
  return ended(call, status);
}

enum wd_status
wd_program_show(struct wd_program *program, struct wd_relation *relation,
                struct wd_error *error)
{
  const struct wd_program_options *options = &program->options;
  struct wd_program_job *job;
  enum wd_status status = WD_OK;

  if (!options->show && !options->planned)
    return wd_fail(error, WD_UNSUPPORTED,
                   "this host has no output to show rows on");
  status = fetch_rows(program, relation, &job, error);
  if (status != WD_OK)
    return status;
  status = options->show(options->env, job->job, error);
  wd_program_release(program, job);
  return status;
}

static enum wd_status
on_show(struct wd_abi_call *call,
        const struct wd_abi_datasets_dataset_show_args *args, uint32_t *out,
        struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  const struct wd_program_options *options = &program->options;
  struct wd_program_job *job;
  enum wd_status status = refuse_options("show", &args->options, error);

  if (status == WD_OK && !options->show && !options->registers)
    status = wd_fail(error, WD_UNSUPPORTED,
                     "this host has no output to show rows on");
  if (status == WD_OK)
    status = fetch_rows(program, wd_program_dataset(program, args->self), &job,
                        error);
  if (status != WD_OK)
    return ended(call, status);
  status = options->show(options->env, job->job, error);
  if (status == WD_OK)
    status = wd_program_hold(program, job, out, error);
  else
    wd_program_release(program, job);
  return status;
}

/* The only row of a job, or none. */
static enum wd_status
only_rows(struct wd_program *program, struct wd_relation *relation,
          struct wd_rows *out_rows, bool *out_has, struct wd_error *error)
{
  struct wd_program_job *job;
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  status = fetch_rows(program, relation, &job, error);
  if (status != WD_OK)
    return status;
  do {
    status = wd_job_next(job->job, out_rows, out_has, error);
  } while (status == WD_OK && *out_has && out_rows->batch.rows == 0 &&
           (wd_rows_fini(out_rows), true));
  wd_program_release(program, job);
  return status;
}

/* count(*) over the data set. */
static struct wd_relation *
counting(struct wd_program *program, uint32_t self, struct wd_error *error)
{
  static const char text[] = "count(*)";
  struct wd_relation *relation =
      wd_relation_new(program->options.mem, WD_REL_AGGREGATE,
                      wd_program_dataset(program, self), NULL);
  struct wd_measure_syntax *measure;
  const char *name;

  if (!relation)
    return NULL;
  measure = wd_arena_alloc(&relation->arena, sizeof *measure);
  if (!measure || wd_syntax_parse(text, sizeof text - 1, &relation->arena,
                                  &measure->syntax, &name, error) != WD_OK) {
    wd_relation_unref(relation);
    return NULL;
  }
  measure->name = "count";
  relation->aggregate.measure_count = 1;
  relation->aggregate.measures = measure;
  return relation;
}

static enum wd_status
on_count(struct wd_abi_call *call,
         const struct wd_abi_datasets_dataset_count_args *args, uint64_t *out,
         struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_relation *relation = counting(program, args->self, error);
  struct wd_rows rows = {0};
  bool has = false;
  enum wd_status status = only_rows(program, relation, &rows, &has, error);

  wd_relation_unref(relation);
  if (status == WD_OK && !has)
    status = wd_fail(error, WD_INTERNAL, "a count without a row");
  if (status == WD_OK)
    memcpy(out, rows.batch.buffers[1].data, sizeof *out);
  wd_rows_fini(&rows);
  return ended(call, status);
}

static void
free_rows(void *data)
{
  wd_rows_fini(data);
}

enum wd_status
wd_guest_give_rows(struct wd_abi_call *call, struct wd_rows *rows, bool has,
                   struct wd_abi_option_batch *out, struct wd_error *error)
{
  struct wd_rows *kept = has ? wd_arena_alloc(call->arena, sizeof *kept) : NULL;

  out->some = has;
  if (!has)
    return WD_OK;
  if (!kept) {
    wd_rows_fini(rows);
    return wd_fail_memory(error);
  }
  *kept = *rows;
  call->release = free_rows;
  call->release_data = kept;
  out->value = wd_abi_batch_make(&kept->batch);
  return WD_OK;
}

static enum wd_status
on_first(struct wd_abi_call *call,
         const struct wd_abi_datasets_dataset_first_args *args,
         struct wd_abi_option_batch *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_relation *relation =
      wd_relation_new(program->options.mem, WD_REL_LIMIT,
                      wd_program_dataset(program, args->self), NULL);
  struct wd_rows rows = {0};
  bool has = false;
  enum wd_status status;

  if (relation)
    relation->limit.count = 1;
  status = only_rows(program, relation, &rows, &has, error);
  wd_relation_unref(relation);
  if (status != WD_OK)
    return ended(call, status);
  return wd_guest_give_rows(call, &rows, has, out, error);
}

static enum wd_status
on_for_each_partition(
    struct wd_abi_call *call,
    const struct wd_abi_datasets_dataset_for_each_partition_args *args,
    uint32_t *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_relation *relation =
      wd_relation_new(program->options.mem, WD_REL_LAMBDA,
                      wd_program_dataset(program, args->self), NULL);
  struct wd_program_job *job;
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  relation->lambda.role = WD_ROLE_FOR_EACH;
  relation->lambda.closure = (struct wd_closure){
      program, args->function.function, args->function.state};
  status = wd_program_start(
      program,
      &(struct wd_program_action){.relation = relation, .silent = true}, &job,
      error);
  wd_relation_unref(relation);
  if (status == WD_OK)
    status = wd_program_hold(program, job, out, error);
  return ended(call, status);
}

static enum wd_status
open_sink(struct wd_program *program,
          const struct wd_abi_datasets_dataset_write_args *args,
          const struct wd_grant **out_grant, struct wd_sink **out_sink,
          struct wd_error *error)
{
  enum wd_status status =
      wd_grants_sink(program->options.grants, args->sink.data,
                     args->sink.length, out_grant, error);

  if (status != WD_OK)
    return status;
  return args->partition_by.length
             ? wd_sink_open_folder(*out_grant, (enum wd_write_mode)args->mode,
                                   program->options.mem, out_sink, error)
             : wd_sink_open(*out_grant, (enum wd_write_mode)args->mode,
                            program->options.mem, out_sink, error);
}

enum wd_status
wd_program_sink_options(const struct wd_abi_list_tuple_string_string *own,
                        const struct wd_grant *grant, struct wd_arena *arena,
                        struct wd_abi_list_tuple_string_string *out_options,
                        struct wd_error *error)
{
  uint32_t own_count = own ? own->length : 0;
  struct wd_abi_tuple_string_string *all =
      wd_arena_array(arena, own_count + grant->option_count, sizeof *all);
  uint32_t count = 0;

  if (!all)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < own_count; i++) {
    const char *name = wd_guest_text(arena, own->data[i].f0);

    if (!name)
      return wd_fail_memory(error);
    if (!wd_grant_option(grant, name))
      all[count++] = own->data[i];
  }
  for (uint32_t i = 0; i < grant->option_count; i++) {
    const struct wd_grant_option *option = &grant->options[i];

    all[count].f0 =
        (struct wd_text){option->name, (uint32_t)strlen(option->name)};
    all[count++].f1 =
        (struct wd_text){option->value, (uint32_t)strlen(option->value)};
  }
  *out_options = (struct wd_abi_list_tuple_string_string){all, count};
  return WD_OK;
}

static enum wd_status
on_write(struct wd_abi_call *call,
         const struct wd_abi_datasets_dataset_write_args *args, uint32_t *out,
         struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_relation *relation = wd_program_dataset(program, args->self);
  struct wd_relation *nothing = NULL;
  struct wd_abi_list_tuple_string_string options = {NULL, 0};
  const struct wd_grant *grant;
  struct wd_sink *sink = NULL;
  struct wd_program_job *job;
  enum wd_status status = open_sink(program, args, &grant, &sink, error);

  if (status == WD_OK && !sink) {
    /* `ignore` and the target exists: a job that has nothing to do. */
    nothing =
        wd_relation_new(program->options.mem, WD_REL_LIMIT, relation, NULL);
    status = nothing ? WD_OK : wd_fail_memory(error);
  }
  if (status == WD_OK && sink) {
    status = wd_program_sink_options(&args->options, grant, call->arena,
                                     &options, error);
    if (status != WD_OK)
      wd_sink_abort(sink);
  }
  if (status == WD_OK)
    status = wd_program_start(
        program,
        &(struct wd_program_action){
            .relation = nothing ? nothing : relation,
            .sink = sink,
            .format = nothing ? WD_FORMAT_UNKNOWN : grant->format,
            .options = &options,
            .partition_by = nothing ? NULL : &args->partition_by,
        },
        &job, error);
  wd_relation_unref(nothing);
  if (status == WD_OK)
    status = wd_program_hold(program, job, out, error);
  return ended(call, status);
}

void
wd_guest_actions(struct wd_abi_handlers *handlers)
{
  handlers->datasets_dataset_schema = on_schema;
  handlers->datasets_dataset_explain = on_explain;
  handlers->datasets_dataset_collect = on_collect;
  handlers->datasets_dataset_show = on_show;
  handlers->datasets_dataset_count = on_count;
  handlers->datasets_dataset_first = on_first;
  handlers->datasets_dataset_for_each_partition = on_for_each_partition;
  handlers->datasets_dataset_write = on_write;
}
