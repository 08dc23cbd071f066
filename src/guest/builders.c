/* Handlers of `datasets` that only build: a relation for each call. */

#include <string.h>

#include "guest/internal.h"

char *
wd_guest_text(struct wd_arena *arena, struct wd_text text)
{
  return wd_arena_strndup(arena, text.data, text.length);
}

enum wd_status
wd_guest_name(struct wd_arena *arena, struct wd_text text, const char *what,
              const char **out_name, struct wd_error *error)
{
  if (text.length == 0)
    return wd_fail(error, WD_INVALID_ARGUMENT, "%s: a column's name is empty",
                   what);
  if (memchr(text.data, '\0', text.length))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "%s: a column's name has a zero byte", what);
  *out_name = wd_guest_text(arena, text);
  return *out_name ? WD_OK : wd_fail_memory(error);
}

enum wd_status
wd_guest_names(struct wd_arena *arena, const struct wd_abi_list_string *texts,
               const char *what, const char *const **out_names,
               struct wd_error *error)
{
  const char **names = wd_arena_array(arena, texts->length, sizeof *names);
  enum wd_status status = WD_OK;

  if (!names)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < texts->length && status == WD_OK; i++)
    status = wd_guest_name(arena, texts->data[i], what, &names[i], error);
  *out_names = names;
  return status;
}

enum wd_status
wd_guest_parse(struct wd_text text, struct wd_arena *arena,
               const struct wd_syntax **out_syntax, struct wd_error *error)
{
  const char *name;
  enum wd_status status =
      wd_syntax_parse(text.data, text.length, arena, out_syntax, &name, error);

  if (status == WD_OK && name)
    return wd_fail(error, WD_INVALID_PLAN, "'as %s' has no meaning here", name);
  return status;
}

enum wd_status
wd_guest_expressions(const struct wd_abi_list_string *texts,
                     struct wd_arena *arena,
                     const struct wd_named_syntax **out_expressions,
                     struct wd_error *error)
{
  struct wd_named_syntax *list =
      wd_arena_array(arena, texts->length, sizeof *list);

  if (!list)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < texts->length; i++) {
    enum wd_status status =
        wd_syntax_parse(texts->data[i].data, texts->data[i].length, arena,
                        &list[i].syntax, &list[i].name, error);

    if (status != WD_OK)
      return status;
  }
  *out_expressions = list;
  return WD_OK;
}

struct wd_relation *
wd_program_dataset(struct wd_program *program, uint32_t handle)
{
  return wd_handles_get(&program->handles, WD_ABI_RESOURCE_DATASET, handle);
}

enum wd_status
wd_program_give(struct wd_program *program, struct wd_relation *relation,
                uint32_t *out_handle, struct wd_error *error)
{
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  status = wd_handles_add(&program->handles, WD_ABI_RESOURCE_DATASET, relation,
                          out_handle, error);
  if (status != WD_OK)
    wd_relation_unref(relation);
  return status;
}

struct wd_relation *
wd_guest_over(struct wd_abi_call *call, enum wd_relation_kind kind,
              uint32_t self)
{
  struct wd_program *program = wd_program_of(call);

  return wd_relation_new(program->options.mem, kind,
                         wd_program_dataset(program, self), NULL);
}

enum wd_status
wd_program_finish(struct wd_program *program, enum wd_status status,
                  struct wd_relation *relation, uint32_t *out_handle,
                  struct wd_error *error)
{
  if (status == WD_OK)
    return wd_program_give(program, relation, out_handle, error);
  wd_relation_unref(relation);
  return status;
}

enum wd_status
wd_guest_options(const struct wd_abi_list_tuple_string_string *from,
                 struct wd_arena *arena, const struct wd_option **out_options,
                 struct wd_error *error)
{
  struct wd_option *options =
      wd_arena_array(arena, from->length, sizeof *options);

  if (!options)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < from->length; i++) {
    options[i].name = wd_guest_text(arena, from->data[i].f0);
    options[i].value = wd_guest_text(arena, from->data[i].f1);
    if (!options[i].name || !options[i].value)
      return wd_fail_memory(error);
  }
  *out_options = options;
  return WD_OK;
}

static enum wd_status
on_read(struct wd_abi_call *call, const struct wd_abi_datasets_read_args *args,
        uint32_t *out, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  const struct wd_grant *grant;
  struct wd_relation *relation;
  enum wd_status status =
      wd_program_table(program, args->name, false, &relation, error);

  if (status == WD_OK && relation && args->options.length)
    status = wd_fail(error, WD_INVALID_ARGUMENT,
                     "table '%.*s' is of the program's own: reading it has no "
                     "options",
                     (int)args->name.length, args->name.data);
  if (relation)
    return wd_program_finish(program, status, relation, out, error);
  if (status == WD_OK)
    status = wd_grants_table(program->options.grants, args->name.data,
                             args->name.length, &grant, error);
  if (status != WD_OK)
    return status;
  relation = wd_relation_new(program->options.mem, WD_REL_READ, NULL, NULL);
  if (!relation)
    return wd_fail_memory(error);
  relation->read.name = wd_guest_text(&relation->arena, args->name);
  relation->read.option_count = args->options.length;
  status = relation->read.name
               ? wd_guest_options(&args->options, &relation->arena,
                                  &relation->read.options, error)
               : wd_fail_memory(error);
  return wd_program_finish(wd_program_of(call), status, relation, out, error);
}

/* Copies the program's rows into the relation. */
static enum wd_status
copy_rows(const struct wd_abi_datasets_create_args *args,
          struct wd_relation *relation, struct wd_error *error)
{
  struct wd_schema *schema = &relation->values.schema;
  enum wd_status status =
      wd_abi_schema_parse(&args->schema, &relation->arena, schema, error);

  if (status == WD_OK)
    status = wd_schema_check_carried(schema, error);
  if (status != WD_OK)
    return status;
  relation->values.batches = wd_arena_array(
      &relation->arena, args->batches.length, sizeof *relation->values.batches);
  if (!relation->values.batches)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < args->batches.length; i++) {
    struct wd_batch batch = wd_abi_batch_view_of(&args->batches.data[i]);

    status = wd_batch_check(schema, &batch, UINT32_MAX, error);
    if (status == WD_OK)
      status = wd_rows_copy(relation->arena.mem, &batch,
                            &relation->values.batches[i], error);
    if (status != WD_OK) {
      wd_error_prefix(error, "batch %u", i);
      return status;
    }
    relation->values.batch_count = i + 1;
  }
  return WD_OK;
}

static enum wd_status
on_create(struct wd_abi_call *call,
          const struct wd_abi_datasets_create_args *args, uint32_t *out,
          struct wd_error *error)
{
  struct wd_relation *relation = wd_relation_new(
      wd_program_of(call)->options.mem, WD_REL_VALUES, NULL, NULL);

  if (!relation)
    return wd_fail_memory(error);
  return wd_program_finish(wd_program_of(call),
                           copy_rows(args, relation, error), relation, out,
                           error);
}

static enum wd_status
on_range(struct wd_abi_call *call,
         const struct wd_abi_datasets_range_args *args, uint32_t *out,
         struct wd_error *error)
{
  struct wd_relation *relation;

  if (args->step == 0)
    return wd_fail(error, WD_INVALID_ARGUMENT, "the step of a range is 0");
  relation = wd_relation_new(wd_program_of(call)->options.mem, WD_REL_RANGE,
                             NULL, NULL);
  if (relation) {
    relation->range.start = args->start;
    relation->range.end = args->end;
    relation->range.step = args->step;
  }
  return wd_program_give(wd_program_of(call), relation, out, error);
}

static enum wd_status
on_select(struct wd_abi_call *call,
          const struct wd_abi_datasets_dataset_select_args *args, uint32_t *out,
          struct wd_error *error)
{
  struct wd_relation *relation = wd_guest_over(call, WD_REL_SELECT, args->self);
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  relation->select.count = args->expressions.length;
  status = wd_guest_expressions(&args->expressions, &relation->arena,
                                &relation->select.expressions, error);
  if (status == WD_OK && args->expressions.length == 0)
    status = wd_fail(error, WD_INVALID_ARGUMENT,
                     "select needs at least one expression");
  return wd_program_finish(wd_program_of(call), status, relation, out, error);
}

static enum wd_status
on_filter(struct wd_abi_call *call,
          const struct wd_abi_datasets_dataset_filter_args *args, uint32_t *out,
          struct wd_error *error)
{
  struct wd_relation *relation = wd_guest_over(call, WD_REL_FILTER, args->self);

  if (!relation)
    return wd_fail_memory(error);
  return wd_program_finish(wd_program_of(call),
                           wd_guest_parse(args->predicate, &relation->arena,
                                          &relation->filter, error),
                           relation, out, error);
}

static enum wd_status
parse_keys(const struct wd_abi_list_datasets_sort_key *from,
           struct wd_arena *arena, const struct wd_sort_syntax **out_keys,
           struct wd_error *error)
{
  struct wd_sort_syntax *keys =
      wd_arena_array(arena, from->length, sizeof *keys);

  if (!keys)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < from->length; i++) {
    enum wd_status status =
        wd_guest_parse(from->data[i].expression, arena, &keys[i].syntax, error);

    if (status != WD_OK)
      return status;
    keys[i].descending = from->data[i].descending;
    keys[i].nulls_first = from->data[i].nulls_first;
  }
  *out_keys = keys;
  return WD_OK;
}

static enum wd_status
sort_over(struct wd_abi_call *call, enum wd_relation_kind kind, uint32_t self,
          const struct wd_abi_list_datasets_sort_key *keys, uint32_t *out,
          struct wd_error *error)
{
  struct wd_relation *relation = wd_guest_over(call, kind, self);
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  relation->sort.count = keys->length;
  status = parse_keys(keys, &relation->arena, &relation->sort.keys, error);
  if (status == WD_OK && keys->length == 0)
    status = wd_fail(error, WD_INVALID_ARGUMENT, "sort needs at least one key");
  return wd_program_finish(wd_program_of(call), status, relation, out, error);
}

static enum wd_status
on_sort(struct wd_abi_call *call,
        const struct wd_abi_datasets_dataset_sort_args *args, uint32_t *out,
        struct wd_error *error)
{
  return sort_over(call, WD_REL_SORT, args->self, &args->keys, out, error);
}

static enum wd_status
on_sort_within_partitions(
    struct wd_abi_call *call,
    const struct wd_abi_datasets_dataset_sort_within_partitions_args *args,
    uint32_t *out, struct wd_error *error)
{
  return sort_over(call, WD_REL_SORT_WITHIN, args->self, &args->keys, out,
                   error);
}

static enum wd_status
on_repartition(struct wd_abi_call *call,
               const struct wd_abi_datasets_dataset_repartition_args *args,
               uint32_t *out, struct wd_error *error)
{
  struct wd_relation *relation =
      wd_guest_over(call, WD_REL_REPARTITION, args->self);
  const char **columns;

  if (!relation)
    return wd_fail_memory(error);
  columns =
      wd_arena_array(&relation->arena, args->columns.length, sizeof *columns);
  for (uint32_t i = 0; columns && i < args->columns.length; i++) {
    columns[i] = wd_guest_text(&relation->arena, args->columns.data[i]);
    if (!columns[i])
      columns = NULL;
  }
  relation->repartition.count = args->count;
  relation->repartition.column_count = args->columns.length;
  relation->repartition.columns = columns;
  return wd_program_finish(wd_program_of(call),
                           columns ? WD_OK : wd_fail_memory(error), relation,
                           out, error);
}

static enum wd_status
on_limit(struct wd_abi_call *call,
         const struct wd_abi_datasets_dataset_limit_args *args, uint32_t *out,
         struct wd_error *error)
{
  struct wd_relation *relation = wd_guest_over(call, WD_REL_LIMIT, args->self);

  if (relation) {
    relation->limit.count = args->count;
    relation->limit.offset = args->offset;
  }
  return wd_program_give(wd_program_of(call), relation, out, error);
}

static enum wd_status
join_condition(const struct wd_abi_datasets_join_condition *from,
               struct wd_relation *relation, struct wd_error *error)
{
  const struct wd_abi_list_string *names = &from->as.using;
  enum wd_status status;

  if (from->tag == WD_ABI_DATASETS_JOIN_CONDITION_ON) {
    if (from->as.on.length == 0 && relation->join.kind == WD_JOIN_CROSS)
      return WD_OK;
    if (from->as.on.length == 0)
      return wd_fail(error, WD_INVALID_ARGUMENT,
                     "a join needs a condition, or columns to join by; all "
                     "pairs are what the kind cross gives");
    return wd_guest_parse(from->as.on, &relation->arena, &relation->join.on,
                          error);
  }
  status = wd_guest_names(&relation->arena, names, "join",
                          &relation->join.using_columns, error);
  if (status != WD_OK)
    return status;
  relation->join.using_count = names->length;
  if (names->length == 0)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "a join needs columns or a condition");
  return WD_OK;
}

static enum wd_status
on_join(struct wd_abi_call *call,
        const struct wd_abi_datasets_dataset_join_args *args, uint32_t *out,
        struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_relation *relation =
      wd_relation_new(program->options.mem, WD_REL_JOIN,
                      wd_program_dataset(program, args->self),
                      wd_program_dataset(program, args->right));

  if (!relation)
    return wd_fail_memory(error);
  relation->join.kind = (enum wd_join_kind)args->kind;
  return wd_program_finish(wd_program_of(call),
                           join_condition(&args->condition, relation, error),
                           relation, out, error);
}

/* The four lambda operations differ in their role only. */
static enum wd_status
lambda_over(struct wd_abi_call *call, enum wd_role role, uint32_t self,
            struct wd_abi_lambda function, uint32_t *out,
            struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_relation *relation = wd_guest_over(call, WD_REL_LAMBDA, self);

  if (relation) {
    relation->lambda.role = role;
    relation->lambda.closure =
        (struct wd_closure){program, function.function, function.state};
  }
  return wd_program_give(program, relation, out, error);
}

static enum wd_status
on_map(struct wd_abi_call *call,
       const struct wd_abi_datasets_dataset_map_args *args, uint32_t *out,
       struct wd_error *error)
{
  return lambda_over(call, WD_ROLE_MAP, args->self, args->function, out, error);
}

static enum wd_status
on_filter_lambda(struct wd_abi_call *call,
                 const struct wd_abi_datasets_dataset_filter_lambda_args *args,
                 uint32_t *out, struct wd_error *error)
{
  return lambda_over(call, WD_ROLE_FILTER, args->self, args->function, out,
                     error);
}

static enum wd_status
on_flat_map(struct wd_abi_call *call,
            const struct wd_abi_datasets_dataset_flat_map_args *args,
            uint32_t *out, struct wd_error *error)
{
  return lambda_over(call, WD_ROLE_FLAT_MAP, args->self, args->function, out,
                     error);
}

static enum wd_status
on_map_partitions(
    struct wd_abi_call *call,
    const struct wd_abi_datasets_dataset_map_partitions_args *args,
    uint32_t *out, struct wd_error *error)
{
  return lambda_over(call, WD_ROLE_PARTITION, args->self, args->function, out,
                     error);
}

static enum wd_status
on_drop(struct wd_abi_call *call,
        const struct wd_abi_datasets_dataset_drop_args *args,
        struct wd_error *error)
{
  (void)error;
  wd_relation_unref(wd_handles_remove(&wd_program_of(call)->handles,
                                      WD_ABI_RESOURCE_DATASET, args->self));
  return WD_OK;
}

void
wd_guest_builders(struct wd_abi_handlers *handlers)
{
  handlers->datasets_read = on_read;
  handlers->datasets_create = on_create;
  handlers->datasets_range = on_range;
  handlers->datasets_dataset_select = on_select;
  handlers->datasets_dataset_filter = on_filter;
  handlers->datasets_dataset_sort = on_sort;
  handlers->datasets_dataset_sort_within_partitions = on_sort_within_partitions;
  handlers->datasets_dataset_repartition = on_repartition;
  handlers->datasets_dataset_limit = on_limit;
  handlers->datasets_dataset_join = on_join;
  handlers->datasets_dataset_map = on_map;
  handlers->datasets_dataset_filter_lambda = on_filter_lambda;
  handlers->datasets_dataset_flat_map = on_flat_map;
  handlers->datasets_dataset_map_partitions = on_map_partitions;
  handlers->datasets_dataset_drop = on_drop;
}
