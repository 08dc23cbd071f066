/* Handlers of `functions`: what expressions call by name. */
#include <string.h>

#include "guest/internal.h"

enum wd_status
wd_program_register(struct wd_program *program, const char *name, size_t length,
                    const struct wd_named *function, struct wd_error *error)
{
  if (!program->functions)
    program->functions = wd_registry_new(program->options.mem);
  return program->functions ? wd_registry_add(program->functions, name, length,
                                              function, error)
                            : wd_fail_memory(error);
}

static enum wd_status
take_signature(struct wd_abi_call *call,
               const struct wd_abi_functions_signature *from,
               struct wd_named *out, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  out->typed = from->arguments.some;
  out->variadic = from->variadic;
  out->strict = from->strict;
  out->deterministic = from->deterministic;
  if (out->typed)
    status = wd_abi_schema_parse(&from->arguments.value, call->arena,
                                 &out->arguments, error);
  if (status == WD_OK && out->typed)
    status = wd_schema_check_carried(&out->arguments, error);
  if (status == WD_OK && out->typed && out->variadic && !out->arguments.count)
    status = wd_fail(error, WD_INVALID_ARGUMENT,
                     "a variadic function needs an argument that may be given "
                     "any number of times");
  return status;
}

/* What a module's functions begin with, whoever calls them. */
static enum wd_status
freeze(struct wd_program *program, struct wd_error *error)
{
  wd_image_unref(program->registered);
  program->registered = NULL;
  return wd_instance_freeze(program->instance, &program->registered, error);
}

static enum wd_status
add_function(struct wd_abi_call *call, struct wd_text name,
             const struct wd_abi_lambda *lambda,
             const struct wd_abi_functions_signature *signature,
             enum wd_named_kind kind, const char *what, struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_named function = {
      .kind = kind, .closure = {program, lambda->function, lambda->state}};
  enum wd_status status = take_signature(call, signature, &function, error);

  if (status == WD_OK)
    status =
        wd_program_register(program, name.data, name.length, &function, error);
  if (status == WD_OK && program->options.registers)
    status = freeze(program, error);
  if (status != WD_OK)
    wd_error_prefix(error, "%s", what);
  return status;
}

static enum wd_status
on_register_scalar(struct wd_abi_call *call,
                   const struct wd_abi_functions_register_scalar_args *args,
                   struct wd_error *error)
{
  return add_function(call, args->name, &args->function, &args->signature,
                      WD_NAMED_SCALAR, "register-scalar", error);
}

static enum wd_status
on_register_aggregate(
    struct wd_abi_call *call,
    const struct wd_abi_functions_register_aggregate_args *args,
    struct wd_error *error)
{
  return add_function(call, args->name, &args->function, &args->signature,
                      WD_NAMED_AGGREGATE, "register-aggregate", error);
}

static enum wd_status
on_register_table(struct wd_abi_call *call,
                  const struct wd_abi_functions_register_table_args *args,
                  struct wd_error *error)
{
  return add_function(call, args->name, &args->function, &args->signature,
                      WD_NAMED_TABLE, "register-table", error);
}

enum wd_status
wd_program_register_type(struct wd_program *program, const struct wd_type *type,
                         const struct wd_closure *operations, const void *whose,
                         struct wd_error *error)
{
  if (!program->functions)
    program->functions = wd_registry_new(program->options.mem);
  return program->functions ? wd_registry_add_type(program->functions, type,
                                                   operations, whose, error)
                            : wd_fail_memory(error);
}

static enum wd_status
take_storage(struct wd_abi_call *call, struct wd_text name,
             const struct wd_abi_schema *from, struct wd_type *out_type,
             struct wd_error *error)
{
  struct wd_schema storage;
  const char *said;
  enum wd_status status =
      wd_abi_schema_parse(from, call->arena, &storage, error);

  if (status == WD_OK)
    status = wd_schema_check_carried(&storage, error);
  if (status != WD_OK)
    return status;
  if (storage.count != 1)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "a type is stored as one column, not %u: make them a struct",
                   storage.count);
  if (name.length && memchr(name.data, '\0', name.length))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "the type's name has a zero byte");
  said = wd_guest_text(call->arena, name);
  if (!said)
    return wd_fail_memory(error);
  *out_type = storage.columns[0].type;
  if (out_type->extension && strcmp(out_type->extension, said) != 0)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "the type '%.100s' is stored as '%.100s', which is no "
                   "storage: say what that is stored as",
                   said, out_type->extension);
  out_type->extension = said;
  return WD_OK;
}

static enum wd_status
on_register_type(struct wd_abi_call *call,
                 const struct wd_abi_functions_register_type_args *args,
                 struct wd_error *error)
{
  struct wd_program *program = wd_program_of(call);
  struct wd_closure operations = {program, args->operations.value.function,
                                  args->operations.value.state};
  struct wd_type type;
  enum wd_status status =
      take_storage(call, args->name, &args->storage, &type, error);

  if (status == WD_OK)
    status = wd_program_register_type(
        program, &type, args->operations.some ? &operations : NULL, program,
        error);
  if (status == WD_OK && program->options.registers)
    status = freeze(program, error);
  if (status != WD_OK)
    wd_error_prefix(error, "register-type");
  return status;
}

void
wd_guest_functions(struct wd_abi_handlers *handlers)
{
  handlers->functions_register_scalar = on_register_scalar;
  handlers->functions_register_aggregate = on_register_aggregate;
  handlers->functions_register_table = on_register_table;
  handlers->functions_register_type = on_register_type;
}
