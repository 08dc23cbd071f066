use wasi_data::{self as data, Emit, Promises, Row};

#[derive(Row)]
struct Word {
    word: String,
}

#[derive(Row)]
struct Number {
    n: i64,
}

#[derive(Row)]
struct Sized {
    id: i64,
    word: String,
}

#[derive(Row)]
struct Placed {
    id: i64,
    word: String,
    place: i64,
}

fn words(text: String) -> Vec<Word> {
    text.split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| Word { word: word.into() })
        .collect()
}

fn numbers(count: i64, partition: u32) -> impl Iterator<Item = Number> {
    (i64::from(partition)..)
        .step_by(4)
        .take_while(move |n| count < 0 || *n < count)
        .map(|n| Number { n })
}

fn first(count: i64) -> impl FnMut(Option<Sized>, &mut Emit<Placed>) {
    let mut place = 0;
    move |row, out| match row {
        Some(Sized { id, word }) if place < count => {
            out.emit(Placed { id, word, place });
            place += 1;
        }
        _ => (),
    }
}

fn main() {
    data::run(|| {
        data::register_table("words", Promises::STRICT, words)?;
        data::register_source("numbers", 4, numbers)?;
        data::register_over("longest", first)?;
        let texts = data::read("texts");
        texts
            .select(["id", "words(text) as word"])
            .sort(["id", "word"])
            .show()?;
        let queries = [
            "select t.id, w.word from t left join words(t.text) w on true order by 1, 2 nulls last",
            "select word from words('to be or') order by word",
            "select count(*) as n, cast(sum(n) as bigint) as s from numbers(1000)",
            "select count(*) as n from (select * from numbers(-1) limit 5)",
            "with w as (select t.id, x.word, length(x.word) as size from t, words(t.text) x) \
             select id, word, place from longest(TABLE w PARTITION BY id ORDER BY (size DESC, \
             word), 2) order by id, place",
        ];
        for text in queries {
            data::sql(text, &[("t", &texts)]).show()?;
        }
        Ok(())
    })
}
