//! Checks of the crate from inside: every case is a function; the program runs
//! those that it is given by name.

mod errors;
mod generate;
mod lambdas;
mod later;
mod nested;
mod types;
mod variants;

use std::fmt::Debug;

use wasi_data::{Dataset, Result, Row};

/// Compares, and ends the program where the two differ.
#[track_caller]
pub fn expect<T: PartialEq<U> + Debug, U: Debug>(got: T, wanted: U) {
    if got != wanted {
        let line = std::panic::Location::caller();
        println!("{}: got {:?}, wanted {:?}", line, got, wanted);
        std::process::exit(1);
    }
}

#[track_caller]
pub fn all<T: Row>(data: &Dataset) -> Vec<T> {
    match data.rows() {
        Ok(rows) => rows,
        Err(error) => {
            println!("{}: {:?}", std::panic::Location::caller(), error);
            std::process::exit(1);
        }
    }
}

/// The message of what must fail.
#[track_caller]
pub fn fails(data: Dataset) -> String {
    match data.count() {
        Err(error) => error.to_string(),
        Ok(count) => {
            println!("{}: {} rows", std::panic::Location::caller(), count);
            std::process::exit(1);
        }
    }
}

#[track_caller]
pub fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        if !text.contains(part) {
            println!(
                "{}: no {:?} in: {}",
                std::panic::Location::caller(),
                part,
                text
            );
            std::process::exit(1);
        }
    }
}

type Case = fn() -> Result<()>;

const CASES: &[(&str, Case)] = &[
    ("types", types::types),
    ("conversions", types::conversions),
    ("nulls", types::nulls),
    ("dynamic", types::dynamic),
    ("empty", types::empty),
    ("closures", lambdas::closures),
    ("flat-map", lambdas::flat_map),
    ("batch", lambdas::batch),
    ("partitions", lambdas::partitions),
    ("aggregates", lambdas::aggregates),
    ("reduce", lambdas::reduce),
    ("actions", lambdas::actions),
    ("relational", lambdas::relational),
    ("texts", lambdas::texts),
    ("generate", generate::generate),
    ("generate-arguments", generate::generate_arguments),
    ("generate-ends", generate::generate_ends),
    ("generate-errors", generate::generate_errors),
    ("errors", errors::errors),
    ("panics", errors::panics),
    ("writing", errors::writing),
    ("memory", errors::memory),
    ("overflow", errors::overflow),
    ("nested", nested::nested),
    ("nested-nulls", nested::nested_nulls),
    ("nested-options", nested::nested_options),
    ("special", nested::special),
    ("nested-errors", nested::nested_errors),
    ("many-groups", nested::many_groups),
    ("enumerations", variants::enumerations),
    ("unions", variants::unions),
    ("fixed", variants::fixed),
    ("variants-errors", variants::variants_errors),
    ("groups", later::groups),
    ("co-groups", later::co_groups),
    ("register", later::register),
    ("register-aggregate", later::register_aggregate),
    ("parameters", later::parameters),
    ("for-each", later::for_each),
    ("sql", later::sql),
    ("sets", later::sets),
    ("columns", later::columns),
    ("join-using", later::join_using),
    ("distinct", later::distinct),
    ("temp-table", later::temp_table),
    ("cache", later::cache),
    ("first", later::first),
    ("repartition", later::repartition),
    ("grouping", later::grouping),
    ("reshape", later::reshape),
    ("sample", later::sample),
    ("plans", later::plans),
    ("named-type", later::named_type),
];

fn main() {
    for name in std::env::args().skip(1) {
        match CASES.iter().find(|case| case.0 == name) {
            Some((_, case)) => {
                if let Err(error) = case() {
                    println!("{}: {:?}", name, error);
                    std::process::exit(1);
                }
            }
            None => println!("there is no case {}", name),
        }
    }
    println!("good");
}
