/* Made by scripts/wit-generate from wit/; do not edit. */

#include "abi/function.h"

#include <stddef.h>

#define TYPE(id, kind_, host, size_, align_, ...)                              \
  static const struct wd_abi_type type_##id = {.kind = WD_ABI_##kind_,         \
                                               .size = size_,                  \
                                               .align = align_,                \
                                               .host_size = sizeof(host),      \
                                               .flat = __VA_ARGS__}
#define PART(host, member, label, type, offset)                                \
  {                                                                            \
    label, &type_##type, offset, offsetof(host, member)                        \
  }
#define NOTHING(label)                                                         \
  {                                                                            \
    label, NULL, 0, 0                                                          \
  }
#define ARGUMENT(function, member, label, type)                                \
  {                                                                            \
    label, &type_##type, 0, offsetof(struct wd_abi_##function##_args, member)  \
  }

#define MODULE(interface_) WD_ABI_PACKAGE "/" interface_ "@" WD_ABI_VERSION
#define IMPORT(interface_, name_, label_, function)                            \
  .interface = interface_, .name = name_, .label = label_, .world = "imports", \
  .module = MODULE(interface_), .core_name = name_, .call = call_##function
#define EXPORT(interface_, name_, label_, world_)                              \
  .interface = interface_, .name = name_, .label = label_, .world = world_,    \
  .module = MODULE(interface_), .core_name = MODULE(interface_) "#" name_
#define CORE(parameters_, results_)                                            \
  .parameters = parameters_, .results = results_
#define ARGUMENTS(function)                                                    \
  .arguments = args_##function,                                                \
  .argument_count = sizeof args_##function / sizeof *args_##function,          \
  .args_size = sizeof(struct wd_abi_##function##_args)
#define RESULT(type) .result = &type_##type
#define FALLIBLE .fallible = true
#define AREA(size_, align_, payload_)                                          \
  .area_size = size_, .area_align = align_, .payload = payload_
#define POST(interface_, name_)                                                \
  .post_name = "cabi_post_" MODULE(interface_) "#" name_

TYPE(borrow_job, BORROW, uint32_t, 4, 4, 1, .count = WD_ABI_RESOURCE_JOB);

TYPE(error_code, ENUM, enum wd_abi_error_code, 1, 1, 1, .count = 12);

TYPE(string, STRING, struct wd_text, 8, 4, 2);

static const struct wd_abi_part parts_error[] = {
    PART(struct wd_abi_error, code, "code", error_code, 0),
    PART(struct wd_abi_error, message, "message", string, 4),
    PART(struct wd_abi_error, origin, "origin", string, 12),
};
TYPE(error, RECORD, struct wd_abi_error, 20, 4, 5, .parts = parts_error,
     .count = 3);

TYPE(bool, BOOL, bool, 1, 1, 1);

TYPE(u32, U32, uint32_t, 4, 4, 1, .plain = true);

static const struct wd_abi_part parts_tuple_string_string[] = {
    PART(struct wd_abi_tuple_string_string, f0, "f0", string, 0),
    PART(struct wd_abi_tuple_string_string, f1, "f1", string, 8),
};
TYPE(tuple_string_string, RECORD, struct wd_abi_tuple_string_string, 16, 4, 4,
     .parts = parts_tuple_string_string, .count = 2);

TYPE(list_tuple_string_string, LIST, struct wd_abi_list_tuple_string_string, 8,
     4, 2, .element = &type_tuple_string_string);

TYPE(list_string, LIST, struct wd_abi_list_string, 8, 4, 2,
     .element = &type_string);

static const struct wd_abi_part parts_field[] = {
    PART(struct wd_abi_field, name, "name", string, 0),
    PART(struct wd_abi_field, format, "format", string, 8),
    PART(struct wd_abi_field, nullable, "nullable", bool, 16),
    PART(struct wd_abi_field, children, "children", u32, 20),
    PART(struct wd_abi_field, metadata, "metadata", list_tuple_string_string,
         24),
    PART(struct wd_abi_field, dictionary, "dictionary", list_string, 32),
};
TYPE(field, RECORD, struct wd_abi_field, 40, 4, 10, .parts = parts_field,
     .count = 6);

TYPE(list_field, LIST, struct wd_abi_list_field, 8, 4, 2,
     .element = &type_field);

static const struct wd_abi_part parts_schema[] = {
    PART(struct wd_abi_schema, fields, "fields", list_field, 0),
};
TYPE(schema, RECORD, struct wd_abi_schema, 8, 4, 2, .parts = parts_schema,
     .count = 1);

TYPE(jobs_state, ENUM, enum wd_abi_jobs_state, 1, 1, 1, .count = 5);

TYPE(u64, U64, uint64_t, 8, 8, 1, .plain = true);

TYPE(f64, F64, double, 8, 8, 1, .plain = true);

static const struct wd_abi_part parts_jobs_progress[] = {
    PART(struct wd_abi_jobs_progress, state, "state", jobs_state, 0),
    PART(struct wd_abi_jobs_progress, rows_in, "rows-in", u64, 8),
    PART(struct wd_abi_jobs_progress, rows_out, "rows-out", u64, 16),
    PART(struct wd_abi_jobs_progress, bytes_in, "bytes-in", u64, 24),
    PART(struct wd_abi_jobs_progress, bytes_out, "bytes-out", u64, 32),
    PART(struct wd_abi_jobs_progress, fraction, "fraction", f64, 40),
};
TYPE(jobs_progress, RECORD, struct wd_abi_jobs_progress, 48, 8, 6,
     .parts = parts_jobs_progress, .count = 6);

static const struct wd_abi_part parts_jobs_figure[] = {
    PART(struct wd_abi_jobs_figure, stage, "stage", string, 0),
    PART(struct wd_abi_jobs_figure, name, "name", string, 8),
    PART(struct wd_abi_jobs_figure, value, "value", u64, 16),
};
TYPE(jobs_figure, RECORD, struct wd_abi_jobs_figure, 24, 8, 5,
     .parts = parts_jobs_figure, .count = 3);

TYPE(list_jobs_figure, LIST, struct wd_abi_list_jobs_figure, 8, 4, 2,
     .element = &type_jobs_figure);

static const struct wd_abi_part parts_node[] = {
    PART(struct wd_node, length, "length", u32, 0),
    PART(struct wd_node, null_count, "null-count", u32, 4),
};
TYPE(node, RECORD, struct wd_node, 8, 4, 2, .plain = true, .parts = parts_node,
     .count = 2);

TYPE(list_node, LIST, struct wd_abi_list_node, 8, 4, 2, .element = &type_node);

TYPE(buffer, BUFFER, struct wd_span, 8, 4, 2);

TYPE(list_buffer, LIST, struct wd_abi_list_buffer, 8, 4, 2,
     .element = &type_buffer);

static const struct wd_abi_part parts_batch[] = {
    PART(struct wd_abi_batch, rows, "rows", u32, 0),
    PART(struct wd_abi_batch, nodes, "nodes", list_node, 4),
    PART(struct wd_abi_batch, buffers, "buffers", list_buffer, 12),
};
TYPE(batch, RECORD, struct wd_abi_batch, 20, 4, 5, .parts = parts_batch,
     .count = 3);

static const struct wd_abi_part parts_option_batch[] = {
    NOTHING("none"),
    PART(struct wd_abi_option_batch, value, "value", batch, 4),
};
TYPE(option_batch, OPTION, struct wd_abi_option_batch, 24, 4, 6,
     .parts = parts_option_batch, .count = 2);

static const struct wd_abi_part parts_option_u64[] = {
    NOTHING("none"),
    PART(struct wd_abi_option_u64, value, "value", u64, 8),
};
TYPE(option_u64, OPTION, struct wd_abi_option_u64, 16, 8, 2,
     .parts = parts_option_u64, .count = 2);

TYPE(own_job, OWN, uint32_t, 4, 4, 1, .count = WD_ABI_RESOURCE_JOB);

TYPE(own_dataset, OWN, uint32_t, 4, 4, 1, .count = WD_ABI_RESOURCE_DATASET);

TYPE(list_batch, LIST, struct wd_abi_list_batch, 8, 4, 2,
     .element = &type_batch);

TYPE(s64, S64, int64_t, 8, 8, 1, .plain = true);

static const struct wd_abi_part parts_lambda[] = {
    PART(struct wd_abi_lambda, function, "function", u32, 0),
    PART(struct wd_abi_lambda, state, "state", u32, 4),
};
TYPE(lambda, RECORD, struct wd_abi_lambda, 8, 4, 2, .plain = true,
     .parts = parts_lambda, .count = 2);

static const struct wd_abi_part parts_parameters[] = {
    PART(struct wd_abi_parameters, schema, "schema", schema, 0),
    PART(struct wd_abi_parameters, values, "values", batch, 8),
};
TYPE(parameters, RECORD, struct wd_abi_parameters, 28, 4, 7,
     .parts = parts_parameters, .count = 2);

static const struct wd_abi_part parts_option_parameters[] = {
    NOTHING("none"),
    PART(struct wd_abi_option_parameters, value, "value", parameters, 4),
};
TYPE(option_parameters, OPTION, struct wd_abi_option_parameters, 32, 4, 8,
     .parts = parts_option_parameters, .count = 2);

TYPE(u8, U8, uint8_t, 1, 1, 1, .plain = true);

TYPE(list_u8, LIST, struct wd_abi_list_u8, 8, 4, 2, .element = &type_u8);

TYPE(borrow_dataset, BORROW, uint32_t, 4, 4, 1,
     .count = WD_ABI_RESOURCE_DATASET);

static const struct wd_abi_part parts_tuple_string_borrow_dataset[] = {
    PART(struct wd_abi_tuple_string_borrow_dataset, f0, "f0", string, 0),
    PART(struct wd_abi_tuple_string_borrow_dataset, f1, "f1", borrow_dataset,
         8),
};
TYPE(tuple_string_borrow_dataset, RECORD,
     struct wd_abi_tuple_string_borrow_dataset, 12, 4, 3,
     .parts = parts_tuple_string_borrow_dataset, .count = 2);

TYPE(list_tuple_string_borrow_dataset, LIST,
     struct wd_abi_list_tuple_string_borrow_dataset, 8, 4, 2,
     .element = &type_tuple_string_borrow_dataset);

static const struct wd_abi_part parts_datasets_sort_key[] = {
    PART(struct wd_abi_datasets_sort_key, expression, "expression", string, 0),
    PART(struct wd_abi_datasets_sort_key, descending, "descending", bool, 8),
    PART(struct wd_abi_datasets_sort_key, nulls_first, "nulls-first", bool, 9),
};
TYPE(datasets_sort_key, RECORD, struct wd_abi_datasets_sort_key, 12, 4, 4,
     .parts = parts_datasets_sort_key, .count = 3);

TYPE(list_datasets_sort_key, LIST, struct wd_abi_list_datasets_sort_key, 8, 4,
     2, .element = &type_datasets_sort_key);

TYPE(datasets_join_kind, ENUM, enum wd_abi_datasets_join_kind, 1, 1, 1,
     .count = 9);

static const struct wd_abi_part parts_datasets_join_condition[] = {
    PART(struct wd_abi_datasets_join_condition, as, "on", string, 4),
    PART(struct wd_abi_datasets_join_condition, as, "using", list_string, 4),
};
TYPE(datasets_join_condition, VARIANT, struct wd_abi_datasets_join_condition,
     12, 4, 3, .parts = parts_datasets_join_condition, .count = 2);

TYPE(datasets_set_operation, ENUM, enum wd_abi_datasets_set_operation, 1, 1, 1,
     .count = 6);

TYPE(datasets_storage, ENUM, enum wd_abi_datasets_storage, 1, 1, 1, .count = 2);

TYPE(own_grouped, OWN, uint32_t, 4, 4, 1, .count = WD_ABI_RESOURCE_GROUPED);

TYPE(list_u32, LIST, struct wd_abi_list_u32, 8, 4, 2, .element = &type_u32);

TYPE(list_list_u32, LIST, struct wd_abi_list_list_u32, 8, 4, 2,
     .element = &type_list_u32);

static const struct wd_abi_part parts_datasets_lambda_aggregate[] = {
    PART(struct wd_abi_datasets_lambda_aggregate, function, "function", lambda,
         0),
    PART(struct wd_abi_datasets_lambda_aggregate, arguments, "arguments",
         list_string, 8),
};
TYPE(datasets_lambda_aggregate, RECORD, struct wd_abi_datasets_lambda_aggregate,
     16, 4, 4, .parts = parts_datasets_lambda_aggregate, .count = 2);

static const struct wd_abi_part parts_datasets_aggregate[] = {
    PART(struct wd_abi_datasets_aggregate, as, "expression", string, 4),
    PART(struct wd_abi_datasets_aggregate, as, "lambda",
         datasets_lambda_aggregate, 4),
};
TYPE(datasets_aggregate, VARIANT, struct wd_abi_datasets_aggregate, 20, 4, 5,
     .parts = parts_datasets_aggregate, .count = 2);

static const struct wd_abi_part parts_option_string[] = {
    NOTHING("none"),
    PART(struct wd_abi_option_string, value, "value", string, 4),
};
TYPE(option_string, OPTION, struct wd_abi_option_string, 12, 4, 3,
     .parts = parts_option_string, .count = 2);

static const struct wd_abi_part parts_datasets_measure[] = {
    PART(struct wd_abi_datasets_measure, name, "name", string, 0),
    PART(struct wd_abi_datasets_measure, what, "what", datasets_aggregate, 8),
    PART(struct wd_abi_datasets_measure, filter, "filter", option_string, 28),
};
TYPE(datasets_measure, RECORD, struct wd_abi_datasets_measure, 40, 4, 10,
     .parts = parts_datasets_measure, .count = 3);

TYPE(list_datasets_measure, LIST, struct wd_abi_list_datasets_measure, 8, 4, 2,
     .element = &type_datasets_measure);

TYPE(datasets_write_mode, ENUM, enum wd_abi_datasets_write_mode, 1, 1, 1,
     .count = 5);

TYPE(borrow_grouped, BORROW, uint32_t, 4, 4, 1,
     .count = WD_ABI_RESOURCE_GROUPED);

static const struct wd_abi_part parts_option_schema[] = {
    NOTHING("none"),
    PART(struct wd_abi_option_schema, value, "value", schema, 4),
};
TYPE(option_schema, OPTION, struct wd_abi_option_schema, 12, 4, 3,
     .parts = parts_option_schema, .count = 2);

static const struct wd_abi_part parts_functions_signature[] = {
    PART(struct wd_abi_functions_signature, arguments, "arguments",
         option_schema, 0),
    PART(struct wd_abi_functions_signature, variadic, "variadic", bool, 12),
    PART(struct wd_abi_functions_signature, strict, "strict", bool, 13),
    PART(struct wd_abi_functions_signature, deterministic, "deterministic",
         bool, 14),
};
TYPE(functions_signature, RECORD, struct wd_abi_functions_signature, 16, 4, 6,
     .parts = parts_functions_signature, .count = 4);

static const struct wd_abi_part parts_option_lambda[] = {
    NOTHING("none"),
    PART(struct wd_abi_option_lambda, value, "value", lambda, 4),
};
TYPE(option_lambda, OPTION, struct wd_abi_option_lambda, 12, 4, 3,
     .parts = parts_option_lambda, .count = 2);

TYPE(context_level, ENUM, enum wd_abi_context_level, 1, 1, 1, .count = 3);

TYPE(lambdas_role, ENUM, enum wd_abi_lambdas_role, 1, 1, 1, .count = 10);

static const struct wd_abi_part parts_lambdas_constant[] = {
    PART(struct wd_abi_lambdas_constant, column, "column", u32, 0),
    PART(struct wd_abi_lambdas_constant, value, "value", batch, 4),
};
TYPE(lambdas_constant, RECORD, struct wd_abi_lambdas_constant, 24, 4, 6,
     .parts = parts_lambdas_constant, .count = 2);

TYPE(list_lambdas_constant, LIST, struct wd_abi_list_lambdas_constant, 8, 4, 2,
     .element = &type_lambdas_constant);

static const struct wd_abi_part parts_option_list_u32[] = {
    NOTHING("none"),
    PART(struct wd_abi_option_list_u32, value, "value", list_u32, 4),
};
TYPE(option_list_u32, OPTION, struct wd_abi_option_list_u32, 12, 4, 3,
     .parts = parts_option_list_u32, .count = 2);

TYPE(lambdas_properties, FLAGS, uint32_t, 1, 1, 1, .count = 3);

static const struct wd_abi_part parts_lambdas_binding[] = {
    PART(struct wd_abi_lambdas_binding, handle, "handle", u32, 0),
    PART(struct wd_abi_lambdas_binding, output, "output", schema, 4),
    PART(struct wd_abi_lambdas_binding, columns, "columns", option_list_u32,
         12),
    PART(struct wd_abi_lambdas_binding, properties, "properties",
         lambdas_properties, 24),
};
TYPE(lambdas_binding, RECORD, struct wd_abi_lambdas_binding, 28, 4, 7,
     .parts = parts_lambdas_binding, .count = 4);

static const struct wd_abi_part parts_lambdas_expanded[] = {
    PART(struct wd_abi_lambdas_expanded, output, "output", batch, 0),
    PART(struct wd_abi_lambdas_expanded, more, "more", bool, 20),
};
TYPE(lambdas_expanded, RECORD, struct wd_abi_lambdas_expanded, 24, 4, 6,
     .parts = parts_lambdas_expanded, .count = 2);

TYPE(tables_table_role, ENUM, enum wd_abi_tables_table_role, 1, 1, 1,
     .count = 2);

static const struct wd_abi_part parts_tables_table_binding[] = {
    PART(struct wd_abi_tables_table_binding, handle, "handle", u32, 0),
    PART(struct wd_abi_tables_table_binding, output, "output", schema, 4),
    PART(struct wd_abi_tables_table_binding, partitions, "partitions", u32, 12),
    PART(struct wd_abi_tables_table_binding, rows, "rows", u64, 16),
};
TYPE(tables_table_binding, RECORD, struct wd_abi_tables_table_binding, 24, 8, 5,
     .parts = parts_tables_table_binding, .count = 4);

static const struct wd_abi_part parts_tables_lateral_rows[] = {
    PART(struct wd_abi_tables_lateral_rows, output, "output", batch, 0),
    PART(struct wd_abi_tables_lateral_rows, parents, "parents", list_u32, 20),
    PART(struct wd_abi_tables_lateral_rows, more, "more", bool, 28),
};
TYPE(tables_lateral_rows, RECORD, struct wd_abi_tables_lateral_rows, 32, 4, 8,
     .parts = parts_tables_lateral_rows, .count = 3);

static const struct wd_abi_part parts_option_s64[] = {
    NOTHING("none"),
    PART(struct wd_abi_option_s64, value, "value", s64, 8),
};
TYPE(option_s64, OPTION, struct wd_abi_option_s64, 16, 8, 2,
     .parts = parts_option_s64, .count = 2);

const struct wd_abi_type *const wd_abi_type_of_error = &type_error;

static const struct wd_abi_part args_jobs_job_schema[] = {
    ARGUMENT(jobs_job_schema, self, "self", borrow_job),
};

static const struct wd_abi_part args_jobs_job_progress[] = {
    ARGUMENT(jobs_job_progress, self, "self", borrow_job),
};

static const struct wd_abi_part args_jobs_job_figures[] = {
    ARGUMENT(jobs_job_figures, self, "self", borrow_job),
};

static const struct wd_abi_part args_jobs_job_next_batch[] = {
    ARGUMENT(jobs_job_next_batch, self, "self", borrow_job),
};

static const struct wd_abi_part args_jobs_job_wait[] = {
    ARGUMENT(jobs_job_wait, self, "self", borrow_job),
    ARGUMENT(jobs_job_wait, timeout_ms, "timeout-ms", option_u64),
};

static const struct wd_abi_part args_jobs_job_cancel[] = {
    ARGUMENT(jobs_job_cancel, self, "self", borrow_job),
};

static const struct wd_abi_part args_jobs_job_drop[] = {
    ARGUMENT(jobs_job_drop, self, "self", own_job),
};

static const struct wd_abi_part args_datasets_read[] = {
    ARGUMENT(datasets_read, name, "name", string),
    ARGUMENT(datasets_read, options, "options", list_tuple_string_string),
};

static const struct wd_abi_part args_datasets_create[] = {
    ARGUMENT(datasets_create, schema, "schema", schema),
    ARGUMENT(datasets_create, batches, "batches", list_batch),
};

static const struct wd_abi_part args_datasets_range[] = {
    ARGUMENT(datasets_range, start, "start", s64),
    ARGUMENT(datasets_range, end, "end", s64),
    ARGUMENT(datasets_range, step, "step", s64),
};

static const struct wd_abi_part args_datasets_generate[] = {
    ARGUMENT(datasets_generate, function, "function", lambda),
    ARGUMENT(datasets_generate, arguments, "arguments", option_parameters),
    ARGUMENT(datasets_generate, partitions, "partitions", u32),
};

static const struct wd_abi_part args_datasets_from_plan[] = {
    ARGUMENT(datasets_from_plan, plan, "plan", list_u8),
    ARGUMENT(datasets_from_plan, inputs, "inputs",
             list_tuple_string_borrow_dataset),
};

static const struct wd_abi_part args_datasets_sql[] = {
    ARGUMENT(datasets_sql, text, "text", string),
    ARGUMENT(datasets_sql, dialect, "dialect", string),
    ARGUMENT(datasets_sql, inputs, "inputs", list_tuple_string_borrow_dataset),
    ARGUMENT(datasets_sql, parameters, "parameters", option_parameters),
};

static const struct wd_abi_part args_datasets_dataset_schema[] = {
    ARGUMENT(datasets_dataset_schema, self, "self", borrow_dataset),
};

static const struct wd_abi_part args_datasets_dataset_to_plan[] = {
    ARGUMENT(datasets_dataset_to_plan, self, "self", borrow_dataset),
};

static const struct wd_abi_part args_datasets_dataset_explain[] = {
    ARGUMENT(datasets_dataset_explain, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_explain, options, "options",
             list_tuple_string_string),
};

static const struct wd_abi_part args_datasets_dataset_with_parameters[] = {
    ARGUMENT(datasets_dataset_with_parameters, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_with_parameters, parameters, "parameters",
             parameters),
};

static const struct wd_abi_part args_datasets_dataset_select[] = {
    ARGUMENT(datasets_dataset_select, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_select, expressions, "expressions", list_string),
};

static const struct wd_abi_part args_datasets_dataset_with_column[] = {
    ARGUMENT(datasets_dataset_with_column, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_with_column, name, "name", string),
    ARGUMENT(datasets_dataset_with_column, expression, "expression", string),
};

static const struct wd_abi_part args_datasets_dataset_drop_columns[] = {
    ARGUMENT(datasets_dataset_drop_columns, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_drop_columns, names, "names", list_string),
};

static const struct wd_abi_part args_datasets_dataset_rename[] = {
    ARGUMENT(datasets_dataset_rename, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_rename, names, "names", list_tuple_string_string),
};

static const struct wd_abi_part args_datasets_dataset_filter[] = {
    ARGUMENT(datasets_dataset_filter, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_filter, predicate, "predicate", string),
};

static const struct wd_abi_part args_datasets_dataset_distinct[] = {
    ARGUMENT(datasets_dataset_distinct, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_distinct, columns, "columns", list_string),
};

static const struct wd_abi_part args_datasets_dataset_sort[] = {
    ARGUMENT(datasets_dataset_sort, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_sort, keys, "keys", list_datasets_sort_key),
};

static const struct wd_abi_part args_datasets_dataset_sort_within_partitions[] =
    {
        ARGUMENT(datasets_dataset_sort_within_partitions, self, "self",
                 borrow_dataset),
        ARGUMENT(datasets_dataset_sort_within_partitions, keys, "keys",
                 list_datasets_sort_key),
};

static const struct wd_abi_part args_datasets_dataset_limit[] = {
    ARGUMENT(datasets_dataset_limit, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_limit, count, "count", u64),
    ARGUMENT(datasets_dataset_limit, offset, "offset", u64),
};

static const struct wd_abi_part args_datasets_dataset_sample[] = {
    ARGUMENT(datasets_dataset_sample, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_sample, fraction, "fraction", f64),
    ARGUMENT(datasets_dataset_sample, replacement, "replacement", bool),
    ARGUMENT(datasets_dataset_sample, seed, "seed", u64),
};

static const struct wd_abi_part args_datasets_dataset_join[] = {
    ARGUMENT(datasets_dataset_join, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_join, right, "right", borrow_dataset),
    ARGUMENT(datasets_dataset_join, kind, "kind", datasets_join_kind),
    ARGUMENT(datasets_dataset_join, condition, "condition",
             datasets_join_condition),
};

static const struct wd_abi_part args_datasets_dataset_set_operation[] = {
    ARGUMENT(datasets_dataset_set_operation, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_set_operation, other, "other", borrow_dataset),
    ARGUMENT(datasets_dataset_set_operation, operation, "operation",
             datasets_set_operation),
    ARGUMENT(datasets_dataset_set_operation, by_name, "by-name", bool),
};

static const struct wd_abi_part args_datasets_dataset_repartition[] = {
    ARGUMENT(datasets_dataset_repartition, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_repartition, count, "count", u32),
    ARGUMENT(datasets_dataset_repartition, columns, "columns", list_string),
};

static const struct wd_abi_part args_datasets_dataset_cache[] = {
    ARGUMENT(datasets_dataset_cache, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_cache, storage, "storage", datasets_storage),
};

static const struct wd_abi_part args_datasets_dataset_with_row_index[] = {
    ARGUMENT(datasets_dataset_with_row_index, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_with_row_index, name, "name", string),
};

static const struct wd_abi_part args_datasets_dataset_explode[] = {
    ARGUMENT(datasets_dataset_explode, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_explode, column, "column", string),
    ARGUMENT(datasets_dataset_explode, outer, "outer", bool),
    ARGUMENT(datasets_dataset_explode, position, "position", string),
};

static const struct wd_abi_part args_datasets_dataset_unpivot[] = {
    ARGUMENT(datasets_dataset_unpivot, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_unpivot, columns, "columns", list_string),
    ARGUMENT(datasets_dataset_unpivot, name, "name", string),
    ARGUMENT(datasets_dataset_unpivot, value, "value", string),
};

static const struct wd_abi_part args_datasets_dataset_describe[] = {
    ARGUMENT(datasets_dataset_describe, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_describe, columns, "columns", list_string),
};

static const struct wd_abi_part args_datasets_dataset_zip_with[] = {
    ARGUMENT(datasets_dataset_zip_with, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_zip_with, other, "other", borrow_dataset),
};

static const struct wd_abi_part args_datasets_dataset_map[] = {
    ARGUMENT(datasets_dataset_map, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_map, function, "function", lambda),
};

static const struct wd_abi_part args_datasets_dataset_filter_lambda[] = {
    ARGUMENT(datasets_dataset_filter_lambda, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_filter_lambda, function, "function", lambda),
};

static const struct wd_abi_part args_datasets_dataset_flat_map[] = {
    ARGUMENT(datasets_dataset_flat_map, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_flat_map, function, "function", lambda),
};

static const struct wd_abi_part args_datasets_dataset_map_partitions[] = {
    ARGUMENT(datasets_dataset_map_partitions, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_map_partitions, function, "function", lambda),
};

static const struct wd_abi_part args_datasets_dataset_group_by[] = {
    ARGUMENT(datasets_dataset_group_by, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_group_by, keys, "keys", list_string),
};

static const struct wd_abi_part args_datasets_dataset_grouping_sets[] = {
    ARGUMENT(datasets_dataset_grouping_sets, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_grouping_sets, keys, "keys", list_string),
    ARGUMENT(datasets_dataset_grouping_sets, sets, "sets", list_list_u32),
};

static const struct wd_abi_part args_datasets_dataset_rollup[] = {
    ARGUMENT(datasets_dataset_rollup, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_rollup, keys, "keys", list_string),
};

static const struct wd_abi_part args_datasets_dataset_cube[] = {
    ARGUMENT(datasets_dataset_cube, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_cube, keys, "keys", list_string),
};

static const struct wd_abi_part args_datasets_dataset_reduce[] = {
    ARGUMENT(datasets_dataset_reduce, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_reduce, function, "function", lambda),
};

static const struct wd_abi_part args_datasets_dataset_aggregate[] = {
    ARGUMENT(datasets_dataset_aggregate, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_aggregate, measures, "measures",
             list_datasets_measure),
};

static const struct wd_abi_part args_datasets_dataset_with_watermark[] = {
    ARGUMENT(datasets_dataset_with_watermark, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_with_watermark, column, "column", string),
    ARGUMENT(datasets_dataset_with_watermark, delay_ms, "delay-ms", u64),
};

static const struct wd_abi_part args_datasets_dataset_collect[] = {
    ARGUMENT(datasets_dataset_collect, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_collect, options, "options",
             list_tuple_string_string),
};

static const struct wd_abi_part args_datasets_dataset_show[] = {
    ARGUMENT(datasets_dataset_show, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_show, options, "options",
             list_tuple_string_string),
};

static const struct wd_abi_part args_datasets_dataset_count[] = {
    ARGUMENT(datasets_dataset_count, self, "self", borrow_dataset),
};

static const struct wd_abi_part args_datasets_dataset_first[] = {
    ARGUMENT(datasets_dataset_first, self, "self", borrow_dataset),
};

static const struct wd_abi_part args_datasets_dataset_for_each_partition[] = {
    ARGUMENT(datasets_dataset_for_each_partition, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_for_each_partition, function, "function", lambda),
};

static const struct wd_abi_part args_datasets_dataset_write[] = {
    ARGUMENT(datasets_dataset_write, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_write, sink, "sink", string),
    ARGUMENT(datasets_dataset_write, mode, "mode", datasets_write_mode),
    ARGUMENT(datasets_dataset_write, partition_by, "partition-by", list_string),
    ARGUMENT(datasets_dataset_write, options, "options",
             list_tuple_string_string),
};

static const struct wd_abi_part args_datasets_dataset_temp_table[] = {
    ARGUMENT(datasets_dataset_temp_table, self, "self", borrow_dataset),
    ARGUMENT(datasets_dataset_temp_table, name, "name", string),
    ARGUMENT(datasets_dataset_temp_table, mode, "mode", datasets_write_mode),
};

static const struct wd_abi_part args_datasets_grouped_aggregate[] = {
    ARGUMENT(datasets_grouped_aggregate, self, "self", borrow_grouped),
    ARGUMENT(datasets_grouped_aggregate, measures, "measures",
             list_datasets_measure),
};

static const struct wd_abi_part args_datasets_grouped_reduce[] = {
    ARGUMENT(datasets_grouped_reduce, self, "self", borrow_grouped),
    ARGUMENT(datasets_grouped_reduce, function, "function", lambda),
};

static const struct wd_abi_part args_datasets_grouped_map_groups[] = {
    ARGUMENT(datasets_grouped_map_groups, self, "self", borrow_grouped),
    ARGUMENT(datasets_grouped_map_groups, function, "function", lambda),
};

static const struct wd_abi_part args_datasets_grouped_co_map_groups[] = {
    ARGUMENT(datasets_grouped_co_map_groups, self, "self", borrow_grouped),
    ARGUMENT(datasets_grouped_co_map_groups, other, "other", borrow_grouped),
    ARGUMENT(datasets_grouped_co_map_groups, function, "function", lambda),
};

static const struct wd_abi_part args_datasets_grouped_pivot[] = {
    ARGUMENT(datasets_grouped_pivot, self, "self", borrow_grouped),
    ARGUMENT(datasets_grouped_pivot, expression, "expression", string),
    ARGUMENT(datasets_grouped_pivot, values, "values", list_string),
};

static const struct wd_abi_part args_datasets_dataset_drop[] = {
    ARGUMENT(datasets_dataset_drop, self, "self", own_dataset),
};

static const struct wd_abi_part args_datasets_grouped_drop[] = {
    ARGUMENT(datasets_grouped_drop, self, "self", own_grouped),
};

static const struct wd_abi_part args_functions_register_scalar[] = {
    ARGUMENT(functions_register_scalar, name, "name", string),
    ARGUMENT(functions_register_scalar, function, "function", lambda),
    ARGUMENT(functions_register_scalar, signature, "signature",
             functions_signature),
};

static const struct wd_abi_part args_functions_register_table[] = {
    ARGUMENT(functions_register_table, name, "name", string),
    ARGUMENT(functions_register_table, function, "function", lambda),
    ARGUMENT(functions_register_table, signature, "signature",
             functions_signature),
};

static const struct wd_abi_part args_functions_register_aggregate[] = {
    ARGUMENT(functions_register_aggregate, name, "name", string),
    ARGUMENT(functions_register_aggregate, function, "function", lambda),
    ARGUMENT(functions_register_aggregate, signature, "signature",
             functions_signature),
};

static const struct wd_abi_part args_functions_register_type[] = {
    ARGUMENT(functions_register_type, name, "name", string),
    ARGUMENT(functions_register_type, storage, "storage", schema),
    ARGUMENT(functions_register_type, operations, "operations", option_lambda),
};

static const struct wd_abi_part args_context_fail[] = {
    ARGUMENT(context_fail, message, "message", string),
};

static const struct wd_abi_part args_context_log[] = {
    ARGUMENT(context_log, level, "level", context_level),
    ARGUMENT(context_log, message, "message", string),
};

static const struct wd_abi_part args_context_count[] = {
    ARGUMENT(context_count, name, "name", string),
    ARGUMENT(context_count, delta, "delta", u64),
};

static const struct wd_abi_part args_lambdas_bind[] = {
    ARGUMENT(lambdas_bind, function, "function", lambda),
    ARGUMENT(lambdas_bind, role, "role", lambdas_role),
    ARGUMENT(lambdas_bind, input, "input", schema),
    ARGUMENT(lambdas_bind, keys, "keys", list_u32),
    ARGUMENT(lambdas_bind, constants, "constants", list_lambdas_constant),
};

static const struct wd_abi_part args_lambdas_map[] = {
    ARGUMENT(lambdas_map, handle, "handle", u32),
    ARGUMENT(lambdas_map, input, "input", batch),
};

static const struct wd_abi_part args_lambdas_flat_map[] = {
    ARGUMENT(lambdas_flat_map, handle, "handle", u32),
    ARGUMENT(lambdas_flat_map, input, "input", batch),
};

static const struct wd_abi_part args_lambdas_flat_map_next[] = {
    ARGUMENT(lambdas_flat_map_next, handle, "handle", u32),
};

static const struct wd_abi_part args_lambdas_update[] = {
    ARGUMENT(lambdas_update, handle, "handle", u32),
    ARGUMENT(lambdas_update, states, "states", batch),
    ARGUMENT(lambdas_update, groups, "groups", list_u32),
    ARGUMENT(lambdas_update, input, "input", batch),
};

static const struct wd_abi_part args_lambdas_combine[] = {
    ARGUMENT(lambdas_combine, handle, "handle", u32),
    ARGUMENT(lambdas_combine, left, "left", batch),
    ARGUMENT(lambdas_combine, right, "right", batch),
};

static const struct wd_abi_part args_lambdas_finish[] = {
    ARGUMENT(lambdas_finish, handle, "handle", u32),
    ARGUMENT(lambdas_finish, states, "states", batch),
};

static const struct wd_abi_part args_lambdas_open_partition[] = {
    ARGUMENT(lambdas_open_partition, handle, "handle", u32),
    ARGUMENT(lambdas_open_partition, index, "index", u32),
};

static const struct wd_abi_part args_lambdas_push_partition[] = {
    ARGUMENT(lambdas_push_partition, cursor, "cursor", u32),
    ARGUMENT(lambdas_push_partition, input, "input", option_batch),
};

static const struct wd_abi_part args_lambdas_next_partition[] = {
    ARGUMENT(lambdas_next_partition, cursor, "cursor", u32),
};

static const struct wd_abi_part args_lambdas_close_partition[] = {
    ARGUMENT(lambdas_close_partition, cursor, "cursor", u32),
};

static const struct wd_abi_part args_co_groups_bind_co_group[] = {
    ARGUMENT(co_groups_bind_co_group, function, "function", lambda),
    ARGUMENT(co_groups_bind_co_group, left, "left", schema),
    ARGUMENT(co_groups_bind_co_group, left_keys, "left-keys", list_u32),
    ARGUMENT(co_groups_bind_co_group, right, "right", schema),
    ARGUMENT(co_groups_bind_co_group, right_keys, "right-keys", list_u32),
};

static const struct wd_abi_part args_co_groups_open_co_group[] = {
    ARGUMENT(co_groups_open_co_group, handle, "handle", u32),
};

static const struct wd_abi_part args_co_groups_push_left[] = {
    ARGUMENT(co_groups_push_left, cursor, "cursor", u32),
    ARGUMENT(co_groups_push_left, input, "input", option_batch),
};

static const struct wd_abi_part args_co_groups_push_right[] = {
    ARGUMENT(co_groups_push_right, cursor, "cursor", u32),
    ARGUMENT(co_groups_push_right, input, "input", option_batch),
};

static const struct wd_abi_part args_co_groups_next_co_group[] = {
    ARGUMENT(co_groups_next_co_group, cursor, "cursor", u32),
};

static const struct wd_abi_part args_co_groups_close_co_group[] = {
    ARGUMENT(co_groups_close_co_group, cursor, "cursor", u32),
};

static const struct wd_abi_part args_tables_bind_table[] = {
    ARGUMENT(tables_bind_table, function, "function", lambda),
    ARGUMENT(tables_bind_table, role, "role", tables_table_role),
    ARGUMENT(tables_bind_table, arguments, "arguments", schema),
    ARGUMENT(tables_bind_table, constants, "constants", list_lambdas_constant),
    ARGUMENT(tables_bind_table, partitions, "partitions", u32),
};

static const struct wd_abi_part args_tables_open_scan[] = {
    ARGUMENT(tables_open_scan, handle, "handle", u32),
    ARGUMENT(tables_open_scan, partition, "partition", u32),
    ARGUMENT(tables_open_scan, columns, "columns", list_u32),
};

static const struct wd_abi_part args_tables_next_scan[] = {
    ARGUMENT(tables_next_scan, cursor, "cursor", u32),
};

static const struct wd_abi_part args_tables_close_scan[] = {
    ARGUMENT(tables_close_scan, cursor, "cursor", u32),
};

static const struct wd_abi_part args_tables_call_rows[] = {
    ARGUMENT(tables_call_rows, handle, "handle", u32),
    ARGUMENT(tables_call_rows, arguments, "arguments", batch),
};

static const struct wd_abi_part args_tables_next_rows[] = {
    ARGUMENT(tables_next_rows, handle, "handle", u32),
};

static const struct wd_abi_part args_type_operations_to_text[] = {
    ARGUMENT(type_operations_to_text, operations, "operations", lambda),
    ARGUMENT(type_operations_to_text, values, "values", batch),
};

static const struct wd_abi_part args_type_operations_from_text[] = {
    ARGUMENT(type_operations_from_text, operations, "operations", lambda),
    ARGUMENT(type_operations_from_text, values, "values", batch),
};

static const struct wd_abi_part args_type_operations_sort_keys[] = {
    ARGUMENT(type_operations_sort_keys, operations, "operations", lambda),
    ARGUMENT(type_operations_sort_keys, values, "values", batch),
};

static const struct wd_abi_part args_checkpoints_save_partition[] = {
    ARGUMENT(checkpoints_save_partition, cursor, "cursor", u32),
};

static const struct wd_abi_part args_checkpoints_restore_partition[] = {
    ARGUMENT(checkpoints_restore_partition, handle, "handle", u32),
    ARGUMENT(checkpoints_restore_partition, state, "state", buffer),
};

static const struct wd_abi_part args_checkpoints_next_timer[] = {
    ARGUMENT(checkpoints_next_timer, cursor, "cursor", u32),
};

static const struct wd_abi_part args_checkpoints_fire_timer[] = {
    ARGUMENT(checkpoints_fire_timer, cursor, "cursor", u32),
    ARGUMENT(checkpoints_fire_timer, watermark_ms, "watermark-ms", s64),
};

#define CALL_ARGS_OUT(name)                                                    \
  static enum wd_status call_##name(                                           \
      const struct wd_abi_handlers *handlers, struct wd_abi_call *call,        \
      const void *args, void *out, struct wd_error *error)                     \
  {                                                                            \
    if (!handlers->name)                                                       \
      return wd_abi_missing(call, error);                                      \
    return handlers->name(call, args, out, error);                             \
  }

#define CALL_ARGS(name)                                                        \
  static enum wd_status call_##name(                                           \
      const struct wd_abi_handlers *handlers, struct wd_abi_call *call,        \
      const void *args, void *out, struct wd_error *error)                     \
  {                                                                            \
    (void)out;                                                                 \
    if (!handlers->name)                                                       \
      return wd_abi_missing(call, error);                                      \
    return handlers->name(call, args, error);                                  \
  }

#define CALL_OUT(name)                                                         \
  static enum wd_status call_##name(                                           \
      const struct wd_abi_handlers *handlers, struct wd_abi_call *call,        \
      const void *args, void *out, struct wd_error *error)                     \
  {                                                                            \
    (void)args;                                                                \
    if (!handlers->name)                                                       \
      return wd_abi_missing(call, error);                                      \
    return handlers->name(call, out, error);                                   \
  }

CALL_ARGS_OUT(jobs_job_schema)
CALL_ARGS_OUT(jobs_job_progress)
CALL_ARGS_OUT(jobs_job_figures)
CALL_ARGS_OUT(jobs_job_next_batch)
CALL_ARGS_OUT(jobs_job_wait)
CALL_ARGS(jobs_job_cancel)
CALL_ARGS(jobs_job_drop)
CALL_ARGS_OUT(datasets_read)
CALL_ARGS_OUT(datasets_create)
CALL_ARGS_OUT(datasets_range)
CALL_ARGS_OUT(datasets_generate)
CALL_ARGS_OUT(datasets_from_plan)
CALL_ARGS_OUT(datasets_sql)
CALL_ARGS_OUT(datasets_dataset_schema)
CALL_ARGS_OUT(datasets_dataset_to_plan)
CALL_ARGS_OUT(datasets_dataset_explain)
CALL_ARGS_OUT(datasets_dataset_with_parameters)
CALL_ARGS_OUT(datasets_dataset_select)
CALL_ARGS_OUT(datasets_dataset_with_column)
CALL_ARGS_OUT(datasets_dataset_drop_columns)
CALL_ARGS_OUT(datasets_dataset_rename)
CALL_ARGS_OUT(datasets_dataset_filter)
CALL_ARGS_OUT(datasets_dataset_distinct)
CALL_ARGS_OUT(datasets_dataset_sort)
CALL_ARGS_OUT(datasets_dataset_sort_within_partitions)
CALL_ARGS_OUT(datasets_dataset_limit)
CALL_ARGS_OUT(datasets_dataset_sample)
CALL_ARGS_OUT(datasets_dataset_join)
CALL_ARGS_OUT(datasets_dataset_set_operation)
CALL_ARGS_OUT(datasets_dataset_repartition)
CALL_ARGS_OUT(datasets_dataset_cache)
CALL_ARGS_OUT(datasets_dataset_with_row_index)
CALL_ARGS_OUT(datasets_dataset_explode)
CALL_ARGS_OUT(datasets_dataset_unpivot)
CALL_ARGS_OUT(datasets_dataset_describe)
CALL_ARGS_OUT(datasets_dataset_zip_with)
CALL_ARGS_OUT(datasets_dataset_map)
CALL_ARGS_OUT(datasets_dataset_filter_lambda)
CALL_ARGS_OUT(datasets_dataset_flat_map)
CALL_ARGS_OUT(datasets_dataset_map_partitions)
CALL_ARGS_OUT(datasets_dataset_group_by)
CALL_ARGS_OUT(datasets_dataset_grouping_sets)
CALL_ARGS_OUT(datasets_dataset_rollup)
CALL_ARGS_OUT(datasets_dataset_cube)
CALL_ARGS_OUT(datasets_dataset_reduce)
CALL_ARGS_OUT(datasets_dataset_aggregate)
CALL_ARGS_OUT(datasets_dataset_with_watermark)
CALL_ARGS_OUT(datasets_dataset_collect)
CALL_ARGS_OUT(datasets_dataset_show)
CALL_ARGS_OUT(datasets_dataset_count)
CALL_ARGS_OUT(datasets_dataset_first)
CALL_ARGS_OUT(datasets_dataset_for_each_partition)
CALL_ARGS_OUT(datasets_dataset_write)
CALL_ARGS_OUT(datasets_dataset_temp_table)
CALL_ARGS_OUT(datasets_grouped_aggregate)
CALL_ARGS_OUT(datasets_grouped_reduce)
CALL_ARGS_OUT(datasets_grouped_map_groups)
CALL_ARGS_OUT(datasets_grouped_co_map_groups)
CALL_ARGS_OUT(datasets_grouped_pivot)
CALL_ARGS(datasets_dataset_drop)
CALL_ARGS(datasets_grouped_drop)
CALL_ARGS(functions_register_scalar)
CALL_ARGS(functions_register_table)
CALL_ARGS(functions_register_aggregate)
CALL_ARGS(functions_register_type)
CALL_ARGS(context_fail)
CALL_ARGS(context_log)
CALL_ARGS(context_count)
CALL_OUT(context_job_id)
CALL_OUT(context_partition)
CALL_OUT(context_partitions)
CALL_OUT(context_attempt)

const struct wd_abi_function wd_abi_imports[WD_ABI_IMPORT_COUNT] = {
    {IMPORT("jobs", "[method]job.schema", "jobs.job.schema", jobs_job_schema),
     CORE("ii", ""), ARGUMENTS(jobs_job_schema), RESULT(schema), FALLIBLE,
     AREA(24, 4, 4)},
    {IMPORT("jobs", "[method]job.progress", "jobs.job.progress",
            jobs_job_progress),
     CORE("ii", ""), ARGUMENTS(jobs_job_progress), RESULT(jobs_progress),
     AREA(48, 8, 0)},
    {IMPORT("jobs", "[method]job.figures", "jobs.job.figures",
            jobs_job_figures),
     CORE("ii", ""), ARGUMENTS(jobs_job_figures), RESULT(list_jobs_figure),
     AREA(8, 4, 0)},
    {IMPORT("jobs", "[method]job.next-batch", "jobs.job.next-batch",
            jobs_job_next_batch),
     CORE("ii", ""), ARGUMENTS(jobs_job_next_batch), RESULT(option_batch),
     FALLIBLE, AREA(28, 4, 4)},
    {IMPORT("jobs", "[method]job.wait", "jobs.job.wait", jobs_job_wait),
     CORE("iili", ""), ARGUMENTS(jobs_job_wait), RESULT(jobs_progress),
     FALLIBLE, AREA(56, 8, 8)},
    {IMPORT("jobs", "[method]job.cancel", "jobs.job.cancel", jobs_job_cancel),
     CORE("i", ""), ARGUMENTS(jobs_job_cancel)},
    {IMPORT("jobs", "[resource-drop]job", "jobs.job (drop)", jobs_job_drop),
     CORE("i", ""), ARGUMENTS(jobs_job_drop)},
    {IMPORT("datasets", "read", "datasets.read", datasets_read),
     CORE("iiiii", ""), ARGUMENTS(datasets_read), RESULT(own_dataset), FALLIBLE,
     AREA(24, 4, 4)},
    {IMPORT("datasets", "create", "datasets.create", datasets_create),
     CORE("iiiii", ""), ARGUMENTS(datasets_create), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "range", "datasets.range", datasets_range),
     CORE("llli", ""), ARGUMENTS(datasets_range), RESULT(own_dataset), FALLIBLE,
     AREA(24, 4, 4)},
    {IMPORT("datasets", "generate", "datasets.generate", datasets_generate),
     CORE("iiiiiiiiiiii", ""), ARGUMENTS(datasets_generate),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "from-plan", "datasets.from-plan", datasets_from_plan),
     CORE("iiiii", ""), ARGUMENTS(datasets_from_plan), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "sql", "datasets.sql", datasets_sql),
     CORE("iiiiiiiiiiiiiii", ""), ARGUMENTS(datasets_sql), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.schema", "datasets.dataset.schema",
            datasets_dataset_schema),
     CORE("ii", ""), ARGUMENTS(datasets_dataset_schema), RESULT(schema),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.to-plan", "datasets.dataset.to-plan",
            datasets_dataset_to_plan),
     CORE("ii", ""), ARGUMENTS(datasets_dataset_to_plan), RESULT(list_u8),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.explain", "datasets.dataset.explain",
            datasets_dataset_explain),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_explain), RESULT(string),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.with-parameters",
            "datasets.dataset.with-parameters",
            datasets_dataset_with_parameters),
     CORE("iiiiiiiii", ""), ARGUMENTS(datasets_dataset_with_parameters),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.select", "datasets.dataset.select",
            datasets_dataset_select),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_select), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.with-column",
            "datasets.dataset.with-column", datasets_dataset_with_column),
     CORE("iiiiii", ""), ARGUMENTS(datasets_dataset_with_column),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.drop-columns",
            "datasets.dataset.drop-columns", datasets_dataset_drop_columns),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_drop_columns),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.rename", "datasets.dataset.rename",
            datasets_dataset_rename),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_rename), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.filter", "datasets.dataset.filter",
            datasets_dataset_filter),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_filter), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.distinct", "datasets.dataset.distinct",
            datasets_dataset_distinct),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_distinct),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.sort", "datasets.dataset.sort",
            datasets_dataset_sort),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_sort), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.sort-within-partitions",
            "datasets.dataset.sort-within-partitions",
            datasets_dataset_sort_within_partitions),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_sort_within_partitions),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.limit", "datasets.dataset.limit",
            datasets_dataset_limit),
     CORE("illi", ""), ARGUMENTS(datasets_dataset_limit), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.sample", "datasets.dataset.sample",
            datasets_dataset_sample),
     CORE("idili", ""), ARGUMENTS(datasets_dataset_sample), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.join", "datasets.dataset.join",
            datasets_dataset_join),
     CORE("iiiiiii", ""), ARGUMENTS(datasets_dataset_join), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.set-operation",
            "datasets.dataset.set-operation", datasets_dataset_set_operation),
     CORE("iiiii", ""), ARGUMENTS(datasets_dataset_set_operation),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.repartition",
            "datasets.dataset.repartition", datasets_dataset_repartition),
     CORE("iiiii", ""), ARGUMENTS(datasets_dataset_repartition),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.cache", "datasets.dataset.cache",
            datasets_dataset_cache),
     CORE("iii", ""), ARGUMENTS(datasets_dataset_cache), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.with-row-index",
            "datasets.dataset.with-row-index", datasets_dataset_with_row_index),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_with_row_index),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.explode", "datasets.dataset.explode",
            datasets_dataset_explode),
     CORE("iiiiiii", ""), ARGUMENTS(datasets_dataset_explode),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.unpivot", "datasets.dataset.unpivot",
            datasets_dataset_unpivot),
     CORE("iiiiiiii", ""), ARGUMENTS(datasets_dataset_unpivot),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.describe", "datasets.dataset.describe",
            datasets_dataset_describe),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_describe),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.zip-with", "datasets.dataset.zip-with",
            datasets_dataset_zip_with),
     CORE("iii", ""), ARGUMENTS(datasets_dataset_zip_with), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.map", "datasets.dataset.map",
            datasets_dataset_map),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_map), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.filter-lambda",
            "datasets.dataset.filter-lambda", datasets_dataset_filter_lambda),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_filter_lambda),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.flat-map", "datasets.dataset.flat-map",
            datasets_dataset_flat_map),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_flat_map),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.map-partitions",
            "datasets.dataset.map-partitions", datasets_dataset_map_partitions),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_map_partitions),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.group-by", "datasets.dataset.group-by",
            datasets_dataset_group_by),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_group_by),
     RESULT(own_grouped), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.grouping-sets",
            "datasets.dataset.grouping-sets", datasets_dataset_grouping_sets),
     CORE("iiiiii", ""), ARGUMENTS(datasets_dataset_grouping_sets),
     RESULT(own_grouped), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.rollup", "datasets.dataset.rollup",
            datasets_dataset_rollup),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_rollup), RESULT(own_grouped),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.cube", "datasets.dataset.cube",
            datasets_dataset_cube),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_cube), RESULT(own_grouped),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.reduce", "datasets.dataset.reduce",
            datasets_dataset_reduce),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_reduce), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.aggregate",
            "datasets.dataset.aggregate", datasets_dataset_aggregate),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_aggregate),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.with-watermark",
            "datasets.dataset.with-watermark", datasets_dataset_with_watermark),
     CORE("iiili", ""), ARGUMENTS(datasets_dataset_with_watermark),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.collect", "datasets.dataset.collect",
            datasets_dataset_collect),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_collect), RESULT(own_job),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.show", "datasets.dataset.show",
            datasets_dataset_show),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_show), RESULT(own_job),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.count", "datasets.dataset.count",
            datasets_dataset_count),
     CORE("ii", ""), ARGUMENTS(datasets_dataset_count), RESULT(u64), FALLIBLE,
     AREA(32, 8, 8)},
    {IMPORT("datasets", "[method]dataset.first", "datasets.dataset.first",
            datasets_dataset_first),
     CORE("ii", ""), ARGUMENTS(datasets_dataset_first), RESULT(option_batch),
     FALLIBLE, AREA(28, 4, 4)},
    {IMPORT("datasets", "[method]dataset.for-each-partition",
            "datasets.dataset.for-each-partition",
            datasets_dataset_for_each_partition),
     CORE("iiii", ""), ARGUMENTS(datasets_dataset_for_each_partition),
     RESULT(own_job), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.write", "datasets.dataset.write",
            datasets_dataset_write),
     CORE("iiiiiiiii", ""), ARGUMENTS(datasets_dataset_write), RESULT(own_job),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]dataset.temp-table",
            "datasets.dataset.temp-table", datasets_dataset_temp_table),
     CORE("iiiii", ""), ARGUMENTS(datasets_dataset_temp_table), RESULT(own_job),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]grouped.aggregate",
            "datasets.grouped.aggregate", datasets_grouped_aggregate),
     CORE("iiii", ""), ARGUMENTS(datasets_grouped_aggregate),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]grouped.reduce", "datasets.grouped.reduce",
            datasets_grouped_reduce),
     CORE("iiii", ""), ARGUMENTS(datasets_grouped_reduce), RESULT(own_dataset),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]grouped.map-groups",
            "datasets.grouped.map-groups", datasets_grouped_map_groups),
     CORE("iiii", ""), ARGUMENTS(datasets_grouped_map_groups),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]grouped.co-map-groups",
            "datasets.grouped.co-map-groups", datasets_grouped_co_map_groups),
     CORE("iiiii", ""), ARGUMENTS(datasets_grouped_co_map_groups),
     RESULT(own_dataset), FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[method]grouped.pivot", "datasets.grouped.pivot",
            datasets_grouped_pivot),
     CORE("iiiiii", ""), ARGUMENTS(datasets_grouped_pivot), RESULT(own_grouped),
     FALLIBLE, AREA(24, 4, 4)},
    {IMPORT("datasets", "[resource-drop]dataset", "datasets.dataset (drop)",
            datasets_dataset_drop),
     CORE("i", ""), ARGUMENTS(datasets_dataset_drop)},
    {IMPORT("datasets", "[resource-drop]grouped", "datasets.grouped (drop)",
            datasets_grouped_drop),
     CORE("i", ""), ARGUMENTS(datasets_grouped_drop)},
    {IMPORT("functions", "register-scalar", "functions.register-scalar",
            functions_register_scalar),
     CORE("iiiiiiiiiii", ""), ARGUMENTS(functions_register_scalar), FALLIBLE,
     AREA(24, 4, 4)},
    {IMPORT("functions", "register-table", "functions.register-table",
            functions_register_table),
     CORE("iiiiiiiiiii", ""), ARGUMENTS(functions_register_table), FALLIBLE,
     AREA(24, 4, 4)},
    {IMPORT("functions", "register-aggregate", "functions.register-aggregate",
            functions_register_aggregate),
     CORE("iiiiiiiiiii", ""), ARGUMENTS(functions_register_aggregate), FALLIBLE,
     AREA(24, 4, 4)},
    {IMPORT("functions", "register-type", "functions.register-type",
            functions_register_type),
     CORE("iiiiiiii", ""), ARGUMENTS(functions_register_type), FALLIBLE,
     AREA(24, 4, 4)},
    {IMPORT("context", "fail", "context.fail", context_fail), CORE("ii", ""),
     ARGUMENTS(context_fail)},
    {IMPORT("context", "log", "context.log", context_log), CORE("iii", ""),
     ARGUMENTS(context_log)},
    {IMPORT("context", "count", "context.count", context_count),
     CORE("iil", ""), ARGUMENTS(context_count)},
    {IMPORT("context", "job-id", "context.job-id", context_job_id),
     CORE("", "l"), RESULT(u64)},
    {IMPORT("context", "partition", "context.partition", context_partition),
     CORE("", "i"), RESULT(u32)},
    {IMPORT("context", "partitions", "context.partitions", context_partitions),
     CORE("", "i"), RESULT(u32)},
    {IMPORT("context", "attempt", "context.attempt", context_attempt),
     CORE("", "i"), RESULT(u32)},
};

const struct wd_abi_function wd_abi_exports[WD_ABI_EXPORT_COUNT] = {
    {EXPORT("lambdas", "bind", "lambdas.bind", "program"),
     CORE("iiiiiiiii", "i"), ARGUMENTS(lambdas_bind), RESULT(lambdas_binding),
     FALLIBLE, AREA(32, 4, 4), POST("lambdas", "bind")},
    {EXPORT("lambdas", "map", "lambdas.map", "program"), CORE("iiiiii", "i"),
     ARGUMENTS(lambdas_map), RESULT(batch), FALLIBLE, AREA(24, 4, 4),
     POST("lambdas", "map")},
    {EXPORT("lambdas", "flat-map", "lambdas.flat-map", "program"),
     CORE("iiiiii", "i"), ARGUMENTS(lambdas_flat_map), RESULT(lambdas_expanded),
     FALLIBLE, AREA(28, 4, 4), POST("lambdas", "flat-map")},
    {EXPORT("lambdas", "flat-map-next", "lambdas.flat-map-next", "program"),
     CORE("i", "i"), ARGUMENTS(lambdas_flat_map_next), RESULT(lambdas_expanded),
     FALLIBLE, AREA(28, 4, 4), POST("lambdas", "flat-map-next")},
    {EXPORT("lambdas", "update", "lambdas.update", "program"),
     CORE("iiiiiiiiiiiii", "i"), ARGUMENTS(lambdas_update), RESULT(batch),
     FALLIBLE, AREA(24, 4, 4), POST("lambdas", "update")},
    {EXPORT("lambdas", "combine", "lambdas.combine", "program"),
     CORE("iiiiiiiiiii", "i"), ARGUMENTS(lambdas_combine), RESULT(batch),
     FALLIBLE, AREA(24, 4, 4), POST("lambdas", "combine")},
    {EXPORT("lambdas", "finish", "lambdas.finish", "program"),
     CORE("iiiiii", "i"), ARGUMENTS(lambdas_finish), RESULT(batch), FALLIBLE,
     AREA(24, 4, 4), POST("lambdas", "finish")},
    {EXPORT("lambdas", "open-partition", "lambdas.open-partition", "program"),
     CORE("ii", "i"), ARGUMENTS(lambdas_open_partition), RESULT(u32), FALLIBLE,
     AREA(24, 4, 4), POST("lambdas", "open-partition")},
    {EXPORT("lambdas", "push-partition", "lambdas.push-partition", "program"),
     CORE("iiiiiii", "i"), ARGUMENTS(lambdas_push_partition), FALLIBLE,
     AREA(24, 4, 4), POST("lambdas", "push-partition")},
    {EXPORT("lambdas", "next-partition", "lambdas.next-partition", "program"),
     CORE("i", "i"), ARGUMENTS(lambdas_next_partition), RESULT(option_batch),
     FALLIBLE, AREA(28, 4, 4), POST("lambdas", "next-partition")},
    {EXPORT("lambdas", "close-partition", "lambdas.close-partition", "program"),
     CORE("i", "i"), ARGUMENTS(lambdas_close_partition), FALLIBLE,
     AREA(24, 4, 4), POST("lambdas", "close-partition")},
    {EXPORT("co-groups", "bind-co-group", "co-groups.bind-co-group",
            "program-co-groups"),
     CORE("iiiiiiiiii", "i"), ARGUMENTS(co_groups_bind_co_group),
     RESULT(lambdas_binding), FALLIBLE, AREA(32, 4, 4),
     POST("co-groups", "bind-co-group")},
    {EXPORT("co-groups", "open-co-group", "co-groups.open-co-group",
            "program-co-groups"),
     CORE("i", "i"), ARGUMENTS(co_groups_open_co_group), RESULT(u32), FALLIBLE,
     AREA(24, 4, 4), POST("co-groups", "open-co-group")},
    {EXPORT("co-groups", "push-left", "co-groups.push-left",
            "program-co-groups"),
     CORE("iiiiiii", "i"), ARGUMENTS(co_groups_push_left), FALLIBLE,
     AREA(24, 4, 4), POST("co-groups", "push-left")},
    {EXPORT("co-groups", "push-right", "co-groups.push-right",
            "program-co-groups"),
     CORE("iiiiiii", "i"), ARGUMENTS(co_groups_push_right), FALLIBLE,
     AREA(24, 4, 4), POST("co-groups", "push-right")},
    {EXPORT("co-groups", "next-co-group", "co-groups.next-co-group",
            "program-co-groups"),
     CORE("i", "i"), ARGUMENTS(co_groups_next_co_group), RESULT(option_batch),
     FALLIBLE, AREA(28, 4, 4), POST("co-groups", "next-co-group")},
    {EXPORT("co-groups", "close-co-group", "co-groups.close-co-group",
            "program-co-groups"),
     CORE("i", "i"), ARGUMENTS(co_groups_close_co_group), FALLIBLE,
     AREA(24, 4, 4), POST("co-groups", "close-co-group")},
    {EXPORT("tables", "bind-table", "tables.bind-table", "program-tables"),
     CORE("iiiiiiii", "i"), ARGUMENTS(tables_bind_table),
     RESULT(tables_table_binding), FALLIBLE, AREA(32, 8, 8),
     POST("tables", "bind-table")},
    {EXPORT("tables", "open-scan", "tables.open-scan", "program-tables"),
     CORE("iiii", "i"), ARGUMENTS(tables_open_scan), RESULT(u32), FALLIBLE,
     AREA(24, 4, 4), POST("tables", "open-scan")},
    {EXPORT("tables", "next-scan", "tables.next-scan", "program-tables"),
     CORE("i", "i"), ARGUMENTS(tables_next_scan), RESULT(option_batch),
     FALLIBLE, AREA(28, 4, 4), POST("tables", "next-scan")},
    {EXPORT("tables", "close-scan", "tables.close-scan", "program-tables"),
     CORE("i", "i"), ARGUMENTS(tables_close_scan), FALLIBLE, AREA(24, 4, 4),
     POST("tables", "close-scan")},
    {EXPORT("tables", "call-rows", "tables.call-rows", "program-tables"),
     CORE("iiiiii", "i"), ARGUMENTS(tables_call_rows),
     RESULT(tables_lateral_rows), FALLIBLE, AREA(36, 4, 4),
     POST("tables", "call-rows")},
    {EXPORT("tables", "next-rows", "tables.next-rows", "program-tables"),
     CORE("i", "i"), ARGUMENTS(tables_next_rows), RESULT(tables_lateral_rows),
     FALLIBLE, AREA(36, 4, 4), POST("tables", "next-rows")},
    {EXPORT("type-operations", "to-text", "type-operations.to-text",
            "program-types"),
     CORE("iiiiiii", "i"), ARGUMENTS(type_operations_to_text), RESULT(batch),
     FALLIBLE, AREA(24, 4, 4), POST("type-operations", "to-text")},
    {EXPORT("type-operations", "from-text", "type-operations.from-text",
            "program-types"),
     CORE("iiiiiii", "i"), ARGUMENTS(type_operations_from_text), RESULT(batch),
     FALLIBLE, AREA(24, 4, 4), POST("type-operations", "from-text")},
    {EXPORT("type-operations", "sort-keys", "type-operations.sort-keys",
            "program-types"),
     CORE("iiiiiii", "i"), ARGUMENTS(type_operations_sort_keys), RESULT(batch),
     FALLIBLE, AREA(24, 4, 4), POST("type-operations", "sort-keys")},
    {EXPORT("checkpoints", "save-partition", "checkpoints.save-partition",
            "program-checkpoints"),
     CORE("i", "i"), ARGUMENTS(checkpoints_save_partition), RESULT(buffer),
     FALLIBLE, AREA(24, 4, 4), POST("checkpoints", "save-partition")},
    {EXPORT("checkpoints", "restore-partition", "checkpoints.restore-partition",
            "program-checkpoints"),
     CORE("iii", "i"), ARGUMENTS(checkpoints_restore_partition), RESULT(u32),
     FALLIBLE, AREA(24, 4, 4), POST("checkpoints", "restore-partition")},
    {EXPORT("checkpoints", "next-timer", "checkpoints.next-timer",
            "program-checkpoints"),
     CORE("i", "i"), ARGUMENTS(checkpoints_next_timer), RESULT(option_s64),
     FALLIBLE, AREA(32, 8, 8), POST("checkpoints", "next-timer")},
    {EXPORT("checkpoints", "fire-timer", "checkpoints.fire-timer",
            "program-checkpoints"),
     CORE("il", "i"), ARGUMENTS(checkpoints_fire_timer), FALLIBLE,
     AREA(24, 4, 4), POST("checkpoints", "fire-timer")},
};
