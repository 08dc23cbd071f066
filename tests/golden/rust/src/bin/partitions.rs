use wasi_data::{self as data, Emit, Row};

#[derive(Row)]
struct Number {
    id: i64,
    k: i64,
}

#[derive(Row)]
struct Sums {
    rows: i64,
    total: i64,
}

#[derive(Row)]
struct Placed {
    k: i64,
    place: i64,
    id: i64,
}

#[derive(Row)]
struct Key {
    k: i64,
    rows: i64,
}

#[derive(Row)]
struct Rises {
    rises: i64,
}

fn sums() -> impl FnMut(Option<Number>, &mut Emit<Sums>) {
    let (mut rows, mut total) = (0, 0);
    move |number, emit| match number {
        Some(number) => {
            rows += 1;
            total += number.id;
        }
        None => emit.emit(Sums { rows, total }),
    }
}

fn largest(mut rows: Vec<Number>, emit: &mut Emit<Placed>) {
    rows.sort_by_key(|number| -number.id);
    for (i, number) in rows.iter().take(3).enumerate() {
        emit.emit(Placed {
            k: number.k,
            place: i as i64 + 1,
            id: number.id,
        });
    }
}

fn counted() -> impl FnMut(Option<Number>, &mut Emit<Key>) {
    let mut counts = [0; 7];
    move |number, emit| match number {
        Some(number) => counts[number.k as usize] += 1,
        None => {
            for (k, &rows) in counts.iter().enumerate().filter(|(_, &n)| n > 0) {
                emit.emit(Key { k: k as i64, rows });
            }
        }
    }
}

fn rises() -> impl FnMut(Option<Number>, &mut Emit<Rises>) {
    let mut last = i64::MAX;
    move |number, emit| {
        if let Some(Number { id, .. }) = number {
            emit.emit(Rises {
                rises: (id > last) as i64,
            });
            last = id;
        }
    }
}

fn main() {
    data::run(|| {
        let keys = 7;
        let numbers = data::range(0, 10000, 1).map(move |id: i64| Number { id, k: id % keys });
        numbers
            .map_partitions(sums)
            .aggregate(["sum(rows) as rows", "sum(total) as total"])
            .show()?;
        numbers
            .group_by(["k"])
            .map_whole_groups(largest)
            .sort(["k", "place"])
            .show()?;
        let parts = numbers.repartition(4, ["k"]);
        parts
            .map_partitions(counted)
            .group_by(["k"])
            .aggregate(["count(*) as partitions", "sum(rows) as rows"])
            .sort(["k"])
            .show()?;
        parts
            .sort_within_partitions(["id desc"])
            .map_partitions(rises)
            .aggregate(["sum(rises) as rises"])
            .show()
    })
}
