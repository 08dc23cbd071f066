//! Shows the first rows of a table by one of its columns.
//!
//!   wasi-data run --table counts=counts.parquet top.wasm [COLUMN [ROWS]]
//!
//! Shows that a program's arguments are its own, and expressions as text.
use wasi_data as data;

fn main() {
    data::run(|| {
        let mut arguments = std::env::args().skip(1);
        let column = arguments.next().unwrap_or_else(|| "count".into());
        let rows = match arguments.next().map(|rows| rows.parse()) {
            None => 10,
            Some(Ok(rows)) => rows,
            Some(Err(_)) => data::fail("ROWS is no number"),
        };
        let key = format!("\"{}\" desc", column);
        data::read("counts").sort([&*key]).limit(rows).show()
    })
}
