//! Data sets: descriptions of rows. Building one runs nothing.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::grouped::Grouped;
use crate::imports;
use crate::lambda::Promises;
use crate::measure::{self, Measure};
use crate::node::{pairs, Node, Texts};
use crate::row::Row;
use crate::schema::Schema;
use crate::source::lower_parameters;
use crate::wire::{self, List, Lower};

/// Which rows a join keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Pairs that match.
    Inner,
    /// And rows of the left without a match.
    Left,
    /// And rows of the right without a match.
    Right,
    /// And rows of both without a match.
    Full,
    /// Rows of the left that have a match; no columns of the right.
    Semi,
    /// Rows of the left that have none; no columns of the right.
    Anti,
    /// All pairs; the condition is empty.
    Cross,
    /// For each row of the left the nearest match by the condition's one
    /// inequality.
    AsOf,
    /// As `AsOf`, and rows of the left without a match.
    AsOfLeft,
}

/// Set operations over the rows of two data sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SetOperation {
    UnionAll,
    UnionDistinct,
    IntersectAll,
    IntersectDistinct,
    ExceptAll,
    ExceptDistinct,
}

/// Where a cached data set lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// In memory, on disk when there is no room.
    Memory,
    /// On disk.
    Disk,
}

/// A description of rows. Immutable; a clone is the same data set. A call that
/// fails gives a data set whose actions fail with that error, so that calls can
/// be strung together; [`Dataset::check`] tells at once.
#[derive(Clone)]
pub struct Dataset {
    pub(crate) node: Rc<Node>,
    pub(crate) promises: Promises,
}

pub(crate) fn dataset(node: Rc<Node>) -> Dataset {
    Dataset {
        node,
        promises: Promises::default(),
    }
}

pub(crate) fn failed(error: Error) -> Dataset {
    dataset(Rc::new(Node::failed(imports::dataset_drop, error)))
}

/// One key of a sort as the host reads it.
#[repr(C)]
struct SortKey {
    expression: List,
    descending: u8,
    nulls_first: u8,
}

/// `price * qty desc nulls first`: the words at the end are the order.
fn lower_sort_key(lower: &mut Lower, text: &str) -> SortKey {
    let mut rest = text.trim_end();
    let mut take = |words: &[&str]| {
        let mut left = rest;
        for word in words.iter().rev() {
            let at = match left.len().checked_sub(word.len()) {
                Some(at) if left.is_char_boundary(at) => at,
                _ => return false,
            };
            let before = &left[..at];
            let blank = before.ends_with(|c: char| c.is_whitespace());
            if !left[at..].eq_ignore_ascii_case(word) || !blank {
                return false;
            }
            left = before.trim_end();
        }
        rest = left;
        true
    };
    let nulls_first = take(&["nulls", "first"]);
    if !nulls_first {
        take(&["nulls", "last"]);
    }
    let descending = take(&["desc"]);
    if !descending {
        take(&["asc"]);
    }
    SortKey {
        expression: lower.text(rest),
        descending: descending as u8,
        nulls_first: nulls_first as u8,
    }
}

type TextsImport = unsafe extern "C" fn(usize, usize, usize, usize);

/// An import in the form in which it can be passed.
macro_rules! import {
    ($name:ident($($argument:ident),*)) => {
        |$($argument),*| unsafe { imports::$name($($argument),*) }
    };
}

impl Dataset {
    /// A data set of this one.
    fn derive(&self, call: impl FnOnce(&mut Lower, usize, usize)) -> Dataset {
        dataset(self.node(imports::dataset_drop, call))
    }

    fn node(
        &self,
        drop: unsafe extern "C" fn(usize),
        call: impl FnOnce(&mut Lower, usize, usize),
    ) -> Rc<Node> {
        let of = self.node.handle;
        Node::make(drop, &[&self.node], Vec::new(), |lower, _, area| {
            call(lower, of, area)
        })
    }

    fn group(&self, call: impl FnOnce(&mut Lower, usize, usize)) -> Grouped {
        Grouped {
            node: self.node(imports::grouped_drop, call),
            promises: Promises::default(),
        }
    }

    fn by_texts(
        &self,
        items: impl Texts,
        import: impl FnOnce(usize, usize, usize, usize),
    ) -> Dataset {
        self.derive(|lower, of, area| {
            let items = lower.texts(&items.texts());
            import(of, items.at(), items.count, area)
        })
    }

    fn with_other(&self, other: &Dataset, call: impl FnOnce(&mut Lower, usize)) -> Dataset {
        let call = |lower: &mut Lower, _: &[usize], area| call(lower, area);
        dataset(Node::make(
            imports::dataset_drop,
            &[&self.node, &other.node],
            Vec::new(),
            call,
        ))
    }

    /// This data set, or why there is none.
    pub fn check(&self) -> Result<&Dataset> {
        match &self.node.error {
            Some(error) => Err(error.clone()),
            None => Ok(self),
        }
    }

    /// The columns. Binds the lambdas below on a view of memory that is
    /// discarded.
    pub fn schema(&self) -> Result<Schema> {
        let of = self.check()?.node.handle;
        wire::call(
            4,
            |_, area| unsafe { imports::schema(of, area) },
            |area| unsafe { Schema::read(area.at(4)) },
        )
    }

    /// The plan as Substrait.
    pub fn to_plan(&self) -> Result<Vec<u8>> {
        let of = self.check()?.node.handle;
        wire::call(
            4,
            |_, area| unsafe { imports::to_plan(of, area) },
            |area| unsafe { area.at::<List>(4).slice::<u8>().to_vec() },
        )
    }

    /// The plan for people: `text`, `json`, `dot`, `mermaid` or `sql`.
    pub fn explain(&self, format: &str) -> Result<String> {
        let of = self.check()?.node.handle;
        wire::call(
            4,
            |lower, area| {
                let options = lower.pairs(&pairs(&[("format", format)]));
                unsafe { imports::explain(of, options.at(), options.count, area) }
            },
            |area| unsafe { area.at::<List>(4).text() },
        )
    }

    /// Binds `$name` in the expressions given to data sets made of this one to
    /// the columns of a row.
    pub fn with_parameters<P: Row>(&self, parameters: P) -> Dataset {
        self.derive(|lower, of, area| {
            let (fields, batch) = lower_parameters(lower, parameters);
            unsafe {
                imports::with_parameters(
                    of,
                    fields.at(),
                    fields.count,
                    batch.rows as usize,
                    batch.nodes.at(),
                    batch.nodes.count,
                    batch.buffers.at(),
                    batch.buffers.count,
                    area,
                )
            }
        })
    }

    /// Columns by expressions, each may be named: `["a", "price * qty as total"]`;
    /// `*` stands for all columns.
    pub fn select(&self, expressions: impl Texts) -> Dataset {
        self.by_texts(expressions, import!(select(a, b, c, d)))
    }

    /// Adds a column, or replaces the one of that name.
    pub fn with_column(&self, name: &str, expression: &str) -> Dataset {
        self.derive(|lower, of, area| {
            let (name, text) = (lower.text(name), lower.text(expression));
            unsafe { imports::with_column(of, name.at(), name.count, text.at(), text.count, area) }
        })
    }

    /// Without these columns.
    pub fn drop_columns(&self, names: impl Texts) -> Dataset {
        self.by_texts(names, import!(drop_columns(a, b, c, d)))
    }

    /// Old and new names.
    pub fn rename(&self, names: &[(&str, &str)]) -> Dataset {
        self.derive(|lower, of, area| {
            let names = lower.pairs(&pairs(names));
            unsafe { imports::rename(of, names.at(), names.count, area) }
        })
    }

    /// The rows for which an expression is true (not false, not null).
    pub fn filter(&self, predicate: &str) -> Dataset {
        self.derive(|lower, of, area| {
            let text = lower.text(predicate);
            unsafe { imports::filter(of, text.at(), text.count, area) }
        })
    }

    /// One row of those that are equal.
    pub fn distinct(&self) -> Dataset {
        self.distinct_on(())
    }

    /// One row of those that are equal in these columns.
    pub fn distinct_on(&self, columns: impl Texts) -> Dataset {
        self.by_texts(columns, import!(distinct(a, b, c, d)))
    }

    fn sort_by(&self, keys: impl Texts, import: TextsImport) -> Dataset {
        self.derive(|lower, of, area| {
            let keys = keys.texts();
            let keys = keys.iter().map(|key| lower_sort_key(lower, key)).collect();
            let keys = lower.list::<SortKey>(keys);
            unsafe { import(of, keys.at(), keys.count, area) }
        })
    }

    /// Keys are expressions, then `asc` or `desc`, then `nulls first` or `nulls
    /// last`: `["n desc", "word"]`. Nulls are last unless it says so.
    pub fn sort(&self, keys: impl Texts) -> Dataset {
        self.sort_by(keys, imports::sort)
    }

    /// Sorts each partition.
    pub fn sort_within_partitions(&self, keys: impl Texts) -> Dataset {
        self.sort_by(keys, imports::sort_within_partitions)
    }

    /// The first rows.
    pub fn limit(&self, count: u64) -> Dataset {
        self.slice(0, count)
    }

    /// Skips `offset` rows, then keeps `count`.
    pub fn slice(&self, offset: u64, count: u64) -> Dataset {
        self.derive(|_, of, area| unsafe { imports::limit(of, count, offset, area) })
    }

    /// About this fraction of the rows; the same seed and rows give the same.
    pub fn sample(&self, fraction: f64, replacement: bool, seed: u64) -> Dataset {
        self.derive(|_, of, area| unsafe {
            imports::sample(of, fraction, replacement as usize, seed, area)
        })
    }

    fn join_by(&self, right: &Dataset, kind: Join, using: bool, texts: Vec<String>) -> Dataset {
        let (of, other) = (self.node.handle, right.node.handle);
        self.with_other(right, |lower, area| {
            let list = match using {
                true => lower.texts(&texts),
                false => lower.text(&texts[0]),
            };
            let (kind, using) = (kind as usize, using as usize);
            unsafe { imports::join(of, other, kind, using, list.at(), list.count, area) }
        })
    }

    /// Pairs rows with those of another data set, by a condition over the columns
    /// of both; a name that both have is written `left.name` or `right.name`.
    pub fn join(&self, right: &Dataset, kind: Join, condition: &str) -> Dataset {
        self.join_by(right, kind, false, vec![condition.into()])
    }

    /// The same by equality of columns of these names, each once in the result.
    pub fn join_using(&self, right: &Dataset, kind: Join, columns: impl Texts) -> Dataset {
        self.join_by(right, kind, true, columns.texts())
    }

    fn combine_by(&self, other: &Dataset, operation: SetOperation, by_name: bool) -> Dataset {
        let (of, with) = (self.node.handle, other.node.handle);
        self.with_other(other, |_, area| unsafe {
            imports::set_operation(of, with, operation as usize, by_name as usize, area)
        })
    }

    /// A set operation; columns are matched by position.
    pub fn combine(&self, operation: SetOperation, other: &Dataset) -> Dataset {
        self.combine_by(other, operation, false)
    }

    /// A set operation; columns are matched by name.
    pub fn combine_by_name(&self, operation: SetOperation, other: &Dataset) -> Dataset {
        self.combine_by(other, operation, true)
    }

    /// All rows of both.
    pub fn union(&self, other: &Dataset) -> Dataset {
        self.combine(SetOperation::UnionAll, other)
    }

    /// So many partitions, by the hash of these columns; of none: evenly.
    pub fn repartition(&self, count: u32, columns: impl Texts) -> Dataset {
        self.derive(|lower, of, area| {
            let columns = lower.texts(&columns.texts());
            unsafe { imports::repartition(of, count as usize, columns.at(), columns.count, area) }
        })
    }

    /// Computed at most once, by the first action that needs it, with memory as
    /// of then.
    pub fn cache(&self, storage: Storage) -> Dataset {
        self.derive(|_, of, area| unsafe { imports::cache(of, storage as usize, area) })
    }

    /// Adds an i64 column that counts rows from 0 in their order.
    pub fn with_row_index(&self, name: &str) -> Dataset {
        self.derive(|lower, of, area| {
            let name = lower.text(name);
            unsafe { imports::with_row_index(of, name.at(), name.count, area) }
        })
    }

    /// A row for each element of a list. `outer` keeps empty ones as null;
    /// `position` names a column for the element's index, empty: none.
    pub fn explode(&self, column: &str, outer: bool, position: &str) -> Dataset {
        self.derive(|lower, of, area| {
            let (c, p) = (lower.text(column), lower.text(position));
            unsafe { imports::explode(of, c.at(), c.count, outer as usize, p.at(), p.count, area) }
        })
    }

    /// Columns to rows: the others are kept, `name` and `value` name the two new
    /// columns.
    pub fn unpivot(&self, columns: impl Texts, name: &str, value: &str) -> Dataset {
        self.derive(|lower, of, area| {
            let columns = lower.texts(&columns.texts());
            let (n, v) = (lower.text(name), lower.text(value));
            unsafe {
                imports::unpivot(
                    of,
                    columns.at(),
                    columns.count,
                    n.at(),
                    n.count,
                    v.at(),
                    v.count,
                    area,
                )
            }
        })
    }

    /// Statistics of these columns (of none: of all), a row each.
    pub fn describe(&self, columns: impl Texts) -> Dataset {
        self.by_texts(columns, import!(describe(a, b, c, d)))
    }

    /// Side by side, row by row.
    pub fn zip_with(&self, other: &Dataset) -> Dataset {
        let (of, with) = (self.node.handle, other.node.handle);
        self.with_other(other, |_, area| unsafe {
            imports::zip_with(of, with, area)
        })
    }

    /// Streams: the event-time column, and how late a row may be.
    pub fn with_watermark(&self, column: &str, delay_ms: u64) -> Dataset {
        self.derive(|lower, of, area| {
            let column = lower.text(column);
            unsafe { imports::with_watermark(of, column.at(), column.count, delay_ms, area) }
        })
    }

    /// Groups by expressions, each may be named: `["origin", "delay / 60 as hours"]`.
    pub fn group_by(&self, keys: impl Texts) -> Grouped {
        self.group(|lower, of, area| {
            let keys = lower.texts(&keys.texts());
            unsafe { imports::group_by(of, keys.at(), keys.count, area) }
        })
    }

    /// Groups by each of the sets of keys (indices into `keys`).
    pub fn grouping_sets(&self, keys: impl Texts, sets: &[&[u32]]) -> Grouped {
        self.group(|lower, of, area| {
            let keys = lower.texts(&keys.texts());
            let sets = sets.iter().map(|set| lower.list(set.to_vec())).collect();
            let sets = lower.list::<List>(sets);
            unsafe {
                imports::grouping_sets(of, keys.at(), keys.count, sets.at(), sets.count, area)
            }
        })
    }

    /// Grouping sets: all keys, then one less, … then none.
    pub fn rollup(&self, keys: impl Texts) -> Grouped {
        self.group(|lower, of, area| {
            let keys = lower.texts(&keys.texts());
            unsafe { imports::rollup(of, keys.at(), keys.count, area) }
        })
    }

    /// Grouping sets: all subsets of the keys.
    pub fn cube(&self, keys: impl Texts) -> Grouped {
        self.group(|lower, of, area| {
            let keys = lower.texts(&keys.texts());
            unsafe { imports::cube(of, keys.at(), keys.count, area) }
        })
    }

    /// Aggregates all rows: one row, also for no rows. Measures are expressions
    /// such as `"sum(price * qty) as total"`, or [`Measure`]s.
    pub fn aggregate<M: Into<Measure>>(&self, measures: impl IntoIterator<Item = M>) -> Dataset {
        aggregate(&self.node, measures, imports::aggregate_all)
    }
}

pub(crate) fn aggregate<M: Into<Measure>>(
    node: &Rc<Node>,
    measures: impl IntoIterator<Item = M>,
    import: TextsImport,
) -> Dataset {
    let measures: Vec<Measure> = measures.into_iter().map(Into::into).collect();
    let (measures, lambdas) = match measure::split(measures) {
        Ok(split) => split,
        Err(error) => return failed(node.error.clone().unwrap_or(error)),
    };
    let of = node.handle;
    let call = |lower: &mut Lower, states: &[usize], area| {
        let list = measure::lower(lower, &measures, states);
        unsafe { import(of, list.at(), list.count, area) }
    };
    dataset(Node::make(imports::dataset_drop, &[node], lambdas, call))
}
