//! Rows of table functions.

use wasi_data::{self as data, Code, Date, Result, Row};

use crate::{all, contains, expect, fails};

#[derive(Row, Debug, PartialEq, Clone, Default)]
struct Wide {
    part: u32,
    row: i64,
    flag: Option<bool>,
    real: Option<f64>,
    text: Option<String>,
    day: Option<Date>,
    list: Option<Vec<Option<i32>>>,
}

/// Rows without nulls, with some, and with nulls only, in turn.
fn wide(part: u32, row: i64) -> Wide {
    let some = |k: i64| (row + k) % 3 != 0 && row % 7 != 6;
    Wide {
        part,
        row,
        flag: Some(row % 2 == 0).filter(|_| some(0)),
        real: Some(row as f64 / 4.0).filter(|_| some(1)),
        text: Some(format!("ä{}", row)).filter(|_| some(2)),
        day: Date::new(2000, 1, 1 + (row % 28) as u8).filter(|_| some(0)),
        list: Some(vec![Some(row as i32), None]).filter(|_| some(1)),
    }
}

fn wides(parts: u32, count: i64) -> data::Dataset {
    data::generate((), parts, move |(), part| {
        (0..count).map(move |row| wide(part, row))
    })
}

pub fn generate() -> Result<()> {
    for (parts, count) in [(1, 0), (1, 1), (3, 7), (1, 2048), (2, 5000), (50, 3)] {
        let rows = wides(parts, count);
        let wanted: Vec<Wide> = (0..parts)
            .flat_map(|part| (0..count).map(move |row| wide(part, row)))
            .collect();
        expect(all::<Wide>(&rows.sort(["part", "row"])), wanted);
        expect(rows.count()?, parts as u64 * count as u64);
        // Some of the columns.
        let texts: Vec<Option<String>> =
            all(&rows.filter("part = 0").sort(["row"]).select(["text"]));
        let wanted: Vec<_> = (0..count).map(|row| wide(0, row).text).collect();
        expect(texts, wanted);
    }
    Ok(())
}

/// Arguments are of all types; what was captured is there.
pub fn generate_arguments() -> Result<()> {
    for row in 0..8 {
        let same = data::generate(wide(9, row), 2, |given: Wide, _| vec![given.clone(), given]);
        expect(all::<Wide>(&same), vec![wide(9, row); 4]);
    }
    let names = vec!["a".to_string(), "b".into()];
    let named = data::generate(10i64, 2, move |n: i64, part| {
        let name = names[part as usize].clone();
        (0..n).map(move |i| format!("{}{}", name, i))
    });
    expect(named.count()?, 20);
    expect(&all::<String>(&named.sort(["value"]))[10], "b0");
    Ok(())
}

struct Endless {
    next: i64,
}

impl Iterator for Endless {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        self.next += 1;
        Some(self.next)
    }
}

pub fn generate_ends() -> Result<()> {
    let endless = data::generate((), 3, |(), _| Endless { next: 0 });
    expect(endless.limit(5000).count()?, 5000);
    expect(endless.first::<i64>()?.is_some(), true);
    let mut seen = 0;
    for row in endless.collect::<i64>()?.take(10) {
        row?;
        seen += 1;
    }
    expect(seen, 10);
    Ok(())
}

pub fn generate_errors() -> Result<()> {
    let broken = data::generate((), 2, |(), part| {
        (0..3000).map(move |row| match (part, row) {
            (1, 2500) => panic!("no row {}", row),
            _ => row,
        })
    });
    contains(&fails(broken), &["no row 2500", "generate.rs:"]);
    let none = data::generate((), 0, |(), _| vec![1i64]);
    expect(none.count().map_err(|e| e.code), Err(Code::InvalidArgument));
    let wide = data::generate((), 2_000_000, |(), _| vec![1i64]);
    contains(&fails(wide), &["1 to 1000000 partitions"]);
    Ok(())
}
