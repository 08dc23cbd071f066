//! Decimal numbers.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::error::{err, Error, Result};
use crate::schema::DataType;
use crate::value::{fixed_value, Fixed, Value};

/// A number of at most `P` digits (38), of which `S` stand after the point. The
/// column is `decimal(P,S)`; those of fewer digits are read, too, if none is
/// lost.
///
/// ```
/// use wasi_data::Decimal;
///
/// let price: Decimal<10, 2> = "12.50".parse().unwrap();
/// assert_eq!(price.unscaled(), 1250);
/// assert_eq!((price + price).to_string(), "25.00");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Decimal<const P: u8, const S: i8>(i128);

fn power(digits: u32) -> i128 {
    10i128.pow(digits)
}

impl<const P: u8, const S: i8> Decimal<P, S> {
    /// The number times 10^S. None: it has more digits.
    pub fn new(unscaled: i128) -> Option<Self> {
        match unscaled.unsigned_abs() < power(P as u32) as u128 {
            true => Some(Decimal(unscaled)),
            false => None,
        }
    }

    /// The number times 10^S.
    pub fn unscaled(self) -> i128 {
        self.0
    }

    /// The nearest f64.
    pub fn to_f64(self) -> f64 {
        // Its text is read exactly; the quotient of two floats is rounded twice.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// With other digits, rounded half away from zero. None: it does not fit.
    pub fn rescale<const Q: u8, const T: i8>(self) -> Option<Decimal<Q, T>> {
        Decimal::new(scaled(self.0, T as i32 - S as i32)?)
    }

    fn checked(value: Option<i128>, what: &str) -> Self {
        value.and_then(Self::new).unwrap_or_else(|| {
            panic!("{} of decimals has more than {} digits", what, P);
        })
    }
}

/// Times a power of ten, rounded half away from zero.
fn scaled(value: i128, by: i32) -> Option<i128> {
    if by.unsigned_abs() > 38 {
        return if value == 0 || by < 0 { Some(0) } else { None };
    }
    let factor = power(by.unsigned_abs());
    if by >= 0 {
        return value.checked_mul(factor);
    }
    let (quotient, rest) = (value / factor, value % factor);
    let up = (rest.unsigned_abs() >= factor as u128 / 2 + factor as u128 % 2) as i128;
    Some(quotient + up * value.signum())
}

macro_rules! operators {
    ($($trait:ident $name:ident $assign:ident $assign_name:ident $checked:ident $what:literal;)*) => {
        $(impl<const P: u8, const S: i8> std::ops::$trait for Decimal<P, S> {
            type Output = Self;

            /// Panics when the result has more than `P` digits.
            fn $name(self, other: Self) -> Self {
                Self::checked(self.0.$checked(other.0), $what)
            }
        }

        impl<const P: u8, const S: i8> std::ops::$assign for Decimal<P, S> {
            fn $assign_name(&mut self, other: Self) {
                *self = Self::checked(self.0.$checked(other.0), $what);
            }
        })*
    };
}
operators! {
    Add add AddAssign add_assign checked_add "the sum";
    Sub sub SubAssign sub_assign checked_sub "the difference";
}

impl<const P: u8, const S: i8> std::ops::Neg for Decimal<P, S> {
    type Output = Self;

    fn neg(self) -> Self {
        Decimal(-self.0)
    }
}

impl<const P: u8, const S: i8> fmt::Display for Decimal<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let text = match S.cmp(&0) {
            Ordering::Greater => {
                let digits = format!("{:0>1$}", digits, S as usize + 1);
                let (whole, part) = digits.split_at(digits.len() - S as usize);
                format!("{}.{}", whole, part)
            }
            _ if self.0 == 0 => digits,
            _ => digits + &"0".repeat(S.unsigned_abs() as usize),
        };
        f.pad_integral(self.0 >= 0, "", &text)
    }
}

impl<const P: u8, const S: i8> fmt::Debug for Decimal<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const P: u8, const S: i8> FromStr for Decimal<P, S> {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let data_type = Self::data_type();
        parse(text, S as i32)
            .and_then(Self::new)
            .ok_or_else(|| err!(InvalidArgument, "'{}' is no {}", text, data_type))
    }
}

/// Digits past the scale must be zeros: nothing is rounded here.
fn parse(text: &str, scale: i32) -> Option<i128> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = rest.split_once('.').unwrap_or((rest, ""));
    let digits = [whole, part].concat();
    if digits.is_empty() || digits.len() > 38 || digits.bytes().any(|b| !b.is_ascii_digit()) {
        return None;
    }
    let value: i128 = digits.parse().ok()?;
    let by = scale - part.len() as i32;
    let value = match scaled(value, by)? {
        exact if scaled(exact, -by) == Some(value) => exact,
        _ => return None,
    };
    Some(if negative { -value } else { value })
}

impl<const P: u8, const S: i8> crate::State for Decimal<P, S> {
    const PLAIN: bool = true;

    #[inline(always)]
    fn save(&self, to: &mut Vec<u8>) {
        self.0.save(to)
    }

    #[inline(always)]
    fn load(from: &mut &[u8]) -> Self {
        Decimal(i128::load(from))
    }
}

impl<const P: u8, const S: i8> Value for Decimal<P, S> {
    fixed_value!();

    fn data_type() -> DataType {
        assert!(P >= 1 && P <= 38, "decimals have 1 to 38 digits, not {}", P);
        DataType::Decimal {
            precision: P,
            scale: S,
        }
    }

    fn writes(data_type: &DataType) -> bool {
        matches!(*data_type, DataType::Decimal { precision, scale } if scale == S && precision >= P)
    }

    fn bind(data_type: &DataType) -> Option<Self::Reader> {
        match *data_type {
            DataType::Decimal { precision, scale } if scale == S && precision <= P => {
                Some(Fixed::plain())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text() {
        for text in ["0.00", "-0.05", "12.50", "-99999999.99"] {
            assert_eq!(text.parse::<Decimal<10, 2>>().unwrap().to_string(), text);
        }
        for bad in ["", ".", "x", "1.005", "1e3", "100000000", "1_0", "--1"] {
            assert!(bad.parse::<Decimal<10, 2>>().is_err(), "{}", bad);
        }
        assert_eq!("1200".parse::<Decimal<5, -2>>().unwrap().unscaled(), 12);
        assert_eq!(Decimal::<5, -2>::new(12).unwrap().to_string(), "1200");
        assert_eq!(
            format!("{:>6}", Decimal::<3, 1>::new(-15).unwrap()),
            "  -1.5"
        );
    }

    #[test]
    fn scales() {
        let d = |unscaled| Decimal::<10, 3>::new(unscaled).unwrap();
        assert_eq!(d(-1255).rescale::<10, 2>().unwrap().unscaled(), -126);
        assert_eq!(d(1254).rescale::<10, 2>().unwrap().unscaled(), 125);
        assert_eq!(d(1254).rescale::<10, 4>().unwrap().unscaled(), 12540);
        assert_eq!(d(1254).rescale::<2, 2>(), None);
        assert_eq!(d(-50).to_f64(), -0.05);
        assert!(Decimal::<3, 0>::new(1000).is_none());
    }
}
