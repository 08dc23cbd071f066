//! Lambdas of all kinds, and what runs them.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::Duration;

use wasi_data::{
    self as data, Aggregate, Emit, JobState, Measure, Mode, Promises, Result, Row, State, Text,
};

use crate::{all, contains, expect, fails};

#[derive(Row, Debug, PartialEq, Clone)]
struct Pair {
    name: String,
    sum: i64,
}

struct Node {
    next: Option<Box<Node>>,
    value: i64,
}

pub fn closures() -> Result<()> {
    let names = HashMap::from([(0i64, "even"), (1, "odd")]);
    let mut list = None;
    for value in (1..=5).rev() {
        list = Some(Box::new(Node { next: list, value }));
    }
    let offset = Rc::new(Cell::new(100));
    let shared = Rc::clone(&offset);
    let d = data::range(0, 4, 1).map(move |id: i64| {
        let mut sum = shared.get();
        let mut at = &list;
        while let Some(node) = at {
            sum += node.value * id;
            at = &node.next;
        }
        Pair {
            name: names[&(id % 2)].into(),
            sum,
        }
    });
    offset.set(200); // as of the action
    let pair = |name: &str, sum| Pair {
        name: name.into(),
        sum,
    };
    let wanted = [
        pair("even", 200),
        pair("odd", 215),
        pair("even", 230),
        pair("odd", 245),
    ];
    expect(all::<Pair>(&d), &wanted[..]);
    offset.set(0);
    expect(all::<Pair>(&d)[0].sum, 0);
    // A closure over a data set and other lambdas, dropped in another order.
    let base = data::range(0, 10, 1);
    let derived = base.map(|id: i64| id * 2).map(|x: i64| x + 1);
    drop(base);
    expect(all::<i64>(&derived)[9], 19);
    // Handles do not pile up.
    for i in 0..3000 {
        let one = data::range(0, 1, 1).map(move |id: i64| id + i);
        if i % 500 == 0 {
            expect(all::<i64>(&one), [i]);
        }
    }
    Ok(())
}

pub fn flat_map() -> Result<()> {
    let d = data::range(0, 5, 1).flat_map(|id: i64, out: &mut Emit<(i64, i64)>| {
        out.extend((0..200_000 * id).map(|j| (id, j)));
    });
    let count: i64 = (0..5).map(|id| 200_000 * id).sum();
    let sum: i64 = (0..5).map(|id| 200_000 * id).map(|n| n * (n - 1) / 2).sum();
    let sums = d.aggregate(["count(*) as n", "sum(_1) as i", "sum(_2) as j"]);
    expect(all::<(i64, i64, i64)>(&sums), [(count, 200_000 * 30, sum)]);
    // Parts: text of many rows of one batch, which must stay until the last.
    let texts = data::range(0, 2000, 1).map(|id: i64| format!("{:05}", id).repeat(10));
    let many = texts.flat_map(|text: Text, out: &mut Emit<Text>| {
        (0..200).for_each(|_| out.emit(text.clone()));
    });
    let joined = many.map(|text: Text| text.chars().filter(|c| *c == '0').count() as i64);
    let zeros: i64 = (0..2000)
        .map(|id| format!("{:05}", id).matches('0').count() as i64)
        .sum();
    let sums = joined.aggregate(["count(*) as n", "sum(value) as s"]);
    expect(all::<(i64, i64)>(&sums), [(400_000, zeros * 10 * 200)]);
    let pieces = data::create(["a b", "", "c"].map(String::from));
    let pieces = pieces.flat_map(|s: String, out: &mut Emit<String>| {
        out.extend(s.split_whitespace().map(String::from));
    });
    expect(all::<String>(&pieces), ["a", "b", "c"].map(String::from));
    Ok(())
}

pub fn batch() -> Result<()> {
    let d = data::range(0, 10_000, 1).extend(|id: i64| Pair {
        name: format!("n{}", id % 7),
        sum: -id,
    });
    let out = d.map_batch(
        "name: string, id: i64, even: bool, len: u32",
        |batch, out| {
            out.pass("id", batch, "id");
            out.fill(
                "even",
                batch.column::<i64>("id").iter().map(|id| id % 2 == 0),
            );
            let names = batch.strings("name");
            for (len, name) in out.column::<u32>("len").iter_mut().zip(names.iter()) {
                *len = name.len() as u32;
            }
            out.fill(
                "name",
                (0..names.len()).map(|i| (i % 2 == 0).then(|| names.get(i))),
            );
        },
    );
    let sums = out
        .filter("even")
        .aggregate(["count(name) as n", "sum(id) as i"]);
    expect(all::<(i64, i64)>(&sums), [(5000, 4999 * 5000)]);
    let kept = d.filter_batch(|batch, keep| {
        for (keep, id) in keep.iter_mut().zip(batch.column::<i64>(0)) {
            *keep = id % 10 == 3;
        }
    });
    expect(kept.count()?, 1000u64);
    let twice = data::range(0, 3, 1).flat_map_batch("id: i64, odd: bool", |batch, out| {
        let ids = batch.column::<i64>("id");
        out.resize(2 * ids.len());
        for (i, to) in out.column::<i64>("id").iter_mut().enumerate() {
            *to = ids[i / 2];
        }
        out.fill("odd", (0..out.rows()).map(|i| i % 2 == 1));
    });
    let row = |i: i64| (Some(i / 2), Some(i % 2 == 1));
    expect(
        all::<(Option<i64>, Option<bool>)>(&twice),
        (0..6).map(row).collect::<Vec<_>>(),
    );
    Ok(())
}

pub fn partitions() -> Result<()> {
    let sums = data::range(0, 100_000, 1).map_partitions(|| {
        let (mut n, mut s) = (0, 0);
        move |row: Option<i64>, out: &mut Emit<(i64, i64)>| match row {
            Some(id) => {
                n += 1;
                s += id;
            }
            None => out.emit((n, s)),
        }
    });
    let sums = sums.aggregate(["sum(_1) as n", "sum(_2) as s"]);
    expect(all::<(i64, i64)>(&sums), [(100_000, 99_999 * 50_000)]);
    // Large output, of each row and at the end.
    let many = data::range(0, 3, 1).map_partitions(|| {
        move |row: Option<i64>, out: &mut Emit<Text>| {
            let count = if row.is_some() { 300_000 } else { 1 };
            (0..count).for_each(|_| out.emit("0123456789".into()));
        }
    });
    let count = many.filter_by(|text: Text| text == "0123456789").count()?;
    expect(count >= 900_001, true);
    // Rows that are kept past their batch.
    let texts = data::range(0, 20_000, 1).map(|id: i64| id.to_string());
    let last = texts.map_partitions(|| {
        let mut kept: Vec<Text> = Vec::new();
        move |row: Option<Text>, out: &mut Emit<i64>| match row {
            Some(text) => kept.push(text),
            None => out.emit(kept.iter().map(|t| t.parse::<i64>().unwrap()).sum()),
        }
    });
    let total = last.aggregate(["sum(value) as s"]);
    expect(all::<i64>(&total), [19_999 * 10_000]);
    let all_ids = data::range(0, 1_000_000, 1)
        .map_partitions(|| move |row: Option<i64>, out: &mut Emit<i64>| out.extend(row));
    expect(all::<i64>(&all_ids.limit(3)).len(), 3usize);
    expect(all_ids.collect::<i64>()?.take(5).count(), 5usize); // and cancels it
    Ok(())
}

struct Distinct;

#[derive(State, Default)]
struct Seen {
    counts: BTreeMap<String, u64>,
}

impl Aggregate for Distinct {
    type Input = (Option<Text>,);
    type State = Seen;
    type Output = String;

    fn start(&self) -> Seen {
        Seen::default()
    }

    fn update(&self, state: &mut Seen, (text,): (Option<Text>,)) {
        let text = text.map_or("null".into(), String::from);
        *state.counts.entry(text).or_insert(0) += 1;
    }

    fn combine(&self, state: &mut Seen, other: Seen) {
        for (text, count) in other.counts {
            *state.counts.entry(text).or_insert(0) += count;
        }
    }

    fn finish(&self, state: Seen) -> String {
        let parts = state
            .counts
            .iter()
            .map(|(text, count)| format!("{}:{}", text, count));
        parts.collect::<Vec<_>>().join(",")
    }
}

#[derive(State, Default, Clone)]
struct Mean {
    sum: f64,
    rows: i64,
}

fn mean() -> impl Aggregate<Input = (f64,), State = Mean, Output = Option<f64>> {
    data::fold(
        Mean::default(),
        |m: &mut Mean, (x,): (f64,)| {
            m.sum += x;
            m.rows += 1;
        },
        |m, o| {
            m.sum += o.sum;
            m.rows += o.rows;
        },
        |m| (m.rows > 0).then(|| m.sum / m.rows as f64),
    )
}

pub fn aggregates() -> Result<()> {
    let d = data::range(0, 30_000, 1).map(|id: i64| (id % 3, id as f64, (id % 5).to_string()));
    let measures = || {
        vec![
            "count(*) as n".into(),
            Measure::custom("mean", mean(), "_2"),
            Measure::custom("few", mean(), "_2").filter("_2 < 3"),
            Measure::custom("seen", Distinct, ["case when _2 < 15 then _3 end"]),
        ]
    };
    type Out = (i64, i64, Option<f64>, Option<f64>, String);
    let by_three = d.group_by("_1").aggregate(measures()).sort("_1");
    for (key, n, mean, few, seen) in all::<Out>(&by_three) {
        expect(n, 10_000);
        expect(mean, Some((29_997 / 2) as f64 + 0.5 + key as f64));
        expect(few, Some(key as f64));
        expect(seen, "0:1,1:1,2:1,3:1,4:1,null:9995");
    }
    type One = (i64, Option<f64>, Option<f64>, String);
    let (n, mean_all, few, _) = all::<One>(&d.aggregate(measures())).remove(0);
    expect((n, mean_all, few), (30_000, Some(14_999.5), Some(1.0)));
    let (n, none, few, seen) = all::<One>(&d.filter("_1 > 5").aggregate(measures())).remove(0);
    expect((n, none, few, seen.as_str()), (0, None, None, ""));
    // Many groups.
    let groups = data::range(0, 300_000, 1).select(["id % 100000 as k", "cast(id as f64) as x"]);
    let means = groups
        .group_by("k")
        .aggregate([Measure::custom("m", mean(), "x")]);
    let wrong = means.filter_by(|(k, m): (i64, Option<f64>)| m != Some(k as f64 + 100_000.0));
    expect(means.count()?, 100_000u64);
    expect(wrong.count()?, 0u64);
    Ok(())
}

#[derive(Row, Clone, Debug, PartialEq)]
struct Stats {
    k: i64,
    least: i64,
    most: i64,
    longest: Option<String>,
}

#[derive(Row, Clone, Copy, Debug, PartialEq)]
struct Flat {
    least: i64,
    k: i64,
}

pub fn reduce() -> Result<()> {
    let d = data::range(0, 50_000, 1).map(|id: i64| Stats {
        k: id % 1000,
        least: id,
        most: id,
        longest: (id % 2 == 0).then(|| "x".repeat(id as usize % 11)),
    });
    let join = |a: Stats, b: Stats| Stats {
        k: a.k,
        least: a.least.min(b.least),
        most: a.most.max(b.most),
        longest: a.longest.max(b.longest),
    };
    let reduced = d.group_by("k").reduce(join).sort("k");
    let rows = all::<Stats>(&reduced);
    expect(rows.len(), 1000usize);
    for (k, row) in rows.iter().enumerate() {
        let k = k as i64;
        expect((row.k, row.least, row.most), (k, k, 49_000 + k));
        expect(row.longest.is_some(), k % 2 == 0);
    }
    expect(all::<Stats>(&d.reduce(join))[0].most, 49_999);
    // Plain rows, whose fields are in another order than the columns.
    let flat = d
        .select(["k", "least"])
        .group_by("k % 10 as g")
        .reduce(|a: Flat, b: Flat| Flat {
            least: a.least.min(b.least),
            k: a.k + b.k,
        });
    expect(
        flat.schema()?.to_string().as_str(),
        "g: i64 not null, k: i64 not null, least: i64 not null",
    );
    let rows = all::<(i64, i64, i64)>(&flat.sort("g"));
    expect(rows.len(), 10usize);
    expect(
        rows[3],
        (3, (0..100).map(|i| 10 * i + 3).sum::<i64>() * 50, 3),
    );
    // Rows that do not fit.
    let some = d.select(["k", "least", "most"]);
    contains(
        &fails(some.reduce(|a: Flat, _: Flat| a)),
        &["'most' is not in Flat", "select those"],
    );
    let narrow = d.select(["cast(k as i32) as k", "least"]);
    let error = fails(narrow.reduce(|a: Flat, _: Flat| a));
    contains(&error, &["column 'k' is i32 and i64 in Flat"]);
    Ok(())
}

pub fn actions() -> Result<()> {
    let d = data::range(0, 100_000, 1);
    let job = d.start_write("nowhere", Mode::Create, (), &[]);
    expect(job.err().map(|e| e.code), Some(data::Code::NotGranted));
    expect(d.write_if_granted("nowhere", Mode::Create)?, false);
    let counted = d.map(|id: i64| {
        data::count("seen", 1);
        id
    });
    let mut rows = counted.collect::<i64>()?;
    expect(rows.next().map(|r| r.unwrap()), Some(0));
    drop(rows);
    let job = d
        .map(|id: i64| id)
        .start_write("nowhere", Mode::Overwrite, (), &[])
        .err();
    expect(job.is_some(), true);
    // Two jobs at a time, read by turns.
    let (mut a, mut b) = (d.collect::<i64>()?, counted.collect::<i64>()?);
    for i in 0..20_000 {
        expect(a.next().unwrap()?, i);
        expect(b.next().unwrap()?, i);
        if i % 5000 == 0 {
            expect(d.filter("id < 10").count()?, 10u64);
        }
    }
    expect(data::job_id(), 0u64);
    let ids = data::range(0, 1, 1).map(|_: i64| (data::job_id() as i64, data::attempt() as i64));
    expect(all::<(i64, i64)>(&ids)[0].0 > 0, true);
    data::log(data::Level::Info, "a line from main");
    contains(&d.explain("text")?, &["0"]);
    expect(d.schema()?.fields[0].name.as_str(), "id");
    let _ = (
        Duration::from_millis(1),
        JobState::Succeeded,
        Promises::TOTAL,
    );
    Ok(())
}

pub fn relational() -> Result<()> {
    let d =
        data::range(0, 5, 1).map(|id: i64| (id, if id % 2 == 0 { "a" } else { "b" }.to_string()));
    let d = d.select(["_1 as id", "_2 as s"]);
    let sorted = d.sort(["s desc", "id"]).slice(1, 2);
    expect(
        all::<(i64, String)>(&sorted),
        [(3, "b".into()), (0, "a".into())],
    );
    let joined = d.join(&d, data::Join::Inner, "left.id = right.id");
    expect(joined.count()?, 5u64);
    expect(
        all::<i64>(&d.select("id").aggregate(["sum(id) as n"])),
        [10],
    );
    let promised = d.promising(Promises::DETERMINISTIC | Promises::TOTAL);
    let promised = promised.filter_by(|(id, _): (i64, String)| id > 2);
    expect(all::<(i64, String)>(&promised).len(), 2usize);
    Ok(())
}

/// Texts outlive their batches, and their programs' other data.
pub fn texts() -> Result<()> {
    let d = data::range(0, 30_000, 1).map(|id: i64| format!("text number {}", id));
    let texts = all::<Text>(&d);
    let again = all::<Text>(&d);
    expect(texts == again, true);
    expect(texts[12_345].as_ref(), "text number 12345");
    let sizes = d.map(|t: Text| (t.clone(), t.len() as i64, t));
    let rows = all::<(Text, i64, Text)>(&sizes);
    expect(
        rows.iter().all(|(a, n, b)| a == b && a.len() as i64 == *n),
        true,
    );
    let big = data::range(0, 3, 1).map(|id: i64| "é".repeat(3_000_000 * id as usize));
    let lengths = big.map(|t: Text| t.chars().count() as i64);
    expect(all::<i64>(&lengths), [0, 3_000_000, 6_000_000]);
    Ok(())
}
