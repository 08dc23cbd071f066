//! Counts the words of a text: maximal runs of ASCII letters, lower-cased; the
//! most frequent first, equal ones in the order of the alphabet.
//!
//!   wasi-data run --table 'lines=books/' wordcount.wasm
//!   wasi-data run --table 'lines=books/' --sink counts=counts.parquet
//!     wordcount.wasm
//!
//! Shows `flat_map`: a function that turns a row into any number of rows.
//! Grouping, sorting and writing are the engine's.
use wasi_data::{self as data, Emit, Row, Text};

#[derive(Row)]
struct Line {
    line: Text,
}

#[derive(Row)]
struct Word {
    word: String,
}

fn words(line: Line, out: &mut Emit<Word>) {
    let words = line.line.split(|c: char| !c.is_ascii_alphabetic());
    for word in words.filter(|word| !word.is_empty()) {
        out.emit(Word {
            word: word.to_ascii_lowercase(),
        });
    }
}

fn main() {
    data::run(|| {
        data::read("lines")
            .flat_map(words)
            .group_by("word")
            .aggregate(["count(*) as count"])
            .sort(["count desc", "word"])
            .write_or_show("counts")
    })
}
