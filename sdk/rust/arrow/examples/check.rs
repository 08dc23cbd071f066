//! Checks of the crate from inside, as a program that wasi-data runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int64Type};
use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use wasi_data::{self as data, Bytes, Date, Decimal, Interval, Row, Text, Time, Timestamp, Uuid};
use wasi_data_arrow::ArrowDataset;

#[derive(Row, Debug, Clone, PartialEq)]
struct Every {
    id: i64,
    bool: Option<bool>,
    i8: Option<i8>,
    u16: Option<u16>,
    f32: Option<f32>,
    decimal: Option<Decimal<20, 3>>,
    date: Option<Date>,
    time: Option<Time>,
    at: Option<Timestamp>,
    interval: Option<Interval>,
    uuid: Option<Uuid>,
    text: Option<Text>,
    bytes: Option<Bytes>,
    list: Option<Vec<Option<String>>>,
    fixed: Option<[Option<i32>; 3]>,
    point: Option<Point>,
    map: Option<BTreeMap<String, Option<i64>>>,
    points: Vec<Option<Point>>,
}

#[derive(Row, Debug, Clone, PartialEq)]
struct Point {
    x: Option<f64>,
    tags: Vec<String>,
}

const EVERY: &str = "id: i64 not null, bool: bool, i8: i8, u16: u16, f32: f32, \
    decimal: decimal(20,3), date: date, time: time(us), at: timestamp(us), interval: interval, \
    uuid: uuid, text: string, bytes: binary, list: list<string>, fixed: list<i32, 3>, \
    point: struct<x: f64, tags: list<string not null> not null>, map: map<string, i64>, \
    points: list<struct<x: f64, tags: list<string not null> not null>> not null";

fn every(i: i64) -> Every {
    fn some<T>(i: i64, c: i64, value: T) -> Option<T> {
        Some(value).filter(|_| (i + c) % 5 != 0)
    }
    let point = |c| {
        let tags = (0..i % 3).map(|t| t.to_string()).collect();
        some(
            i,
            c,
            Point {
                x: some(i, c + 1, i as f64 / 4.),
                tags,
            },
        )
    };
    let text = format!("text {} é", i);
    Every {
        id: i,
        bool: some(i, 1, i % 3 == 0),
        i8: some(i, 2, i as i8),
        u16: some(i, 3, i as u16),
        f32: some(i, 4, i as f32 / 8.),
        decimal: some(
            i,
            5,
            Decimal::new(i as i128 * 1_000_000_000_001 - 5).unwrap(),
        ),
        date: some(i, 6, Date(i as i32 - 50)),
        time: some(i, 7, Time(i * 1_000_003)),
        at: some(i, 8, Timestamp::new(i * 86_400_000_001)),
        interval: some(
            i,
            9,
            Interval {
                months: i as i32,
                days: -1,
                nanos: 1_000 * i,
            },
        ),
        uuid: some(i, 10, Uuid([i as u8; 16])),
        text: some(i, 11, text.as_str().into()),
        bytes: some(i, 12, text.as_bytes()[..i as usize % 5].into()),
        list: some(
            i,
            13,
            (0..i % 4).map(|n| some(n, i, n.to_string())).collect(),
        ),
        fixed: some(i, 14, [Some(i as i32), None, Some(-1)]),
        point: point(15),
        map: some(
            i,
            16,
            (0..i % 3).map(|n| (n.to_string(), some(n, i, n))).collect(),
        ),
        points: (0..i % 3).map(|n| point(n + 17)).collect(),
    }
}

fn message(data: data::Dataset) -> String {
    data.count().expect_err("it should fail").message
}

fn main() {
    data::run(|| {
        for count in [3000, 1, 0] {
            let rows: Vec<Every> = (0..count).map(every).collect();
            let made = data::create(rows.clone());
            // As they are, and as slices of arrays, which are copied.
            let same = made.map_arrow(EVERY, Ok).sort("id");
            assert_eq!(same.rows::<Every>()?, rows);
            let some =
                made.flat_map_arrow(EVERY, |b| Ok(b.slice(b.num_rows() / 3, b.num_rows() / 2)));
            let found = some.sort("id").rows::<Every>()?;
            assert!(found.iter().all(|row| *row == rows[row.id as usize]));
            assert_eq!(found.len() >= rows.len() / 3, true);
            let odd = made.filter_arrow(|batch| {
                let ids = batch["id"].as_primitive::<Int64Type>();
                Ok(ids
                    .iter()
                    .map(|id| id.map(|id| id % 2 == 1))
                    .collect::<BooleanArray>())
            });
            assert_eq!(odd.count()?, rows.len() as u64 / 2);
            // Record batches outlive what brought them.
            let batches = made.sort("id").collect_arrow()?;
            assert_eq!(
                batches.iter().map(RecordBatch::num_rows).sum::<usize>(),
                rows.len()
            );
            let texts = batches.iter().flat_map(|b| {
                let texts: &StringArray = b["text"].as_string();
                texts
                    .iter()
                    .map(|t| t.map(String::from))
                    .collect::<Vec<_>>()
            });
            let wanted: Vec<_> = rows
                .iter()
                .map(|r| r.text.as_ref().map(|t| t.to_string()))
                .collect();
            assert_eq!(texts.collect::<Vec<_>>(), wanted);
            let sum = |b: &RecordBatch| -> i128 {
                b["decimal"]
                    .as_primitive::<Decimal128Type>()
                    .iter()
                    .flatten()
                    .sum()
            };
            let wanted = rows
                .iter()
                .flat_map(|r| r.decimal)
                .map(|d| d.unscaled())
                .sum::<i128>();
            assert_eq!(batches.iter().map(sum).sum::<i128>(), wanted);
        }
        let ids = data::range(0, 5, 1);
        let column = |name: &str, array: ArrayRef| RecordBatch::try_from_iter([(name, array)]);
        let wrong = ids.map_arrow("y: i64", move |b| column("x", b.column(0).clone()));
        assert!(message(wrong).contains("no column 'y' in what came out; there are: x"));
        let wrong = ids.map_arrow("id: string", Ok);
        assert!(message(wrong).contains("column 'id' is Utf8 and came out as Int64"));
        let column = |name: &str, array: ArrayRef| RecordBatch::try_from_iter([(name, array)]);
        let nulls = ids.map_arrow("y: i64 not null", move |b| {
            column("y", Arc::new(Int64Array::from(vec![None; b.num_rows()])))
        });
        assert!(message(nulls).contains("'y' is not null, and 5 nulls came out"));
        let few = ids.map_arrow("id: i64", |b| Ok(b.slice(0, 2)));
        assert!(message(few).contains("2 rows came out where 5 are wanted"));
        println!("good");
        Ok(())
    })
}
