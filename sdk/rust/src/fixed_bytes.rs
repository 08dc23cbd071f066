//! Binaries that are all of one length.

use std::fmt;

use crate::schema::DataType;
use crate::value::{fixed_value, Fixed, Value};

/// So many bytes. Column `binary(N)`.
///
/// ```
/// use wasi_data::FixedBytes;
///
/// let key = FixedBytes([0xca, 0xfe]);
/// assert_eq!(key.to_string(), "cafe");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct FixedBytes<const N: usize>(pub [u8; N]);

impl<const N: usize> Default for FixedBytes<N> {
    fn default() -> Self {
        FixedBytes([0; N])
    }
}

/// As hexadecimal digits.
impl<const N: usize> fmt::Display for FixedBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{:02x}", b))
    }
}

impl<const N: usize> fmt::Debug for FixedBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> crate::State for FixedBytes<N> {
    const PLAIN: bool = true;

    fn save(&self, to: &mut Vec<u8>) {
        self.0.save(to)
    }

    fn load(from: &mut &[u8]) -> Self {
        crate::hidden::load_state(from)
    }
}

impl<const N: usize> Value for FixedBytes<N> {
    fixed_value!();

    fn data_type() -> DataType {
        DataType::FixedBinary(N)
    }

    fn bind(data_type: &DataType) -> Option<Self::Reader> {
        match data_type {
            DataType::FixedBinary(size) if *size == N => Some(Fixed::plain()),
            DataType::Uuid if N == 16 => Some(Fixed::plain()),
            _ => None,
        }
    }
}
