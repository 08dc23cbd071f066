//! Strings and bytes of columns.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::ptr;
use std::rc::Rc;

use crate::arena::Block;
use crate::array::Array;
use crate::out::Out;
use crate::schema::DataType;
use crate::state::{load_bytes, save_bytes, State};
use crate::value::{Loaded, Mask, Value};

/// Bytes that lie in their batch, which they keep: to get one copies nothing.
#[derive(Clone)]
pub struct Bytes {
    _block: Option<Rc<Block>>,
    data: *const u8,
    size: usize,
}

/// A string that lies in its batch, which it keeps: to get one copies nothing.
/// Use it for fields of rows that are looked at, `String` for those that are
/// kept or changed.
#[derive(Clone)]
pub struct Text(Bytes);

impl Bytes {
    fn of(bytes: &[u8]) -> Bytes {
        if bytes.is_empty() {
            return Bytes::default();
        }
        let (block, data) = Block::of(bytes);
        Bytes {
            _block: Some(block),
            data,
            size: bytes.len(),
        }
    }
}

impl Text {
    /// A part of it (`&text[2..5]`, one of `text.split(' ')`) that shares its
    /// memory. Panics when it is no part.
    pub fn share(&self, part: &str) -> Text {
        let from = (part.as_ptr() as usize).wrapping_sub(self.0.data as usize);
        let inside = from <= self.0.size && part.len() <= self.0.size - from;
        assert!(
            inside || part.is_empty(),
            "share: this is no part of the text"
        );
        Text(Bytes {
            _block: self.0._block.clone(),
            data: part.as_ptr(),
            size: part.len(),
        })
    }
}

impl Default for Bytes {
    fn default() -> Bytes {
        Bytes {
            _block: None,
            data: [].as_ptr(),
            size: 0,
        }
    }
}

impl Default for Text {
    fn default() -> Text {
        Text(Bytes::default())
    }
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline(always)]
    fn deref(&self) -> &[u8] {
        unsafe { std::slice::from_raw_parts(self.data, self.size) }
    }
}

impl Deref for Text {
    type Target = str;

    #[inline(always)]
    fn deref(&self) -> &str {
        // The host checks what it passes.
        unsafe { std::str::from_utf8_unchecked(&self.0) }
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Bytes {
        Bytes::of(bytes)
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        Bytes::of(&bytes)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text(Bytes::of(text.as_bytes()))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        text.as_str().into()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> String {
        text.to_string()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

macro_rules! like_target {
    ($($type:ident as $target:ty),*) => {
        $(impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                fmt::Debug::fmt(&**self, f)
            }
        }

        impl PartialEq for $type {
            fn eq(&self, other: &$type) -> bool {
                **self == **other
            }
        }

        impl PartialEq<$target> for $type {
            fn eq(&self, other: &$target) -> bool {
                **self == *other
            }
        }

        impl PartialEq<&$target> for $type {
            fn eq(&self, other: &&$target) -> bool {
                **self == **other
            }
        }

        impl Eq for $type {}

        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &$type) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $type {
            fn cmp(&self, other: &$type) -> Ordering {
                (**self).cmp(&**other)
            }
        }

        impl Hash for $type {
            fn hash<H: Hasher>(&self, state: &mut H) {
                (**self).hash(state)
            }
        }

        impl Borrow<$target> for $type {
            fn borrow(&self) -> &$target {
                self
            }
        }

        impl AsRef<$target> for $type {
            fn as_ref(&self) -> &$target {
                self
            }
        })*
    };
}
like_target!(Text as str, Bytes as [u8]);

/// Reads strings and bytes, those of enumerations too.
pub struct Strings {
    offsets: *const i32,
    values: *const u8,
    block: *const Block, // of the batch
    known: Option<Known>,
}

/// The values of an enumeration.
struct Known {
    block: Rc<Block>,
    spans: Vec<(*const u8, usize)>,
    size: usize, // of an index
}

impl Known {
    fn new(values: &[String], size: usize) -> Known {
        let (block, mut at) = Block::of(values.concat().as_bytes());
        let mut spans = Vec::new();
        for value in values {
            spans.push((at, value.len()));
            at = unsafe { at.add(value.len()) };
        }
        Known { block, spans, size }
    }

    unsafe fn span(&self, indices: *const u8, at: usize) -> (*const u8, usize) {
        let index = crate::enumeration::index(indices, self.size, at);
        self.spans.get(index).copied().unwrap_or(([].as_ptr(), 0))
    }
}

impl Strings {
    fn new(known: Option<Known>) -> Strings {
        Strings {
            offsets: ptr::null(),
            values: ptr::null(),
            block: ptr::null(),
            known,
        }
    }

    fn text(data_type: &DataType) -> Option<Strings> {
        match data_type {
            DataType::String => Some(Strings::new(None)),
            DataType::Enum(values, size) => Some(Strings::new(Some(Known::new(values, *size)))),
            _ => None,
        }
    }

    fn bytes(data_type: &DataType) -> Option<Strings> {
        match data_type {
            DataType::Binary => Some(Strings::new(None)),
            other => Strings::text(other),
        }
    }

    fn load(&mut self, array: &Array, mask: Mask) -> Loaded {
        mask.no_nulls(array)?;
        self.point(array);
        Ok(())
    }

    fn point(&mut self, array: &Array) {
        self.offsets = array.offsets;
        self.values = array.values;
        self.block = match &self.known {
            Some(known) => Rc::as_ptr(&known.block),
            None => array.block,
        };
    }

    #[inline(always)]
    fn get(&self, at: usize) -> &[u8] {
        unsafe {
            let (data, size) = match &self.known {
                None => {
                    let from = *self.offsets.add(at) as usize;
                    let to = *self.offsets.add(at + 1) as usize;
                    (self.values.wrapping_add(from), to - from)
                }
                Some(known) => known.span(self.values, at),
            };
            match size {
                0 => &[],
                _ => std::slice::from_raw_parts(data, size),
            }
        }
    }

    #[inline(always)]
    fn shared(&self, at: usize) -> Bytes {
        let bytes = self.get(at);
        let block = unsafe {
            Rc::increment_strong_count(self.block);
            Rc::from_raw(self.block)
        };
        Bytes {
            _block: Some(block),
            data: bytes.as_ptr(),
            size: bytes.len(),
        }
    }
}

macro_rules! strings {
    ($($type:ty, $kind:ident, $bind:ident, $reader:ident, $at:ident => $get:expr, $bytes:expr;)*) => {
        $(impl Value for $type {
            type Reader = Strings;

            fn data_type() -> DataType {
                DataType::$kind
            }

            fn bind(data_type: &DataType) -> Option<Strings> {
                Strings::$bind(data_type)
            }

            fn ready(reader: &mut Strings, array: &Array, mask: Mask) -> Loaded {
                reader.load(array, mask)
            }

            fn peek(array: &Array, data_type: &DataType, at: usize) -> Option<Self> {
                let mut reader = Strings::$bind(data_type)?;
                reader.point(array);
                Some(Self::get(&reader, at))
            }

            #[inline(always)]
            fn get($reader: &Strings, $at: usize) -> Self {
                $get
            }

            #[inline(always)]
            fn put(self, out: &mut Out, at: usize) {
                let bytes: fn(&$type) -> &[u8] = $bytes;
                out.put_bytes(at, bytes(&self))
            }
        })*
    };
}

strings! {
    String, String, text, reader, at => unsafe {
        std::str::from_utf8_unchecked(reader.get(at)).to_owned()
    }, |v| v.as_bytes();
    Text, String, text, reader, at => Text(reader.shared(at)), |v| v.as_bytes();
    Bytes, Binary, bytes, reader, at => reader.shared(at), |v| v;
}

impl State for Bytes {
    const PLAIN: bool = false;

    fn save(&self, to: &mut Vec<u8>) {
        save_bytes(self, to);
    }

    fn load(from: &mut &[u8]) -> Self {
        Bytes::of(load_bytes(from))
    }
}

impl State for Text {
    const PLAIN: bool = false;

    fn save(&self, to: &mut Vec<u8>) {
        save_bytes(self.as_bytes(), to);
    }

    fn load(from: &mut &[u8]) -> Self {
        Text(Bytes::of(load_bytes(from)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_a_string() {
        let text = Text::from("päper");
        assert_eq!(text, "päper");
        assert!(text > Text::from("p") && text.clone() == text);
        assert_eq!(format!("{} {:?}", text, Text::default()), "päper \"\"");
        assert_eq!(text.share(&text[1..3]), "ä");
        let mut map = std::collections::HashMap::new();
        map.insert(text, 1);
        assert_eq!(map["päper"], 1);
    }
}
