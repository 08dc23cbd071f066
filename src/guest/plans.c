/* Handlers of `datasets` for plans that were written elsewhere. */

#include "guest/internal.h"
#include "substrait/plan.h"

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

void
wd_guest_plans(struct wd_abi_handlers *handlers)
{
  handlers->datasets_from_plan = on_from_plan;
}
