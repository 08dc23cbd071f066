//! UUIDs.

use std::fmt;
use std::str::FromStr;

use crate::error::{err, Error, Result};
use crate::schema::DataType;
use crate::value::{fixed_value, Fixed, Value};

/// 16 bytes, of which the first is the leftmost in text. Column `uuid`.
///
/// ```
/// use wasi_data::Uuid;
///
/// let id: Uuid = "01234567-89ab-cdef-0123-456789abcdef".parse().unwrap();
/// assert_eq!(id.0[0], 1);
/// assert_eq!(id.to_string(), "01234567-89ab-cdef-0123-456789abcdef");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Uuid(pub [u8; 16]);

/// Where a dash stands before the byte.
const DASHES: [usize; 4] = [4, 6, 8, 10];

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            let dash = if DASHES.contains(&i) { "-" } else { "" };
            write!(f, "{}{:02x}", dash, byte)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Uuid {
    type Err = Error;

    fn from_str(text: &str) -> Result<Uuid> {
        parse(text.as_bytes()).ok_or_else(|| err!(InvalidArgument, "'{}' is no uuid", text))
    }
}

fn parse(mut rest: &[u8]) -> Option<Uuid> {
    let mut bytes = [0; 16];
    for (i, byte) in bytes.iter_mut().enumerate() {
        if DASHES.contains(&i) {
            rest = rest.strip_prefix(b"-")?;
        }
        let digit = |at: usize| (*rest.get(at)? as char).to_digit(16);
        *byte = (digit(0)? * 16 + digit(1)?) as u8;
        rest = &rest[2..];
    }
    Some(Uuid(bytes)).filter(|_| rest.is_empty())
}

crate::plain_state!(Uuid);

impl Value for Uuid {
    fixed_value!();

    fn data_type() -> DataType {
        DataType::Uuid
    }

    fn bind(data_type: &DataType) -> Option<Self::Reader> {
        match data_type {
            DataType::Uuid | DataType::FixedBinary(16) => Some(Fixed::plain()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text() {
        let text = "ffeeddcc-bbaa-9988-7766-554433221100";
        assert_eq!(text.parse::<Uuid>().unwrap().to_string(), text);
        assert_eq!(text.to_uppercase().parse::<Uuid>().unwrap().0[15], 0);
        for bad in [
            "",
            "x",
            &text[1..],
            &text.replace('-', ""),
            &text.replace('0', "é"),
        ] {
            assert!(bad.parse::<Uuid>().is_err(), "{}", bad);
        }
    }
}
