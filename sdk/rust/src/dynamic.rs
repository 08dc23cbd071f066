//! Lambdas over dynamic rows and batches.

use std::rc::Rc;

use crate::batch::{Batch, RowRef};
use crate::error::Result;
use crate::lambda::{Bound, Kernel, Lambda};
use crate::out::PART;
use crate::output::{BatchWriter, Output, RowWriter};
use crate::schema::{DataType, Field};
use crate::wire::WireBatch;

/// A lambda over all columns of the input.
fn lambda<K: Kernel + 'static>(
    output: Output,
    make: impl Fn(Batch, &[Field]) -> K + 'static,
) -> Lambda {
    Lambda::new(move |input| {
        Ok(Bound {
            kernel: Box::new(make(Batch::new(input.to_vec()), output.own())),
            output: output.of(input),
            wanted: None,
        })
    })
}

pub(crate) fn map_rows_lambda(
    output: Output,
    f: impl Fn(RowRef, &mut RowWriter) + 'static,
) -> Lambda {
    let f = Rc::new(f);
    lambda(output, move |batch, fields| MapRows {
        f: Rc::clone(&f),
        batch,
        rows: RowWriter::of(fields, true),
    })
}

/// A function of rows bound to these columns, all of them.
pub(crate) fn rows_bound(
    input: &[Field],
    output: Vec<Field>,
    f: impl Fn(RowRef, &mut RowWriter) + 'static,
) -> Bound {
    Bound {
        kernel: Box::new(MapRows {
            f: Rc::new(f),
            batch: Batch::new(input.to_vec()),
            rows: RowWriter::of(&output, true),
        }),
        output,
        wanted: None,
    }
}

struct MapRows<F> {
    f: Rc<F>,
    batch: Batch,
    rows: RowWriter,
}

#[inline(never)]
fn map_all(f: &impl Fn(RowRef, &mut RowWriter), batch: &Batch, out: &mut RowWriter) {
    for at in 0..batch.rows() {
        f(RowRef::new(batch, at), out);
        out.end();
    }
}

impl<F: Fn(RowRef, &mut RowWriter)> Kernel for MapRows<F> {
    fn map(&mut self, batch: WireBatch) -> Result<WireBatch> {
        self.batch.input.read(batch)?;
        self.rows.writer.start(self.batch.rows() + 1);
        map_all(&*self.f, &self.batch, &mut self.rows);
        Ok(self.rows.writer.wire())
    }
}

pub(crate) fn filter_rows_lambda(f: impl Fn(RowRef) -> bool + 'static) -> Result<Lambda> {
    let f = Rc::new(f);
    Ok(lambda(
        Output::parse("keep: bool not null")?,
        move |batch, fields| {
            let f = Rc::clone(&f);
            FilterBatch {
                f: Rc::new(move |batch: &Batch, keep: &mut [bool]| {
                    for (at, keep) in keep.iter_mut().enumerate() {
                        *keep = f(RowRef::new(batch, at));
                    }
                }),
                batch,
                keep: Vec::new(),
                out: BatchWriter::of(fields, true),
            }
        },
    ))
}

pub(crate) fn filter_batch_lambda(f: impl Fn(&Batch, &mut [bool]) + 'static) -> Result<Lambda> {
    let f = Rc::new(f);
    Ok(lambda(
        Output::parse("keep: bool not null")?,
        move |batch, fields| FilterBatch {
            f: Rc::clone(&f),
            batch,
            keep: Vec::new(),
            out: BatchWriter::of(fields, true),
        },
    ))
}

struct FilterBatch<F> {
    f: Rc<F>,
    batch: Batch,
    keep: Vec<bool>,
    out: BatchWriter,
}

impl<F: Fn(&Batch, &mut [bool])> Kernel for FilterBatch<F> {
    fn map(&mut self, batch: WireBatch) -> Result<WireBatch> {
        self.batch.input.read(batch)?;
        self.keep.clear();
        self.keep.resize(self.batch.rows(), false);
        (self.f)(&self.batch, &mut self.keep);
        self.out.start(self.batch.rows());
        debug_assert!(self.out.writer().outs[0].field.data_type == DataType::Bool);
        self.out.fill(0, self.keep.iter().copied());
        self.out.end();
        Ok(self.out.writer().wire())
    }
}

pub(crate) fn flat_map_rows_lambda(
    output: Output,
    f: impl Fn(RowRef, &mut RowWriter) + 'static,
) -> Lambda {
    let f = Rc::new(f);
    lambda(output, move |batch, fields| FlatMapRows {
        f: Rc::clone(&f),
        batch,
        next: 0,
        rows: RowWriter::of(fields, false),
    })
}

struct FlatMapRows<F> {
    f: Rc<F>,
    batch: Batch,
    next: usize,
    rows: RowWriter,
}

const LOOK: usize = 64;

impl<F: Fn(RowRef, &mut RowWriter)> Kernel for FlatMapRows<F> {
    fn flat_map(&mut self, batch: WireBatch) -> Result<(WireBatch, bool)> {
        self.batch.input.release();
        self.batch.input.read(batch)?;
        self.next = 0;
        self.flat_map_next()
    }

    fn flat_map_next(&mut self) -> Result<(WireBatch, bool)> {
        let rows = self.batch.rows();
        self.rows.writer.reset();
        self.rows.begin();
        while self.next < rows && self.rows.writer.bytes() < PART {
            let end = rows.min(self.next + LOOK);
            for at in self.next..end {
                (self.f)(RowRef::new(&self.batch, at), &mut self.rows);
            }
            self.next = end;
        }
        let more = self.next < rows;
        match more {
            true => self.batch.input.hold(),
            false => self.batch.input.release(),
        }
        Ok((self.rows.writer.wire(), more))
    }
}

pub(crate) fn map_batch_lambda(
    output: Output,
    f: impl Fn(&Batch, &mut BatchWriter) + 'static,
) -> Lambda {
    let f = Rc::new(f);
    lambda(output, move |batch, fields| MapBatch {
        f: Rc::clone(&f),
        batch,
        out: BatchWriter::of(fields, true),
    })
}

struct MapBatch<F> {
    f: Rc<F>,
    batch: Batch,
    out: BatchWriter,
}

impl<F: Fn(&Batch, &mut BatchWriter)> Kernel for MapBatch<F> {
    fn map(&mut self, batch: WireBatch) -> Result<WireBatch> {
        self.batch.input.read(batch)?;
        self.out.start(self.batch.rows());
        (self.f)(&self.batch, &mut self.out);
        self.out.end();
        Ok(self.out.writer().wire())
    }
}

pub(crate) fn flat_map_batch_lambda(
    output: Output,
    f: impl Fn(&Batch, &mut BatchWriter) + 'static,
) -> Lambda {
    let f = Rc::new(f);
    lambda(output, move |batch, fields| FlatMapBatch {
        f: Rc::clone(&f),
        batch,
        out: BatchWriter::of(fields, false),
    })
}

struct FlatMapBatch<F> {
    f: Rc<F>,
    batch: Batch,
    out: BatchWriter,
}

impl<F: Fn(&Batch, &mut BatchWriter)> Kernel for FlatMapBatch<F> {
    fn flat_map(&mut self, batch: WireBatch) -> Result<(WireBatch, bool)> {
        self.batch.input.read(batch)?;
        self.out.start(self.batch.rows());
        (self.f)(&self.batch, &mut self.out);
        self.out.end();
        Ok((self.out.writer().wire(), false))
    }
}
