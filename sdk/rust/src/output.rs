//! What lambdas over dynamic rows and batches write.

use std::cell::UnsafeCell;
use std::rc::Rc;

use crate::array::Array;
use crate::batch::{no_column, Batch, Key, Primitive, RowRef};
use crate::context::fail;
use crate::error::{err, Result};
use crate::out::{Alias, Out, Writer};
use crate::row::type_name;
use crate::schema::{DataType, Field, Schema};
use crate::value::{Fixed, Number, Value};

/// What is written to a column of a row: a [`Value`], `&str`, `&[u8]`, an
/// `Option` of these. Numbers may be written to columns of other numbers where
/// they fit; floats are rounded.
pub trait Put: Sized {
    #[doc(hidden)]
    fn fits(data_type: &DataType) -> bool;

    #[doc(hidden)]
    fn write(self, out: &mut Out, at: usize);

    #[doc(hidden)]
    fn as_number(&self) -> Option<Number> {
        None
    }
}

impl<T: Value> Put for T {
    #[inline(always)]
    fn fits(data_type: &DataType) -> bool {
        T::writes(data_type)
    }

    #[inline(always)]
    fn write(self, out: &mut Out, at: usize) {
        self.put(out, at)
    }

    fn as_number(&self) -> Option<Number> {
        self.number()
    }
}

impl Put for &str {
    #[inline(always)]
    fn fits(data_type: &DataType) -> bool {
        matches!(data_type, DataType::String | DataType::Binary)
    }

    #[inline(always)]
    fn write(self, out: &mut Out, at: usize) {
        out.put_bytes(at, self.as_bytes())
    }
}

impl Put for &[u8] {
    #[inline(always)]
    fn fits(data_type: &DataType) -> bool {
        *data_type == DataType::Binary
    }

    #[inline(always)]
    fn write(self, out: &mut Out, at: usize) {
        out.put_bytes(at, self)
    }
}

macro_rules! optional {
    ($($type:ty),*) => {
        $(impl Put for Option<$type> {
            #[inline(always)]
            fn fits(data_type: &DataType) -> bool {
                <$type>::fits(data_type)
            }

            #[inline(always)]
            fn write(self, out: &mut Out, at: usize) {
                match self {
                    Some(value) => value.write(out, at),
                    None => out.put_null(at),
                }
            }
        })*
    };
}
optional!(&str, &[u8]);

/// Writes a value, whatever is to be done for it.
#[inline(always)]
fn put<V: Put>(out: &mut Out, at: usize, value: V) {
    if V::fits(&out.field.data_type) {
        return value.write(out, at);
    }
    match value.as_number() {
        Some(number) => put_number(out, at, number),
        None => fail(&format!(
            "column '{}' is {} and was given a {}",
            out.field.name,
            out.field.data_type,
            type_name::<V>()
        )),
    }
}

#[cold]
#[inline(never)]
fn put_number(out: &mut Out, at: usize, number: Number) {
    macro_rules! integer {
        ($value:ident, $type:ident) => {
            <$type>::try_from($value).ok().map(|v| v.put(out, at))
        };
    }
    let done = match (number, &out.field.data_type) {
        (Number::Integer(v), DataType::I8) => integer!(v, i8),
        (Number::Integer(v), DataType::I16) => integer!(v, i16),
        (Number::Integer(v), DataType::I32) => integer!(v, i32),
        (Number::Integer(v), DataType::I64) => integer!(v, i64),
        (Number::Integer(v), DataType::U8) => integer!(v, u8),
        (Number::Integer(v), DataType::U16) => integer!(v, u16),
        (Number::Integer(v), DataType::U32) => integer!(v, u32),
        (Number::Integer(v), DataType::U64) => integer!(v, u64),
        (Number::Integer(v), DataType::F32) => Some((v as f32).put(out, at)),
        (Number::Integer(v), DataType::F64) => Some((v as f64).put(out, at)),
        (Number::Float(v), DataType::F32) => Some((v as f32).put(out, at)),
        (Number::Float(v), DataType::F64) => Some(v.put(out, at)),
        _ => None,
    };
    if done.is_none() {
        let text = match number {
            Number::Integer(v) => v.to_string(),
            Number::Float(v) => v.to_string(),
        };
        fail(&format!(
            "column '{}': {} does not fit {}",
            out.field.name, text, out.field.data_type
        ));
    }
}

/// Rows that are written one by one: set columns of the current row, in any
/// order, then [`RowWriter::emit`]. Columns that are not set are null.
pub struct RowWriter {
    pub(crate) writer: Writer,
    /// The row is ended by who called.
    pub(crate) fixed: bool,
}

impl RowWriter {
    /// Rows for [`crate::create_rows`].
    pub fn new(schema: impl crate::IntoSchema) -> Result<RowWriter> {
        let mut rows = RowWriter::of(&schema.into_schema()?.fields, false);
        rows.writer.start(0);
        rows.begin();
        Ok(rows)
    }

    pub(crate) fn of(fields: &[Field], fixed: bool) -> RowWriter {
        RowWriter {
            writer: Writer::new(fields),
            fixed,
        }
    }

    /// Makes room for the row that is written next.
    #[inline(always)]
    pub(crate) fn begin(&mut self) {
        self.writer.next();
        self.writer.rows -= 1;
    }

    #[inline(always)]
    fn find(&self, key: impl Key) -> usize {
        let outs = &self.writer.outs;
        match key.place(outs.len(), |i, name| outs[i].field.name == name) {
            Some(at) => at,
            None => {
                let fields: Vec<Field> = outs.iter().map(|o| o.field.clone()).collect();
                fail(&no_column(key, &fields).message)
            }
        }
    }

    /// Sets a column of the current row, once.
    #[inline(always)]
    pub fn set<V: Put>(&mut self, key: impl Key, value: V) {
        let (column, at) = (self.find(key), self.writer.rows);
        let out = self.writer.column(column);
        if out.filled != at {
            self.catch_up(column);
        }
        let out = self.writer.column(column);
        put(out, at, value);
        out.filled = at + 1;
    }

    #[cold]
    fn catch_up(&mut self, column: usize) {
        let at = self.writer.rows;
        let out = self.writer.column(column);
        if out.filled > at {
            fail(&format!(
                "column '{}' is set twice in a row",
                out.field.name
            ));
        }
        out.fill(at);
    }

    /// Sets a column to the value of another of the same type, null or not.
    pub fn copy(&mut self, key: impl Key, from: &RowRef, from_key: impl Key) {
        let column = self.find(key);
        let data_type = self.writer.column(column).field.data_type.clone();
        macro_rules! copies {
            ($($kind:pat => $type:ty,)*) => {
                match &data_type {
                    $($kind => self.set(key, from.get::<Option<$type>>(from_key)),)*
                    DataType::Decimal { .. }
                    | DataType::Interval
                    | DataType::Uuid
                    | DataType::FixedBinary(_)
                    | DataType::Enum(..)
                    | DataType::Timestamp(..)
                    | DataType::Time(_) => self.copy_fixed(column, from, from_key),
                    other => fail(&format!("a {} is not copied by rows: pass it on by the batch", other)),
                }
            };
        }
        copies! {
            DataType::Bool => bool,
            DataType::I8 => i8,
            DataType::I16 => i16,
            DataType::I32 => i32,
            DataType::I64 => i64,
            DataType::U8 => u8,
            DataType::U16 => u16,
            DataType::U32 => u32,
            DataType::U64 => u64,
            DataType::F32 => f32,
            DataType::F64 => f64,
            DataType::Date => crate::Date,
            DataType::String => &str,
            DataType::Binary => &[u8],
        }
    }

    fn copy_fixed(&mut self, column: usize, from: &RowRef, from_key: impl Key) {
        let (array, field, row) = from.place(from_key);
        let at = self.writer.rows;
        self.catch_up(column);
        let out = self.writer.column(column);
        if field.data_type != out.field.data_type {
            fail(&format!(
                "column '{}' is {} and was given a {}",
                out.field.name, out.field.data_type, field.data_type
            ));
        }
        match array.is_null(row) {
            true => out.put_null(at),
            false => unsafe {
                let width = field.data_type.width();
                let value = array.values.add(row * width);
                std::ptr::copy_nonoverlapping(value, out.values.at::<u8>().add(at * width), width);
            },
        }
        out.filled = at + 1;
    }

    /// Ends the current row.
    #[inline(always)]
    pub fn emit(&mut self) {
        if self.fixed {
            fail("a map gives one row for each: emit is for flat_map");
        }
        self.end();
    }

    /// Fills up what was not set.
    #[inline(always)]
    pub(crate) fn end(&mut self) {
        let rows = self.writer.rows + 1;
        for out in &mut self.writer.outs {
            if out.filled < rows {
                out.fill(rows);
            }
        }
        self.writer.rows = rows;
        self.begin();
    }
}

/// What a batch lambda writes: whole columns.
pub struct BatchWriter {
    writer: UnsafeCell<Writer>,
    rows: usize,
    sized: bool,
    fixed: bool,
}

impl BatchWriter {
    pub(crate) fn of(fields: &[Field], fixed: bool) -> BatchWriter {
        BatchWriter {
            writer: UnsafeCell::new(Writer::new(fields)),
            rows: 0,
            sized: false,
            fixed,
        }
    }

    pub(crate) fn writer(&mut self) -> &mut Writer {
        self.writer.get_mut()
    }

    pub(crate) fn start(&mut self, rows: usize) {
        self.writer().start(rows);
        self.rows = rows;
        self.sized = self.fixed;
    }

    /// How many rows are written: those that came in, unless it was resized.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Says how many rows a `flat_map_batch` writes; before any column.
    pub fn resize(&mut self, rows: usize) {
        if self.sized {
            fail("resize is for flat_map_batch, once for a batch and before its columns");
        }
        self.start(rows);
        self.sized = true;
    }

    /// A column that is written now, which is not to be written twice.
    fn take(&self, key: impl Key) -> &mut Out {
        let writer = unsafe { &mut *self.writer.get() };
        let outs = &mut writer.outs;
        let place = key.place(outs.len(), |i, name| outs[i].field.name == name);
        let at = place.unwrap_or_else(|| {
            let fields: Vec<Field> = outs.iter().map(|o| o.field.clone()).collect();
            fail(&no_column(key, &fields).message)
        });
        let out = &mut outs[at];
        if std::mem::replace(&mut out.taken, true) {
            fail(&format!("column '{}' is written twice", out.field.name));
        }
        out
    }

    /// The place for a column's values, as many as there are rows; what is in it
    /// means nothing yet. The values then count as not null.
    #[allow(clippy::mut_from_ref)] // each column is taken once
    pub fn column<T: Primitive>(&self, key: impl Key) -> &mut [T] {
        let out = self.take(key);
        if T::bind(&out.field.data_type)
            .filter(Fixed::is_plain)
            .is_none()
        {
            fail(&format!(
                "column '{}' is {} and is written as {}",
                out.field.name,
                out.field.data_type,
                type_name::<T>()
            ));
        }
        out.filled = self.rows;
        unsafe { std::slice::from_raw_parts_mut(out.values.at::<T>(), self.rows) }
    }

    /// Writes a column of any type, with nulls where the values are `None`.
    pub fn fill<V: Put>(&self, key: impl Key, values: impl IntoIterator<Item = V>) {
        let out = self.take(key);
        for value in values {
            if out.filled == self.rows {
                fail(&format!(
                    "column '{}' was given more values than the {} rows that there are",
                    out.field.name, self.rows
                ));
            }
            put(out, out.filled, value);
            out.filled += 1;
        }
        self.check(out);
    }

    #[cold]
    fn short(&self, out: &Out) {
        fail(&format!(
            "column '{}' was given {} values where there are {} rows",
            out.field.name, out.filled, self.rows
        ));
    }

    fn check(&self, out: &Out) {
        if out.filled != self.rows {
            self.short(out);
        }
    }

    /// Writes a column of numbers, null where a bit of `validity` is 0: the twin
    /// of [`BatchWriter::column`] with [`Batch::validity`].
    #[allow(clippy::mut_from_ref)]
    pub fn nullable<T: Primitive>(&self, key: impl Key, validity: Option<&[u8]>) -> &mut [T] {
        let values: *mut [T] = self.column(key);
        if let Some(bits) = validity {
            let writer = unsafe { &mut *self.writer.get() };
            let outs = &mut writer.outs;
            let place = key.place(outs.len(), |i, name| outs[i].field.name == name);
            if let Some(at) = place {
                for row in (0..self.rows).filter(|&row| !crate::batch::is_set(bits, row)) {
                    outs[at].put_null(row);
                }
            }
        }
        unsafe { &mut *values }
    }

    /// Makes a column the input's as it is, without copying.
    pub fn pass(&self, key: impl Key, batch: &Batch, from: impl Key) {
        let out = self.take(key);
        let from = batch.find(from);
        let field = &batch.fields()[from];
        if field.data_type != out.field.data_type || self.rows != batch.rows() {
            fail(&format!(
                "column '{}' ({}, {} rows) is passed on as '{}' ({}, {} rows)",
                field.name,
                field.data_type,
                batch.rows(),
                out.field.name,
                out.field.data_type,
                self.rows
            ));
        }
        if batch.array(from).0.nulls > 0 && !out.field.nullable {
            fail(&format!(
                "column '{}' is not null and was passed nulls",
                out.field.name
            ));
        }
        out.alias = Some(batch.input.alias(from));
        out.filled = self.rows;
    }

    pub(crate) fn put_alias(&self, key: impl Key, alias: Alias) {
        let out = self.take(key);
        out.alias = Some(alias);
        out.filled = self.rows;
    }

    pub(crate) fn outs(&self) -> &[Out] {
        unsafe { &(*self.writer.get()).outs }
    }

    /// Columns that were not written are null.
    pub(crate) fn end(&mut self) {
        let rows = self.rows;
        let writer = self.writer();
        writer.rows = rows;
        for out in writer.outs.iter_mut().filter(|o| o.alias.is_none()) {
            out.fill(rows);
        }
    }
}

impl<'a> RowRef<'a> {
    fn place(&self, key: impl Key) -> (&'a Array, &'a Field, usize) {
        let (batch, at) = self.parts();
        let (array, field) = batch.array(batch.find(key));
        (array, field, at)
    }
}

/// The input's columns as columns of the output of a map: the host passes them
/// by, as they came in.
pub(crate) fn passed(input: &[Field]) -> Vec<Field> {
    let mut fields = input.to_vec();
    for (at, field) in fields.iter_mut().enumerate() {
        let mark = ("wasi:data/passes".into(), at.to_string());
        field.metadata.push(mark);
    }
    fields
}

/// The output of a dynamic lambda: a `*` at its start keeps the input's columns.
#[derive(Clone)]
pub(crate) struct Output {
    keep: bool,
    schema: Rc<Schema>,
}

impl Output {
    pub(crate) fn parse(text: &str) -> Result<Output> {
        let text = text.trim_start();
        let rest = text.strip_prefix('*').map(str::trim_start);
        let schema = match rest {
            None => text.parse()?,
            Some("") => Schema::default(),
            Some(rest) => match rest.strip_prefix(',') {
                Some(rest) => rest.parse()?,
                None => {
                    return Err(err!(
                        InvalidArgument,
                        "a comma is missing after '*' in '{}'",
                        text
                    ))
                }
            },
        };
        Ok(Output {
            keep: rest.is_some(),
            schema: Rc::new(schema),
        })
    }

    /// The columns that the lambda writes.
    pub(crate) fn own(&self) -> &[Field] {
        &self.schema.fields
    }

    /// The columns that come out.
    pub(crate) fn of(&self, input: &[Field]) -> Vec<Field> {
        let mut fields = match self.keep {
            true => passed(input),
            false => Vec::new(),
        };
        fields.extend(self.schema.fields.iter().cloned());
        fields
    }
}
