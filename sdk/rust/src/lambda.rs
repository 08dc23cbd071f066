//! Lambdas: functions of the program as the host knows them, and what runs them
//! in a worker.

use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::{BitOr, BitOrAssign};
use std::rc::Rc;

use crate::array::Input;
use crate::call::Call;
use crate::error::{err, Error, Result};
use crate::out::{Writer, PART};
use crate::output::passed;
use crate::row::{output_of, Finder, Row};
use crate::schema::Field;
use crate::states::StateBytes;
use crate::wire::{List, WireBatch};

/// What a lambda promises about itself; engines make use of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Promises(pub(crate) u8);

impl Promises {
    /// Equal input gives equal output, whatever came before.
    pub const DETERMINISTIC: Promises = Promises(1);
    /// It fails on no input.
    pub const TOTAL: Promises = Promises(2);
    /// A null in a row of input gives a row of nulls, without being called.
    pub const STRICT: Promises = Promises(4);
}

impl BitOr for Promises {
    type Output = Promises;

    fn bitor(self, other: Promises) -> Promises {
        Promises(self.0 | other.0)
    }
}

impl BitOrAssign for Promises {
    fn bitor_assign(&mut self, other: Promises) {
        self.0 |= other.0;
    }
}

/// Binds a function to columns: what the host's `lambda.state` points to.
pub(crate) struct Lambda {
    pub promises: Promises,
    pub bind: Bind,
}

pub(crate) type BindTable = Box<dyn Fn(&[Field], WireBatch) -> Result<Bound>>;

pub(crate) enum Bind {
    One(Box<dyn Fn(&[Field]) -> Result<Bound>>),
    Two(Box<dyn Fn(&[Field], &[Field]) -> Result<Bound>>),
    /// A table function, to a row of arguments; so many partitions, 0: those that
    /// it is asked for.
    Table(BindTable, u32),
    /// The same, and to columns of arguments.
    Rows(BindTable, Box<dyn Fn(&[Field]) -> Result<Bound>>),
    /// To arguments, some of which are known.
    Call(Box<dyn Fn(&Call) -> Result<Bound>>),
    /// To the columns of a table, and a row of arguments.
    Over(Box<dyn Fn(&[Field], &[Field], WireBatch) -> Result<Bound>>),
}

/// A lambda bound to an input schema.
pub(crate) struct Bound {
    pub kernel: Box<dyn Kernel>,
    pub output: Vec<Field>,
    /// The input's columns that later batches have; none: all.
    pub wanted: Option<Vec<u32>>,
}

impl Lambda {
    pub(crate) fn new(bind: impl Fn(&[Field]) -> Result<Bound> + 'static) -> Lambda {
        Lambda {
            promises: Promises::default(),
            bind: Bind::One(Box::new(bind)),
        }
    }

    /// Binds one of one input.
    pub(crate) fn bind_one(&self, input: &[Field]) -> Result<Bound> {
        match &self.bind {
            Bind::One(bind) => bind(input),
            _ => absent(),
        }
    }
}

fn absent<T>() -> Result<T> {
    Err(err!(
        Internal,
        "the lambda is of another kind than the host took it for"
    ))
}

/// What runs a bound lambda: the part of this that its kind has.
pub(crate) trait Kernel {
    fn map(&mut self, _batch: WireBatch) -> Result<WireBatch> {
        absent()
    }

    fn flat_map(&mut self, _batch: WireBatch) -> Result<(WireBatch, bool)> {
        absent()
    }

    fn flat_map_next(&mut self) -> Result<(WireBatch, bool)> {
        absent()
    }

    fn update(&mut self, _: StateBytes, _groups: &[u32], _: WireBatch) -> Result<WireBatch> {
        absent()
    }

    fn combine(&mut self, _left: StateBytes, _right: StateBytes) -> Result<WireBatch> {
        absent()
    }

    fn finish(&mut self, _: StateBytes) -> Result<WireBatch> {
        absent()
    }

    fn open(&mut self) -> Result<Box<dyn Cursor>> {
        absent()
    }

    /// Rows for rows of arguments: for each which one it is of, and whether there are
    /// more.
    fn call_rows(&mut self, _arguments: WireBatch) -> Result<(WireBatch, List, bool)> {
        absent()
    }

    fn next_rows(&mut self) -> Result<(WireBatch, List, bool)> {
        absent()
    }

    /// A partition of a table function, of which these columns are wanted.
    fn open_scan(&mut self, _partition: u32, _columns: &[u32]) -> Result<Box<dyn Cursor>> {
        absent()
    }
}

/// An open partition or group, or a pair of groups.
pub(crate) trait Cursor {
    fn push(&mut self, _batch: Option<WireBatch>) -> Result<()> {
        absent()
    }

    /// Of the right of a pair.
    fn push_right(&mut self, _batch: Option<WireBatch>) -> Result<()> {
        absent()
    }

    /// Output, if there is more for what was pushed.
    fn next(&mut self) -> Result<Option<WireBatch>>;

    fn close(self: Box<Self>);
}

/// Rows of a type that come in.
pub(crate) struct Rows<T: Row> {
    pub input: Input,
    pub readers: T::Readers,
}

impl<T: Row> Rows<T> {
    /// And the columns that are wanted.
    pub(crate) fn bind(mut finder: Finder) -> Result<(Rows<T>, Vec<u32>)> {
        let readers = T::bind(&mut finder)?;
        let input = Input::new(finder.columns());
        Ok((Rows { input, readers }, finder.wanted))
    }

    pub(crate) fn read(&mut self, batch: WireBatch) -> Result<()> {
        self.input.read(batch)?;
        T::prepare(&mut self.readers, &mut self.input)
    }

    #[inline(always)]
    pub(crate) fn get(&self, at: usize) -> T {
        T::get(&self.readers, at)
    }
}

/// Rows for rows.
pub(crate) fn map_lambda<T: Row, U: Row>(f: impl Fn(T) -> Result<U> + 'static) -> Result<Lambda> {
    map_by(f, |input| Finder::new(input))
}

/// A function of arguments, which are found by their order.
pub(crate) fn function_lambda<T: Row, U: Row>(f: impl Fn(T) -> U + 'static) -> Result<Lambda> {
    map_by(
        move |row| Ok(f(row)),
        |input| Finder::new(input).by_position(),
    )
}

pub(crate) fn map_by<T: Row, U: Row>(
    f: impl Fn(T) -> Result<U> + 'static,
    finder: fn(&[Field]) -> Finder,
) -> Result<Lambda> {
    let output = output_of::<U>()?;
    let f = Rc::new(f);
    Ok(Lambda::new(move |input| {
        let (rows, wanted) = Rows::<T>::bind(finder(input))?;
        Ok(Bound {
            kernel: Box::new(Map {
                f: Rc::clone(&f),
                rows,
                writer: Writer::new(&output),
                of: PhantomData::<U>,
            }),
            output: output.clone(),
            wanted: Some(wanted),
        })
    }))
}

struct Map<T: Row, U, F> {
    f: Rc<F>,
    rows: Rows<T>,
    writer: Writer,
    of: PhantomData<U>,
}

/// A function of its own: its parameters do not alias.
#[inline(never)]
fn map_all<T: Row, U: Row>(
    f: &impl Fn(T) -> Result<U>,
    readers: &T::Readers,
    writer: &mut Writer,
    rows: usize,
) -> Result<()> {
    for at in 0..rows {
        f(T::get(readers, at))?.put(writer, 0, at);
    }
    writer.rows = rows;
    Ok(())
}

impl<T: Row, U: Row, F: Fn(T) -> Result<U>> Kernel for Map<T, U, F> {
    fn map(&mut self, batch: WireBatch) -> Result<WireBatch> {
        self.rows.read(batch)?;
        let rows = self.rows.input.rows;
        self.writer.start(rows);
        map_all(&*self.f, &self.rows.readers, &mut self.writer, rows)?;
        Ok(self.writer.wire())
    }
}

/// Rows for rows, behind the columns that came in.
pub(crate) fn extend_lambda<T: Row, U: Row>(
    f: impl Fn(T) -> Result<U> + 'static,
) -> Result<Lambda> {
    let added = output_of::<U>()?;
    let f = Rc::new(f);
    Ok(Lambda::new(move |input| {
        let mut output = passed(input);
        for field in &added {
            if let Some(there) = output.iter().find(|f| f.name == field.name) {
                return Err(err!(
                    InvalidArgument,
                    "there is a column '{}' already: rename one of them, or map to what is wanted",
                    there.name
                ));
            }
        }
        output.extend(added.iter().cloned());
        let (rows, wanted) = Rows::<T>::bind(Finder::new(input))?;
        Ok(Bound {
            kernel: Box::new(Map {
                f: Rc::clone(&f),
                rows,
                writer: Writer::new(&added),
                of: PhantomData::<U>,
            }),
            output,
            wanted: Some(wanted),
        })
    }))
}

/// Where lambdas that give any number of rows put them.
pub struct Emit<U> {
    pub(crate) writer: Writer,
    of: PhantomData<U>,
}

impl<U: Row> Emit<U> {
    pub(crate) fn new(output: &[Field]) -> Emit<U> {
        Emit {
            writer: Writer::new(output),
            of: PhantomData,
        }
    }

    /// Gives a row.
    #[inline(always)]
    pub fn emit(&mut self, row: U) {
        let at = self.writer.next();
        row.put(&mut self.writer, 0, at);
    }
}

impl<U: Row> Extend<U> for Emit<U> {
    fn extend<I: IntoIterator<Item = U>>(&mut self, rows: I) {
        rows.into_iter().for_each(|row| self.emit(row));
    }
}

/// Any number of rows for each row.
pub(crate) fn flat_map_lambda<T: Row, U: Row>(
    f: impl Fn(T, &mut Emit<U>) -> Result<()> + 'static,
) -> Result<Lambda> {
    let output = output_of::<U>()?;
    let f = Rc::new(f);
    Ok(Lambda::new(move |input| {
        let (rows, wanted) = Rows::<T>::bind(Finder::new(input))?;
        Ok(Bound {
            kernel: Box::new(FlatMap {
                f: Rc::clone(&f),
                rows,
                next: 0,
                out: Emit::<U>::new(&output),
            }),
            output: output.clone(),
            wanted: Some(wanted),
        })
    }))
}

struct FlatMap<T: Row, U, F> {
    f: Rc<F>,
    rows: Rows<T>,
    next: usize,
    out: Emit<U>,
}

/// How often the size of an output is looked at, in rows of input.
const LOOK: usize = 64;

impl<T: Row, U: Row, F: Fn(T, &mut Emit<U>) -> Result<()>> Kernel for FlatMap<T, U, F> {
    fn flat_map(&mut self, batch: WireBatch) -> Result<(WireBatch, bool)> {
        self.rows.input.release();
        self.rows.read(batch)?;
        self.next = 0;
        self.flat_map_next()
    }

    fn flat_map_next(&mut self) -> Result<(WireBatch, bool)> {
        self.out.writer.reset();
        let rows = self.rows.input.rows;
        while self.next < rows && self.out.writer.bytes() < PART {
            let end = rows.min(self.next + LOOK);
            for at in self.next..end {
                (self.f)(self.rows.get(at), &mut self.out)?;
            }
            self.next = end;
        }
        let more = self.next < rows;
        match more {
            true => self.rows.input.hold(),
            false => self.rows.input.release(),
        }
        Ok((self.out.writer.wire(), more))
    }
}

/// Makes the errors of a function the crate's.
pub(crate) fn tried<R, E: Display + 'static>(result: Result<R, E>) -> Result<R> {
    result.map_err(Error::from_any)
}
