//! Rows: what lambdas take and give.

use std::collections::HashSet;

use crate::array::{Array, Input};
use crate::error::{err, Result};
use crate::out::{Out, Writer};
use crate::schema::{there_are, DataType, Field, Schema};
use crate::state::State;
use crate::value::{element, Loaded, Mask, UnexpectedNull, Value};

/// A row: a struct whose fields are columns, by `derive(Row)`; a tuple, whose
/// columns are taken by their order and called `_1`, `_2`, …; or a single value,
/// of the one column, called `value`.
///
/// ```
/// use wasi_data::{Date, Decimal, Row, Text};
///
/// #[derive(Row)]
/// struct Order {
///     id: i64,
///     placed: Date,
///     #[data(name = "unit price")]
///     price: Decimal<10, 2>,
///     rebate: Option<f64>, // may be null; the others must not
///     customer: Text,      // not copied, unlike a String
///     #[data(skip)]
///     note: String, // no column: its Default
/// }
/// ```
///
/// `#[data(flatten)]` makes the fields of a field that is a `Row` columns.
pub trait Row: State {
    #[doc(hidden)]
    type Readers: 'static;

    #[doc(hidden)]
    const COLUMNS: usize;

    /// The columns that rows are written to.
    #[doc(hidden)]
    fn fields(to: &mut Vec<Field>);

    #[doc(hidden)]
    fn bind(finder: &mut Finder) -> Result<Self::Readers>;

    #[doc(hidden)]
    fn prepare(readers: &mut Self::Readers, columns: &mut dyn Columns) -> Result<()>;

    #[doc(hidden)]
    fn get(readers: &Self::Readers, at: usize) -> Self;

    /// Writes the columns from number `base` on.
    #[doc(hidden)]
    fn put(self, writer: &mut Writer, base: usize, at: usize);
}

/// The columns that rows of this type are written to.
pub fn schema_of<T: Row>() -> Schema {
    let mut fields = Vec::new();
    T::fields(&mut fields);
    Schema { fields }
}

/// The same; an error when two have one name.
pub(crate) fn output_of<T: Row>() -> Result<Vec<Field>> {
    let fields = schema_of::<T>().fields;
    let mut seen = HashSet::new();
    match fields.iter().find(|f| !seen.insert(&f.name)) {
        Some(twice) => Err(err!(
            InvalidArgument,
            "{} has two columns '{}'",
            type_name::<T>(),
            twice.name
        )),
        None => Ok(fields),
    }
}

/// A type's name without the modules.
pub(crate) fn type_name<T>() -> String {
    let full = std::any::type_name::<T>();
    let mut short = String::new();
    for part in full.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_' && c != ':') {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}

/// Matches fields with columns of the input.
pub struct Finder<'a> {
    input: &'a [Field],
    /// By order instead of by name.
    positional: bool,
    next: usize,
    /// Batches have all columns, in the input's order.
    all: bool,
    /// Columns of the input that are wanted, once each.
    pub(crate) wanted: Vec<u32>,
}

/// A reader and its column's place in a batch.
pub struct Slot<R> {
    reader: R,
    at: usize,
    name: String,
}

impl<'a> Finder<'a> {
    pub(crate) fn new(input: &'a [Field]) -> Finder<'a> {
        Finder {
            input,
            positional: false,
            next: 0,
            all: false,
            wanted: Vec::new(),
        }
    }

    pub(crate) fn by_position(mut self) -> Finder<'a> {
        self.positional = true;
        self
    }

    pub(crate) fn of_all(mut self) -> Finder<'a> {
        self.all = true;
        self
    }

    /// The columns that batches will have.
    pub(crate) fn columns(&self) -> Vec<Field> {
        match self.all {
            true => self.input.to_vec(),
            false => self
                .wanted
                .iter()
                .map(|&i| self.input[i as usize].clone())
                .collect(),
        }
    }

    /// The reader of a field of a struct `T`.
    pub fn find<T, V: Value>(&mut self, name: &str) -> Result<Slot<V::Reader>> {
        let column = match self.positional {
            true => self.position(),
            false => self.input.iter().position(|f| f.name == name),
        };
        let field = || format!("{}.{}", type_name::<T>(), name);
        match column {
            Some(column) => self.take::<V>(column, field()),
            None => Err(err!(
                InvalidArgument,
                "there is no column '{}' for {}; {}",
                name,
                field(),
                there_are(self.input)
            )),
        }
    }

    fn position(&mut self) -> Option<usize> {
        self.next += 1;
        Some(self.next - 1).filter(|&at| at < self.input.len())
    }

    /// The reader of the next column, which is there.
    #[doc(hidden)]
    pub fn next<V: Value>(&mut self) -> Result<Slot<V::Reader>> {
        self.next += 1;
        self.take::<V>(self.next - 1, "a row".into())
    }

    /// Refuses another number of columns.
    #[doc(hidden)]
    pub fn expect(&self, wanted: usize) -> Result<()> {
        match self.input.len() == wanted {
            true => Ok(()),
            false => Err(err!(
                InvalidArgument,
                "a row of {} columns is taken, but there are {}: select those that it takes; {}",
                wanted,
                self.input.len(),
                there_are(self.input)
            )),
        }
    }

    fn take<V: Value>(&mut self, column: usize, what: String) -> Result<Slot<V::Reader>> {
        let field = &self.input[column];
        let reader = V::bind(&field.data_type).ok_or_else(|| {
            err!(
                TypeMismatch,
                "column '{}' is {}, which {} of type {} does not read: change the type, or cast \
                 the column; {}",
                field.name,
                field.data_type,
                what,
                type_name::<V>(),
                there_are(self.input)
            )
        })?;
        Ok(Slot {
            reader,
            at: self.place(column),
            name: field.name.clone(),
        })
    }

    fn place(&mut self, column: usize) -> usize {
        if self.all {
            return column;
        }
        let found = self.wanted.iter().position(|&w| w as usize == column);
        found.unwrap_or_else(|| {
            self.wanted.push(column as u32);
            self.wanted.len() - 1
        })
    }
}

/// What slots are loaded from: a batch, or a column of structs.
#[doc(hidden)]
pub trait Columns {
    /// An array and which of its elements count.
    fn column(&mut self, at: usize) -> (&Array, Mask);

    fn unexpected(&mut self, name: &str) -> crate::Error;
}

impl Columns for Input {
    fn column(&mut self, at: usize) -> (&Array, Mask) {
        (&self.arrays[at], Mask::ALL)
    }

    #[cold]
    fn unexpected(&mut self, name: &str) -> crate::Error {
        err!(
            InvalidArgument,
            "column '{}' has a null: make its type an Option, or filter nulls out before",
            name
        )
    }
}

impl<R> Slot<R> {
    #[doc(hidden)]
    pub fn load<V: Value<Reader = R>>(&mut self, columns: &mut dyn Columns) -> Result<()> {
        let (array, mask) = columns.column(self.at);
        match V::ready(&mut self.reader, array, mask) {
            Ok(()) => Ok(()),
            Err(UnexpectedNull) => Err(columns.unexpected(&self.name)),
        }
    }

    #[doc(hidden)]
    #[inline(always)]
    pub fn get<V: Value<Reader = R>>(&self, at: usize) -> V {
        V::get(&self.reader, at)
    }
}

/// The column that a field of a struct is written to.
#[doc(hidden)]
pub fn field_of<V: Value>(name: &str) -> Field {
    element::<V>(name)
}

/// Reads a column of structs.
pub struct Structs<R> {
    readers: R,
    bits: Vec<u8>,
}

struct Children<'a> {
    array: &'a Array,
    mask: Mask,
}

impl Columns for Children<'_> {
    fn column(&mut self, at: usize) -> (&Array, Mask) {
        (&self.array.children[at], self.mask)
    }

    fn unexpected(&mut self, _: &str) -> crate::Error {
        err!(InvalidArgument, "a field has a null")
    }
}

/// A `Row` as the value of a column of structs: what `derive(Row)` calls.
#[doc(hidden)]
pub mod structs {
    use super::*;

    pub fn data_type<T: Row>() -> DataType {
        DataType::Struct(schema_of::<T>().fields)
    }

    pub fn bind<T: Row>(data_type: &DataType) -> Option<Structs<T::Readers>> {
        match data_type {
            DataType::Struct(fields) => Some(Structs {
                readers: T::bind(&mut Finder::new(fields).of_all()).ok()?,
                bits: Vec::new(),
            }),
            _ => None,
        }
    }

    pub fn load<T: Row>(reader: &mut Structs<T::Readers>, array: &Array, mask: Mask) -> Loaded {
        mask.no_nulls(array)?;
        let mask = mask.and(array, &mut reader.bits);
        T::prepare(&mut reader.readers, &mut Children { array, mask }).map_err(|_| UnexpectedNull)
    }

    #[inline(always)]
    pub fn get<T: Row>(reader: &Structs<T::Readers>, at: usize) -> T {
        T::get(&reader.readers, at)
    }

    pub fn put<T: Row>(value: T, out: &mut Out, at: usize) {
        // The children are lent to a writer, whose columns they are.
        let mut writer = Writer::new(&[]);
        writer.outs = std::mem::take(&mut out.children);
        value.put(&mut writer, 0, at);
        out.children = std::mem::take(&mut writer.outs);
    }
}

/// What a `Value` says as a row of one value.
#[macro_export]
#[doc(hidden)]
macro_rules! single_row {
    () => {
        type Readers = $crate::hidden::Slot<<Self as $crate::Value>::Reader>;

        const COLUMNS: usize = 1;

        fn fields(to: &mut ::std::vec::Vec<$crate::Field>) {
            to.push($crate::hidden::field_of::<Self>("value"));
        }

        fn bind(finder: &mut $crate::hidden::Finder) -> $crate::Result<Self::Readers> {
            finder.expect(1)?;
            finder.next::<Self>()
        }

        fn prepare(
            readers: &mut Self::Readers,
            columns: &mut dyn $crate::hidden::Columns,
        ) -> $crate::Result<()> {
            readers.load::<Self>(columns)
        }

        #[inline(always)]
        fn get(readers: &Self::Readers, at: usize) -> Self {
            readers.get(at)
        }

        #[inline(always)]
        fn put(self, writer: &mut $crate::hidden::Writer, base: usize, at: usize) {
            $crate::Value::put(self, writer.column(base), at)
        }
    };
}

macro_rules! single {
    ($([$($generics:tt)*] $type:ty;)*) => {
        $(impl<$($generics)*> Row for $type {
            single_row!();
        })*
    };
}
single! {
    [] bool; [] i8; [] i16; [] i32; [] i64; [] u8; [] u16; [] u32; [] u64; [] f32; [] f64;
    [] String; [] crate::Text; [] crate::Bytes;
    [] crate::Date; [] crate::Time; [] crate::TimeNanos; [] crate::Interval;
    [] i128; [] u128; [] crate::Uuid; [const N: usize] crate::FixedBytes<N>;
    [const P: u8, const S: i8] crate::Decimal<P, S>;
    [U: crate::TimeUnit] crate::Timestamp<U>;
    [U: crate::TimeUnit] crate::Instant<U>;
    [T: Value] Option<T>;
    [T: crate::NamedType] crate::Named<T>;
    [T: Value] Vec<T>;
    [K: Value + Eq + std::hash::Hash, V: Value] std::collections::HashMap<K, V>;
    [K: Value + Ord, V: Value] std::collections::BTreeMap<K, V>;
}

macro_rules! tuples {
    ($count:literal $($name:ident $at:tt)*) => {
        impl<$($name: Value),*> Row for ($($name,)*) {
            type Readers = ($(Slot<$name::Reader>,)*);

            const COLUMNS: usize = $count;

            fn fields(to: &mut Vec<Field>) {
                $(to.push(field_of::<$name>(&format!("_{}", $at + 1)));)*
            }

            fn bind(finder: &mut Finder) -> Result<Self::Readers> {
                finder.expect($count)?;
                Ok(($(finder.next::<$name>()?,)*))
            }

            fn prepare(readers: &mut Self::Readers, columns: &mut dyn Columns) -> Result<()> {
                $(readers.$at.load::<$name>(columns)?;)*
                Ok(())
            }

            #[inline(always)]
            fn get(readers: &Self::Readers, at: usize) -> Self {
                ($(readers.$at.get::<$name>(at),)*)
            }

            #[inline(always)]
            fn put(self, writer: &mut Writer, base: usize, at: usize) {
                $(self.$at.put(writer.column(base + $at), at);)*
            }
        }
    };
}
tuples!(1 A 0);
tuples!(2 A 0 B 1);
tuples!(3 A 0 B 1 C 2);
tuples!(4 A 0 B 1 C 2 D 3);
tuples!(5 A 0 B 1 C 2 D 3 E 4);
tuples!(6 A 0 B 1 C 2 D 3 E 4 F 5);
tuples!(7 A 0 B 1 C 2 D 3 E 4 F 5 G 6);
tuples!(8 A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);

/// No columns.
impl Row for () {
    type Readers = ();

    const COLUMNS: usize = 0;

    fn fields(_: &mut Vec<Field>) {}

    fn bind(_: &mut Finder) -> Result<()> {
        Ok(())
    }

    fn prepare(_: &mut (), _: &mut dyn Columns) -> Result<()> {
        Ok(())
    }

    #[inline(always)]
    fn get(_: &(), _: usize) {}

    #[inline(always)]
    fn put(self, _: &mut Writer, _: usize, _: usize) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types() {
        assert_eq!(type_name::<Option<Vec<String>>>(), "Option<Vec<String>>");
        assert_eq!(type_name::<Slot<u8>>(), "Slot<u8>");
        assert_eq!(type_name::<(i64, crate::Text)>(), "(i64, Text)");
    }
}
