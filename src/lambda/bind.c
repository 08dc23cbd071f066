#include <string.h>

#include "lambda/worker.h"

/* What a schema may take of the arena. */
#define BINDING_LIMIT ((size_t)64 << 20)

/* bind's random numbers are the same in every worker, whatever came before. */
#define BIND_PARTITION UINT32_MAX

static enum wd_status
make_constants(const struct wd_lambda *lambda, struct wd_arena *arena,
               struct wd_abi_list_lambdas_constant *out_constants,
               struct wd_error *error)
{
  struct wd_abi_lambdas_constant *constants =
      wd_arena_array(arena, lambda->constant_count, sizeof *constants);

  if (!constants)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < lambda->constant_count; i++) {
    constants[i].column = lambda->constants[i].column;
    constants[i].value = wd_abi_batch_make(&lambda->constants[i].value);
  }
  out_constants->data = constants;
  out_constants->length = lambda->constant_count;
  return WD_OK;
}

/* The arguments of bind, lowered. */
static enum wd_status
lower_bind(struct wd_worker *worker, const struct wd_lambda *lambda,
           const struct wd_abi_function *function, struct wd_arena *arena,
           wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_abi_lambdas_bind_args args = {
      .function = {lambda->function, lambda->state},
      .role = (enum wd_abi_lambdas_role)lambda->role,
      .keys = {lambda->keys, lambda->key_count},
  };
  enum wd_status status =
      wd_abi_schema_make(&lambda->input, arena, &args.input, error);

  if (status == WD_OK)
    status = make_constants(lambda, arena, &args.constants, error);
  if (status == WD_OK)
    status = wd_abi_arguments_lower(function, &worker->guest, arena, &args,
                                    values, error);
  return status;
}

static enum wd_status
lower_bind_pair(struct wd_worker *worker, const struct wd_lambda *lambda,
                const struct wd_abi_function *function, struct wd_arena *arena,
                wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_abi_co_groups_bind_co_group_args args = {
      .function = {lambda->function, lambda->state},
      .left_keys = {lambda->keys, lambda->key_count},
      .right_keys = {lambda->right_keys, lambda->key_count},
  };
  enum wd_status status =
      wd_abi_schema_make(&lambda->input, arena, &args.left, error);

  if (status == WD_OK)
    status = wd_abi_schema_make(&lambda->right, arena, &args.right, error);
  if (status == WD_OK)
    status = wd_abi_arguments_lower(function, &worker->guest, arena, &args,
                                    values, error);
  return status;
}

static enum wd_status
lower_bind_table(struct wd_worker *worker, const struct wd_lambda *lambda,
                 const struct wd_abi_function *function, struct wd_arena *arena,
                 wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_abi_tables_bind_table_args args = {
      .function = {lambda->function, lambda->state},
      .role = lambda->role == WD_ROLE_LATERAL ? WD_ABI_TABLES_TABLE_ROLE_LATERAL
                                              : WD_ABI_TABLES_TABLE_ROLE_LEAF,
      .partitions = lambda->asked,
  };
  enum wd_status status =
      wd_abi_schema_make(&lambda->input, arena, &args.arguments, error);

  if (status == WD_OK)
    status = make_constants(lambda, arena, &args.constants, error);
  if (status == WD_OK)
    status = wd_abi_arguments_lower(function, &worker->guest, arena, &args,
                                    values, error);
  return status;
}

static bool
is_of_tables(enum wd_role role)
{
  return role == WD_ROLE_TABLE || role == WD_ROLE_LATERAL;
}

/* The export that binds a role. */
static enum wd_abi_export
bind_export(enum wd_role role)
{
  return role == WD_ROLE_CO_GROUP ? WD_ABI_EXPORT_CO_GROUPS_BIND_CO_GROUP
         : is_of_tables(role)     ? WD_ABI_EXPORT_TABLES_BIND_TABLE
                                  : WD_ABI_EXPORT_LAMBDAS_BIND;
}

/* Calls bind and copies what it says, of the type that the role has. */
static enum wd_status
ask(struct wd_worker *worker, const struct wd_lambda *lambda,
    struct wd_arena *arena, void *out_binding, struct wd_error *error)
{
  enum wd_abi_export which = bind_export(lambda->role);
  const struct wd_abi_function *function = &wd_abi_exports[which];
  wasmtime_val_raw_t values[16] = {0};
  struct wd_stream stream;
  enum wd_status status =
      lambda->role == WD_ROLE_CO_GROUP
          ? lower_bind_pair(worker, lambda, function, arena, values, error)
      : is_of_tables(lambda->role)
          ? lower_bind_table(worker, lambda, function, arena, values, error)
          : lower_bind(worker, lambda, function, arena, values, error);

  wd_stream_init(&stream, worker, lambda->site, BIND_PARTITION);
  stream.partition = worker->number;
  if (status == WD_OK)
    status = wd_worker_call(worker, which, &stream, values,
                            strlen(function->parameters), error);
  if (status == WD_OK)
    status = wd_abi_result_lift(function, &worker->guest, values, arena,
                                out_binding, error);
  if (status == WD_OK)
    status = wd_worker_end(worker, error);
  return status;
}

static enum wd_status
take_columns(const struct wd_abi_list_u32 *columns, struct wd_lambda *lambda,
             struct wd_error *error)
{
  if (columns->length > lambda->input.count)
    return wd_fail(error, WD_LAMBDA_FAILED,
                   "it wants %u columns of an input that has %u",
                   columns->length, lambda->input.count);
  for (uint32_t i = 0; i < columns->length; i++)
    if (columns->data[i] >= lambda->input.count)
      return wd_fail(error, WD_LAMBDA_FAILED,
                     "it wants column %u of an input that has %u columns",
                     columns->data[i], lambda->input.count);
  lambda->column_count = columns->length;
  lambda->columns = columns->data;
  return WD_OK;
}

/* Batches of a relation have none of the arguments, which stand behind its
 * columns. */
static enum wd_status
leave_out_arguments(struct wd_lambda *lambda, struct wd_arena *arena,
                    struct wd_error *error)
{
  uint32_t count = lambda->input.count - lambda->constant_count;
  uint32_t *columns;

  for (uint32_t i = 0; !lambda->all_columns && i < lambda->column_count; i++)
    if (lambda->columns[i] >= count)
      return wd_fail(error, WD_LAMBDA_FAILED,
                     "it wants column %u of a table that has %u columns; its "
                     "arguments are told at bind",
                     lambda->columns[i], count);
  if (!lambda->all_columns || lambda->constant_count == 0)
    return WD_OK;
  columns = wd_arena_array(arena, count, sizeof *columns);
  if (!columns)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < count; i++)
    columns[i] = i;
  lambda->all_columns = false;
  lambda->column_count = count;
  lambda->columns = columns;
  return WD_OK;
}

/* A table function's answer. */
static enum wd_status
bind_table(struct wd_worker *worker, struct wd_lambda *lambda,
           struct wd_arena *arena, uint32_t *out_handle, struct wd_error *error)
{
  struct wd_abi_tables_table_binding binding = {0};
  enum wd_status status = ask(worker, lambda, arena, &binding, error);

  if (status != WD_OK)
    return status;
  *out_handle = binding.handle;
  lambda->all_columns = true;
  lambda->partitions = binding.partitions;
  lambda->rows = binding.rows;
  status = wd_abi_schema_parse(&binding.output, arena, &lambda->output, error);
  if (status == WD_OK && lambda->role == WD_ROLE_LATERAL)
    status = wd__lateral_output(lambda, arena, error);
  lambda->result = lambda->output;
  return status;
}

/* Binds in this worker: `lambda` holds the question and takes the answer. */
static enum wd_status
bind(struct wd_worker *worker, struct wd_lambda *lambda, struct wd_arena *arena,
     uint32_t *out_handle, struct wd_error *error)
{
  struct wd_abi_lambdas_binding binding = {0};
  enum wd_status status;

  if (is_of_tables(lambda->role))
    return bind_table(worker, lambda, arena, out_handle, error);
  *out_handle = 0;
  if (wd_role_is_of_types(lambda->role))
    return wd__bind_operation(worker, lambda, arena, error);
  status = ask(worker, lambda, arena, &binding, error);
  if (status != WD_OK)
    return status;
  *out_handle = binding.handle;
  lambda->deterministic =
      binding.properties & WD_ABI_LAMBDAS_PROPERTIES_DETERMINISTIC;
  lambda->total = binding.properties & WD_ABI_LAMBDAS_PROPERTIES_TOTAL;
  lambda->strict = binding.properties & WD_ABI_LAMBDAS_PROPERTIES_STRICT;
  lambda->all_columns = !binding.columns.some;
  if (binding.columns.some)
    status = take_columns(&binding.columns.value, lambda, error);
  if (status == WD_OK && lambda->role == WD_ROLE_RELATION)
    status = leave_out_arguments(lambda, arena, error);
  if (status == WD_OK)
    status =
        wd_abi_schema_parse(&binding.output, arena, &lambda->result, error);
  lambda->output = lambda->result;
  lambda->passed = NULL;
  return status == WD_OK ? wd__part_result(lambda, arena, error) : status;
}

static enum wd_status
keep_handle(struct wd_worker *worker, uint32_t site, uint32_t handle,
            struct wd_error *error)
{
  uint32_t capacity = worker->site_capacity;
  struct wd_worker_site *grown;

  if (site >= capacity) {
    uint32_t wanted = site + 8;

    grown = wd_mem_realloc(wd_pool_options(worker->pool)->mem, worker->sites,
                           capacity * sizeof *grown, wanted * sizeof *grown);
    if (!grown)
      return wd_fail_memory(error);
    memset(grown + capacity, 0, (wanted - capacity) * sizeof *grown);
    worker->sites = grown;
    worker->site_capacity = wanted;
  }
  worker->sites[site].handle = (uint64_t)handle + 1;
  wd_stream_init(&worker->sites[site].stream, worker, site, worker->number);
  return WD_OK;
}

/* The columns that batches have, and the shapes of batches. */
static enum wd_status
work_out(struct wd_lambda *lambda, struct wd_arena *arena,
         struct wd_error *error)
{
  lambda->wanted = lambda->input;
  if (!lambda->all_columns) {
    struct wd_column *columns =
        wd_arena_array(arena, lambda->column_count, sizeof *columns);

    if (!columns)
      return wd_fail_memory(error);
    for (uint32_t i = 0; i < lambda->column_count; i++)
      columns[i] = lambda->input.columns[lambda->columns[i]];
    lambda->wanted =
        (struct wd_schema){.count = lambda->column_count, .columns = columns};
  }
  wd_schema_shape(&lambda->wanted, &lambda->node_count, &lambda->buffer_count);
  wd_schema_shape(&lambda->output, &lambda->output_nodes,
                  &lambda->output_buffers);
  return WD_OK;
}

static enum wd_status
check_role(const struct wd_lambda *lambda, struct wd_error *error)
{
  uint32_t count = lambda->output.count;

  switch (lambda->role) {
  case WD_ROLE_FILTER:
    if (count == 1 && lambda->output.columns[0].type.id == WD_TYPE_BOOL)
      return WD_OK;
    return wd_fail(error, WD_TYPE_MISMATCH,
                   "a filter returns one column of type boolean");
  case WD_ROLE_SCALAR:
    if (count == 1)
      return WD_OK;
    return wd_fail(error, WD_TYPE_MISMATCH,
                   "a scalar function returns one column, not %u", count);
  case WD_ROLE_FOR_EACH:
    if (count == 0)
      return WD_OK;
    return wd_fail(error, WD_TYPE_MISMATCH,
                   "a for-each lambda returns no columns, not %u", count);
  case WD_ROLE_REDUCE:
    if (wd_schema_equal(&lambda->output, &lambda->input))
      return WD_OK;
    return wd_fail(error, WD_TYPE_MISMATCH,
                   "a reduce returns the columns that it takes");
  case WD_ROLE_CO_GROUP:
    if (lambda->all_columns)
      return WD_OK;
    return wd_fail(error, WD_LAMBDA_FAILED,
                   "a co-group takes all columns; `columns` of its binding "
                   "stays unset");
  case WD_ROLE_TABLE:
    if (lambda->partitions > 0 && lambda->partitions <= WD_SCAN_PARTITIONS)
      return WD_OK;
    return wd_fail(error, WD_LAMBDA_FAILED,
                   "it says that it has %u partitions; there may be 1 to %u",
                   lambda->partitions, WD_SCAN_PARTITIONS);
  default:
    return WD_OK;
  }
}

static enum wd_status
check_binding(const struct wd_lambda *lambda, struct wd_error *error)
{
  enum wd_status status = wd_schema_check_carried(&lambda->wanted, error);

  if (status == WD_OK)
    status = wd_schema_check_carried(&lambda->right, error);
  if (status == WD_OK)
    status = wd_schema_check_carried(&lambda->output, error);
  return status == WD_OK ? check_role(lambda, error) : status;
}

/* Binds what holds the question in a worker of this thread. */
static enum wd_status
bind_first(struct wd_pool *pool, struct wd_lambda *lambda,
           struct wd_arena *arena, struct wd_error *error)
{
  struct wd_worker *worker;
  uint32_t handle = 0;
  enum wd_status status = wd_pool_enter(pool, &worker, error);

  if (status != WD_OK)
    return status;
  status = bind(worker, lambda, arena, &handle, error);
  if (status == WD_OK)
    status = work_out(lambda, arena, error);
  if (status == WD_OK)
    status = check_binding(lambda, error);
  if (status == WD_OK)
    status = keep_handle(worker, lambda->site, handle, error);
  if (status != WD_OK) {
    if (lambda->name)
      wd_error_prefix(error, "bind of the function %s", lambda->name);
    else
      wd_error_prefix(error, "bind of a %s lambda", wd_role_name(lambda->role));
    worker->failed = true;
  }
  return status;
}

enum wd_status
wd_lambda_bind(const struct wd_lambda *question, struct wd_arena *arena,
               struct wd_lambda **out_lambda, struct wd_error *error)
{
  struct wd_lambda *lambda = wd_arena_alloc(arena, sizeof *lambda);

  if (!lambda)
    return wd_fail_memory(error);
  *lambda = *question;
  *out_lambda = lambda;
  return bind_first(question->pool, lambda, arena, error);
}

enum wd_status
wd_lambda_constants(const struct wd_schema *arguments,
                    const struct wd_batch *values, struct wd_arena *arena,
                    const struct wd_lambda_constant **out_constants,
                    struct wd_error *error)
{
  struct wd_lambda_constant *constants =
      wd_arena_array(arena, arguments->count, sizeof *constants);
  struct wd_batch value = *values;

  if (!constants)
    return wd_fail_memory(error);
  for (uint32_t i = 0; i < arguments->count; i++) {
    struct wd_schema one = {1, &arguments->columns[i]};

    wd_schema_shape(&one, &value.node_count, &value.buffer_count);
    constants[i] = (struct wd_lambda_constant){i, value};
    value.nodes += value.node_count;
    value.buffers += value.buffer_count;
  }
  *out_constants = constants;
  return WD_OK;
}

static bool
same_columns(const struct wd_lambda *a, const struct wd_lambda *b)
{
  if (a->all_columns != b->all_columns || a->column_count != b->column_count)
    return false;
  for (uint32_t i = 0; i < a->column_count; i++)
    if (a->columns[i] != b->columns[i])
      return false;
  return true;
}

/* Whether a second bind said the same. */
static bool
same_binding(const struct wd_lambda *a, const struct wd_lambda *b)
{
  return wd_schema_equal(&a->result, &b->result) && wd__same_passed(a, b) &&
         same_columns(a, b) && a->deterministic == b->deterministic &&
         a->total == b->total && a->strict == b->strict &&
         a->partitions == b->partitions;
}

static enum wd_status
bind_again(struct wd_worker *worker, const struct wd_lambda *lambda,
           struct wd_error *error)
{
  struct wd_lambda again = *lambda;
  struct wd_arena arena;
  uint32_t handle;
  enum wd_status status;

  again.column_count = 0;
  again.columns = NULL;
  wd_arena_init(&arena, wd_pool_options(worker->pool)->mem, BINDING_LIMIT);
  status = bind(worker, &again, &arena, &handle, error);
  if (status == WD_OK && !same_binding(&again, lambda))
    status = wd_fail(error, WD_LAMBDA_FAILED,
                     "bind answered differently in a worker than at plan time; "
                     "it must depend on its arguments and the image only");
  wd_arena_fini(&arena);
  if (status == WD_OK)
    status = keep_handle(worker, lambda->site, handle, error);
  return status;
}

enum wd_status
wd_worker_site(struct wd_worker *worker, const struct wd_lambda *lambda,
               struct wd_worker_site **out_site, struct wd_error *error)
{
  uint32_t site = lambda->site;
  enum wd_status status = WD_OK;

  if (site >= worker->site_capacity || !worker->sites[site].handle)
    status = bind_again(worker, lambda, error);
  if (status == WD_OK)
    *out_site = &worker->sites[site];
  return status;
}
