//! Aggregates and reductions: states as bytes in a binary column.

use std::mem::{align_of, size_of};
use std::ptr;
use std::rc::Rc;

use crate::array::Input;
use crate::error::{err, Result};
use crate::lambda::{Bound, Kernel, Lambda, Rows};
use crate::out::Writer;
use crate::row::{field_of, output_of, type_name, Finder, Row};
use crate::schema::{there_are, DataType, Field};
use crate::state::{load_plain, save_plain, State};
use crate::value::Value;
use crate::wire::WireBatch;

/// A user's aggregate. Its rows are the measure's arguments in their order: a
/// tuple, a single value, or a struct by `derive(Row)`, whose names do not count
/// here.
///
/// ```
/// use wasi_data::{Aggregate, State};
///
/// struct Mean;
///
/// #[derive(State, Default)]
/// struct Sum {
///     sum: f64,
///     rows: i64,
/// }
///
/// impl Aggregate for Mean {
///     type Input = f64;
///     type State = Sum;
///     type Output = Option<f64>;
///
///     fn start(&self) -> Sum {
///         Sum::default()
///     }
///
///     fn update(&self, state: &mut Sum, x: f64) {
///         state.sum += x;
///         state.rows += 1;
///     }
///
///     fn combine(&self, state: &mut Sum, other: Sum) {
///         state.sum += other.sum;
///         state.rows += other.rows;
///     }
///
///     fn finish(&self, state: Sum) -> Option<f64> {
///         (state.rows > 0).then(|| state.sum / state.rows as f64)
///     }
/// }
/// ```
pub trait Aggregate: 'static {
    /// Rows that come in.
    type Input: Row;
    /// What is kept of them.
    type State: State;
    /// The result.
    type Output: Value;

    /// The state of no rows.
    fn start(&self) -> Self::State;
    /// Adds a row.
    fn update(&self, state: &mut Self::State, input: Self::Input);
    /// Adds what another state has seen.
    fn combine(&self, state: &mut Self::State, other: Self::State);
    /// The result for a state.
    fn finish(&self, state: Self::State) -> Self::Output;
}

/// An aggregate of closures: the first state, update, combine and finish.
///
/// ```
/// use wasi_data as data;
///
/// let mean = data::fold(
///     (0.0, 0),
///     |(sum, rows), x: f64| {
///         *sum += x;
///         *rows += 1;
///     },
///     |(sum, rows), other| {
///         *sum += other.0;
///         *rows += other.1;
///     },
///     |(sum, rows)| (rows > 0).then(|| sum / rows as f64),
/// );
/// # data::Measure::custom("mean", mean, "x");
/// ```
pub fn fold<S, T, R>(
    start: S,
    update: impl Fn(&mut S, T) + 'static,
    combine: impl Fn(&mut S, S) + 'static,
    finish: impl Fn(S) -> R + 'static,
) -> impl Aggregate<Input = T, State = S, Output = R>
where
    S: State + Clone,
    T: Row,
    R: Value,
{
    Fold {
        start,
        update,
        combine,
        finish,
        of: std::marker::PhantomData,
    }
}

struct Fold<S, T, R, A, B, C> {
    start: S,
    update: A,
    combine: B,
    finish: C,
    of: std::marker::PhantomData<(T, R)>,
}

impl<S, T, R, A, B, C> Aggregate for Fold<S, T, R, A, B, C>
where
    S: State + Clone,
    T: Row,
    R: Value,
    A: Fn(&mut S, T) + 'static,
    B: Fn(&mut S, S) + 'static,
    C: Fn(S) -> R + 'static,
{
    type Input = T;
    type State = S;
    type Output = R;

    fn start(&self) -> S {
        self.start.clone()
    }

    fn update(&self, state: &mut S, input: T) {
        (self.update)(state, input)
    }

    fn combine(&self, state: &mut S, other: S) {
        (self.combine)(state, other)
    }

    fn finish(&self, state: S) -> R {
        (self.finish)(state)
    }
}

/// States as the host has them; null is the state of no rows.
pub(crate) struct StateBytes {
    pub batch: WireBatch,
}

fn state_field() -> Field {
    Field::new("state", DataType::Binary)
}

/// States of a batch: in the host's bytes if they are there as they lie in
/// memory, or else in memory of ours.
struct States<S> {
    input: Input,
    count: usize,
    in_place: *mut S, // null: in `own`
    own: Vec<Option<S>>,
    writer: Writer,
}

/// Bytes of states that are not plain begin with this, so that none is empty.
const MARK: u8 = 1;

impl<S: State> States<S> {
    fn new() -> States<S> {
        States {
            input: Input::new(vec![state_field()]),
            count: 0,
            in_place: ptr::null_mut(),
            own: Vec::new(),
            writer: Writer::new(&[state_field()]),
        }
    }

    fn packed(&self) -> bool {
        let array = &self.input.arrays[0];
        let end = |i: usize| unsafe { *array.offsets.add(i) } as usize;
        S::PLAIN
            && size_of::<S>() > 0
            && align_of::<S>() <= 8
            && array.nulls == 0
            && (0..=self.count).all(|i| end(i) == i * size_of::<S>())
    }

    /// Reads them. `start` makes those of no rows; without it they stay away.
    fn load(&mut self, from: StateBytes, start: Option<&dyn Fn() -> S>) -> Result<()> {
        self.input.read(from.batch)?;
        self.count = self.input.rows;
        self.own.clear();
        self.in_place = ptr::null_mut();
        if self.packed() {
            self.in_place = self.input.arrays[0].values as *mut S;
            return Ok(());
        }
        for at in 0..self.count {
            let state = self.load_one(at)?;
            self.own.push(state.or_else(|| start.map(|start| start())));
        }
        Ok(())
    }

    fn load_one(&self, at: usize) -> Result<Option<S>> {
        let array = &self.input.arrays[0];
        let (data, size) = unsafe { array.span(at) };
        if array.is_null(at) || size == 0 {
            return Ok(None);
        }
        let mut bytes = unsafe { std::slice::from_raw_parts(data, size) };
        if S::PLAIN {
            if size != size_of::<S>() + (size_of::<S>() == 0) as usize {
                return Err(err!(
                    Internal,
                    "a state of {} bytes came where one of {} was given",
                    size,
                    size_of::<S>()
                ));
            }
            return Ok(Some(load_plain(&mut bytes)));
        }
        bytes = &bytes[1..];
        Ok(Some(S::load(&mut bytes)))
    }

    /// A state that is there.
    #[inline(always)]
    fn at(&mut self, at: usize) -> &mut S {
        debug_assert!(at < self.count);
        if !self.in_place.is_null() {
            return unsafe { &mut *self.in_place.add(at) };
        }
        self.own[at].as_mut().expect("the state was started")
    }

    fn is_there(&self, at: usize) -> bool {
        !self.in_place.is_null() || self.own[at].is_some()
    }

    fn take(&mut self, at: usize) -> Option<S> {
        match self.in_place.is_null() {
            true => self.own[at].take(),
            // What is plain may be copied.
            false => Some(unsafe { ptr::read(self.in_place.add(at)) }),
        }
    }

    fn set(&mut self, at: usize, state: S) {
        match self.in_place.is_null() {
            true => self.own[at] = Some(state),
            false => unsafe { ptr::write(self.in_place.add(at), state) },
        }
    }

    /// The states as the host reads them.
    fn store(&mut self) -> WireBatch {
        self.writer.start(self.count);
        self.writer.rows = self.count;
        if !self.in_place.is_null() {
            self.writer.column(0).alias = Some(self.input.alias(0));
            return self.writer.wire();
        }
        let mut bytes = Vec::new();
        for (at, state) in self.own.iter().enumerate() {
            bytes.clear();
            match state {
                None => {
                    self.writer.column(0).put_null(at);
                    continue;
                }
                Some(state) if S::PLAIN && size_of::<S>() > 0 => save_plain(state, &mut bytes),
                Some(state) => {
                    bytes.push(MARK);
                    state.save(&mut bytes);
                }
            }
            self.writer.column(0).put_bytes(at, &bytes);
        }
        self.own.clear();
        self.writer.wire()
    }
}

/// An aggregate over the measure's arguments, one column.
pub(crate) fn aggregate_lambda<A: Aggregate>(aggregate: A) -> Result<Lambda> {
    let aggregate = Rc::new(aggregate);
    let output = vec![field_of::<A::Output>("value")];
    Ok(Lambda::new(move |input| {
        let (rows, wanted) = Rows::<A::Input>::bind(Finder::new(input).by_position())?;
        Ok(Bound {
            kernel: Box::new(Aggregating {
                aggregate: Rc::clone(&aggregate),
                rows,
                states: States::new(),
                others: States::new(),
                writer: Writer::new(&output),
            }),
            output: output.clone(),
            wanted: Some(wanted),
        })
    }))
}

struct Aggregating<A: Aggregate> {
    aggregate: Rc<A>,
    rows: Rows<A::Input>,
    states: States<A::State>,
    others: States<A::State>,
    writer: Writer,
}

#[inline(never)]
fn update_one<A: Aggregate>(
    aggregate: &A,
    state: &mut A::State,
    readers: &<A::Input as Row>::Readers,
    rows: usize,
) {
    for at in 0..rows {
        aggregate.update(state, A::Input::get(readers, at));
    }
}

#[inline(never)]
fn update_in_place<A: Aggregate>(
    aggregate: &A,
    states: *mut A::State,
    groups: &[u32],
    readers: &<A::Input as Row>::Readers,
) {
    for (at, group) in groups.iter().enumerate() {
        let state = unsafe { &mut *states.add(*group as usize) };
        aggregate.update(state, A::Input::get(readers, at));
    }
}

impl<A: Aggregate> Kernel for Aggregating<A> {
    fn update(&mut self, from: StateBytes, groups: &[u32], batch: WireBatch) -> Result<WireBatch> {
        self.rows.read(batch)?;
        let aggregate = &*self.aggregate;
        self.states.load(from, Some(&|| aggregate.start()))?;
        let rows = self.rows.input.rows;
        let readers = &self.rows.readers;
        if groups.is_empty() && rows > 0 {
            update_one(aggregate, self.states.at(0), readers, rows);
        } else if !self.states.in_place.is_null() {
            update_in_place(aggregate, self.states.in_place, groups, readers);
        } else {
            for (at, group) in groups.iter().enumerate() {
                let input = A::Input::get(readers, at);
                aggregate.update(self.states.at(*group as usize), input);
            }
        }
        Ok(self.states.store())
    }

    fn combine(&mut self, left: StateBytes, right: StateBytes) -> Result<WireBatch> {
        let aggregate = &*self.aggregate;
        self.states.load(left, Some(&|| aggregate.start()))?;
        self.others.load(right, None)?;
        for at in 0..self.states.count {
            if let Some(other) = self.others.take(at) {
                aggregate.combine(self.states.at(at), other);
            }
        }
        Ok(self.states.store())
    }

    fn finish(&mut self, from: StateBytes) -> Result<WireBatch> {
        let aggregate = &*self.aggregate;
        self.states.load(from, None)?;
        self.writer.start(self.states.count);
        for at in 0..self.states.count {
            let state = self.states.take(at).unwrap_or_else(|| aggregate.start());
            aggregate.finish(state).put(self.writer.column(0), at);
        }
        self.writer.rows = self.states.count;
        Ok(self.writer.wire())
    }
}

/// Rows and rows to rows of the same columns.
pub(crate) fn reduce_lambda<T: Row>(f: impl Fn(T, T) -> T + 'static) -> Result<Lambda> {
    let fields = output_of::<T>()?;
    let f = Rc::new(f);
    Ok(Lambda::new(move |input| {
        let (rows, wanted) = Rows::<T>::bind(Finder::new(input))?;
        check_same::<T>(input, &fields, &wanted)?;
        let mut writer = Writer::new(&fields);
        let place = |column| wanted.iter().position(|&w| w == column as u32).unwrap_or(0);
        writer.order = Some((0..input.len()).map(place).collect());
        Ok(Bound {
            kernel: Box::new(Reducing {
                f: Rc::clone(&f),
                rows,
                states: States::new(),
                others: States::new(),
                writer,
            }),
            output: input.to_vec(),
            wanted: Some(wanted),
        })
    }))
}

/// What comes out are the input's columns: all of them, of the same types.
fn check_same<T>(input: &[Field], fields: &[Field], wanted: &[u32]) -> Result<()> {
    for (at, column) in input.iter().enumerate() {
        if !wanted.contains(&(at as u32)) {
            return Err(err!(
                InvalidArgument,
                "column '{}' is not in {}: rows that are reduced have all columns; select those \
                 that count first; {}",
                column.name,
                type_name::<T>(),
                there_are(input)
            ));
        }
    }
    for (field, at) in fields.iter().zip(wanted) {
        let column = &input[*at as usize];
        if field.data_type.format() != column.data_type.format() {
            return Err(err!(
                TypeMismatch,
                "column '{}' is {} and {} in {}: rows that are reduced have exactly the columns' \
                 types",
                column.name,
                column.data_type,
                field.data_type,
                type_name::<T>()
            ));
        }
    }
    Ok(())
}

struct Reducing<T: Row, F> {
    f: Rc<F>,
    rows: Rows<T>,
    states: States<T>,
    others: States<T>,
    writer: Writer,
}

#[inline(never)]
fn reduce_in_place<T: Row>(
    f: &impl Fn(T, T) -> T,
    states: *mut T,
    groups: &[u32],
    readers: &T::Readers,
    rows: usize,
) {
    for at in 0..rows {
        let group = groups.get(at).map_or(0, |&g| g as usize);
        unsafe {
            let state = states.add(group);
            ptr::write(state, f(ptr::read(state), T::get(readers, at)));
        }
    }
}

impl<T: Row, F: Fn(T, T) -> T> Reducing<T, F> {
    fn add(&mut self, at: usize, row: T) {
        let row = match self.states.is_there(at) {
            true => match self.states.take(at) {
                Some(state) => (self.f)(state, row),
                None => row,
            },
            false => row,
        };
        self.states.set(at, row);
    }
}

impl<T: Row, F: Fn(T, T) -> T> Kernel for Reducing<T, F> {
    fn update(&mut self, from: StateBytes, groups: &[u32], batch: WireBatch) -> Result<WireBatch> {
        self.rows.read(batch)?;
        self.states.load(from, None)?;
        let rows = self.rows.input.rows;
        if !self.states.in_place.is_null() {
            let states = self.states.in_place;
            reduce_in_place(&*self.f, states, groups, &self.rows.readers, rows);
        } else {
            for at in 0..rows {
                let group = groups.get(at).map_or(0, |&g| g as usize);
                let row = self.rows.get(at);
                self.add(group, row);
            }
        }
        Ok(self.states.store())
    }

    fn combine(&mut self, left: StateBytes, right: StateBytes) -> Result<WireBatch> {
        self.states.load(left, None)?;
        self.others.load(right, None)?;
        for at in 0..self.states.count {
            if let Some(other) = self.others.take(at) {
                self.add(at, other);
            }
        }
        Ok(self.states.store())
    }

    fn finish(&mut self, from: StateBytes) -> Result<WireBatch> {
        self.states.load(from, None)?;
        self.writer.start(self.states.count);
        for at in 0..self.states.count {
            match self.states.take(at) {
                Some(row) => row.put(&mut self.writer, 0, at),
                None => return Err(err!(Internal, "a group has no rows")),
            }
        }
        self.writer.rows = self.states.count;
        Ok(self.writer.wire())
    }
}
