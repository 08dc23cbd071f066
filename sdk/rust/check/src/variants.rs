//! Rust's enums as enumerations and unions, and binaries and times that need a
//! type of their own.

use std::collections::BTreeMap;

use wasi_data::{self as data, Enum, FixedBytes, Measure, Result, Row, Time, TimeNanos, Union};

use crate::{all, contains, expect, fails};

#[derive(Enum, Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Color {
    Red,
    #[data(name = "it's")]
    Its = 7,
    #[data(name = "grün")]
    Green,
}

#[derive(Row, Debug, PartialEq, Clone)]
struct Colored {
    id: i64,
    color: Color,
    maybe: Option<Color>,
    all: Vec<Option<Color>>,
    by: BTreeMap<Color, i64>,
    inner: Option<Inner>,
}

#[derive(Row, Debug, PartialEq, Clone)]
struct Inner {
    color: Color,
}

fn colored(id: i64) -> Colored {
    let color = [Color::Red, Color::Its, Color::Green][id as usize % 3];
    let maybe = Some(color).filter(|_| id % 4 > 0);
    Colored {
        id,
        color,
        maybe,
        all: vec![maybe; id as usize % 3],
        by: BTreeMap::from([(color, id)]),
        inner: maybe.map(|color| Inner { color }),
    }
}

pub fn enumerations() -> Result<()> {
    let rows: Vec<Colored> = (0..5000).map(colored).collect();
    let made = data::create(rows.clone());
    contains(
        &made.schema()?.to_string(),
        &[
            "color: enum('Red', 'it''s', 'grün') not null",
            "all: list<enum(",
        ],
    );
    let through = made.map(|row: Colored| row).sort("id");
    expect(all::<Colored>(&through) == rows, true);
    // Sorted by their place among the words, read as texts.
    let words = through.select("color").distinct().sort("color");
    expect(all::<String>(&words), ["Red", "it's", "grün"]);
    expect(all::<Color>(&words), [Color::Red, Color::Its, Color::Green]);
    // Words in another order, and fewer of them.
    let other = data::sql("select 'grün'::enum('grün', 'Red') as color", &[]);
    expect(all::<Color>(&other.map(|c: Color| c)), [Color::Green]);
    let sql = through.limit(3).select("cast(color as string) as c");
    expect(all::<String>(&sql), ["Red", "it's", "grün"]);
    let greatest = through.reduce(|a: Colored, b: Colored| if a.id > b.id { a } else { b });
    expect(all::<Colored>(&greatest), [colored(4999)]);
    let rows = through
        .limit(2)
        .map_rows("c: enum('Red', 'it''s', 'grün'), i: i64", |row, out| {
            out.copy("c", &row, "maybe");
            out.set(1, row.get::<Color>("color") as i64);
        });
    expect(
        all::<(Option<Color>, Option<i64>)>(&rows),
        [(None, Some(0)), (Some(Color::Its), Some(7))],
    );
    Ok(())
}

#[derive(Union, Debug, PartialEq, Clone)]
enum Size {
    #[data(name = "cm")]
    Centimetres(f64),
    Name(Option<String>),
    Parts(Vec<Part>),
}

#[derive(Row, Debug, PartialEq, Clone)]
struct Part {
    size: Box2,
    maybe: Option<Label>,
}

#[derive(Row, Debug, PartialEq, Clone)]
struct Box2 {
    sides: [i32; 2],
}

#[derive(Union, Debug, PartialEq, Clone)]
enum Label {
    Id(i64),
    Text(Option<String>),
}

#[derive(Row, Debug, PartialEq, Clone)]
struct Sized {
    id: i64,
    size: Size,
    maybe: Option<Size>,
    sizes: Vec<Size>,
}

fn size(id: i64) -> Size {
    let label = match id % 4 {
        0 => None,
        1 => Some(Label::Id(id)),
        2 => Some(Label::Text(Some(id.to_string()))),
        _ => Some(Label::Text(None)),
    };
    let part = Part {
        size: Box2 {
            sides: [id as i32, -1],
        },
        maybe: label,
    };
    match id % 5 {
        0 => Size::Centimetres(id as f64),
        1 => Size::Name(None),
        2 => Size::Name(Some(format!("n{}", id))),
        _ => Size::Parts(vec![part; id as usize % 3]),
    }
}

fn sized(id: i64) -> Sized {
    Sized {
        id,
        size: size(id),
        maybe: Some(size(id + 1)).filter(|_| id % 7 > 0),
        sizes: (0..id % 4).map(size).collect(),
    }
}

/// A union that is null comes back as a member that is.
fn with_nulls(mut row: Sized) -> Sized {
    let known = |part: &mut Part| {
        let null = Label::Text(None);
        part.maybe.get_or_insert(null);
    };
    let size = |size: &mut Size| {
        if let Size::Parts(parts) = size {
            parts.iter_mut().for_each(known);
        }
    };
    row.maybe.get_or_insert(Size::Name(None));
    size(&mut row.size);
    row.maybe.iter_mut().for_each(size);
    row.sizes.iter_mut().for_each(size);
    row
}

pub fn unions() -> Result<()> {
    let rows: Vec<Sized> = (0..4000).map(sized).collect();
    let wanted: Vec<Sized> = rows.iter().cloned().map(with_nulls).collect();
    let made = data::create(rows);
    contains(
        &made.schema()?.to_string(),
        &["size: union<cm: f64 not null, Name: string, Parts: list<struct<"],
    );
    let through = made.map(|row: Sized| row).sort("id");
    expect(all::<Sized>(&through) == wanted, true);
    let sizes = through.map(|row: Sized| row.size);
    expect(&all::<Size>(&sizes.limit(3))[2], &size(2));
    let last = through.reduce(|a: Sized, b: Sized| if a.id > b.id { a } else { b });
    expect(all::<Sized>(&last), [wanted[3999].clone()]);
    let firsts = through
        .group_by("id % 2 as odd")
        .aggregate([Measure::custom(
            "least",
            data::fold(
                i64::MAX,
                |least, row: (i64, Size)| *least = row.0.min(*least),
                |least, other| *least = other.min(*least),
                |least| least,
            ),
            ["id", "size"],
        )]);
    expect(all::<(i64, i64)>(&firsts.sort("odd")), [(0, 0), (1, 1)]);
    // Of DuckDB: members in another order, fewer, and a null.
    let union = "union(\"Text\" varchar, \"Id\" bigint)";
    let row = |i, value| format!("select {} as i, {}::{} as u", i, value, union);
    let values = [
        "union_value(\"Text\" := 'x')",
        "union_value(\"Id\" := 5::bigint)",
        "null",
    ];
    let rows: Vec<String> = values.iter().enumerate().map(|(i, v)| row(i, v)).collect();
    let labels = data::sql(&rows.join(" union all "), &[])
        .sort("i")
        .select("u");
    let wanted = [
        Label::Text(Some("x".into())),
        Label::Id(5),
        Label::Text(None),
    ];
    expect(all::<Label>(&labels.map(|l: Label| l)), wanted);
    Ok(())
}

#[derive(Row, Debug, PartialEq, Clone, Copy)]
struct Fixed {
    key: FixedBytes<3>,
    maybe: Option<FixedBytes<20>>,
    at: TimeNanos,
    end: Option<TimeNanos>,
}

#[derive(Row, Debug, PartialEq)]
struct Coarse {
    at: Time,
}

/// Times of nanoseconds, binaries of one length.
pub fn fixed() -> Result<()> {
    let row = |i: u8| Fixed {
        key: FixedBytes([i, 0xff, 1]),
        maybe: Some(FixedBytes([i; 20])).filter(|_| i % 2 > 0),
        at: TimeNanos(86_399_999_999_999 - i as i64),
        end: Some(TimeNanos(i as i64)).filter(|_| i % 3 > 0),
    };
    let rows: Vec<Fixed> = (0..200).map(row).collect();
    let made = data::create(rows.clone());
    expect(
        made.schema()?.to_string().as_str(),
        "key: binary(3) not null, maybe: binary(20), at: time(ns) not null, end: time(ns)",
    );
    let through = made.map(|row: Fixed| row).sort("key");
    expect(all::<Fixed>(&through), &rows[..]);
    let texts = through.select("cast(\"end\" as string) as t").limit(2);
    let nanosecond = "00:00:00.000000001".to_string();
    expect(all::<Option<String>>(&texts), [None, Some(nanosecond)]);
    let same = through
        .select(["key", "maybe", "cast('00:00:01.5' as time<3>) as ms", "at"])
        .map_rows(
            "key: binary(3), maybe: binary(20), ms: time(ms), at: time(ns)",
            |row, out| (0..4).for_each(|i| out.copy(i, &row, i)),
        );
    type Copied = (
        Option<FixedBytes<3>>,
        Option<FixedBytes<20>>,
        Time,
        TimeNanos,
    );
    for (i, got) in all::<Copied>(&same).iter().enumerate() {
        let millis = Time(1_500_000);
        expect(*got, (Some(rows[i].key), rows[i].maybe, millis, rows[i].at));
    }
    // Coarser times are widened; finer ones are not read.
    let coarse = data::create([Coarse { at: Time(5) }]).map(|t: TimeNanos| t);
    expect(all::<TimeNanos>(&coarse), [TimeNanos(5000)]);
    contains(
        &fails(through.map(|row: Coarse| row)),
        &["column 'at' is time(ns)", "Coarse.at of type Time"],
    );
    let last = through.reduce(|a: Fixed, b: Fixed| if a.key > b.key { a } else { b });
    expect(all::<Fixed>(&last), [row(199)]);
    Ok(())
}

#[derive(Enum, Clone, Copy)]
enum Few {
    Red,
}

#[derive(Union)]
enum Never {
    Id(i64),
    Text(String),
}

#[derive(Union)]
enum Strict {
    Id(i64),
}

/// What does not fit says where, and what there is.
pub fn variants_errors() -> Result<()> {
    let colors = data::create((0..3).map(|i| colored(i).color).collect::<Vec<_>>());
    contains(
        &fails(colors.map(|few: Few| few as i64)),
        &[
            "column 'value' is enum('Red', 'it''s', 'grün')",
            "of type Few does not read",
        ],
    );
    contains(
        &fails(colors.map_rows("c: enum('Red')", |row, out| {
            out.set("c", row.get::<Color>(0))
        })),
        &["column 'c' is enum('Red') and was given a Color"],
    );
    let labels = data::create([Label::Text(None)]);
    contains(
        &fails(labels.map(|never: Never| matches!(never, Never::Id(_)))),
        &["column 'value' has a null", "Option"],
    );
    contains(
        &fails(labels.map(|strict: Strict| {
            let Strict::Id(id) = strict;
            id
        })),
        &["union<Id: i64 not null, Text: string>", "of type Strict"],
    );
    let null = data::range(0, 1, 1).map(|_: i64| None::<Strict>);
    contains(
        &fails(null),
        &["column 'value' is not null and was given a null"],
    );
    Ok(())
}
