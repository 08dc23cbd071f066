//! The example of the wasi-data proposal: rows made in the program, grouped by a
//! key that a lambda computes, and reduced by (row, row) → row.
//!
//!   wasi-data run rows.wasm
//!
//! In the proposal's own notation:
//!
//!   dataSet = createDataSet([
//!     Row(a=1, b=2., c='string1', d=date(2000, 1, 1)),
//!     Row(a=2, b=3., c='string2', d=date(2000, 2, 1)),
//!     Row(a=4, b=5., c='string3', d=date(2000, 3, 1))])
//!   dataSet.groupBy(key).reduce(f)
use wasi_data::{self as data, Date, Row};

#[derive(Row)]
struct Record {
    a: i64,
    b: f64,
    c: String,
    d: Date,
}

/// A record and its group.
#[derive(Row)]
struct Keyed {
    #[data(flatten)]
    record: Record,
    key: i64,
}

/// Odd or even.
fn key(record: Record) -> Keyed {
    let key = record.a % 2;
    Keyed { record, key }
}

/// Sums of a and b, the greatest c, the first day.
fn f(x: Keyed, y: Keyed) -> Keyed {
    Keyed {
        record: Record {
            a: x.record.a + y.record.a,
            b: x.record.b + y.record.b,
            c: x.record.c.max(y.record.c),
            d: x.record.d.min(y.record.d),
        },
        key: x.key,
    }
}

fn record(a: i64, b: f64, c: &str, (year, month, day): (i32, u8, u8)) -> Record {
    let d = Date::new(year, month, day).expect("a day of the calendar");
    Record {
        a,
        b,
        c: c.into(),
        d,
    }
}

fn main() {
    data::run(|| {
        let rows = data::create([
            record(1, 2., "string1", (2000, 1, 1)),
            record(2, 3., "string2", (2000, 2, 1)),
            record(4, 5., "string3", (2000, 3, 1)),
        ]);
        rows.map(key).group_by("key").reduce(f).sort("key").show()
    })
}
