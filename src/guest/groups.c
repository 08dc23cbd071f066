/* Handlers of `datasets` about groups. */

#include "guest/internal.h"

static enum wd_status
parse_measure(struct wd_program *program,
              const struct wd_abi_datasets_measure *from,
              struct wd_arena *arena, struct wd_measure_syntax *to,
              struct wd_error *error)
{
  const struct wd_abi_datasets_lambda_aggregate *lambda = &from->what.as.lambda;
  const struct wd_named_syntax *arguments;
  const struct wd_syntax **list;
  const char *name;
  enum wd_status status;

  to->name = from->name.length ? wd_guest_text(arena, from->name) : NULL;
  if (from->name.length && !to->name)
    return wd_fail_memory(error);
  if (from->filter.some) {
    status = wd_syntax_parse(from->filter.value.data, from->filter.value.length,
                             arena, &to->filter, &name, error);
    if (status != WD_OK)
      return status;
  }
  if (from->what.tag == WD_ABI_DATASETS_AGGREGATE_EXPRESSION) {
    status = wd_syntax_parse(from->what.as.expression.data,
                             from->what.as.expression.length, arena,
                             &to->syntax, &name, error);
    if (status == WD_OK && !to->name)
      to->name = name;
    return status;
  }
  to->is_lambda = true;
  to->closure = (struct wd_closure){program, lambda->function.function,
                                    lambda->function.state};
  status = wd_guest_expressions(&lambda->arguments, arena, &arguments, error);
  if (status != WD_OK)
    return status;
  list = wd_arena_array(arena, lambda->arguments.length, sizeof *list);
  if (!list)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < lambda->arguments.length; i++)
    list[i] = arguments[i].syntax;
  to->argument_count = lambda->arguments.length;
  to->arguments = list;
  return WD_OK;
}

static enum wd_status
parse_measures(struct wd_program *program,
               const struct wd_abi_list_datasets_measure *from,
               struct wd_relation *relation, struct wd_error *error)
{
  struct wd_measure_syntax *measures =
      wd_arena_array(&relation->arena, from->length, sizeof *measures);

  if (!measures)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < from->length; i++) {
    enum wd_status status = parse_measure(
        program, &from->data[i], &relation->arena, &measures[i], error);

    if (status != WD_OK)
      return status;
  }
  relation->aggregate.measure_count = from->length;
  relation->aggregate.measures = measures;
  return WD_OK;
}

void
wd_grouped_free(struct wd_program *program, struct wd_grouped *grouped)
{
  if (!grouped)
    return;
  wd_relation_unref(grouped->relation);
  wd_arena_fini(&grouped->arena);
  wd_mem_free(program->options.mem, grouped, sizeof *grouped);
}

static enum wd_status
on_group_by(struct wd_abi_call *call,
            const struct wd_abi_datasets_dataset_group_by_args *args,
            uint32_t *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_grouped *grouped =
      wd_mem_calloc(program->options.mem, 1, sizeof *grouped);
  enum wd_status status;

  if (!grouped)
    return wd_fail_memory(error);
  wd_arena_init(&grouped->arena, program->options.mem, 0);
  grouped->relation = wd_relation_ref(wd_program_dataset(program, args->self));
  grouped->key_count = args->keys.length;
  status =
      wd_guest_expressions(&args->keys, &grouped->arena, &grouped->keys, error);
  if (status == WD_OK)
    status = wd_handles_add(&program->handles, WD_ABI_RESOURCE_GROUPED, grouped,
                            out, error);
  if (status != WD_OK)
    wd_grouped_free(program, grouped);
  return status;
}

/* The keys of a group are parsed again into the relation's own arena, from
 * their canonical text: the group may be dropped before it. */
static enum wd_status
copy_keys(const struct wd_grouped *grouped, struct wd_arena *arena,
          const struct wd_named_syntax **out_keys, struct wd_error *error)
{
  struct wd_named_syntax *keys =
      wd_arena_array(arena, grouped->key_count, sizeof *keys);
  struct wd_buf text;
  enum wd_status status = WD_OK;

  if (!keys)
    return wd_fail_memory(error);
  wd_buf_init(&text, arena->mem, 1 << 20);
  for (uint32_t i = 0; status == WD_OK && i < grouped->key_count; i++) {
    const struct wd_named_syntax *key = &grouped->keys[i];
    const char *name =
        key->name ? key->name : wd_syntax_default_name(key->syntax);
    const char *ignored;

    wd_buf_clear(&text);
    wd_syntax_print(key->syntax, &text);
    keys[i].name = wd_arena_strdup(arena, name);
    if (!keys[i].name || text.failed)
      status = wd_fail_memory(error);
    else
      status = wd_syntax_parse(wd_buf_text(&text), text.length, arena,
                               &keys[i].syntax, &ignored, error);
  }
  wd_buf_fini(&text);
  *out_keys = keys;
  return status;
}

static enum wd_status
on_aggregate(struct wd_abi_call *call,
             const struct wd_abi_datasets_grouped_aggregate_args *args,
             uint32_t *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_grouped *grouped =
      wd_handles_get(&program->handles, WD_ABI_RESOURCE_GROUPED, args->self);
  struct wd_relation *relation = wd_relation_new(
      program->options.mem, WD_REL_AGGREGATE, grouped->relation, NULL);
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  relation->aggregate.key_count = grouped->key_count;
  status =
      copy_keys(grouped, &relation->arena, &relation->aggregate.keys, error);
  if (status == WD_OK)
    status = parse_measures(program, &args->measures, relation, error);
  return wd_program_finish(program, status, relation, out, error);
}

static enum wd_status
on_reduce(struct wd_abi_call *call,
          const struct wd_abi_datasets_grouped_reduce_args *args, uint32_t *out,
          struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_grouped *grouped =
      wd_handles_get(&program->handles, WD_ABI_RESOURCE_GROUPED, args->self);
  struct wd_relation *relation = wd_relation_new(
      program->options.mem, WD_REL_REDUCE, grouped->relation, NULL);

  if (!relation)
    return wd_fail_memory(error);
  relation->reduce.key_count = grouped->key_count;
  relation->reduce.closure = (struct wd_closure){
      program, args->function.function, args->function.state};
  return wd_program_finish(
      program,
      copy_keys(grouped, &relation->arena, &relation->reduce.keys, error),
      relation, out, error);
}

static struct wd_closure
closure_of(struct wd_program *program, struct wd_abi_lambda function)
{
  return (struct wd_closure){program, function.function, function.state};
}

static enum wd_status
take_keys(const struct wd_grouped *grouped, struct wd_relation *relation,
          struct wd_keys_syntax *out_keys, struct wd_error *error)
{
  out_keys->count = grouped->key_count;
  return copy_keys(grouped, &relation->arena, &out_keys->keys, error);
}

static enum wd_status
on_map_groups(struct wd_abi_call *call,
              const struct wd_abi_datasets_grouped_map_groups_args *args,
              uint32_t *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_grouped *grouped =
      wd_handles_get(&program->handles, WD_ABI_RESOURCE_GROUPED, args->self);
  struct wd_relation *relation = wd_relation_new(
      program->options.mem, WD_REL_MAP_GROUPS, grouped->relation, NULL);

  if (!relation)
    return wd_fail_memory(error);
  relation->groups.closure = closure_of(program, args->function);
  return wd_program_finish(
      program, take_keys(grouped, relation, &relation->groups.left, error),
      relation, out, error);
}

static enum wd_status
on_co_map_groups(struct wd_abi_call *call,
                 const struct wd_abi_datasets_grouped_co_map_groups_args *args,
                 uint32_t *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_grouped *left =
      wd_handles_get(&program->handles, WD_ABI_RESOURCE_GROUPED, args->self);
  struct wd_grouped *right =
      wd_handles_get(&program->handles, WD_ABI_RESOURCE_GROUPED, args->other);
  struct wd_relation *relation =
      wd_relation_new(program->options.mem, WD_REL_CO_MAP_GROUPS,
                      left->relation, right->relation);
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  relation->groups.closure = closure_of(program, args->function);
  status = take_keys(left, relation, &relation->groups.left, error);
  if (status == WD_OK)
    status = take_keys(right, relation, &relation->groups.right, error);
  if (status == WD_OK && left->key_count != right->key_count)
    status = wd_fail(error, WD_INVALID_ARGUMENT,
                     "co-map-groups: the left side is grouped by %u keys, the "
                     "right one by %u",
                     left->key_count, right->key_count);
  return wd_program_finish(program, status, relation, out, error);
}

static enum wd_status
on_dataset_aggregate(struct wd_abi_call *call,
                     const struct wd_abi_datasets_dataset_aggregate_args *args,
                     uint32_t *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_relation *relation =
      wd_relation_new(program->options.mem, WD_REL_AGGREGATE,
                      wd_program_dataset(program, args->self), NULL);

  if (!relation)
    return wd_fail_memory(error);
  return wd_program_finish(
      program, parse_measures(program, &args->measures, relation, error),
      relation, out, error);
}

static enum wd_status
on_dataset_reduce(struct wd_abi_call *call,
                  const struct wd_abi_datasets_dataset_reduce_args *args,
                  uint32_t *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_relation *relation =
      wd_relation_new(program->options.mem, WD_REL_REDUCE,
                      wd_program_dataset(program, args->self), NULL);

  if (relation)
    relation->reduce.closure = (struct wd_closure){
        program, args->function.function, args->function.state};
  return wd_program_give(program, relation, out, error);
}

static enum wd_status
on_drop(struct wd_abi_call *call,
        const struct wd_abi_datasets_grouped_drop_args *args,
        struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);

  (void)error;
  wd_grouped_free(program,
                  wd_handles_remove(&program->handles, WD_ABI_RESOURCE_GROUPED,
                                    args->self));
  return WD_OK;
}

void
wd_guest_groups(struct wd_abi_handlers *handlers)
{
  handlers->datasets_dataset_group_by = on_group_by;
  handlers->datasets_dataset_aggregate = on_dataset_aggregate;
  handlers->datasets_dataset_reduce = on_dataset_reduce;
  handlers->datasets_grouped_aggregate = on_aggregate;
  handlers->datasets_grouped_reduce = on_reduce;
  handlers->datasets_grouped_map_groups = on_map_groups;
  handlers->datasets_grouped_co_map_groups = on_co_map_groups;
  handlers->datasets_grouped_drop = on_drop;
}
