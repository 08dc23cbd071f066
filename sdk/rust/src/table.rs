//! Table functions and named types. A host that does not have them says so by
//! [`Code::Unsupported`](crate::Code), and that is what these give then.

use std::rc::Rc;

use crate::dataset::{dataset, Dataset};
use crate::error::{err, Result};
use crate::imports;
use crate::lambda::{Emit, Lambda};
use crate::node::{Node, FUNCTION};
use crate::row::{output_of, schema_of, Row};
use crate::schema::IntoSchema;
use crate::source::lower_parameters;
use crate::wire::{self, Lower};

/// A function that the host calls by the interface `tables`, which this crate
/// does not export: no host of this version calls it.
fn table_lambda<P: Row, T: Row>(f: impl Fn(P, u32, &mut Emit<T>) + 'static) -> Result<Lambda> {
    output_of::<T>()?;
    let f = Rc::new(f);
    Ok(Lambda::new(move |_| {
        let _keep = Rc::clone(&f);
        Err(err!(Unsupported, "table functions are not called yet"))
    }))
}

/// The rows that a function makes of nothing but its arguments and the number of
/// the partition, of so many partitions. Hosts of this version answer
/// `Unsupported`.
pub fn generate<P: Row, T: Row>(
    arguments: P,
    partitions: u32,
    f: impl Fn(P, u32, &mut Emit<T>) + 'static,
) -> Dataset {
    let lambda = match table_lambda(f) {
        Ok(lambda) => lambda,
        Err(error) => return crate::dataset::failed(error),
    };
    let call = |lower: &mut Lower, states: &[usize], area| {
        let (fields, batch) = lower_parameters(lower, arguments);
        unsafe {
            imports::generate(
                FUNCTION,
                states[0],
                (P::COLUMNS > 0) as usize,
                fields.at(),
                fields.count,
                batch.rows as usize,
                batch.nodes.at(),
                batch.nodes.count,
                batch.buffers.at(),
                batch.buffers.count,
                partitions as usize,
                area,
            )
        }
    };
    dataset(Node::make(imports::dataset_drop, &[], vec![lambda], call))
}

/// Makes such a function usable by name in SQL, as a table. Hosts of this version
/// answer `Unsupported`.
pub fn register_table<P: Row, T: Row>(
    name: &str,
    f: impl Fn(P, u32, &mut Emit<T>) + 'static,
) -> Result<()> {
    let state = Box::into_raw(Box::new(table_lambda(f)?)) as usize; // for good
    let arguments = schema_of::<P>().fields;
    wire::call(
        4,
        |lower, area| {
            let (name, fields) = (lower.text(name), lower.fields(&arguments));
            unsafe {
                imports::register_table(
                    name.at(),
                    name.count,
                    FUNCTION,
                    state,
                    1,
                    fields.at(),
                    fields.count,
                    0,
                    0,
                    0,
                    area,
                )
            }
        },
        |_| (),
    )
}

/// Names a type over a stored one, a schema of one column: an Arrow extension
/// type. Hosts of this version answer `Unsupported`.
pub fn register_type(name: &str, storage: impl IntoSchema) -> Result<()> {
    let storage = storage.into_schema()?.fields;
    if storage.len() != 1 {
        return Err(err!(
            InvalidArgument,
            "a type is stored as one column, and '{}' has {}",
            name,
            storage.len()
        ));
    }
    wire::call(
        4,
        |lower, area| {
            let (name, fields) = (lower.text(name), lower.fields(&storage));
            let (at, count) = (fields.at(), fields.count);
            unsafe { imports::register_type(name.at(), name.count, at, count, 0, 0, 0, area) }
        },
        |_| (),
    )
}
