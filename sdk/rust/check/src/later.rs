//! What some hosts do not have yet.

use wasi_data::{self as data, Emit, Join, Mode, Promises, Result, Row, SetOperation, Storage};

use crate::{all, expect};

pub fn groups() -> Result<()> {
    let ids = data::range(0, 1000, 1).select(["id", "id % 7 as key"]);
    let tops = ids.group_by("key").map_groups(|| {
        let (mut n, mut top, mut key) = (0, 0, 0);
        move |row: Option<(i64, i64)>, out: &mut Emit<(i64, i64, i64)>| match row {
            Some(row) => {
                n += 1;
                top = row.0.max(top);
                key = row.1;
            }
            None => out.emit((key, n, top)),
        }
    });
    let tops = all::<(i64, i64, i64)>(&tops.sort("_1").limit(2));
    expect(tops, [(0, 143, 994), (1, 143, 995)]);
    let whole =
        ids.group_by("key")
            .map_whole_groups(|rows: Vec<(i64, i64)>, out: &mut Emit<i64>| {
                out.emit(rows.iter().map(|r| r.0).sum());
            });
    expect(all::<i64>(&whole.aggregate(["sum(value) as s"])), [499_500]);
    let many = data::range(0, 100_000, 1)
        .group_by("id // 2")
        .map_whole_groups(|rows: Vec<(i64, i64)>, out: &mut Emit<i64>| out.emit(rows.len() as i64));
    expect(many.filter("value = 2").count()?, 50_000u64);
    Ok(())
}

pub fn co_groups() -> Result<()> {
    let left = data::range(0, 6, 1).select(["id", "id % 3 as key"]);
    let right = data::range(0, 4, 1).select(["id % 4 as key", "cast(id as string) as text"]);
    let pairs = left.group_by("key").co_map_groups(
        &right.group_by("key"),
        |left: Vec<(i64, i64)>, right: Vec<(i64, String)>, out: &mut Emit<(i64, i64, String)>| {
            let texts: Vec<String> = right.iter().map(|r| r.1.clone()).collect();
            let ids = left.iter().map(|l| l.0).sum();
            out.emit((left.len() as i64, ids, texts.join("+")));
        },
    );
    let rows = all::<(i64, i64, String)>(&pairs.sort("_3"));
    let row = |n, sum, text: &str| (n, sum, text.to_string());
    expect(
        rows,
        [
            row(2, 3, "0"),
            row(2, 5, "1"),
            row(2, 7, "2"),
            row(0, 0, "3"),
        ],
    );
    Ok(())
}

pub fn register() -> Result<()> {
    data::register("twice", Promises::DETERMINISTIC, |x: i64| 2 * x)?;
    let twice = data::range(0, 3, 1).select("twice(id) as x");
    expect(all::<Option<i64>>(&twice), [Some(0), Some(2), Some(4)]);
    data::register("glue", Promises::DETERMINISTIC, |(a, b): (String, i64)| {
        format!("{}{}", a, b)
    })?;
    let glued = data::range(1, 2, 1).select("glue('x', id) as x");
    expect(all::<Option<String>>(&glued), [Some("x1".to_string())]);
    Ok(())
}

pub fn register_aggregate() -> Result<()> {
    let product = data::fold(1.0, |p, x: f64| *p *= x, |p, o| *p *= o, |p| p);
    data::register_aggregate("product_of", product)?;
    let d = data::range(1, 6, 1).aggregate(["product_of(cast(id as f64)) as p"]);
    expect(all::<Option<f64>>(&d), [Some(120.0)]);
    Ok(())
}

#[derive(Row)]
struct Low {
    low: i64,
}

pub fn parameters() -> Result<()> {
    let d = data::range(0, 10, 1).with_parameters(Low { low: 7 });
    expect(all::<i64>(&d.filter("id >= $low")), [7, 8, 9]);
    Ok(())
}

pub fn for_each() -> Result<()> {
    data::range(0, 10, 1).for_each_partition(|| {
        move |row: Option<i64>| {
            if row.is_some() {
                data::count("rows", 1);
            }
        }
    })
}

pub fn sql() -> Result<()> {
    let d = data::range(0, 10, 1);
    let most = data::sql("select max(id) as m from t", &[("t", &d)]);
    expect(all::<i64>(&most), [9]);
    Ok(())
}

pub fn sets() -> Result<()> {
    let d = data::range(0, 5, 1);
    let high = d.filter("id > 2");
    expect(d.union(&d).count()?, 10u64);
    expect(
        d.combine(SetOperation::IntersectDistinct, &high).count()?,
        2u64,
    );
    expect(
        d.combine_by_name(SetOperation::ExceptAll, &high).count()?,
        3u64,
    );
    Ok(())
}

pub fn columns() -> Result<()> {
    let d = data::range(0, 5, 1)
        .rename(&[("id", "n")])
        .with_column("m", "n * 2");
    expect(all::<i64>(&d.filter("m = 8").drop_columns("n")), [8]);
    Ok(())
}

pub fn join_using() -> Result<()> {
    let d = data::range(0, 5, 1);
    expect(
        d.join_using(&d.filter("id > 1"), Join::Semi, "id")
            .count()?,
        3u64,
    );
    Ok(())
}

pub fn distinct() -> Result<()> {
    let d = data::range(0, 5, 1).select("id % 2 as x");
    expect(d.distinct().count()?, 2u64);
    expect(d.distinct_on(["x"]).count()?, 2u64);
    Ok(())
}

pub fn temp_table() -> Result<()> {
    data::range(0, 10, 1).temp_table("ten", Mode::Create)?;
    expect(data::read("ten").count()?, 10u64);
    Ok(())
}

pub fn cache() -> Result<()> {
    let d = data::range(0, 10, 1).cache(Storage::Memory);
    expect(d.count()?, 10u64);
    expect(all::<i64>(&d).len(), 10usize);
    Ok(())
}

pub fn first() -> Result<()> {
    let d = data::range(3, 10, 1);
    expect(d.first::<i64>()?, Some(3));
    expect(d.filter("id > 100").first::<i64>()?, None);
    Ok(())
}

pub fn repartition() -> Result<()> {
    let d = data::range(0, 1000, 1).repartition(4, "id");
    expect(d.sort_within_partitions("id desc").count()?, 1000u64);
    Ok(())
}

pub fn grouping() -> Result<()> {
    let d = data::range(0, 12, 1).select(["id % 2 as a", "id % 3 as b"]);
    let count = |g: data::Grouped| g.aggregate(["count(*) as n"]).count();
    expect(count(d.rollup(["a", "b"]))?, 9u64);
    expect(count(d.cube(["a", "b"]))?, 12u64);
    expect(
        count(d.grouping_sets(["a", "b"], &[&[0], &[1], &[]]))?,
        6u64,
    );
    let pivot = d
        .group_by("a")
        .pivot("b", ["0", "1"])
        .aggregate(["count(*) as n"]);
    expect(pivot.count()?, 2u64);
    Ok(())
}

pub fn reshape() -> Result<()> {
    let d = data::range(0, 3, 1).select(["id", "id + 1 as next", "id * 2 as twice"]);
    expect(d.unpivot(["next", "twice"], "what", "value").count()?, 6u64);
    expect(d.with_row_index("row").count()?, 3u64);
    expect(
        d.zip_with(&data::range(5, 8, 1).rename(&[("id", "other")]))
            .count()?,
        3u64,
    );
    expect(d.describe(()).count()? > 0, true);
    Ok(())
}

pub fn sample() -> Result<()> {
    let d = data::range(0, 10_000, 1).sample(0.1, false, 7);
    let count = d.count()?;
    expect((800..1200).contains(&count), true);
    expect(d.count()?, count);
    Ok(())
}

pub fn plans() -> Result<()> {
    let plan = data::range(0, 3, 1).to_plan()?;
    expect(data::from_plan(&plan, &[]).count()?, 3u64);
    let factor = 7;
    let sevens = data::range(0, 4, 1).map(move |id: i64| id * factor);
    let again = data::from_plan(&sevens.to_plan()?, &[]);
    expect(all::<i64>(&again.filter("value > 0")), [7, 14, 21]);
    let missing = data::from_plan(&data::read("nothing").to_plan().unwrap_or_default(), &[]);
    expect(missing.count().is_err(), true);
    expect(data::from_plan(b"no plan", &[]).count().is_err(), true);
    Ok(())
}

/// A name over what is stored, without operations.
pub fn named_type() -> Result<()> {
    data::register_type("temperature", "celsius: f64")?;
    let warm = data::range(0, 3, 1).select("cast(cast(id as fp64) as temperature) as t");
    expect(warm.filter("cast(t as fp64) > 0.5").count()?, 2);
    let two = data::register_type("two", "a: i64, b: i64");
    expect(two.map_err(|e| e.code), Err(data::Code::InvalidArgument));
    Ok(())
}
