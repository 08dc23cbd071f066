/* `generate`: the rows of a table function. */
#include "guest/internal.h"
#include "lambda/lambda.h"

/* Copies the arguments into the relation. */
static enum wd_status
take_arguments(const struct wd_abi_parameters *from,
               struct wd_relation *relation, struct wd_error *error)
{
  struct wd_batch values;
  enum wd_status status = wd_abi_parameters_parse(
      from, &relation->arena, &relation->generate.arguments, &values, error);

  if (status == WD_OK)
    status = wd_rows_copy(relation->arena.mem, &values,
                          &relation->generate.values, error);
  if (status != WD_OK)
    wd_error_prefix(error, "the arguments of generate");
  return status;
}

static enum wd_status
on_generate(struct wd_abi_call *call,
            const struct wd_abi_datasets_generate_args *args, uint32_t *out,
            struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_relation *relation;
  enum wd_status status = WD_OK;

  if (args->partitions == 0 || args->partitions > WD_SCAN_PARTITIONS)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "generate makes rows in 1 to %u partitions, not %u",
                   WD_SCAN_PARTITIONS, args->partitions);
  relation = wd_relation_new(program->options.mem, WD_REL_GENERATE, NULL, NULL);
  if (!relation)
    return wd_fail_memory(error);
  relation->generate.closure = (struct wd_closure){
      program, args->function.function, args->function.state};
  relation->generate.partitions = args->partitions;
  if (args->arguments.some)
    status = take_arguments(&args->arguments.value, relation, error);
  return wd_program_finish(program, status, relation, out, error);
}

void
wd_guest_tables(struct wd_abi_handlers *handlers)
{
  handlers->datasets_generate = on_generate;
}
