//! A pipeline given as arguments: see tests/guests/script.c, whose steps these
//! are.

use std::collections::HashMap;

use wasi_data::{self as data, Dataset, Emit, Grouped, Job, Join, Mode, Row};
use wasi_data::{SetOperation, Storage};

#[derive(Default)]
struct Script {
    words: std::collections::VecDeque<String>,
    current: Option<Dataset>,
    grouped: Option<Grouped>,
    job: Option<Job>,
    datasets: HashMap<String, Dataset>,
    groups: HashMap<String, Grouped>,
}

fn usage(what: &str, word: &str) -> ! {
    eprintln!("operations: {}: {}", what, word);
    std::process::exit(2)
}

impl Script {
    fn word(&mut self) -> String {
        let next = self.words.pop_front();
        next.unwrap_or_else(|| usage("an argument is missing", "the end"))
    }

    fn list(&mut self) -> Vec<String> {
        let mut list = Vec::new();
        loop {
            match self.word().as_str() {
                "." => return list,
                word => list.push(word.into()),
            }
        }
    }

    fn number<N: std::str::FromStr>(&mut self) -> N {
        let word = self.word();
        word.parse().unwrap_or_else(|_| usage("no number", &word))
    }

    fn right(&mut self) -> Dataset {
        let name = self.word();
        match self.datasets.get(&name) {
            Some(dataset) => dataset.clone(),
            None => usage("no such register", &name),
        }
    }

    fn data(&self) -> &Dataset {
        let current = self.current.as_ref();
        current.unwrap_or_else(|| usage("no data set", "yet"))
    }

    fn job(&self) -> &Job {
        let job = self.job.as_ref();
        job.unwrap_or_else(|| usage("no job", "yet"))
    }

    /// The group, which is used up.
    fn group(&mut self) -> Grouped {
        let group = self.grouped.take();
        group.unwrap_or_else(|| usage("no group", "yet"))
    }

    fn join_kind(&mut self) -> Join {
        match self.word().as_str() {
            "inner" => Join::Inner,
            "left" => Join::Left,
            "right" => Join::Right,
            "full" => Join::Full,
            "semi" => Join::Semi,
            "anti" => Join::Anti,
            "cross" => Join::Cross,
            "as-of" => Join::AsOf,
            "as-of-left" => Join::AsOfLeft,
            word => usage("none of the kinds", word),
        }
    }

    fn set_operation(&mut self) -> SetOperation {
        match self.word().as_str() {
            "union-all" => SetOperation::UnionAll,
            "union-distinct" => SetOperation::UnionDistinct,
            "intersect-all" => SetOperation::IntersectAll,
            "intersect-distinct" => SetOperation::IntersectDistinct,
            "except-all" => SetOperation::ExceptAll,
            "except-distinct" => SetOperation::ExceptDistinct,
            word => usage("none of the kinds", word),
        }
    }

    fn mode(&mut self) -> Mode {
        match self.word().as_str() {
            "create" => Mode::Create,
            "overwrite" => Mode::Overwrite,
            "append" => Mode::Append,
            "ignore" => Mode::Ignore,
            word => usage("none of the kinds", word),
        }
    }

    fn combine(&mut self) -> Dataset {
        let (right, operation) = (self.right(), self.set_operation());
        match self.word().as_str() {
            "by-name" => self.data().combine_by_name(operation, &right),
            _ => self.data().combine(operation, &right),
        }
    }

    fn sets(&mut self) -> Grouped {
        let (keys, texts) = (self.list(), self.list());
        let indices = |text: &String| -> Vec<u32> {
            let parts = text.split(|c| c == ',' || c == '-');
            parts.filter_map(|index| index.parse().ok()).collect()
        };
        let sets: Vec<Vec<u32>> = texts.iter().map(indices).collect();
        let slices: Vec<&[u32]> = sets.iter().map(|set| set.as_slice()).collect();
        self.data().grouping_sets(keys, &slices)
    }

    /// Does a step if the verb is one that begins; so do the functions below.
    fn begin(&mut self, verb: &str) -> bool {
        let made = match verb {
            "read" => data::read(&self.word()),
            "range" => data::range(self.number(), self.number(), self.number()),
            "generate" => self.generate(),
            "use" => self.right(),
            "as" => {
                let name = self.word();
                self.datasets.insert(name, self.data().clone());
                return true;
            }
            _ => return false,
        };
        self.current = Some(made);
        true
    }

    fn shape(&mut self, verb: &str) -> bool {
        let made = match verb {
            "select" => {
                let list = self.list();
                self.data().select(list)
            }
            "with" => {
                let (name, expression) = (self.word(), self.word());
                self.data().with_column(&name, &expression)
            }
            "drop-columns" => {
                let list = self.list();
                self.data().drop_columns(list)
            }
            "rename" => {
                let list = self.list();
                let pairs: Vec<(&str, &str)> = list
                    .chunks(2)
                    .map(|pair| (pair[0].as_str(), pair[1].as_str()))
                    .collect();
                self.data().rename(&pairs)
            }
            "filter" => {
                let predicate = self.word();
                self.data().filter(&predicate)
            }
            "sort" => {
                let list = self.list();
                self.data().sort(list)
            }
            "sort-parts" => {
                let list = self.list();
                self.data().sort_within_partitions(list)
            }
            "limit" => {
                let count = self.number();
                self.data().limit(count)
            }
            "slice" => {
                let (offset, count) = (self.number(), self.number());
                self.data().slice(offset, count)
            }
            "distinct" => match self.list() {
                list if list.is_empty() => self.data().distinct(),
                list => self.data().distinct_on(list),
            },
            _ => return self.place(verb),
        };
        self.current = Some(made);
        true
    }

    fn place(&mut self, verb: &str) -> bool {
        let made = match verb {
            "repartition" => {
                let (count, list) = (self.number(), self.list());
                self.data().repartition(count, list)
            }
            "sample" => {
                let (fraction, again) = (self.number(), self.word() == "again");
                let seed = self.number();
                self.data().sample(fraction, again, seed)
            }
            "row-index" => {
                let name = self.word();
                self.data().with_row_index(&name)
            }
            "unpivot" => {
                let (name, value, list) = (self.word(), self.word(), self.list());
                self.data().unpivot(list, &name, &value)
            }
            "explode" => {
                let (column, how, at) = (self.word(), self.word(), self.word());
                self.data().explode(&column, how == "outer", &at)
            }
            "describe" => {
                let list = self.list();
                self.data().describe(list)
            }
            "cache" => match self.word().as_str() {
                "disk" => self.data().cache(Storage::Disk),
                _ => self.data().cache(Storage::Memory),
            },
            _ => return false,
        };
        self.current = Some(made);
        true
    }

    fn relate(&mut self, verb: &str) -> bool {
        let made = match verb {
            "join" => {
                let (right, kind, condition) = (self.right(), self.join_kind(), self.word());
                self.data().join(&right, kind, &condition)
            }
            "join-using" => {
                let (right, kind, columns) = (self.right(), self.join_kind(), self.list());
                self.data().join_using(&right, kind, columns)
            }
            "combine" => self.combine(),
            "zip" => {
                let right = self.right();
                self.data().zip_with(&right)
            }
            "measure" => {
                let measures = self.list();
                match self.grouped.take() {
                    Some(group) => group.aggregate(measures),
                    None => self.data().aggregate(measures),
                }
            }
            _ => return self.group_rows(verb),
        };
        self.current = Some(made);
        true
    }

    fn group_rows(&mut self, verb: &str) -> bool {
        let made = match verb {
            "group" => {
                let keys = self.list();
                self.data().group_by(keys)
            }
            "rollup" => {
                let keys = self.list();
                self.data().rollup(keys)
            }
            "cube" => {
                let keys = self.list();
                self.data().cube(keys)
            }
            "sets" => self.sets(),
            "pivot" => {
                let (expression, values) = (self.word(), self.list());
                self.group().pivot(&expression, values)
            }
            _ => return false,
        };
        self.grouped = Some(made);
        true
    }

    fn act(&mut self, verb: &str) -> data::Result<bool> {
        match verb {
            "show" => self.data().show()?,
            "collect" => {
                for id in self.data().rows::<i64>()? {
                    println!("[\"{}\"]", id);
                }
            }
            "count" => println!("{}", self.data().count()?),
            "first" => match self.data().first::<i64>()? {
                Some(id) => println!("[\"{}\"]", id),
                None => println!("none"),
            },
            "write" => {
                let (sink, mode) = (self.word(), self.mode());
                self.job = Some(self.data().start_write(&sink, mode, (), &[])?);
            }
            "wait" => {
                self.job().wait()?;
            }
            "counters" => {
                let values: data::Result<Vec<String>> = self
                    .list()
                    .iter()
                    .map(|name| Ok(self.job().counter(name)?.to_string()))
                    .collect();
                println!("{}", values?.join(" "));
            }
            "temp" => {
                let (name, mode) = (self.word(), self.mode());
                self.data().temp_table(&name, mode)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

#[derive(Row)]
struct Made {
    part: i64,
    row: i64,
}

#[derive(Row)]
struct Id {
    id: i64,
}

#[derive(Row)]
struct Part {
    part: i64,
    rows: i64,
}

fn count_part() -> impl FnMut(Option<Id>, &mut Emit<Part>) {
    let mut rows = 0;
    move |row, emit| match row {
        Some(_) => rows += 1,
        None => emit.emit(Part {
            part: data::partition().into(),
            rows,
        }),
    }
}

#[derive(Row)]
struct Share {
    rows: i64,
    total: i64,
    rising: bool,
}

fn share() -> impl FnMut(Option<Id>, &mut Emit<Share>) {
    let (mut rows, mut total, mut rising, mut last) = (0, 0, true, i64::MIN);
    move |row, emit| match row {
        Some(Id { id }) => {
            rising &= id >= last;
            rows += 1;
            total += id;
            last = id;
        }
        None => emit.emit(Share {
            rows,
            total,
            rising,
        }),
    }
}

#[derive(Row)]
struct Side {
    side: String,
    id: i64,
    first: i64,
    after: Option<i64>,
}

fn pair(left: Vec<Id>, right: Vec<Id>, emit: &mut Emit<Side>) {
    let left_rows = left.iter().map(|row| ("left", row.id, row.id));
    let right_rows = right.iter().map(|row| ("right", row.id, -1 - row.id));
    let (mut seen, mut first) = (0, 0);
    for (side, id, mark) in left_rows.chain(right_rows) {
        if seen == 0 {
            first = mark;
        }
        let after = Some(seen);
        emit.emit(Side {
            side: side.into(),
            id,
            first,
            after,
        });
        seen += 1;
    }
    emit.emit(Side {
        side: "end".into(),
        id: seen,
        first,
        after: None,
    });
}

impl Script {
    fn generate(&mut self) -> Dataset {
        let kind = self.word();
        let (partitions, count) = (self.number(), self.number());
        if kind != "rows" || !self.word().is_empty() || !self.list().is_empty() {
            usage("only rows without arguments are made", &kind);
        }
        data::generate((), partitions, move |(), part| {
            let part = part.into();
            (0..count).map(move |row| Made { part, row })
        })
    }

    fn apply(&mut self, verb: &str) -> data::Result<bool> {
        match verb {
            "shares" => {
                if self.word() != "id" {
                    usage("shares are of", "id");
                }
                self.current = Some(self.data().map_partitions(share));
            }
            "count-parts" => {
                self.current = Some(match self.grouped.take() {
                    Some(group) => group.map_groups(count_part),
                    None => self.data().map_partitions(count_part),
                });
            }
            "as-group" => {
                let (name, group) = (self.word(), self.group());
                self.groups.insert(name, group);
            }
            "pair" => {
                let (name, group) = (self.word(), self.group());
                self.current = Some(self.groups[&name].co_map_groups(&group, pair));
            }
            "each" => self.each()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn each(&mut self) -> data::Result<()> {
        let text = self.word();
        let job = self.data().start_for_each_partition(move || {
            let (text, mut rows) = (text.clone(), 0);
            data::count("parts", 1);
            move |row: Option<Id>| match row {
                Some(_) => rows += 1,
                None => {
                    data::count("rows", rows);
                    let (part, parts) = (data::partition(), data::partitions());
                    let line = format!("{} {} of {} in {}", text, rows, part, parts);
                    data::log(data::Level::Info, &line);
                }
            }
        })?;
        self.job = Some(job);
        Ok(())
    }
}

fn main() {
    data::run(|| {
        let mut script = Script {
            words: std::env::args().skip(1).collect(),
            ..Script::default()
        };
        while !script.words.is_empty() {
            let verb = script.word();
            let known = script.begin(&verb)
                || script.shape(&verb)
                || script.relate(&verb)
                || script.apply(&verb)?
                || script.act(&verb)?;
            if !known {
                usage("unknown step", &verb);
            }
        }
        Ok(())
    })
}
