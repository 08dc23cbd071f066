//! Rust's enums whose variants hold a value as columns of unions.

use std::ptr;

use crate::array::Array;
use crate::out::Out;
use crate::schema::{DataType, Field};
use crate::value::{element, Loaded, Mask, UnexpectedNull, Value};

/// Reads a column of unions: `R` is a tuple of a [`Member`] for each variant.
pub struct Unions<R> {
    members: R,
    ids: *const u8,
    variants: Vec<u8>, // by the column's members
}

/// Reads the values of a variant.
pub struct Member<R> {
    reader: Option<R>, // none: the column has no such member
    at: usize,
    bits: Vec<u8>,
}

impl<R> Member<R> {
    /// A member of this name; an error when values of it are not read.
    #[doc(hidden)]
    pub fn find<V: Value<Reader = R>>(members: &[Field], name: &str) -> Option<Self> {
        let at = members.iter().position(|f| f.name == name);
        let reader = match at {
            Some(at) => Some(V::bind(&members[at].data_type)?),
            None => None,
        };
        Some(Member {
            reader,
            at: at.unwrap_or(0),
            bits: Vec::new(),
        })
    }

    /// Only the rows that are of this member count.
    #[doc(hidden)]
    pub fn load<V: Value<Reader = R>>(&mut self, array: &Array, mask: Mask) -> Loaded {
        let (reader, at) = match &mut self.reader {
            Some(reader) => (reader, self.at),
            None => return Ok(()),
        };
        let of_this = |i| unsafe { *array.values.add(i) as usize == at };
        let mask = mask.only(array.len, of_this, &mut self.bits);
        V::ready(reader, &array.children[at], mask)
    }

    #[doc(hidden)]
    #[inline(always)]
    pub fn get<V: Value<Reader = R>>(&self, at: usize) -> V {
        match &self.reader {
            Some(reader) => V::get(reader, at),
            None => unreachable!("a row is of a member that the column has"),
        }
    }
}

/// What `derive(Union)` calls.
#[doc(hidden)]
pub mod unions {
    use super::*;

    pub fn member<V: Value>(name: &str) -> Field {
        element::<V>(name)
    }

    /// Nothing when the column has a member that the enum has not, or one of
    /// another type.
    pub fn bind<R>(
        data_type: &DataType,
        names: &[&str],
        find: impl FnOnce(&[Field]) -> Option<R>,
    ) -> Option<Unions<R>> {
        let members = match data_type {
            DataType::Union(members) => members,
            _ => return None,
        };
        let place = |f: &Field| names.iter().position(|n| *n == f.name);
        let variants = members.iter().map(|f| place(f).map(|at| at as u8));
        Some(Unions {
            variants: variants.collect::<Option<_>>()?,
            members: find(members)?,
            ids: ptr::null(),
        })
    }

    pub fn load<R>(
        reader: &mut Unions<R>,
        array: &Array,
        mask: Mask,
        load: impl FnOnce(&mut R, &Array, Mask) -> Result<(), UnexpectedNull>,
    ) -> Loaded {
        reader.ids = array.values;
        load(&mut reader.members, array, mask)
    }

    /// The variant of a row, and the members to read it from.
    #[inline(always)]
    pub fn variant<R>(reader: &Unions<R>, at: usize) -> (u8, &R) {
        let id = unsafe { *reader.ids.add(at) } as usize;
        (reader.variants[id], &reader.members)
    }

    #[inline(always)]
    pub fn put<V: Value>(value: V, out: &mut Out, at: usize, member: usize) {
        value.put(out.put_member(at, member), at)
    }
}
