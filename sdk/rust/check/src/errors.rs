//! What goes wrong, and what is said.

use wasi_data::{self as data, Code, Date, Decimal, Emit, Result, Row};

use crate::{all, contains, expect, fails};

#[derive(Row)]
struct Flight {
    origin: String,
    delay: i64,
}

fn base() -> data::Dataset {
    data::create([Flight {
        origin: "AAA".into(),
        delay: 5,
    }])
}

#[derive(Row)]
struct Wrong {
    delai: i64,
}

#[derive(Row)]
struct Type {
    delay: i32,
}

#[derive(Row)]
struct Delay {
    delay: i64,
}

#[derive(Row)]
struct Twice {
    a: i64,
    #[data(name = "a")]
    b: i64,
}

pub fn errors() -> Result<()> {
    let base = base();
    contains(
        &fails(base.map(|w: Wrong| w.delai)),
        &["there is no column 'delai' for Wrong.delai; there are: origin string, delay i64"],
    );
    contains(
        &fails(base.map(|t: Type| t.delay)),
        &[
            "column 'delay' is i64",
            "Type.delay of type i32",
            "there are: origin string",
        ],
    );
    contains(
        &fails(base.map(|x: i64| x)),
        &["a row of 1 columns is taken, but there are 2"],
    );
    contains(
        &fails(base.map(|x: (String, i64, i64)| x.1)),
        &["of 3 columns", "there are 2"],
    );
    contains(
        &fails(base.map(|f: Flight| Twice { a: f.delay, b: 1 })),
        &["Twice has two columns 'a'"],
    );
    contains(
        &fails(base.extend(|f: Flight| Delay { delay: f.delay })),
        &["a column 'delay' already"],
    );
    contains(
        &fails(base.map(|d: (Date, i64)| d.1)),
        &["'origin' is string", "Date"],
    );
    let error = base
        .rows::<Wrong>()
        .err()
        .map(|e| e.message)
        .unwrap_or_default();
    contains(&error, &["no column 'delai'"]);
    let secret = data::read("secret").filter("a > 1").select("b");
    expect(secret.check().err().map(|e| e.code), Some(Code::NotGranted));
    contains(&fails(secret), &["secret", "not granted"]);
    contains(&fails(base.filter("delay >")), &["delay >"]);
    contains(
        &fails(base.map_rows("a: i65", |_, _| ())),
        &["no such type at 'i65'"],
    );
    contains(
        &fails(base.map_rows("*", |row, _| {
            let _: i64 = row.get("x");
        })),
        &["there is no column 'x'; there are: origin string"],
    );
    contains(
        &fails(base.map_rows("*", |row, _| {
            let _: i64 = row.get(0);
        })),
        &["column 'origin' is string, which a i64 does not read"],
    );
    contains(
        &fails(base.map_rows("*", |row, _| {
            let _: i64 = row.get(7);
        })),
        &["no column number 7"],
    );
    contains(
        &fails(base.map_batch("*", |batch, _| {
            let _ = batch.column::<i32>(1);
        })),
        &["column 'delay' is i64"],
    );
    contains(
        &fails(base.try_map(|f: Flight| match f.delay {
            5 => Err(format!("delay of {}", f.delay)),
            delay => Ok(delay),
        })),
        &["delay of 5"],
    );
    contains(
        &fails(base.try_filter_by(|f: Flight| f.origin.parse::<i64>().map(|x| x > 1))),
        &["invalid digit"],
    );
    contains(
        &fails(base.try_flat_map(|_: Flight, _: &mut Emit<i64>| Err("no rows"))),
        &["no rows"],
    );
    let own = base.try_map(|_: Flight| -> Result<i64> {
        Err(data::Error::new(Code::LimitExceeded, "too much"))
    });
    let error = own.count().unwrap_err();
    expect(
        (error.code, error.message.contains("too much")),
        (Code::LimitExceeded, true),
    );
    let inside = base.try_map(|_: Flight| data::read("x").count().map(|n| n as i64));
    contains(&fails(inside), &["cannot be used inside a lambda"]);
    let text = data::create(["x"].map(String::from)).map_rows("n: i64", |row, out| {
        out.set("n", row.get::<String>(0));
    });
    contains(&fails(text), &["column 'n' is i64 and was given a String"]);
    // After all that the program is well.
    expect(all::<i64>(&base.select("delay")), [5]);
    Ok(())
}

pub fn panics() -> Result<()> {
    let base = base();
    let list: Vec<i64> = Vec::new();
    let error = base
        .map(move |f: Flight| list[f.delay as usize])
        .count()
        .unwrap_err();
    expect(error.code, Code::LambdaFailed);
    let text = format!("{:?}", error);
    contains(
        &text,
        &[
            "index out of bounds: the len is 0 but the index is 5",
            "errors.rs:",
        ],
    );
    contains(
        &fails(base.map(|f: Flight| 1 / (f.delay - 5))),
        &["divide by zero", "errors.rs:"],
    );
    contains(
        &fails(base.map(|f: Flight| -> i64 { panic!("own {}", f.delay) })),
        &["own 5"],
    );
    contains(
        &fails(base.map(|_: Flight| -> i64 { data::fail("said so") })),
        &["said so"],
    );
    contains(
        &fails(base.map(|f: Flight| f.origin.parse::<i64>().unwrap())),
        &["ParseIntError"],
    );
    contains(
        &fails(base.filter_by(|_: Flight| panic!("filter"))),
        &["filter"],
    );
    let partition =
        base.map_partitions(|| move |_: Option<Delay>, _: &mut Emit<i64>| panic!("in it"));
    contains(&fails(partition), &["in it"]);
    let sum =
        data::range(0, 10, 1).reduce(|a: i64, b: i64| if b == 7 { panic!("seven") } else { a });
    contains(&fails(sum), &["seven"]);
    expect(all::<i64>(&base.select("delay")), [5]);
    Ok(())
}

pub fn writing() -> Result<()> {
    let base = base();
    contains(
        &fails(base.map_rows("u: u8", |_, out| out.set("u", 256))),
        &["column 'u': 256 does not fit u8"],
    );
    contains(
        &fails(base.map_rows("u: i32", |_, out| out.set("u", 1.5))),
        &["column 'u': 1.5 does not fit i32"],
    );
    contains(
        &fails(base.map_rows("u: i64 not null", |_, _| ())),
        &["'u' is not null"],
    );
    contains(
        &fails(base.map_rows("u: i64", |_, out| {
            out.set("u", 1);
            out.set("u", 2);
        })),
        &["'u' is set twice"],
    );
    contains(
        &fails(base.map_rows("u: i64", |_, out| out.emit())),
        &["emit is for flat_map"],
    );
    contains(
        &fails(base.map_batch("u: i64", |_, out| out.fill("u", [1, 2]))),
        &["'u' was given more values than the 1 rows"],
    );
    contains(
        &fails(base.map_batch("u: i64", |_, out| out.fill("u", Vec::<i64>::new()))),
        &["'u' was given 0 values where there are 1 rows"],
    );
    contains(
        &fails(base.map_batch("u: i64", |batch, out| out.pass("u", batch, 0))),
        &["column 'origin' (string, 1 rows) is passed on as 'u'"],
    );
    contains(
        &fails(base.map_batch("u: i64", |_, out| {
            out.column::<i64>("u")[0] = 1;
            out.column::<i64>("u")[0] = 2;
        })),
        &["'u' is written twice"],
    );
    let digits = base.map(|f: Flight| {
        let most = Decimal::<2, 0>::new(f.delay as i128 + 94).unwrap();
        most + most
    });
    contains(&fails(digits), &["has more than 2 digits"]);
    Ok(())
}

pub fn memory() -> Result<()> {
    let d = data::range(0, 1, 1).map(|_: i64| {
        let mut kept = Vec::new();
        loop {
            kept.push(vec![1u8; 64 << 20]);
            if kept.len() > 100 {
                return kept[3][5] as i64;
            }
        }
    });
    println!("{}", fails(d));
    Ok(())
}

#[allow(unconditional_recursion)]
pub fn overflow() -> Result<()> {
    fn deep(n: i64) -> i64 {
        let block = [n; 64];
        let next = deep(block[(n % 64) as usize] + 1);
        unsafe { std::ptr::read_volatile(&block[(next % 64) as usize]) }
    }
    println!("{}", fails(data::range(0, 1, 1).map(deep)));
    Ok(())
}
