/* Lambdas in main: what is kept for the calls to come. */
#include <stdlib.h>

#include "internal.h"

static char *
text_copy(const char *text)
{
  return text ? wd__copy_of(text, strlen(text) + 1) : NULL;
}

void
wd__closure_free(struct wd__closure *closure)
{
  if (!closure)
    return;
  if (closure->env_size)
    free(closure->env);
  wd__schema_free(closure->output);
  free(closure->columns);
  free(closure->column);
  free(closure);
}

/* Parses `output` and checks that a `*` means something. */
static bool
output_parse(struct wd__closure *closure, const char *text)
{
  struct wd__fault fault;
  closure->output = wd__schema_new();
  if (wd__schema_parse(closure->output, text, &fault)) {
    if (!closure->output->star || wd__may_pass(closure->kind))
      return true;
    wd__fault(&fault, WD_INVALID_ARGUMENT,
              "schema \"%s\": '*' is for maps, where rows come out as they "
              "came in",
              text);
  }
  wd__raise(fault.code, "%s", fault.message);
  return false;
}

static void
env_keep(struct wd__closure *closure, const void *env, size_t size)
{
  closure->env_size = size;
  closure->env = size ? wd__copy_of(env, size) : (void *)(uintptr_t)env;
}

/* Which of the members is set. */
static bool
function_of(const wd_lambda *lambda, struct wd__closure *closure)
{
  unsigned count = 0;
  const struct {
    bool set;
    enum wd__kind kind;
  } members[] = {
      {lambda->map != NULL, WD__MAP},
      {lambda->filter != NULL, WD__FILTER},
      {lambda->flat_map != NULL, WD__FLAT_MAP},
      {lambda->map_batch != NULL, WD__MAP_BATCH},
      {lambda->filter_batch != NULL, WD__FILTER_BATCH},
      {lambda->flat_map_batch != NULL, WD__FLAT_MAP_BATCH},
      {lambda->partition != NULL, WD__PARTITION},
  };
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    if (members[i].set) {
      closure->kind = members[i].kind;
      count++;
    }
  if (count != 1) {
    wd__raise(WD_INVALID_ARGUMENT, "a lambda has %s function: give exactly one",
              count ? "more than one" : "no");
    return false;
  }
  if (lambda->map)
    closure->function.map = lambda->map;
  else if (lambda->filter)
    closure->function.filter = lambda->filter;
  else if (lambda->flat_map)
    closure->function.map = lambda->flat_map;
  else if (lambda->map_batch)
    closure->function.batch = lambda->map_batch;
  else if (lambda->filter_batch)
    closure->function.filter_batch = lambda->filter_batch;
  else if (lambda->flat_map_batch)
    closure->function.batch = lambda->flat_map_batch;
  return true;
}

/* A partition's function, for people who look at the plan. */
static uint32_t
partition_address(const wd_partition_fn *p)
{
  if (p->row)
    return (uint32_t)(uintptr_t)p->row;
  return (uint32_t)(uintptr_t)p->batch;
}

struct wd__closure *
wd__closure_new(const wd_lambda *lambda)
{
  struct wd__closure *closure = wd__new(sizeof *closure);
  if (!function_of(lambda, closure))
    goto fail;
  if (lambda->partition) {
    closure->partition = *lambda->partition;
    closure->function.address = partition_address(lambda->partition);
    if (closure->partition.row && closure->partition.batch) {
      wd__raise(WD_INVALID_ARGUMENT,
                "a partition function has both `row` and `batch`");
      goto fail;
    }
  }
  const char *output = lambda->output;
  if (closure->kind == WD__FILTER || closure->kind == WD__FILTER_BATCH) {
    if (output) {
      wd__raise(WD_INVALID_ARGUMENT, "a filter has no output of its own");
      goto fail;
    }
    output = "keep: bool not null";
  }
  if (output && !output_parse(closure, output))
    goto fail;
  env_keep(closure, lambda->env, lambda->env_size);
  closure->columns = text_copy(lambda->columns);
  closure->bind = lambda->bind;
  closure->promises = lambda->promises;
  return closure;
fail:
  wd__closure_free(closure);
  return NULL;
}

struct wd__closure *
wd__closure_of_aggregator(const wd_aggregator *a)
{
  bool heap = a->save || a->load;
  if (!a->size || a->size > 1u << 20 || (!a->update && !a->update_batch) ||
      !a->combine || !a->finish || !a->output ||
      (heap && (!a->save || !a->load))) {
    wd__raise(WD_INVALID_ARGUMENT,
              "an aggregator needs size (at most 1 MiB), update or "
              "update_batch, combine, finish and output; save and load come "
              "together");
    return NULL;
  }
  struct wd__closure *closure = wd__new(sizeof *closure);
  closure->kind = WD__AGGREGATE;
  closure->aggregator = *a;
  closure->function.address =
      (uint32_t)(uintptr_t)(a->update ? (void (*)(void))a->update
                                      : (void (*)(void))a->update_batch);
  size_t size = strlen(a->output) + sizeof "value: ";
  char *output = wd__new(size);
  strcat(strcpy(output, "value: "), a->output);
  bool good = output_parse(closure, output);
  free(output);
  if (!good) {
    wd__closure_free(closure);
    return NULL;
  }
  env_keep(closure, a->env, a->env_size);
  closure->bind = a->bind;
  return closure;
}

struct wd__closure *
wd__closure_of_pair(const wd_partition_fn *left, const struct wd__pair *pair,
                    const void *env, size_t env_size, const char *output)
{
  struct wd__closure *closure = wd__new(sizeof *closure);
  closure->kind = WD__CO_GROUP;
  closure->partition = *left;
  closure->pair = *pair;
  closure->function.address = partition_address(left);
  if (output && !output_parse(closure, output)) {
    wd__closure_free(closure);
    return NULL;
  }
  env_keep(closure, env, env_size);
  return closure;
}

struct wd__closure *
wd__closure_of_table(const wd_table_function *f)
{
  const char *missing = !f->rows && !f->generate && !f->relation
                            ? "`rows`, `generate` or "
                              "`relation`"
                        : f->generate && !f->generate->next ? "`next`"
                        : !f->output && !f->bind ? "an output, or a bind"
                                                 : NULL;
  if (missing) {
    wd__raise(WD_INVALID_ARGUMENT, "a table function needs %s", missing);
    return NULL;
  }
  struct wd__closure *closure = wd__new(sizeof *closure);
  closure->kind = WD__TABLE;
  closure->rows = f->rows;
  closure->table_partitions = f->partitions;
  closure->has_generator = f->generate != NULL;
  closure->has_relation = f->relation != NULL;
  if (f->generate)
    closure->generator = *f->generate;
  if (f->relation)
    closure->partition = *f->relation;
  closure->function.address = f->rows ? (uint32_t)(uintptr_t)f->rows
                              : f->generate
                                  ? (uint32_t)(uintptr_t)f->generate->next
                                  : partition_address(f->relation);
  if (f->output && !output_parse(closure, f->output)) {
    wd__closure_free(closure);
    return NULL;
  }
  env_keep(closure, f->env, f->env_size);
  closure->bind = f->bind;
  closure->promises = f->promises;
  return closure;
}

struct wire_lambda
wd__closure_to_wire(struct wd__closure *closure)
{
  return (struct wire_lambda){closure->function.address,
                              (uint32_t)(uintptr_t)closure};
}

/* ---- Operators with lambdas */

typedef void
lambda_method(handle self, uint32_t function, uint32_t state,
              struct result_handle *out);

static wd_dataset
apply_closure(lambda_method *method, struct wd__node *from,
              struct wd__closure *closure)
{
  struct result_handle result;
  if (!closure)
    return (wd_dataset){NULL};
  wd__begin();
  struct wire_lambda lambda = wd__closure_to_wire(closure);
  method(from->handle, lambda.function, lambda.state, &result);
  return (wd_dataset){wd__node_new(&result, false, &from, 1, closure)};
}

static lambda_method *
method_of(enum wd__kind kind)
{
  switch (kind) {
  case WD__FILTER:
  case WD__FILTER_BATCH:
    return abi_filter_lambda;
  case WD__FLAT_MAP:
  case WD__FLAT_MAP_BATCH:
    return abi_flat_map;
  case WD__PARTITION:
    return abi_map_partitions;
  default:
    return abi_map;
  }
}

wd_dataset
wd_apply(wd_dataset from, const wd_lambda *lambda)
{
  if (!from.id)
    return from;
  struct wd__closure *closure = wd__closure_new(lambda);
  if (!closure)
    return (wd_dataset){NULL};
  return apply_closure(method_of(closure->kind), from.id, closure);
}

wd_dataset
wd_map(wd_dataset from, wd_map_fn *function, const void *env, size_t env_size,
       const char *output)
{
  return wd_apply(from, &(wd_lambda){.map = function,
                                     .env = env,
                                     .env_size = env_size,
                                     .output = output});
}

wd_dataset
wd_filter_by(wd_dataset from, wd_filter_fn *function, const void *env,
             size_t env_size)
{
  return wd_apply(
      from, &(wd_lambda){.filter = function, .env = env, .env_size = env_size});
}

wd_dataset
wd_flat_map(wd_dataset from, wd_flat_map_fn *function, const void *env,
            size_t env_size, const char *output)
{
  return wd_apply(from, &(wd_lambda){.flat_map = function,
                                     .env = env,
                                     .env_size = env_size,
                                     .output = output});
}

wd_dataset
wd_map_batch(wd_dataset from, wd_batch_fn *function, const void *env,
             size_t env_size, const char *output)
{
  return wd_apply(from, &(wd_lambda){.map_batch = function,
                                     .env = env,
                                     .env_size = env_size,
                                     .output = output});
}

wd_dataset
wd_filter_batch(wd_dataset from, wd_filter_batch_fn *function, const void *env,
                size_t env_size)
{
  return wd_apply(
      from,
      &(wd_lambda){.filter_batch = function, .env = env, .env_size = env_size});
}

wd_dataset
wd_flat_map_batch(wd_dataset from, wd_batch_fn *function, const void *env,
                  size_t env_size, const char *output)
{
  return wd_apply(from, &(wd_lambda){.flat_map_batch = function,
                                     .env = env,
                                     .env_size = env_size,
                                     .output = output});
}

wd_dataset
wd_map_partitions(wd_dataset from, const wd_partition_fn *functions,
                  const void *env, size_t env_size, const char *output)
{
  return wd_apply(from, &(wd_lambda){.partition = functions,
                                     .env = env,
                                     .env_size = env_size,
                                     .output = output});
}

wd_dataset
wd_apply_groups(wd_grouped from, const wd_lambda *lambda)
{
  if (!from.id)
    return (wd_dataset){NULL};
  if (!lambda->partition) {
    wd__raise(WD_INVALID_ARGUMENT,
              "groups are given to a `partition` function only");
    return (wd_dataset){NULL};
  }
  return apply_closure(abi_map_groups, from.id, wd__closure_new(lambda));
}

wd_dataset
wd_map_groups(wd_grouped from, const wd_partition_fn *functions,
              const void *env, size_t env_size, const char *output)
{
  return wd_apply_groups(from, &(wd_lambda){.partition = functions,
                                            .env = env,
                                            .env_size = env_size,
                                            .output = output});
}

/* `*, name: type` from one column. */
static wd_dataset
map_column(wd_dataset from, enum wd__kind kind, uint32_t function,
           const char *column, const void *env, size_t env_size,
           const char *name)
{
  if (!from.id)
    return from;
  struct wd__closure *closure = wd__new(sizeof *closure);
  closure->kind = kind;
  closure->function.address = function;
  closure->column = text_copy(column);
  env_keep(closure, env, env_size);
  closure->output = wd__schema_new();
  closure->output->star = true;
  wd__schema_add(closure->output,
                 &(wd_field){.name = name,
                             .type = kind == WD__MAP_I64 ? WD_I64 : WD_F64,
                             .nullable = true});
  return apply_closure(abi_map, from.id, closure);
}

wd_dataset
wd_map_i64(wd_dataset from, const char *column, wd_i64_fn *function,
           const void *env, size_t env_size, const char *name)
{
  return map_column(from, WD__MAP_I64, (uint32_t)(uintptr_t)function, column,
                    env, env_size, name);
}

wd_dataset
wd_map_f64(wd_dataset from, const char *column, wd_f64_fn *function,
           const void *env, size_t env_size, const char *name)
{
  return map_column(from, WD__MAP_F64, (uint32_t)(uintptr_t)function, column,
                    env, env_size, name);
}

static struct wd__closure *
reduce_closure(const wd_reducer *reducer)
{
  struct wd__closure *closure = wd__new(sizeof *closure);
  closure->kind = WD__REDUCE;
  closure->function.reduce = reducer->function;
  closure->bind = reducer->bind;
  env_keep(closure, reducer->env, reducer->env_size);
  return closure;
}

wd_dataset
wd_reduce_by(wd_grouped from, const wd_reducer *reducer)
{
  if (!from.id)
    return (wd_dataset){NULL};
  return apply_closure(abi_reduce, from.id, reduce_closure(reducer));
}

wd_dataset
wd_reduce_all_by(wd_dataset from, const wd_reducer *reducer)
{
  if (!from.id)
    return from;
  return apply_closure(abi_reduce_all, from.id, reduce_closure(reducer));
}

wd_dataset
wd_reduce(wd_grouped from, wd_reduce_fn *function, const void *env,
          size_t env_size)
{
  return wd_reduce_by(from, &(wd_reducer){function, env, env_size, NULL});
}

wd_dataset
wd_reduce_all(wd_dataset from, wd_reduce_fn *function, const void *env,
              size_t env_size)
{
  return wd_reduce_all_by(from, &(wd_reducer){function, env, env_size, NULL});
}
