//! Lloyd's k-means: iterations whose lambda captures the last step's centres.
//!
//!   wasi-data run kmeans.wasm [POINTS]
//!
//! The points are made by a lambda from the rows' numbers, around four places.
//! Coordinates are integers, so that sums do not depend on the order of rows:
//! the result is the same on any number of threads.
use wasi_data::{self as data, Batch, BatchWriter, Dataset, Row};

const MOST_STEPS: usize = 50;

#[derive(Row, Clone, Copy, PartialEq)]
struct Point {
    x: i64,
    y: i64,
}

type Centres = [Point; 4];

const fn point(x: i64, y: i64) -> Point {
    Point { x, y }
}

/// A number that looks random, from 0 to below `range` (splitmix64).
fn scatter(seed: u64, range: u64) -> i64 {
    let seed = seed.wrapping_add(0x9e3779b97f4a7c15);
    let seed = (seed ^ seed >> 30).wrapping_mul(0xbf58476d1ce4e5b9);
    let seed = (seed ^ seed >> 27).wrapping_mul(0x94d049bb133111eb);
    ((seed ^ seed >> 31) % range) as i64
}

fn make_point(id: i64) -> Point {
    const PLACES: Centres = [
        point(-5000, -5000),
        point(6000, -2000),
        point(1000, 5000),
        point(-7000, 6000),
    ];
    let (seed, place) = (id as u64, PLACES[id as usize % 4]);
    Point {
        x: place.x + scatter(2 * seed, 4000) - 2000,
        y: place.y + scatter(2 * seed + 1, 4000) - 2000,
    }
}

fn distance(a: Point, b: Point) -> i64 {
    (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)
}

/// By the batch: whole columns in, a whole column out.
fn nearest(centres: &Centres, batch: &Batch, out: &mut BatchWriter) {
    let (x, y) = (batch.column::<i64>("x"), batch.column::<i64>("y"));
    let points = x.iter().zip(y).map(|(&x, &y)| point(x, y));
    for (cluster, p) in out.column::<i64>("cluster").iter_mut().zip(points) {
        let mut nearest = 0;
        for c in 1..centres.len() {
            if distance(p, centres[c]) < distance(p, centres[nearest]) {
                nearest = c;
            }
        }
        *cluster = nearest as i64;
    }
}

#[derive(Row)]
struct Sums {
    cluster: i64,
    points: i64,
    x: i64,
    y: i64,
}

/// One step: the means of the points nearest to each centre.
fn step(points: &Dataset, last: Centres) -> data::Result<Centres> {
    let assigned = points.map_batch("*, cluster: i64 not null", move |batch, out| {
        nearest(&last, batch, out)
    });
    let sums = assigned.group_by("cluster").aggregate([
        "count(*) as points",
        "sum(x) as x",
        "sum(y) as y",
    ]);
    let mut next = last;
    for sums in sums.rows::<Sums>()? {
        next[sums.cluster as usize] = point(sums.x / sums.points, sums.y / sums.points);
    }
    Ok(next)
}

fn main() {
    data::run(|| {
        let count = match std::env::args().nth(1) {
            Some(text) => text.parse()?,
            None => 100_000,
        };
        let mut centres = [point(0, 0), point(1000, 0), point(0, 1000), point(-1000, 0)];
        let points = data::range(0, count, 1).map(make_point);
        let mut steps = 0;
        let mut moved = true;
        while moved && steps < MOST_STEPS {
            let next = step(&points, centres)?;
            moved = next != centres;
            centres = next;
            steps += 1;
        }
        println!("{} steps", steps);
        centres.iter().for_each(|c| println!("{} {}", c.x, c.y));
        Ok(())
    })
}
