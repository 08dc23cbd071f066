//! Dates, times and timestamps.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use crate::array::Array;
use crate::context::fail;
use crate::error::{err, Error, Result};
use crate::schema::{DataType, Unit};
use crate::value::{each, fixed_value, Fixed, Value};

const DAY: i64 = 86_400;

/// A day of the Gregorian calendar, as days since 1970-01-01. Column `date`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Date(pub i32);

/// Year, month and day to days: Howard Hinnant's algorithm
/// (<https://howardhinnant.github.io/date_algorithms.html>).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - (month <= 2) as i64;
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = (shifted + 2) % 12 + 1;
    (
        year + era * 400 + (month <= 2) as i64,
        month as u8,
        day as u8,
    )
}

impl Date {
    /// None when there is no such day.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Date> {
        if !(1..=12).contains(&month) {
            return None;
        }
        let days = days_from_civil(year as i64, month as i64, day as i64);
        let found = civil_from_days(days) == (year as i64, month, day);
        i32::try_from(days).ok().filter(|_| found).map(Date)
    }

    /// Year, month from 1, day from 1.
    pub fn ymd(self) -> (i32, u8, u8) {
        let (year, month, day) = civil_from_days(self.0 as i64);
        (year as i32, month, day)
    }

    /// Monday is 1, Sunday 7.
    pub fn weekday(self) -> u8 {
        (self.0 as i64 + 3).rem_euclid(7) as u8 + 1
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{:04}-{:02}-{:02}", year, month, day)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = Error;

    fn from_str(text: &str) -> Result<Date> {
        let mut parts = text.rsplitn(3, '-');
        let mut part = || parts.next().and_then(|p| p.parse::<i32>().ok());
        let (day, month, year) = (part(), part(), part());
        let found = match (year, month, day) {
            (Some(y), Some(m @ 1..=12), Some(d @ 1..=31)) => Date::new(y, m as u8, d as u8),
            _ => None,
        };
        found.ok_or_else(|| err!(InvalidArgument, "'{}' is no date like 2000-01-31", text))
    }
}

crate::plain_state!(Date);

impl Value for Date {
    fixed_value!();

    fn data_type() -> DataType {
        DataType::Date
    }

    fn bind(data_type: &DataType) -> Option<Self::Reader> {
        match data_type {
            DataType::Date => Some(Fixed::plain()),
            _ => None,
        }
    }
}

/// A unit of timestamps.
pub trait TimeUnit: Copy + PartialEq + Eq + Ord + std::hash::Hash + Default + 'static {
    #[doc(hidden)]
    const UNIT: Unit;
}

macro_rules! units {
    ($($name:ident),*) => {
        $(/// A unit of timestamps.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name;

        impl TimeUnit for $name {
            const UNIT: Unit = Unit::$name;
        })*
    };
}
units!(Seconds, Millis, Micros, Nanos);

fn write_fraction(f: &mut fmt::Formatter, part: i64, per_second: i64) -> fmt::Result {
    if part == 0 {
        return Ok(());
    }
    let digits = (per_second as f64).log10() as usize;
    let text = format!("{:01$}", part, digits);
    write!(f, ".{}", text.trim_end_matches('0'))
}

fn write_clock(f: &mut fmt::Formatter, seconds: i64) -> fmt::Result {
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    write!(f, "{:02}:{:02}:{:02}", hours, minutes, seconds % 60)
}

macro_rules! timestamps {
    ($($(#[$doc:meta])* $name:ident $suffix:literal $zone:expr, [$($any:tt)*];)*) => {
        $($(#[$doc])*
        #[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[repr(transparent)]
        pub struct $name<U: TimeUnit = Micros>(pub i64, PhantomData<U>);

        impl<U: TimeUnit> Clone for $name<U> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<U: TimeUnit> Copy for $name<U> {}

        impl<U: TimeUnit> $name<U> {
            /// So many units since 1970-01-01 00:00.
            pub fn new(units: i64) -> Self {
                $name(units, PhantomData)
            }

            /// A time of a day. None: out of range.
            pub fn at(date: Date, hour: u8, minute: u8, second: u8) -> Option<Self> {
                if hour > 23 || minute > 59 || second > 59 {
                    return None;
                }
                let clock = hour as i64 * 3600 + minute as i64 * 60 + second as i64;
                let seconds = date.0 as i64 * DAY + clock;
                seconds.checked_mul(U::UNIT.per_second()).map(Self::new)
            }

            /// The day, and the units since its midnight.
            pub fn split(self) -> (Date, i64) {
                let day = DAY * U::UNIT.per_second();
                (Date(self.0.div_euclid(day) as i32), self.0.rem_euclid(day))
            }
        }

        impl<U: TimeUnit> fmt::Display for $name<U> {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                let per_second = U::UNIT.per_second();
                let (date, units) = self.split();
                write!(f, "{} ", date)?;
                write_clock(f, units / per_second)?;
                write_fraction(f, units % per_second, per_second)?;
                f.write_str($suffix)
            }
        }

        impl<U: TimeUnit> fmt::Debug for $name<U> {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl<U: TimeUnit> crate::State for $name<U> {
            const PLAIN: bool = true;

            #[inline(always)]
            fn save(&self, to: &mut Vec<u8>) {
                self.0.save(to)
            }

            #[inline(always)]
            fn load(from: &mut &[u8]) -> Self {
                Self::new(i64::load(from))
            }
        }

        impl<U: TimeUnit> Value for $name<U> {
            fixed_value!();

            fn data_type() -> DataType {
                DataType::Timestamp(U::UNIT, $zone)
            }

            fn writes(data_type: &DataType) -> bool {
                matches!(data_type, DataType::Timestamp(unit, $($any)*) if *unit == U::UNIT)
            }

            fn bind(data_type: &DataType) -> Option<Self::Reader> {
                Some(match data_type {
                    DataType::Timestamp(unit, $($any)*) if *unit == U::UNIT => Fixed::plain(),
                    DataType::Timestamp(unit, $($any)*) if unit.per_second() < U::UNIT.per_second() => {
                        Fixed::widening(match unit {
                            Unit::Seconds => |a, to| finer(a, to, U::UNIT, Unit::Seconds, Self::new),
                            Unit::Millis => |a, to| finer(a, to, U::UNIT, Unit::Millis, Self::new),
                            _ => |a, to| finer(a, to, U::UNIT, Unit::Micros, Self::new),
                        })
                    }
                    _ => return None,
                })
            }
        })*
    };
}

/// The values of a column of a coarser unit.
fn finer<T>(array: &Array, to: &mut Vec<T>, unit: Unit, from: Unit, new: fn(i64) -> T) {
    let factor = unit.per_second() / from.per_second();
    let values = array.values as *const i64;
    for at in 0..array.len {
        // What stands at nulls means nothing.
        let value = if array.is_null(at) {
            0
        } else {
            unsafe { *values.add(at) }
        };
        to.push(new(value.checked_mul(factor).unwrap_or_else(|| {
            fail(&format!(
                "a timestamp of {} {:?} is out of range in {:?}",
                value, from, unit
            ))
        })));
    }
}

timestamps! {
    /// A date and time without a zone: what a clock on the wall shows. Column
    /// `timestamp(us)`, or of another unit: `Timestamp<Millis>`. Coarser columns
    /// are read, too.
    Timestamp "" None, [None];
    /// An instant, as time since 1970-01-01 00:00 UTC. Columns
    /// `timestamp(us,ZONE)` of any zone are read, `timestamp(us,UTC)` is written;
    /// other units as those of [`Timestamp`].
    Instant " UTC" Some("UTC".into()), [Some(_)];
}

macro_rules! times {
    ($($(#[$doc:meta])* $name:ident $unit:ident: $($coarser:ident $width:ident $factor:literal),*;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[repr(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                let per_second = Unit::$unit.per_second();
                write_clock(f, self.0 / per_second)?;
                write_fraction(f, self.0 % per_second, per_second)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        crate::plain_state!($name);

        impl Value for $name {
            fixed_value!();

            fn data_type() -> DataType {
                DataType::Time(Unit::$unit)
            }

            fn bind(data_type: &DataType) -> Option<Self::Reader> {
                Some(match data_type {
                    DataType::Time(Unit::$unit) => Fixed::plain(),
                    $(DataType::Time(Unit::$coarser) => Fixed::widening(|a, to| {
                        each::<$width, _>(a, to, |v| $name((v as i64).wrapping_mul($factor)))
                    }),)*
                    _ => return None,
                })
            }
        })*
    };
}

times! {
    /// A time of a day, as microseconds since midnight. Column `time(us)`; coarser
    /// ones are read, too.
    Time Micros: Seconds i32 1_000_000, Millis i32 1_000;
    /// A time of a day, as nanoseconds since midnight. Column `time(ns)`; coarser
    /// ones are read, too.
    TimeNanos Nanos: Seconds i32 1_000_000_000, Millis i32 1_000_000, Micros i64 1_000;
}

/// A span of the calendar: months, days and nanoseconds do not add up to one
/// another. Column `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Interval {
    pub months: i32,
    pub days: i32,
    pub nanos: i64,
}

crate::plain_state!(Interval);

impl Value for Interval {
    fixed_value!();

    fn data_type() -> DataType {
        DataType::Interval
    }

    fn bind(data_type: &DataType) -> Option<Self::Reader> {
        match data_type {
            DataType::Interval => Some(Fixed::plain()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("2000-02-29", 11016),
            ("1969-12-31", -1),
            ("0001-01-01", -719162),
            ("9999-12-31", 2932896),
        ] {
            assert_eq!(text.parse::<Date>().unwrap(), Date(days));
            assert_eq!(Date(days).to_string(), text);
        }
        assert_eq!(Date::new(1900, 2, 29), None);
        assert_eq!(Date(0).weekday(), 4);
        for bad in ["", "2000-1", "2000-13-01", "2000-02-30", "x-1-1"] {
            assert!(bad.parse::<Date>().is_err(), "{}", bad);
        }
    }

    #[test]
    fn timestamps() {
        let date = Date::new(2024, 2, 29).unwrap();
        let at = Timestamp::<Millis>::at(date, 23, 59, 58).unwrap();
        assert_eq!(at.to_string(), "2024-02-29 23:59:58");
        assert_eq!(
            Timestamp::<Micros>::new(-1).to_string(),
            "1969-12-31 23:59:59.999999"
        );
        assert_eq!(
            Instant::<Micros>::new(500_000).to_string(),
            "1970-01-01 00:00:00.5 UTC"
        );
        assert_eq!(at.split(), (date, 86_398_000));
        assert_eq!(Timestamp::<Nanos>::at(Date(2932896), 0, 0, 0), None);
        assert_eq!(Time(86_399_999_999).to_string(), "23:59:59.999999");
        assert_eq!(TimeNanos(1_000_000_001).to_string(), "00:00:01.000000001");
    }
}
