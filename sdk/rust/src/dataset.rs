//! Data sets: descriptions of rows. Building one runs nothing.

use std::fmt::Display;
use std::rc::Rc;

use crate::batch::{Batch, RowRef};
use crate::dynamic;
use crate::error::{err, Error, Result};
use crate::imports;
use crate::lambda::{extend_lambda, flat_map_lambda, map_lambda, tried, Emit, Lambda, Promises};
use crate::measure::{self, Measure};
use crate::out::Writer;
use crate::output::{BatchWriter, Output, RowWriter};
use crate::partition::{co_group_lambda, partition_lambda};
use crate::row::{output_of, Row};
use crate::schema::Schema;
use crate::states::reduce_lambda;
use crate::wire::{self, in_worker, List, Lower, WireBatch};

/// A handle of the host, with what it must not outlive.
pub(crate) struct Node {
    pub handle: usize,
    drop: unsafe extern "C" fn(usize),
    pub error: Option<Error>,
    _inputs: Vec<Rc<Node>>,
    _lambdas: Vec<Box<Lambda>>,
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.error.is_none() && !in_worker() {
            unsafe { (self.drop)(self.handle) }
        }
    }
}

impl Node {
    /// Makes a handle of others, unless one of them has failed.
    pub(crate) fn make(
        drop: unsafe extern "C" fn(usize),
        inputs: &[&Rc<Node>],
        lambdas: Vec<Lambda>,
        call: impl FnOnce(&mut Lower, &[usize], usize),
    ) -> Rc<Node> {
        let lambdas: Vec<Box<Lambda>> = lambdas.into_iter().map(Box::new).collect();
        if !lambdas.is_empty() {
            crate::context::hook_panics();
        }
        let failed = inputs.iter().find_map(|n| n.error.clone());
        let states: Vec<usize> = lambdas
            .iter()
            .map(|l| &**l as *const Lambda as usize)
            .collect();
        let made = match failed {
            Some(error) => Err(error),
            None => wire::call(
                4,
                |lower, area| call(lower, &states, area),
                |a| a.at::<u32>(4),
            ),
        };
        Rc::new(match made {
            Ok(handle) => Node {
                handle: handle as usize,
                drop,
                error: None,
                _inputs: inputs.iter().map(|n| Rc::clone(n)).collect(),
                _lambdas: lambdas,
            },
            Err(error) => Node::failed(drop, error),
        })
    }

    fn failed(drop: unsafe extern "C" fn(usize), error: Error) -> Node {
        Node {
            handle: 0,
            drop,
            error: Some(error),
            _inputs: Vec::new(),
            _lambdas: Vec::new(),
        }
    }
}

/// What the host takes for the function of a lambda; its state says all.
pub(crate) const FUNCTION: usize = 1;

/// Names or expressions: one, or a list of them.
pub trait Texts {
    #[doc(hidden)]
    fn texts(self) -> Vec<String>;
}

impl Texts for &str {
    fn texts(self) -> Vec<String> {
        vec![self.into()]
    }
}

impl Texts for String {
    fn texts(self) -> Vec<String> {
        vec![self]
    }
}

impl Texts for &String {
    fn texts(self) -> Vec<String> {
        vec![self.clone()]
    }
}

/// None.
impl Texts for () {
    fn texts(self) -> Vec<String> {
        Vec::new()
    }
}

impl<S: AsRef<str>, const N: usize> Texts for [S; N] {
    fn texts(self) -> Vec<String> {
        self[..].texts()
    }
}

impl<S: AsRef<str>> Texts for &[S] {
    fn texts(self) -> Vec<String> {
        self.iter().map(|s| s.as_ref().into()).collect()
    }
}

impl<S: AsRef<str>> Texts for Vec<S> {
    fn texts(self) -> Vec<String> {
        self[..].texts()
    }
}

impl<S: AsRef<str>> Texts for &Vec<S> {
    fn texts(self) -> Vec<String> {
        self[..].texts()
    }
}

/// Named settings, such as `[("format", "csv")]`.
pub type Options<'a> = &'a [(&'a str, &'a str)];

pub(crate) fn pairs(options: Options) -> Vec<(String, String)> {
    let pair = |o: &(&str, &str)| (o.0.to_string(), o.1.to_string());
    options.iter().map(pair).collect()
}

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
    promises: Promises,
}

/// A data set and keys to group it by.
#[derive(Clone)]
pub struct Grouped {
    pub(crate) node: Rc<Node>,
    promises: Promises,
}

fn dataset(node: Rc<Node>) -> Dataset {
    Dataset {
        node,
        promises: Promises::default(),
    }
}

fn failed(error: Error) -> Dataset {
    dataset(Rc::new(Node::failed(imports::dataset_drop, error)))
}

/// A data set that the host makes of nothing.
fn source(call: impl FnOnce(&mut Lower, usize)) -> Dataset {
    let call = |lower: &mut Lower, _: &[usize], area| call(lower, area);
    dataset(Node::make(imports::dataset_drop, &[], Vec::new(), call))
}

/// A table, by the name under which it was granted or made.
pub fn read(name: &str) -> Dataset {
    read_with(name, &[])
}

/// The same with options, such as `[("format", "csv")]`.
pub fn read_with(name: &str, options: Options) -> Dataset {
    source(|lower, area| {
        let (name, options) = (lower.text(name), lower.pairs(&pairs(options)));
        unsafe { imports::read(name.at(), name.count, options.at(), options.count, area) }
    })
}

/// One column `id`, i64: start, start + step, … below (above, for a negative
/// step) end.
pub fn range(start: i64, end: i64, step: i64) -> Dataset {
    source(|_, area| unsafe { imports::range(start, end, step, area) })
}

/// How many rows go into a batch of the program's own.
const BATCH_ROWS: usize = 1 << 16;

/// A data set of the program's own rows, which are copied.
pub fn create<T: Row>(rows: impl IntoIterator<Item = T>) -> Dataset {
    let fields = match output_of::<T>() {
        Ok(fields) => fields,
        Err(error) => return failed(error),
    };
    source(|lower, area| {
        let mut batches = Vec::new();
        let mut writer = Writer::new(&fields);
        for row in rows {
            if writer.rows == BATCH_ROWS {
                let full = std::mem::replace(&mut writer, Writer::new(&fields));
                batches.push(kept(full, lower));
            }
            let at = writer.next();
            row.put(&mut writer, 0, at);
        }
        batches.push(kept(writer, lower));
        let (fields, batches) = (lower.fields(&fields), lower.list(batches));
        unsafe { imports::create(fields.at(), fields.count, batches.at(), batches.count, area) }
    })
}

/// A batch as the host reads it, until it has.
fn kept(mut writer: Writer, lower: &mut Lower) -> WireBatch {
    let batch = writer.lower(lower);
    lower.list(vec![writer]);
    batch
}

/// A data set of rows that were written one by one.
pub fn create_rows(rows: RowWriter) -> Dataset {
    let fields: Vec<_> = rows.writer.outs.iter().map(|o| o.field.clone()).collect();
    source(|lower, area| {
        let batch = kept(rows.writer, lower);
        let (fields, batches) = (lower.fields(&fields), lower.list(vec![batch]));
        unsafe { imports::create(fields.at(), fields.count, batches.at(), batches.count, area) }
    })
}

/// Names in a query or plan, and what they stand for.
pub type Inputs<'a> = &'a [(&'a str, &'a Dataset)];

fn input_nodes<'a>(inputs: Inputs<'a>) -> Vec<&'a Rc<Node>> {
    inputs.iter().map(|i| &i.1.node).collect()
}

fn lower_inputs(lower: &mut Lower, inputs: Inputs) -> List {
    let items = inputs
        .iter()
        .map(|(name, input)| (lower.text(name), input.node.handle));
    let items = items
        .map(|(name, handle)| NamedHandle { name, handle })
        .collect();
    lower.list(items)
}

#[repr(C)]
struct NamedHandle {
    name: List,
    handle: usize,
}

/// A serialized Substrait plan; `inputs` binds the names of its tables.
pub fn from_plan(plan: &[u8], inputs: Inputs) -> Dataset {
    let nodes = input_nodes(inputs);
    dataset(Node::make(
        imports::dataset_drop,
        &nodes,
        Vec::new(),
        |lower, _, area| {
            let (plan, inputs) = (lower.list(plan.to_vec()), lower_inputs(lower, inputs));
            unsafe { imports::from_plan(plan.at(), plan.count, inputs.at(), inputs.count, area) }
        },
    ))
}

/// An SQL query in the engine's own dialect; `inputs` binds names in it.
pub fn sql(text: &str, inputs: Inputs) -> Dataset {
    sql_with(text, "", inputs, ())
}

/// The same in a dialect (`duckdb`, `spark`), with parameters: a row whose
/// columns are bound to `$name`.
pub fn sql_with<P: Row>(text: &str, dialect: &str, inputs: Inputs, parameters: P) -> Dataset {
    let nodes = input_nodes(inputs);
    let call = |lower: &mut Lower, _: &[usize], area| {
        let (text, dialect) = (lower.text(text), lower.text(dialect));
        let inputs = lower_inputs(lower, inputs);
        let (fields, batch) = lower_parameters(lower, parameters);
        unsafe {
            imports::sql(
                text.at(),
                text.count,
                dialect.at(),
                dialect.count,
                inputs.at(),
                inputs.count,
                (P::COLUMNS > 0) as usize,
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
    };
    dataset(Node::make(imports::dataset_drop, &nodes, Vec::new(), call))
}

fn lower_parameters<P: Row>(lower: &mut Lower, parameters: P) -> (List, WireBatch) {
    let fields = crate::schema_of::<P>().fields;
    let mut writer = Writer::new(&fields);
    let at = writer.next();
    parameters.put(&mut writer, 0, at);
    let batch = kept(writer, lower);
    (lower.fields(&fields), batch)
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

    /// What the next lambda on this data set promises:
    /// `flights.promising(Promises::DETERMINISTIC).map(…)`.
    pub fn promising(&self, promises: Promises) -> Dataset {
        Dataset {
            node: Rc::clone(&self.node),
            promises: self.promises | promises,
        }
    }

    fn apply(&self, lambda: Result<Lambda>, import: TextsImport) -> Dataset {
        apply(&self.node, self.promises, lambda, import)
    }

    /// A row for each row.
    pub fn map<T: Row, U: Row>(&self, f: impl Fn(T) -> U + 'static) -> Dataset {
        self.apply(map_lambda(move |row| Ok(f(row))), imports::map)
    }

    /// The same by a function that may fail; its error is the job's.
    pub fn try_map<T: Row, U: Row, E: Display + 'static>(
        &self,
        f: impl Fn(T) -> Result<U, E> + 'static,
    ) -> Dataset {
        self.apply(map_lambda(move |row| tried(f(row))), imports::map)
    }

    /// Adds the columns of a row for each row.
    pub fn extend<T: Row, U: Row>(&self, f: impl Fn(T) -> U + 'static) -> Dataset {
        self.apply(extend_lambda(move |row| Ok(f(row))), imports::map)
    }

    /// The rows for which the function says true.
    pub fn filter_by<T: Row>(&self, f: impl Fn(T) -> bool + 'static) -> Dataset {
        self.apply(map_lambda(move |row| Ok(f(row))), imports::filter_lambda)
    }

    /// The same by a function that may fail; its error is the job's.
    pub fn try_filter_by<T: Row, E: Display + 'static>(
        &self,
        f: impl Fn(T) -> Result<bool, E> + 'static,
    ) -> Dataset {
        self.apply(map_lambda(move |row| tried(f(row))), imports::filter_lambda)
    }

    /// Any number of rows for each row.
    pub fn flat_map<T: Row, U: Row>(&self, f: impl Fn(T, &mut Emit<U>) + 'static) -> Dataset {
        let f = move |row, out: &mut Emit<U>| {
            f(row, out);
            Ok(())
        };
        self.apply(flat_map_lambda(f), imports::flat_map)
    }

    /// The same by a function that may fail; its error is the job's.
    pub fn try_flat_map<T: Row, U: Row, E: Display + 'static>(
        &self,
        f: impl Fn(T, &mut Emit<U>) -> Result<(), E> + 'static,
    ) -> Dataset {
        let f = move |row, out: &mut Emit<U>| tried(f(row, out));
        self.apply(flat_map_lambda(f), imports::flat_map)
    }

    /// Any number of rows for each partition. `open` is called for each and makes
    /// what sees it as a whole: row after row, then `None` at its end.
    ///
    /// ```no_run
    /// # use wasi_data::{self as data, Emit};
    /// let sums = data::range(0, 1000, 1).map_partitions(|| {
    ///     let mut sum = 0;
    ///     move |row: Option<i64>, out: &mut Emit<i64>| match row {
    ///         Some(id) => sum += id,
    ///         None => out.emit(sum),
    ///     }
    /// });
    /// ```
    pub fn map_partitions<T: Row, U: Row, G>(&self, open: impl Fn() -> G + 'static) -> Dataset
    where
        G: FnMut(Option<T>, &mut Emit<U>) + 'static,
    {
        self.apply(partition_lambda(open), imports::map_partitions)
    }

    /// Combines all rows two by two; the function must be associative and
    /// commutative, and `T` has all columns. No rows stay none.
    pub fn reduce<T: Row>(&self, f: impl Fn(T, T) -> T + 'static) -> Dataset {
        self.apply(reduce_lambda(f), imports::reduce_all)
    }

    fn apply_dynamic(
        &self,
        output: &str,
        make: impl FnOnce(Output) -> Lambda,
        import: TextsImport,
    ) -> Dataset {
        self.apply(Output::parse(output).map(make), import)
    }

    /// A row for each row, of columns that are known at run time only. `output` is
    /// the schema of what comes out; a `*` at its start keeps the input's columns.
    pub fn map_rows(&self, output: &str, f: impl Fn(RowRef, &mut RowWriter) + 'static) -> Dataset {
        self.apply_dynamic(output, |o| dynamic::map_rows_lambda(o, f), imports::map)
    }

    /// The rows for which the function says true.
    pub fn filter_rows(&self, f: impl Fn(RowRef) -> bool + 'static) -> Dataset {
        self.apply(dynamic::filter_rows_lambda(f), imports::filter_lambda)
    }

    /// Any number of rows for each row: set columns and emit.
    pub fn flat_map_rows(
        &self,
        output: &str,
        f: impl Fn(RowRef, &mut RowWriter) + 'static,
    ) -> Dataset {
        if output.trim_start().starts_with('*') {
            return failed(err!(InvalidArgument, "flat_map_rows: '*' is for maps"));
        }
        self.apply_dynamic(
            output,
            |o| dynamic::flat_map_rows_lambda(o, f),
            imports::flat_map,
        )
    }

    /// Columns for columns: as many rows as came in.
    ///
    /// ```no_run
    /// # use wasi_data as data;
    /// data::range(0, 10, 1).map_batch("*, square: i64 not null", |batch, out| {
    ///     let ids = batch.column::<i64>("id");
    ///     for (square, id) in out.column::<i64>("square").iter_mut().zip(ids) {
    ///         *square = id * id;
    ///     }
    /// });
    /// ```
    pub fn map_batch(
        &self,
        output: &str,
        f: impl Fn(&Batch, &mut BatchWriter) + 'static,
    ) -> Dataset {
        self.apply_dynamic(output, |o| dynamic::map_batch_lambda(o, f), imports::map)
    }

    /// `keep[i]` says whether row i stays; all are false before.
    pub fn filter_batch(&self, f: impl Fn(&Batch, &mut [bool]) + 'static) -> Dataset {
        self.apply(dynamic::filter_batch_lambda(f), imports::filter_lambda)
    }

    /// Columns for columns, of any number of rows: [`BatchWriter::resize`].
    pub fn flat_map_batch(
        &self,
        output: &str,
        f: impl Fn(&Batch, &mut BatchWriter) + 'static,
    ) -> Dataset {
        if output.trim_start().starts_with('*') {
            return failed(err!(InvalidArgument, "flat_map_batch: '*' is for maps"));
        }
        self.apply_dynamic(
            output,
            |o| dynamic::flat_map_batch_lambda(o, f),
            imports::flat_map,
        )
    }
}

fn apply(
    node: &Rc<Node>,
    promises: Promises,
    lambda: Result<Lambda>,
    import: TextsImport,
) -> Dataset {
    let mut lambda = match lambda {
        Ok(lambda) => lambda,
        Err(error) => return failed(node.error.clone().unwrap_or(error)),
    };
    lambda.promises = promises;
    let of = node.handle;
    let call =
        |_: &mut Lower, states: &[usize], area| unsafe { import(of, FUNCTION, states[0], area) };
    dataset(Node::make(
        imports::dataset_drop,
        &[node],
        vec![lambda],
        call,
    ))
}

fn aggregate<M: Into<Measure>>(
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

impl Grouped {
    /// A row for each group: the keys, then the measures, which are expressions
    /// such as `"count(*) as n"`, or [`Measure`]s.
    pub fn aggregate<M: Into<Measure>>(&self, measures: impl IntoIterator<Item = M>) -> Dataset {
        aggregate(&self.node, measures, imports::aggregate)
    }

    /// What the next lambda on these groups promises.
    pub fn promising(&self, promises: Promises) -> Grouped {
        Grouped {
            node: Rc::clone(&self.node),
            promises: self.promises | promises,
        }
    }

    /// Combines the rows of each group two by two; the function must be
    /// associative and commutative, and `T` has all columns. What comes out are
    /// the keys that are no columns of the rows, then the row.
    pub fn reduce<T: Row>(&self, f: impl Fn(T, T) -> T + 'static) -> Dataset {
        apply(&self.node, self.promises, reduce_lambda(f), imports::reduce)
    }

    /// Any number of rows for each group, which is seen as
    /// [`Dataset::map_partitions`] sees a partition.
    pub fn map_groups<T: Row, U: Row, G>(&self, open: impl Fn() -> G + 'static) -> Dataset
    where
        G: FnMut(Option<T>, &mut Emit<U>) + 'static,
    {
        let lambda = partition_lambda(open);
        apply(&self.node, self.promises, lambda, imports::map_groups)
    }

    /// Any number of rows for all rows of a group at once, which must fit into
    /// memory.
    pub fn map_whole_groups<T: Row, U: Row>(
        &self,
        f: impl Fn(Vec<T>, &mut Emit<U>) + 'static,
    ) -> Dataset {
        let f = Rc::new(f);
        self.map_groups(move || {
            let f = Rc::clone(&f);
            let mut rows = Vec::new();
            move |row: Option<T>, out: &mut Emit<U>| match row {
                Some(row) => rows.push(row),
                None => f(std::mem::take(&mut rows), out),
            }
        })
    }

    /// Any number of rows for the groups of equal keys of two data sets, of which
    /// one may have none.
    pub fn co_map_groups<L: Row, R: Row, U: Row>(
        &self,
        other: &Grouped,
        f: impl Fn(Vec<L>, Vec<R>, &mut Emit<U>) + 'static,
    ) -> Dataset {
        let lambda = co_group_lambda(move |left, right, out: &mut Emit<U>| {
            f(left, right, out);
            Ok(())
        });
        let mut lambda = match lambda {
            Ok(lambda) => lambda,
            Err(error) => return failed(self.node.error.clone().unwrap_or(error)),
        };
        lambda.promises = self.promises;
        let (of, with) = (self.node.handle, other.node.handle);
        let call = |_: &mut Lower, states: &[usize], area| unsafe {
            imports::co_map_groups(of, with, FUNCTION, states[0], area)
        };
        let nodes = [&self.node, &other.node];
        dataset(Node::make(
            imports::dataset_drop,
            &nodes,
            vec![lambda],
            call,
        ))
    }

    /// A column for each of the values (literals) of an expression, in
    /// [`Grouped::aggregate`].
    pub fn pivot(&self, expression: &str, values: impl Texts) -> Grouped {
        let of = self.node.handle;
        let call = |lower: &mut Lower, _: &[usize], area| {
            let (text, values) = (lower.text(expression), lower.texts(&values.texts()));
            unsafe { imports::pivot(of, text.at(), text.count, values.at(), values.count, area) }
        };
        Grouped {
            node: Node::make(imports::grouped_drop, &[&self.node], Vec::new(), call),
            promises: self.promises,
        }
    }
}
