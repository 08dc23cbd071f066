use wasi_data::{self as data, Enum, Row, Union};

#[derive(Enum, Clone, Copy)]
enum Color {
    #[data(name = "red")]
    Red,
    #[data(name = "it's")]
    Its,
    #[data(name = "grün")]
    Green,
}

const COLORS: [Color; 3] = [Color::Red, Color::Its, Color::Green];

#[derive(Enum, Clone, Copy)]
enum Member {
    #[data(name = "number")]
    Number,
    #[data(name = "word")]
    Word,
}

#[derive(Union)]
enum Size {
    #[data(name = "word")]
    Word(Option<String>),
    #[data(name = "number")]
    Number(i64),
}

#[derive(Row)]
struct Made {
    id: i64,
    color: Option<Color>,
    size: Size,
}

#[derive(Row)]
struct Turned {
    id: i64,
    color: Option<Color>,
    size: Size,
    was: Member,
}

fn made(id: i64) -> Made {
    Made {
        id,
        color: Some(COLORS[id as usize % 3]).filter(|_| id % 7 != 0),
        size: match id % 2 {
            0 => Size::Number(id * 5),
            _ => Size::Word(Some(format!("w{}", id)).filter(|_| id % 5 != 0)),
        },
    }
}

fn turn(row: Made) -> Turned {
    let (size, was) = match row.size {
        Size::Number(n) => (Size::Word(Some(n.to_string())), Member::Number),
        Size::Word(word) => (
            Size::Number(word.map_or(0, |w| w.len() as i64)),
            Member::Word,
        ),
    };
    Turned {
        id: row.id,
        color: row.color.map(|c| COLORS[(c as usize + 1) % 3]),
        size,
        was,
    }
}

fn main() {
    data::run(|| {
        let turned = data::create((0..60).map(made)).map(turn);
        turned.sort(["color", "id"]).show()?;
        turned
            .group_by("was")
            .aggregate(["count(*) as n", "max(color) as color"])
            .sort("was")
            .show()
    })
}
