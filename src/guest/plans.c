/* Handlers of `datasets` for plans in their written form. */

#include "guest/internal.h"
#include "substrait/plan.h"
#include "substrait/write.h"

/* Bytes of a plan that is handed over. */
#define WRITTEN_MAX (256u << 20)

static enum wd_status
read_inputs(struct wd_abi_call *call,
            const struct wd_abi_list_tuple_string_borrow_dataset *from,
            struct wd_written_input **out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_written_input *inputs =
      wd_arena_array(call->arena, from->length, sizeof *inputs);
  enum wd_status status = WD_OK;

  if (!inputs)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < from->length && status == WD_OK; i++) {
    inputs[i].relation = wd_program_dataset(program, from->data[i].f1);
    status = wd_guest_name(call->arena, from->data[i].f0, "from-plan",
                           &inputs[i].name, error);
  }
  *out = inputs;
  return status;
}

static enum wd_status
on_from_plan(struct wd_abi_call *call,
             const struct wd_abi_datasets_from_plan_args *args, uint32_t *out,
             struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_written_input *inputs = NULL;
  struct wd_relation *relation = NULL;
  enum wd_status status = read_inputs(call, &args->inputs, &inputs, error);

  if (status == WD_OK)
    status = wd_substrait_relation(program->options.mem, args->plan.data,
                                   args->plan.length, args->inputs.length,
                                   inputs, &relation, error);
  return status == WD_OK ? wd_program_give(program, relation, out, error)
                         : status;
}

/* The rows that an engine keeps, batch by batch. */
static enum wd_status
each_stored(void *env, const struct wd_plan_node *node,
            void (*each)(void *to, const struct wd_batch *rows), void *to,
            struct wd_error *error)
{
  struct wd_engine *engine = env;
  const struct wd_plan plan = {.root = node};
  struct wd_query *query;
  bool has = true;
  enum wd_status status = engine->functions->start(
      engine, &(struct wd_request){.plan = &plan}, &query, error);

  if (status != WD_OK)
    return status;
  while (status == WD_OK && has) {
    struct wd_rows rows = {0};

    status = engine->functions->next(query, &rows, &has, error);
    if (status == WD_OK && has)
      each(to, &rows.batch);
    wd_rows_fini(&rows);
  }
  engine->functions->free(query);
  return status;
}

enum wd_status
wd_program_write_plan(struct wd_engine *engine, const struct wd_plan *plan,
                      struct wd_buf *buf, struct wd_error *error)
{
  const struct wd_substrait_options options = {each_stored, engine};

  return wd_substrait_write(plan, &options, buf, error);
}

/* The bytes are handed over before the buffer goes. */
static enum wd_status
give_bytes(struct wd_abi_call *call, const struct wd_buf *buf,
           struct wd_abi_list_u8 *out, struct wd_error *error)
{
  void *copy = wd_arena_strndup(call->arena, wd_buf_text(buf), buf->length);

  if (!copy)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "to-plan: the plan has %zu bytes, more than can be handed "
                   "over",
                   buf->length);
  *out = (struct wd_abi_list_u8){copy, (uint32_t)buf->length};
  return WD_OK;
}

static enum wd_status
on_to_plan(struct wd_abi_call *call,
           const struct wd_abi_datasets_dataset_to_plan_args *args,
           struct wd_abi_list_u8 *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_plan plan;
  struct wd_pool *pool = NULL;
  struct wd_engine *engine;
  struct wd_buf buf;
  enum wd_status status = wd_program_engine(program, &engine, error);

  if (status == WD_OK)
    status = wd_program_plan(program, wd_program_dataset(program, args->self),
                             0, &plan, &pool, error);
  if (status != WD_OK)
    return status;
  wd_buf_init(&buf, program->options.mem, WRITTEN_MAX);
  status = wd_program_write_plan(engine, &plan, &buf, error);
  if (status == WD_OK)
    status = give_bytes(call, &buf, out, error);
  wd_buf_fini(&buf);
  wd_plan_fini(&plan);
  wd_pool_unref(pool);
  return status;
}

void
wd_guest_plans(struct wd_abi_handlers *handlers)
{
  handlers->datasets_from_plan = on_from_plan;
  handlers->datasets_dataset_to_plan = on_to_plan;
}
