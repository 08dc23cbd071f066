//! Data sets by lambdas over rows, batches and partitions.

use std::fmt::Display;
use std::rc::Rc;

use crate::batch::{Batch, RowRef};
use crate::dataset::{dataset, failed, Dataset};
use crate::dynamic;
use crate::error::{err, Result};
use crate::imports;
use crate::lambda::{extend_lambda, flat_map_lambda, map_lambda, tried, Emit, Lambda, Promises};
use crate::node::{Node, FUNCTION};
use crate::output::{BatchWriter, Output, RowWriter};
use crate::partition::partition_lambda;
use crate::row::Row;
use crate::states::reduce_lambda;
use crate::wire::Lower;

/// An import that takes a lambda.
type LambdaImport = unsafe extern "C" fn(usize, usize, usize, usize);

impl Dataset {
    /// What the next lambda on this data set promises:
    /// `flights.promising(Promises::DETERMINISTIC).map(…)`.
    pub fn promising(&self, promises: Promises) -> Dataset {
        Dataset {
            node: Rc::clone(&self.node),
            promises: self.promises | promises,
        }
    }

    fn apply(&self, lambda: Result<Lambda>, import: LambdaImport) -> Dataset {
        apply(&self.node, self.promises, lambda, import)
    }

    /// A row for each row.
    pub fn map<T: Row, U: Row>(&self, f: impl Fn(T) -> U + 'static) -> Dataset {
        self.apply(map_lambda(move |row| Ok(f(row))), imports::map)
    }

    /// The same by a function that may fail; its error is the job's.
    pub fn try_map<T: Row, U: Row, E: Display + 'static>(
        &self,
        f: impl Fn(T) -> Result<U, E> + 'static,
    ) -> Dataset {
        self.apply(map_lambda(move |row| tried(f(row))), imports::map)
    }

    /// Adds the columns of a row for each row.
    pub fn extend<T: Row, U: Row>(&self, f: impl Fn(T) -> U + 'static) -> Dataset {
        self.apply(extend_lambda(move |row| Ok(f(row))), imports::map)
    }

    /// The rows for which the function says true.
    pub fn filter_by<T: Row>(&self, f: impl Fn(T) -> bool + 'static) -> Dataset {
        self.apply(map_lambda(move |row| Ok(f(row))), imports::filter_lambda)
    }

    /// The same by a function that may fail; its error is the job's.
    pub fn try_filter_by<T: Row, E: Display + 'static>(
        &self,
        f: impl Fn(T) -> Result<bool, E> + 'static,
    ) -> Dataset {
        self.apply(map_lambda(move |row| tried(f(row))), imports::filter_lambda)
    }

    /// Any number of rows for each row.
    pub fn flat_map<T: Row, U: Row>(&self, f: impl Fn(T, &mut Emit<U>) + 'static) -> Dataset {
        let f = move |row, out: &mut Emit<U>| {
            f(row, out);
            Ok(())
        };
        self.apply(flat_map_lambda(f), imports::flat_map)
    }

    /// The same by a function that may fail; its error is the job's.
    pub fn try_flat_map<T: Row, U: Row, E: Display + 'static>(
        &self,
        f: impl Fn(T, &mut Emit<U>) -> Result<(), E> + 'static,
    ) -> Dataset {
        let f = move |row, out: &mut Emit<U>| tried(f(row, out));
        self.apply(flat_map_lambda(f), imports::flat_map)
    }

    /// Any number of rows for each partition. `open` is called for each and makes
    /// what sees it as a whole: row after row, then `None` at its end.
    ///
    /// ```no_run
    /// # use wasi_data::{self as data, Emit};
    /// let sums = data::range(0, 1000, 1).map_partitions(|| {
    ///     let mut sum = 0;
    ///     move |row: Option<i64>, out: &mut Emit<i64>| match row {
    ///         Some(id) => sum += id,
    ///         None => out.emit(sum),
    ///     }
    /// });
    /// ```
    pub fn map_partitions<T: Row, U: Row, G>(&self, open: impl Fn() -> G + 'static) -> Dataset
    where
        G: FnMut(Option<T>, &mut Emit<U>) + 'static,
    {
        self.apply(partition_lambda(open), imports::map_partitions)
    }

    /// Combines all rows two by two; the function must be associative and
    /// commutative, and `T` has all columns. No rows stay none.
    pub fn reduce<T: Row>(&self, f: impl Fn(T, T) -> T + 'static) -> Dataset {
        self.apply(reduce_lambda(f), imports::reduce_all)
    }

    fn apply_dynamic(
        &self,
        output: &str,
        make: impl FnOnce(Output) -> Lambda,
        import: LambdaImport,
    ) -> Dataset {
        self.apply(Output::parse(output).map(make), import)
    }

    /// A row for each row, of columns that are known at run time only. `output` is
    /// the schema of what comes out; a `*` at its start keeps the input's columns.
    pub fn map_rows(&self, output: &str, f: impl Fn(RowRef, &mut RowWriter) + 'static) -> Dataset {
        self.apply_dynamic(output, |o| dynamic::map_rows_lambda(o, f), imports::map)
    }

    /// The rows for which the function says true.
    pub fn filter_rows(&self, f: impl Fn(RowRef) -> bool + 'static) -> Dataset {
        self.apply(dynamic::filter_rows_lambda(f), imports::filter_lambda)
    }

    /// Any number of rows for each row: set columns and emit.
    pub fn flat_map_rows(
        &self,
        output: &str,
        f: impl Fn(RowRef, &mut RowWriter) + 'static,
    ) -> Dataset {
        if output.trim_start().starts_with('*') {
            return failed(err!(InvalidArgument, "flat_map_rows: '*' is for maps"));
        }
        self.apply_dynamic(
            output,
            |o| dynamic::flat_map_rows_lambda(o, f),
            imports::flat_map,
        )
    }

    /// Columns for columns: as many rows as came in.
    ///
    /// ```no_run
    /// # use wasi_data as data;
    /// data::range(0, 10, 1).map_batch("*, square: i64 not null", |batch, out| {
    ///     let ids = batch.column::<i64>("id");
    ///     for (square, id) in out.column::<i64>("square").iter_mut().zip(ids) {
    ///         *square = id * id;
    ///     }
    /// });
    /// ```
    pub fn map_batch(
        &self,
        output: &str,
        f: impl Fn(&Batch, &mut BatchWriter) + 'static,
    ) -> Dataset {
        self.apply_dynamic(output, |o| dynamic::map_batch_lambda(o, f), imports::map)
    }

    /// `keep[i]` says whether row i stays; all are false before.
    pub fn filter_batch(&self, f: impl Fn(&Batch, &mut [bool]) + 'static) -> Dataset {
        self.apply(dynamic::filter_batch_lambda(f), imports::filter_lambda)
    }

    /// Columns for columns, of any number of rows: [`BatchWriter::resize`].
    pub fn flat_map_batch(
        &self,
        output: &str,
        f: impl Fn(&Batch, &mut BatchWriter) + 'static,
    ) -> Dataset {
        if output.trim_start().starts_with('*') {
            return failed(err!(InvalidArgument, "flat_map_batch: '*' is for maps"));
        }
        self.apply_dynamic(
            output,
            |o| dynamic::flat_map_batch_lambda(o, f),
            imports::flat_map,
        )
    }
}

pub(crate) fn apply(
    node: &Rc<Node>,
    promises: Promises,
    lambda: Result<Lambda>,
    import: LambdaImport,
) -> Dataset {
    let mut lambda = match lambda {
        Ok(lambda) => lambda,
        Err(error) => return failed(node.error.clone().unwrap_or(error)),
    };
    lambda.promises = promises;
    let of = node.handle;
    let call =
        |_: &mut Lower, states: &[usize], area| unsafe { import(of, FUNCTION, states[0], area) };
    dataset(Node::make(
        imports::dataset_drop,
        &[node],
        vec![lambda],
        call,
    ))
}
