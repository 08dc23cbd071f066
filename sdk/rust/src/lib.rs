//! wasi-data for Rust programs: data sets, lambdas, actions.
//!
//! A data set is a description of rows: building one runs nothing, an action
//! ([`Dataset::show`], [`Dataset::collect`], [`Dataset::write`] …) runs it. A
//! lambda is a closure; it runs in copies of the program's memory as that was at
//! the action, with all that it captured. What it writes there is seen by nobody
//! else, and may be forgotten between calls.
//!
//! ```no_run
//! use wasi_data::{self as data, Row};
//!
//! #[derive(Row)]
//! struct Flight {
//!     origin: String,
//!     delay: i64,
//! }
//!
//! fn main() {
//!     let limit = 60;
//!     data::run(|| {
//!         data::read("flights")
//!             .filter_by(move |flight: Flight| flight.delay > limit)
//!             .group_by("origin")
//!             .aggregate(["count(*) as flights", "avg(delay) as delay"])
//!             .sort(["flights desc", "origin"])
//!             .show()
//!     })
//! }
//! ```
//!
//! See README.md.

#![warn(missing_docs)]
// Elsewhere than in WebAssembly there is no host to call what it calls.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

extern crate self as wasi_data;

mod action;
mod apply;
mod arena;
mod array;
mod batch;
mod call;
mod context;
mod dataset;
mod decimal;
mod dynamic;
mod enumeration;
mod error;
mod export;
mod fixed_bytes;
mod grouped;
mod huge;
mod imports;
mod lambda;
mod measure;
mod named;
mod node;
mod out;
mod output;
mod partition;
mod raw;
mod row;
mod schema;
mod schema_text;
mod source;
mod state;
mod states;
mod table;
mod table_named;
mod text;
mod time;
mod union;
mod uuid;
mod value;
mod wire;

pub use action::{Batches, Collected, Figure, Job, JobState, Mode, Progress};
pub use batch::{Batch, Get, Key, Primitive, RowRef, Strings};
pub use call::{register_call, register_variadic, Call};
pub use context::{attempt, count, fail, job_id, log, partition, partitions, Level};
pub use dataset::{Dataset, Join, SetOperation, Storage};
pub use decimal::Decimal;
pub use error::{run, Code, Error, Result};
pub use fixed_bytes::FixedBytes;
pub use grouped::Grouped;
pub use lambda::{Emit, Promises};
pub use measure::{register, register_aggregate, Measure};
pub use named::{Named, NamedType, SortKey, TypeOperations};
pub use node::{Options, Texts};
pub use output::{BatchWriter, Put, RowWriter};
pub use raw::{Keeper, RawBuffer, RawColumn, RawNode};
pub use row::{schema_of, Row};
pub use schema::{DataType, Field, IntoSchema, Schema, Unit};
pub use source::{create, create_rows, from_plan, range, read, read_with, sql, sql_with, Inputs};
pub use state::State;
pub use states::{fold, Aggregate};
pub use table::{generate, register_type};
pub use table_named::{register_over, register_source, register_table};
pub use text::{Bytes, Text};
pub use time::{
    Date, Instant, Interval, Micros, Millis, Nanos, Seconds, Time, TimeNanos, TimeUnit, Timestamp,
};
pub use uuid::Uuid;
pub use value::Value;
pub use wasi_data_derive::{Enum, Row, State, Union};

/// What the derives use. Not for programs.
#[doc(hidden)]
pub mod hidden {
    pub use crate::array::Array;
    pub use crate::enumeration::{enums, Enums, Words};
    pub use crate::out::{Out, Writer};
    pub use crate::row::{field_of, structs, Columns, Finder, Slot, Structs};
    pub use crate::state::{load_state, save_plain};
    pub use crate::union::{unions, Member, Unions};
    pub use crate::value::{Loaded, Mask};
}
