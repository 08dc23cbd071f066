//! Partitions and groups as a whole.

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::Result;
use crate::lambda::{Bind, Bound, Cursor, Emit, Kernel, Lambda, Promises, Rows};
use crate::out::PART;
use crate::row::{output_of, Finder, Row};
use crate::schema::Field;
use crate::wire::WireBatch;

/// `open` makes what sees a partition: row after row, then none at its end.
pub(crate) fn partition_lambda<T: Row, U: Row, G>(open: impl Fn() -> G + 'static) -> Result<Lambda>
where
    G: FnMut(Option<T>, &mut Emit<U>) + 'static,
{
    let output = output_of::<U>()?;
    let open = Rc::new(open);
    Ok(Lambda::new(move |input| {
        let (parts, wanted) = Parts::<T, U>::new(input, &output)?;
        Ok(Bound {
            kernel: Box::new(Partitions {
                open: Rc::clone(&open),
                input: input.to_vec(),
                output: output.clone(),
                free: Rc::new(RefCell::new(vec![parts])),
            }),
            output: output.clone(),
            wanted: Some(wanted),
        })
    }))
}

/// What a partition needs, kept for the next one.
struct Parts<T: Row, U> {
    rows: Rows<T>,
    out: Emit<U>,
}

impl<T: Row, U: Row> Parts<T, U> {
    fn new(input: &[Field], output: &[Field]) -> Result<(Self, Vec<u32>)> {
        let (rows, wanted) = Rows::bind(Finder::new(input))?;
        let out = Emit::new(output);
        Ok((Parts { rows, out }, wanted))
    }
}

type Free<T, U> = Rc<RefCell<Vec<Parts<T, U>>>>;

struct Partitions<T: Row, U, F> {
    open: Rc<F>,
    input: Vec<Field>,
    output: Vec<Field>,
    free: Free<T, U>,
}

impl<T: Row, U: Row, F, G> Kernel for Partitions<T, U, F>
where
    F: Fn() -> G + 'static,
    G: FnMut(Option<T>, &mut Emit<U>) + 'static,
{
    fn open(&mut self) -> Result<Box<dyn Cursor>> {
        let kept = self.free.borrow_mut().pop();
        let parts = match kept {
            Some(parts) => parts,
            None => Parts::new(&self.input, &self.output)?.0,
        };
        Ok(Box::new(Partition {
            body: (self.open)(),
            parts,
            free: Rc::clone(&self.free),
            next: 0,
            rows: 0,
            ending: false,
        }))
    }
}

struct Partition<T: Row, U, G> {
    body: G,
    parts: Parts<T, U>,
    free: Free<T, U>,
    /// Of the rows that were pushed.
    next: usize,
    rows: usize,
    /// The end is to be told.
    ending: bool,
}

/// How often the size of an output is looked at, in rows of input.
const LOOK: usize = 64;

impl<T, U, G> Cursor for Partition<T, U, G>
where
    T: Row,
    U: Row,
    G: FnMut(Option<T>, &mut Emit<U>) + 'static,
{
    fn push(&mut self, batch: Option<WireBatch>) -> Result<()> {
        match batch {
            None => self.ending = true,
            Some(batch) => {
                self.parts.rows.read(batch)?;
                self.parts.rows.input.hold();
                self.next = 0;
                self.rows = self.parts.rows.input.rows;
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<WireBatch>> {
        let Parts { rows, out } = &mut self.parts;
        out.writer.reset();
        while self.next < self.rows && out.writer.bytes() < PART {
            let end = self.rows.min(self.next + LOOK);
            for at in self.next..end {
                (self.body)(Some(rows.get(at)), out);
            }
            self.next = end;
        }
        if self.next == self.rows {
            rows.input.release();
            if self.ending && out.writer.rows == 0 {
                self.ending = false;
                (self.body)(None, out);
            }
        }
        match out.writer.rows {
            0 => Ok(None),
            _ => Ok(Some(out.writer.wire())),
        }
    }

    fn close(self: Box<Self>) {
        let mut parts = self.parts;
        parts.rows.input.release();
        self.free.borrow_mut().push(parts);
    }
}

/// All rows of two groups of one key.
pub(crate) fn co_group_lambda<L: Row, R: Row, U: Row>(
    f: impl Fn(Vec<L>, Vec<R>, &mut Emit<U>) -> Result<()> + 'static,
) -> Result<Lambda> {
    let output = output_of::<U>()?;
    let f = Rc::new(f);
    let bind = move |left: &[Field], right: &[Field]| {
        // All columns come.
        let check = Finder::new(left).of_all();
        Rows::<L>::bind(check)?;
        Rows::<R>::bind(Finder::new(right).of_all())?;
        Ok(Bound {
            kernel: Box::new(CoGroups::<L, R, U, _> {
                f: Rc::clone(&f),
                left: left.to_vec(),
                right: right.to_vec(),
                output: output.clone(),
                of: std::marker::PhantomData,
            }),
            output: output.clone(),
            wanted: None,
        })
    };
    Ok(Lambda {
        promises: Promises::default(),
        bind: Bind::Two(Box::new(bind)),
    })
}

struct CoGroups<L, R, U, F> {
    f: Rc<F>,
    left: Vec<Field>,
    right: Vec<Field>,
    output: Vec<Field>,
    of: std::marker::PhantomData<(L, R, U)>,
}

impl<L: Row, R: Row, U: Row, F> Kernel for CoGroups<L, R, U, F>
where
    F: Fn(Vec<L>, Vec<R>, &mut Emit<U>) -> Result<()> + 'static,
{
    fn open(&mut self) -> Result<Box<dyn Cursor>> {
        Ok(Box::new(CoGroup {
            f: Rc::clone(&self.f),
            left: Side::new(&self.left)?,
            right: Side::new(&self.right)?,
            out: Emit::<U>::new(&self.output),
            ending: false,
        }))
    }
}

/// The rows of one side.
struct Side<T: Row> {
    columns: Rows<T>,
    rows: Vec<T>,
}

impl<T: Row> Side<T> {
    fn new(input: &[Field]) -> Result<Side<T>> {
        Ok(Side {
            columns: Rows::bind(Finder::new(input).of_all())?.0,
            rows: Vec::new(),
        })
    }

    fn push(&mut self, batch: WireBatch) -> Result<()> {
        self.columns.read(batch)?;
        let columns = &self.columns;
        self.rows
            .extend((0..columns.input.rows).map(|at| columns.get(at)));
        Ok(())
    }
}

struct CoGroup<L: Row, R: Row, U, F> {
    f: Rc<F>,
    left: Side<L>,
    right: Side<R>,
    out: Emit<U>,
    ending: bool,
}

impl<L: Row, R: Row, U: Row, F> Cursor for CoGroup<L, R, U, F>
where
    F: Fn(Vec<L>, Vec<R>, &mut Emit<U>) -> Result<()> + 'static,
{
    fn push(&mut self, batch: Option<WireBatch>) -> Result<()> {
        batch.map_or(Ok(()), |batch| self.left.push(batch))
    }

    fn push_right(&mut self, batch: Option<WireBatch>) -> Result<()> {
        self.ending = batch.is_none();
        batch.map_or(Ok(()), |batch| self.right.push(batch))
    }

    fn next(&mut self) -> Result<Option<WireBatch>> {
        if !std::mem::replace(&mut self.ending, false) {
            return Ok(None);
        }
        let (left, right) = (&mut self.left.rows, &mut self.right.rows);
        (self.f)(std::mem::take(left), std::mem::take(right), &mut self.out)?;
        match self.out.writer.rows {
            0 => Ok(None),
            _ => Ok(Some(self.out.writer.wire())),
        }
    }

    fn close(self: Box<Self>) {}
}
