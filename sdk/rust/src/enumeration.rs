//! Rust's enums without fields as columns of enumerations.

use std::ptr;

use crate::array::Array;
use crate::out::Out;
use crate::schema::{enum_of, DataType};
use crate::value::{put_fixed, Loaded, Mask};

/// An enum and what its variants are called. To be had by `derive(Enum)`.
pub trait Words: Copy + 'static {
    #[doc(hidden)]
    const WORDS: &'static [&'static str];

    /// The variant of a place among the words, which is one.
    #[doc(hidden)]
    fn variant(place: usize) -> Self;

    #[doc(hidden)]
    fn place(self) -> usize;
}

/// Reads enumerations, whose words may be fewer, and in another order.
pub struct Enums<T> {
    variants: Vec<T>, // by the column's indices
    indices: *const u8,
    size: usize, // of an index
}

/// What `derive(Enum)` calls.
#[doc(hidden)]
pub mod enums {
    use super::*;

    pub fn data_type<T: Words>() -> DataType {
        enum_of(T::WORDS.iter().map(|w| w.to_string()).collect())
    }

    /// Nothing when the column has a word that the enum has not.
    pub fn bind<T: Words>(data_type: &DataType) -> Option<Enums<T>> {
        let (words, size) = match data_type {
            DataType::Enum(words, size) => (words, *size),
            _ => return None,
        };
        let place = |word: &String| T::WORDS.iter().position(|w| w == word);
        let variants = words.iter().map(|w| place(w).map(T::variant));
        Some(Enums {
            variants: variants.collect::<Option<_>>()?,
            indices: ptr::null(),
            size,
        })
    }

    pub fn load<T>(reader: &mut Enums<T>, array: &Array, mask: Mask) -> Loaded {
        mask.no_nulls(array)?;
        reader.indices = array.values;
        Ok(())
    }

    #[inline(always)]
    pub fn get<T: Words>(reader: &Enums<T>, at: usize) -> T {
        let index = unsafe { index(reader.indices, reader.size, at) };
        // What stands at a null of a parent means nothing.
        let variant = reader.variants.get(index).copied();
        variant.unwrap_or_else(|| T::variant(0))
    }

    #[inline(always)]
    pub fn put<T: Words>(value: T, out: &mut Out, at: usize) {
        let place = value.place();
        match T::WORDS.len() {
            0..=256 => put_fixed(out, at, place as u8),
            257..=65536 => put_fixed(out, at, place as u16),
            _ => put_fixed(out, at, place as u32),
        }
    }
}

/// The index of a word, which takes so many bytes.
#[inline(always)]
pub(crate) unsafe fn index(indices: *const u8, size: usize, at: usize) -> usize {
    match size {
        1 => *indices.add(at) as usize,
        2 => *(indices as *const u16).add(at) as usize,
        _ => *(indices as *const u32).add(at) as usize,
    }
}
