//! Actions: what runs data sets. Each freezes an image of the program's memory
//! for the lambdas; the program goes on with its own.

use std::io::Write as _;
use std::time::Duration;

use crate::array::Input;
use crate::batch::Batch;
use crate::dataset::Dataset;
use crate::error::{Code, Error, Result};
use crate::imports;
use crate::lambda::{Emit, Rows};
use crate::node::{pairs, Options, Texts, FUNCTION};
use crate::partition::partition_lambda;
use crate::row::{Finder, Row};
use crate::schema::{Field, Schema};
use crate::wire::{self, Area, List, Lower, WireBatch};

/// What a write does about what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// An error when it exists.
    Create,
    /// Replaces it as a whole.
    Overwrite,
    /// Adds to it.
    Append,
    /// Does nothing when it exists.
    Ignore,
    /// Replaces rows of equal keys (option `keys`), adds the others.
    Upsert,
}

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Not started.
    Queued,
    /// At work.
    Running,
    /// Done, all of it.
    Succeeded,
    /// Ended by an error; nothing was written.
    Failed,
    /// Ended before its end; nothing was written.
    Cancelled,
}

const STATES: [JobState; 5] = [
    JobState::Queued,
    JobState::Running,
    JobState::Succeeded,
    JobState::Failed,
    JobState::Cancelled,
];

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Where it is in its life.
    pub state: JobState,
    /// Rows read from tables.
    pub rows_in: u64,
    /// Rows delivered or written.
    pub rows_out: u64,
    /// Bytes read, where the engine counts them.
    pub bytes_in: u64,
    /// Bytes delivered or written, where the engine counts them.
    pub bytes_out: u64,
    /// 0 to 1; below 0: not known.
    pub fraction: f64,
}

fn progress_at(area: &Area, at: usize) -> Progress {
    Progress {
        state: STATES[area.at::<u8>(at) as usize % STATES.len()],
        rows_in: area.at(at + 8),
        rows_out: area.at(at + 16),
        bytes_in: area.at(at + 24),
        bytes_out: area.at(at + 32),
        fraction: area.at(at + 40),
    }
}

/// A number of a job: a counter of its lambdas, rows or time of an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The operator or lambda; empty for the job as a whole.
    pub stage: String,
    /// What is counted.
    pub name: String,
    /// So far.
    pub value: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct WireFigure {
    stage: List,
    name: List,
    value: u64,
}

/// An action on its way. Dropping one of `collect` cancels it; a write goes on,
/// and a program that ends well waits for it.
pub struct Job {
    handle: usize,
}

impl Drop for Job {
    fn drop(&mut self) {
        if !wire::in_worker() {
            unsafe { imports::job_drop(self.handle) }
        }
    }
}

impl Job {
    fn start(from: &Dataset, call: impl FnOnce(&mut Lower, usize, usize)) -> Result<Job> {
        let of = from.check()?.node.handle;
        // Workers would write what is buffered again.
        let _ = std::io::stdout().flush();
        let handle = wire::call(4, |lower, area| call(lower, of, area), |a| a.at::<u32>(4))?;
        Ok(Job {
            handle: handle as usize,
        })
    }

    /// The columns of the rows.
    pub fn schema(&self) -> Result<Schema> {
        wire::call(
            4,
            |_, area| unsafe { imports::job_schema(self.handle, area) },
            |area| unsafe { Schema::read(area.at(4)) },
        )
    }

    /// How far it is.
    pub fn progress(&self) -> Result<Progress> {
        wire::plainly(
            |_, area| unsafe { imports::job_progress(self.handle, area) },
            |area| progress_at(area, 0),
        )
    }

    /// Its numbers.
    pub fn figures(&self) -> Result<Vec<Figure>> {
        wire::plainly(
            |_, area| unsafe { imports::job_figures(self.handle, area) },
            |area| unsafe {
                let figures = area.at::<List>(0).slice::<WireFigure>().iter();
                let figure = |f: &WireFigure| Figure {
                    stage: f.stage.text(),
                    name: f.name.text(),
                    value: f.value,
                };
                figures.map(figure).collect()
            },
        )
    }

    /// What its lambdas have counted by [`crate::count`] so far; 0 when none
    /// counted by that name.
    pub fn counter(&self, name: &str) -> Result<u64> {
        let figures = self.figures()?;
        let of_name = |f: &&Figure| f.stage == "counters" && f.name == name;
        Ok(figures.iter().find(of_name).map_or(0, |f| f.value))
    }

    /// Blocks until it has ended; its error is the job's.
    pub fn wait(&self) -> Result<Progress> {
        self.wait_at_most(None)
    }

    /// Blocks until it has ended or the time is over; the state tells which.
    pub fn wait_for(&self, time: Duration) -> Result<Progress> {
        self.wait_at_most(Some(time.as_millis() as u64))
    }

    fn wait_at_most(&self, milliseconds: Option<u64>) -> Result<Progress> {
        let (some, time) = (milliseconds.is_some() as usize, milliseconds.unwrap_or(0));
        wire::call(
            8,
            |_, area| unsafe { imports::job_wait(self.handle, some, time, area) },
            |area| progress_at(area, 8),
        )
    }

    /// Asks it to end.
    pub fn cancel(&self) {
        if !wire::in_worker() {
            unsafe { imports::job_cancel(self.handle) }
        }
    }

    fn next(&self, input: &mut Input) -> Result<bool> {
        let read = |area: &Area| read_option(area, input);
        wire::call(
            4,
            |_, area| unsafe { imports::job_next_batch(self.handle, area) },
            read,
        )?
    }
}

/// Reads an `option<batch>`; false for none.
fn read_option(area: &Area, input: &mut Input) -> Result<bool> {
    if area.at::<u8>(4) == 0 {
        return Ok(false);
    }
    input.release();
    input.read(area.at::<WireBatch>(8))?;
    input.hold();
    Ok(true)
}

/// The rows of a job, one after another. It ends after an error.
pub struct Collected<T: Row> {
    job: Job,
    rows: Rows<T>,
    next: usize,
    ended: bool,
}

impl<T: Row> Collected<T> {
    fn advance(&mut self) -> Result<bool> {
        self.next = 0;
        let there = self.job.next(&mut self.rows.input)?;
        if there {
            T::prepare(&mut self.rows.readers, &mut self.rows.input)?;
        }
        Ok(there)
    }
}

impl<T: Row> Iterator for Collected<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        if self.ended {
            return None;
        }
        while self.next >= self.rows.input.rows {
            match self.advance() {
                Ok(true) => (),
                Ok(false) => {
                    self.ended = true;
                    return None;
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
        self.next += 1;
        Some(Ok(self.rows.get(self.next - 1)))
    }
}

/// The batches of a job, one after another. It ends after an error.
pub struct Batches {
    job: Job,
    fields: Vec<Field>,
    ended: bool,
}

impl Batches {
    /// The columns.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Result<Batch>> {
        if self.ended {
            return None;
        }
        let mut batch = Batch::new(self.fields.clone());
        match self.job.next(&mut batch.input) {
            Ok(true) => return Some(Ok(batch)),
            Ok(false) => self.ended = true,
            Err(error) => {
                self.ended = true;
                return Some(Err(error));
            }
        }
        None
    }
}

impl Dataset {
    fn start_collect(&self) -> Result<Job> {
        Job::start(self, |_, of, area| unsafe {
            imports::collect(of, 0, 0, area)
        })
    }

    /// Runs; the rows come one after another. Dropping them early cancels the
    /// job.
    ///
    /// ```no_run
    /// # use wasi_data as data;
    /// # fn main() -> data::Result<()> {
    /// for row in data::read("t").select(["a", "b"]).collect::<(i64, String)>()? {
    ///     let (a, b) = row?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn collect<T: Row>(&self) -> Result<Collected<T>> {
        let job = self.start_collect()?;
        let fields = job.schema()?.fields;
        let (rows, _) = Rows::bind(Finder::new(&fields).of_all())?;
        Ok(Collected {
            job,
            rows,
            next: 0,
            ended: false,
        })
    }

    /// Runs; all rows at once.
    pub fn rows<T: Row>(&self) -> Result<Vec<T>> {
        self.collect()?.collect()
    }

    /// Runs; the rows come batch by batch, of columns that are known at run time
    /// only.
    pub fn batches(&self) -> Result<Batches> {
        let job = self.start_collect()?;
        let fields = job.schema()?.fields;
        Ok(Batches {
            job,
            fields,
            ended: false,
        })
    }

    /// The first row, if there is one.
    pub fn first<T: Row>(&self) -> Result<Option<T>> {
        let fields = self.schema()?.fields;
        let (mut rows, _) = Rows::<T>::bind(Finder::new(&fields).of_all())?;
        let of = self.node.handle;
        let _ = std::io::stdout().flush();
        let input = &mut rows.input;
        let there = wire::call(
            4,
            |_, area| unsafe { imports::first(of, area) },
            |area| read_option(area, input),
        )??;
        if !there || rows.input.rows == 0 {
            return Ok(None);
        }
        T::prepare(&mut rows.readers, &mut rows.input)?;
        Ok(Some(rows.get(0)))
    }

    /// The number of rows.
    pub fn count(&self) -> Result<u64> {
        let of = self.check()?.node.handle;
        let _ = std::io::stdout().flush();
        wire::call(
            8,
            |_, area| unsafe { imports::count(of, area) },
            |area| area.at(8),
        )
    }

    /// Prints the rows to the program's output, in the format that the user
    /// chose.
    pub fn show(&self) -> Result<()> {
        let job = Job::start(self, |_, of, area| unsafe { imports::show(of, 0, 0, area) })?;
        job.wait().map(|_| ())
    }

    /// Writes the rows to a granted sink, which changes as a whole when all went
    /// well.
    pub fn write(&self, sink: &str, mode: Mode) -> Result<()> {
        self.start_write(sink, mode, (), &[])?.wait().map(|_| ())
    }

    /// Starts a write: partitioned by columns (or of none), with options such as
    /// `[("compression", "zstd")]`.
    pub fn start_write(
        &self,
        sink: &str,
        mode: Mode,
        partition_by: impl Texts,
        options: Options,
    ) -> Result<Job> {
        Job::start(self, |lower, of, area| {
            let (sink, columns) = (lower.text(sink), lower.texts(&partition_by.texts()));
            let options = lower.pairs(&pairs(options));
            unsafe {
                imports::write(
                    of,
                    sink.at(),
                    sink.count,
                    mode as usize,
                    columns.at(),
                    columns.count,
                    options.at(),
                    options.count,
                    area,
                )
            }
        })
    }

    /// Writes if the sink is granted. False: it is not.
    pub fn write_if_granted(&self, sink: &str, mode: Mode) -> Result<bool> {
        match self.start_write(sink, mode, (), &[]) {
            Err(Error {
                code: Code::NotGranted,
                ..
            }) => Ok(false),
            started => started?.wait().map(|_| true),
        }
    }

    /// Overwrites the sink if it is granted, and shows the rows if not.
    pub fn write_or_show(&self, sink: &str) -> Result<()> {
        match self.write_if_granted(sink, Mode::Overwrite)? {
            true => Ok(()),
            false => self.show(),
        }
    }

    /// Makes the rows a table of the program's own, for [`crate::read`] and SQL.
    pub fn temp_table(&self, name: &str, mode: Mode) -> Result<()> {
        let job = Job::start(self, |lower, of, area| {
            let name = lower.text(name);
            unsafe { imports::temp_table(of, name.at(), name.count, mode as usize, area) }
        })?;
        job.wait().map(|_| ())
    }

    /// Runs what sees each partition, as [`Dataset::map_partitions`], for what it
    /// counts and logs.
    pub fn for_each_partition<T: Row, G>(&self, open: impl Fn() -> G + 'static) -> Result<()>
    where
        G: FnMut(Option<T>) + 'static,
    {
        self.start_for_each_partition(open)?.wait().map(|_| ())
    }

    /// The same as a job, which tells what was counted.
    pub fn start_for_each_partition<T: Row, G>(&self, open: impl Fn() -> G + 'static) -> Result<Job>
    where
        G: FnMut(Option<T>) + 'static,
    {
        let open = move || {
            let mut body = open();
            move |row: Option<T>, _: &mut Emit<()>| body(row)
        };
        crate::context::hook_panics();
        // The action has its image: the lambda may go after the call.
        let lambda = partition_lambda(open)?;
        let state = &lambda as *const _ as usize;
        Job::start(self, |_, of, area| unsafe {
            imports::for_each_partition(of, FUNCTION, state, area)
        })
    }
}
