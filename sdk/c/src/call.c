/* map and flat-map: rows to rows. */
#include "internal.h"

typedef struct export_result *
map_export(struct wd__binding *binding, uint32_t rows,
           const struct wire_node *nodes, uint32_t node_count,
           const struct wire_buffer *buffers, uint32_t buffer_count);
map_export lambdas_map;
map_export lambdas_flat_map;
struct export_result *
lambdas_flat_map_next(struct wd__binding *binding);

static void
filter_rows(struct wd__closure *closure, const wd_batch *in, wd_rows *out,
            void *env)
{
  uint8_t *keep = wd_out_bool(out, 0);
  wd_row row = {in->columns, in->count, 0};
  for (; row.index < in->rows; row.index++)
    keep[row.index] = closure->function.filter(&row, env);
}

/* keep[] may hold anything but 0 for true. */
static void
filter_batch(struct wd__closure *closure, const wd_batch *in, wd_rows *out,
             void *env)
{
  uint8_t *keep = wd_out_bool(out, 0);
  closure->function.filter_batch(in, keep, env);
  for (uint32_t i = 0; i < in->rows; i++)
    keep[i] = keep[i] != 0;
}

/* Output column 0 is null where the input is. */
static const uint8_t *
nulls_keep(const wd_column *from, uint32_t rows, wd_rows *out)
{
  if (!from->validity)
    return NULL;
  uint8_t *valid = wd_out_valid(out, 0);
  for (uint32_t i = 0; i < rows; i++)
    valid[i] = wd__bit(from->validity, i);
  return valid;
}

/* A loop for columns without nulls: compilers do not part it from the other
 * one. */
#define MAP_COLUMN(name, type)                                                 \
  static void map_##name(wd_##name##_fn *function, const wd_column *from,      \
                         uint32_t rows, wd_rows *out, void *env)               \
  {                                                                            \
    const type *x = from->values;                                              \
    type *y = wd_out_##name(out, 0);                                           \
    const uint8_t *valid = nulls_keep(from, rows, out);                        \
    if (!valid)                                                                \
      for (uint32_t i = 0; i < rows; i++)                                      \
        y[i] = function(x[i], env);                                            \
    else                                                                       \
      for (uint32_t i = 0; i < rows; i++)                                      \
        y[i] = valid[i] ? function(x[i], env) : 0;                             \
  }
MAP_COLUMN(i64, int64_t)
MAP_COLUMN(f64, double)

static bool
map_call(struct wd__binding *binding, const wd_batch *in,
         struct wd__fault *fault)
{
  struct wd__closure *closure = binding->bind.closure;
  void *env = binding->bind.env;
  wd_rows *out = binding->out;
  const wd_column *argument = in->columns + binding->bind.argument;
  switch (closure->kind) {
  case WD__MAP:
    wd_map_rows(in, out, closure->function.map, env);
    return true;
  case WD__MAP_BATCH:
    closure->function.batch(in, out, env);
    return true;
  case WD__FILTER:
    filter_rows(closure, in, out, env);
    return true;
  case WD__FILTER_BATCH:
    filter_batch(closure, in, out, env);
    return true;
  case WD__MAP_I64:
    map_i64(closure->function.i64, argument, in->rows, out, env);
    return true;
  case WD__MAP_F64:
    map_f64(closure->function.f64, argument, in->rows, out, env);
    return true;
  default:
    return wd__fault(fault, WD_INTERNAL, "this lambda is not one of maps");
  }
}

EXPORT("map")
struct export_result *
lambdas_map(struct wd__binding *binding, uint32_t rows,
            const struct wire_node *nodes, uint32_t node_count,
            const struct wire_buffer *buffers, uint32_t buffer_count)
{
  struct wd__fault fault;
  struct wire_batch from = {rows, nodes, node_count, buffers, buffer_count};
  wd_batch in;
  wd__arena_reset(&wd__scratch);
  if (!wd__binding_decode(binding, binding->columns, &from, &in, &fault))
    return wd__result_error(&fault);
  wd__rows_reset(binding->out);
  wd__rows_expect(binding->out, rows, true);
  if (!map_call(binding, &in, &fault))
    return wd__result_error(&fault);
  wd__input_spent = true;
  return wd__result_batch(wd__rows_to_wire(binding->out));
}

/* A part of the output: rows from next_row until it is large. */
static struct export_result *
expand(struct wd__binding *binding)
{
  struct wd__closure *closure = binding->bind.closure;
  const wd_batch *in = &binding->in;
  wd_rows *out = binding->out;
  wd__arena_reset(&wd__scratch);
  wd__rows_reset(out);
  if (closure->kind == WD__FLAT_MAP_BATCH) {
    closure->function.batch(in, out, binding->bind.env);
    binding->next_row = in->rows;
  } else {
    wd_row row = {in->columns, in->count, binding->next_row};
    for (; row.index < in->rows && !wd__rows_full(out); row.index++)
      closure->function.map(&row, out, binding->bind.env);
    binding->next_row = row.index;
  }
  bool more = binding->next_row < in->rows;
  return wd__result_expanded(wd__rows_to_wire(out), more);
}

EXPORT("flat-map")
struct export_result *
lambdas_flat_map(struct wd__binding *binding, uint32_t rows,
                 const struct wire_node *nodes, uint32_t node_count,
                 const struct wire_buffer *buffers, uint32_t buffer_count)
{
  struct wd__fault fault;
  struct wire_batch from = {rows, nodes, node_count, buffers, buffer_count};
  wd__arena_reset(&wd__scratch);
  if (!wd__binding_decode(binding, binding->columns, &from, &binding->in,
                          &fault))
    return wd__result_error(&fault);
  binding->next_row = 0;
  /* The input is needed until the last part. */
  wd__arena_swap(&wd__input, &binding->held);
  return expand(binding);
}

EXPORT("flat-map-next")
struct export_result *
lambdas_flat_map_next(struct wd__binding *binding)
{
  return expand(binding);
}
