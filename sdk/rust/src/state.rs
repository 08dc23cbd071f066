//! What can be kept as bytes between calls: states of aggregates, rows that
//! are reduced.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};
use std::mem::{size_of, MaybeUninit};
use std::ptr;

/// A value that travels as bytes. Derive it for the states of aggregates; rows
/// have it by `derive(Row)`.
///
/// ```
/// use wasi_data::State;
///
/// #[derive(State, Default)]
/// struct Mean {
///     sum: f64,
///     rows: i64,
/// }
/// ```
pub trait State: Sized + 'static {
    /// True if its memory is its bytes: numbers, and what consists of them.
    #[doc(hidden)]
    const PLAIN: bool;

    /// Appends the value.
    fn save(&self, to: &mut Vec<u8>);

    /// Takes the value off the front.
    fn load(from: &mut &[u8]) -> Self;
}

#[cold]
fn short() -> ! {
    panic!("a state is shorter than it was when it was saved")
}

#[doc(hidden)]
pub fn save_plain<T>(value: &T, to: &mut Vec<u8>) {
    let size = size_of::<T>();
    to.reserve(size);
    unsafe {
        let end = to.as_mut_ptr().add(to.len());
        ptr::copy_nonoverlapping(value as *const T as *const u8, end, size);
        to.set_len(to.len() + size);
    }
}

pub(crate) fn load_plain<T>(from: &mut &[u8]) -> T {
    let size = size_of::<T>();
    if from.len() < size {
        short();
    }
    let mut value = MaybeUninit::<T>::uninit();
    unsafe {
        ptr::copy_nonoverlapping(from.as_ptr(), value.as_mut_ptr() as *mut u8, size);
        *from = &from[size..];
        value.assume_init()
    }
}

/// For types that are their bytes.
#[macro_export]
#[doc(hidden)]
macro_rules! plain_state {
    ($($type:ty),*) => {
        $(impl $crate::State for $type {
            const PLAIN: bool = true;
            #[inline(always)]
            fn save(&self, to: &mut Vec<u8>) {
                $crate::hidden::save_plain(self, to)
            }
            #[inline(always)]
            fn load(from: &mut &[u8]) -> Self {
                $crate::hidden::load_state(from)
            }
        })*
    };
}
plain_state!(
    bool,
    char,
    (),
    i8,
    i16,
    i32,
    i64,
    i128,
    u8,
    u16,
    u32,
    u64,
    u128,
    f32,
    f64,
    usize,
    isize
);

/// Only bytes that `save_plain` of the same type made come here.
#[doc(hidden)]
pub fn load_state<T: State>(from: &mut &[u8]) -> T {
    load_plain(from)
}

fn take<'a>(from: &mut &'a [u8], size: usize) -> &'a [u8] {
    if from.len() < size {
        short();
    }
    let (taken, rest) = from.split_at(size);
    *from = rest;
    taken
}

pub(crate) fn save_bytes(bytes: &[u8], to: &mut Vec<u8>) {
    (bytes.len() as u32).save(to);
    to.extend_from_slice(bytes);
}

pub(crate) fn load_bytes<'a>(from: &mut &'a [u8]) -> &'a [u8] {
    let size = u32::load(from) as usize;
    take(from, size)
}

impl State for String {
    const PLAIN: bool = false;

    fn save(&self, to: &mut Vec<u8>) {
        save_bytes(self.as_bytes(), to);
    }

    fn load(from: &mut &[u8]) -> Self {
        String::from_utf8_lossy(load_bytes(from)).into_owned()
    }
}

impl<T: State> State for Option<T> {
    const PLAIN: bool = T::PLAIN;

    fn save(&self, to: &mut Vec<u8>) {
        self.is_some().save(to);
        if let Some(value) = self {
            value.save(to);
        }
    }

    fn load(from: &mut &[u8]) -> Self {
        match bool::load(from) {
            true => Some(T::load(from)),
            false => None,
        }
    }
}

impl<T: State> State for Box<T> {
    const PLAIN: bool = false;

    fn save(&self, to: &mut Vec<u8>) {
        (**self).save(to);
    }

    fn load(from: &mut &[u8]) -> Self {
        Box::new(T::load(from))
    }
}

impl<T: State, const N: usize> State for [T; N] {
    const PLAIN: bool = T::PLAIN;

    fn save(&self, to: &mut Vec<u8>) {
        self.iter().for_each(|item| item.save(to));
    }

    fn load(from: &mut &[u8]) -> Self {
        [(); N].map(|_| T::load(from))
    }
}

macro_rules! collections {
    ($($type:ident<$($item:ident $(: $bound:path)*),+ $(; $hasher:ident)?>, $one:ty;)*) => {
        $(impl<$($item: State $(+ $bound)*,)+ $($hasher: BuildHasher + Default + 'static)?>
            State for $type<$($item,)+ $($hasher)?>
        {
            const PLAIN: bool = false;

            fn save(&self, to: &mut Vec<u8>) {
                (self.len() as u32).save(to);
                self.iter().for_each(|one| one.save_one(to));
            }

            fn load(from: &mut &[u8]) -> Self {
                let size = u32::load(from);
                (0..size).map(|_| <$one>::load(from)).collect()
            }
        })*
    };
}

/// What iterators of collections give.
trait SaveOne {
    fn save_one(&self, to: &mut Vec<u8>);
}

impl<T: State> SaveOne for &T {
    fn save_one(&self, to: &mut Vec<u8>) {
        self.save(to);
    }
}

impl<K: State, V: State> SaveOne for (&K, &V) {
    fn save_one(&self, to: &mut Vec<u8>) {
        self.0.save(to);
        self.1.save(to);
    }
}

collections! {
    Vec<T>, T;
    HashSet<T: Eq: Hash; S>, T;
    BTreeSet<T: Ord>, T;
    HashMap<K: Eq: Hash, V; S>, (K, V);
    BTreeMap<K: Ord, V>, (K, V);
}

macro_rules! tuples {
    ($($name:ident $at:tt)*) => {
        impl<$($name: State),*> State for ($($name,)*) {
            const PLAIN: bool = $($name::PLAIN)&&*;

            fn save(&self, to: &mut Vec<u8>) {
                $(self.$at.save(to);)*
            }

            fn load(from: &mut &[u8]) -> Self {
                ($($name::load(from),)*)
            }
        }
    };
}
tuples!(A 0);
tuples!(A 0 B 1);
tuples!(A 0 B 1 C 2);
tuples!(A 0 B 1 C 2 D 3);
tuples!(A 0 B 1 C 2 D 3 E 4);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5 G 6);
tuples!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);

#[cfg(test)]
mod tests {
    use super::*;

    fn same<T: State + PartialEq + std::fmt::Debug>(value: T) {
        let mut bytes = Vec::new();
        value.save(&mut bytes);
        let mut rest = &bytes[..];
        assert_eq!(T::load(&mut rest), value);
        assert!(rest.is_empty());
    }

    #[test]
    fn there_and_back() {
        same((1u8, -2i64, Some(1.5f64), None::<bool>));
        same(("häh".to_string(), vec![String::new(), "x".into()]));
        same(HashMap::from([(1i32, vec![2u8]), (3, vec![])]));
        same(BTreeMap::from([("a".to_string(), [1u16, 2])]));
        same(HashSet::from([i128::MIN, 7]));
        same(Box::new(BTreeSet::from(['x'])));
    }
}
