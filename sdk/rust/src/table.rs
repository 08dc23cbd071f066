//! Table functions.

use std::rc::Rc;

use crate::dataset::{dataset, Dataset};
use crate::error::{err, Result};
use crate::imports;
use crate::lambda::{Bind, BindTable, Bound, Cursor, Emit, Kernel, Lambda, Promises, Rows};
use crate::node::{Node, FUNCTION};
use crate::out::PART;
use crate::row::{output_of, Finder, Row};
use crate::schema::{Field, IntoSchema};
use crate::source::lower_parameters;
use crate::wire::{self, Lower, WireBatch};

/// How many rows are handed over at once: a chunk of the host's.
const ROWS: usize = 2048;

/// A function that makes the rows of a partition.
pub(crate) fn table_bind<P: Row, I>(
    f: impl Fn(P, u32) -> I + 'static,
    finder: fn(&[Field]) -> Finder,
) -> Result<BindTable>
where
    I: IntoIterator + 'static,
    I::Item: Row,
{
    let output = output_of::<I::Item>()?;
    let f = Rc::new(f);
    let bind = move |arguments: &[Field], row: WireBatch| {
        let (mut rows, _) = Rows::<P>::bind(finder(arguments).of_all())?;
        rows.read(row)?;
        rows.input.hold();
        Ok(Bound {
            kernel: Box::new(Table {
                f: Rc::clone(&f),
                arguments: rows,
                output: output.clone(),
            }),
            output: output.clone(),
            wanted: None,
        })
    };
    Ok(Box::new(bind))
}

struct Table<P: Row, F> {
    f: Rc<F>,
    arguments: Rows<P>,
    output: Vec<Field>,
}

impl<P: Row, I, F> Kernel for Table<P, F>
where
    I: IntoIterator + 'static,
    I::Item: Row,
    F: Fn(P, u32) -> I,
{
    fn open_scan(&mut self, partition: u32, columns: &[u32]) -> Result<Box<dyn Cursor>> {
        let mut out = Emit::new(&self.output);
        out.writer.order = Some(columns.iter().map(|&c| c as usize).collect());
        Ok(Box::new(Scan {
            rows: (self.f)(self.arguments.get(0), partition).into_iter(),
            out,
        }))
    }
}

/// An open partition.
struct Scan<I: Iterator> {
    rows: I,
    out: Emit<I::Item>,
}

impl<I: Iterator> Cursor for Scan<I>
where
    I::Item: Row,
{
    fn next(&mut self) -> Result<Option<WireBatch>> {
        let out = &mut self.out;
        out.writer.reset();
        while out.writer.rows < ROWS && out.writer.bytes() < PART {
            match self.rows.next() {
                Some(row) => out.emit(row),
                None => break,
            }
        }
        match out.writer.rows {
            0 => Ok(None),
            _ => Ok(Some(out.writer.wire())),
        }
    }

    fn close(self: Box<Self>) {}
}

/// The rows that a function makes of nothing but its arguments and the number of
/// the partition, of so many partitions (1 to 1,000,000). An iterator is asked for
/// rows as long as somebody wants them, so it may go on forever; one that is dropped
/// early cleans up in its destructor. Rows come in no order.
///
/// ```no_run
/// # use wasi_data as data;
/// let squares = data::generate((), 4, |(), partition| {
///     let first = i64::from(partition) * 1000;
///     (first..first + 1000).map(|n| n * n)
/// });
/// # let _ = squares;
/// ```
pub fn generate<P: Row, I>(
    arguments: P,
    partitions: u32,
    f: impl Fn(P, u32) -> I + 'static,
) -> Dataset
where
    I: IntoIterator + 'static,
    I::Item: Row,
{
    let lambda = match table_bind(f, |arguments| Finder::new(arguments)) {
        Ok(bind) => Lambda {
            promises: Promises::default(),
            bind: Bind::Table(bind, 0),
        },
        Err(error) => return crate::dataset::failed(error),
    };
    let call = |lower: &mut Lower, states: &[usize], area| {
        let (fields, batch) = lower_parameters(lower, arguments);
        unsafe {
            imports::generate(
                FUNCTION,
                states[0],
                (P::COLUMNS > 0) as usize,
                fields.at(),
                fields.count,
                batch.rows as usize,
                batch.nodes.at(),
                batch.nodes.count,
                batch.buffers.at(),
                batch.buffers.count,
                partitions as usize,
                area,
            )
        }
    };
    dataset(Node::make(imports::dataset_drop, &[], vec![lambda], call))
}

/// Names a type over a stored one, a schema of one column: an Arrow extension
/// type, which sorts and prints as what it is stored as. For one with operations
/// see [`TypeOperations`](crate::TypeOperations).
pub fn register_type(name: &str, storage: impl IntoSchema) -> Result<()> {
    let storage = storage.into_schema()?.fields;
    if storage.len() != 1 {
        return Err(err!(
            InvalidArgument,
            "a type is stored as one column, and '{}' has {}",
            name,
            storage.len()
        ));
    }
    wire::call(
        4,
        |lower, area| {
            let (name, fields) = (lower.text(name), lower.fields(&storage));
            let (at, count) = (fields.at(), fields.count);
            unsafe { imports::register_type(name.at(), name.count, at, count, 0, 0, 0, area) }
        },
        |_| (),
    )
}
