//! The imports of `wit/` as the canonical ABI has them: addresses, counts,
//! flags and handles are `usize`, a result's place is the last parameter.

/// Declares a module's imports. Elsewhere than in WebAssembly there is no host:
/// programs compile there, so that editors and tests of their functions work.
macro_rules! imports {
    ($module:literal, $(fn $name:ident = $import:literal
        ($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        #[cfg(target_arch = "wasm32")]
        #[link(wasm_import_module = $module)]
        extern "C" {
            $(#[link_name = $import]
            pub(crate) fn $name($($argument: $type),*) $(-> $result)?;)*
        }
        $(#[cfg(not(target_arch = "wasm32"))]
        pub(crate) unsafe extern "C" fn $name($(_: $type),*) $(-> $result)? {
            no_host()
        })*
    };
}

#[cfg(not(target_arch = "wasm32"))]
fn no_host() -> ! {
    panic!("there is no host: data sets work in programs that wasi-data runs")
}

imports! { "wasi:data/datasets@0.1.0",
    fn read = "read"(name: usize, size: usize, options: usize, count: usize, out: usize);
    fn create = "create"(fields: usize, field_count: usize, batches: usize, count: usize, out: usize);
    fn range = "range"(start: i64, end: i64, step: i64, out: usize);
    fn generate = "generate"(function: usize, state: usize, some: usize, fields: usize,
        field_count: usize, rows: usize, nodes: usize, node_count: usize, buffers: usize,
        buffer_count: usize, partitions: usize, out: usize);
    fn from_plan = "from-plan"(plan: usize, size: usize, inputs: usize, count: usize, out: usize);
    fn sql = "sql"(text: usize, size: usize, dialect: usize, dialect_size: usize, inputs: usize,
        count: usize, some: usize, fields: usize, field_count: usize, rows: usize, nodes: usize,
        node_count: usize, buffers: usize, buffer_count: usize, out: usize);
    fn schema = "[method]dataset.schema"(of: usize, out: usize);
    fn to_plan = "[method]dataset.to-plan"(of: usize, out: usize);
    fn explain = "[method]dataset.explain"(of: usize, options: usize, count: usize, out: usize);
    fn with_parameters = "[method]dataset.with-parameters"(of: usize, fields: usize,
        field_count: usize, rows: usize, nodes: usize, node_count: usize, buffers: usize,
        buffer_count: usize, out: usize);
    fn select = "[method]dataset.select"(of: usize, items: usize, count: usize, out: usize);
    fn with_column = "[method]dataset.with-column"(of: usize, name: usize, size: usize,
        text: usize, text_size: usize, out: usize);
    fn drop_columns = "[method]dataset.drop-columns"(of: usize, items: usize, count: usize, out: usize);
    fn rename = "[method]dataset.rename"(of: usize, items: usize, count: usize, out: usize);
    fn filter = "[method]dataset.filter"(of: usize, text: usize, size: usize, out: usize);
    fn distinct = "[method]dataset.distinct"(of: usize, items: usize, count: usize, out: usize);
    fn sort = "[method]dataset.sort"(of: usize, keys: usize, count: usize, out: usize);
    fn sort_within_partitions = "[method]dataset.sort-within-partitions"(of: usize, keys: usize,
        count: usize, out: usize);
    fn limit = "[method]dataset.limit"(of: usize, count: u64, offset: u64, out: usize);
    fn sample = "[method]dataset.sample"(of: usize, fraction: f64, replacement: usize, seed: u64,
        out: usize);
    fn join = "[method]dataset.join"(of: usize, right: usize, kind: usize, condition: usize,
        text: usize, count: usize, out: usize);
    fn set_operation = "[method]dataset.set-operation"(of: usize, other: usize, operation: usize,
        by_name: usize, out: usize);
    fn repartition = "[method]dataset.repartition"(of: usize, partitions: usize, items: usize,
        count: usize, out: usize);
    fn cache = "[method]dataset.cache"(of: usize, storage: usize, out: usize);
    fn with_row_index = "[method]dataset.with-row-index"(of: usize, name: usize, size: usize, out: usize);
    fn explode = "[method]dataset.explode"(of: usize, column: usize, size: usize, outer: usize,
        position: usize, position_size: usize, out: usize);
    fn unpivot = "[method]dataset.unpivot"(of: usize, items: usize, count: usize, name: usize,
        size: usize, value: usize, value_size: usize, out: usize);
    fn describe = "[method]dataset.describe"(of: usize, items: usize, count: usize, out: usize);
    fn zip_with = "[method]dataset.zip-with"(of: usize, other: usize, out: usize);
    fn with_watermark = "[method]dataset.with-watermark"(of: usize, column: usize, size: usize,
        delay: u64, out: usize);
    fn map = "[method]dataset.map"(of: usize, function: usize, state: usize, out: usize);
    fn filter_lambda = "[method]dataset.filter-lambda"(of: usize, function: usize, state: usize, out: usize);
    fn flat_map = "[method]dataset.flat-map"(of: usize, function: usize, state: usize, out: usize);
    fn map_partitions = "[method]dataset.map-partitions"(of: usize, function: usize, state: usize,
        out: usize);
    fn group_by = "[method]dataset.group-by"(of: usize, items: usize, count: usize, out: usize);
    fn grouping_sets = "[method]dataset.grouping-sets"(of: usize, items: usize, count: usize,
        sets: usize, set_count: usize, out: usize);
    fn rollup = "[method]dataset.rollup"(of: usize, items: usize, count: usize, out: usize);
    fn cube = "[method]dataset.cube"(of: usize, items: usize, count: usize, out: usize);
    fn reduce_all = "[method]dataset.reduce"(of: usize, function: usize, state: usize, out: usize);
    fn aggregate_all = "[method]dataset.aggregate"(of: usize, items: usize, count: usize, out: usize);
    fn aggregate = "[method]grouped.aggregate"(of: usize, items: usize, count: usize, out: usize);
    fn reduce = "[method]grouped.reduce"(of: usize, function: usize, state: usize, out: usize);
    fn map_groups = "[method]grouped.map-groups"(of: usize, function: usize, state: usize, out: usize);
    fn co_map_groups = "[method]grouped.co-map-groups"(of: usize, other: usize, function: usize,
        state: usize, out: usize);
    fn pivot = "[method]grouped.pivot"(of: usize, text: usize, size: usize, items: usize,
        count: usize, out: usize);
    fn collect = "[method]dataset.collect"(of: usize, options: usize, count: usize, out: usize);
    fn show = "[method]dataset.show"(of: usize, options: usize, count: usize, out: usize);
    fn count = "[method]dataset.count"(of: usize, out: usize);
    fn first = "[method]dataset.first"(of: usize, out: usize);
    fn for_each_partition = "[method]dataset.for-each-partition"(of: usize, function: usize,
        state: usize, out: usize);
    fn write = "[method]dataset.write"(of: usize, sink: usize, size: usize, mode: usize,
        columns: usize, column_count: usize, options: usize, count: usize, out: usize);
    fn temp_table = "[method]dataset.temp-table"(of: usize, name: usize, size: usize, mode: usize,
        out: usize);
    fn dataset_drop = "[resource-drop]dataset"(of: usize);
    fn grouped_drop = "[resource-drop]grouped"(of: usize);
}

imports! { "wasi:data/jobs@0.1.0",
    fn job_schema = "[method]job.schema"(of: usize, out: usize);
    fn job_progress = "[method]job.progress"(of: usize, out: usize);
    fn job_figures = "[method]job.figures"(of: usize, out: usize);
    fn job_next_batch = "[method]job.next-batch"(of: usize, out: usize);
    fn job_wait = "[method]job.wait"(of: usize, limited: usize, milliseconds: u64, out: usize);
    fn job_cancel = "[method]job.cancel"(of: usize);
    fn job_drop = "[resource-drop]job"(of: usize);
}

imports! { "wasi:data/functions@0.1.0",
    fn register_scalar = "register-scalar"(name: usize, size: usize, function: usize, state: usize,
        some: usize, fields: usize, field_count: usize, variadic: usize, strict: usize,
        deterministic: usize, out: usize);
    fn register_table = "register-table"(name: usize, size: usize, function: usize, state: usize,
        some: usize, fields: usize, field_count: usize, variadic: usize, strict: usize,
        deterministic: usize, out: usize);
    fn register_type = "register-type"(name: usize, size: usize, fields: usize,
        field_count: usize, some: usize, function: usize, state: usize, out: usize);
    fn register_aggregate = "register-aggregate"(name: usize, size: usize, function: usize,
        state: usize, some: usize, fields: usize, field_count: usize, variadic: usize,
        strict: usize, deterministic: usize, out: usize);
}

imports! { "wasi:data/context@0.1.0",
    fn context_fail = "fail"(message: usize, size: usize);
    fn context_log = "log"(level: usize, message: usize, size: usize);
    fn context_count = "count"(name: usize, size: usize, delta: u64);
    fn context_job_id = "job-id"() -> u64;
    fn context_partition = "partition"() -> u32;
    fn context_partitions = "partitions"() -> u32;
    fn context_attempt = "attempt"() -> u32;
}
