/* Handlers of `datasets` that only build: columns, sets and single rows. */

#include "guest/internal.h"

static enum wd_status
on_with_column(struct wd_abi_call *call,
               const struct wd_abi_datasets_dataset_with_column_args *args,
               uint32_t *out, struct wd_error *error)
{
  struct wd_relation *relation =
      wd_guest_over(call, WD_REL_WITH_COLUMN, args->self);
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  status = wd_guest_name(&relation->arena, args->name, "with-column",
                         &relation->with_column.name, error);
  if (status == WD_OK)
    status = wd_guest_parse(args->expression, &relation->arena,
                            &relation->with_column.syntax, error);
  return wd_program_finish(wd_program_of(call), status, relation, out, error);
}

/* The operations that take names only. */
static enum wd_status
names_over(struct wd_abi_call *call, enum wd_relation_kind kind, uint32_t self,
           const struct wd_abi_list_string *names, const char *what,
           uint32_t *out, struct wd_error *error)
{
  struct wd_relation *relation = wd_guest_over(call, kind, self);

  if (!relation)
    return wd_fail_memory(error);
  relation->names.count = names->length;
  return wd_program_finish(wd_program_of(call),
                           wd_guest_names(&relation->arena, names, what,
                                          &relation->names.list, error),
                           relation, out, error);
}

static enum wd_status
on_drop_columns(struct wd_abi_call *call,
                const struct wd_abi_datasets_dataset_drop_columns_args *args,
                uint32_t *out, struct wd_error *error)
{
  return names_over(call, WD_REL_DROP_COLUMNS, args->self, &args->names,
                    "drop-columns", out, error);
}

static enum wd_status
on_distinct(struct wd_abi_call *call,
            const struct wd_abi_datasets_dataset_distinct_args *args,
            uint32_t *out, struct wd_error *error)
{
  return names_over(call, WD_REL_DISTINCT, args->self, &args->columns,
                    "distinct", out, error);
}

static enum wd_status
on_describe(struct wd_abi_call *call,
            const struct wd_abi_datasets_dataset_describe_args *args,
            uint32_t *out, struct wd_error *error)
{
  return names_over(call, WD_REL_DESCRIBE, args->self, &args->columns,
                    "describe", out, error);
}

static enum wd_status
copy_renamings(const struct wd_abi_list_tuple_string_string *from,
               struct wd_relation *relation, struct wd_error *error)
{
  struct wd_renaming *list =
      wd_arena_array(&relation->arena, from->length, sizeof *list);
  enum wd_status status = WD_OK;

  if (!list)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < from->length && status == WD_OK; i++) {
    status = wd_guest_name(&relation->arena, from->data[i].f0, "rename",
                           &list[i].from, error);
    if (status == WD_OK)
      status = wd_guest_name(&relation->arena, from->data[i].f1, "rename",
                             &list[i].to, error);
  }
  relation->rename.count = from->length;
  relation->rename.list = list;
  return status;
}

static enum wd_status
on_rename(struct wd_abi_call *call,
          const struct wd_abi_datasets_dataset_rename_args *args, uint32_t *out,
          struct wd_error *error)
{
  struct wd_relation *relation = wd_guest_over(call, WD_REL_RENAME, args->self);

  if (!relation)
    return wd_fail_memory(error);
  return wd_program_finish(wd_program_of(call),
                           copy_renamings(&args->names, relation, error),
                           relation, out, error);
}

/* A relation over two data sets; NULL: no memory. */
static struct wd_relation *
over_two(struct wd_abi_call *call, enum wd_relation_kind kind, uint32_t left,
         uint32_t right)
{
  struct wd_program *program = wd_program_of(call);

  return wd_relation_new(program->options.mem, kind,
                         wd_program_dataset(program, left),
                         wd_program_dataset(program, right));
}

static enum wd_status
on_set_operation(struct wd_abi_call *call,
                 const struct wd_abi_datasets_dataset_set_operation_args *args,
                 uint32_t *out, struct wd_error *error)
{
  struct wd_relation *relation =
      over_two(call, WD_REL_SET, args->self, args->other);

  if (relation) {
    relation->set.operation = (enum wd_set_operation)args->operation;
    relation->set.by_name = args->by_name;
  }
  return wd_program_give(wd_program_of(call), relation, out, error);
}

static enum wd_status
on_zip_with(struct wd_abi_call *call,
            const struct wd_abi_datasets_dataset_zip_with_args *args,
            uint32_t *out, struct wd_error *error)
{
  return wd_program_give(wd_program_of(call),
                         over_two(call, WD_REL_ZIP, args->self, args->other),
                         out, error);
}

static enum wd_status
on_sample(struct wd_abi_call *call,
          const struct wd_abi_datasets_dataset_sample_args *args, uint32_t *out,
          struct wd_error *error)
{
  struct wd_relation *relation = wd_guest_over(call, WD_REL_SAMPLE, args->self);

  if (relation) {
    relation->sample.fraction = args->fraction;
    relation->sample.replacement = args->replacement;
    relation->sample.seed = args->seed;
  }
  return wd_program_give(wd_program_of(call), relation, out, error);
}

static enum wd_status
on_with_row_index(
    struct wd_abi_call *call,
    const struct wd_abi_datasets_dataset_with_row_index_args *args,
    uint32_t *out, struct wd_error *error)
{
  struct wd_relation *relation =
      wd_guest_over(call, WD_REL_ROW_INDEX, args->self);

  if (!relation)
    return wd_fail_memory(error);
  return wd_program_finish(wd_program_of(call),
                           wd_guest_name(&relation->arena, args->name,
                                         "with-row-index", &relation->row_index,
                                         error),
                           relation, out, error);
}

static enum wd_status
on_explode(struct wd_abi_call *call,
           const struct wd_abi_datasets_dataset_explode_args *args,
           uint32_t *out, struct wd_error *error)
{
  struct wd_relation *relation =
      wd_guest_over(call, WD_REL_EXPLODE, args->self);
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  relation->explode.outer = args->outer;
  status = wd_guest_name(&relation->arena, args->column, "explode",
                         &relation->explode.column, error);
  if (status == WD_OK && args->position.length)
    status = wd_guest_name(&relation->arena, args->position, "explode",
                           &relation->explode.position, error);
  return wd_program_finish(wd_program_of(call), status, relation, out, error);
}

static enum wd_status
on_unpivot(struct wd_abi_call *call,
           const struct wd_abi_datasets_dataset_unpivot_args *args,
           uint32_t *out, struct wd_error *error)
{
  struct wd_relation *relation =
      wd_guest_over(call, WD_REL_UNPIVOT, args->self);
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  relation->unpivot.count = args->columns.length;
  status = wd_guest_names(&relation->arena, &args->columns, "unpivot",
                          &relation->unpivot.columns, error);
  if (status == WD_OK)
    status = wd_guest_name(&relation->arena, args->name, "unpivot",
                           &relation->unpivot.name, error);
  if (status == WD_OK)
    status = wd_guest_name(&relation->arena, args->value, "unpivot",
                           &relation->unpivot.value, error);
  return wd_program_finish(wd_program_of(call), status, relation, out, error);
}

void
wd_guest_shapes(struct wd_abi_handlers *handlers)
{
  handlers->datasets_dataset_with_column = on_with_column;
  handlers->datasets_dataset_drop_columns = on_drop_columns;
  handlers->datasets_dataset_rename = on_rename;
  handlers->datasets_dataset_distinct = on_distinct;
  handlers->datasets_dataset_describe = on_describe;
  handlers->datasets_dataset_set_operation = on_set_operation;
  handlers->datasets_dataset_zip_with = on_zip_with;
  handlers->datasets_dataset_sample = on_sample;
  handlers->datasets_dataset_with_row_index = on_with_row_index;
  handlers->datasets_dataset_explode = on_explode;
  handlers->datasets_dataset_unpivot = on_unpivot;
}
