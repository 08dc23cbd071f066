//! What the guests in Rust share: bench.h for them.

use std::io::Write;

use wasi_data::{Dataset, Result};

fn mark(text: &str) {
    print!("{}", text);
    let _ = std::io::stdout().flush();
}

fn action(data: Dataset) -> Result<()> {
    let (mut rows, mut sum) = (0, 0i64);
    for batch in data.batches()? {
        let batch = batch?;
        rows += batch.rows();
        let last = batch.fields().len() - 1;
        sum += batch.column::<i64>(last).iter().sum::<i64>();
    }
    mark(&format!("{} {}E", rows, sum));
    Ok(())
}

/// Runs the cases by turns; `make` gives the data set of a case.
pub fn run(make: impl Fn(&str) -> Dataset) {
    let mut arguments = std::env::args().skip(1);
    let repetitions = arguments.next().map_or(1, |n| n.parse().unwrap_or(1));
    let cases: Vec<String> = arguments.collect();
    wasi_data::run(|| {
        for _ in 0..repetitions {
            for case in &cases {
                mark("B");
                match case.as_str() {
                    "-" => mark("0 0E"),
                    name => action(make(name))?,
                }
            }
        }
        Ok(())
    })
}

pub fn unknown(name: &str) -> ! {
    eprintln!("there is no case '{}'", name);
    std::process::exit(2)
}
