//! Types of the program's own: a name over what their values are stored as.

use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use crate::array::Array;
use crate::error::{err, Result};
use crate::imports;
use crate::lambda::{map_by, Kernel, Lambda};
use crate::node::FUNCTION;
use crate::out::Out;
use crate::row::{schema_of, Finder};
use crate::schema::{DataType, Field};
use crate::state::State;
use crate::value::{Loaded, Mask, Value};
use crate::wire::{self, WireBatch};

/// What a registered type is called. Its values are stored as the type is without
/// the name; in rows they are [`Named`].
pub trait NamedType: Value {
    /// The name, which columns keep wherever they go (an Arrow extension type), also
    /// in files and for other modules that register it with the same storage.
    const NAME: &'static str;
}

/// A value of a registered type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Named<T>(pub T);

impl<T> Deref for Named<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Named<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: State> State for Named<T> {
    const PLAIN: bool = T::PLAIN;

    fn save(&self, to: &mut Vec<u8>) {
        self.0.save(to)
    }

    fn load(from: &mut &[u8]) -> Self {
        Named(T::load(from))
    }
}

impl<T: NamedType> Value for Named<T> {
    type Reader = T::Reader;

    fn data_type() -> DataType {
        T::data_type()
    }

    fn extension() -> Option<&'static str> {
        Some(T::NAME)
    }

    fn bind(data_type: &DataType) -> Option<Self::Reader> {
        T::bind(data_type)
    }

    fn ready(reader: &mut Self::Reader, array: &Array, mask: Mask) -> Loaded {
        T::ready(reader, array, mask)
    }

    #[inline(always)]
    fn get(reader: &Self::Reader, at: usize) -> Self {
        Named(T::get(reader, at))
    }

    #[inline(always)]
    fn put(self, out: &mut Out, at: usize) {
        self.0.put(out, at)
    }
}

/// What the host calls of a type: text, parse, key.
pub(crate) struct Operations {
    lambdas: [Option<Lambda>; 3],
    inputs: [Vec<Field>; 3],
    /// Bound when they are first called, in a worker.
    kernels: UnsafeCell<[Option<Box<dyn Kernel>>; 3]>,
}

impl Operations {
    /// The values of one operation for a batch of them.
    ///
    /// # Safety
    ///
    /// Nobody else calls it meanwhile: a worker has one thread.
    pub(crate) unsafe fn call(&self, operation: usize, values: WireBatch) -> Result<WireBatch> {
        let kernel = &mut (*self.kernels.get())[operation];
        if kernel.is_none() {
            let lambda = self.lambdas[operation].as_ref();
            let lambda = lambda
                .ok_or_else(|| err!(Unsupported, "the type has no such operation of its own"))?;
            *kernel = Some(lambda.bind_one(&self.inputs[operation])?.kernel);
        }
        match kernel {
            Some(kernel) => kernel.map(values),
            None => Err(err!(Internal, "an operation is not bound")),
        }
    }
}

/// What a type can do beyond what its values are stored as; what is not given, that
/// does. `register` registers it: from then on its name stands in casts, and
/// functions of [`Named`] values may be registered as operators and by names of the
/// language.
///
/// ```no_run
/// use wasi_data as data;
///
/// #[derive(data::Row, Clone)]
/// struct Celsius {
///     degrees: f64,
/// }
///
/// impl data::NamedType for Celsius {
///     const NAME: &'static str = "celsius";
/// }
///
/// # fn main() -> data::Result<()> {
/// data::TypeOperations::<Celsius>::new()
///     .text(|c| format!("{} °C", c.degrees))
///     .key(|c| data::SortKey::new().float(c.degrees).bytes())
///     .register()?;
/// type C = data::Named<Celsius>;
/// data::register("-", data::Promises::default(), |(a, b): (C, C)| a.degrees - b.degrees)
/// # }
/// ```
pub struct TypeOperations<T> {
    lambdas: [Result<Option<Lambda>>; 3],
    of: PhantomData<T>,
}

impl<T: NamedType> Default for TypeOperations<T> {
    fn default() -> Self {
        TypeOperations {
            lambdas: [Ok(None), Ok(None), Ok(None)],
            of: PhantomData,
        }
    }
}

impl<T: NamedType> TypeOperations<T> {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// A value as text: `cast(x as string)`.
    pub fn text(mut self, f: impl Fn(&T) -> String + 'static) -> Self {
        let f = move |v: Option<Named<T>>| Ok(v.map(|v| f(&v.0)));
        self.lambdas[0] = map_by(f, |input| Finder::new(input).by_position()).map(Some);
        self
    }

    /// The value of a text: `cast('…' as name)`, and texts that are compared with
    /// values. Its error ends the job.
    pub fn parse(mut self, f: impl Fn(&str) -> Result<T> + 'static) -> Self {
        let f = move |text: Option<String>| text.map(|t| f(&t).map(Named)).transpose();
        self.lambdas[1] = map_by(f, |input| Finder::new(input).by_position()).map(Some);
        self
    }

    /// Bytes that sort as the values do and are equal when they are: for sort, groups,
    /// joins, min and max, `<` and `=`. See [`SortKey`].
    pub fn key(mut self, f: impl Fn(&T) -> Vec<u8> + 'static) -> Self {
        let f = move |v: Option<Named<T>>| Ok(v.map(|v| crate::Bytes::from(f(&v.0))));
        self.lambdas[2] = map_by(f, |input| Finder::new(input).by_position()).map(Some);
        self
    }

    /// Registers the type.
    pub fn register(self) -> Result<()> {
        crate::context::hook_panics();
        let [text, parse, key] = self.lambdas;
        let value = schema_of::<Option<Named<T>>>().fields;
        let state = Box::into_raw(Box::new(Operations {
            lambdas: [text?, parse?, key?],
            inputs: [
                value.clone(),
                schema_of::<Option<String>>().fields,
                value.clone(),
            ],
            kernels: UnsafeCell::new([None, None, None]),
        })) as usize;
        wire::call(
            4,
            |lower, area| {
                let (name, fields) = (lower.text(T::NAME), lower.fields(&value));
                let (at, count) = (fields.at(), fields.count);
                unsafe {
                    imports::register_type(
                        name.at(),
                        name.count,
                        at,
                        count,
                        1,
                        FUNCTION,
                        state,
                        area,
                    )
                }
            },
            |_| (),
        )
    }
}

/// Bytes that sort as what they are made of does, part by part.
#[derive(Clone, Debug, Default)]
pub struct SortKey(Vec<u8>);

impl SortKey {
    /// Nothing yet.
    pub fn new() -> SortKey {
        SortKey::default()
    }

    /// A number more.
    pub fn integer(mut self, value: i64) -> SortKey {
        self.0
            .extend_from_slice(&(value as u64 ^ 1 << 63).to_be_bytes());
        self
    }

    /// A number more; NaN is last, -0 is 0.
    pub fn float(mut self, value: f64) -> SortKey {
        let bits = match value {
            v if v.is_nan() => u64::MAX,
            v if v == 0.0 => 1 << 63,
            v if v < 0.0 => !v.to_bits(),
            v => v.to_bits() | 1 << 63,
        };
        self.0.extend_from_slice(&bits.to_be_bytes());
        self
    }

    /// A text more, and its end.
    pub fn text(mut self, value: &str) -> SortKey {
        for &byte in value.as_bytes() {
            self.0.push(byte);
            if byte == 0 {
                self.0.push(1);
            }
        }
        self.0.extend_from_slice(&[0, 0]);
        self
    }

    /// What there is.
    pub fn bytes(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort() {
        let float = |v| SortKey::new().float(v).bytes();
        let floats = [f64::NEG_INFINITY, -1.5, -0.0, 1e-300, 2.0, f64::INFINITY];
        assert!(floats.windows(2).all(|w| float(w[0]) < float(w[1])));
        assert_eq!(float(0.0), float(-0.0));
        assert!(float(f64::NAN) > float(f64::INFINITY));
        let integer = |v| SortKey::new().integer(v).bytes();
        let integers = [i64::MIN, -1, 0, 1, i64::MAX];
        assert!(integers.windows(2).all(|w| integer(w[0]) < integer(w[1])));
        let text = |v| SortKey::new().text(v).integer(-1).bytes();
        let texts = ["", "\0", "\0a", "a", "a\0", "ab", "b"];
        assert!(texts.windows(2).all(|w| text(w[0]) < text(w[1])));
    }
}
