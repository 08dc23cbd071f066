use wasi_data::{self as data, Dataset, Join, Mode, Row};

/// What went wrong, and whether its message has both of these parts.
fn report<T>(name: &str, result: data::Result<T>, part: &str, other: &str) {
    match result {
        Ok(_) => println!("{}: no error", name),
        Err(e) if e.message.contains(part) && e.message.contains(other) => {
            println!("{}: {} as it should be", name, e.code as u8)
        }
        Err(e) => println!("{}: {} {}", name, e.code as u8, e.message),
    }
}

#[derive(Row)]
struct Missing {
    idd: i64,
}

#[derive(Row)]
struct Number {
    id: f64,
}

fn bad(id: i64) -> Result<i64, String> {
    match id {
        5 => Err("row 5 is bad".into()),
        _ => Ok(id),
    }
}

fn main() {
    data::run(|| {
        let ids = data::range(0, 9, 1);
        let fails = ids.try_map(bad);
        if std::env::args().len() > 1 {
            return fails.count().map(|_| ());
        }
        let count = |set: Dataset| set.count();
        report(
            "granted",
            count(data::read("nothing").filter("a > 1")),
            "'nothing'",
            "not granted",
        );
        report(
            "sink",
            ids.write("nowhere", Mode::Create),
            "'nowhere'",
            "not granted",
        );
        report("syntax", count(ids.filter("id >")), "id >", "^");
        report("expression", count(ids.filter("idd > 1")), "'idd'", "id");
        let large = ids.filter("abs(id * 9223372036854775807) > 1");
        report("overflow", count(large), "", "verflow");
        let missing = ids.map(|row: Missing| row.idd);
        report("column", count(missing), "'idd'", "there are: id i64");
        let texts = ids.select(["'x' as id"]);
        report(
            "type",
            count(texts.map(|row: Number| row.id)),
            "'id'",
            "string",
        );
        report("lambda", count(fails), "map lambda: row 5 is bad", "");
        let trap = ids.map(|id: i64| 7 / (id - 5));
        report("trap", count(trap), "divide by zero", "");
        let cast = ids.filter("cast('x' || cast(id as string) as i64) > 1");
        report("cast", count(cast), "'x", "is not an integer");
        let twice = ids.join(&ids, Join::Inner, "left.id = right.id");
        report(
            "ambiguous",
            count(twice.filter("id > 1")),
            "'id'",
            "ambiguous",
        );
        let pairs = ids.join(&ids, Join::Inner, "");
        report("condition", count(pairs), "needs a condition", "cross");
        println!("{}", ids.count()?);
        Ok(())
    })
}
