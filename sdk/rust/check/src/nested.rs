//! Nested values, and those that need more than a number.

use std::collections::{BTreeMap, HashMap};

use wasi_data::{self as data, Date, Decimal, Emit, Interval, Result, Row, Time, Uuid};

use crate::{all, contains, expect, fails};

#[derive(Row, Debug, PartialEq, Clone)]
struct Point {
    x: f64,
    name: Option<String>,
}

#[derive(Row, Debug, PartialEq, Clone)]
struct Nested {
    list: Vec<i64>,
    texts: Option<Vec<Option<String>>>,
    point: Point,
    maybe: Option<Point>,
    points: Vec<Point>,
    fixed: [i32; 3],
    map: BTreeMap<String, Option<i64>>,
    lists: Vec<Vec<u16>>,
    time: Time,
    interval: Interval,
}

fn nested_rows() -> Vec<Nested> {
    let point = |x, name: &str| Point {
        x,
        name: Some(name.into()).filter(|n: &String| !n.is_empty()),
    };
    let full = Nested {
        list: vec![1, -2, 3],
        texts: Some(vec![Some("ä".into()), None]),
        point: point(0.5, "p"),
        maybe: Some(point(-1.0, "")),
        points: vec![point(1.0, "a"), point(2.0, "")],
        fixed: [7, 8, 9],
        map: BTreeMap::from([("k".into(), Some(1)), ("n".into(), None)]),
        lists: vec![vec![], vec![1, 2]],
        time: Time(86_399_999_999),
        interval: Interval {
            months: 1,
            days: -2,
            nanos: 3_000,
        },
    };
    let least = Nested {
        list: vec![],
        texts: None,
        maybe: None,
        points: vec![],
        map: BTreeMap::new(),
        lists: vec![],
        ..full.clone()
    };
    (0..3000)
        .map(|i| {
            if i % 3 == 0 {
                least.clone()
            } else {
                full.clone()
            }
        })
        .collect()
}

pub fn nested() -> Result<()> {
    let rows = nested_rows();
    let d = data::create(rows.clone());
    expect(all::<Nested>(&d) == rows, true);
    let mapped = d.map(|mut n: Nested| {
        n.list.push(4);
        n.point.x += 1.0;
        n
    });
    let mut wanted = rows;
    for row in &mut wanted {
        row.list.push(4);
        row.point.x += 1.0;
    }
    expect(all::<Nested>(&mapped) == wanted, true);
    let sums = d.map_rows(
        "n: i64, m: map<string, i64>, p: struct<x: f64, name: string>",
        |row, out| {
            out.set("n", row.get::<Vec<i64>>("list").iter().sum::<i64>());
            out.set("m", row.get::<BTreeMap<String, Option<i64>>>("map"));
            out.set("p", row.get::<Option<Point>>("maybe"));
        },
    );
    type Out = (
        Option<i64>,
        Option<BTreeMap<String, Option<i64>>>,
        Option<Point>,
    );
    let rows = all::<Out>(&sums.limit(2));
    expect(
        (rows[0].0, rows[1].0, &rows[0].2),
        (Some(0), Some(2), &None),
    );
    expect(rows[1].1.as_ref().map(|m| m.len()), Some(2));
    Ok(())
}

pub fn nested_nulls() -> Result<()> {
    let rows = [Some(vec![1i64]), None, Some(vec![])];
    let d = data::create(rows.clone()).map(|list: Option<Vec<i64>>| list);
    expect(all::<Option<Vec<i64>>>(&d), &rows[..]);
    let rows = [Some([1i32, 2]), None];
    let d = data::create(rows).map(|list: Option<[i32; 2]>| list);
    expect(all::<Option<[i32; 2]>>(&d), &rows[..]);
    let rows = [vec![Some(1i64), None], vec![]];
    let d = data::create(rows.clone());
    let error = d
        .rows::<Vec<i64>>()
        .err()
        .map(|e| e.message)
        .unwrap_or_default();
    crate::contains(&error, &["column 'value' has a null"]);
    expect(all::<Vec<Option<i64>>>(&d), &rows[..]);
    Ok(())
}

#[derive(Row, Debug, PartialEq, Clone, Default)]
struct Optional {
    id: i64,
    list: Option<Vec<Option<String>>>,
    fixed: Option<[Option<i64>; 2]>,
    inner: Option<Inner>,
    map: Option<BTreeMap<i32, Option<Vec<f64>>>>,
    inners: Vec<Option<Inner>>,
    uuid: Option<Uuid>,
    by_name: HashMap<String, Inner>,
    fixed_points: Option<[Option<Point>; 2]>,
}

#[derive(Row, Debug, PartialEq, Clone)]
struct Inner {
    a: Option<i64>,
    b: Option<String>,
    c: Vec<Option<bool>>,
    e: Decimal<38, 10>,
    d: Date,
}

fn optional(i: i64) -> Optional {
    let inner = |n: i64| Inner {
        a: Some(n).filter(|n| n % 2 == 0),
        b: Some(n.to_string()).filter(|_| n % 2 == 0),
        c: vec![Some(true), None][..n as usize % 3 % 2 * 2].to_vec(),
        e: "-1.5".parse().unwrap(),
        d: Date(n as i32 - 1000),
    };
    let has = |bit: i32| i >> bit & 1 != 0;
    let mut row = Optional {
        id: i,
        ..Optional::default()
    };
    if has(0) {
        row.list = Some(vec![None, Some("x".into()), None, Some("".into())]);
        row.inners = vec![None, Some(inner(i)), None, Some(inner(i + 1))];
    }
    if has(1) {
        row.fixed = Some([None, Some(i)]);
        let point = Point { x: 0.5, name: None };
        row.fixed_points = Some([Some(point), None]);
    }
    if has(2) {
        row.inner = Some(inner(i));
        row.by_name = HashMap::from([("k".into(), inner(i))]);
    }
    if has(3) {
        row.map = Some(BTreeMap::from([
            (1, None),
            (-2, Some(vec![0.5])),
            (3, Some(vec![])),
        ]));
        row.uuid = Some(Uuid([i as u8; 16]));
    }
    row
}

/// Null at every level, and what hides what.
pub fn nested_options() -> Result<()> {
    let rows: Vec<Optional> = (0..5000).map(optional).collect();
    let made = data::create(rows.clone());
    let through = made.map(|row: Optional| row);
    expect(all::<Optional>(&through.sort("id")) == rows, true);
    let counts = through.aggregate([
        "count(list) as a",
        "count(fixed) as b",
        "count(inner) as c",
        "count(map) as d",
        "count(uuid) as e",
    ]);
    let count = |bit: i32| (0..5000i64).filter(|i| i >> bit & 1 != 0).count() as i64;
    expect(
        all::<(i64, i64, i64, i64, i64)>(&counts),
        [(count(0), count(1), count(2), count(3), count(3))],
    );
    let empty = data::create(Vec::<Optional>::new()).map(|row: Optional| row);
    expect(all::<Optional>(&empty), Vec::<Optional>::new());
    let flat = through.flat_map(|row: Optional, out: &mut Emit<Option<Inner>>| {
        row.inners.into_iter().for_each(|inner| out.emit(inner))
    });
    expect(flat.count()?, 4 * count(0) as u64);
    let last = through
        .group_by("id % 2 as odd")
        .reduce(|a: Optional, b: Optional| if a.id < b.id { b } else { a });
    expect(
        all::<Optional>(&last.drop_columns("odd").sort("id")) == rows[4998..],
        true,
    );
    Ok(())
}

#[derive(Row, Debug, PartialEq, Clone)]
struct Special {
    uuid: Uuid,
    uuids: Vec<Option<Uuid>>,
    huge: i128,
    more: u128,
    maybe: Option<i128>,
    time: Time,
    interval: Interval,
    least: Decimal<1, 0>,
    most: Decimal<38, 37>,
}

pub fn special() -> Result<()> {
    let nines = 10i128.pow(38) - 1;
    let uuid: Uuid = "01234567-89ab-cdef-fedc-ba9876543210".parse()?;
    let row = Special {
        uuid,
        uuids: vec![None, Some(uuid)],
        huge: -nines,
        more: nines as u128,
        maybe: Some(1 << 64),
        time: Time(86_399_999_999),
        interval: Interval {
            months: 14,
            days: -3,
            nanos: 1_000,
        },
        least: "-9".parse()?,
        most: Decimal::new(nines).unwrap(),
    };
    let mut other = row.clone();
    other.maybe = None;
    let made = data::create([row.clone(), other.clone()]);
    let through = made.map(|row: Special| row);
    expect(all::<Special>(&through), [row.clone(), other.clone()]);
    contains(
        &through.schema()?.to_string(),
        &[
            "uuid: uuid not null",
            "uuids: list<uuid>",
            "huge: decimal(38,0) not null",
        ],
    );
    let said = through.limit(1).select([
        "cast(uuid as string) as u",
        "cast(huge as string) as h",
        "cast(time as string) as t",
    ]);
    let texts = (
        uuid.to_string(),
        (-nines).to_string(),
        "23:59:59.999999".to_string(),
    );
    expect(all::<(String, String, String)>(&said), [texts]);
    let reduced = through.reduce(|a: Special, b: Special| if a.maybe.is_some() { a } else { b });
    expect(all::<Special>(&reduced), [row]);
    // Rows and batches whose columns are known at run time.
    let same = through.map_rows("uuid: uuid, interval: interval", |row, out| {
        out.copy("uuid", &row, "uuid");
        out.copy("interval", &row, "interval");
    });
    expect(
        all::<(Option<Uuid>, Option<Interval>)>(&same)[1].0,
        Some(uuid),
    );
    let first = through.map_batch("first: u8 not null", |batch, out| {
        let uuids = batch.column::<Uuid>("uuid");
        for (first, uuid) in out.column::<u8>("first").iter_mut().zip(uuids) {
            *first = uuid.0[0];
        }
    });
    expect(all::<u8>(&first), [1, 1]);
    // Numbers of any width are read.
    let wide = data::create([(-5i8, u64::MAX)]).map(|(a, b): (i128, u128)| a + b as i128);
    expect(all::<i128>(&wide), [(1 << 64) - 6]);
    let too_much = data::range(0, 1, 1).map(|_: i64| 10i128.pow(38));
    contains(&fails(too_much), &["has more than 38 digits"]);
    contains(
        &fails(through.map(|row: NegativeHuge| row.huge)),
        &["is no u128"],
    );
    Ok(())
}

#[derive(Row)]
struct NegativeHuge {
    huge: u128,
}

/// What does not fit says where, and what there is.
pub fn nested_errors() -> Result<()> {
    let made = data::create(nested_rows());

    #[derive(Row)]
    struct NoSuch {
        lists: Vec<Vec<u16>>,
        point: Missing,
    }

    #[derive(Row)]
    struct Missing {
        y: f64,
    }

    #[derive(Row)]
    struct Wrong {
        points: Vec<Texts>,
    }

    #[derive(Row)]
    struct Texts {
        x: String,
    }

    let used = |row: NoSuch| row.lists.is_empty() && row.point.y > 0.0;
    contains(
        &fails(made.filter_by(used)),
        &["column 'point' is struct<", "there are: list list<"],
    );
    let used = |row: Wrong| row.points[0].x.is_empty();
    contains(
        &fails(made.filter_by(used)),
        &["column 'points' is list<", "there are: list list<"],
    );
    let panics = made.map(|row: Nested| row.list[7]);
    contains(
        &fails(panics),
        &["panic: index out of bounds", "nested.rs:"],
    );
    Ok(())
}

/// A million groups, of lists.
pub fn many_groups() -> Result<()> {
    let rows = data::range(0, 1_000_000, 1).map(|id: i64| (id, vec![id]));
    let reduced = rows
        .group_by("_1")
        .reduce(|mut a: (i64, Vec<i64>), b: (i64, Vec<i64>)| {
            a.1.extend(b.1);
            a
        });
    let sums = reduced.aggregate(["count(*) as n", "sum(_1) as s"]);
    expect(all::<(i64, i64)>(&sums), [(1_000_000, 999_999 * 500_000)]);
    Ok(())
}
