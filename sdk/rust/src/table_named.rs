//! Table functions by name.

use std::rc::Rc;

use crate::error::{err, Result};
use crate::imports;
use crate::lambda::{Bind, Bound, Emit, Kernel, Lambda, Promises, Rows};
use crate::measure::{register_signature, Signature};
use crate::out::PART;
use crate::partition::partition_lambda;
use crate::row::{output_of, schema_of, Finder, Row};
use crate::schema::Field;
use crate::table::table_bind;
use crate::wire::{List, WireBatch};

fn by_position(arguments: &[Field]) -> Finder<'_> {
    Finder::new(arguments).by_position()
}

/// Makes a table function usable by name in SQL and in [`select`]: the fields of `P`
/// are its arguments in their order (or `P` is the one argument; `()`: there are
/// none), the iterator's items its rows. It is called for each row of arguments, as in
///
/// ```sql
/// select * from lines, words(lines.text)
/// ```
///
/// or once where they are constants, as in `select * from words('a b')`; then it is
/// asked for rows as long as they are wanted, and may go on forever.
/// [`Promises::STRICT`]: it is not called for null arguments.
///
/// [`select`]: crate::Dataset::select
pub fn register_table<P: Row, I>(
    name: &str,
    promises: Promises,
    f: impl Fn(P) -> I + 'static,
) -> Result<()>
where
    I: IntoIterator + 'static,
    I::Item: Row,
{
    let f = Rc::new(f);
    let once = Rc::clone(&f);
    let source = table_bind(move |arguments, _| once(arguments), by_position)?;
    let output = output_of::<I::Item>()?;
    let rows = move |arguments: &[Field]| {
        let (rows, _) = Rows::<P>::bind(by_position(arguments).of_all())?;
        Ok(Bound {
            kernel: Box::new(Lateral {
                f: Rc::clone(&f),
                rows,
                next: 0,
                out: Emit::new(&output),
                parents: Vec::new(),
            }),
            output: output.clone(),
            wanted: None,
        })
    };
    let bind = Bind::Rows(source, Box::new(rows));
    register::<P>(name, Lambda { promises, bind })
}

/// Makes a table function of constants usable by name in SQL, as that of
/// [`generate`](crate::generate()): `select * from numbers(10)`. Its rows come from so
/// many partitions (0: as many as the host likes) at once, in no order.
pub fn register_source<P: Row, I>(
    name: &str,
    partitions: u32,
    f: impl Fn(P, u32) -> I + 'static,
) -> Result<()>
where
    I: IntoIterator + 'static,
    I::Item: Row,
{
    let bind = Bind::Table(table_bind(f, by_position)?, partitions);
    let promises = Promises::default();
    register::<P>(name, Lambda { promises, bind })
}

/// Makes a function over the rows of a table usable by name in SQL:
///
/// ```sql
/// select * from longest(TABLE words PARTITION BY line ORDER BY size DESC, 3)
/// ```
///
/// The fields of `P` (or `P`, `()` for none) are the arguments behind the table. `open`
/// makes what sees a partition, in its order: row after row, then none at its end, as
/// for [`map_partitions`](crate::Dataset::map_partitions).
pub fn register_over<P: Row, T: Row, U: Row, G>(
    name: &str,
    open: impl Fn(P) -> G + 'static,
) -> Result<()>
where
    G: FnMut(Option<T>, &mut Emit<U>) + 'static,
{
    let open = Rc::new(open);
    output_of::<U>()?;
    let bind = move |table: &[Field], arguments: &[Field], row: WireBatch| {
        let (mut rows, _) = Rows::<P>::bind(by_position(arguments).of_all())?;
        rows.read(row)?;
        rows.input.hold();
        let open = Rc::clone(&open);
        let lambda = partition_lambda::<T, U, G>(move || open(rows.get(0)))?;
        match lambda.bind {
            Bind::One(bind) => bind(table),
            _ => Err(err!(Internal, "a partition is bound to one input")),
        }
    };
    let bind = Bind::Over(Box::new(bind));
    let promises = Promises::default();
    register::<P>(name, Lambda { promises, bind })
}

fn register<P: Row>(name: &str, lambda: Lambda) -> Result<()> {
    let signature = Signature {
        arguments: Some(schema_of::<P>().fields),
        variadic: false,
        strict: lambda.promises.0 & Promises::STRICT.0 != 0,
    };
    register_signature(name, lambda, signature, imports::register_table)
}

struct Lateral<P: Row, F, U> {
    f: Rc<F>,
    rows: Rows<P>,
    next: usize,
    out: Emit<U>,
    /// For each row of `out` which row of arguments it is of.
    parents: Vec<u32>,
}

/// What one row of arguments may give, in bytes.
const ROW: usize = 256 << 20;

impl<P: Row, I, F> Kernel for Lateral<P, F, I::Item>
where
    I: IntoIterator + 'static,
    I::Item: Row,
    F: Fn(P) -> I,
{
    fn call_rows(&mut self, arguments: WireBatch) -> Result<(WireBatch, List, bool)> {
        self.rows.input.release();
        self.rows.read(arguments)?;
        self.next = 0;
        self.next_rows()
    }

    fn next_rows(&mut self) -> Result<(WireBatch, List, bool)> {
        let rows = self.rows.input.rows;
        self.out.writer.reset();
        self.parents.clear();
        while self.next < rows && self.out.writer.bytes() < PART {
            for row in (self.f)(self.rows.get(self.next)) {
                self.out.emit(row);
                self.parents.push(self.next as u32);
                if self.parents.len() % 1024 == 0 && self.out.writer.bytes() > ROW {
                    return Err(err!(
                        LimitExceeded,
                        "it gives more than {} MiB for a row of arguments",
                        ROW >> 20
                    ));
                }
            }
            self.next += 1;
        }
        let more = self.next < rows;
        match more {
            true => self.rows.input.hold(),
            false => self.rows.input.release(),
        }
        let parents = List {
            data: self.parents.as_ptr() as *const u8,
            count: self.parents.len(),
        };
        Ok((self.out.writer.wire(), parents, more))
    }
}
