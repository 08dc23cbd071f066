//! The longest addresses of lines: a function of another module, which is
//! called by name, and a lambda of this one in one pipeline.
//!
//!   wasi-data run --table lines=book.txt --function slug=slug.wasm titles.wasm
//!
//! What `slug` is written in does not matter (examples/go/slug is in Go). The
//! two share nothing: each runs in instances of its own.
use wasi_data::{self as data, Row};

#[derive(Row)]
struct Address {
    slug: String,
}

#[derive(Row)]
struct Size {
    words: i64,
}

fn main() {
    data::run(|| {
        data::read("lines")
            .select(["slug(line) as slug"])
            .filter("slug <> ''")
            .extend(|a: Address| Size {
                words: a.slug.split('-').count() as i64,
            })
            .sort(["words desc", "slug"])
            .limit(5)
            .show()
    })
}
