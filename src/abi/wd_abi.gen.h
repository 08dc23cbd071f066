/* Made by scripts/wit-generate from wit/; do not edit.
 *
 * Host forms of the contract's types, the arguments of its functions, and the
 * table of handlers. Lists and strings point to host memory. A handler fills
 * *out, whose lists must live until the call ends (call->arena). */

#ifndef WD_ABI_GEN_H
#define WD_ABI_GEN_H

#include "arrow/batch.h"
#include "arrow/fields.h"

struct wd_abi_call;

#define WD_ABI_PACKAGE "wasi:data"
#define WD_ABI_VERSION "0.1.0"
/* Of the texts: scripts/wit-generate --hash. */
#define WD_ABI_WIT_HASH                                                        \
  "cefd40523c4b37ddb10dd0b1a16eb7d02f91a1dbaaba88ad282f75e3273d0548"

enum wd_abi_resource {
  WD_ABI_RESOURCE_DATASET,
  WD_ABI_RESOURCE_GROUPED,
  WD_ABI_RESOURCE_JOB,
};

enum wd_abi_error_code {
  WD_ABI_ERROR_CODE_NOT_GRANTED,
  WD_ABI_ERROR_CODE_NOT_FOUND,
  WD_ABI_ERROR_CODE_INVALID_ARGUMENT,
  WD_ABI_ERROR_CODE_INVALID_PLAN,
  WD_ABI_ERROR_CODE_TYPE_MISMATCH,
  WD_ABI_ERROR_CODE_UNSUPPORTED,
  WD_ABI_ERROR_CODE_LIMIT_EXCEEDED,
  WD_ABI_ERROR_CODE_CANCELLED,
  WD_ABI_ERROR_CODE_LAMBDA_FAILED,
  WD_ABI_ERROR_CODE_ENGINE_FAILED,
  WD_ABI_ERROR_CODE_IO,
  WD_ABI_ERROR_CODE_INTERNAL,
};

struct wd_abi_error {
  enum wd_abi_error_code code;
  struct wd_text message;
  struct wd_text origin;
};

struct wd_abi_tuple_string_string {
  struct wd_text f0;
  struct wd_text f1;
};

struct wd_abi_list_tuple_string_string {
  const struct wd_abi_tuple_string_string *data;
  uint32_t length;
};

struct wd_abi_list_string {
  const struct wd_text *data;
  uint32_t length;
};

struct wd_abi_field {
  struct wd_text name;
  struct wd_text format;
  bool nullable;
  uint32_t children;
  struct wd_abi_list_tuple_string_string metadata;
  struct wd_abi_list_string dictionary;
};

struct wd_abi_list_field {
  const struct wd_abi_field *data;
  uint32_t length;
};

struct wd_abi_schema {
  struct wd_abi_list_field fields;
};

enum wd_abi_jobs_state {
  WD_ABI_JOBS_STATE_QUEUED,
  WD_ABI_JOBS_STATE_RUNNING,
  WD_ABI_JOBS_STATE_SUCCEEDED,
  WD_ABI_JOBS_STATE_FAILED,
  WD_ABI_JOBS_STATE_CANCELLED,
};

struct wd_abi_jobs_progress {
  enum wd_abi_jobs_state state;
  uint64_t rows_in;
  uint64_t rows_out;
  uint64_t bytes_in;
  uint64_t bytes_out;
  double fraction;
};

struct wd_abi_jobs_figure {
  struct wd_text stage;
  struct wd_text name;
  uint64_t value;
};

struct wd_abi_list_jobs_figure {
  const struct wd_abi_jobs_figure *data;
  uint32_t length;
};

struct wd_abi_list_node {
  const struct wd_node *data;
  uint32_t length;
};

struct wd_abi_list_buffer {
  const struct wd_span *data;
  uint32_t length;
};

struct wd_abi_batch {
  uint32_t rows;
  struct wd_abi_list_node nodes;
  struct wd_abi_list_buffer buffers;
};

struct wd_abi_option_batch {
  bool some;
  struct wd_abi_batch value;
};

struct wd_abi_option_u64 {
  bool some;
  uint64_t value;
};

struct wd_abi_list_batch {
  const struct wd_abi_batch *data;
  uint32_t length;
};

struct wd_abi_lambda {
  uint32_t function;
  uint32_t state;
};

struct wd_abi_parameters {
  struct wd_abi_schema schema;
  struct wd_abi_batch values;
};

struct wd_abi_option_parameters {
  bool some;
  struct wd_abi_parameters value;
};

struct wd_abi_list_u8 {
  const uint8_t *data;
  uint32_t length;
};

struct wd_abi_tuple_string_borrow_dataset {
  struct wd_text f0;
  uint32_t f1;
};

struct wd_abi_list_tuple_string_borrow_dataset {
  const struct wd_abi_tuple_string_borrow_dataset *data;
  uint32_t length;
};

struct wd_abi_datasets_sort_key {
  struct wd_text expression;
  bool descending;
  bool nulls_first;
};

struct wd_abi_list_datasets_sort_key {
  const struct wd_abi_datasets_sort_key *data;
  uint32_t length;
};

enum wd_abi_datasets_join_kind {
  WD_ABI_DATASETS_JOIN_KIND_INNER,
  WD_ABI_DATASETS_JOIN_KIND_LEFT,
  WD_ABI_DATASETS_JOIN_KIND_RIGHT,
  WD_ABI_DATASETS_JOIN_KIND_FULL,
  WD_ABI_DATASETS_JOIN_KIND_SEMI,
  WD_ABI_DATASETS_JOIN_KIND_ANTI,
  WD_ABI_DATASETS_JOIN_KIND_CROSS,
  WD_ABI_DATASETS_JOIN_KIND_AS_OF,
  WD_ABI_DATASETS_JOIN_KIND_AS_OF_LEFT,
};

enum wd_abi_datasets_join_condition_tag {
  WD_ABI_DATASETS_JOIN_CONDITION_ON,
  WD_ABI_DATASETS_JOIN_CONDITION_USING,
};
struct wd_abi_datasets_join_condition {
  enum wd_abi_datasets_join_condition_tag tag;
  union {
    struct wd_text on;
    struct wd_abi_list_string using;
  } as;
};

enum wd_abi_datasets_set_operation {
  WD_ABI_DATASETS_SET_OPERATION_UNION_ALL,
  WD_ABI_DATASETS_SET_OPERATION_UNION_DISTINCT,
  WD_ABI_DATASETS_SET_OPERATION_INTERSECT_ALL,
  WD_ABI_DATASETS_SET_OPERATION_INTERSECT_DISTINCT,
  WD_ABI_DATASETS_SET_OPERATION_EXCEPT_ALL,
  WD_ABI_DATASETS_SET_OPERATION_EXCEPT_DISTINCT,
};

enum wd_abi_datasets_storage {
  WD_ABI_DATASETS_STORAGE_MEMORY,
  WD_ABI_DATASETS_STORAGE_DISK,
};

struct wd_abi_list_u32 {
  const uint32_t *data;
  uint32_t length;
};

struct wd_abi_list_list_u32 {
  const struct wd_abi_list_u32 *data;
  uint32_t length;
};

struct wd_abi_datasets_lambda_aggregate {
  struct wd_abi_lambda function;
  struct wd_abi_list_string arguments;
};

enum wd_abi_datasets_aggregate_tag {
  WD_ABI_DATASETS_AGGREGATE_EXPRESSION,
  WD_ABI_DATASETS_AGGREGATE_LAMBDA,
};
struct wd_abi_datasets_aggregate {
  enum wd_abi_datasets_aggregate_tag tag;
  union {
    struct wd_text expression;
    struct wd_abi_datasets_lambda_aggregate lambda;
  } as;
};

struct wd_abi_option_string {
  bool some;
  struct wd_text value;
};

struct wd_abi_datasets_measure {
  struct wd_text name;
  struct wd_abi_datasets_aggregate what;
  struct wd_abi_option_string filter;
};

struct wd_abi_list_datasets_measure {
  const struct wd_abi_datasets_measure *data;
  uint32_t length;
};

enum wd_abi_datasets_write_mode {
  WD_ABI_DATASETS_WRITE_MODE_CREATE,
  WD_ABI_DATASETS_WRITE_MODE_OVERWRITE,
  WD_ABI_DATASETS_WRITE_MODE_APPEND,
  WD_ABI_DATASETS_WRITE_MODE_IGNORE,
  WD_ABI_DATASETS_WRITE_MODE_UPSERT,
};

struct wd_abi_option_schema {
  bool some;
  struct wd_abi_schema value;
};

struct wd_abi_functions_signature {
  struct wd_abi_option_schema arguments;
  bool variadic;
  bool strict;
  bool deterministic;
};

struct wd_abi_option_lambda {
  bool some;
  struct wd_abi_lambda value;
};

enum wd_abi_context_level {
  WD_ABI_CONTEXT_LEVEL_DEBUG,
  WD_ABI_CONTEXT_LEVEL_INFO,
  WD_ABI_CONTEXT_LEVEL_WARNING,
};

enum wd_abi_lambdas_role {
  WD_ABI_LAMBDAS_ROLE_MAP,
  WD_ABI_LAMBDAS_ROLE_FILTER,
  WD_ABI_LAMBDAS_ROLE_FLAT_MAP,
  WD_ABI_LAMBDAS_ROLE_PARTITION,
  WD_ABI_LAMBDAS_ROLE_GROUP,
  WD_ABI_LAMBDAS_ROLE_FOR_EACH,
  WD_ABI_LAMBDAS_ROLE_REDUCE,
  WD_ABI_LAMBDAS_ROLE_AGGREGATE,
  WD_ABI_LAMBDAS_ROLE_SCALAR,
  WD_ABI_LAMBDAS_ROLE_RELATION,
};

struct wd_abi_lambdas_constant {
  uint32_t column;
  struct wd_abi_batch value;
};

struct wd_abi_list_lambdas_constant {
  const struct wd_abi_lambdas_constant *data;
  uint32_t length;
};

struct wd_abi_option_list_u32 {
  bool some;
  struct wd_abi_list_u32 value;
};

enum {
  WD_ABI_LAMBDAS_PROPERTIES_DETERMINISTIC = 1 << 0,
  WD_ABI_LAMBDAS_PROPERTIES_TOTAL = 1 << 1,
  WD_ABI_LAMBDAS_PROPERTIES_STRICT = 1 << 2,
};

struct wd_abi_lambdas_binding {
  uint32_t handle;
  struct wd_abi_schema output;
  struct wd_abi_option_list_u32 columns;
  uint32_t properties;
};

struct wd_abi_lambdas_expanded {
  struct wd_abi_batch output;
  bool more;
};

enum wd_abi_tables_table_role {
  WD_ABI_TABLES_TABLE_ROLE_LEAF,
  WD_ABI_TABLES_TABLE_ROLE_LATERAL,
};

struct wd_abi_tables_table_binding {
  uint32_t handle;
  struct wd_abi_schema output;
  uint32_t partitions;
  uint64_t rows;
};

struct wd_abi_tables_lateral_rows {
  struct wd_abi_batch output;
  struct wd_abi_list_u32 parents;
  bool more;
};

struct wd_abi_option_s64 {
  bool some;
  int64_t value;
};

struct wd_abi_jobs_job_schema_args {
  uint32_t self;
};

struct wd_abi_jobs_job_progress_args {
  uint32_t self;
};

struct wd_abi_jobs_job_figures_args {
  uint32_t self;
};

struct wd_abi_jobs_job_next_batch_args {
  uint32_t self;
};

struct wd_abi_jobs_job_wait_args {
  uint32_t self;
  struct wd_abi_option_u64 timeout_ms;
};

struct wd_abi_jobs_job_cancel_args {
  uint32_t self;
};

struct wd_abi_jobs_job_drop_args {
  uint32_t self;
};

struct wd_abi_datasets_read_args {
  struct wd_text name;
  struct wd_abi_list_tuple_string_string options;
};

struct wd_abi_datasets_create_args {
  struct wd_abi_schema schema;
  struct wd_abi_list_batch batches;
};

struct wd_abi_datasets_range_args {
  int64_t start;
  int64_t end;
  int64_t step;
};

struct wd_abi_datasets_generate_args {
  struct wd_abi_lambda function;
  struct wd_abi_option_parameters arguments;
  uint32_t partitions;
};

struct wd_abi_datasets_from_plan_args {
  struct wd_abi_list_u8 plan;
  struct wd_abi_list_tuple_string_borrow_dataset inputs;
};

struct wd_abi_datasets_sql_args {
  struct wd_text text;
  struct wd_text dialect;
  struct wd_abi_list_tuple_string_borrow_dataset inputs;
  struct wd_abi_option_parameters parameters;
};

struct wd_abi_datasets_dataset_schema_args {
  uint32_t self;
};

struct wd_abi_datasets_dataset_to_plan_args {
  uint32_t self;
};

struct wd_abi_datasets_dataset_explain_args {
  uint32_t self;
  struct wd_abi_list_tuple_string_string options;
};

struct wd_abi_datasets_dataset_with_parameters_args {
  uint32_t self;
  struct wd_abi_parameters parameters;
};

struct wd_abi_datasets_dataset_select_args {
  uint32_t self;
  struct wd_abi_list_string expressions;
};

struct wd_abi_datasets_dataset_with_column_args {
  uint32_t self;
  struct wd_text name;
  struct wd_text expression;
};

struct wd_abi_datasets_dataset_drop_columns_args {
  uint32_t self;
  struct wd_abi_list_string names;
};

struct wd_abi_datasets_dataset_rename_args {
  uint32_t self;
  struct wd_abi_list_tuple_string_string names;
};

struct wd_abi_datasets_dataset_filter_args {
  uint32_t self;
  struct wd_text predicate;
};

struct wd_abi_datasets_dataset_distinct_args {
  uint32_t self;
  struct wd_abi_list_string columns;
};

struct wd_abi_datasets_dataset_sort_args {
  uint32_t self;
  struct wd_abi_list_datasets_sort_key keys;
};

struct wd_abi_datasets_dataset_sort_within_partitions_args {
  uint32_t self;
  struct wd_abi_list_datasets_sort_key keys;
};

struct wd_abi_datasets_dataset_limit_args {
  uint32_t self;
  uint64_t count;
  uint64_t offset;
};

struct wd_abi_datasets_dataset_sample_args {
  uint32_t self;
  double fraction;
  bool replacement;
  uint64_t seed;
};

struct wd_abi_datasets_dataset_join_args {
  uint32_t self;
  uint32_t right;
  enum wd_abi_datasets_join_kind kind;
  struct wd_abi_datasets_join_condition condition;
};

struct wd_abi_datasets_dataset_set_operation_args {
  uint32_t self;
  uint32_t other;
  enum wd_abi_datasets_set_operation operation;
  bool by_name;
};

struct wd_abi_datasets_dataset_repartition_args {
  uint32_t self;
  uint32_t count;
  struct wd_abi_list_string columns;
};

struct wd_abi_datasets_dataset_cache_args {
  uint32_t self;
  enum wd_abi_datasets_storage storage;
};

struct wd_abi_datasets_dataset_with_row_index_args {
  uint32_t self;
  struct wd_text name;
};

struct wd_abi_datasets_dataset_explode_args {
  uint32_t self;
  struct wd_text column;
  bool outer;
  struct wd_text position;
};

struct wd_abi_datasets_dataset_unpivot_args {
  uint32_t self;
  struct wd_abi_list_string columns;
  struct wd_text name;
  struct wd_text value;
};

struct wd_abi_datasets_dataset_describe_args {
  uint32_t self;
  struct wd_abi_list_string columns;
};

struct wd_abi_datasets_dataset_zip_with_args {
  uint32_t self;
  uint32_t other;
};

struct wd_abi_datasets_dataset_map_args {
  uint32_t self;
  struct wd_abi_lambda function;
};

struct wd_abi_datasets_dataset_filter_lambda_args {
  uint32_t self;
  struct wd_abi_lambda function;
};

struct wd_abi_datasets_dataset_flat_map_args {
  uint32_t self;
  struct wd_abi_lambda function;
};

struct wd_abi_datasets_dataset_map_partitions_args {
  uint32_t self;
  struct wd_abi_lambda function;
};

struct wd_abi_datasets_dataset_group_by_args {
  uint32_t self;
  struct wd_abi_list_string keys;
};

struct wd_abi_datasets_dataset_grouping_sets_args {
  uint32_t self;
  struct wd_abi_list_string keys;
  struct wd_abi_list_list_u32 sets;
};

struct wd_abi_datasets_dataset_rollup_args {
  uint32_t self;
  struct wd_abi_list_string keys;
};

struct wd_abi_datasets_dataset_cube_args {
  uint32_t self;
  struct wd_abi_list_string keys;
};

struct wd_abi_datasets_dataset_reduce_args {
  uint32_t self;
  struct wd_abi_lambda function;
};

struct wd_abi_datasets_dataset_aggregate_args {
  uint32_t self;
  struct wd_abi_list_datasets_measure measures;
};

struct wd_abi_datasets_dataset_with_watermark_args {
  uint32_t self;
  struct wd_text column;
  uint64_t delay_ms;
};

struct wd_abi_datasets_dataset_collect_args {
  uint32_t self;
  struct wd_abi_list_tuple_string_string options;
};

struct wd_abi_datasets_dataset_show_args {
  uint32_t self;
  struct wd_abi_list_tuple_string_string options;
};

struct wd_abi_datasets_dataset_count_args {
  uint32_t self;
};

struct wd_abi_datasets_dataset_first_args {
  uint32_t self;
};

struct wd_abi_datasets_dataset_for_each_partition_args {
  uint32_t self;
  struct wd_abi_lambda function;
};

struct wd_abi_datasets_dataset_write_args {
  uint32_t self;
  struct wd_text sink;
  enum wd_abi_datasets_write_mode mode;
  struct wd_abi_list_string partition_by;
  struct wd_abi_list_tuple_string_string options;
};

struct wd_abi_datasets_dataset_temp_table_args {
  uint32_t self;
  struct wd_text name;
  enum wd_abi_datasets_write_mode mode;
};

struct wd_abi_datasets_grouped_aggregate_args {
  uint32_t self;
  struct wd_abi_list_datasets_measure measures;
};

struct wd_abi_datasets_grouped_reduce_args {
  uint32_t self;
  struct wd_abi_lambda function;
};

struct wd_abi_datasets_grouped_map_groups_args {
  uint32_t self;
  struct wd_abi_lambda function;
};

struct wd_abi_datasets_grouped_co_map_groups_args {
  uint32_t self;
  uint32_t other;
  struct wd_abi_lambda function;
};

struct wd_abi_datasets_grouped_pivot_args {
  uint32_t self;
  struct wd_text expression;
  struct wd_abi_list_string values;
};

struct wd_abi_datasets_dataset_drop_args {
  uint32_t self;
};

struct wd_abi_datasets_grouped_drop_args {
  uint32_t self;
};

struct wd_abi_functions_register_scalar_args {
  struct wd_text name;
  struct wd_abi_lambda function;
  struct wd_abi_functions_signature signature;
};

struct wd_abi_functions_register_table_args {
  struct wd_text name;
  struct wd_abi_lambda function;
  struct wd_abi_functions_signature signature;
};

struct wd_abi_functions_register_aggregate_args {
  struct wd_text name;
  struct wd_abi_lambda function;
  struct wd_abi_functions_signature signature;
};

struct wd_abi_functions_register_type_args {
  struct wd_text name;
  struct wd_abi_schema storage;
  struct wd_abi_option_lambda operations;
};

struct wd_abi_context_fail_args {
  struct wd_text message;
};

struct wd_abi_context_log_args {
  enum wd_abi_context_level level;
  struct wd_text message;
};

struct wd_abi_context_count_args {
  struct wd_text name;
  uint64_t delta;
};

struct wd_abi_lambdas_bind_args {
  struct wd_abi_lambda function;
  enum wd_abi_lambdas_role role;
  struct wd_abi_schema input;
  struct wd_abi_list_u32 keys;
  struct wd_abi_list_lambdas_constant constants;
};

struct wd_abi_lambdas_map_args {
  uint32_t handle;
  struct wd_abi_batch input;
};

struct wd_abi_lambdas_flat_map_args {
  uint32_t handle;
  struct wd_abi_batch input;
};

struct wd_abi_lambdas_flat_map_next_args {
  uint32_t handle;
};

struct wd_abi_lambdas_update_args {
  uint32_t handle;
  struct wd_abi_batch states;
  struct wd_abi_list_u32 groups;
  struct wd_abi_batch input;
};

struct wd_abi_lambdas_combine_args {
  uint32_t handle;
  struct wd_abi_batch left;
  struct wd_abi_batch right;
};

struct wd_abi_lambdas_finish_args {
  uint32_t handle;
  struct wd_abi_batch states;
};

struct wd_abi_lambdas_open_partition_args {
  uint32_t handle;
  uint32_t index;
};

struct wd_abi_lambdas_push_partition_args {
  uint32_t cursor;
  struct wd_abi_option_batch input;
};

struct wd_abi_lambdas_next_partition_args {
  uint32_t cursor;
};

struct wd_abi_lambdas_close_partition_args {
  uint32_t cursor;
};

struct wd_abi_co_groups_bind_co_group_args {
  struct wd_abi_lambda function;
  struct wd_abi_schema left;
  struct wd_abi_list_u32 left_keys;
  struct wd_abi_schema right;
  struct wd_abi_list_u32 right_keys;
};

struct wd_abi_co_groups_open_co_group_args {
  uint32_t handle;
};

struct wd_abi_co_groups_push_left_args {
  uint32_t cursor;
  struct wd_abi_option_batch input;
};

struct wd_abi_co_groups_push_right_args {
  uint32_t cursor;
  struct wd_abi_option_batch input;
};

struct wd_abi_co_groups_next_co_group_args {
  uint32_t cursor;
};

struct wd_abi_co_groups_close_co_group_args {
  uint32_t cursor;
};

struct wd_abi_tables_bind_table_args {
  struct wd_abi_lambda function;
  enum wd_abi_tables_table_role role;
  struct wd_abi_schema arguments;
  struct wd_abi_list_lambdas_constant constants;
  uint32_t partitions;
};

struct wd_abi_tables_open_scan_args {
  uint32_t handle;
  uint32_t partition;
  struct wd_abi_list_u32 columns;
};

struct wd_abi_tables_next_scan_args {
  uint32_t cursor;
};

struct wd_abi_tables_close_scan_args {
  uint32_t cursor;
};

struct wd_abi_tables_call_rows_args {
  uint32_t handle;
  struct wd_abi_batch arguments;
};

struct wd_abi_tables_next_rows_args {
  uint32_t handle;
};

struct wd_abi_type_operations_to_text_args {
  struct wd_abi_lambda operations;
  struct wd_abi_batch values;
};

struct wd_abi_type_operations_from_text_args {
  struct wd_abi_lambda operations;
  struct wd_abi_batch values;
};

struct wd_abi_type_operations_sort_keys_args {
  struct wd_abi_lambda operations;
  struct wd_abi_batch values;
};

struct wd_abi_checkpoints_save_partition_args {
  uint32_t cursor;
};

struct wd_abi_checkpoints_restore_partition_args {
  uint32_t handle;
  struct wd_span state;
};

struct wd_abi_checkpoints_next_timer_args {
  uint32_t cursor;
};

struct wd_abi_checkpoints_fire_timer_args {
  uint32_t cursor;
  int64_t watermark_ms;
};

/* What answers imports. A function that is NULL answers `unsupported`. */
struct wd_abi_handlers {
  enum wd_status (*jobs_job_schema)(
      struct wd_abi_call *call, const struct wd_abi_jobs_job_schema_args *args,
      struct wd_abi_schema *out, struct wd_error *error);
  enum wd_status (*jobs_job_progress)(
      struct wd_abi_call *call,
      const struct wd_abi_jobs_job_progress_args *args,
      struct wd_abi_jobs_progress *out, struct wd_error *error);
  enum wd_status (*jobs_job_figures)(
      struct wd_abi_call *call, const struct wd_abi_jobs_job_figures_args *args,
      struct wd_abi_list_jobs_figure *out, struct wd_error *error);
  enum wd_status (*jobs_job_next_batch)(
      struct wd_abi_call *call,
      const struct wd_abi_jobs_job_next_batch_args *args,
      struct wd_abi_option_batch *out, struct wd_error *error);
  enum wd_status (*jobs_job_wait)(struct wd_abi_call *call,
                                  const struct wd_abi_jobs_job_wait_args *args,
                                  struct wd_abi_jobs_progress *out,
                                  struct wd_error *error);
  enum wd_status (*jobs_job_cancel)(
      struct wd_abi_call *call, const struct wd_abi_jobs_job_cancel_args *args,
      struct wd_error *error);
  enum wd_status (*jobs_job_drop)(struct wd_abi_call *call,
                                  const struct wd_abi_jobs_job_drop_args *args,
                                  struct wd_error *error);
  enum wd_status (*datasets_read)(struct wd_abi_call *call,
                                  const struct wd_abi_datasets_read_args *args,
                                  uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_create)(
      struct wd_abi_call *call, const struct wd_abi_datasets_create_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_range)(
      struct wd_abi_call *call, const struct wd_abi_datasets_range_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_generate)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_generate_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_from_plan)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_from_plan_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_sql)(struct wd_abi_call *call,
                                 const struct wd_abi_datasets_sql_args *args,
                                 uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_schema)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_schema_args *args,
      struct wd_abi_schema *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_to_plan)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_to_plan_args *args,
      struct wd_abi_list_u8 *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_explain)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_explain_args *args,
      struct wd_text *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_with_parameters)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_with_parameters_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_select)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_select_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_with_column)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_with_column_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_drop_columns)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_drop_columns_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_rename)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_rename_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_filter)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_filter_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_distinct)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_distinct_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_sort)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_sort_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_sort_within_partitions)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_sort_within_partitions_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_limit)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_limit_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_sample)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_sample_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_join)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_join_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_set_operation)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_set_operation_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_repartition)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_repartition_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_cache)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_cache_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_with_row_index)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_with_row_index_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_explode)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_explode_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_unpivot)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_unpivot_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_describe)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_describe_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_zip_with)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_zip_with_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_map)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_map_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_filter_lambda)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_filter_lambda_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_flat_map)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_flat_map_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_map_partitions)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_map_partitions_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_group_by)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_group_by_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_grouping_sets)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_grouping_sets_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_rollup)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_rollup_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_cube)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_cube_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_reduce)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_reduce_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_aggregate)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_aggregate_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_with_watermark)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_with_watermark_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_collect)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_collect_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_show)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_show_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_count)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_count_args *args, uint64_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_first)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_first_args *args,
      struct wd_abi_option_batch *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_for_each_partition)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_for_each_partition_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_dataset_write)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_write_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_temp_table)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_temp_table_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_grouped_aggregate)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_grouped_aggregate_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_grouped_reduce)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_grouped_reduce_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_grouped_map_groups)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_grouped_map_groups_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_grouped_co_map_groups)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_grouped_co_map_groups_args *args,
      uint32_t *out, struct wd_error *error);
  enum wd_status (*datasets_grouped_pivot)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_grouped_pivot_args *args, uint32_t *out,
      struct wd_error *error);
  enum wd_status (*datasets_dataset_drop)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_dataset_drop_args *args,
      struct wd_error *error);
  enum wd_status (*datasets_grouped_drop)(
      struct wd_abi_call *call,
      const struct wd_abi_datasets_grouped_drop_args *args,
      struct wd_error *error);
  enum wd_status (*functions_register_scalar)(
      struct wd_abi_call *call,
      const struct wd_abi_functions_register_scalar_args *args,
      struct wd_error *error);
  enum wd_status (*functions_register_table)(
      struct wd_abi_call *call,
      const struct wd_abi_functions_register_table_args *args,
      struct wd_error *error);
  enum wd_status (*functions_register_aggregate)(
      struct wd_abi_call *call,
      const struct wd_abi_functions_register_aggregate_args *args,
      struct wd_error *error);
  enum wd_status (*functions_register_type)(
      struct wd_abi_call *call,
      const struct wd_abi_functions_register_type_args *args,
      struct wd_error *error);
  enum wd_status (*context_fail)(struct wd_abi_call *call,
                                 const struct wd_abi_context_fail_args *args,
                                 struct wd_error *error);
  enum wd_status (*context_log)(struct wd_abi_call *call,
                                const struct wd_abi_context_log_args *args,
                                struct wd_error *error);
  enum wd_status (*context_count)(struct wd_abi_call *call,
                                  const struct wd_abi_context_count_args *args,
                                  struct wd_error *error);
  enum wd_status (*context_job_id)(struct wd_abi_call *call, uint64_t *out,
                                   struct wd_error *error);
  enum wd_status (*context_partition)(struct wd_abi_call *call, uint32_t *out,
                                      struct wd_error *error);
  enum wd_status (*context_partitions)(struct wd_abi_call *call, uint32_t *out,
                                       struct wd_error *error);
  enum wd_status (*context_attempt)(struct wd_abi_call *call, uint32_t *out,
                                    struct wd_error *error);
};

enum wd_abi_import {
  WD_ABI_IMPORT_JOBS_JOB_SCHEMA,
  WD_ABI_IMPORT_JOBS_JOB_PROGRESS,
  WD_ABI_IMPORT_JOBS_JOB_FIGURES,
  WD_ABI_IMPORT_JOBS_JOB_NEXT_BATCH,
  WD_ABI_IMPORT_JOBS_JOB_WAIT,
  WD_ABI_IMPORT_JOBS_JOB_CANCEL,
  WD_ABI_IMPORT_JOBS_JOB_DROP,
  WD_ABI_IMPORT_DATASETS_READ,
  WD_ABI_IMPORT_DATASETS_CREATE,
  WD_ABI_IMPORT_DATASETS_RANGE,
  WD_ABI_IMPORT_DATASETS_GENERATE,
  WD_ABI_IMPORT_DATASETS_FROM_PLAN,
  WD_ABI_IMPORT_DATASETS_SQL,
  WD_ABI_IMPORT_DATASETS_DATASET_SCHEMA,
  WD_ABI_IMPORT_DATASETS_DATASET_TO_PLAN,
  WD_ABI_IMPORT_DATASETS_DATASET_EXPLAIN,
  WD_ABI_IMPORT_DATASETS_DATASET_WITH_PARAMETERS,
  WD_ABI_IMPORT_DATASETS_DATASET_SELECT,
  WD_ABI_IMPORT_DATASETS_DATASET_WITH_COLUMN,
  WD_ABI_IMPORT_DATASETS_DATASET_DROP_COLUMNS,
  WD_ABI_IMPORT_DATASETS_DATASET_RENAME,
  WD_ABI_IMPORT_DATASETS_DATASET_FILTER,
  WD_ABI_IMPORT_DATASETS_DATASET_DISTINCT,
  WD_ABI_IMPORT_DATASETS_DATASET_SORT,
  WD_ABI_IMPORT_DATASETS_DATASET_SORT_WITHIN_PARTITIONS,
  WD_ABI_IMPORT_DATASETS_DATASET_LIMIT,
  WD_ABI_IMPORT_DATASETS_DATASET_SAMPLE,
  WD_ABI_IMPORT_DATASETS_DATASET_JOIN,
  WD_ABI_IMPORT_DATASETS_DATASET_SET_OPERATION,
  WD_ABI_IMPORT_DATASETS_DATASET_REPARTITION,
  WD_ABI_IMPORT_DATASETS_DATASET_CACHE,
  WD_ABI_IMPORT_DATASETS_DATASET_WITH_ROW_INDEX,
  WD_ABI_IMPORT_DATASETS_DATASET_EXPLODE,
  WD_ABI_IMPORT_DATASETS_DATASET_UNPIVOT,
  WD_ABI_IMPORT_DATASETS_DATASET_DESCRIBE,
  WD_ABI_IMPORT_DATASETS_DATASET_ZIP_WITH,
  WD_ABI_IMPORT_DATASETS_DATASET_MAP,
  WD_ABI_IMPORT_DATASETS_DATASET_FILTER_LAMBDA,
  WD_ABI_IMPORT_DATASETS_DATASET_FLAT_MAP,
  WD_ABI_IMPORT_DATASETS_DATASET_MAP_PARTITIONS,
  WD_ABI_IMPORT_DATASETS_DATASET_GROUP_BY,
  WD_ABI_IMPORT_DATASETS_DATASET_GROUPING_SETS,
  WD_ABI_IMPORT_DATASETS_DATASET_ROLLUP,
  WD_ABI_IMPORT_DATASETS_DATASET_CUBE,
  WD_ABI_IMPORT_DATASETS_DATASET_REDUCE,
  WD_ABI_IMPORT_DATASETS_DATASET_AGGREGATE,
  WD_ABI_IMPORT_DATASETS_DATASET_WITH_WATERMARK,
  WD_ABI_IMPORT_DATASETS_DATASET_COLLECT,
  WD_ABI_IMPORT_DATASETS_DATASET_SHOW,
  WD_ABI_IMPORT_DATASETS_DATASET_COUNT,
  WD_ABI_IMPORT_DATASETS_DATASET_FIRST,
  WD_ABI_IMPORT_DATASETS_DATASET_FOR_EACH_PARTITION,
  WD_ABI_IMPORT_DATASETS_DATASET_WRITE,
  WD_ABI_IMPORT_DATASETS_DATASET_TEMP_TABLE,
  WD_ABI_IMPORT_DATASETS_GROUPED_AGGREGATE,
  WD_ABI_IMPORT_DATASETS_GROUPED_REDUCE,
  WD_ABI_IMPORT_DATASETS_GROUPED_MAP_GROUPS,
  WD_ABI_IMPORT_DATASETS_GROUPED_CO_MAP_GROUPS,
  WD_ABI_IMPORT_DATASETS_GROUPED_PIVOT,
  WD_ABI_IMPORT_DATASETS_DATASET_DROP,
  WD_ABI_IMPORT_DATASETS_GROUPED_DROP,
  WD_ABI_IMPORT_FUNCTIONS_REGISTER_SCALAR,
  WD_ABI_IMPORT_FUNCTIONS_REGISTER_TABLE,
  WD_ABI_IMPORT_FUNCTIONS_REGISTER_AGGREGATE,
  WD_ABI_IMPORT_FUNCTIONS_REGISTER_TYPE,
  WD_ABI_IMPORT_CONTEXT_FAIL,
  WD_ABI_IMPORT_CONTEXT_LOG,
  WD_ABI_IMPORT_CONTEXT_COUNT,
  WD_ABI_IMPORT_CONTEXT_JOB_ID,
  WD_ABI_IMPORT_CONTEXT_PARTITION,
  WD_ABI_IMPORT_CONTEXT_PARTITIONS,
  WD_ABI_IMPORT_CONTEXT_ATTEMPT,
  WD_ABI_IMPORT_COUNT,
};

enum wd_abi_export {
  WD_ABI_EXPORT_LAMBDAS_BIND,
  WD_ABI_EXPORT_LAMBDAS_MAP,
  WD_ABI_EXPORT_LAMBDAS_FLAT_MAP,
  WD_ABI_EXPORT_LAMBDAS_FLAT_MAP_NEXT,
  WD_ABI_EXPORT_LAMBDAS_UPDATE,
  WD_ABI_EXPORT_LAMBDAS_COMBINE,
  WD_ABI_EXPORT_LAMBDAS_FINISH,
  WD_ABI_EXPORT_LAMBDAS_OPEN_PARTITION,
  WD_ABI_EXPORT_LAMBDAS_PUSH_PARTITION,
  WD_ABI_EXPORT_LAMBDAS_NEXT_PARTITION,
  WD_ABI_EXPORT_LAMBDAS_CLOSE_PARTITION,
  WD_ABI_EXPORT_CO_GROUPS_BIND_CO_GROUP,
  WD_ABI_EXPORT_CO_GROUPS_OPEN_CO_GROUP,
  WD_ABI_EXPORT_CO_GROUPS_PUSH_LEFT,
  WD_ABI_EXPORT_CO_GROUPS_PUSH_RIGHT,
  WD_ABI_EXPORT_CO_GROUPS_NEXT_CO_GROUP,
  WD_ABI_EXPORT_CO_GROUPS_CLOSE_CO_GROUP,
  WD_ABI_EXPORT_TABLES_BIND_TABLE,
  WD_ABI_EXPORT_TABLES_OPEN_SCAN,
  WD_ABI_EXPORT_TABLES_NEXT_SCAN,
  WD_ABI_EXPORT_TABLES_CLOSE_SCAN,
  WD_ABI_EXPORT_TABLES_CALL_ROWS,
  WD_ABI_EXPORT_TABLES_NEXT_ROWS,
  WD_ABI_EXPORT_TYPE_OPERATIONS_TO_TEXT,
  WD_ABI_EXPORT_TYPE_OPERATIONS_FROM_TEXT,
  WD_ABI_EXPORT_TYPE_OPERATIONS_SORT_KEYS,
  WD_ABI_EXPORT_CHECKPOINTS_SAVE_PARTITION,
  WD_ABI_EXPORT_CHECKPOINTS_RESTORE_PARTITION,
  WD_ABI_EXPORT_CHECKPOINTS_NEXT_TIMER,
  WD_ABI_EXPORT_CHECKPOINTS_FIRE_TIMER,
  WD_ABI_EXPORT_COUNT,
};

#endif
