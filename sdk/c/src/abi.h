/* What wasi:data looks like to a core module: the records of wit/ as the
 * canonical ABI lays them out, and the imports. Exports are in the files that
 * define them. */
#ifndef WD_SDK_ABI_H
#define WD_SDK_ABI_H

#include <wasidata.h>

/* list<T>, string: an address and a count. */
struct wire_list {
  const void *data;
  uint32_t count;
};

struct wire_field {
  wd_str name;
  wd_str format;
  bool nullable;
  uint32_t children;
  struct wire_list metadata;
  struct wire_list dictionary;
};

struct wire_node {
  uint32_t length;
  uint32_t null_count;
};

/* A buffer: list<u64>. */
struct wire_buffer {
  const void *data;
  uint32_t words;
};

struct wire_batch {
  uint32_t rows;
  const struct wire_node *nodes;
  uint32_t node_count;
  const struct wire_buffer *buffers;
  uint32_t buffer_count;
};

/* A value of a column that is known at bind: one row of that column. */
struct wire_constant {
  uint32_t column;
  struct wire_batch value;
};

struct wire_lambda {
  uint32_t function;
  uint32_t state;
};

struct wire_error {
  uint8_t code;
  wd_str message;
  wd_str origin;
};

struct wire_pair {
  wd_str name;
  wd_str value;
};

struct wire_input {
  wd_str name;
  uint32_t handle;
};

struct wire_sort_key {
  wd_str expression;
  bool descending;
  bool nulls_first;
};

struct wire_measure {
  wd_str name;
  uint8_t what; /* 0: expression, 1: lambda */
  union {
    wd_str expression;
    struct {
      struct wire_lambda function;
      struct wire_list arguments;
    } lambda;
  };
  bool has_filter;
  wd_str filter;
};

struct wire_figure {
  wd_str stage, name;
  uint64_t value;
};

struct wire_progress {
  uint8_t state;
  uint64_t rows_in;
  uint64_t rows_out;
  uint64_t bytes_in;
  uint64_t bytes_out;
  double fraction;
};

/* Results: `failed` tells which member holds. */
struct result_handle {
  bool failed;
  union {
    uint32_t handle;
    struct wire_error error;
  };
};

struct result_list {
  bool failed;
  union {
    struct wire_list list;
    struct wire_error error;
  };
};

struct result_none {
  bool failed;
  struct wire_error error;
};

struct result_count {
  bool failed;
  union {
    uint64_t count;
    struct wire_error error;
  };
};

struct result_progress {
  bool failed;
  union {
    struct wire_progress progress;
    struct wire_error error;
  };
};

struct result_batch { /* result<option<batch>, error> */
  bool failed;
  union {
    struct {
      bool some;
      struct wire_batch batch;
    };
    struct wire_error error;
  };
};

_Static_assert(sizeof(struct wire_field) == 40, "field");
_Static_assert(sizeof(struct wire_batch) == 20, "batch");
_Static_assert(sizeof(struct wire_error) == 20, "error");
_Static_assert(sizeof(struct wire_measure) == 40, "measure");
_Static_assert(sizeof(struct wire_sort_key) == 12, "sort key");
_Static_assert(sizeof(struct wire_figure) == 24, "figure");
_Static_assert(sizeof(struct wire_progress) == 48, "progress");
_Static_assert(sizeof(struct result_handle) == 24, "result of a handle");
_Static_assert(sizeof(struct result_count) == 32, "result of a count");
_Static_assert(sizeof(struct result_progress) == 56, "result of progress");
_Static_assert(sizeof(struct result_batch) == 28, "result of a batch");

#define IMPORT(interface, name)                                                \
  __attribute__((import_module("wasi:data/" interface "@0.1.0"),               \
                 import_name(name)))

typedef const void *address;
typedef uint32_t handle;

/* datasets */
IMPORT("datasets", "read")
void
abi_read(address name, uint32_t size, address options, uint32_t count,
         struct result_handle *out);
IMPORT("datasets", "create")
void
abi_create(address fields, uint32_t field_count, address batches,
           uint32_t batch_count, struct result_handle *out);
IMPORT("datasets", "range")
void
abi_range(int64_t start, int64_t end, int64_t step, struct result_handle *out);
IMPORT("datasets", "generate")
void
abi_generate(uint32_t function, uint32_t state, uint32_t has_arguments,
             address fields, uint32_t field_count, uint32_t rows, address nodes,
             uint32_t node_count, address buffers, uint32_t buffer_count,
             uint32_t partitions, struct result_handle *out);
IMPORT("datasets", "from-plan")
void
abi_from_plan(address plan, uint32_t size, address inputs, uint32_t count,
              struct result_handle *out);
IMPORT("datasets", "sql")
void
abi_sql(address text, uint32_t text_size, address dialect,
        uint32_t dialect_size, address inputs, uint32_t input_count,
        uint32_t has_parameters, address fields, uint32_t field_count,
        uint32_t rows, address nodes, uint32_t node_count, address buffers,
        uint32_t buffer_count, struct result_handle *out);

IMPORT("datasets", "[method]dataset.with-parameters")
void
abi_with_parameters(handle self, address fields, uint32_t field_count,
                    uint32_t rows, address nodes, uint32_t node_count,
                    address buffers, uint32_t buffer_count,
                    struct result_handle *out);

/* Methods of dataset and grouped, by the shape of their parameters. */
#define METHOD_LIST(c, resource, name)                                         \
  IMPORT("datasets", "[method]" resource "." name)                             \
  void c(handle self, address items, uint32_t count, struct result_handle *out);
#define METHOD_LAMBDA(c, resource, name)                                       \
  IMPORT("datasets", "[method]" resource "." name)                             \
  void c(handle self, uint32_t function, uint32_t state,                       \
         struct result_handle *out);

METHOD_LIST(abi_select, "dataset", "select")
METHOD_LIST(abi_drop_columns, "dataset", "drop-columns")
METHOD_LIST(abi_rename, "dataset", "rename")
METHOD_LIST(abi_filter, "dataset", "filter")
METHOD_LIST(abi_distinct, "dataset", "distinct")
METHOD_LIST(abi_sort, "dataset", "sort")
METHOD_LIST(abi_sort_within, "dataset", "sort-within-partitions")
METHOD_LIST(abi_with_row_index, "dataset", "with-row-index")
METHOD_LIST(abi_describe, "dataset", "describe")
METHOD_LIST(abi_group_by, "dataset", "group-by")
METHOD_LIST(abi_rollup, "dataset", "rollup")
METHOD_LIST(abi_cube, "dataset", "cube")
METHOD_LIST(abi_aggregate_all, "dataset", "aggregate")
METHOD_LIST(abi_aggregate, "grouped", "aggregate")
METHOD_LIST(abi_collect, "dataset", "collect")
METHOD_LIST(abi_show, "dataset", "show")
METHOD_LAMBDA(abi_map, "dataset", "map")
METHOD_LAMBDA(abi_filter_lambda, "dataset", "filter-lambda")
METHOD_LAMBDA(abi_flat_map, "dataset", "flat-map")
METHOD_LAMBDA(abi_map_partitions, "dataset", "map-partitions")
METHOD_LAMBDA(abi_reduce_all, "dataset", "reduce")
METHOD_LAMBDA(abi_reduce, "grouped", "reduce")
METHOD_LAMBDA(abi_map_groups, "grouped", "map-groups")
METHOD_LAMBDA(abi_for_each_partition, "dataset", "for-each-partition")

IMPORT("datasets", "[method]dataset.grouping-sets")
void
abi_grouping_sets(handle self, address keys, uint32_t key_count, address sets,
                  uint32_t set_count, struct result_handle *out);
IMPORT("datasets", "[method]dataset.with-column")
void
abi_with_column(handle self, address name, uint32_t name_size, address text,
                uint32_t text_size, struct result_handle *out);
IMPORT("datasets", "[method]dataset.limit")
void
abi_limit(handle self, uint64_t count, uint64_t offset,
          struct result_handle *out);
IMPORT("datasets", "[method]dataset.sample")
void
abi_sample(handle self, double fraction, uint32_t replacement, uint64_t seed,
           struct result_handle *out);
IMPORT("datasets", "[method]dataset.join")
void
abi_join(handle self, handle right, uint32_t kind, uint32_t condition,
         address items, uint32_t count, struct result_handle *out);
IMPORT("datasets", "[method]dataset.set-operation")
void
abi_set_operation(handle self, handle other, uint32_t operation,
                  uint32_t by_name, struct result_handle *out);
IMPORT("datasets", "[method]dataset.repartition")
void
abi_repartition(handle self, uint32_t partitions, address items, uint32_t count,
                struct result_handle *out);
IMPORT("datasets", "[method]dataset.cache")
void
abi_cache(handle self, uint32_t storage, struct result_handle *out);
IMPORT("datasets", "[method]dataset.explode")
void
abi_explode(handle self, address column, uint32_t column_size, uint32_t outer,
            address position, uint32_t position_size,
            struct result_handle *out);
IMPORT("datasets", "[method]dataset.unpivot")
void
abi_unpivot(handle self, address items, uint32_t count, address name,
            uint32_t name_size, address value, uint32_t value_size,
            struct result_handle *out);
IMPORT("datasets", "[method]dataset.zip-with")
void
abi_zip(handle self, handle other, struct result_handle *out);
IMPORT("datasets", "[method]dataset.with-watermark")
void
abi_with_watermark(handle self, address column, uint32_t size,
                   uint64_t delay_ms, struct result_handle *out);
IMPORT("datasets", "[method]grouped.co-map-groups")
void
abi_co_map_groups(handle self, handle other, uint32_t function, uint32_t state,
                  struct result_handle *out);
IMPORT("datasets", "[method]grouped.pivot")
void
abi_pivot(handle self, address text, uint32_t size, address values,
          uint32_t count, struct result_handle *out);
IMPORT("datasets", "[method]dataset.schema")
void
abi_schema(handle self, struct result_list *out);
IMPORT("datasets", "[method]dataset.explain")
void
abi_explain(handle self, address options, uint32_t count,
            struct result_list *out);
IMPORT("datasets", "[method]dataset.to-plan")
void
abi_to_plan(handle self, struct result_list *out);
IMPORT("datasets", "[method]dataset.count")
void
abi_count(handle self, struct result_count *out);
IMPORT("datasets", "[method]dataset.first")
void
abi_first(handle self, struct result_batch *out);
IMPORT("datasets", "[method]dataset.write")
void
abi_write(handle self, address sink, uint32_t size, uint32_t mode,
          address columns, uint32_t column_count, address options,
          uint32_t option_count, struct result_handle *out);
IMPORT("datasets", "[method]dataset.temp-table")
void
abi_temp_table(handle self, address name, uint32_t size, uint32_t mode,
               struct result_handle *out);
IMPORT("datasets", "[resource-drop]dataset")
void
abi_dataset_drop(handle self);
IMPORT("datasets", "[resource-drop]grouped")
void
abi_grouped_drop(handle self);

/* jobs */
IMPORT("jobs", "[method]job.schema")
void
abi_job_schema(handle self, struct result_list *out);
IMPORT("jobs", "[method]job.progress")
void
abi_job_progress(handle self, struct wire_progress *out);
IMPORT("jobs", "[method]job.figures")
void
abi_job_figures(handle self, struct wire_list *out);
IMPORT("jobs", "[method]job.next-batch")
void
abi_next_batch(handle self, struct result_batch *out);
IMPORT("jobs", "[method]job.wait")
void
abi_wait(handle self, uint32_t has_timeout, uint64_t milliseconds,
         struct result_progress *out);
IMPORT("jobs", "[method]job.cancel")
void
abi_cancel(handle self);
IMPORT("jobs", "[resource-drop]job")
void
abi_job_drop(handle self);

/* functions */
#define REGISTER(c, name)                                                      \
  IMPORT("functions", name)                                                    \
  void c(address text, uint32_t size, uint32_t function, uint32_t state,       \
         uint32_t has_arguments, address fields, uint32_t field_count,         \
         uint32_t variadic, uint32_t strict, uint32_t deterministic,           \
         struct result_none *out);
REGISTER(abi_register_scalar, "register-scalar")
REGISTER(abi_register_aggregate, "register-aggregate")
REGISTER(abi_register_table, "register-table")
IMPORT("functions", "register-type")
void
abi_register_type(address name, uint32_t size, address fields,
                  uint32_t field_count, uint32_t has_operations,
                  uint32_t function, uint32_t state, struct result_none *out);

/* context */
IMPORT("context", "fail")
void
abi_fail(address message, uint32_t size);
IMPORT("context", "log")
void
abi_log(uint32_t level, address message, uint32_t size);
IMPORT("context", "count")
void
abi_counter(address name, uint32_t size, uint64_t delta);
IMPORT("context", "job-id")
uint64_t
abi_job_id(void);
IMPORT("context", "partition")
uint32_t
abi_partition(void);
IMPORT("context", "partitions")
uint32_t
abi_partitions(void);
IMPORT("context", "attempt")
uint32_t
abi_attempt(void);

#endif
