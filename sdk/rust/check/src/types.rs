//! What reads and writes which columns.

use wasi_data::{
    self as data, Bytes, Date, Decimal, Instant, Millis, Nanos, Result, Row, RowWriter, Seconds,
    Text, Timestamp,
};

use crate::{all, contains, expect};

#[derive(Row, Clone, Debug, PartialEq)]
struct Everything {
    bool: bool,
    i8: i8,
    i16: i16,
    i32: i32,
    i64: i64,
    u8: u8,
    u16: u16,
    u32: u32,
    u64: u64,
    f32: f32,
    f64: f64,
    string: String,
    text: Text,
    vec: Vec<u8>,
    bytes: Bytes,
    #[data(name = "the day")]
    date: Date,
    at: Timestamp,
    s: Timestamp<Seconds>,
    ms: Timestamp<Millis>,
    ns: Timestamp<Nanos>,
    instant: Instant,
    instant_ms: Instant<Millis>,
    decimal: Decimal<20, 3>,
    small: Decimal<4, 0>,
    r#type: Option<String>,
    null_i32: Option<i32>,
    null_text: Option<Text>,
    null_bool: Option<bool>,
    null_date: Option<Date>,
    null_decimal: Option<Decimal<5, 2>>,
    null_bytes: Option<Vec<u8>>,
}

fn everything() -> Result<[Everything; 2]> {
    let day = Date::new(2024, 2, 29).unwrap();
    let full = Everything {
        bool: true,
        i8: i8::MIN,
        i16: i16::MIN,
        i32: i32::MIN,
        i64: i64::MIN,
        u8: u8::MAX,
        u16: u16::MAX,
        u32: u32::MAX,
        u64: u64::MAX,
        f32: 1.5,
        f64: f64::NEG_INFINITY,
        string: "häh\u{1F980}".into(),
        text: "päper \u{0} x".into(),
        vec: vec![0, 1, 255],
        bytes: vec![255, 0].into(),
        date: "1969-12-31".parse()?,
        at: Timestamp::new(-1),
        s: Timestamp::at(day, 23, 59, 59).unwrap(),
        ms: Timestamp::new(1),
        ns: Timestamp::new(-1_000_000_001),
        instant: Instant::new(1 << 50),
        instant_ms: Instant::new(-5),
        decimal: "-12345678901234567.125".parse()?,
        small: "9999".parse()?,
        r#type: Some("".into()),
        null_i32: Some(-4),
        null_text: Some("x".into()),
        null_bool: Some(false),
        null_date: Some(day),
        null_decimal: Some("-1.50".parse()?),
        null_bytes: Some(vec![]),
    };
    let least = Everything {
        bool: false,
        string: String::new(),
        text: Text::default(),
        vec: vec![],
        bytes: Bytes::default(),
        r#type: None,
        null_i32: None,
        null_text: None,
        null_bool: None,
        null_date: None,
        null_decimal: None,
        null_bytes: None,
        i64: 7,
        ..full.clone()
    };
    Ok([full, least])
}

pub fn types() -> Result<()> {
    let rows = everything()?;
    let made = data::create(rows.clone());
    expect(all::<Everything>(&made), &rows[..]);
    let mapped = made.map(|e: Everything| e);
    expect(all::<Everything>(&mapped), &rows[..]);
    let schema = mapped.schema()?.to_string();
    contains(
        &schema,
        &[
            "bool: bool not null",
            "the day: date not null",
            "ms: timestamp(ms) not null",
            "instant: timestamp(us,UTC) not null",
            "decimal: decimal(20,3) not null",
            "type: string,",
            "null_decimal: decimal(5,2)",
            "vec: binary not null",
            "u64: u64",
        ],
    );
    // More rows than a chunk has, and than a batch.
    for count in [5000, 70_000] {
        let many: Vec<Everything> = (0..count).map(|i| rows[i % 2].clone()).collect();
        let back = data::create(many.clone()).map(|e: Everything| e);
        expect(all::<Everything>(&back) == many, true);
    }
    // Floats that are no numbers.
    let nan = all::<f64>(&data::create([f64::NAN, -0.0]).map(|x: f64| x));
    expect(nan[0].is_nan() && nan[1] == 0.0, true);
    Ok(())
}

#[derive(Row, Debug, PartialEq)]
struct Narrow {
    a: i8,
    b: u8,
    c: i16,
    d: u32,
    e: f32,
    f: Option<i32>,
    g: String,
    t: Timestamp<Seconds>,
    n: Decimal<4, 2>,
}

#[derive(Row, Debug, PartialEq)]
struct Wide {
    a: i64,
    b: i16,
    c: f64,
    d: u64,
    e: f64,
    f: Option<i64>,
    g: Vec<u8>,
    t: Timestamp,
    n: Decimal<10, 2>,
}

pub fn conversions() -> Result<()> {
    let row = |f| Narrow {
        a: -1,
        b: 200,
        c: -300,
        d: 1 << 31,
        e: 0.5,
        f,
        g: "x".into(),
        t: Timestamp::new(-5),
        n: Decimal::new(-125).unwrap(),
    };
    let wide = |f| Wide {
        a: -1,
        b: 200,
        c: -300.0,
        d: 1 << 31,
        e: 0.5,
        f,
        g: b"x".to_vec(),
        t: Timestamp::new(-5_000_000),
        n: Decimal::new(-125).unwrap(),
    };
    let from = data::create([row(None), row(Some(9))]);
    let wanted = [wide(None), wide(Some(9))];
    expect(all::<Wide>(&from), &wanted[..]);
    expect(all::<Wide>(&from.map(|w: Wide| w)), &wanted[..]);
    let sums = from.map_rows("s: f64", |row, out| {
        let sum = row.get::<i64>("a") as f64 + row.get::<f64>(2) + row.get::<f64>("e");
        out.set(0, sum + row.get::<Option<i64>>("f").unwrap_or(0) as f64);
    });
    expect(all::<Option<f64>>(&sums), [Some(-300.5), Some(-291.5)]);
    Ok(())
}

#[derive(Row, Debug, PartialEq)]
struct Nullable {
    x: Option<i64>,
}

#[derive(Row)]
struct Plain {
    x: i64,
}

pub fn nulls() -> Result<()> {
    let rows = (0..6000).map(|i| Nullable {
        x: (i % 3 != 0).then(|| i),
    });
    let d = data::create(rows);
    let doubled = d.map(|r: Nullable| Nullable {
        x: r.x.map(|x| 2 * x),
    });
    let wanted: Vec<_> = (0..6000)
        .map(|i| Nullable {
            x: (i % 3 != 0).then(|| 2 * i),
        })
        .collect();
    expect(all::<Nullable>(&doubled), wanted);
    expect(d.filter_by(|r: Nullable| r.x.is_none()).count()?, 2000u64);
    expect(d.filter_rows(|row| row.is_null("x")).count()?, 2000u64);
    let texts = d.map(|r: Nullable| r.x.map(|x| x.to_string()));
    let counts = texts.aggregate(["count(value) as n", "count(*) as all"]);
    expect(all::<(i64, i64)>(&counts), [(4000, 6000)]);
    // Rows that must have a value.
    let error = d.map(|r: Plain| r.x).count().unwrap_err();
    contains(&error.message, &["column 'x' has a null", "Option"]);
    expect(
        d.filter("x is not null").map(|r: Plain| r.x).count()?,
        4000u64,
    );
    let error = d
        .rows::<Plain>()
        .err()
        .map(|e| e.message)
        .unwrap_or_default();
    contains(&error, &["column 'x' has a null"]);
    let by_batch = d.map_batch("y: i64", |batch, out| {
        let x = batch.column::<i64>("x");
        let y = out.nullable::<i64>("y", batch.validity("x"));
        y.iter_mut()
            .zip(x)
            .for_each(|(y, x)| *y = x.wrapping_mul(2));
    });
    let sums = by_batch.aggregate(["count(y) as n", "sum(y) as s"]);
    let sum: i64 = (0..6000).filter(|i| i % 3 != 0).map(|i| 2 * i).sum();
    expect(all::<(i64, i64)>(&sums), [(4000, sum)]);
    Ok(())
}

pub fn dynamic() -> Result<()> {
    let mut rows = RowWriter::new("id: i64 not null, \"the name\": string, u: u8, f: f32")?;
    for id in 0..3000 {
        rows.set("id", id);
        if id % 2 == 0 {
            rows.set(1, format!("n{}", id));
        }
        rows.set("u", id % 256);
        rows.set(3, 0.5);
        rows.emit();
    }
    let d = data::create_rows(rows);
    expect(
        d.schema()?.to_string().as_str(),
        "id: i64 not null, the name: string, u: u8, f: f32",
    );
    let copies = d.map_rows("*, copy: string, v: u8, size: i32", |row, out| {
        out.copy("copy", &row, "the name");
        out.copy(1, &row, "u");
        let name: Option<&str> = row.get("the name");
        out.set("size", name.map(|n| n.len() as i32));
    });
    let same = copies.filter_rows(|row| {
        let (a, b): (Option<String>, Option<&str>) = (row.get(1), row.get("copy"));
        a.as_deref() == b && row.get::<u8>(2) == row.get::<u8>(5)
    });
    expect(same.count()?, 3000u64);
    let mut seen = 0;
    for batch in copies.batches()? {
        let batch = batch?;
        let sizes = batch.values::<Option<i64>>("size");
        for (row, size) in batch.iter().zip(sizes) {
            let id: i64 = row.get("id");
            expect(id, seen);
            let length = row.get::<Option<Text>>("the name").map(|n| n.len() as i64);
            expect(size, length);
            seen += 1;
        }
    }
    expect(seen, 3000);
    let words = d
        .limit(4)
        .flat_map_rows("w: string not null, id: i64", |row, out| {
            for i in 0..row.get::<i64>(0) {
                out.set(0, "é".repeat(i as usize));
                out.set("id", row.get::<i64>("id"));
                out.emit();
            }
        });
    expect(all::<(String, Option<i64>)>(&words).len(), 6usize);
    Ok(())
}

pub fn empty() -> Result<()> {
    let none = data::create(Vec::<Everything>::new());
    expect(none.count()?, 0u64);
    expect(
        all::<Everything>(&none.map(|e: Everything| e)).len(),
        0usize,
    );
    let nothing = data::range(0, 0, 1);
    expect(
        nothing
            .flat_map(|id: i64, out: &mut data::Emit<i64>| out.emit(id))
            .count()?,
        0u64,
    );
    expect(nothing.map_batch("*", |_, _| ()).count()?, 0u64);
    expect(
        all::<i64>(&nothing.reduce(|a: i64, b: i64| a + b)).len(),
        0usize,
    );
    expect(
        all::<Option<i64>>(&nothing.aggregate(["sum(id) as s"])),
        [None],
    );
    let no_columns = data::range(0, 3, 1).map(|_: i64| data::range(0, 0, 1).check().is_err());
    expect(all::<bool>(&no_columns), [true; 3]);
    Ok(())
}
