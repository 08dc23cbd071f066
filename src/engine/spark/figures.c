#include "engine/spark/figures.h"

#include <string.h>

#include "arrow/array.h"
#include "engine/spark/lambda.h"

static const char *const names[WD_SPARK_FIGURES] = {
    [WD_SPARK_STAGES] = "stages",
    [WD_SPARK_TASKS] = "tasks",
    [WD_SPARK_TASKS_DONE] = "tasks-done",
    [WD_SPARK_TASKS_FAILED] = "tasks-failed",
    [WD_SPARK_EXECUTORS_LOST] = "executors-lost",
    [WD_SPARK_ROWS_IN] = "rows-in",
    [WD_SPARK_BYTES_IN] = "bytes-in",
    [WD_SPARK_BYTES_SHUFFLED] = "bytes-shuffled",
    [WD_SPARK_LAMBDA_TIME] = "lambda-ns",
};

/* ---- While it runs ------------------------------------------------------- */

void
wd_spark_take_progress(struct wd_query *query, struct wd_sc_view progress)
{
  struct wd_sc_field field;
  uint64_t stages = 0, tasks = 0, done = 0, bytes = 0;

  while (wd_sc_next(&progress, &field) == WD_SC_FIELD) {
    if (field.number != WD_SC_ExecutePlanResponse_ExecutionProgress_stages ||
        !field.is_bytes)
      continue;
    stages++;
    tasks += (uint64_t)wd_sc_find_int(
        field.view,
        WD_SC_ExecutePlanResponse_ExecutionProgress_StageInfo_num_tasks, 0);
    done += (uint64_t)wd_sc_find_int(
        field.view,
        WD_SC_ExecutePlanResponse_ExecutionProgress_StageInfo_num_completed_tasks,
        0);
    bytes += (uint64_t)wd_sc_find_int(
        field.view,
        WD_SC_ExecutePlanResponse_ExecutionProgress_StageInfo_input_bytes_read,
        0);
  }
  atomic_store(&query->figures[WD_SPARK_STAGES], stages);
  atomic_store(&query->figures[WD_SPARK_TASKS], tasks);
  atomic_store(&query->figures[WD_SPARK_TASKS_DONE], done);
  atomic_store(&query->figures[WD_SPARK_BYTES_IN], bytes);
}

void
wd_spark_query_progress(struct wd_query *query,
                        struct wd_engine_progress *out_progress)
{
  uint64_t tasks = atomic_load(&query->figures[WD_SPARK_TASKS]);
  uint64_t done = atomic_load(&query->figures[WD_SPARK_TASKS_DONE]);

  *out_progress = (struct wd_engine_progress){
      .fraction = tasks ? (double)done / (double)tasks : -1,
      .rows_in = atomic_load(&query->figures[WD_SPARK_ROWS_IN]),
      .rows_out = atomic_load(&query->rows_out),
  };
}

enum wd_status
wd_spark_query_figures(struct wd_query *query, struct wd_arena *arena,
                       const struct wd_engine_figure **out_figures,
                       uint32_t *out_count, struct wd_error *error)
{
  struct wd_engine_figure *figures =
      wd_arena_array(arena, WD_SPARK_FIGURES, sizeof *figures);

  if (!figures)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < WD_SPARK_FIGURES; i++)
    figures[i] = (struct wd_engine_figure){
        .stage = "spark",
        .name = names[i],
        .value = atomic_load(&query->figures[i]),
    };
  *out_figures = figures;
  *out_count = WD_SPARK_FIGURES;
  return WD_OK;
}

/* ---- At its end ---------------------------------------------------------- */

/* The columns of what the jar answers. */
enum { KIND, NAME, VALUE, COLUMNS };

static const struct wd_column columns[COLUMNS] = {
    [KIND] = {.name = "kind", .type = {.id = WD_TYPE_STRING}, .nullable = true},
    [NAME] = {.name = "name", .type = {.id = WD_TYPE_STRING}, .nullable = true},
    [VALUE] = {.name = "value", .type = {.id = WD_TYPE_I64}, .nullable = true},
};
static const struct wd_schema answer = {COLUMNS, columns};

struct text {
  const char *data;
  uint32_t length;
};

static bool
is(struct text text, const char *word)
{
  return text.length == strlen(word) &&
         memcmp(text.data, word, text.length) == 0;
}

static void
take_number(struct wd_query *query, struct text name, uint64_t value)
{
  /* Tasks are counted while it runs, too, of all stages. */
  for (uint32_t i = WD_SPARK_TASKS_FAILED; i < WD_SPARK_FIGURES; i++)
    if (is(name, names[i]))
      atomic_store(&query->figures[i], value);
}

static void
take_of_lambdas(struct wd_query *query, struct text name, uint64_t value)
{
  struct wd_pool_figures more = {
      .calls = is(name, "calls") ? value : 0,
      .rows_in = is(name, "rows-in") ? value : 0,
      .rows_out = is(name, "rows-out") ? value : 0,
  };

  wd_pool_add_figures(query->pool, &more);
  if (is(name, "nanoseconds"))
    atomic_store(&query->figures[WD_SPARK_LAMBDA_TIME], value);
}

static void
say(const struct wd_query *query, int64_t stream, struct text text)
{
  const struct wd_pool_options *options = wd_pool_options(query->pool);

  if (options->print && (stream == 1 || stream == 2))
    options->print(options->env, (int)stream, text.data, text.length);
}

static struct text
text_at(const struct wd_batch *batch, uint32_t column, uint32_t row)
{
  const struct wd_array array = wd_array_of(&answer, batch, column);
  struct text text;

  text.data = (const char *)wd_array_bytes(&array, row, &text.length);
  return text;
}

static void
take_row(struct wd_query *query, const struct wd_batch *batch, uint32_t row)
{
  const struct wd_array values = wd_array_of(&answer, batch, VALUE);
  struct text kind = text_at(batch, KIND, row);
  struct text name = text_at(batch, NAME, row);
  int64_t value;

  memcpy(&value, values.buffers[1].data + row * sizeof value, sizeof value);
  if (is(kind, "spark"))
    take_number(query, name, (uint64_t)value);
  else if (is(kind, "lambdas"))
    take_of_lambdas(query, name, (uint64_t)value);
  else if (is(kind, "counter"))
    wd_pool_count(query->pool, name.data, name.length, (uint64_t)value);
  else if (is(kind, "said"))
    say(query, value, name);
}

/* An answer of other columns is none. */
static void
take_batches(struct wd_query *query, struct wd_sc_view data)
{
  struct wd_ipc_reader *reader = NULL;
  struct wd_batch batch;
  bool has = true;

  if (wd_ipc_reader_open_bytes(query->engine->mem, data.data, data.length,
                               &reader, NULL) != WD_OK)
    return;
  while (has && wd_ipc_reader_next(reader, &batch, &has, NULL) == WD_OK && has)
    if (wd_batch_check(&answer, &batch, UINT32_MAX, NULL) == WD_OK)
      for (uint32_t row = 0; row < batch.rows; row++)
        take_row(query, &batch, row);
  wd_ipc_reader_free(reader);
}

static void
run(struct wd_query *query, const struct wd_sc_writer *plan)
{
  struct wd_sc_execution execution;
  struct wd_sc_view response;
  char operation[WD_SC_UUID];
  bool has = true;

  wd_sc_uuid(operation);
  if (wd_sc_execution_start(&execution, &query->session, operation, plan,
                            NULL) != WD_OK)
    return;
  while (has &&
         wd_sc_execution_next(&execution, &response, &has, NULL) == WD_OK) {
    struct wd_sc_view batch =
        wd_sc_find(response, WD_SC_ExecutePlanResponse_arrow_batch);

    if (has && batch.data)
      take_batches(
          query, wd_sc_find(batch, WD_SC_ExecutePlanResponse_ArrowBatch_data));
  }
  wd_sc_execution_fini(&execution);
}

void
wd_spark_fetch_figures(struct wd_query *query)
{
  struct wd_sc_writer plan;
  struct wd_spark_lowering lowering = {.engine = query->engine,
                                       .arena = &query->arena,
                                       .writer = &plan,
                                       .operation = query->operation};

  if (!query->extended || query->fetched || !query->pool)
    return;
  query->fetched = true;
  wd_sc_writer_init(&plan, query->engine->mem);
  wd_spark_put_figures(&lowering, WD_SC_Plan_root);
  if (wd_sc_writer_check(&plan, NULL) == WD_OK)
    run(query, &plan);
  wd_sc_writer_fini(&plan);
}
