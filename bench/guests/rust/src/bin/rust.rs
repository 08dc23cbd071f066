//! The cases of the guests in C, in Rust.
use wasi_data::{self as data, Dataset, Decimal, Emit, Measure, Row, State, Text};

#[derive(Row)]
struct In {
    i: i64,
}

#[derive(Row)]
struct Out {
    y: i64,
}

#[derive(State, Default, Clone)]
struct Variance {
    count: i64,
    sum: f64,
    squares: f64,
    most: f64,
}

fn variance() -> Measure {
    let variance = data::fold(
        Variance::default(),
        |v: &mut Variance, x: i64| {
            let x = x as f64;
            v.count += 1;
            v.sum += x;
            v.squares += x * x;
            v.most = if x > v.most { x } else { v.most };
        },
        |v, o| {
            v.count += o.count;
            v.sum += o.sum;
            v.squares += o.squares;
            v.most = if o.most > v.most { o.most } else { v.most };
        },
        |v| {
            let n = v.count as f64;
            let mean = if n > 0.0 { v.sum / n } else { 0.0 };
            if n > 0.0 {
                (v.squares / n - mean * mean) as i64
            } else {
                0
            }
        },
    );
    Measure::custom("y", variance, "x")
}

#[derive(Row, Clone, Copy)]
struct Fold {
    k: i64,
    x: i64,
    g: i64,
}

#[derive(Row)]
struct Pair {
    a: i64,
    b: i64,
}

#[derive(Row)]
struct InPair {
    pair: Pair,
}

#[derive(Row)]
struct OutPair {
    y: Pair,
}

#[derive(Row)]
struct Three {
    a: i64,
    b: i64,
    c: i64,
}

#[derive(Row)]
struct One {
    a: i64,
}

/// The cases of types.c.
fn types(t: Dataset, name: &str) -> Option<Dataset> {
    let nulls = |column: &str| t.select(column).map(|x: Option<i64>| x.map(|x| x + 1));
    let (mapped, measure) = match name {
        "nulls_0" => (nulls("n0"), "sum(value) as y"),
        "nulls_10" => (nulls("n10"), "sum(value) as y"),
        "nulls_90" => (nulls("n90"), "sum(value) as y"),
        "decimal_18" => (
            t.select("d18").map(|x: Decimal<18, 2>| x + x),
            "cast(sum(value) as i64) as y",
        ),
        "decimal_38" => (
            t.select("d38").map(|x: Decimal<38, 4>| x + x),
            "cast(sum(value) as i64) as y",
        ),
        "list_sum" => (
            t.select("list")
                .map(|list: Vec<i64>| list.iter().sum::<i64>()),
            "sum(value) as y",
        ),
        "list_add" => {
            let add = |list: Vec<i64>| list.iter().map(|x| x + 1).collect::<Vec<i64>>();
            (t.select("list").map(add), "sum(list_sum(value)) as y")
        }
        "struct" => {
            let map = |row: InPair| OutPair {
                y: Pair {
                    a: row.pair.a + 1,
                    b: row.pair.b,
                },
            };
            (t.map(map), "sum(y.a + y.b) as y")
        }
        _ => return None,
    };
    Some(mapped.aggregate([measure]))
}

/// The cases of wide.c.
fn wide(t: Dataset, name: &str) -> Option<Dataset> {
    let sum = |row: Three| Out {
        y: row.a + row.b + row.c,
    };
    Some(match name {
        "map" => t.map(sum).aggregate(["sum(y) as y"]),
        "narrow" => t
            .select(["a", "b", "c"])
            .map(sum)
            .aggregate(["sum(y) as y"]),
        "filter" => t
            .filter_by(|row: Three| (row.a + row.b + row.c) % 2 == 0)
            .aggregate(["sum(d) as y"]),
        "add" => t
            .extend(|row: One| Out { y: row.a + 1 })
            .aggregate(["sum(y + d) as y"]),
        _ => return None,
    })
}

fn make(name: &str) -> Dataset {
    let other = types(data::read("t"), name).or_else(|| wide(data::read("t"), name));
    if let Some(other) = other {
        return other;
    }
    let t = data::read("t");
    let step = 1;
    let mapped = match name {
        "increment" => t
            .select("i")
            .map_batch("y: i64 not null", move |batch, out| {
                let from = batch.column::<i64>(0);
                for (to, from) in out.column::<i64>(0).iter_mut().zip(from) {
                    *to = from + step;
                }
            }),
        "typed" => t.map(move |row: In| Out { y: row.i + step }),
        "get_set" => t.select("i").map_rows("y: i64 not null", move |row, out| {
            out.set(0, row.get::<i64>(0) + step);
        }),
        "upper_row" => t.select("s").map(|s: Text| s.to_ascii_uppercase()),
        "tokens" => t.select("s").flat_map(|s: Text, out: &mut Emit<Text>| {
            out.extend(s.split(' ').filter(|w| !w.is_empty()).map(|w| s.share(w)));
        }),
        "one" => return t.aggregate([variance()]),
        "hundred" => t.group_by("h").aggregate([variance()]),
        "million" => t.group_by("g").aggregate([variance()]),
        "reduce" => {
            let folded = t
                .select(["k", "x", "g"])
                .group_by("k")
                .reduce(|a: Fold, b: Fold| Fold {
                    k: a.k,
                    x: a.x + b.x,
                    g: a.g.max(b.g),
                });
            return folded.aggregate(["sum(x) + sum(g) as y"]);
        }
        "partitions" => t.select("x").map_partitions(|| {
            let mut sum = 0;
            move |row: Option<i64>, out: &mut Emit<Out>| match row {
                Some(x) => sum += x,
                None => out.emit(Out { y: sum }),
            }
        }),
        _ => wasi_data_bench::unknown(name),
    };
    match name {
        "upper_row" | "tokens" => mapped.aggregate(["sum(octet_length(value)) as y"]),
        _ => mapped.aggregate(["sum(y) as y"]),
    }
}

fn main() {
    wasi_data_bench::run(make);
}
