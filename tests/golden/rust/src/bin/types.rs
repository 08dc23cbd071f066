use wasi_data::{self as data, Date, Decimal, Instant, Millis, Row, Timestamp};

#[derive(Row)]
struct Every {
    i: i64,
    bool: Option<bool>,
    i8: Option<i8>,
    i16: Option<i16>,
    i32: Option<i32>,
    i64: Option<i64>,
    u8: Option<u8>,
    u16: Option<u16>,
    u32: Option<u32>,
    u64: Option<u64>,
    f32: Option<f32>,
    f64: Option<f64>,
    decimal: Option<Decimal<20, 3>>,
    date: Option<Date>,
    ms: Option<Timestamp<Millis>>,
    utc: Option<Instant>,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
}

fn every(i: i64) -> Every {
    // The value of column c; null in every fifth row.
    fn some<T>(i: i64, c: i64, value: T) -> Option<T> {
        Some(value).filter(|_| (i + c) % 5 != 0)
    }
    let text = format!("text {} \u{e9}", i);
    let day = Date(10957 - (i * 1000) as i32); // 2000-01-01 and before
    let bytes = text.as_bytes()[..i as usize % 4].to_vec();
    Every {
        i,
        bool: some(i, 1, i % 3 == 0),
        i8: some(i, 2, (i - 100) as i8),
        i16: some(i, 3, (i * -150) as i16),
        i32: some(i, 4, (i * -10000000) as i32),
        i64: some(i, 5, i * -40000000000000000),
        u8: some(i, 6, (i + 50) as u8),
        u16: some(i, 7, (i * 300) as u16),
        u32: some(i, 8, (i * 20000000) as u32),
        u64: some(i, 9, i as u64 * 90000000000000000),
        f32: some(i, 10, i as f32 / 4.),
        f64: some(i, 11, i as f64 / -8.),
        decimal: Decimal::new(i as i128 * 1000000000000000 - 1).and_then(|d| some(i, 12, d)),
        date: some(i, 13, day),
        ms: some(i, 14, Timestamp::new(i * 86400000001 - 5000000000000)),
        utc: some(i, 15, Instant::new(i * 86400000000 + 1)),
        text: some(i, 16, text),
        bytes: some(i, 17, bytes),
    }
}

fn main() {
    data::run(|| {
        data::create((0..200).map(every))
            .map(|row: Every| row)
            .sort(["i"])
            .show()
    })
}
