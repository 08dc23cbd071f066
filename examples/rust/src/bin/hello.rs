//! Squares of numbers: the smallest program with a lambda.
//!
//!   wasi-data run hello.wasm
use wasi_data::{self as data, Row};

#[derive(Row)]
struct Square {
    square: i64,
}

fn main() {
    data::run(|| {
        let numbers = data::range(1, 6, 1);
        numbers.extend(|id: i64| Square { square: id * id }).show()
    })
}
