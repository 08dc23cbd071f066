//! Batches and rows whose columns are known at run time only.

use crate::array::{bit, Array, Input};
use crate::context::fail;
use crate::error::{err, Error, Result};
use crate::row::type_name;
use crate::schema::{there_are, DataType, Field};
use crate::value::{Fixed, Value};

/// A column, by its position or its name.
pub trait Key: Copy {
    #[doc(hidden)]
    fn place(self, count: usize, name: impl Fn(usize, &str) -> bool) -> Option<usize>;

    #[doc(hidden)]
    fn text(self) -> String;
}

impl Key for usize {
    #[inline(always)]
    fn place(self, count: usize, _: impl Fn(usize, &str) -> bool) -> Option<usize> {
        if self < count {
            Some(self)
        } else {
            None
        }
    }

    fn text(self) -> String {
        format!("number {}", self)
    }
}

impl Key for &str {
    #[inline(always)]
    fn place(self, count: usize, name: impl Fn(usize, &str) -> bool) -> Option<usize> {
        (0..count).find(|&i| name(i, self))
    }

    fn text(self) -> String {
        format!("'{}'", self)
    }
}

#[cold]
pub(crate) fn no_column(key: impl Key, fields: &[Field]) -> Error {
    err!(
        InvalidArgument,
        "there is no column {}; {}",
        key.text(),
        there_are(fields)
    )
}

/// A type whose columns are slices of it.
pub trait Primitive: Copy + Value<Reader = Fixed<Self>> {}

macro_rules! primitives {
    ($($type:ty),*) => {
        $(impl Primitive for $type {})*
    };
}
primitives!(
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    f32,
    f64,
    crate::Date,
    crate::Time,
    crate::Interval,
    crate::Uuid
);

impl<U: crate::TimeUnit> Primitive for crate::Timestamp<U> {}
impl<U: crate::TimeUnit> Primitive for crate::Instant<U> {}

/// A piece of a data set: columns as Arrow arrays, in place.
pub struct Batch {
    pub(crate) input: Input,
}

impl Batch {
    pub(crate) fn new(fields: Vec<Field>) -> Batch {
        Batch {
            input: Input::new(fields),
        }
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.input.rows
    }

    /// Its columns.
    pub fn fields(&self) -> &[Field] {
        &self.input.fields
    }

    /// The position of a column. Fails the lambda when it is not there.
    #[inline(always)]
    pub fn find(&self, key: impl Key) -> usize {
        let fields = &self.input.fields;
        match key.place(fields.len(), |i, name| fields[i].name == name) {
            Some(at) => at,
            None => fail(&no_column(key, fields).message),
        }
    }

    pub(crate) fn array(&self, at: usize) -> (&Array, &Field) {
        (&self.input.arrays[at], &self.input.fields[at])
    }

    /// The values of a column of exactly this type. What stands at nulls means
    /// nothing. Fails the lambda when the column is of another type, or not
    /// there; [`Batch::try_column`] gives the error instead.
    pub fn column<T: Primitive>(&self, key: impl Key) -> &[T] {
        match self.try_column(key) {
            Ok(values) => values,
            Err(error) => fail(&error.message),
        }
    }

    /// The same, with an error in place of a failure.
    pub fn try_column<T: Primitive>(&self, key: impl Key) -> Result<&[T]> {
        let fields = self.fields();
        let place = key.place(fields.len(), |i, name| fields[i].name == name);
        let (array, field) = self.array(place.ok_or_else(|| no_column(key, fields))?);
        match T::bind(&field.data_type).filter(Fixed::is_plain) {
            Some(_) if array.values.is_null() => Ok(&[]),
            Some(_) => {
                Ok(unsafe { std::slice::from_raw_parts(array.values as *const T, array.len) })
            }
            None => Err(wrong_type::<T>(field, fields)),
        }
    }

    /// All values of a column, copied: of any type, and of those that it reads.
    pub fn values<T: Value>(&self, key: impl Key) -> Vec<T> {
        let (array, field) = self.array(self.find(key));
        let mut reader = match T::bind(&field.data_type) {
            Some(reader) => reader,
            None => fail(&wrong_type::<T>(field, self.fields()).message),
        };
        if T::ready(&mut reader, array, crate::value::Mask::ALL).is_err() {
            fail(&null(field).message);
        }
        (0..array.len).map(|at| T::get(&reader, at)).collect()
    }

    /// The strings of a column, in place: [`str`] by row. Nulls are empty.
    pub fn strings(&self, key: impl Key) -> Strings<'_> {
        let (array, field) = self.array(self.find(key));
        match field.data_type {
            DataType::String => Strings { array },
            _ => fail(&wrong_type::<&str>(field, self.fields()).message),
        }
    }

    /// Whether a value is null.
    pub fn is_null(&self, key: impl Key, row: usize) -> bool {
        let (array, field) = self.array(self.find(key));
        assert!(row < self.rows(), "row {} of {}", row, self.rows());
        array.is_null(row) || field.data_type == DataType::Null
    }

    /// How many values of a column are null.
    pub fn null_count(&self, key: impl Key) -> usize {
        self.array(self.find(key)).0.nulls
    }

    /// A bit for each row, from the lowest of each byte: 1 is not null. None:
    /// no value of the column is null.
    pub fn validity(&self, key: impl Key) -> Option<&[u8]> {
        let array = self.array(self.find(key)).0;
        match array.validity.is_null() {
            true => None,
            false => {
                Some(unsafe { std::slice::from_raw_parts(array.validity, (array.len + 7) / 8) })
            }
        }
    }

    /// A row.
    pub fn row(&self, at: usize) -> RowRef<'_> {
        assert!(at < self.rows(), "row {} of {}", at, self.rows());
        RowRef { batch: self, at }
    }

    /// All rows.
    pub fn iter(&self) -> impl Iterator<Item = RowRef<'_>> {
        (0..self.rows()).map(move |at| RowRef { batch: self, at })
    }
}

#[cold]
fn wrong_type<T>(field: &Field, fields: &[Field]) -> Error {
    err!(
        TypeMismatch,
        "column '{}' is {}, which a {} does not read: ask for that type, or cast the column; {}",
        field.name,
        field.data_type,
        type_name::<T>(),
        there_are(fields)
    )
}

#[cold]
fn null(field: &Field) -> Error {
    err!(
        InvalidArgument,
        "column '{}' is null: ask for an Option, or filter nulls out before",
        field.name
    )
}

/// The strings of a column.
#[derive(Clone, Copy)]
pub struct Strings<'a> {
    array: &'a Array,
}

impl<'a> Strings<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.array.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.array.len == 0
    }

    /// The string of a row.
    #[inline(always)]
    pub fn get(&self, row: usize) -> &'a str {
        assert!(row < self.array.len, "row {} of {}", row, self.array.len);
        unsafe { text(self.array, row) }
    }

    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.array.len).map(move |at| unsafe { text(self.array, at) })
    }
}

#[inline(always)]
unsafe fn bytes(array: &Array, at: usize) -> &[u8] {
    match array.span(at) {
        (_, 0) => &[],
        (data, size) => std::slice::from_raw_parts(data, size),
    }
}

#[inline(always)]
unsafe fn text(array: &Array, at: usize) -> &str {
    // The host checks what it passes.
    std::str::from_utf8_unchecked(bytes(array, at))
}

/// A row of a batch.
#[derive(Clone, Copy)]
pub struct RowRef<'a> {
    batch: &'a Batch,
    at: usize,
}

impl<'a> RowRef<'a> {
    #[inline(always)]
    pub(crate) fn new(batch: &'a Batch, at: usize) -> RowRef<'a> {
        RowRef { batch, at }
    }

    pub(crate) fn parts(&self) -> (&'a Batch, usize) {
        (self.batch, self.at)
    }

    /// Its columns.
    pub fn fields(&self) -> &'a [Field] {
        self.batch.fields()
    }

    /// The value of a column, by position or (slower) by name: `row.get::<i64, _>(0)`,
    /// `let name: &str = row.get("name")`. Fails the lambda when the column is not
    /// there, of a type that is not read into this one, or null and this is no
    /// `Option`.
    #[inline(always)]
    pub fn get<T: Get<'a>>(&self, key: impl Key) -> T {
        let (array, field) = self.batch.array(self.batch.find(key));
        if !T::NULLABLE && array.is_null(self.at) {
            fail(&null(field).message);
        }
        match T::take(array, &field.data_type, self.at) {
            Some(value) => value,
            None => fail(&wrong_type::<T>(field, self.batch.fields()).message),
        }
    }

    /// The same, with an error in place of a failure.
    pub fn try_get<T: Get<'a>>(&self, key: impl Key) -> Result<T> {
        let fields = self.batch.fields();
        let place = key.place(fields.len(), |i, name| fields[i].name == name);
        let (array, field) = self
            .batch
            .array(place.ok_or_else(|| no_column(key, fields))?);
        if !T::NULLABLE && array.is_null(self.at) {
            return Err(null(field));
        }
        T::take(array, &field.data_type, self.at).ok_or_else(|| wrong_type::<T>(field, fields))
    }

    /// Whether the value is null.
    #[inline(always)]
    pub fn is_null(&self, key: impl Key) -> bool {
        let (array, field) = self.batch.array(self.batch.find(key));
        array.is_null(self.at) || field.data_type == DataType::Null
    }
}

/// What a value of a row is read into: a [`Value`], `&str`, `&[u8]`.
pub trait Get<'a>: Sized {
    #[doc(hidden)]
    const NULLABLE: bool = false;

    #[doc(hidden)]
    fn take(array: &'a Array, data_type: &'a DataType, at: usize) -> Option<Self>;
}

impl<'a, T: Value> Get<'a> for T {
    const NULLABLE: bool = T::NULLABLE;

    #[inline(always)]
    fn take(array: &'a Array, data_type: &'a DataType, at: usize) -> Option<T> {
        T::peek(array, data_type, at)
    }
}

impl<'a> Get<'a> for &'a str {
    #[inline(always)]
    fn take(array: &'a Array, data_type: &'a DataType, at: usize) -> Option<&'a str> {
        match data_type {
            DataType::String => Some(unsafe { text(array, at) }),
            DataType::Enum(values, size) => {
                let index = unsafe { crate::enumeration::index(array.values, *size, at) };
                values.get(index).map(String::as_str)
            }
            _ => None,
        }
    }
}

impl<'a> Get<'a> for &'a [u8] {
    #[inline(always)]
    fn take(array: &'a Array, data_type: &'a DataType, at: usize) -> Option<&'a [u8]> {
        match data_type {
            DataType::String | DataType::Binary => Some(unsafe { bytes(array, at) }),
            _ => None,
        }
    }
}

macro_rules! optional {
    ($($type:ty),*) => {
        $(impl<'a> Get<'a> for Option<$type> {
            const NULLABLE: bool = true;

            #[inline(always)]
            fn take(array: &'a Array, data_type: &'a DataType, at: usize) -> Option<Self> {
                if array.is_null(at) || *data_type == DataType::Null {
                    return Some(None);
                }
                <$type>::take(array, data_type, at).map(Some)
            }
        })*
    };
}
optional!(&'a str, &'a [u8]);

/// Whether row `at` counts by these bits.
pub(crate) fn is_set(bits: &[u8], at: usize) -> bool {
    unsafe { bit(bits.as_ptr(), at) }
}
