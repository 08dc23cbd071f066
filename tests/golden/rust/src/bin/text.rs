use wasi_data::{self as data, Emit, Row, Text};

#[derive(Row)]
struct Given {
    id: i64,
    text: Option<Text>,
}

#[derive(Row)]
struct Measured {
    id: i64,
    bytes: Option<i64>,
    points: Option<i64>,
    reversed: Option<String>,
}

#[derive(Row)]
struct Point {
    point: String,
}

fn measure(row: Given) -> Measured {
    Measured {
        id: row.id,
        bytes: row.text.as_ref().map(|text| text.len() as i64),
        points: row.text.as_ref().map(|text| text.chars().count() as i64),
        reversed: row.text.as_ref().map(|text| text.chars().rev().collect()),
    }
}

fn points(row: Given, emit: &mut Emit<Point>) {
    for point in row.text.iter().flat_map(|text| text.chars()) {
        emit.emit(Point {
            point: point.into(),
        });
    }
}

fn main() {
    data::run(|| {
        let texts = data::read("texts");
        texts.map(measure).sort(["id"]).show()?;
        texts
            .flat_map(points)
            .group_by(["point"])
            .aggregate(["count(*) as count"])
            .sort(["count desc", "point"])
            .show()
    })
}
