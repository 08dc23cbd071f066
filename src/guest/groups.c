/* Handlers of `datasets` about groups. */

#include "guest/internal.h"
#include "plan/plan.h"

/* Bytes of what a program may say about one group. */
#define GROUPED_MAX (64u << 20)

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

/* A group over a data set, without keys yet; NULL: no memory. */
static struct wd_grouped *
new_grouped(struct wd_program *program, struct wd_relation *relation)
{
  struct wd_grouped *grouped =
      wd_mem_calloc(program->options.mem, 1, sizeof *grouped);

  if (!grouped)
    return NULL;
  wd_arena_init(&grouped->arena, program->options.mem, GROUPED_MAX);
  grouped->relation = wd_relation_ref(relation);
  return grouped;
}

/* Hands it over to a new handle when it was built, frees it when not. */
static enum wd_status
give(struct wd_program *program, enum wd_status status,
     struct wd_grouped *grouped, uint32_t *out, struct wd_error *error)
{
  if (status == WD_OK)
    status = wd_handles_add(&program->handles, WD_ABI_RESOURCE_GROUPED, grouped,
                            out, error);
  if (status != WD_OK)
    wd_grouped_free(program, grouped);
  return status;
}

static enum wd_status
take_group_keys(struct wd_abi_call *call, uint32_t self,
                const struct wd_abi_list_string *keys,
                struct wd_grouped **out_grouped, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_grouped *grouped =
      new_grouped(program, wd_program_dataset(program, self));
  enum wd_status status;

  if (!grouped)
    return wd_fail_memory(error);
  grouped->key_count = keys->length;
  status = wd_guest_expressions(keys, &grouped->arena, &grouped->keys, error);
  if (status != WD_OK) {
    wd_grouped_free(program, grouped);
    return status;
  }
  *out_grouped = grouped;
  return WD_OK;
}

static enum wd_status
on_group_by(struct wd_abi_call *call,
            const struct wd_abi_datasets_dataset_group_by_args *args,
            uint32_t *out, struct wd_error *error)
{
  struct wd_grouped *grouped;
  enum wd_status status =
      take_group_keys(call, args->self, &args->keys, &grouped, error);

  return status == WD_OK
             ? give(wd_program_of(call), status, grouped, out, error)
             : status;
}

/* Room for so many sets, to be filled. */
static enum wd_status
make_sets(struct wd_grouped *grouped, uint64_t count,
          struct wd_key_set **out_sets, struct wd_error *error)
{
  if (count == 0)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "grouping sets: there must be at least one set");
  if (count > WD_PLAN_GROUPING_SETS)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "there may be %u grouping sets, not %llu",
                   WD_PLAN_GROUPING_SETS, (unsigned long long)count);
  *out_sets = wd_arena_array(&grouped->arena, count, sizeof **out_sets);
  if (!*out_sets)
    return wd_fail_memory(error);
  grouped->set_count = (uint32_t)count;
  grouped->sets = *out_sets;
  return WD_OK;
}

static enum wd_status
copy_set(struct wd_grouped *grouped, const struct wd_abi_list_u32 *from,
         struct wd_key_set *out_set, struct wd_error *error)
{
  uint32_t *keys = wd_arena_array(&grouped->arena, from->length, sizeof *keys);

  if (!keys)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < from->length; i++) {
    keys[i] = from->data[i];
    if (keys[i] >= grouped->key_count)
      return wd_fail(error, WD_INVALID_ARGUMENT,
                     "grouping sets: there is no key %u; there are %u, counted "
                     "from 0",
                     keys[i], grouped->key_count);
    for (uint32_t k = 0; k < i; k++)
      if (keys[k] == keys[i])
        return wd_fail(error, WD_INVALID_ARGUMENT,
                       "grouping sets: key %u is in a set twice", keys[i]);
  }
  *out_set = (struct wd_key_set){from->length, keys};
  return WD_OK;
}

static enum wd_status
on_grouping_sets(struct wd_abi_call *call,
                 const struct wd_abi_datasets_dataset_grouping_sets_args *args,
                 uint32_t *out, struct wd_error *error)
{
  struct wd_grouped *grouped;
  struct wd_key_set *sets = NULL;
  enum wd_status status =
      take_group_keys(call, args->self, &args->keys, &grouped, error);

  if (status != WD_OK)
    return status;
  status = make_sets(grouped, args->sets.length, &sets, error);
  for (uint32_t i = 0; status == WD_OK && i < args->sets.length; i++)
    status = copy_set(grouped, &args->sets.data[i], &sets[i], error);
  return give(wd_program_of(call), status, grouped, out, error);
}

/* The keys 0, 1, 2 …, for which the bit of the mask is set. */
static enum wd_status
mask_set(struct wd_grouped *grouped, uint64_t mask, struct wd_key_set *out_set,
         struct wd_error *error)
{
  uint32_t *keys =
      wd_arena_array(&grouped->arena, grouped->key_count, sizeof *keys);
  uint32_t count = 0;

  if (!keys)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < grouped->key_count; i++)
    if (mask >> i & 1)
      keys[count++] = i;
  *out_set = (struct wd_key_set){count, keys};
  return WD_OK;
}

/* All keys of a few: sets are masks of 64 bits. */
static enum wd_status
fill_sets(struct wd_grouped *grouped, bool cube, struct wd_error *error)
{
  uint32_t keys = grouped->key_count;
  uint64_t all = (UINT64_C(1) << (keys < 63 ? keys : 63)) - 1;
  struct wd_key_set *sets = NULL;
  enum wd_status status;

  if (keys > 62)
    return wd_fail(error, WD_LIMIT_EXCEEDED, "%s takes at most 62 keys, not %u",
                   cube ? "cube" : "rollup", keys);
  status =
      make_sets(grouped, cube ? all + 1 : (uint64_t)keys + 1, &sets, error);
  for (uint32_t i = 0; status == WD_OK && i < grouped->set_count; i++)
    status = mask_set(grouped, cube ? all - i : all >> i, &sets[i], error);
  return status;
}

static enum wd_status
on_rollup(struct wd_abi_call *call,
          const struct wd_abi_datasets_dataset_rollup_args *args, uint32_t *out,
          struct wd_error *error)
{
  struct wd_grouped *grouped;
  enum wd_status status =
      take_group_keys(call, args->self, &args->keys, &grouped, error);

  return status == WD_OK
             ? give(wd_program_of(call), fill_sets(grouped, false, error),
                    grouped, out, error)
             : status;
}

static enum wd_status
on_cube(struct wd_abi_call *call,
        const struct wd_abi_datasets_dataset_cube_args *args, uint32_t *out,
        struct wd_error *error)
{
  struct wd_grouped *grouped;
  enum wd_status status =
      take_group_keys(call, args->self, &args->keys, &grouped, error);

  return status == WD_OK
             ? give(wd_program_of(call), fill_sets(grouped, true, error),
                    grouped, out, error)
             : status;
}

/* Expressions are parsed again into another arena, from their canonical text:
 * what they came from may be dropped before it. */
static enum wd_status
copy_expression(const struct wd_syntax *from, struct wd_arena *arena,
                const struct wd_syntax **out_syntax, struct wd_error *error)
{
  struct wd_buf text;
  const char *ignored;
  enum wd_status status;

  wd_buf_init(&text, arena->mem, 1 << 20);
  wd_syntax_print(from, &text);
  status = text.failed ? wd_fail_memory(error)
                       : wd_syntax_parse(wd_buf_text(&text), text.length, arena,
                                         out_syntax, &ignored, error);
  wd_buf_fini(&text);
  return status;
}

/* With the names that they have, or would have. */
static enum wd_status
copy_named(uint32_t count, const struct wd_named_syntax *from, bool all_named,
           struct wd_arena *arena, const struct wd_named_syntax **out_list,
           struct wd_error *error)
{
  struct wd_named_syntax *list = wd_arena_array(arena, count, sizeof *list);
  enum wd_status status = WD_OK;

  if (!list)
    return wd_fail_memory(error);
  for (uint32_t i = 0; status == WD_OK && i < count; i++) {
    const char *name = from[i].name;

    if (!name && all_named)
      name = wd_syntax_default_name(from[i].syntax);
    list[i].name = name ? wd_arena_strdup(arena, name) : NULL;
    status = name && !list[i].name ? wd_fail_memory(error)
                                   : copy_expression(from[i].syntax, arena,
                                                     &list[i].syntax, error);
  }
  *out_list = list;
  return status;
}

static enum wd_status
copy_keys(const struct wd_grouped *grouped, struct wd_arena *arena,
          const struct wd_named_syntax **out_keys, struct wd_error *error)
{
  return copy_named(grouped->key_count, grouped->keys, true, arena, out_keys,
                    error);
}

static enum wd_status
copy_sets(const struct wd_grouped *grouped, struct wd_arena *arena,
          const struct wd_key_set **out_sets, struct wd_error *error)
{
  struct wd_key_set *sets =
      wd_arena_array(arena, grouped->set_count, sizeof *sets);

  if (!sets)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < grouped->set_count; i++) {
    uint32_t count = grouped->sets[i].count;
    uint32_t *keys = wd_arena_array(arena, count, sizeof *keys);

    if (!keys)
      return wd_fail_memory(error);
    for (uint32_t k = 0; k < count; k++)
      keys[k] = grouped->sets[i].keys[k];
    sets[i] = (struct wd_key_set){count, keys};
  }
  *out_sets = sets;
  return WD_OK;
}

/* What knows no grouping sets and no pivot. */
static enum wd_status
check_plain(const struct wd_grouped *grouped, const char *what,
            struct wd_error *error)
{
  if (!grouped->set_count && !grouped->pivot)
    return WD_OK;
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "%s works on plain groups; %s only have aggregate", what,
                 grouped->pivot ? "pivots" : "grouping sets");
}

static enum wd_status
on_pivot(struct wd_abi_call *call,
         const struct wd_abi_datasets_grouped_pivot_args *args, uint32_t *out,
         struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  const struct wd_grouped *from =
      wd_handles_get(&program->handles, WD_ABI_RESOURCE_GROUPED, args->self);
  struct wd_grouped *grouped;
  enum wd_status status;

  if (from->pivot)
    return wd_fail(error, WD_INVALID_ARGUMENT, "the group has a pivot already");
  if (args->values.length == 0)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "a pivot needs at least one value");
  grouped = new_grouped(program, from->relation);
  if (!grouped)
    return wd_fail_memory(error);
  grouped->key_count = from->key_count;
  grouped->set_count = from->set_count;
  grouped->value_count = args->values.length;
  status = copy_keys(from, &grouped->arena, &grouped->keys, error);
  if (status == WD_OK)
    status = copy_sets(from, &grouped->arena, &grouped->sets, error);
  if (status == WD_OK)
    status = wd_guest_parse(args->expression, &grouped->arena, &grouped->pivot,
                            error);
  if (status == WD_OK)
    status = wd_guest_expressions(&args->values, &grouped->arena,
                                  &grouped->values, error);
  return give(program, status, grouped, out, error);
}

/* Keys, sets and pivot of an aggregation. */
static enum wd_status
take_group(const struct wd_grouped *grouped, struct wd_relation *relation,
           struct wd_error *error)
{
  struct wd_arena *arena = &relation->arena;
  enum wd_status status =
      copy_keys(grouped, arena, &relation->aggregate.keys, error);

  relation->aggregate.key_count = grouped->key_count;
  relation->aggregate.set_count = grouped->set_count;
  relation->aggregate.value_count = grouped->value_count;
  if (status == WD_OK)
    status = copy_sets(grouped, arena, &relation->aggregate.sets, error);
  if (status == WD_OK && grouped->pivot)
    status = copy_expression(grouped->pivot, arena, &relation->aggregate.pivot,
                             error);
  if (status == WD_OK && grouped->pivot)
    status = copy_named(grouped->value_count, grouped->values, false, arena,
                        &relation->aggregate.values, error);
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
  status = take_group(grouped, relation, error);
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
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  relation->reduce.key_count = grouped->key_count;
  relation->reduce.closure = (struct wd_closure){
      program, args->function.function, args->function.state};
  status = check_plain(grouped, "reduce", error);
  if (status == WD_OK)
    status =
        copy_keys(grouped, &relation->arena, &relation->reduce.keys, error);
  return wd_program_finish(program, status, relation, out, error);
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
  enum wd_status status = check_plain(grouped, "a lambda of groups", error);

  if (status != WD_OK)
    return status;
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
  handlers->datasets_dataset_grouping_sets = on_grouping_sets;
  handlers->datasets_dataset_rollup = on_rollup;
  handlers->datasets_dataset_cube = on_cube;
  handlers->datasets_grouped_pivot = on_pivot;
  handlers->datasets_dataset_aggregate = on_dataset_aggregate;
  handlers->datasets_dataset_reduce = on_dataset_reduce;
  handlers->datasets_grouped_aggregate = on_aggregate;
  handlers->datasets_grouped_reduce = on_reduce;
  handlers->datasets_grouped_map_groups = on_map_groups;
  handlers->datasets_grouped_co_map_groups = on_co_map_groups;
  handlers->datasets_grouped_drop = on_drop;
}
