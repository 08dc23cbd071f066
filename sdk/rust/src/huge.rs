//! Whole numbers of 128 bits. Huge integers of tables are decimals of 38 digits,
//! and so are these.

use crate::array::Array;
use crate::context::fail;
use crate::out::Out;
use crate::schema::DataType;
use crate::value::{each, put_fixed, Fixed, Loaded, Mask, Value};

const WHOLE: DataType = DataType::Decimal {
    precision: 38,
    scale: 0,
};

const LIMIT: u128 = 10u128.pow(38);

fn bind(data_type: &DataType) -> Option<Fixed<i128>> {
    Some(match data_type {
        DataType::Decimal { scale: 0, .. } => Fixed::plain(),
        DataType::I8 => Fixed::widening(|a, to| each::<i8, _>(a, to, i128::from)),
        DataType::I16 => Fixed::widening(|a, to| each::<i16, _>(a, to, i128::from)),
        DataType::I32 => Fixed::widening(|a, to| each::<i32, _>(a, to, i128::from)),
        DataType::I64 => Fixed::widening(|a, to| each::<i64, _>(a, to, i128::from)),
        DataType::U8 => Fixed::widening(|a, to| each::<u8, _>(a, to, i128::from)),
        DataType::U16 => Fixed::widening(|a, to| each::<u16, _>(a, to, i128::from)),
        DataType::U32 => Fixed::widening(|a, to| each::<u32, _>(a, to, i128::from)),
        DataType::U64 => Fixed::widening(|a, to| each::<u64, _>(a, to, i128::from)),
        _ => return None,
    })
}

macro_rules! huge {
    ($($type:ident),*) => {
        $(impl Value for $type {
            type Reader = Fixed<i128>;

            fn data_type() -> DataType {
                WHOLE
            }

            fn bind(data_type: &DataType) -> Option<Self::Reader> {
                bind(data_type)
            }

            fn ready(reader: &mut Self::Reader, array: &Array, mask: Mask) -> Loaded {
                reader.load(array, mask)
            }

            #[inline(always)]
            fn get(reader: &Self::Reader, at: usize) -> Self {
                let value = reader.get(at);
                match Self::try_from(value) {
                    Ok(value) => value,
                    Err(_) => fail(&format!("{} is no {}", value, stringify!($type))),
                }
            }

            #[inline(always)]
            fn put(self, out: &mut Out, at: usize) {
                if self.magnitude() >= LIMIT {
                    fail(&format!("{} has more than 38 digits, which is what {} has", self, WHOLE));
                }
                put_fixed(out, at, self)
            }
        })*
    };
}

trait Magnitude {
    fn magnitude(self) -> u128;
}

impl Magnitude for u128 {
    fn magnitude(self) -> u128 {
        self
    }
}

impl Magnitude for i128 {
    fn magnitude(self) -> u128 {
        self.unsigned_abs()
    }
}

huge!(i128, u128);
