//! Arrow's arrays ([arrow-rs](https://docs.rs/arrow-array)) in lambdas of
//! wasi-data programs.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use arrow_array::{cast::AsArray, types::Int64Type, Int64Array, RecordBatch};
//! use wasi_data_arrow::ArrowDataset;
//!
//! let squares = wasi_data::range(0, 10, 1).map_arrow("square: i64", |batch| {
//!     let ids = batch.column(0).as_primitive::<Int64Type>();
//!     let squares: Int64Array = ids.unary(|id| id * id);
//!     Ok(RecordBatch::try_from_iter([("square", Arc::new(squares) as _)])?)
//! });
//! ```
//!
//! Columns that come in are not copied: an array keeps the memory of its batch,
//! and may be kept for as long as one likes. (Decimals and intervals are copied
//! where they do not lie at a multiple of 16, which arrow-rs demands.) Columns that go out are
//! not copied unless they are a slice of an array.

mod from;
mod into;
mod types;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::ArrowError;
use wasi_data::{fail, Batch, Dataset, Result};

pub use from::record_batch;
pub use into::write;
pub use types::{arrow_field, arrow_schema};

/// What a lambda over record batches fails with.
pub type ArrowResult<T> = std::result::Result<T, ArrowError>;

/// Lambdas and results by the record batch.
pub trait ArrowDataset {
    /// Columns for columns, as many rows as came in. `output` is the schema of
    /// what comes out, in text; its columns are found by their names.
    fn map_arrow(
        &self,
        output: &str,
        f: impl Fn(RecordBatch) -> ArrowResult<RecordBatch> + 'static,
    ) -> Dataset;

    /// The same with any number of rows.
    fn flat_map_arrow(
        &self,
        output: &str,
        f: impl Fn(RecordBatch) -> ArrowResult<RecordBatch> + 'static,
    ) -> Dataset;

    /// The rows for which it says true, not null.
    fn filter_arrow(
        &self,
        f: impl Fn(RecordBatch) -> ArrowResult<BooleanArray> + 'static,
    ) -> Dataset;

    /// Runs, and gives all rows.
    fn collect_arrow(&self) -> Result<Vec<RecordBatch>>;
}

fn input(batch: &Batch) -> RecordBatch {
    or_fail(record_batch(batch))
}

fn or_fail<T, E: std::fmt::Display>(result: std::result::Result<T, E>) -> T {
    result.unwrap_or_else(|error| fail(&error.to_string()))
}

impl ArrowDataset for Dataset {
    fn map_arrow(
        &self,
        output: &str,
        f: impl Fn(RecordBatch) -> ArrowResult<RecordBatch> + 'static,
    ) -> Dataset {
        self.map_batch(output, move |batch, out| {
            or_fail(write(&or_fail(f(input(batch))), out));
        })
    }

    fn flat_map_arrow(
        &self,
        output: &str,
        f: impl Fn(RecordBatch) -> ArrowResult<RecordBatch> + 'static,
    ) -> Dataset {
        self.flat_map_batch(output, move |batch, out| {
            let made = or_fail(f(input(batch)));
            out.resize(made.num_rows());
            or_fail(write(&made, out));
        })
    }

    fn filter_arrow(
        &self,
        f: impl Fn(RecordBatch) -> ArrowResult<BooleanArray> + 'static,
    ) -> Dataset {
        self.filter_batch(move |batch, keep| {
            let says = or_fail(f(input(batch)));
            if says.len() != keep.len() {
                fail(&format!(
                    "a filter said {} times for {} rows",
                    says.len(),
                    keep.len()
                ));
            }
            for (keep, says) in keep.iter_mut().zip(says.iter()) {
                *keep = says.unwrap_or(false);
            }
        })
    }

    fn collect_arrow(&self) -> Result<Vec<RecordBatch>> {
        self.batches()?.map(|batch| record_batch(&batch?)).collect()
    }
}
