//! Values of columns: which Rust types read which columns, and write which.

use std::any::TypeId;
use std::marker::PhantomData;
use std::ptr;

use crate::array::{bit, Array};
use crate::out::Out;
use crate::schema::{DataType, Field, EXTENSION};
use crate::state::State;

/// A Rust type that a column's values are read into and written from. Not to
/// be implemented by hand: structs get it by `derive(Row)`.
pub trait Value: State {
    #[doc(hidden)]
    type Reader: 'static;

    /// Of the columns that values are written to.
    #[doc(hidden)]
    fn data_type() -> DataType;

    #[doc(hidden)]
    const NULLABLE: bool = false;

    /// The name of a registered type, whose storage the data type is.
    #[doc(hidden)]
    fn extension() -> Option<&'static str> {
        None
    }

    /// Nothing when columns of this type are not read.
    #[doc(hidden)]
    fn bind(data_type: &DataType) -> Option<Self::Reader>;

    /// Makes a reader ready for a batch.
    #[doc(hidden)]
    fn ready(reader: &mut Self::Reader, array: &Array, mask: Mask) -> Loaded;

    #[doc(hidden)]
    fn get(reader: &Self::Reader, at: usize) -> Self;

    #[doc(hidden)]
    fn put(self, out: &mut Out, at: usize);

    #[doc(hidden)]
    #[inline(always)]
    fn put_option(value: Option<Self>, out: &mut Out, at: usize) {
        match value {
            Some(value) => value.put(out, at),
            None => out.put_null(at),
        }
    }

    /// One value of a column. Nothing when such columns are not read.
    #[doc(hidden)]
    fn peek(array: &Array, data_type: &DataType, at: usize) -> Option<Self> {
        let mut reader = Self::bind(data_type)?;
        // No other row counts.
        let mut bits = vec![0; array.len / 8 + 1];
        bits[at / 8] = 1 << (at % 8);
        Self::ready(&mut reader, array, Mask(bits.as_ptr())).ok()?;
        Some(Self::get(&reader, at))
    }

    /// Whether values are written to columns of this type.
    #[doc(hidden)]
    #[inline(always)]
    fn writes(data_type: &DataType) -> bool {
        Self::data_type().same(data_type)
    }

    /// A number that may be written to columns of other numbers.
    #[doc(hidden)]
    fn number(&self) -> Option<Number> {
        None
    }
}

/// Any number.
#[derive(Clone, Copy)]
pub enum Number {
    Integer(i128),
    Float(f64),
}

/// A null where the type has none: where.
pub struct UnexpectedNull;

#[doc(hidden)]
pub type Loaded = Result<(), UnexpectedNull>;

/// Which elements count: those of a null parent do not.
#[derive(Clone, Copy)]
pub struct Mask(*const u8);

impl Mask {
    pub(crate) const ALL: Mask = Mask(ptr::null());

    /// Refuses nulls among those that count.
    pub(crate) fn no_nulls(self, array: &Array) -> Loaded {
        if array.nulls == 0 {
            return Ok(());
        }
        if self.0.is_null() {
            return Err(UnexpectedNull);
        }
        let counts = |i| unsafe { bit(self.0, i) };
        match (0..array.len).any(|i| array.is_null(i) && counts(i)) {
            true => Err(UnexpectedNull),
            false => Ok(()),
        }
    }

    /// Those that count and are not null; `bits` holds them if need be.
    pub(crate) fn and(self, array: &Array, bits: &mut Vec<u8>) -> Mask {
        match (self.0.is_null(), array.validity.is_null()) {
            (_, true) => self,
            (true, false) => Mask(array.validity),
            (false, false) => {
                let byte = |i| unsafe { *self.0.add(i) & *array.validity.add(i) };
                bits.clear();
                bits.extend((0..(array.len + 7) / 8).map(byte));
                Mask(bits.as_ptr())
            }
        }
    }
}

impl Mask {
    /// Those of so many that count and of which it is true.
    pub(crate) fn only(self, len: usize, is: impl Fn(usize) -> bool, bits: &mut Vec<u8>) -> Mask {
        let counts = |i| self.0.is_null() || unsafe { bit(self.0, i) };
        bits.clear();
        bits.resize(len / 8 + 1, 0);
        for i in (0..len).filter(|&i| is(i) && counts(i)) {
            bits[i / 8] |= 1 << (i % 8);
        }
        Mask(bits.as_ptr())
    }

    /// The mask of lists as one of their elements, so many each.
    fn expand(self, lists: usize, size: usize, bits: &mut Vec<u8>) -> Mask {
        if self.0.is_null() {
            return self;
        }
        bits.clear();
        bits.resize(lists * size / 8 + 1, 0);
        for i in (0..lists * size).filter(|i| unsafe { bit(self.0, i / size) }) {
            bits[i / 8] |= 1 << (i % 8);
        }
        Mask(bits.as_ptr())
    }
}

/// Reads values of a fixed size, in place or widened.
pub struct Fixed<T> {
    values: *const T,
    widen: Option<fn(&Array, &mut Vec<T>)>,
    wide: Vec<T>,
}

impl<T: Copy> Fixed<T> {
    pub(crate) fn plain() -> Self {
        Fixed {
            values: ptr::null(),
            widen: None,
            wide: Vec::new(),
        }
    }

    pub(crate) fn widening(widen: fn(&Array, &mut Vec<T>)) -> Self {
        Fixed {
            widen: Some(widen),
            ..Fixed::plain()
        }
    }

    pub(crate) fn load(&mut self, array: &Array, mask: Mask) -> Loaded {
        mask.no_nulls(array)?;
        self.values = match self.widen {
            None => array.values as *const T,
            Some(widen) => {
                self.wide.clear();
                widen(array, &mut self.wide);
                self.wide.as_ptr()
            }
        };
        Ok(())
    }

    pub(crate) fn is_plain(&self) -> bool {
        self.widen.is_none()
    }

    #[inline(always)]
    pub(crate) fn get(&self, at: usize) -> T {
        unsafe { self.values.add(at).read_unaligned() }
    }
}

/// Widens each value of a column.
pub(crate) fn each<W: Copy, T>(array: &Array, to: &mut Vec<T>, wide: fn(W) -> T) {
    let from = array.values as *const W;
    to.extend((0..array.len).map(|i| wide(unsafe { from.add(i).read_unaligned() })));
}

#[inline(always)]
pub(crate) fn put_fixed<T>(out: &mut Out, at: usize, value: T) {
    unsafe { out.values.at::<T>().add(at).write_unaligned(value) }
}

/// Without a branch, which for nulls here and there is guessed wrong. A null is
/// zeros, of which any value that lies in memory as it is can consist.
#[inline(always)]
pub(crate) fn put_fixed_option<T: Copy>(out: &mut Out, at: usize, value: Option<T>) {
    put_fixed(out, at, value.unwrap_or(unsafe { std::mem::zeroed() }));
    out.put_valid(at, value.is_some());
}

/// The methods of values that `Fixed` reads and that lie in memory as they are.
macro_rules! fixed_value {
    () => {
        type Reader = $crate::value::Fixed<Self>;

        #[inline(always)]
        fn ready(
            reader: &mut Self::Reader,
            array: &$crate::array::Array,
            mask: $crate::value::Mask,
        ) -> $crate::value::Loaded {
            reader.load(array, mask)
        }

        #[inline(always)]
        fn get(reader: &Self::Reader, at: usize) -> Self {
            reader.get(at)
        }

        #[inline(always)]
        fn put(self, out: &mut $crate::out::Out, at: usize) {
            $crate::value::put_fixed(out, at, self)
        }

        #[inline(always)]
        fn put_option(value: Option<Self>, out: &mut $crate::out::Out, at: usize) {
            $crate::value::put_fixed_option(out, at, value)
        }
    };
}
pub(crate) use fixed_value;

/// Numbers, and the narrower ones of which every value is one.
macro_rules! numbers {
    ($($type:ident $kind:ident $number:ident $wide:ident: $($narrow:ident $narrow_kind:ident),*;)*) => {
        $(impl Value for $type {
            fixed_value!();

            fn data_type() -> DataType {
                DataType::$kind
            }

            fn bind(data_type: &DataType) -> Option<Self::Reader> {
                Some(match data_type {
                    DataType::$kind => Fixed::plain(),
                    $(DataType::$narrow_kind => Fixed::widening(|array, to| {
                        each::<$narrow, $type>(array, to, |v| v as $type)
                    }),)*
                    _ => return None,
                })
            }

            #[inline(always)]
            fn peek(array: &Array, data_type: &DataType, at: usize) -> Option<Self> {
                match data_type {
                    DataType::$kind => Some(unsafe { *(array.values as *const $type).add(at) }),
                    $(DataType::$narrow_kind => {
                        Some(unsafe { *(array.values as *const $narrow).add(at) } as $type)
                    })*
                    _ => None,
                }
            }

            #[inline(always)]
            fn writes(data_type: &DataType) -> bool {
                matches!(data_type, DataType::$kind)
            }

            fn number(&self) -> Option<Number> {
                Some(Number::$number(*self as $wide))
            }
        })*
    };
}

numbers! {
    i8 I8 Integer i128: ;
    i16 I16 Integer i128: i8 I8, u8 U8;
    i32 I32 Integer i128: i8 I8, i16 I16, u8 U8, u16 U16;
    i64 I64 Integer i128: i8 I8, i16 I16, i32 I32, u8 U8, u16 U16, u32 U32;
    u8 U8 Integer i128: ;
    u16 U16 Integer i128: u8 U8;
    u32 U32 Integer i128: u8 U8, u16 U16;
    u64 U64 Integer i128: u8 U8, u16 U16, u32 U32;
    f32 F32 Float f64: i8 I8, i16 I16, u8 U8, u16 U16;
    f64 F64 Float f64: f32 F32, i8 I8, i16 I16, i32 I32, u8 U8, u16 U16, u32 U32;
}

/// Reads bits.
pub struct Bits(*const u8);

impl Value for bool {
    type Reader = Bits;

    fn data_type() -> DataType {
        DataType::Bool
    }

    fn bind(data_type: &DataType) -> Option<Bits> {
        match data_type {
            DataType::Bool => Some(Bits(ptr::null())),
            _ => None,
        }
    }

    fn ready(reader: &mut Bits, array: &Array, mask: Mask) -> Loaded {
        mask.no_nulls(array)?;
        reader.0 = array.values;
        Ok(())
    }

    #[inline(always)]
    fn get(reader: &Bits, at: usize) -> bool {
        unsafe { bit(reader.0, at) }
    }

    #[inline(always)]
    fn put(self, out: &mut Out, at: usize) {
        out.put_bit(at, self)
    }
}

/// Reads values that may be null.
pub struct Nullable<R> {
    inner: R,
    validity: *const u8,
    bits: Vec<u8>,
}

impl<T: Value> Value for Option<T> {
    type Reader = Nullable<T::Reader>;

    const NULLABLE: bool = true;

    fn extension() -> Option<&'static str> {
        T::extension()
    }

    fn data_type() -> DataType {
        T::data_type()
    }

    fn bind(data_type: &DataType) -> Option<Self::Reader> {
        let data_type = match data_type {
            // Nothing but nulls is any type.
            DataType::Null => T::data_type(),
            other => other.clone(),
        };
        Some(Nullable {
            inner: T::bind(&data_type)?,
            validity: ptr::null(),
            bits: Vec::new(),
        })
    }

    fn ready(reader: &mut Self::Reader, array: &Array, mask: Mask) -> Loaded {
        if array.nulls == array.len && array.nulls > 0 {
            reader.bits.clear();
            reader.bits.resize(array.len / 8 + 1, 0);
            reader.validity = reader.bits.as_ptr();
            return Ok(());
        }
        let mask = mask.and(array, &mut reader.bits);
        reader.validity = array.validity;
        T::ready(&mut reader.inner, array, mask)
    }

    #[inline(always)]
    fn get(reader: &Self::Reader, at: usize) -> Self {
        match reader.validity.is_null() || unsafe { bit(reader.validity, at) } {
            true => Some(T::get(&reader.inner, at)),
            false => None,
        }
    }

    fn peek(array: &Array, data_type: &DataType, at: usize) -> Option<Self> {
        if array.is_null(at) || *data_type == DataType::Null {
            return Some(None);
        }
        T::peek(array, data_type, at).map(Some)
    }

    #[inline(always)]
    fn writes(data_type: &DataType) -> bool {
        T::writes(data_type)
    }

    fn number(&self) -> Option<Number> {
        self.as_ref().and_then(T::number)
    }

    #[inline(always)]
    fn put(self, out: &mut Out, at: usize) {
        T::put_option(self, out, at)
    }
}

/// Reads lists.
pub struct Lists<R> {
    inner: R,
    offsets: *const i32, // null: of so many elements each
    size: usize,
    bits: Vec<u8>,
}

/// A field of this type, below the top level.
pub(crate) fn element<T: Value>(name: &str) -> Field {
    let mut field = Field::new(name, T::data_type());
    if let Some(named) = T::extension() {
        field.metadata = vec![(EXTENSION.0.into(), named.into())];
    }
    match T::NULLABLE {
        true => field,
        false => field.not_null(),
    }
}

fn bind_list<T: Value>(data_type: &DataType) -> Option<Lists<T::Reader>> {
    let (item, size) = match data_type {
        DataType::List(item) => (item, 0),
        DataType::FixedList(size, item) => (item, *size),
        _ => return None,
    };
    Some(Lists {
        inner: T::bind(&item.data_type)?,
        offsets: ptr::null(),
        size,
        bits: Vec::new(),
    })
}

fn load_list<T: Value>(reader: &mut Lists<T::Reader>, array: &Array, mask: Mask) -> Loaded {
    mask.no_nulls(array)?;
    if reader.size > 0 {
        let mask = mask.expand(array.len, reader.size, &mut reader.bits);
        return T::ready(&mut reader.inner, &array.children[0], mask);
    }
    reader.offsets = array.offsets;
    match array.children.first() {
        Some(items) => T::ready(&mut reader.inner, items, Mask::ALL),
        None => T::ready(&mut reader.inner, &array.bytes(), Mask::ALL),
    }
}

impl<R> Lists<R> {
    fn span(&self, at: usize) -> std::ops::Range<usize> {
        if self.offsets.is_null() {
            return at * self.size..(at + 1) * self.size;
        }
        unsafe { *self.offsets.add(at) as usize..*self.offsets.add(at + 1) as usize }
    }
}

/// Appends the elements of a list and ends it.
fn put_list<T: Value>(items: impl Iterator<Item = T>, out: &mut Out, at: usize) {
    for item in items {
        let place = out.elements;
        let child = &mut out.children[0];
        child.reserve(place + 1);
        item.put(child, place);
        out.elements += 1;
    }
    out.put_end(at);
}

/// `Vec<u8>` is binary; it reads lists of u8, too.
fn is_byte<T: Value>() -> bool {
    TypeId::of::<T>() == TypeId::of::<u8>()
}

impl<T: Value> Value for Vec<T> {
    type Reader = Lists<T::Reader>;

    fn data_type() -> DataType {
        match is_byte::<T>() {
            true => DataType::Binary,
            false => DataType::List(Box::new(element::<T>("item"))),
        }
    }

    fn bind(data_type: &DataType) -> Option<Self::Reader> {
        match data_type {
            DataType::Binary | DataType::String if is_byte::<T>() => {
                bind_list::<T>(&DataType::List(Box::new(element::<T>("item"))))
            }
            _ => bind_list::<T>(data_type),
        }
    }

    fn ready(reader: &mut Self::Reader, array: &Array, mask: Mask) -> Loaded {
        load_list::<T>(reader, array, mask)
    }

    fn get(reader: &Self::Reader, at: usize) -> Self {
        reader.span(at).map(|i| T::get(&reader.inner, i)).collect()
    }

    fn put(self, out: &mut Out, at: usize) {
        if is_byte::<T>() && out.field.data_type == DataType::Binary {
            let bytes =
                unsafe { std::slice::from_raw_parts(self.as_ptr() as *const u8, self.len()) };
            return out.put_bytes(at, bytes);
        }
        put_list(self.into_iter(), out, at)
    }
}

impl<T: Value, const N: usize> Value for [T; N] {
    type Reader = Lists<T::Reader>;

    fn data_type() -> DataType {
        DataType::FixedList(N, Box::new(element::<T>("item")))
    }

    fn bind(data_type: &DataType) -> Option<Self::Reader> {
        match data_type {
            DataType::FixedList(size, _) if *size == N => bind_list::<T>(data_type),
            _ => None,
        }
    }

    fn ready(reader: &mut Self::Reader, array: &Array, mask: Mask) -> Loaded {
        load_list::<T>(reader, array, mask)
    }

    fn get(reader: &Self::Reader, at: usize) -> Self {
        let mut next = reader.span(at);
        [(); N].map(|_| T::get(&reader.inner, next.next().unwrap_or(0)))
    }

    fn put(self, out: &mut Out, at: usize) {
        for (i, item) in IntoIterator::into_iter(self).enumerate() {
            item.put(&mut out.children[0], at * N + i);
        }
    }
}

/// A key and a value of a map, as a struct's fields.
struct Entry<K, V>(PhantomData<(K, V)>);

/// Reads maps.
pub struct Maps<K, V> {
    keys: Lists<K>,
    values: V,
}

macro_rules! maps {
    ($($type:ident<K $(: $bound:path)*, V>;)*) => {
        $(impl<K: Value $(+ $bound)*, V: Value> Value for std::collections::$type<K, V> {
            type Reader = Maps<K::Reader, V::Reader>;

            fn data_type() -> DataType {
                crate::schema::map_of(element::<K>("key").not_null(), element::<V>("value"))
            }

            fn bind(data_type: &DataType) -> Option<Self::Reader> {
                Entry::<K, V>::bind(data_type)
            }

            fn ready(reader: &mut Self::Reader, array: &Array, mask: Mask) -> Loaded {
                Entry::<K, V>::load(reader, array, mask)
            }

            fn get(reader: &Self::Reader, at: usize) -> Self {
                let pair = |i| (K::get(&reader.keys.inner, i), V::get(&reader.values, i));
                reader.keys.span(at).map(pair).collect()
            }

            fn put(self, out: &mut Out, at: usize) {
                for pair in self {
                    Entry::put(pair, out);
                }
                out.put_end(at);
            }
        })*
    };
}

maps! {
    HashMap<K: Eq: std::hash::Hash, V>;
    BTreeMap<K: Ord, V>;
}

impl<K: Value, V: Value> Entry<K, V> {
    fn bind(data_type: &DataType) -> Option<Maps<K::Reader, V::Reader>> {
        let entries = match data_type {
            DataType::Map(entries) => entries,
            _ => return None,
        };
        match entries.data_type.children() {
            [key, value] => Some(Maps {
                keys: Lists {
                    inner: K::bind(&key.data_type)?,
                    offsets: ptr::null(),
                    size: 0,
                    bits: Vec::new(),
                },
                values: V::bind(&value.data_type)?,
            }),
            _ => None,
        }
    }

    fn load(reader: &mut Maps<K::Reader, V::Reader>, array: &Array, mask: Mask) -> Loaded {
        mask.no_nulls(array)?;
        let entries = &array.children[0];
        reader.keys.offsets = array.offsets;
        K::ready(&mut reader.keys.inner, &entries.children[0], Mask::ALL)?;
        V::ready(&mut reader.values, &entries.children[1], Mask::ALL)
    }

    fn put((key, value): (K, V), out: &mut Out) {
        let at = out.elements;
        let entries = &mut out.children[0];
        entries.reserve(at + 1);
        key.put(&mut entries.children[0], at);
        value.put(&mut entries.children[1], at);
        out.elements += 1;
    }
}
