/* bind: a lambda learns its input's columns and says what comes out. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

const wd_schema *
wd_bind_input(const wd_bind *bind)
{
  return &bind->input->schema;
}

uint32_t
wd_bind_key_count(const wd_bind *bind)
{
  return bind->key_count;
}

uint32_t
wd_bind_key(const wd_bind *bind, uint32_t key)
{
  if (key >= bind->key_count)
    wd_fail("there is no key %u: there are %u", key, bind->key_count);
  return bind->keys[key];
}

bool
wd_bind_constant(const wd_bind *bind, uint32_t argument, wd_row *out_row)
{
  for (uint32_t i = 0; i < bind->constant_count; i++) {
    const struct wire_constant *constant = &bind->constants[i];
    if (constant->column != argument)
      continue;
    wd_column *column = wd__arena_take(&wd__scratch, sizeof *column);
    struct wd__fault fault;
    *column = wd__column_of(bind->input->fields + argument);
    if (!wd__batch_decode(&constant->value, column, 1, &fault))
      wd_fail("%s", fault.message);
    *out_row = (wd_row){column, 1, 0};
    return true;
  }
  return false;
}

static uint32_t
input_find(const wd_bind *bind, const char *name)
{
  const wd_schema *input = &bind->input->schema;
  for (uint32_t i = 0; i < input->count; i++)
    if (strcmp(input->fields[i].name, name) == 0)
      return i;
  return UINT32_MAX;
}

static bool
no_column(const wd_bind *bind, const char *name, struct wd__fault *fault)
{
  struct wd__listed there_are = {0};
  for (uint32_t i = 0; i < bind->input->schema.count; i++)
    wd__list(&there_are, bind->input->fields[i].name,
             bind->input->fields[i].type);
  return wd__fault(fault, WD_INVALID_ARGUMENT,
                   "there is no column '%s' in the input; there are: %s", name,
                   there_are.text);
}

/* The position in later batches of an input column, which is wanted. */
static uint32_t
want(wd_bind *bind, uint32_t column)
{
  if (bind->whole)
    return column;
  bind->all = false;
  for (uint32_t i = 0; i < bind->wanted_count; i++)
    if (bind->wanted[i] == column)
      return i;
  bind->wanted[bind->wanted_count] = column;
  return bind->wanted_count++;
}

uint32_t
wd_bind_try_column(wd_bind *bind, const char *name)
{
  uint32_t column = input_find(bind, name);
  return column == UINT32_MAX ? column : want(bind, column);
}

uint32_t
wd_bind_column(wd_bind *bind, const char *name)
{
  uint32_t column = wd_bind_try_column(bind, name);
  struct wd__fault fault;
  if (column == UINT32_MAX && !no_column(bind, name, &fault))
    wd_fail("%s", fault.message);
  return column;
}

void
wd_bind_output_field(wd_bind *bind, const wd_field *field)
{
  if (wd__field_unknown(field))
    wd_fail("output column '%s': C programs do not write this type",
            field->name);
  wd__schema_add(bind->output, field);
}

void
wd_bind_output(wd_bind *bind, const char *schema)
{
  struct wd__fault fault;
  if (!wd__schema_parse(bind->output, schema, &fault))
    wd_fail("%s", fault.message);
}

void
wd_bind_refuse(wd_bind *bind, enum wd_code code, const char *format, ...)
{
  va_list arguments;
  if (bind->refused)
    return;
  bind->refused = true;
  bind->refusal.code = code;
  va_start(arguments, format);
  vsnprintf(bind->refusal.message, sizeof bind->refusal.message, format,
            arguments);
  va_end(arguments);
}

static bool
columns_want(wd_bind *bind, const char *text, struct wd__fault *fault)
{
  const char *const *names;
  if (!wd__names_parse(&wd__scratch, text, &names, fault))
    return false;
  for (; *names; names++)
    if (wd_bind_try_column(bind, *names) == UINT32_MAX)
      return no_column(bind, *names, fault);
  return true;
}

/* The column of wd_map_i64 and wd_map_f64, whose type is given. */
static bool
argument_find(wd_bind *bind, struct wd__fault *fault)
{
  const char *name = bind->closure->column;
  enum wd_type type = bind->closure->kind == WD__MAP_I64 ? WD_I64 : WD_F64;
  uint32_t column = input_find(bind, name);
  if (column == UINT32_MAX)
    return no_column(bind, name, fault);
  enum wd_type is = bind->input->fields[column].type;
  bind->argument = want(bind, column);
  return is == type ||
         wd__fault(fault, WD_TYPE_MISMATCH,
                   "column '%s' is %s and the function takes %s: cast it", name,
                   wd__type_name(is), wd__type_name(type));
}

static void
fields_add(struct wd__schema *to, const struct wd__schema *from)
{
  for (uint32_t i = 0; i < from->schema.count; i++)
    wd__schema_add(to, from->fields + i);
}

bool
wd__binding_decide(struct wd__binding *binding, struct wd__fault *fault)
{
  wd_bind *bind = &binding->bind;
  struct wd__closure *closure = bind->closure;
  if (closure->output) {
    fields_add(bind->output, closure->output);
    bind->output->star = closure->output->star;
  }
  if (closure->columns && !columns_want(bind, closure->columns, fault))
    return false;
  if (closure->column && !argument_find(bind, fault))
    return false;
  if (closure->bind)
    closure->bind(bind, bind->env);
  if (bind->refused) {
    *fault = bind->refusal;
    return false;
  }
  if (bind->output->star)
    wd__pass_all(bind);
  if (!closure->output && !bind->output->schema.count && !bind->pass_count &&
      closure->kind != WD__TABLE)
    fields_add(bind->output, bind->input);
  return !bind->pass_count || wd__may_pass(closure->kind) ||
         wd__fault(fault, WD_INVALID_ARGUMENT,
                   "wd_bind_pass is for maps, where rows come out as they came "
                   "in");
}

bool
wd__binding_columns(struct wd__binding *binding, struct wd__fault *fault)
{
  wd_bind *bind = &binding->bind;
  uint32_t count = bind->all ? bind->input->schema.count - bind->known_count
                             : bind->wanted_count;
  binding->columns = wd__new((count + 1) * sizeof *binding->columns);
  binding->column_count = count;
  for (uint32_t i = 0; i < count; i++) {
    const wd_field *f = bind->input->fields + (bind->all ? i : bind->wanted[i]);
    const wd_field *unknown = wd__field_unknown(f);
    if (unknown)
      return wd__fault(fault, WD_UNSUPPORTED,
                       "column '%s' has a type that C programs do not get yet "
                       "(Arrow format '%s'): leave it out by select, or cast "
                       "it",
                       f->name, unknown->timezone);
    binding->columns[i] = wd__column_of(f);
  }
  return true;
}

struct wd__binding *
wd__binding_new(struct wd__closure *closure, const struct wire_field *fields,
                uint32_t count)
{
  struct wd__binding *binding = wd__new(sizeof *binding);
  wd_bind *bind = &binding->bind;
  bind->closure = closure;
  bind->all = true;
  bind->input = wd__schema_new();
  bind->output = wd__schema_new();
  wd__schema_from_wire(bind->input, fields, count);
  bind->wanted = wd__new((count + 1) * sizeof *bind->wanted);
  bind->env = closure->env;
  if (closure->bind && closure->env_size)
    bind->env = wd__copy_of(closure->env, closure->env_size);
  return binding;
}

/* What `finish` and maps write to. */
static void
out_make(struct wd__binding *binding)
{
  wd_bind *bind = &binding->bind;
  if (bind->closure->kind != WD__PARTITION && bind->closure->kind != WD__TABLE)
    binding->out = wd__rows_make(bind->output);
  if (bind->closure->kind == WD__REDUCE)
    binding->layout =
        wd__layout_new(binding->columns, binding->column_count, binding->out);
}

/* Of the WIT's enum `role`: what the arguments of a table function are. */
#define ROLE_RELATION 9

struct export_result *
lambdas_bind(uint32_t function, struct wd__closure *closure, uint32_t role,
             const struct wire_field *fields, uint32_t count,
             const uint32_t *keys, uint32_t key_count,
             const struct wire_constant *constants, uint32_t constant_count);

EXPORT("bind")
struct export_result *
lambdas_bind(uint32_t function, struct wd__closure *closure, uint32_t role,
             const struct wire_field *fields, uint32_t count,
             const uint32_t *keys, uint32_t key_count,
             const struct wire_constant *constants, uint32_t constant_count)
{
  (void)function;
  struct wd__fault fault;
  wd__arena_reset(&wd__scratch);
  /* What lambdas print is not to wait for an end that does not come. */
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct wd__binding *binding = wd__binding_new(closure, fields, count);
  wd_bind *bind = &binding->bind;
  bind->keys = wd__copy_of(keys, key_count * sizeof *keys);
  bind->key_count = key_count;
  bind->constants = constants;
  bind->constant_count = constant_count;
  if (closure->kind == WD__TABLE && !closure->has_relation) {
    wd__fault(&fault, WD_UNSUPPORTED, "it is no function over a table");
    return wd__result_error(&fault);
  }
  if (role == ROLE_RELATION)
    bind->known_count = constant_count;
  if (!wd__binding_decide(binding, &fault) ||
      !wd__binding_columns(binding, &fault))
    return wd__result_error(&fault);
  struct wire_binding result = {.handle = (uint32_t)(uintptr_t)binding,
                                .output = wd__output_to_wire(bind, fields),
                                .has_columns = !bind->all,
                                .columns = {bind->wanted, bind->wanted_count},
                                .promises = (uint8_t)closure->promises};
  out_make(binding);
  return wd__result_binding(&result);
}

bool
wd__binding_decode(struct wd__binding *binding, wd_column *columns,
                   const struct wire_batch *from, wd_batch *out_batch,
                   struct wd__fault *fault)
{
  *out_batch = (wd_batch){from->rows, binding->column_count, columns};
  return wd__batch_decode(from, columns, binding->column_count, fault);
}
